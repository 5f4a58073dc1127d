# Loaded by the tests of what is computed from firmware, after the general helpers.
# shellcheck shell=bash

OVMF=/usr/share/ovmf/OVMF.fd

# The firmware that known answers are for: spec: tdx-boot-spec.md 7, K7
debian_firmware() {
	[ -e "$OVMF" ] || skip "needs $OVMF (package ovmf)"
	[ "$(sha256sum <"$OVMF" | cut -d' ' -f1)" = 7b456907dd0786d415999e801a1ac4637b8ed4d7cf5378cfc6edbe5e574dd773 ] ||
		skip "needs $OVMF of ovmf 2022.11-6+deb12u2"
}

need_perl_sha() {
	need perl
	perl -MDigest::SHA -e 1 2>/dev/null || skip "needs Perl's Digest::SHA"
}

unhex() {
	perl -0777 -pe 's/([0-9A-Fa-f]{2})/chr hex $1/ge'
}

sha384() {
	sha384sum | cut -d' ' -f1
}

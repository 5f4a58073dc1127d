# Where the host gets its packages from. A folder with a made-up apt-get and npm stands for the host.
load ../helpers

setup() { unset DEB_MIRROR DEB_SECURITY_MIRROR NPM_REGISTRY npm_config_registry; }

host() { # NAME SCRIPT...: the host's command NAME
	mkdir -p "$BATS_TEST_TMPDIR/host"
	printf '#!/bin/sh\n%s\n' "$2" >"$BATS_TEST_TMPDIR/host/$1"
	chmod +x "$BATS_TEST_TMPDIR/host/$1"
}

base_urls() {
	HOME=$BATS_TEST_TMPDIR/home PATH=$BATS_TEST_TMPDIR/host:$PATH "$ROOT/mk/base-urls.sh" "$@"
}

@test "archives as apt has them: Debian's own, main and security" {
	host apt-get 'cat <<END
http://vendor.invalid/linux/debian/ stable-vendor
http://ppa.invalid/ubuntu/ jammy
http://a.invalid/debian-security/ bookworm-security
http://b.invalid/debian/ bookworm-updates
http://c.invalid/debian/ bookworm
END'
	expect 0 base_urls debian debian-security
	same "debian http://b.invalid/debian
debian-security http://a.invalid/debian-security" "$output"
}

@test "without a security archive, the one beside the main archive" {
	host apt-get 'echo http://b.invalid/mirror/debian/ trixie/'
	expect 0 base_urls debian-security
	same "debian-security http://b.invalid/mirror/debian-security" "$output"
}

@test "a host that has no archive of Debian's: how to give one" {
	host apt-get 'echo http://ppa.invalid/ubuntu/ jammy'
	expect 71 base_urls debian-security
	one_line "$stderr" "store: debian: this host's apt has no archive of Debian's; say where to get them with DEB_MIRROR=URL"
}

@test "what the user gives comes first" {
	host apt-get 'echo http://b.invalid/debian/ bookworm'
	expect 0 env DEB_MIRROR=http://u.invalid/debian/ NPM_REGISTRY=http://n.invalid/npm// "$ROOT/mk/base-urls.sh" debian debian-security npm
	same "debian http://u.invalid/debian
debian-security http://u.invalid/debian-security
npm http://n.invalid/npm" "$output"
}

@test "npm's registry: environment, npmrc, npm itself" {
	host npm '[ "$*" = "config get registry" ] && echo http://itself.invalid/'
	expect 0 base_urls npm
	[ -e /etc/npmrc ] && grep -q '^registry' /etc/npmrc || same "npm http://itself.invalid" "$output"
	mkdir "$BATS_TEST_TMPDIR/home"
	printf 'audit=false\nregistry = "http://file.invalid/npm/"\n' >"$BATS_TEST_TMPDIR/home/.npmrc"
	expect 0 base_urls npm
	same "npm http://file.invalid/npm" "$output"
	npm_config_registry=http://environment.invalid expect 0 base_urls npm
	same "npm http://environment.invalid" "$output"
}

@test "a host without npm: what its distribution's npm package says, else how to give a registry" {
	need dpkg-deb
	[ ! -e /etc/npmrc ] || ! grep -q '^registry' /etc/npmrc || skip "needs a host without a registry in /etc/npmrc"
	mkdir -p "$BATS_TEST_TMPDIR/deb/DEBIAN" "$BATS_TEST_TMPDIR/deb/usr/share/npm/config"
	printf 'Package: npm\nVersion: 9\nArchitecture: all\nMaintainer: none\nDescription: none\n' >"$BATS_TEST_TMPDIR/deb/DEBIAN/control"
	printf "define('proxy', {\n  default: null,\n})\ndefine('registry', {\n  default: 'http://package.invalid/',\n})\n" \
		>"$BATS_TEST_TMPDIR/deb/usr/share/npm/config/definitions.js"
	dpkg-deb --build "$BATS_TEST_TMPDIR/deb" "$BATS_TEST_TMPDIR/npm_9_all.deb" >&2
	host npm 'exit 1'
	host apt-get "case \$* in *download*npm) cp $BATS_TEST_TMPDIR/npm_9_all.deb . ;; esac"
	expect 0 base_urls npm
	same "npm http://package.invalid" "$output"
	host apt-get 'exit 100'
	expect 71 base_urls npm
	one_line "$stderr" "store: npm: neither this host's npm nor an npmrc names a registry; say where to get them with NPM_REGISTRY=URL"
}

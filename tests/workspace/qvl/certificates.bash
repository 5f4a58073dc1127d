# Loaded by tests of chains: what captured files are made of, and chains, CRLs and quotes that openssl makes.
# shellcheck shell=bash

# raw_signature: r and s of the DER signature on stdin, in 32 bytes each.
raw_signature() {
	perl -0777 -ne 'print map { substr "\0" x 32 . $_, -32 } unpack "x3 C/a x C/a"'
}

# split_chain QUOTE: leaf.pem, intermediate.pem, root.pem where it is there, and all as chain.pem.
split_chain() {
	rm -f root.pem
	perl -0777 -ne '
		my @name = qw(leaf intermediate root);
		while (/(-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n)/sg) {
			open my $out, ">", shift(@name) . ".pem";
			print $out $1;
			print $1;
		}' "$1" >chain.pem
}

# split_collateral FILE: root.crl and pck.crl in DER, and both in PEM as crls.pem.
split_collateral() {
	jq -r .root_ca_crl "$1" | unhex | head -c -1 >root.crl
	jq -r .pck_crl "$1" | unhex | head -c -1 >pck.crl
	{
		openssl crl -inform DER -in root.crl
		openssl crl -inform DER -in pck.crl
	} >crls.pem
}

# collateral_time FOLDER: when its collateral was good.
collateral_time() {
	jq .collateral_window.now "$QUOTES/$1/expected.json"
}

seconds() { # of `notBefore=Jan …`
	date -u -d "${1#*=}" +%s
}

# ends FILE...: the seconds around both ends of each validity, but for the last one itself.
ends() {
	local file at
	for file in "$@"; do
		if [[ $file == *.crl ]]; then
			openssl crl -inform DER -in "$file" -noout -lastupdate -nextupdate
		else
			openssl x509 -in "$file" -noout -startdate -enddate
		fi | while read -r at; do
			at=$(seconds "$at")
			echo $((at - 1)) $((at + 1))
		done
	done
}

# openssl_accepts NOW ROOT: leaf.pem and intermediate.pem under it, with crls.pem. spec: quote-spec.md 2.3, 7.7
openssl_accepts() {
	openssl verify -x509_strict -crl_check_all -attime "$1" -no-CApath -no-CAstore -CAfile "$2" -CRLfile crls.pem \
		-untrusted intermediate.pem leaf.pem >/dev/null 2>&1
}

# Made by openssl: NAME.pem, NAME.key, and, of what issues, NAME.conf and what it refers to.

# shellcheck disable=SC2034
NOW=1768435200 # 2026-01-15, when vectors/tcb-info and vectors/qe-identity are valid
START=20240101000000Z
END=20340101000000Z
COMMON=$'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always'
ROOT_EXTENSIONS=$'subjectKeyIdentifier = hash\nkeyUsage = critical, keyCertSign, cRLSign\nbasicConstraints = critical, CA:TRUE, pathlen:1'
CA_EXTENSIONS=$COMMON$'\nkeyUsage = critical, keyCertSign, cRLSign\nbasicConstraints = critical, CA:TRUE, pathlen:0'
SIGNER_EXTENSIONS=$COMMON$'\nkeyUsage = critical, digitalSignature, nonRepudiation\nbasicConstraints = critical, CA:FALSE'
LEAF_EXTENSIONS=$SIGNER_EXTENSIONS$'\n1.2.840.113741.1.13.1 = DER:'$(hex <"$VECTORS/certificate/extension/good/platform.der")

issuer_conf() { # NAME
	: >"$1.index"
	echo 01 >"$1.crlnumber"
	cat >"$1.conf" <<-END
		[ca]
		default_ca = it
		[it]
		database = $1.index
		crlnumber = $1.crlnumber
		certificate = $1.pem
		private_key = $1.key
		new_certs_dir = .
		default_md = sha256
		default_crl_days = 30
		rand_serial = yes
		unique_subject = no
		policy = any
		crl_extensions = crl
		[any]
		commonName = optional
		organizationName = optional
		[crl]
		authorityKeyIdentifier = keyid:always
	END
}

make_key() { # NAME [OPTION...]
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "${@:2}" -out "$1.key" 2>/dev/null
}

# issue NAME ISSUER COMMON-NAME EXTENSIONS [START END [OPTION...]]: with NAME.key when it is there. NAME itself: a root.
issue() {
	local by=(-config "$2.conf")
	[ -e "$1.key" ] || make_key "$1"
	[ "$1" != "$2" ] || { issuer_conf "$1" && by+=(-selfsign -keyfile "$1.key"); }
	[ "$1.csr" -nt "$1.key" ] || openssl req -new -key "$1.key" -subj /CN=replaced -out "$1.csr"
	printf '%s\n' "$4" >"$1.ext"
	openssl ca -batch -notext "${by[@]}" -in "$1.csr" -out "$1.pem" -extfile "$1.ext" -preserveDN \
		-subj "/O=Intel Corporation/CN=$3" -startdate "${5:-$START}" -enddate "${6:-$END}" "${@:7}" 2>ca.err || { cat ca.err >&2 && return 1; }
}

# crl NAME ISSUER [LAST NEXT [OPTION...]]: NAME.crl in DER, NAME.crl.pem.
crl() {
	openssl ca -gencrl -config "$2.conf" -crl_lastupdate "${3:-20260101000000Z}" -crl_nextupdate "${4:-20260131000000Z}" \
		"${@:5}" -out "$1.crl.pem" 2>ca.err || { cat ca.err >&2 && return 1; }
	openssl crl -in "$1.crl.pem" -outform DER -out "$1.crl"
}

revoke() { # NAME ISSUER
	openssl ca -revoke "$1.pem" -config "$2.conf" -crl_reason keyCompromise 2>ca.err || { cat ca.err >&2 && return 1; }
}

# make_chain: root, intermediate, leaf and signer, root.crl and pck.crl, all good.
make_chain() {
	issue root root 'Intel SGX Root CA' "$ROOT_EXTENSIONS"
	openssl x509 -in root.pem -outform DER -out root.der
	issue intermediate root 'Intel SGX PCK Platform CA' "$CA_EXTENSIONS"
	issuer_conf intermediate
	issue leaf intermediate 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS"
	issue signer root 'Intel SGX TCB Signing' "$SIGNER_EXTENSIONS"
	crl root root
	crl pck intermediate
}

# A chain that is good, made once for a file of tests; each test changes a copy of it.
made_file() {
	cd "$BATS_FILE_TMPDIR" || return
	! command -v openssl >/dev/null || make_chain
}

made() {
	need openssl perl jq
	cp -rp "$BATS_FILE_TMPDIR/." "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return
}

# again: back to that chain, but for files that it has not.
again() {
	cp -rp "$BATS_FILE_TMPDIR/." .
}

# verdict: what the last run came to.
verdict() {
	tail -n 1 <<<"$output"
}

# judged VERDICT THEIRS [WHAT]: of leaf.pem, intermediate.pem, root.der, root.crl and pck.crl; THEIRS, `holds` or
# `refused`, is what openssl says, which knows nothing of Intel's names and kinds.
judged() {
	local theirs=refused
	cat leaf.pem intermediate.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "$NOW"
	same "verdict $1" "$(verdict)" "$3"
	cat root.crl.pem pck.crl.pem >crls.pem
	! openssl_accepts "$NOW" root.pem || theirs=holds
	same "$2" "$theirs" "openssl: $3"
	again
}

# Reissued, with the same keys.
leaf() { # COMMON-NAME EXTENSIONS [OPTION...]
	issue leaf intermediate "$@"
}

intermediate() {
	issue intermediate root "$@"
}

signer() {
	issue signer root "$@"
}

without() { # LINE EXTENSIONS: without the lines that begin so
	grep -v "^$1" <<<"$2"
}

# Quotes under such a chain. spec: quote-spec.md 1

# collateral [MEMBER VALUE]: collateral.json, signed by signer; a member more when there is one.
collateral() {
	local part text
	if ! [ -e signers.pem ]; then
		cat signer.pem root.pem >signers.pem
		for part in tcb-info/good/tdx qe-identity/good/td-qe; do
			text=$VECTORS/$part.json
			openssl dgst -sha256 -sign signer.key "$text" | raw_signature | hex >"${part%%/*}.hex"
		done
	fi
	jq -n --rawfile info "$VECTORS/tcb-info/good/tdx.json" --rawfile info_signature tcb-info.hex \
		--rawfile identity "$VECTORS/qe-identity/good/td-qe.json" --rawfile identity_signature qe-identity.hex \
		--rawfile signers signers.pem --arg root "$(hex <root.crl)" --arg pck "$(hex <pck.crl)" \
		--arg member "${1:-unknown}" --arg value "${2:-}" \
		'{tcb_info: $info, tcb_info_signature: $info_signature, tcb_info_issuer_chain: $signers,
		qe_identity: $identity, qe_identity_signature: $identity_signature, qe_identity_issuer_chain: $signers,
		root_ca_crl: $root, pck_crl: $pck, ($member): $value}' >collateral.json
}

# make_quote VERSION BODY AUTH-SIZE TYPE CERTIFICATION-FILE: quote.bin. BODY: 1 SGX, 2 TD 1.0, 3 TD 1.5, all of its bytes
# 0x5a. key.key signs it and leaf.key the QE's report. The files point (instead of that key's) and rest (the second half
# of the QE's report data, else zeros) are taken when they are there.
make_quote() {
	perl -MDigest::SHA=sha256 -e '
		sub content { local (@ARGV, $/) = @_; <> }
		sub sign {
			my ($key, $data) = @_;
			open my $out, ">", "to-sign"; print $out $data; close $out;
			my @at = unpack "x3 C/a x C/a", qx(openssl dgst -sha256 -sign $key to-sign);
			join "", map { substr "\0" x 32 . $_, -32 } @at;
		}
		my ($version, $body, $auth_size, $type, $file) = @ARGV;
		my $size = (0, 384, 584, 648)[$body];
		my $signed = pack "vvVVH32x20", $version, 2, $body == 1 ? 0 : 0x81, 0, "939a7233f79c4ca9940a0db3957f0607";
		$signed .= pack "vV", $body, $size if $version == 5;
		$signed .= "Z" x $size;
		my $point = -e "point" ? content("point") : substr qx(openssl pkey -in key.key -pubout -outform DER), -64;
		my $auth = "A" x $auth_size;
		my $report = "\0" x 320 . sha256($point . $auth) . (-e "rest" ? content("rest") : "\0" x 32);
		my $inner = pack "a384a64v/avV/a", $report, sign("leaf.key", $report), $auth, $type, content($file);
		$inner = pack "vV/a", 6, $inner if $version != 3;
		open my $out, ">", "quote.bin";
		print $out $signed, pack "V/a", sign("key.key", $signed) . $point . $inner;
	' "$@"
}

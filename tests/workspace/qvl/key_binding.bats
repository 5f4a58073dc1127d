#!/usr/bin/env bats
# Quotes put together here and signed by openssl, of every version and body: what binds what to what.
load ../../helpers
load helpers
load certificates

PCK_VERIFY=$TESTBIN/workspace/qvl/pck_verify

setup_file() {
	made_file
	command -v openssl perl jq >/dev/null || return 0
	make_key key
	collateral
	cat leaf.pem intermediate.pem root.pem >chain.pem
}

setup() { made; }

# judged_quote VERDICT [WHAT]: of quote.bin
judged_quote() {
	expect 0 "$PCK_VERIFY" quote quote.bin collateral.json "$NOW" root.der
	same "verdict $1" "$(verdict)" "$2"
}

# spec: quote-spec.md 1, 7.4
@test "every version and body" {
	local version body
	while read -r version body signed; do
		make_quote "$version" "$body" 32 5 chain.pem
		judged_quote holds "version $version, body $body"
		same '' "$(grep -v '^holds\|^verdict' <<<"$output" || true)"
		perl -0777 -pi -e "substr(\$_, $signed - 1, 1) ^= qq(\1)" quote.bin
		judged_quote 'quote-signature.signature signature-invalid' "the last byte that is signed"
	done <<-END
		3 1 432
		4 1 432
		4 2 632
		5 1 438
		5 2 638
		5 3 702
	END
}

# spec: quote-spec.md 2.7: as long as they are
@test "authentication data of every length" {
	local size
	for size in 0 1 31 32 33 1000 65535; do
		make_quote 4 2 $size 5 chain.pem
		judged_quote holds "$size bytes"
		[[ $output == *" and $size bytes of authentication data"* ]]
	done
	make_quote 4 2 33 5 chain.pem
	local at=$((632 + 4 + 128 + 6 + 384 + 64 + 2))
	perl -0777 -pi -e "substr(\$_, $at + 32, 1) ^= qq(\1)" quote.bin
	judged_quote 'key-binding.digest key-binding-mismatch' 'a byte behind the first 32'
}

@test "another attestation key, and another QE report" {
	make_quote 4 2 32 5 chain.pem
	mv quote.bin first
	make_key other
	mv other.key key.key
	make_quote 4 2 32 5 chain.pem
	{ head -c 764 quote.bin && tail -c +765 first; } >changed
	mv changed quote.bin
	judged_quote 'key-binding.digest key-binding-mismatch' 'a key of its own, and its signature'
	cp key.key leaf.key
	make_quote 4 2 32 5 chain.pem
	judged_quote 'qe-report.signature signature-invalid' 'a QE report signed by another PCK'
}

# Intel's library looks at the first half only. spec: quote-spec.md 2.7
@test "the second half of the QE's report data" {
	perl -e 'print "\0" x 31, "\1"' >rest
	make_quote 4 2 32 5 chain.pem
	judged_quote 'key-binding.rest reserved-bits'
}

# spec: quote-spec.md 2.9
@test "an attestation key that is no point, and numbers out of range" {
	head -c 64 /dev/zero >point
	make_quote 4 2 32 5 chain.pem
	judged_quote 'quote-signature.signature signature-invalid' 'bound by the QE, but not on the curve'
	rm point
	make_quote 4 2 32 5 chain.pem
	judged_quote holds
	perl -0777 -pi -e 'substr($_, 636, 32) = "\0" x 32' quote.bin
	judged_quote 'quote-signature.signature signature-invalid' 'r is 0'
	perl -0777 -pi -e 'substr($_, 636, 64) = "\0" x 64' quote.bin
	judged_quote 'quote-signature.signature signature-invalid' 'r and s are 0'
	perl -0777 -pi -e 'substr($_, 636, 64) = "\xff" x 64' quote.bin
	judged_quote 'quote-signature.signature signature-invalid' 'r and s are too large'
}

# spec: quote-spec.md 7.5
@test "quotes that do not carry their chain" {
	head -c 36 /dev/zero >ppid
	make_quote 4 2 32 1 ppid
	judged_quote 'pck-chain.form not-supplied'
	collateral pck_certificate_chain "$(<chain.pem)"$'\n'
	judged_quote holds 'PPID, and the chain beside it'
	make_quote 4 2 32 4 leaf.pem
	judged_quote holds 'the PCK certificate, and the chain beside it'
	[[ $output == *'holds pck-chain.leaf-given - '* ]]
	make_quote 4 2 32 4 intermediate.pem
	judged_quote 'pck-chain.leaf-given malformed' 'a certificate that is not a PCK.s'
	cp leaf.pem first.pem
	issue leaf intermediate 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS"
	cat leaf.pem intermediate.pem >chain.pem
	make_quote 4 2 32 4 leaf.pem
	judged_quote 'pck-chain.leaf-given leaf-mismatch' 'the same key, and another certificate'
	make_quote 4 2 32 5 chain.pem
	collateral pck_certificate_chain rubbish
	judged_quote holds 'a chain of its own: the one beside it is ignored'
}

@test "certificates in another order, or in DER" {
	cat intermediate.pem leaf.pem >swapped
	make_quote 4 2 32 5 swapped
	judged_quote 'pck-chain.form malformed'
	cat root.pem intermediate.pem leaf.pem >reversed
	make_quote 4 2 32 5 reversed
	judged_quote 'pck-chain.form malformed'
	for name in root intermediate leaf; do openssl x509 -in $name.pem -outform DER; done >der
	make_quote 4 2 32 5 der
	judged_quote holds 'for a root that is not the pinned one'
}

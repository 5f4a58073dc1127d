# The test authority, beside what openssl and the reader of quotes think of what it makes.
load ../../helpers
load helpers

AUTHORITY=$TESTBIN/workspace/qvl/authority
KINDS="sgx-3 sgx-4 sgx-5 td10-4 td10-5 td15-5"

setup_file() { need openssl perl jq; }

setup() { cd "$BATS_TEST_TMPDIR"; }

# breaks STEP...: names of the breaks of these steps.
breaks() { "$AUTHORITY" --list-breaks | awk -F'\t' -v steps=" $* " 'index(steps, " " $2 " ") { print $1 }'; }

# chain_of FOLDER: leaf.pem and issuers.pem, of the quote or of what is beside it, and crls.pem.
chain_of() {
	perl -MMIME::Base64 -0777 -e '
		sub take { open my $in, "<", $_[0] or return ""; <$in> }
		sub give { open my $out, ">", shift; print $out @_ }
		my $pem = qr/-----BEGIN.*?-----END CERTIFICATE-----\r?\n/s;
		my @chain = take("$ARGV[0]/quote.bin") =~ /$pem/g;
		@chain = take("$ARGV[0]/collateral/pck.pem") =~ /$pem/g if @chain < 2;
		s/\r//g for @chain;
		give "leaf.pem", shift @chain;
		give "issuers.pem", @chain;
		give "crls.pem", map {; "-----BEGIN X509 CRL-----\n", encode_base64($_), "-----END X509 CRL-----\n" }
			grep { length } map { take("$ARGV[0]/collateral/$_.crl") } "root-ca", "pck"' "$1"
}

# openssl_verifies FOLDER: the PCK's chain, with both CRLs; spec: quote-spec.md 2.3, 7.7
openssl_verifies() {
	chain_of "$1"
	openssl verify -x509_strict -crl_check_all -attime "$(<"$1/at")" -no-CApath -no-CAstore -CAfile "$1/root.pem" \
		-CRLfile crls.pem -untrusted issuers.pem leaf.pem
}

signer_verifies() { # FOLDER DOCUMENT
	openssl crl -inform DER -in "$1/collateral/root-ca.crl" >crls.pem
	openssl verify -x509_strict -crl_check -attime "$(<"$1/at")" -no-CApath -no-CAstore -CAfile "$1/root.pem" \
		-CRLfile crls.pem "$1/collateral/$2.pem"
}

# document_verifies FOLDER DOCUMENT MEMBER: the signature of the exact bytes, with a DER signature made of r and s by hand.
document_verifies() {
	perl -0777 -ne 'print $1 if /^\{"[A-Za-z]+":(.*),"signature":"[0-9a-f]+"\}$/s' "$1/collateral/$2.json" >text
	jq -r .signature "$1/collateral/$2.json" | perl -ne '
		my ($r, $s) = map { s/^(00)+(?=[0-7])//r } map { /^[0-7]/ ? $_ : "00$_" } /^(.{64})(.{64})$/;
		my $integers = join "", map { sprintf "02%02x%s", length($_) / 2, $_ } $r, $s;
		print pack "H*", sprintf "30%02x%s", length($integers) / 2, $integers' >signature
	openssl x509 -in "$1/collateral/$2.pem" -pubkey -noout >key.pem
	openssl dgst -sha256 -verify key.pem -signature signature text
}

@test "openssl verifies the chains, CRLs and documents of every kind" {
	local kind document
	for kind in $KINDS; do
		"$AUTHORITY" --kind "$kind" "$kind"
		expect 0 openssl_verifies "$kind"
		for document in tcb-info qe-identity; do
			expect 0 signer_verifies "$kind" $document
			expect 0 document_verifies "$kind" $document
		done
	done
	"$AUTHORITY" --ca processor processor
	expect 0 openssl_verifies processor
	openssl x509 -in processor/root.pem -outform DER | cmp - processor/root.der
}

@test "openssl refuses what is broken in a chain, where it looks" {
	local name looks="leaf-signature leaf-by-other leaf-key-id leaf-by-other-ca leaf-expired leaf-early leaf-critical
		leaf-extension-twice leaf-unused-bits leaf-algorithms-differ leaf-sha384 intermediate-signature
		intermediate-issuer intermediate-expired intermediate-early intermediate-no-ca intermediate-no-constraints
		intermediate-usage root-expired root-early root-crl-missing pck-crl-missing root-crl-signature
		pck-crl-signature root-crl-by-other pck-crl-of-other-ca root-crl-of-other root-crl-expired pck-crl-expired
		root-crl-early pck-crl-early pck-crl-key-id pck-crl-partition leaf-revoked intermediate-revoked"
	"$AUTHORITY" --all .
	for name in $(breaks 3 4); do
		[[ $name != chain-too-short && $name != extension-* ]] || continue
		if [[ " ${looks//[$'\n\t']/ } " == *" $name "* ]]; then
			! openssl_verifies "$name" >said 2>&1 || same refused accepted "$name"
		else # names, order and form are not its business
			openssl_verifies "$name" >said 2>&1 || same accepted "$(<said)" "$name"
		fi
	done
	for name in tcb-signer-by-other tcb-signer-expired tcb-signer-early tcb-signer-revoked; do
		expect 2 signer_verifies $name tcb-info
		expect 0 signer_verifies $name qe-identity
	done
	for name in tcb-signature tcb-changed tcb-rewritten; do
		expect 1 document_verifies $name tcb-info
		expect 0 document_verifies $name qe-identity
	done
}

@test "quotes are what was asked for" {
	local kind json
	for kind in $KINDS; do
		"$AUTHORITY" --kind "$kind" --auth-size 7 --padding 9 "$kind"
		expect 0 quote-parse --json "$kind/quote.bin"
		json=$output
		same "${kind#*-}" "$(jq .header.version <<<"$json")"
	done
	"$AUTHORITY" --set "mr_td=$(printf 'ab%.0s' {1..48})" --set "rtmr3=$(printf 'cd%.0s' {1..48})" out
	same "$(printf 'ab%.0s' {1..48})" "$(tail -c +185 out/quote.bin | head -c 48 | hex)" # spec: quote-spec.md 1.2
	same "$(printf 'cd%.0s' {1..48})" "$(tail -c +521 out/quote.bin | head -c 48 | hex)"
	expect 64 "$AUTHORITY" --set mr_td=00 out
	expect 64 "$AUTHORITY" --set rtmr4=00 out
	expect 64 "$AUTHORITY" --break nothing out
	expect 64 "$AUTHORITY" --break service-td out # TD 1.5 alone has one
}

@test "the same arguments give the same bytes, and a break changes no more than it says" {
	"$AUTHORITY" one
	"$AUTHORITY" two
	diff -r one two
	"$AUTHORITY" --break quote-signature broken
	same 1 "$(cmp -l one/quote.bin broken/quote.bin | wc -l)"
	cmp one/collateral.json broken/collateral.json
	"$AUTHORITY" --break leaf-revoked broken
	cmp one/quote.bin broken/quote.bin
	diff -r -q one broken | sort >differs
	same "Files one/collateral.json and broken/collateral.json differ
Files one/collateral/pck.crl and broken/collateral/pck.crl differ
Files one/expected and broken/expected differ" "$(<differs)"
	"$AUTHORITY" --break pck-crl-missing broken
	[ ! -e broken/collateral/pck.crl ]
}

@test "every break has a step, a code, kinds and a text, and its name once" {
	"$AUTHORITY" --list-breaks >breaks
	[ "$(wc -l <breaks)" -ge 130 ]
	same "" "$(grep -vP '^[a-z0-9-]+\t([1-9]|1[0-6])\t[a-z0-9-]+\t[a-z0-9,-]+\t[^\t]+$' breaks)"
	same "" "$(cut -f1 breaks | sort | uniq -d)"
	"$AUTHORITY" --list-variants >variants
	same "" "$(grep -vP '^[a-z0-9-]+\t0\tUpToDate\t[a-z0-9,-]+\t[^\t]+$' variants)"
}

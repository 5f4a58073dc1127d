#!/usr/bin/env bats
# Certificate revocation lists: beside openssl, and what must be refused.
load ../../helpers
load helpers

CRL=$TESTBIN/workspace/qvl/crl

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	need openssl perl
}

# said NAME: the values that stand behind it in $output.
said() {
	sed -n "s/^$1 //p" <<<"$output"
}

# part FILE WHICH: which of the structures two levels down, in hex: 1 the algorithm, 2 the issuer
part() {
	openssl asn1parse -inform DER -in "$1" | grep ':d=2 .*cons: SEQUENCE' | sed -n "$2"'s/ *\([0-9]*\):d=2 *hl=\([0-9]\) *l= *\([0-9]*\) .*/\1 \2 \3/p' |
		while read -r at head length; do tail -c +$((at + 1)) "$1" | head -c $((head + length)) | hex; done
}

# serials FILE: of its entries, as openssl shows them
serials() {
	openssl crl -inform DER -in "$1" -noout -text | sed -n 's/^ *Serial Number: -*//p' | tr A-F a-f
}

compare() { # FILE
	expect 0 "$CRL" show "$1"
	crl() { openssl crl -inform DER -in "$1" -noout "${@:2}"; }
	same "$(date -u -d "$(crl "$1" -lastupdate | sed 's/.*=//')" '+%Y-%m-%dT%H:%M:%SZ %s')" "$(said this_update)" "$1"
	same "$(date -u -d "$(crl "$1" -nextupdate | sed 's/.*=//')" '+%Y-%m-%dT%H:%M:%SZ %s')" "$(said next_update)" "$1"
	same "$(part "$1" 1)" "$(said algorithm)" "$1"
	same "$(part "$1" 2)" "$(said issuer)" "$1"
	same "$(crl "$1" -text | grep -A1 'Authority Key Identifier' | tail -n 1 | tr -d ': ' | tr A-F a-f)" "$(said authority_key_id)" "$1"
	openssl asn1parse -inform DER -in "$1" -strparse "$(openssl asn1parse -inform DER -in "$1" | sed -n '2s/ *\([0-9]*\):.*/\1/p')" -noout -out signed
	same "$(hex <signed)" "$(said signed)" "$1"
	same "$(serials "$1")" "$(said revoked | sed 's/^00\(..\)/\1/')" "$1"
	same "$(serials "$1" | grep -c . || true)" "$(said count)" "$1"
}

@test "a CRL's parts are those that openssl finds" {
	local file count=0
	for file in "$VECTORS"/crl/good/*.crl; do
		compare "$file"
		count=$((count + 1))
	done
	same 5 "$count"
}

@test "captured CRLs, with up to 57 entries" {
	captured
	local file which most=0
	for file in near-mpc qvl-tdx-v4 qvl-sgx-v3 intel-sample-tdx-v4; do
		for which in root_ca_crl pck_crl; do
			jq -r ".$which" "$QUOTES/$file/collateral.json" | unhex | head -c -1 >it
			compare it
			[ "$(said count)" -le "$most" ] || most=$(said count)
		done
	done
	same 57 "$most"
}

# Serial numbers are the INTEGERs' bytes: one with a zero in front is another, and a beginning of one is none.
@test "what is revoked, and what is not" {
	local file=$VECTORS/crl/good/entries.crl
	expect 0 "$CRL" revokes "$file" 01 00ffffffffffffffffffffffffffffffffffffffff 0080 80
	same 'yes yes yes yes' "$(xargs <<<"$output")"
	expect 0 "$CRL" revokes "$file" 02 0001 ffffffffffffffffffffffffffffffffffffffff 00 7f 0100 81 0081
	same 'no no no no no no no no' "$(xargs <<<"$output")"
	expect 0 "$CRL" revokes "$VECTORS/crl/good/empty.crl" 01 00
	same 'no no' "$(xargs <<<"$output")"
	local serials
	mapfile -t serials < <("$CRL" show "$VECTORS/crl/good/revoked.crl" | sed -n 's/^revoked //p')
	same 3 "${#serials[@]}"
	expect 0 "$CRL" revokes "$VECTORS/crl/good/revoked.crl" "${serials[@]}"
	same 'yes yes yes' "$(xargs <<<"$output")"
}

@test "CRLs that are malformed, or of a part only, are refused with the reason" {
	refuses crl 58 "$CRL" why
	head -c $(((16 << 20) + 1)) /dev/zero >large
	expect 0 "$CRL" why large
	same 'larger than 16777216 bytes' "$output"
	head -c $((16 << 20)) /dev/zero >just
	expect 0 "$CRL" why just
	same 'CRL: tag 0x00, not 0x30' "$output"
}

@test "a CRL that is cut anywhere is none" {
	local file
	for file in "$VECTORS"/crl/good/*.crl; do
		expect 0 "$CRL" cuts "$file"
		same 0 "$output" "$file"
	done
}

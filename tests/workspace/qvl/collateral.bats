#!/usr/bin/env bats
# Collateral: the JSON form and the folder, against jq; exact bytes, against openssl and Intel's signatures.
load ../../helpers
load helpers

COLLATERAL=$TESTBIN/workspace/qvl/collateral

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# signed_by CHAIN SIGNATURE TEXT: is the signature, r and s in a file in hexadecimal, one of the text by the chain's first?
signed_by() {
	local rs
	rs=$(<"$2")
	openssl asn1parse -noout -out signature.der -genconf <(printf '%s\n' 'asn1 = SEQUENCE:rs' '[rs]' \
		"r = INTEGER:0x${rs:0:64}" "s = INTEGER:0x${rs:64}") >/dev/null
	openssl x509 -in "$1" -noout -pubkey >signer.pub
	openssl dgst -sha256 -verify signer.pub -signature signature.der "$3"
}

# same_parts FOLDER JSON: what was written into the folder is what jq takes out of the JSON form.
same_parts() {
	local name
	for name in tcb_info tcb_info_signature tcb_info_issuer_chain qe_identity qe_identity_signature qe_identity_issuer_chain \
		root_ca_crl pck_crl pck_crl_issuer_chain pck_certificate_chain; do
		jq -j --arg name "$name" '.[$name] // ""' "$2" | cmp - "$1/$name"
	done
}

# spec: quote-spec.md 3.2, 4
@test "captured collateral: every part is jq's, and the signed bytes are what Intel signed" {
	captured
	local file count=0 name
	for file in "$QUOTES"/*/collateral*.json; do
		rm -rf out && mkdir out
		expect 0 "$COLLATERAL" parts "$file" out
		same_parts out "$file"
		for name in tcb_info qe_identity; do
			expect 0 signed_by "out/${name}_issuer_chain" "out/${name}_signature" "out/$name"
		done
		count=$((count + 1))
	done
	[ "$count" -ge 7 ]
}

# spec: quote-spec.md 4, 7.6
@test "the inner object of captured answers: what was signed, but for two that were printed anew" {
	captured
	local file want count=0
	jq -j .tcb_info_issuer_chain "$QUOTES/qvl-tdx-v4/collateral.json" >chain
	for file in "$QUOTES"/teekit-tcbinfos/*.json; do
		want=0
		case $file in
		*/tcbInfo-sgx-30606a000000.json | */tcbInfo-sgx-90c06f000000.json) want=1 ;;
		esac
		"$COLLATERAL" answer tcbInfo "$file" >answer
		tail -n 1 answer | tr -d '\n' >signature
		head -n -1 answer | head -c -1 >text
		expect "$want" signed_by chain signature text
		count=$((count + 1))
	done
	same 10 "$count"
	"$COLLATERAL" answer enclaveIdentity "$QUOTES/intel-sample-tdx-v4/qeIdentity.json" >answer
	tail -n 1 answer | tr -d '\n' >signature
	head -n -1 answer | head -c -1 >text
	jq -j .qe_identity_issuer_chain "$QUOTES/intel-sample-tdx-v4/collateral.json" >chain
	expect 0 signed_by chain signature text
}

@test "written as JSON, it is the same collateral to jq, and sorted" {
	captured
	local file
	for file in "$QUOTES"/*/collateral*.json; do
		"$COLLATERAL" write "$file" >written.json
		same "$(jq -S . "$file")" "$(jq . written.json)" "$file"
		same "$(jq -S . written.json)" "$(<written.json)" "$file"
	done
}

@test "written as a folder, answers are as served, CRLs are in DER, and it is read again" {
	captured
	local file
	for file in "$QUOTES"/*/collateral*.json; do
		rm -rf folder out && mkdir folder out
		expect 0 "$COLLATERAL" folder "$file" folder
		printf '{"tcbInfo":%s,"signature":"%s"}' "$(jq -j .tcb_info "$file")" "$(jq -j .tcb_info_signature "$file")" | cmp - folder/tcb-info.json
		jq -j .tcb_info_issuer_chain "$file" | cmp - folder/tcb-info.pem
		same "$(jq -r .root_ca_crl "$file")" "$(hex <folder/root-ca.crl)"
		openssl crl -inform DER -in folder/pck.crl -noout
		expect 0 "$COLLATERAL" parts folder out
		same_parts out "$file"
	done
}

@test "a folder as a PCS and a PCCS answer: the answer's file as it is, CRLs in hex and PEM; what may be missing" {
	captured
	local sample=$QUOTES/intel-sample-tdx-v4
	mkdir folder out
	cp "$sample/tcbInfo.json" folder/tcb-info.json
	cp "$sample/qeIdentity.json" folder/qe-identity.json
	cp "$sample/tcbSignChain.pem" folder/tcb-info.pem
	cp "$sample/tcbSignChain.pem" folder/qe-identity.pem
	expect 0 "$COLLATERAL" parts folder out
	same "" "$(<out/root_ca_crl)$(<out/pck_crl)$(<out/pck_certificate_chain)"
	hex <"$sample/rootCaCrl.der" >folder/root-ca.crl
	openssl crl -inform DER -in "$sample/intermediateCaCrl.der" -out folder/pck.crl
	cp "$sample/pckSignChain.pem" folder/pck.pem
	expect 0 "$COLLATERAL" parts folder out
	same "$(jq -r '.tcb_info, .qe_identity, .root_ca_crl, .pck_crl' "$sample/collateral.json")" \
		"$(cat out/tcb_info <(echo) out/qe_identity <(echo) out/root_ca_crl <(echo) out/pck_crl)"
	cmp out/pck_certificate_chain "$sample/pckSignChain.pem"
}

@test "a folder that is not whole, or has a file that is not what its name says" {
	local name
	mkdir folder
	expect 2 "$COLLATERAL" write folder
	one_line "$stderr" "tcb-info.json: missing"
	cp "$VECTORS/collateral/answer/good/plain.json" folder/tcb-info.json
	expect 2 "$COLLATERAL" write folder
	one_line "$stderr" "tcb-info.pem: missing"
	printf 'a chain\n' | tee folder/tcb-info.pem >folder/qe-identity.pem
	printf '{"enclaveIdentity":{},"signature":"%0128d"}' 0 >folder/qe-identity.json
	expect 0 "$COLLATERAL" write folder
	for name in root-ca.crl pck.crl; do
		echo xyz >"folder/$name"
		expect 2 "$COLLATERAL" write folder
		one_line "$stderr" "$name: neither DER nor PEM, nor hexadecimal digits, two a byte"
		rm "folder/$name"
	done
	printf 'a\0b' >folder/pck.pem
	expect 2 "$COLLATERAL" write folder
	one_line "$stderr" "pck.pem: offset 1: not a character of PEM"
	: >folder/pck.pem
	expect 2 "$COLLATERAL" write folder
	one_line "$stderr" "pck.pem: empty"
	expect 74 "$COLLATERAL" write nothing
}

# spec: quote-spec.md 3.2, 7.6
@test "arrays of bytes, null for what is not there, escapes and unknown members" {
	need jq
	local file
	for file in "$VECTORS"/collateral/json/good/*.json; do
		rm -rf out && mkdir out
		expect 0 "$COLLATERAL" parts "$file" out
		# Arrays of bytes as hexadecimal, by jq.
		jq 'def digit: "0123456789abcdef"[.:. + 1]; map_values(if type == "array" then map((. / 16 | floor | digit) + (. % 16 | digit)) | add
			else . end) | .root_ca_crl |= (if . then ascii_downcase else . end) | .tcb_info_signature |= ascii_downcase' "$file" >plain.json
		same_parts out plain.json
	done
}

@test "CRLs in DER, hex and PEM are the same CRL" {
	local file
	for file in "$VECTORS"/collateral/crl/good/*; do
		expect 0 "$COLLATERAL" crl "$file"
		same 3003020105 "$output" "$file"
	done
}

@test "what is malformed is refused, with the member and the reason" {
	refuses collateral/json 35 "$COLLATERAL" why json
	refuses collateral/answer 15 "$COLLATERAL" why answer
	refuses collateral/crl 14 "$COLLATERAL" why crl
}

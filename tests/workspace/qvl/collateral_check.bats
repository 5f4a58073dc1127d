#!/usr/bin/env bats
# Who may sign collateral, and what was signed: with chains and signatures that openssl makes.
load ../../helpers
load helpers
load certificates

PCK_VERIFY=$TESTBIN/workspace/qvl/pck_verify

setup_file() { made_file; }
setup() { made; }

# signed SIGNERS VERDICT [WHAT]: TCB info signed by the first of these certificates, with the second behind it.
signed() {
	local text=$VECTORS/tcb-info/good/tdx.json names=()
	read -ra names <<<"$1"
	cat "${names[@]/%/.pem}" >signers.pem
	openssl dgst -sha256 -sign "${names[0]}.key" "$text" | raw_signature >signature
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl "$text" signature "$NOW"
	same "verdict $2" "$(verdict)" "$3"
}

# spec: quote-spec.md 4, 7.7
@test "who may sign TCB info" {
	signed 'signer root' holds
	same '' "$(grep -v '^holds\|^verdict' <<<"$output" || true)"
	signed 'leaf root' 'tcb-info.signer-name name-unexpected' "a PCK, whose key is a customer's"
	issue leaf root 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS"
	signed 'leaf root' 'tcb-info.signer-name name-unexpected' "and issued by the root itself"
	signed 'intermediate root' 'tcb-info.signer-form is-a-ca'
	signed 'root root' 'tcb-info.signer-form is-a-ca'
	signer 'Intel SGX TCB Signer' "$SIGNER_EXTENSIONS"
	signed 'signer root' 'tcb-info.signer-name name-unexpected'
	issue signer intermediate 'Intel SGX TCB Signing' "$SIGNER_EXTENSIONS"
	signed 'signer root' 'tcb-info.signer-issuer issuer-mismatch' 'of another issuer'
	signer 'Intel SGX TCB Signing' "$(without basicC "$SIGNER_EXTENSIONS")"$'\nbasicConstraints = critical, CA:TRUE'
	signed 'signer root' 'tcb-info.signer-form is-a-ca'
	signer 'Intel SGX TCB Signing' "$(without keyU "$SIGNER_EXTENSIONS")"
	signed 'signer root' 'tcb-info.signer-form key-usage'
	signer 'Intel SGX TCB Signing' "$SIGNER_EXTENSIONS"$'\n1.2.3.4 = critical, DER:0500'
	signed 'signer root' 'tcb-info.signer-form critical-extension'
	signer 'Intel SGX TCB Signing' "$SIGNER_EXTENSIONS" $START 20260114000000Z
	signed 'signer root' 'tcb-info.signer-window certificate-expired'
	signer 'Intel SGX TCB Signing' "$SIGNER_EXTENSIONS" 20260116000000Z $END
	signed 'signer root' 'tcb-info.signer-window certificate-not-yet-valid'
	again
	revoke signer root
	crl root root
	signed 'signer root' 'tcb-info.signer-revocation revoked'
	crl root root 20260101000000Z 20260114000000Z
	signed 'signer root' 'tcb-info.signer-revocation crl-expired'
}

@test "how many sign TCB info, and in which order" {
	signed 'signer' 'tcb-info.signer-chain malformed'
	signed 'signer root root' 'tcb-info.signer-chain malformed'
	signed 'signer intermediate root' 'tcb-info.signer-chain malformed'
	signed 'root signer' 'tcb-info.signer-chain root-mismatch'
	signed 'signer intermediate' 'tcb-info.signer-chain root-mismatch'
	cp root.key again.key
	issue again again 'Intel SGX Root CA' "$ROOT_EXTENSIONS"
	signed 'signer again' 'tcb-info.signer-chain root-mismatch' 'the same key, another certificate'
}

# spec: quote-spec.md 4: over the exact bytes; nothing of them is read before
@test "TCB info that is not what was signed" {
	local text=$VECTORS/tcb-info/good/tdx.json
	signed 'signer root' holds
	cp signature good
	jq . "$text" >pretty
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl pretty good "$NOW"
	same 'verdict tcb-info.signature signature-invalid' "$(verdict)"
	echo '{' >cut
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl cut good "$NOW"
	same 'verdict tcb-info.signature signature-invalid' "$(verdict)"
	openssl dgst -sha256 -sign leaf.key "$text" | raw_signature >signature
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl "$text" signature "$NOW"
	same 'verdict tcb-info.signature signature-invalid' "$(verdict)"
	head -c 64 /dev/zero >signature
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl "$text" signature "$NOW"
	same 'verdict tcb-info.signature signature-invalid' "$(verdict)"
	openssl dgst -sha256 -sign signer.key cut | raw_signature >signature
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl cut signature "$NOW"
	same 'verdict tcb-info.form malformed' "$(verdict)"
	same 1767323045 "$(jq '.issueDate | fromdate' "$text")"
	expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl "$text" good 1767323044
	same 'verdict tcb-info.window document-not-yet-valid' "$(verdict)"
}

# spec: quote-spec.md 2.3: the root CRL is all that openssl needs. For it the last second itself is over: not asked.
@test "openssl verify agrees on captured signers, in their time and out of it" {
	captured
	local collateral times now theirs ours
	"$PCK_VERIFY" root >root.der
	openssl x509 -inform DER -in root.der -out trusted.pem
	for collateral in near-mpc qvl-tdx-v4; do
		split_collateral "$QUOTES/$collateral/collateral.json"
		jq -r .tcb_info_issuer_chain "$QUOTES/$collateral/collateral.json" >signers.pem
		jq -j .tcb_info "$QUOTES/$collateral/collateral.json" >text
		jq -r .tcb_info_signature "$QUOTES/$collateral/collateral.json" | unhex | head -c 64 >signature
		mapfile -t times < <(ends signers.pem root.crl | xargs -n 1)
		same 8 "${#times[@]}"
		for now in "${times[@]}" "$(collateral_time "$collateral")"; do
			expect 0 "$PCK_VERIFY" signer signers.pem root.der root.crl text signature "$now"
			ours=holds
			! grep -q '^fails tcb-info.signer-' <<<"$output" || ours=refused
			theirs=refused
			! openssl verify -x509_strict -crl_check_all -attime "$now" -no-CApath -no-CAstore -CAfile trusted.pem \
				-CRLfile crls.pem signers.pem >/dev/null 2>&1 || theirs=holds
			same $theirs $ours "$collateral $now"
		done
		same 'verdict holds' "$(verdict)"
	done
}

# A program that runs for long checks its collateral once, and verifies quotes for months.
@test "collateral that was checked for another time" {
	captured
	local window
	window=$("$PCK_VERIFY" window "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191)
	# the latest beginning is the QE identity's, the earliest end the PCK CRL's
	same "$(jq '.qe_identity | fromjson.issueDate | fromdate' "$QUOTES/qvl-tdx-v4/collateral.json")" "${window% *}"
	split_collateral "$QUOTES/qvl-tdx-v4/collateral.json"
	same "$(seconds "$(openssl crl -inform DER -in pck.crl -noout -nextupdate)")" "${window#* }"
	for now in $((${window% *} - 1)):document-not-yet-valid "${window% *}:holds" "${window#* }:holds" $((${window#* } + 1)):document-expired; do
		expect 0 "$PCK_VERIFY" later "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191 "${now%:*}"
		case $now in
		*:holds) same 'verdict holds' "$(verdict)" "$now" ;;
		*) same "verdict crls.collateral-window ${now#*:}" "$(verdict)" "$now" ;;
		esac
	done
}

@test "collateral that was checked with more trust than the quote is" {
	captured
	expect 0 "$PCK_VERIFY" mixed "$QUOTES/qvl-tdx-v4/quote.bin" "$QUOTES/qvl-tdx-v4/collateral.json" 1751624191 root.der
	same 'holds crls.intermediate-revocation crl-missing crls.collateral-root root-mismatch' \
		"$(sed -n 's/^verdict //p' <<<"$output" | xargs)"
}

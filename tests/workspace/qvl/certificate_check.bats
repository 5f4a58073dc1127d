#!/usr/bin/env bats
# Chains that openssl makes: a good one, and each with one defect; beside `openssl verify -x509_strict -crl_check_all`.
load ../../helpers
load helpers
load certificates

PCK_VERIFY=$TESTBIN/workspace/qvl/pck_verify

setup_file() { made_file; }
setup() { made; }

@test "a good chain holds, with its root and without" {
	judged holds holds
	cat leaf.pem intermediate.pem root.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "$NOW"
	same 'verdict holds' "$(verdict)"
	grep -q '^holds root.identity - the root is the one that was given, which is NOT Intel.s, byte for byte$' <<<"$output"
	same '' "$(grep -v '^holds\|^verdict\|^fails [a-z]*-[a-z]*.signature not-supplied' <<<"$output" || true)"
	intermediate 'Intel SGX PCK Processor CA' "$CA_EXTENSIONS"
	leaf 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS"
	crl pck intermediate
	judged holds holds 'Processor CA'
}

@test "a PCK certificate that is none of Intel's kind" {
	local name='Intel SGX PCK Certificate' usage
	leaf 'Intel SGX TCB Signing' "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-name name-unexpected' holds
	leaf 'Intel SGX PCK Certificate ' "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-name name-unexpected' holds
	leaf "$name" "$(without basicC "$LEAF_EXTENSIONS")"
	judged holds holds 'no basicConstraints: no CA'
	leaf "$name" "$(without basicC "$LEAF_EXTENSIONS")"$'\nbasicConstraints = critical, CA:TRUE'
	judged 'pck-chain.leaf-form is-a-ca' holds
	leaf "$name" "$(without basicC "$LEAF_EXTENSIONS")"$'\nbasicConstraints = critical, CA:FALSE, pathlen:0'
	judged 'pck-chain.leaf-form path-length' refused
	leaf "$name" "$(without basicC "$LEAF_EXTENSIONS")"$'\nbasicConstraints = critical, DER:3003010100'
	judged 'pck-chain.leaf-form malformed' holds 'CA:FALSE written out'
	leaf "$name" "$(without keyU "$LEAF_EXTENSIONS")"
	judged 'pck-chain.leaf-form key-usage' holds 'no keyUsage'
	leaf "$name" "$(without keyU "$LEAF_EXTENSIONS")"$'\nkeyUsage = critical, keyAgreement'
	judged 'pck-chain.leaf-form key-usage' holds
	leaf "$name" "$(without keyU "$LEAF_EXTENSIONS")"$'\nkeyUsage = critical, digitalSignature, keyCertSign'
	judged 'pck-chain.leaf-form key-usage' refused
	for usage in 0300 03020780 030208c0 03020640 030407800000 040106; do
		leaf "$name" "$(without keyU "$LEAF_EXTENSIONS")"$'\nkeyUsage = critical, DER:'$usage
		cat leaf.pem intermediate.pem >chain.pem
		expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "$NOW"
		case $usage in
		03020780) same 'verdict holds' "$(verdict)" 'digitalSignature alone' ;;
		03020640) same 'verdict pck-chain.leaf-form key-usage' "$(verdict)" 'nonRepudiation alone' ;;
		*) same 'verdict pck-chain.leaf-form malformed' "$(verdict)" $usage ;;
		esac
	done
}

@test "extensions of a PCK certificate" {
	local name='Intel SGX PCK Certificate'
	leaf "$name" "$LEAF_EXTENSIONS"$'\n1.2.3.4 = critical, DER:0500'
	judged 'pck-chain.leaf-form critical-extension' refused
	leaf "$name" "$LEAF_EXTENSIONS"$'\n1.2.3.4 = DER:0500'
	judged holds holds 'unknown, and not critical'
	leaf "$name" "${LEAF_EXTENSIONS/= DER/= critical, DER}"
	judged 'pck-chain.leaf-form critical-extension' refused "Intel's own"
	leaf "$name" "$LEAF_EXTENSIONS"$'\nextendedKeyUsage = critical, serverAuth'
	judged 'pck-chain.leaf-form critical-extension' holds 'known to openssl'
	leaf "$name" "$SIGNER_EXTENSIONS"
	judged 'pck-chain.form malformed' holds "without Intel's"
	intermediate 'Intel SGX PCK Platform CA' "$CA_EXTENSIONS"$'\n'"$(tail -n 1 <<<"$LEAF_EXTENSIONS")"
	judged 'pck-chain.form malformed' holds "Intel's in its CA"
}

# spec: quote-spec.md 7.7
@test "keys and algorithms" {
	local name='Intel SGX PCK Certificate'
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out leaf.key
	leaf "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-form key-unexpected' holds P-384
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out leaf.key
	leaf "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-form key-unexpected' holds secp256k1
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out leaf.key
	leaf "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-form key-unexpected' refused 'explicit parameters'
	openssl ec -in "$BATS_FILE_TMPDIR/leaf.key" -conv_form compressed -out leaf.key 2>/dev/null
	leaf "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-form key-unexpected' holds 'compressed point'
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out leaf.key 2>/dev/null
	leaf "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-form key-unexpected' holds RSA
	leaf "$name" "$LEAF_EXTENSIONS" $START $END -md sha384
	judged 'pck-chain.leaf-form algorithm-unexpected' holds
}

@test "an intermediate that is none of Intel's kind" {
	local name='Intel SGX PCK Platform CA' constraints usage
	constraints=$(without basicC "$CA_EXTENSIONS")
	usage=$(without keyU "$CA_EXTENSIONS")
	intermediate "$name" "$constraints"
	judged 'pck-chain.intermediate-form not-a-ca' refused 'no basicConstraints'
	intermediate "$name" "$constraints"$'\nbasicConstraints = critical, CA:FALSE'
	judged 'pck-chain.intermediate-form not-a-ca' refused
	intermediate "$name" "$constraints"$'\nbasicConstraints = CA:TRUE, pathlen:0'
	judged 'pck-chain.intermediate-form not-a-ca' refused 'not critical'
	intermediate "$name" "$constraints"$'\nbasicConstraints = critical, CA:TRUE'
	judged 'pck-chain.intermediate-form path-length' holds 'no pathlen'
	intermediate "$name" "$constraints"$'\nbasicConstraints = critical, CA:TRUE, pathlen:1'
	judged 'pck-chain.intermediate-form path-length' holds
	intermediate "$name" "$usage"
	judged 'pck-chain.intermediate-form key-usage' refused 'no keyUsage'
	intermediate "$name" "$usage"$'\nkeyUsage = critical, keyCertSign'
	judged 'pck-chain.intermediate-form key-usage' refused 'CRLs cannot be signed'
	intermediate "$name" "$usage"$'\nkeyUsage = critical, cRLSign'
	judged 'pck-chain.intermediate-form key-usage' refused
	intermediate "$name" "$CA_EXTENSIONS"$'\n1.2.3.4 = critical, DER:0500'
	judged 'pck-chain.intermediate-form critical-extension' refused
	intermediate 'Intel SGX Root CA' "$CA_EXTENSIONS"
	judged 'pck-chain.intermediate-name name-unexpected' refused
}

@test "issuers that are others, and signatures that are" {
	local name='Intel SGX PCK Certificate'
	issue leaf root "$name" "$LEAF_EXTENSIONS"
	judged 'pck-chain.leaf-issuer issuer-mismatch' holds "a leaf of the root's, for which openssl needs no intermediate"
	mkdir other
	(cd other && make_chain)
	cp other/leaf.pem .
	judged 'pck-chain.leaf-issuer issuer-mismatch' refused 'the same names, another key'
	(cd other && issue leaf intermediate "$name" "${LEAF_EXTENSIONS/keyid:always/none}")
	cp other/leaf.pem .
	judged 'pck-chain.leaf-signature signature-invalid' refused 'and no authority key id'
	(cd other && issue intermediate root 'Intel SGX PCK Platform CA' "${CA_EXTENSIONS/keyid:always/none}")
	cp other/{leaf,intermediate}.pem other/pck.crl{,.pem} .
	judged 'pck-chain.intermediate-signature signature-invalid' refused 'a whole chain of its own'
	cp other/root.pem .
	cat leaf.pem intermediate.pem root.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "$NOW"
	same 'verdict root.identity root-mismatch' "$(verdict)" 'another root of the same name'
}

# spec: quote-spec.md 2.2
@test "a root with the same key and another certificate is another" {
	cp root.key again.key
	issue again again 'Intel SGX Root CA' "$ROOT_EXTENSIONS"
	cat leaf.pem intermediate.pem again.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl pck.crl "$NOW"
	same 'verdict root.identity root-mismatch' "$(verdict)"
	openssl verify -CAfile again.pem -no-CApath -no-CAstore -attime "$NOW" -untrusted intermediate.pem leaf.pem
}

@test "roots that may not issue" {
	local constraints
	constraints=$(without basicC "$ROOT_EXTENSIONS")
	issue root root 'Intel SGX Root CA' "$constraints"$'\nbasicConstraints = critical, CA:TRUE, pathlen:0'
	openssl x509 -in root.pem -outform DER -out root.der
	judged 'root.form path-length' refused
	issue root root 'Intel SGX Root CA' "$constraints"
	openssl x509 -in root.pem -outform DER -out root.der
	judged 'root.form not-a-ca' refused
	issue root root 'Intel SGX Root CA' "$ROOT_EXTENSIONS" $START 20260114000000Z
	openssl x509 -in root.pem -outform DER -out root.der
	judged 'root.window certificate-expired' refused
	issue root root 'Intel SGX Root CA' "$constraints"$'\nbasicConstraints = critical, CA:TRUE'
	openssl x509 -in root.pem -outform DER -out root.der
	judged holds holds 'any pathlen'
	head -c 100 root.der >cut
	expect 2 "$PCK_VERIFY" chain chain.pem cut root.crl pck.crl "$NOW"
	one_line "$stderr" 'collateral: root: '
}

@test "certificates out of their time" {
	leaf 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS" $START 20260114000000Z
	judged 'pck-chain.leaf-window certificate-expired' refused
	leaf 'Intel SGX PCK Certificate' "$LEAF_EXTENSIONS" 20260116000000Z $END
	judged 'pck-chain.leaf-window certificate-not-yet-valid' refused
	intermediate 'Intel SGX PCK Platform CA' "$CA_EXTENSIONS" $START 20260114000000Z
	judged 'pck-chain.intermediate-window certificate-expired' refused
	intermediate 'Intel SGX PCK Platform CA' "$CA_EXTENSIONS" 20260116000000Z $END
	judged 'pck-chain.intermediate-window certificate-not-yet-valid' refused
}

#!/usr/bin/env bats
# CRLs that openssl makes: of what is revoked, of others, changed, missing and out of their time; beside `openssl verify`.
load ../../helpers
load helpers
load certificates

PCK_VERIFY=$TESTBIN/workspace/qvl/pck_verify

setup_file() { made_file; }
setup() { made; }

@test "revoked" {
	revoke leaf intermediate
	crl pck intermediate
	judged 'crls.leaf-revocation revoked' refused
	revoke intermediate root
	crl root root
	judged 'crls.intermediate-revocation revoked' refused
	revoke signer root
	crl root root
	judged holds holds 'somebody else'
}

# spec: quote-spec.md 2.4
@test "CRLs of others, changed, missing and out of their time" {
	mkdir other
	(cd other && make_chain)
	cp root.crl pck.crl
	cp root.crl.pem pck.crl.pem
	judged 'crls.pck-issuer issuer-mismatch' refused
	cp pck.crl root.crl
	cp pck.crl.pem root.crl.pem
	judged 'crls.root-issuer issuer-mismatch' refused
	cp other/pck.crl{,.pem} .
	judged 'crls.pck-issuer issuer-mismatch' refused 'the same name, another key'
	perl -0777 -pe 'substr($_, -1) ^= "\1"' "$BATS_FILE_TMPDIR/pck.crl" >pck.crl
	openssl crl -inform DER -in pck.crl -out pck.crl.pem
	judged 'crls.pck-signature signature-invalid' refused
	perl -0777 -pe 'substr($_, -1) ^= "\1"' "$BATS_FILE_TMPDIR/root.crl" >root.crl
	openssl crl -inform DER -in root.crl -out root.crl.pem
	judged 'crls.root-signature signature-invalid' refused
	crl pck intermediate 20260101000000Z 20260114000000Z
	judged 'crls.pck-window crl-expired' refused
	crl pck intermediate 20260116000000Z 20260131000000Z
	judged 'crls.pck-window crl-not-yet-valid' refused
	crl root root 20260101000000Z 20260114000000Z
	judged 'crls.root-window crl-expired' refused
	crl root root 20260116000000Z 20260131000000Z
	judged 'crls.root-window crl-not-yet-valid' refused
	crl pck intermediate 20260101000000Z 20260131000000Z -md sha384
	judged 'crls.pck-form algorithm-unexpected' holds
	head -c 100 "$BATS_FILE_TMPDIR/pck.crl" >cut
	cat leaf.pem intermediate.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl cut "$NOW"
	same 'verdict crls.pck-form malformed' "$(verdict)"
	: >none
	expect 0 "$PCK_VERIFY" chain chain.pem root.der root.crl none "$NOW"
	same 'verdict crls.pck-form crl-missing' "$(verdict)"
	expect 0 "$PCK_VERIFY" chain chain.pem root.der none pck.crl "$NOW"
	same 'verdict crls.root-form crl-missing' "$(verdict)"
}

# spec: quote-spec.md 3.2, 7.8
@test "without CRLs, where that is allowed, it is said that nothing was looked at" {
	cat leaf.pem intermediate.pem >chain.pem
	expect 0 "$PCK_VERIFY" chain chain.pem root.der - - "$NOW"
	same 'verdict holds' "$(verdict)"
	same 'crls.root-form crls.intermediate-revocation crls.pck-form crls.leaf-revocation' \
		"$(sed -n 's/^skipped \([^ ]*\) not-supplied .*/\1/p' <<<"$output" | xargs)"
	revoke leaf intermediate
	crl pck intermediate
	expect 0 "$PCK_VERIFY" chain chain.pem root.der - pck.crl "$NOW"
	same 'verdict crls.leaf-revocation revoked' "$(verdict)" 'one that is there is looked at'
}

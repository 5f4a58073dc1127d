# Signatures of the build root's programs, beside those of others: securesystemslib, a token behind PKCS#11 and OpenSSL 3.5 in a
# Debian 13 of their own lock, and @sigstore/verify from npm.
load clone

KEYS=$VECTORS/key/good
D1=sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 # of hello

setup_file() {
	cd "$ROOT" || return
	mk/store-fetch.sh "$TREE_STORE" tests/signature/debian.lock
	mk/builder-unpack.sh "$TREE_STORE" tests/signature/debian.lock "$BATS_FILE_TMPDIR/root"
	mk/store-fetch.sh "$TREE_STORE" tests/signature/npm/package-lock.json
	mk/runtime-unpack.sh "$TREE_STORE" tests/signature/npm/package-lock.json "$BATS_FILE_TMPDIR"
}

setup() {
	need bwrap node
	[ -x "$ROOT/build/builder/bin/manifest-sign" ] || skip 'needs build/builder/bin/manifest-sign (make build/builder/bin/manifest-sign)'
	cd "$BATS_TEST_TMPDIR" || return
	printf '{"note": "hi"}\n' >note.json
	cp "$KEYS"/*.pem "$KEYS"/*.pub "$ROOT"/tests/signature/*.py .
	mkdir keys
	cp rfc8032-1.pub rfc6979-p256.pub rfc6979-p384.pub keys
}

# other COMMAND...: in the Debian 13, with the build root's programs; the folder that one is in is /src.
other() {
	bwrap --ro-bind "$BATS_FILE_TMPDIR/root" / --proc /proc --dev /dev --tmpfs /tmp --ro-bind "$ROOT/build/builder/bin" /store \
		--bind "$PWD" /src --chdir /src --unshare-all --die-with-parent --clearenv --setenv PATH /usr/bin:/store --setenv HOME /tmp \
		--setenv SOFTHSM2_CONF /src/softhsm2.conf --setenv PKCS11_PROVIDER_MODULE /usr/lib/softhsm/libsofthsm2.so -- "$@"
}

id() { openssl pkey -pubin -in "$1.pub" -outform DER | sha256sum | cut -d' ' -f1; }

note() { # KEY...
	local keys=() key
	for key; do keys+=(--key "$key.pem"); done
	manifest-sign "${keys[@]}" --type urn:example:note:1 --subject hello=$D1 note.json
}

payload() { jq -j .payload "$1" | base64 -d; }

@test "securesystemslib takes ours, and no byte changed" {
	keys=()
	for key in rfc8032-1 rfc6979-p256 rfc6979-p384; do keys+=("$(id $key)=$key.pub"); done
	note rfc8032-1 rfc6979-p256 rfc6979-p384 >envelope
	expect 0 other python3 envelope.py verify envelope 3 "${keys[@]}"
	same "$(payload envelope)" "$output"
	jq -c '.payload |= "eyJ" + (.[3:-4] + "ICB9")' envelope >changed
	expect 1 other python3 envelope.py verify changed 1 "${keys[@]}"
	one_line "$stderr" 'Accepted signatures do not match threshold, Found: 0'
	note rfc8032-2 >stranger
	expect 1 other python3 envelope.py verify stranger 1 "${keys[@]}"
}

@test "we take securesystemslib's; a keyid of its own may be taken off" {
	for key in rfc8032-1 rfc6979-p256; do # it verifies with P-384, but does not sign
		other python3 envelope.py sign /dev/stdin $key.pem "$(id $key)" <"$VECTORS/statement/good/two.json" >envelope
		expect 0 manifest-verify --keys keys --json envelope
		jq -e --arg id "$(id $key)" '.signed_by == [$id] and .subjects[1].name == "a/b c=d"' <<<"$output"
		other python3 envelope.py sign /dev/stdin $key.pem <"$VECTORS/statement/good/two.json" >own
		expect 1 manifest-verify --keys keys --json own
		same 'threshold key-unknown' "$(jq -r '.reasons[].code' <<<"$output" | xargs)"
		jq 'del(.signatures[].keyid)' own >unnamed
		expect 0 manifest-verify --keys keys unnamed
	done
}

# Node.js verifies ECDSA over SHA-256 when it is not told otherwise, and @sigstore/verify does not tell: of a P-384 key it takes
# only what was signed over SHA-256.
@test "@sigstore/verify takes ours, and no byte changed" {
	for key in rfc8032-1 rfc6979-p256; do
		note $key >envelope
		expect 0 sigstore envelope $key.pub
		same "$(payload envelope)" "$output"
		jq -c '.payload |= "eyJ" + (.[3:-4] + "ICB9")' envelope >changed
		expect 1 sigstore changed $key.pub
		same 'SIGNATURE_ERROR: signature verification failed' "$stderr"
		expect 1 sigstore envelope rfc8032-2.pub
	done
	note rfc6979-p384 >envelope
	expect 1 sigstore envelope rfc6979-p384.pub
}
sigstore() { MODULES=$BATS_FILE_TMPDIR/node_modules node "$ROOT/tests/signature/sigstore.cjs" "$@"; }

# spec: RFC 6979 A.2.5, A.2.6
@test "in the build root ECDSA gives the answers of RFC 6979" {
	cp "$ROOT/tests/workspace/base/signature.c" .
	cd "$ROOT" || return
	SEALED_KEY=$BATS_TEST_TMPDIR mk/builder-run.sh "$(realpath "$TREE_STORE")" bash -euc '
		gcc -std=gnu17 -D_GNU_SOURCE -DVERSION=\"0\" -Iworkspace/base -x c key/signature.c -x none build/builder/lib/workspace/base.a \
			-ljq -lcrypto -lm -o /tmp/signature
		while read -r key hash message _; do
			printf %s "$message" | /tmp/signature sign "key/$key.pem" "$hash"
		done' <"$VECTORS/key/rfc6979" >"$BATS_TEST_TMPDIR/ours"
	cd "$BATS_TEST_TMPDIR" || return
	while read -r _ _ _ r s; do
		printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$r" "$s" >conf
		openssl asn1parse -genconf conf -noout -out der
		od -An -v -tx1 <der | tr -d ' \n'
		echo
	done <"$VECTORS/key/rfc6979" >theirs
	same 5 "$(wc -l <ours)"
	cmp ours theirs
}

@test "in the build root the same again is the same bytes, with every kind of key" {
	for key in rfc8032-1 rfc6979-p256 rfc6979-p384; do
		other manifest-sign --key $key.pem --type urn:example:note:1 --subject hello=$D1 note.json >one
		other manifest-sign --key $key.pem --type urn:example:note:1 --subject hello=$D1 note.json >two
		cmp one two
		expect 0 manifest-verify --keys keys one
	done
}

# token: a softhsm token with a key of each kind, and what other programs say of it
token() {
	mkdir tokens
	echo 'directories.tokendir = /src/tokens' >softhsm2.conf
	echo 1234 >pin
	other softhsm2-util --init-token --free --label release --pin 1234 --so-pin 4321
	local id=10 it
	for it in p256:EC:prime256v1 p384:EC:secp384r1 ed25519:EC:edwards25519 rsa:rsa:2048; do
		id=$((id + 1)) # by which the provider finds the public half
		other pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --login --pin 1234 --token-label release --keypairgen \
			--key-type "${it#*:}" --label "${it%%:*}" --id $id
	done
}

# sign_with KEY >ENVELOPE: the key of the token
sign_with() {
	other manifest-sign --key "pkcs11:token=release;object=$1;type=private" --passphrase-file pin --type urn:example:note:1 \
		--subject hello=$D1 note.json
}

@test "keys of a token, by OpenSSL's PKCS#11 provider" {
	token
	for key in p256 p384 ed25519; do
		expect 0 other manifest-sign --public --key "pkcs11:token=release;object=$key;type=private" --passphrase-file pin
		printf '%s\n' "$output" >keys/$key.pub
		other pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label release --read-object --type pubkey --label $key >der
		[ $key = ed25519 ] || same "$(sha256sum <der)" "$(openssl pkey -pubin -in keys/$key.pub -outform DER | sha256sum)" "$key"
		sign_with $key >$key.json
		expect 0 manifest-verify --keys keys --json $key.json
		same "[\"$(id keys/$key)\"]" "$(jq -c .signed_by <<<"$output")"
	done
	expect 0 other manifest-sign --public --key 'pkcs11:token=release;object=p256;type=private?pin-value=1234'
	same "$(<keys/p256.pub)" "$output"
}

@test "a token's key that is not taken, not there, or not opened" {
	token
	expect 2 sign_with rsa
	one_line "$stderr" 'a key of another kind (RSA)'
	expect 2 sign_with none
	one_line "$stderr" 'names no private key'
	expect 2 other manifest-sign --public --key 'pkcs11:token=release;type=private' --passphrase-file pin
	one_line "$stderr" 'names more than one private key'
	echo 9999 >pin
	expect 2 sign_with p256
	one_line "$stderr" 'names no private key, or none that the PIN opens'
}

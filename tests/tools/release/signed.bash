# Loaded by the tests of manifest-sign and manifest-verify: keys, a predicate, and openssl's opinion of an envelope.
load ../../helpers

KEYS=$VECTORS/key/good
NOTE=urn:example:note:1
D1=sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 # of hello
D2=sha256:486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7 # of world

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	printf '{"z": 1, "a": ["b", null]}\n' >note.json
	cp "$KEYS/rfc8032-1.pem" ed25519.pem
	cp "$KEYS/rfc8032-2.pem" second.pem
	cp "$KEYS/rfc8032-3.pem" third.pem
	cp "$KEYS/rfc6979-p256.pem" p256.pem
	cp "$KEYS/rfc6979-p384.pem" p384.pem
	mkdir keys
	for key in ed25519 second p256 p384; do openssl pkey -in $key.pem -pubout -out keys/$key.pub; done
}

# id KEY: by others
id() { openssl pkey -in "$1.pem" -pubout -outform DER | sha256sum | cut -d' ' -f1; }

# note KEY... >ENVELOPE: the note, signed
note() {
	local keys=() key
	for key; do keys+=(--key "$key.pem"); done
	manifest-sign "${keys[@]}" --type $NOTE --subject hello=$D1 note.json
}

# encoding PAYLOAD: what DSSE signs of it
encoding() {
	printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(stat -c %s "$1")"
	cat "$1"
}

# by_hand KEY ENVELOPE: does the signature with that key's id hold, by openssl and jq?
by_hand() {
	jq -j .payload "$2" | base64 -d >payload
	jq -j --arg id "$(id "$1")" '.signatures[] | select(.keyid == $id) | .sig' "$2" | base64 -d >sig
	encoding payload >signed
	openssl pkey -in "$1.pem" -pubout -out public
	case $1 in
	p256) openssl dgst -sha256 -verify public -signature sig signed ;;
	p384) openssl dgst -sha384 -verify public -signature sig signed ;;
	*) openssl pkeyutl -verify -rawin -pubin -inkey public -in signed -sigfile sig ;;
	esac
}

# envelope PAYLOAD-FILE KEY >ENVELOPE: signed by openssl, whatever it says
envelope() {
	encoding "$1" >signed
	openssl pkeyutl -sign -rawin -inkey "$2.pem" -in signed -out sig
	jq -nc --arg payload "$(base64 -w0 <"$1")" --arg id "$(id "$2")" --arg sig "$(base64 -w0 <sig)" \
		'{payload: $payload, payloadType: "application/vnd.in-toto+json", signatures: [{keyid: $id, sig: $sig}]}'
}

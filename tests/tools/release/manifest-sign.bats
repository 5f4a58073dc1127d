#!/usr/bin/env bats
load signed

@test "a statement: canonical, with what was given, and openssl says that it is signed" {
	for key in ed25519 p256 p384; do
		note $key >$key.json
		expect 0 by_hand $key $key.json
		same '["payload","payloadType","signatures"]' "$(jq -c keys $key.json)"
		same '[["keyid","sig"]]' "$(jq -c '[.signatures[] | keys]' $key.json)"
		same "$(id $key)" "$(jq -r '.signatures[0].keyid' $key.json)"
	done
	jq -cjS -n --slurpfile note note.json --arg hex "${D1#*:}" '{_type: "https://in-toto.io/Statement/v1",
		predicateType: "urn:example:note:1", predicate: $note[0], subject: [{name: "hello", digest: {sha256: $hex}}]}' >expected
	cmp payload expected
}

@test "the envelope is compact, and has nothing behind it" {
	note ed25519 second >envelope
	jq -cjS . envelope | cmp - envelope
}

@test "subjects: in the order given, named or not, and those of sha256sum" {
	printf hello >'a b'
	printf world >c=d
	sha256sum 'a b' >sums
	sha256sum -b c=d >>sums
	manifest-sign --key ed25519.pem --type $NOTE --subject image=$D2 --subject x=y=$D1 --subject $D1 --subjects sums note.json >envelope
	same "image ${D2#*:}
x=y ${D1#*:}
$D1 ${D1#*:}
a b ${D1#*:}
c=d ${D2#*:}" "$(jq -r .payload envelope | base64 -d | jq -r '.subject[] | "\(.name) \(.digest.sha256)"')"
}

@test "subjects that are refused" {
	for bad in sha256:00 "${D1^^}" "sha512:${D1#*:}" "=$D1" "${D1}0" "$(printf '\xff')=$D1"; do
		expect 64 manifest-sign --key ed25519.pem --type $NOTE --subject "$bad" note.json
		one_line "$(head -n1 <<<"$stderr")" 'manifest-sign: --subject: '
	done
	expect 2 manifest-sign --key ed25519.pem --type $NOTE --subject a=$D1 --subject a=$D2 note.json
	one_line "$stderr" "manifest-sign: note.json: statement: subject: 'a' is there twice"
	while read -r line; do
		printf "$line" >sums
		expect 2 manifest-sign --key ed25519.pem --type $NOTE --subjects sums note.json
		one_line "$stderr" 'manifest-sign: sums: line 1: '
	done <<-END
		${D1#*:}  name
		${D1#*:} name\n
		${D1#*:}  \n
		${D1:8}  name\n
		\\\\${D1#*:}  name\n
		\n
	END
	printf '%s  a\0b\n' "${D1#*:}" >sums
	expect 2 manifest-sign --key ed25519.pem --type $NOTE --subjects sums note.json
	one_line "$stderr" 'manifest-sign: sums: has a NUL byte'
}

@test "predicates that are refused" {
	for bad in '[]' '{' '{"a":1,"a":1}' '{"a":9007199254740993}' '' '{"a":"\ud800"}'; do
		printf '%s' "$bad" >bad.json
		expect 2 manifest-sign --key ed25519.pem --type $NOTE --subject $D1 bad.json
		one_line "$stderr" 'manifest-sign: bad.json: '
		same '' "$output"
	done
	expect 2 manifest-sign --key ed25519.pem --type note --subject $D1 note.json
	one_line "$stderr" "'note' is not a URI"
	expect 74 manifest-sign --key ed25519.pem --type $NOTE --subject $D1 missing
	same "$(note ed25519)" "$(manifest-sign --key ed25519.pem --type $NOTE --subject hello=$D1 - <note.json)"
}

@test "the same again is the same bytes" {
	note ed25519 second >one
	note second ed25519 >two
	cmp one two
}

@test "signatures are added, whoever signs first" {
	note ed25519 second >both
	note ed25519 >one
	note second >two
	manifest-sign --key second.pem --add one | cmp - both
	manifest-sign --key ed25519.pem --add - <two | cmp - both
	manifest-sign --key p384.pem --key p256.pem --add both >four
	same 4 "$(jq '.signatures | length' four)"
	for key in ed25519 second p256 p384; do expect 0 by_hand $key four; done
	jq -e '[.signatures[].keyid] | . == sort' four
}

@test "a key that signed does not sign again; what was broken it signs anew" {
	note p256 >one
	manifest-sign --key p256.pem --add one | cmp - one
	note ed25519 >good
	jq -c '.signatures[0].sig = "AAAA"' good >broken
	manifest-sign --key ed25519.pem --add broken | cmp - good
	jq -c '.signatures += .signatures' good >twice
	manifest-sign --key ed25519.pem --add twice | cmp - good
}

@test "--add: what is no envelope or has no statement is not signed" {
	printf '{"payload":"","payloadType":"x","signatures":[]}' >bad
	expect 2 manifest-sign --key ed25519.pem --add bad
	one_line "$stderr" 'manifest-sign: bad: payloadType: '
	printf '{"_type":"nothing"}' >nothing
	envelope nothing second >signed.json
	expect 2 manifest-sign --key ed25519.pem --add signed.json
	one_line "$stderr" "manifest-sign: signed.json: statement: _type: 'nothing'"
	same '' "$output"
}

@test "keygen: two files that openssl reads, of which one is its owner's alone" {
	for kind in ed25519:ED25519 p256:prime256v1 p384:secp384r1; do
		name=$kind.key.pem
		expect 0 manifest-sign keygen --type "${kind%:*}" --out "$name"
		same "$(openssl pkey -in "$name" -pubout -outform DER | sha256sum | cut -d' ' -f1)" "$output"
		same "$(openssl pkey -in "$name" -pubout)" "$(<"${name%.pem}.pub")"
		[[ $(openssl pkey -in "$name" -noout -text) == *"${kind#*:}"* ]]
		same '600 644' "$(stat -c %a "$name" "${name%.pem}.pub" | xargs)"
		same 'BEGIN PRIVATE KEY' "$(head -n1 "$name" | tr -d -)"
	done
	expect 0 manifest-sign keygen --out default.pem
	[[ $(openssl pkey -in default.pem -noout -text) == *ED25519* ]]
	same 2 "$(find . -name 'default*' | wc -l)"
}

@test "keygen: encrypted when there is a passphrase" {
	echo 'a secret' >passphrase
	expect 0 manifest-sign keygen --type p256 --passphrase-file passphrase --out new.pem
	same 'BEGIN ENCRYPTED PRIVATE KEY' "$(head -n1 new.pem | tr -d -)"
	same "$(<new.pub)" "$(openssl pkey -in new.pem -passin 'pass:a secret' -pubout)"
	expect 1 openssl pkey -in new.pem -passin pass:other -noout
	[[ $(openssl asn1parse -in new.pem) == *PBKDF2*INTEGER*:0927C0*hmacWithSHA256*aes-256-cbc* ]]
	expect 0 manifest-sign --key new.pem --passphrase-file passphrase --public
	same "$(<new.pub)" "$output"
	expect 2 manifest-sign --key new.pem --passphrase-file note.json --public
	one_line "$stderr" 'manifest-sign: new.pem: not opened by the passphrase, or damaged'
}

@test "keygen: nothing is overwritten, and nothing left when it fails" {
	echo mine >there.pem
	expect 73 manifest-sign keygen --out there.pem
	one_line "$stderr" 'manifest-sign: there.pem: cannot make: File exists'
	same mine "$(<there.pem)"
	echo mine >half.pub
	expect 73 manifest-sign keygen --out half.pem
	one_line "$stderr" 'manifest-sign: half.pub: is there already'
	expect 73 manifest-sign keygen --out nowhere/new.pem
	one_line "$stderr" 'manifest-sign: nowhere/new.pem: cannot make: No such file'
	ln -s elsewhere link.pem
	expect 73 manifest-sign keygen --out link.pem
	same 'half.pub there.pem' "$(find . -newer note.json -type f -name '[th]*.p*' ! -name third.pem -printf '%f\n' | sort | xargs)"
}

@test "--public, as openssl has it" {
	for key in ed25519 p256 p384; do
		expect 0 manifest-sign --public --key $key.pem
		same "$(openssl pkey -in $key.pem -pubout)" "$output"
	done
}

@test "the passphrase: from a file, or from the terminal" {
	printf 'secret' >no-newline
	printf 'secret\n' >newline
	for file in no-newline newline; do
		expect 0 manifest-sign --key "$KEYS/p384-sec1-encrypted.pem" --passphrase-file $file --public
		same "$(<"$KEYS/rfc6979-p384.pub")" "$output"
	done
	printf '' >empty
	printf 'a\nb\n' >two
	printf 'secret\0\n' >nul
	for file in empty two nul; do
		expect 2 manifest-sign --key "$KEYS/p256-encrypted.pem" --passphrase-file $file --public
		one_line "$stderr" "passphrase: $file: not one line with a passphrase"
	done
	printf '%01024d' 0 >long
	expect 2 manifest-sign --key "$KEYS/p256-encrypted.pem" --passphrase-file long --public
	one_line "$stderr" 'passphrase: long: longer than 1023 bytes'
	expect 71 setsid -w manifest-sign --key "$KEYS/p256-encrypted.pem" --public </dev/null
	one_line "$stderr" 'there is no terminal to ask at (--passphrase-file)'
}

@test "the passphrase at a terminal is not shown" {
	need script
	mkfifo in
	script -qefc "manifest-sign --key $KEYS/p256-encrypted.pem --public >public" /dev/null <in >shown 3>&- &
	exec 4>in
	until grep -qs Passphrase shown; do sleep 0.05; done
	echo secret >&4
	wait $!
	exec 4>&-
	cmp public "$KEYS/rfc6979-p256.pub"
	[[ $(tr -d '\r\n' <shown) == *"Passphrase for $KEYS/p256-encrypted.pem: " ]]
}

@test "keys that are not taken" {
	for it in rsa ed448 p521 secp256k1 explicit; do
		file=$VECTORS/key/should-fail/$it.pem
		[ $it != rsa ] || { file=rsa.pem && openssl genrsa -out rsa.pem 2048 2>/dev/null; }
		expect 2 manifest-sign --key $file --type $NOTE --subject $D1 note.json
		one_line "$stderr" "manifest-sign: $file: a"
		same '' "$output"
	done
	expect 2 manifest-sign --key keys/p256.pub --public
	one_line "$stderr" 'manifest-sign: keys/p256.pub: no private key in PEM'
	expect 72 manifest-sign --key nowhere:key --public
	one_line "$stderr" 'manifest-sign: nowhere:key: OpenSSL has no way to nowhere: keys'
	cp ed25519.pem a:b.pem
	expect 0 manifest-sign --key ./a:b.pem --public
	expect 0 manifest-sign --key "file:$PWD/ed25519.pem" --public
	same "$(<keys/ed25519.pub)" "$output"
}

@test "--docker-reference: the payload that readers of sigstore's signatures know, over SHA-256" {
	for key in p256 p384; do
		expect 0 manifest-sign --key $key.pem --docker-reference registry.example:5000/a/b --subject $D1 --payload payload
		base64 -d <<<"$output" >sig
		expect 0 openssl dgst -sha256 -verify keys/$key.pub -signature sig payload
	done
	expect 0 manifest-sign --key ed25519.pem --docker-reference registry.example:5000/a/b --subject $D1 --payload payload
	base64 -d <<<"$output" >sig
	expect 0 openssl pkeyutl -verify -rawin -pubin -inkey keys/ed25519.pub -in payload -sigfile sig
	jq -ncjS --arg digest $D1 '{critical: {identity: {"docker-reference": "registry.example:5000/a/b"},
		image: {"docker-manifest-digest": $digest}, type: "cosign container image signature"}, optional: {}}' | cmp - payload
	for tag in 1.2.3 _a-B "$(printf %0128d 0)"; do
		expect 0 manifest-sign --key p256.pem --docker-reference "registry.example:5000/a/b:$tag" --subject $D1 --payload payload
		same "registry.example:5000/a/b:$tag" "$(jq -r '.critical.identity["docker-reference"]' payload)"
	done
}

@test "--docker-reference: references and uses that are refused" {
	for bad in name host/ /name host/:tag host/name: host/name:a/b host/name:a:b host/name:-x "host/name:$(printf %0129d 0)" host/name@$D1 'host/na me' "host/na'me"; do
		expect 2 manifest-sign --key p256.pem --docker-reference "$bad" --subject $D1 --payload payload
		one_line "$stderr" "manifest-sign: --docker-reference: '$bad' is not HOST/NAME"
	done
	[ ! -e payload ]
	reference='--docker-reference host/name'
	for bad in "--payload p" "--subject $D1" "--subject $D1 --subject $D2 --payload p" "--key p384.pem --subject $D1 --payload p"; do
		# shellcheck disable=SC2086
		expect 64 manifest-sign --key p256.pem $reference $bad
	done
}

@test "used wrongly" {
	for bad in '' 'note.json' '--key p256.pem' "--key p256.pem --type $NOTE note.json" "--key p256.pem --subject $D1 note.json" \
		"--key p256.pem --type $NOTE --subject $D1 note.json note.json" "--key p256.pem --public note.json" \
		"--key p256.pem --public --add note.json" "--add note.json" "--public" "keygen" "keygen --out key" "keygen --out .pem" \
		"keygen --out a.pem --type rsa" "keygen --out a.pem --key p256.pem" "--unknown" \
		"--key p256.pem --add note.json --type $NOTE" "--key p256.pem --type $NOTE --subject $D1 --payload p note.json" \
		"--key p256.pem --type $NOTE --subject $D1 --out p note.json"; do
		# shellcheck disable=SC2086
		expect 64 manifest-sign $bad
		same "Try 'manifest-sign --help'." "$(tail -n1 <<<"$stderr")"
		same '' "$output"
	done
}

@test "what cannot be written" {
	expect 74 bash -c 'manifest-sign --key ed25519.pem --type urn:a:b --subject "$1" note.json >/dev/full' - $D1
	one_line "$stderr" 'manifest-sign: standard output: '
	expect 73 manifest-sign --key p256.pem --docker-reference host/name --subject $D1 --payload nowhere/p
	one_line "$stderr" 'manifest-sign: nowhere/p: cannot make'
	same '' "$output"
}

@test "--help and --version" {
	expect 0 manifest-sign --help
	[[ $output == Usage:* ]]
	expect 0 manifest-sign --version
	[[ $output == "manifest-sign "*OpenSSL* ]]
}

@test "the man page's example" {
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/manifest-sign.1")
	[ -n "$example" ]
	rm -r keys
	printf hello >file
	expect 0 bash -euc "$example"
	[[ $output == *holds*"subject $D1"* ]]
}

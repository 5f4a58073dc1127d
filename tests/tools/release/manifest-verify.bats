#!/usr/bin/env bats
load signed

# reasons: the codes of a --json output
reasons() { jq -r '.reasons[].code' <<<"$output" | xargs; }

# judged STATUS REASONS OPTION... ENVELOPE...
judged() {
	local status=$1 reasons=$2
	shift 2
	expect "$status" manifest-verify --json "$@"
	same "$reasons" "$(reasons)"
	same "$([ "$status" -eq 0 ] && echo holds || echo 'does not hold')" "$(jq -r .verdict <<<"$output")"
}

@test "it holds: who signed what" {
	note ed25519 p384 >envelope
	expect 0 manifest-verify --keys keys --type $NOTE --subject $D1 envelope
	same "holds
signed by $(id ed25519) ed25519.pub
signed by $(id p384) p384.pub
predicate type $NOTE
subject $D1 hello" "$output"
	same '' "$stderr"
}

@test "what was not asked is said to be not checked" {
	note ed25519 >envelope
	expect 0 manifest-verify --keys keys envelope
	[[ $output == *'not checked: whether this is about what you have (--subject)'*'not checked: whether it is the kind of statement'* ]]
}

@test "--json" {
	note ed25519 p384 >envelope
	expect 0 manifest-verify --keys keys --threshold 2 --json envelope
	same "$(jq -nS --arg a "$(id ed25519)" --arg b "$(id p384)" --arg hex "${D1#*:}" --arg type $NOTE '{verdict: "holds", reasons: [],
		signed_by: ([$a, $b] | sort), threshold: 2, predicate_type: $type, subjects: [{name: "hello", sha256: $hex}],
		not_checked: ["subject", "predicate_type"]}')" "$output"
	judged 1 threshold --keys keys --threshold 3 envelope
	jq -e '.predicate_type == null and .subjects == null and (.signed_by | length) == 2' <<<"$output"
	judged 0 '' --keys keys --subject $D1 --type $NOTE envelope
	jq -e '.not_checked == []' <<<"$output"
}

@test "--predicate: byte for byte the file that jq would write, or nothing" {
	note ed25519 >envelope
	jq -S --indent 2 . note.json >expected
	manifest-verify --keys keys --predicate envelope | cmp - expected
	expect 1 manifest-verify --keys keys --threshold 2 --predicate envelope
	same '' "$output"
	one_line "$stderr" 'manifest-verify: does not hold: threshold: 1 of the 4 keys in the folder signed, 2 must'
	expect 1 manifest-verify --keys keys --predicate --type urn:a:b envelope
	same '' "$output"
}

@test "a file in canonical form comes out as it went in" {
	jq -S --indent 2 '.a = [1, 9007199254740991, -5, 0, true, {}, [], "é\u0001\"\\"]' note.json >canonical.json
	manifest-sign --key ed25519.pem --type $NOTE --subject $D1 canonical.json >envelope
	manifest-verify --keys keys --predicate envelope | cmp - canonical.json
}

@test "threshold: distinct keys, in one envelope or in several" {
	note ed25519 >one
	note second >two
	note p256 p384 >three
	judged 0 '' --keys keys --threshold 2 one two
	judged 0 '' --keys keys --threshold 4 one two three
	judged 1 threshold --keys keys --threshold 5 one two three
	judged 1 threshold --keys keys --threshold 3 one two
	judged 0 '' --keys keys --threshold 2 - three <one
}

@test "a signer counts once: twice in an envelope, in two envelopes, with two signatures, with two files of the key" {
	note ed25519 >one
	jq -c '.signatures += .signatures' one >twice
	judged 1 threshold --keys keys --threshold 2 twice
	judged 1 threshold --keys keys --threshold 2 one one twice
	note p256 >p
	note p256 >q # where nonces are random, another signature
	judged 1 threshold --keys keys --threshold 2 p q
	jq -c '.signatures = [.signatures[0], (.signatures[0] | del(.keyid)), (.signatures[0] | .keyid = "")]' one >unnamed
	judged 1 threshold --keys keys --threshold 2 unnamed
	cp keys/ed25519.pub keys/another.pub
	{
		cat keys/ed25519.pub
		echo
	} >keys/third-name
	judged 1 threshold --keys keys --threshold 2 one
	jq -e '.signed_by | length == 1' <<<"$output"
	expect 0 manifest-verify --keys keys one
	[[ $output == *"$(id ed25519) another.pub"* ]]
}

@test "envelopes that differ: both are named, whatever the threshold" {
	note ed25519 >one
	note second >two
	printf '{"z":2}' >note.json
	note p256 p384 second >other
	judged 1 payloads-differ --keys keys one two other
	[[ $(jq -r '.reasons[0].text' <<<"$output") == *'one and other'* ]]
	jq -e '.predicate_type == null' <<<"$output"
	expect 1 manifest-verify --keys keys --threshold 2 one other
	one_line "$(grep reason <<<"$output")" 'reason payloads-differ: one and other say different things'
}

@test "a key that nobody trusts" {
	note third >stranger
	judged 1 'threshold key-unknown' --keys keys stranger
	expect 1 manifest-verify --keys keys stranger
	[[ $output == *"reason key-unknown: stranger: a signature by no key of the folder (keyid '$(id third)')"* ]]
	note third ed25519 >both
	judged 0 '' --keys keys both
	jq -e --arg id "$(id ed25519)" '.signed_by == [$id]' <<<"$output"
}

@test "a signature under another's key id counts for nothing" {
	note third >stranger
	jq -c --arg id "$(id ed25519)" '.signatures[0].keyid = $id' stranger >posing
	judged 1 'signature-broken threshold' --keys keys posing
	note ed25519 >good
	jq -c --arg id "$(id third)" '.signatures[0].keyid = $id' good >renamed
	judged 1 'threshold key-unknown' --keys keys renamed
	jq -c '.signatures[0].keyid = "somebody"' good >renamed
	judged 1 'threshold key-unknown' --keys keys renamed
	jq -c 'del(.signatures[0].keyid)' good >unnamed
	judged 0 '' --keys keys unnamed
}

@test "a broken signature by a trusted key is told, even when enough others hold" {
	note ed25519 second >good
	jq -c --arg id "$(id second)" '(.signatures[] | select(.keyid == $id) | .sig) |= "A" + .[1:]' good >broken
	cmp -s good broken && skip "the signature begins so"
	judged 1 signature-broken --keys keys broken
	jq -e --arg id "$(id ed25519)" '.signed_by == [$id]' <<<"$output"
}

@test "a payload that was changed, or is another's" {
	note ed25519 >good
	printf '{"z":2}' >note.json
	note second >other
	jq -c --slurpfile other other '.payload = $other[0].payload' good >swapped
	judged 1 'signature-broken threshold' --keys keys swapped
}

@test "--type: a swapped predicate" {
	manifest-sign --key ed25519.pem --type urn:kettle-dstack:rebuild:1 --subject $D1 note.json >envelope
	judged 1 predicate-type --keys keys --type urn:kettle-dstack:measurements:1 envelope
	same 'the predicate is of type urn:kettle-dstack:rebuild:1, not urn:kettle-dstack:measurements:1' \
		"$(jq -r '.reasons[0].text' <<<"$output")"
}

@test "--subject: any of them, and no other" {
	manifest-sign --key ed25519.pem --type $NOTE --subject a=$D1 --subject b=$D2 note.json >envelope
	judged 0 '' --keys keys --subject $D1 envelope
	judged 0 '' --keys keys --subject $D2 envelope
	judged 1 subject --keys keys --subject "sha256:$(printf '%064d' 0)" envelope
	judged 1 'predicate-type subject' --keys keys --type urn:a:b --subject "sha256:$(printf '%064d' 0)" envelope
}

@test "KEYS: what is no public key is refused by name" {
	note ed25519 >envelope
	for file in "$VECTORS"/key/should-fail/{rsa,compressed,private,two,empty}.pub; do
		cp "$file" keys/odd
		expect 2 manifest-verify --keys keys envelope
		one_line "$stderr" "manifest-verify: keys: odd: $(<"$file.reason")"
		same '' "$output"
	done
	rm keys/odd
	mkdir keys/folder
	expect 2 manifest-verify --keys keys envelope
	one_line "$stderr" 'manifest-verify: keys: folder: is a folder'
	rmdir keys/folder
	echo nothing >keys/.hidden
	expect 0 manifest-verify --keys keys envelope
	mkdir none
	expect 2 manifest-verify --keys none envelope
	one_line "$stderr" 'manifest-verify: none: has no public key'
	expect 74 manifest-verify --keys missing envelope
	one_line "$stderr" 'manifest-verify: missing: cannot open: No such file'
}

@test "envelopes that are malformed, by name and reason" {
	note ed25519 >envelope
	for file in "$VECTORS"/envelope/should-fail/{cut,unknown,type-other,payload-url,signatures-none}.json; do
		expect 2 manifest-verify --keys keys envelope "$file"
		one_line "$stderr" "manifest-verify: $file: "
		one_line "$stderr" "$(<"$file.reason")"
		same '' "$output"
	done
	expect 74 manifest-verify --keys keys missing
}

@test "what is signed and is no statement: nothing can be said" {
	for file in "$VECTORS"/statement/should-fail/{empty,type-old,name-twice,number-large}.json; do
		envelope "$file" ed25519 >signed.json
		expect 2 manifest-verify --keys keys signed.json
		one_line "$stderr" "manifest-verify: signed.json: "
		one_line "$stderr" "$(<"$file.reason")"
		# of which nobody trusted has signed it: what it says is not even read
		expect 1 manifest-verify --keys keys --threshold 2 signed.json
	done
}

@test "statements that others wrote, as long as they are in-toto's" {
	for file in "$VECTORS"/statement/good/*.json; do
		envelope "$file" ed25519 >signed.json
		expect 0 manifest-verify --keys keys --predicate signed.json
		same "$(jq -S --indent 2 .predicate "$file")" "$output"
	done
}

@test "openssl's envelopes" {
	for file in "$VECTORS"/envelope/good/*.json; do
		judged 0 '' --keys "$VECTORS/envelope/keys" "$file"
	done
}

@test "no byte of an envelope can be another" {
	note p384 >envelope
	size=$(stat -c %s envelope)
	for ((at = 0; at < size; at += 73)); do
		perl -0777 -pe "substr(\$_, $at, 1) ^= \"\\x01\"" envelope >flipped
		run manifest-verify --keys keys flipped
		[ "$status" -eq 1 ] || [ "$status" -eq 2 ] || { echo "byte $at: $status" >&2 && return 1; }
		head -c $at envelope >cut
		expect 2 manifest-verify --keys keys cut
	done
}

@test "a large statement" {
	jq -nc '{a: [range(30000) | {n: ., text: "a longer text, so that it has some size"}]}' >large.json
	manifest-sign --key ed25519.pem --type $NOTE --subject $D1 large.json >envelope
	manifest-verify --keys keys --predicate envelope >out
	jq -S --indent 2 . large.json | cmp - out
	{
		printf '{"a":"'
		head -c 12500000 /dev/zero | tr '\0' a
		printf '"}'
	} >large.json
	manifest-sign --key ed25519.pem --type $NOTE --subject $D1 large.json >envelope
	manifest-verify --keys keys --predicate envelope >out
	same 12500014 "$(stat -c %s out)"
	{
		printf '{"a":"'
		head -c 12600000 /dev/zero | tr '\0' a
		printf '"}'
	} >large.json
	expect 2 manifest-sign --key ed25519.pem --type $NOTE --subject $D1 large.json
	one_line "$stderr" 'manifest-sign: large.json: payload: larger than 12517376 bytes'
}

@test "used wrongly" {
	note ed25519 >envelope
	for bad in '' 'envelope' '--keys keys' '--keys keys --threshold 0 envelope' '--keys keys --threshold x envelope' \
		'--keys keys --json --predicate envelope' '--keys keys - -' "--keys keys --subject ${D1#*:} envelope" '--unknown'; do
		# shellcheck disable=SC2086
		expect 64 manifest-verify $bad
		same "Try 'manifest-verify --help'." "$(tail -n1 <<<"$stderr")"
		same '' "$output"
	done
	cp envelope $'\xff'
	expect 2 manifest-verify --keys keys $'\xff'
	one_line "$stderr" 'name is not UTF-8'
	expect 74 bash -c 'manifest-verify --keys keys envelope >/dev/full'
}

@test "--help and --version" {
	expect 0 manifest-verify --help
	[[ $output == Usage:* ]]
	expect 0 manifest-verify --version
	[[ $output == "manifest-verify "*OpenSSL* ]]
}

@test "the man page's example" {
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/manifest-verify.1")
	[ -n "$example" ]
	for key in ed25519 second; do
		manifest-sign --key $key.pem --type urn:kettle-dstack:measurements:1 --subject $D1 note.json >$key.json
	done
	mv ed25519.json measurements.dsse.json
	mv second.json other.dsse.json
	expect 0 bash -euc "$example"
	jq -S --indent 2 . note.json | cmp - measurements.json
}

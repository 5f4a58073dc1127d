# Envelopes, statements, and how many keys have signed the same: the modules, beside DSSE's own answers.
load ../../helpers

ENVELOPE=$VECTORS/envelope
STATEMENT=$VECTORS/statement

setup() { cd "$BATS_TEST_TMPDIR" || return; }

dsse() { "$TESTBIN/workspace/base/dsse" "$@"; }

# known ID FILTER: a part of DSSE's answers
known() { jq -er --arg id "$1" ".[] | select(.id == \$id) | $2" "$ENVELOPE/dsse.json"; }

# key_id PUBLIC, by others
key_id() { openssl pkey -pubin -in "$1" -outform DER | sha256sum | cut -d' ' -f1; }

@test "what is signed: DSSE's own answers" {
	count=0
	while read -r id; do
		payload=$(known "$id" '.payload | gsub("-"; "+") | gsub("_"; "/")' || true)
		base64 -d <<<"$payload" >payload
		expect 0 bash -c '"$0" pae "$1" <payload | od -An -v -tx1 | tr -d " \n"' "$TESTBIN/workspace/base/dsse" "$(known "$id" .type || true)"
		same "$(known "$id" .pae)" "$output" "$id"
		count=$((count + 1))
	done < <(jq -r '.[] | select(.id != "payload-type-swapped") | .id' "$ENVELOPE/dsse.json")
	same 9 $count
}

# Key ids are agreed on out of band: A and B are called as we call keys. What we take is a part of what DSSE allows: one
# payload type, one alphabet of base64.
@test "what holds: DSSE's own answers" {
	a=$(key_id "$ENVELOPE/keys/ed25519.pub")
	b=$(key_id "$ENVELOPE/keys/second.pub")
	held=
	for id in single-signature empty-payload threshold-two-distinct-keys threshold-two-one-key-twice threshold-two-without-keyids; do
		jq --arg id "$id" --arg a "$a" --arg b "$b" '.[] | select(.id == $id) |
			{payload, payloadType: .type, signatures: [.signatures[] | {sig} +
			(if .key then {keyid: (if .key == "A" then $a else $b end)} else {} end)]}' "$ENVELOPE/dsse.json" >"$id.json"
		expect "$(known "$id" 'if .accept then 0 else 1 end')" dsse judge "$ENVELOPE/keys" "$(known "$id" .threshold)" "$id.json"
		held+=" $status"
	done
	same ' 0 0 0 1 0' "$held"
	for id in url-safe-base64 payload-type-swapped non-ascii-payload-type empty-payload-type example; do
		jq --arg id "$id" '.[] | select(.id == $id) | {payload, payloadType: .type, signatures: [.signatures[] | {sig}]}' \
			"$ENVELOPE/dsse.json" >"$id.json"
		expect 2 dsse judge "$ENVELOPE/keys" 1 "$id.json"
	done
}

# spec: DSSE protocol.md, "Test Vectors"; its signature is r and s as they are
@test "the signature of DSSE's example holds" {
	sig=$(known example '.signatures[0].sig' | base64 -d | od -An -v -tx1 | tr -d ' \n')
	printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${sig:0:64}" "${sig:64}" >conf
	openssl asn1parse -genconf conf -noout -out der
	printf 'hello world' >payload
	dsse pae http://example.com/HelloWorld <payload >pae
	same holds "$("$TESTBIN/workspace/base/signature" verify "$VECTORS/key/good/dsse-p256.pub" "$(od -An -v -tx1 <der | tr -d ' \n')" <pae)"
}

@test "nothing of an envelope can be had before a signature holds" {
	expect 0 dsse peek "$ENVELOPE/good/four.json"
	same '4 signatures
payload: 1 no signature holds
statement: 1 no signature holds' "$output"
	mkdir keys
	cp "$VECTORS/key/good/rfc8032-3.pub" keys
	expect 1 dsse judge keys 1 "$ENVELOPE/good/ed25519.json"
	same 'does not hold, 0 signers
threshold
key-unknown
payload no signature holds' "$output"
}

@test "envelopes that hold, by openssl's signatures; what was signed comes out byte for byte" {
	for file in "$ENVELOPE"/good/*.json; do
		signers=1
		[[ $file != */four.json ]] || signers=4
		expect 0 dsse judge "$ENVELOPE/keys" $signers "$file"
		same "holds, $signers signers"$'\n'"payload $(<"$STATEMENT/good/canonical.json")" "$output" "$file"
		expect 1 dsse judge "$ENVELOPE/keys" $((signers + 1)) "$file"
	done
}

@test "envelopes that are refused, with the reason" {
	for file in "$ENVELOPE"/should-fail/*.json; do
		expect 2 dsse peek "$file"
		one_line "$stderr" "$file: "
		one_line "$stderr" "$(<"$file.reason")"
	done
}

@test "an envelope over its cap" {
	head -c $((16 << 20)) /dev/zero | tr '\0' ' ' >large
	printf '{}' >>large
	expect 2 dsse peek large
	one_line "$stderr" 'large: larger than 16777216 bytes'
}

@test "written again: compact, sorted, and nothing else" {
	jq -cS . "$ENVELOPE/good/spaced.json" | tr -d '\n' >expected
	dsse rewrite "$ENVELOPE/good/spaced.json" | cmp - expected
	jq -cS . "$ENVELOPE/good/four.json" | tr -d '\n' >expected
	dsse rewrite "$ENVELOPE/good/four.json" | cmp - expected
}

@test "statements that are taken" {
	for file in "$STATEMENT"/good/*.json; do
		expect 0 dsse statement "$file"
		same "$(jq -r '.predicateType, (.subject[] | "\(.digest.sha256)  \(.name)")' "$file")" "$output" "$file"
	done
}

@test "statements that are refused, with the reason" {
	for file in "$STATEMENT"/should-fail/*.json; do
		expect 2 dsse statement "$file"
		one_line "$stderr" "$file: "
		one_line "$stderr" "$(<"$file.reason")"
	done
}

@test "as many subjects as there may be, and one more" {
	jq -c '.subject = [range(16384) as $i | {name: "f\($i)", digest: .subject[0].digest}]' "$STATEMENT/good/canonical.json" >many
	expect 0 dsse statement many
	same 16385 "$(wc -l <<<"$output")"
	jq -c '.subject += [{name: "more", digest: .subject[0].digest}]' many >more
	expect 2 dsse statement more
	one_line "$stderr" 'statement: subject: 16385: more than 16384'
}

@test "no byte of an envelope can be another: each replaced by each, and every shorter one" {
	for kind in ed25519 p256; do
		expect 0 dsse flips "$ENVELOPE/keys" 1 "$ENVELOPE/good/$kind.json"
		same "$(stat -c %s "$ENVELOPE/good/$kind.json") bytes, 0 hold" "$output" "$kind"
	done
}

# Predicted events as JSON, and the registers they give.
load ../../helpers
load ../../workspace/qvl/helpers

MEASURED=$TESTBIN/tools/measure/measured
GOOD=$VECTORS/measured/good

@test "what is read is written again as it was" {
	local file count=0
	for file in "$GOOD"/*.json; do
		"$MEASURED" json "$file" | cmp - "$file"
		count=$((count + 1))
	done
	same 4 "$count"
}

@test "a payload too long for JSON is left out, the digest stays" {
	need jq
	cd "$BATS_TEST_TMPDIR"
	jq '[.[0] | .payload = "61" * 1024]' "$GOOD/one.json" >kept.json
	same "$(jq -S . kept.json)" "$("$MEASURED" json kept.json | jq -S .)"
	jq '[.[0] | .payload = "61" * 1025]' "$GOOD/one.json" >long.json
	same "$(jq -S 'map(del(.payload))' long.json)" "$("$MEASURED" json long.json | jq -S .)"
}

@test "words are words, however they are spaced" {
	need jq
	cd "$BATS_TEST_TMPDIR"
	jq '[.[0] | .varies_with = ["a, b", " c"]]' "$GOOD/one.json" >words.json
	same '["a","b","c"]' "$("$MEASURED" json words.json | jq -c '.[0].varies_with')"
}

@test "registers are what openssl extends by the digests, up to one that is not known" {
	need jq openssl perl
	local file i value
	for file in one every-register none; do
		expect 0 "$MEASURED" replay "$GOOD/$file.json"
		for i in 0 1 2 3; do
			value=$(jq -r ".[] | select(.register == \"rtmr$i\").sha384" "$GOOD/$file.json" | extended)
			same "$(jq "[.[] | select(.register == \"rtmr$i\")] | length" "$GOOD/$file.json") $value whole" "${lines[i]}" "$file"
		done
	done
	expect 0 "$MEASURED" replay "$GOOD/not-known.json"
	same "1 $(jq -r '.[0].sha384' "$GOOD/not-known.json" | extended) cut" "${lines[0]}"
	same "0 $ZERO whole" "${lines[1]}"
}

@test "what is malformed is refused with its event and reason" {
	local file count=0
	for file in "$VECTORS"/measured/should-fail/*.json; do
		expect 2 "$MEASURED" json "$file"
		same "measured: $file: $(<"$file.reason")" "$stderr"
		count=$((count + 1))
	done
	same 26 "$count"
}

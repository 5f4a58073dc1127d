# What has a schema against it: build/measurements.json, and what quote-parse, quote-verify, image-diff and image-explain print; by a validator that other people
# wrote. It comes from npm by its own lock, through the store, like every input.
load clone

setup_file() { npm_packages "$BATS_FILE_TMPDIR"; }

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# The document with one thing changed by jq is refused, with a message about it.
refused() { # CHANGE MESSAGE
	jq "$1" "$ROOT/build/measurements.json" >changed.json
	expect 1 validate changed.json
	[[ $output == *"$2"* ]]
}

@test "measurements.json holds" {
	expect 0 validate "$ROOT/build/measurements.json"
	same '' "$output$stderr"
}

@test "the schema refuses what is missing, misspelt, of another form or more" {
	refused 'del(.image.manifest.sha384)' "/image/manifest: must have required property 'sha384'"
	refused '.image.manifest.sha256 |= ascii_upcase' '/image/manifest/sha256: must match pattern'
	refused '.schema = "kettle-dstack/measurements/2"' '/schema: must be equal to constant'
	refused '.inputs.commit = "x"' '/inputs: must NOT have additional properties'
	refused '.application[0].size = 1.5' '/application/0/size: must be integer'
	refused '.application = []' '/application: must NOT have fewer than 1 items'
	refused '.image.layers[0].blob.size = -1' '/image/layers/0/blob/size: must be >= 0'
	refused 'del(.tdx)' "must have required property 'tdx'"
}

@test "quote-parse's JSON of every kind of quote holds, and no other member does" {
	local file
	for file in "$VECTORS"/quote/good/*.bin; do
		quote-parse --json "$file" >quote.json
		expect 0 validate quote.json quote-1
		same '' "$output$stderr" "$file"
	done
	jq '.body.more = ""' quote.json >changed.json
	expect 1 validate changed.json quote-1
	jq 'del(.pck)' quote.json >changed.json
	expect 1 validate changed.json quote-1
	one_line "$output" "must have required property 'pck'"
}

@test "quote-verify's answers hold, whatever they say, and no other member does" {
	local quotes=$SHARED/vectors/quotes
	[ -d "$quotes" ] || skip "needs $quotes"
	local near=(--json --quote "$quotes/near-mpc/quote.bin" --event-log "$quotes/near-mpc/event_log.json")
	quote-verify "${near[@]}" --collateral "$quotes/near-mpc/collateral.json" --at 1787894484 --expected app-id=00 >judged.json || [ $? -eq 1 ]
	quote-verify "${near[@]}" --collateral "$quotes/near-mpc/collateral.json" --at 1 --release "$ROOT/build/measurements.json" >early.json || [ $? -eq 1 ]
	quote-verify "${near[@]}" --require check --release "$ROOT/build/measurements.json" >unverified.json || [ $? -eq 1 ]
	quote-verify --json --quote "$VECTORS/quote/good/v3-type-1.bin" >sgx.json || [ $? -eq 1 ]
	for file in judged early unverified sgx; do
		expect 0 validate $file.json quote-verdict-1
		same '' "$output$stderr" "$file"
	done
	jq '.more = 1' judged.json >changed.json
	expect 1 validate changed.json quote-verdict-1
	jq '(first(.verify.checks[] | select(.state == "holds")).reason) = "debug"' judged.json >changed.json
	expect 1 validate changed.json quote-verdict-1
	jq 'del(.check.holds)' judged.json >changed.json
	expect 1 validate changed.json quote-verdict-1
	one_line "$output" "must have required property 'holds'"
}

@test "what image-explain prints holds, found or not; and its schema refuses what is odd" {
	image-explain --measurements "$ROOT/build/measurements.json" --tree "$ROOT" --json rtmr3 /usr/bin/kettle libzstd1 mk/layer.sh README.md >out.json
	expect 0 validate out.json explanation-1
	expect 1 image-explain --measurements "$ROOT/build/measurements.json" --tree "$ROOT" --json nothing
	cat <<<"$output" >none.json
	expect 0 validate none.json explanation-1
	jq '.explanations[0].things[0].influences[0].changes = "perhaps"' out.json >odd.json
	expect 1 validate odd.json explanation-1
	[[ $output == *'/changes: must be equal to one of the allowed values'* ]]
}

@test "what image-diff says holds, and is refused when it is changed" {
	mkdir -p one/d two/d
	echo one >one/d/f
	seq 100000 >two/d/f
	ln -s x two/d/g
	for it in one two; do tar -C $it -cf $it.tar d; done
	gzip -n <one.tar >one.gz
	gzip -n9 <one.tar >other.gz
	for pair in 'one.tar one.tar' 'one.tar two.tar' 'two.tar one.gz' 'one.gz other.gz' '--max=1 one.tar two.tar' 'one.tar one/d/f'; do
		image-diff --json $pair >diff.json 2>/dev/null || [ $? -le 2 ]
		expect 0 validate diff.json diff-1
	done
	jq '.differences[0].part = "tar"' diff.json >changed.json
	expect 1 validate changed.json diff-1
	jq '.differences[0].more = 1' diff.json >changed.json
	expect 1 validate changed.json diff-1
}

@test "tunnel-fetch's documents hold, of an answer and of a refusal, and no other member does" {
	load ../tools/attest/tunnel
	tunnel_setup
	hostile good
	fetch --json "$URL/" >answered.json
	hostile substitute
	fetch --json "$URL/" >refused.json || [ $? -eq 1 ]
	tunnel-fetch --insecure-no-verify --json "$URL/bytes?3" >unverified.json
	tunnel_teardown
	for file in answered refused unverified; do
		expect 0 validate $file.json tunnel-fetch-1
		same '' "$output$stderr" "$file"
	done
	jq .verdict answered.json >verdict.json
	expect 0 validate verdict.json quote-verdict-1
	jq '.tunnel.more = 1' answered.json >changed.json
	expect 1 validate changed.json tunnel-fetch-1
	jq '.response.headers.a = "b"' answered.json >changed.json
	expect 1 validate changed.json tunnel-fetch-1
}

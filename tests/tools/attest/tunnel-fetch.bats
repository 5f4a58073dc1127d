#!/usr/bin/env bats
load ../../helpers
load tunnel

setup_file() { tunnel_setup; }
teardown_file() { tunnel_teardown; }
setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "verified, asked, answered" {
	hostile good
	expect 0 fetch "$URL/path?query"
	same 'there' "$output"
	same '' "$stderr"
	gone
	same $'got client_kx_ready\ngot client_kx\ngot http_request /path?query\nclosed 1000' "$(grep -v listening hostile.out)"
	# Sealed: the path is in what the server opened, and was in nothing that came.
	expect 0 fetch -i "$URL/"
	same $'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nthere' "$output"
}

@test "by what is expected of the code instead of a release" {
	hostile good
	local options hash mrtd
	mapfile -t options < <(trusted)
	hash=$(jq -r .deployment.compose_hash "$RELEASE")
	mrtd=$(jq -r '.tdx.vms[0].mrtd' "$RELEASE")
	jq '.tdx.vms[0] | {mrtd, rtmr0, rtmr1, rtmr2}' "$RELEASE" >registers.json
	expect 0 tunnel-fetch "${options[@]}" --expected "compose-hash=$hash" --expected registers.json "$URL/"
	same '' "$stderr"
	expect 0 tunnel-fetch "${options[@]}" --expected "compose-hash=$hash" --expected "mrtd=$mrtd" "$URL/"
	one_line "$stderr" "of firmware and kernel not all was expected"
	expect 1 tunnel-fetch "${options[@]}" --expected "compose-hash=${hash:2}00" "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: refused: mr-config-id: is neither zeros nor the expected compose hash"
	expect 1 tunnel-fetch "${options[@]}" --expected "app-id=${hash:2:40}" "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: refused: app-id: is not what --expected says"
	expect 1 tunnel-fetch "${options[@]}" --expected "mrtd=${mrtd:2}00" "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: refused: mrtd: is not what --expected says"
	expect 0 tunnel-fetch "${options[@]}" --any-code "$URL/"
	same there "$output"
}

@test "a release that says nothing of what runs in the VM is no expectation of it" {
	hostile good
	local options
	mapfile -t options < <(trusted)
	echo '{"schema":"kettle-dstack/measurements/1"}' >empty.json
	expect 1 tunnel-fetch "${options[@]}" --release empty.json "$URL/"
	one_line "$stderr" "refused: code: the release says nothing of what runs in the VM"
}

@test "what there is too little of to judge by is wrong use, and says what to give" {
	expect 64 tunnel-fetch http://127.0.0.1:1/
	[[ ${stderr_lines[0]} == 'tunnel-fetch: no --collateral given: '* ]]
	expect 64 tunnel-fetch --collateral "$MADE/collateral.json" http://127.0.0.1:1/
	[[ ${stderr_lines[0]} == 'tunnel-fetch: no --release given, and no --expected of the code'* ]]
	# What is of the machine alone, or of the moment, is nothing of the code.
	expect 64 tunnel-fetch --collateral "$MADE/collateral.json" --expected td-attributes=0000001000000000 --expected instance-id=00 http://127.0.0.1:1/
	[[ ${stderr_lines[0]} == 'tunnel-fetch: no --release given'* ]]
	expect 64 tunnel-fetch --insecure-no-verify --release "$RELEASE" http://127.0.0.1:1/
	[[ ${stderr_lines[0]} == 'tunnel-fetch: --insecure-no-verify, and something'* ]]
}

@test "a man in the middle with a genuine quote for the server's key, and another key" {
	refused 1 'refused: report-data: the key is not bound by the quote' substitute
}

@test "a man in the middle with a genuine quote for his own key, of another machine" {
	mkdir other
	cp "$NEAR"/* other
	# MRTD; spec: quote-spec.md 1.2
	printf 'another' | dd of=other/quote.bin bs=1 seek=184 conv=notrunc status=none
	agent "$PWD/other.sock" other
	hostile good "$PWD/other.sock"
	expect 1 fetch -d "the secret" "$URL/secret"
	one_line "$stderr" "tunnel-fetch: $URL/secret: refused: mrtd: is of no shape of the release"
	gone
	same 'got client_kx_ready' "$(grep ^got hostile.out)"
}

@test "a quote of another release" {
	jq '(.tdx.rtmr3.checks[] | select(.event == "compose-hash").value) = "00" * 32' "$RELEASE" >other.json
	hostile good
	local options
	mapfile -t options < <(trusted)
	expect 1 tunnel-fetch "${options[@]}" --release other.json -d "the secret" "$URL/secret"
	one_line "$stderr" "tunnel-fetch: $URL/secret: refused: compose-hash: is not the release's"
	gone
	same 'got client_kx_ready' "$(grep ^got hostile.out)"
}

@test "an old quote: of another nonce, or of none" {
	refused 1 'refused: report-data: the key is not bound by the quote, which is another'\''s or an old one' old
	refused 1 'refused: report-data: the nonce is not in the quote, which may be of any age' no-nonce
	# Who does not ask for a nonce takes it, and then not one that has another.
	hostile no-nonce
	expect 0 fetch --no-nonce "$URL/"
	hostile old
	expect 1 fetch --no-nonce "$URL/"
	one_line "$stderr" 'refused: report-data'
}

@test "a quote that nobody has signed, or another root" {
	hostile good
	expect 1 tunnel-fetch --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --release "$RELEASE" -d "the secret" "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: refused: "
	gone
	same 'got client_kx_ready' "$(grep ^got hostile.out)"
	background unsigned.out "$TESTBIN/workspace/kettle/agent" "$PWD/unsigned.sock" "$NEAR"
	hostile good "$PWD/unsigned.sock"
	expect 1 fetch "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: refused: "
	gone
	same 'got client_kx_ready' "$(grep ^got hostile.out)"
}

@test "no quote, no log, no offer" {
	refused 1 'refused: quote: the server has none' no-quote
	refused 1 'refused: ' no-log
	refused 2 'refused: server_kx: ' broken
	hostile mute
	expect 75 tunnel-fetch --insecure-no-verify --timeout 1 "$URL/"
	[[ $stderr == *"not done after 1 seconds"* ]]
}

@test "keys of small order" {
	refused 2 'server_kx: x25519PublicKey' zero-key
	refused 2 'server_kx: share' zero-share
}

@test "server_kx twice, at once or later" {
	for mode in twice late; do
		hostile "$mode"
		expect 1 fetch "$URL/bytes?100"
		one_line "$stderr" "refused: a frame that does not open"
	done
}

@test "a server that only knows version 1 is refused, unless it is allowed" {
	refused 2 'refused: the server does not know version 2' downgrade
	hostile downgrade
	expect 0 fetch --allow-version-1 --json "$URL/"
	same '1 there' "$(jq -r '"\(.tunnel.version) \(.response.body)"' <<<"$output")"
	expect 0 fetch --allow-version-1 -d "text" "$URL/"
	head -c 100 /dev/urandom >binary
	printf '\377' >>binary
	expect 2 fetch --allow-version-1 -d @binary "$URL/"
	one_line "$stderr" 'version 1 of the tunnel has no bodies but text'
}

@test "frames that come back, do not open, are text, or too large" {
	hostile reflect
	expect 1 fetch "$URL/"
	one_line "$stderr" 'a frame that does not open'
	hostile junk
	expect 1 fetch "$URL/"
	one_line "$stderr" 'a frame that does not open'
	hostile text
	expect 2 fetch "$URL/"
	one_line "$stderr" "refused: a message of text"
	refused 75 '' large-clear
	hostile large
	expect 75 fetch "$URL/"
	one_line "$stderr" "tunnel-fetch: $URL/: "
}

@test "answers to what was not asked, and twice" {
	hostile wrong-id
	expect 2 fetch "$URL/"
	one_line "$stderr" "refused: an answer to a request that was never made"
	hostile second-head
	expect 2 fetch "$URL/bytes?10"
	one_line "$stderr" "refused: a second answer"
}

@test "an answer that is cut off is none: nothing half-written" {
	for mode in die cancel; do
		hostile "$mode"
		echo before >out
		expect 75 fetch -o out "$URL/bytes?3000000"
		one_line "$stderr" "tunnel-fetch: $URL/bytes?3000000: "
		same before "$(<out)"
		same "$mode out" "$mode $(find . -name 'out*' -printf '%f')"
		expect 75 fetch --json "$URL/bytes?3000000"
		same null "$(jq .response <<<"$output")"
	done
	one_line "$stderr" 'the server gave up: tired'
}

@test "a server that says nothing: time-outs" {
	hostile silent
	expect 75 fetch --timeout 1 "$URL/"
	one_line "$stderr" 'not done after 1 seconds'
	# Nobody there; somebody who is no server.
	expect 75 fetch http://127.0.0.1:1/
	one_line "$stderr" 'tunnel-fetch: http://127.0.0.1:1/: no connection'
}

@test "large answers, whole and in order" {
	hostile good
	for size in 0 1 262144 262145 1048576 1048577 20000000; do
		expect 0 fetch -o out "$URL/bytes?$size"
		same "$size" "$(stat -c %s out)"
	done
	expect 0 fetch "$URL/bytes?5"
	expect 74 bash -c 'tunnel-fetch "$@" >/dev/full' - --insecure-no-verify "$URL/bytes?5000000"
	[[ $stderr == *"standard output: "* ]]
}

@test "bodies of any size, from data, files and pipes" {
	hostile good
	head -c 5000000 /dev/zero >file
	expect 0 fetch -d @file "$URL/"
	same 5000000 "$output"
	expect 0 fetch --data-file file "$URL/"
	same 5000000 "$output"
	expect 0 bash -c 'head -c 3000000 /dev/zero | tunnel-fetch --insecure-no-verify --data-file - '"$URL/"
	same 3000000 "$output"
	expect 0 bash -c 'head -c 3000000 /dev/zero | tunnel-fetch --insecure-no-verify -d @- '"$URL/"
	same 3000000 "$output"
	expect 0 fetch --data-file /dev/null "$URL/"
	same 0 "$output"
	expect 74 fetch --data-file missing "$URL/"
	one_line "$stderr" 'tunnel-fetch: missing: cannot open'
}

@test "--json: verdict as quote-verify's, answer, and what the tunnel is" {
	hostile good
	expect 0 fetch --json "$URL/x"
	jq -S --indent 2 . <<<"$output" | cmp - <(printf '%s\n' "$output")
	same 'true true true true' "$(jq -r '.verdict | "\(.holds) \(.verify.holds) \(.check.holds) \(.judge.holds)"' <<<"$output")"
	same '200 OK there text' "$(jq -r '.response | "\(.status) \(.status_text) \(.body[:-1]) \(.body_encoding)"' <<<"$output")"
	same '["a=1","b=2"]' "$(jq -c '.response.headers["set-cookie"]' <<<"$output")"
	same "2 true $URL/x 64" "$(jq -r '.tunnel | "\(.version) \(.verified) \(.url) \(.public_key | length)"' <<<"$output")"
	expect 0 fetch --json "$URL/bytes?4"
	same 4 "$(jq -r .response.body <<<"$output" | base64 -d | wc -c)"
	# Of what is refused the verdict is told.
	hostile substitute
	expect 1 fetch --json "$URL/"
	same 'null false differs null' "$(jq -r '"\(.response) \(.tunnel.verified) \(.verdict.judge.reasons[0]) \(.tunnel.version)"' <<<"$output")"
}

@test "-v has the verdict on standard error" {
	hostile good
	expect 0 fetch -v "$URL/"
	same there "$output"
	[[ $stderr == *"holds          report-data"* ]]
}

@test "--insecure-no-verify believes anyone, and says so each time" {
	hostile no-quote
	expect 0 tunnel-fetch --insecure-no-verify "$URL/"
	same there "$output"
	one_line "$stderr" "tunnel-fetch: $URL/: nothing is verified"
	expect 0 tunnel-fetch --insecure-no-verify --json "$URL/"
	same 'null false' "$(jq -r '"\(.verdict) \(.tunnel.verified)"' <<<"$output")"
}

@test "used wrongly; help and version" {
	expect 64 tunnel-fetch
	expect 64 tunnel-fetch a b
	expect 64 tunnel-fetch --insecure-no-verify ftp://host/
	expect 64 tunnel-fetch -H 'no header' http://host/
	expect 64 tunnel-fetch -X 'GET /' --insecure-no-verify http://host/
	expect 64 tunnel-fetch --insecure-no-verify --json -o out http://host/
	expect 64 tunnel-fetch --insecure-no-verify -d a --data-file b http://host/
	expect 64 tunnel-fetch --require nothing --insecure-no-verify http://host/
	expect 74 tunnel-fetch --collateral missing --any-code http://127.0.0.1:1/
	one_line "$stderr" 'missing: '
	expect 0 tunnel-fetch --help
	[[ $output == Usage:* ]]
	expect 0 tunnel-fetch --version
}

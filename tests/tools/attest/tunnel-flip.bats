#!/usr/bin/env bats
# One bit changed on the way, in each phase of a tunnel: nothing is answered, and the line says what does not hold.
load ../../helpers
load tunnel

setup_file() {
	tunnel_setup
	cd "$BATS_FILE_TMPDIR" || return
	hostile good
	export GOOD=${URL##*:} OUT=$PWD/hostile.out
}
teardown_file() { tunnel_teardown; }
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# flipped DIRECTION FRAME OFFSET STATUS PATTERN: as flip takes them; what the client says and ends with.
flipped() {
	local before
	before=$(wc -l <"$OUT")
	background flip.out "$TESTBIN/workspace/tunnel/flip" "$GOOD" "$1" "$2" "$3"
	URL=http://127.0.0.1:$(sed -n 's/^listening //p' flip.out)
	expect "$4" fetch -d "the secret" "$URL/secret"
	[[ $stderr == "tunnel-fetch: $URL/secret: $5"* ]] || same "$5" "$stderr" "$1 $2 $3"
	same '' "$output"
	grep -q changed flip.out
	# The server has not read the request, but where it was its answer that was changed.
	[ "$1$2" = down1 ] || ! tail -n "+$((before + 1))" "$OUT" | grep 'got http_request'
}

@test "the greeting: its nonce" {
	flipped up 0 -1 1 'refused: report-data: '
	flipped up 0 -32 1 'refused: report-data: '
}

@test "the offer: its key, its quote, its certificates, its log, its version, its share" {
	flipped down 0 40 1 'refused: report-data: '
	flipped down 0 300 1 'refused: quote-signature.signature: '
	flipped down 0 1000 1 'refused: qe-report.signature: '
	flipped down 0 4000 1 'refused: root.identity: '
	flipped down 0 6000 1 'refused: log.form: '
	flipped down 0 10000 1 'refused: log.digests: event 22: '
	flipped down 0 -50 2 'refused: the server does not know version 2'
	flipped down 0 -1 1 'refused by the server, with code 1008: what it got was changed on the way'
}

@test "the sealed key, and the client's share" {
	flipped up 1 60 1 'refused by the server, with code 1002: what it got was changed on the way'
	flipped up 1 -1 1 'refused by the server, with code 1008: what it got was changed on the way'
}

@test "the request, and the answer" {
	flipped up 2 0 1 'refused by the server, with code 1008: what it got was changed on the way'
	flipped up 2 -1 1 'refused by the server, with code 1008: what it got was changed on the way'
	flipped down 1 0 1 'refused: a frame that does not open'
	flipped down 1 -1 1 'refused: a frame that does not open'
}

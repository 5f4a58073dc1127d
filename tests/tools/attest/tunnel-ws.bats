#!/usr/bin/env bats
load ../../helpers
load tunnel

setup_file() {
	tunnel_setup
	cd "$BATS_FILE_TMPDIR" || return
	hostile good
	export GOOD=$URL
}
teardown_file() { tunnel_teardown; }
setup() { cd "$BATS_TEST_TMPDIR" || return; }

# said BYTES [OPTION...]: what comes of what is on stdin, until there is so much of it.
said() {
	(
		set -o pipefail
		ws --linger 60 "${@:2}" "$GOOD/ws" | head -c "$1"
	)
}

@test "lines go, messages come" {
	printf 'one\ntwo\n\nthree and no line feed' >in
	expect 0 said 31 <in
	same $'one\ntwo\n\nthree and no line feed' "$output"
	same '' "$stderr"
	expect 0 bash -c 'echo hello | tunnel-ws --insecure-no-verify "$1" | head -n 1' - "${GOOD/http/ws}/ws"
	same hello "$output"
	# Silence after the end.
	expect 0 ws --linger 1 "$GOOD/ws" </dev/null
	same '' "$output"
}

@test "in a pipe: whoever has read enough ends it" {
	local options
	mapfile -t options < <(trusted)
	options+=(--release "$RELEASE")
	# shellcheck disable=SC2016
	expect 0 bash -c 'set -o pipefail; printf "hello\nagain\n" | tunnel-ws --linger 600 "$@" | head -n 1' - "${options[@]}" "$GOOD/ws"
	same hello "$output"
	# So does one who stops reading while nothing comes and nothing goes.
	mkfifo never
	# shellcheck disable=SC2016
	expect 0 bash -c 'tunnel-ws "$@" <>never | true; exit "${PIPESTATUS[0]}"' - "${options[@]}" "$GOOD/ws"
}

@test "an interactive end: an answer to each line before the next" {
	coproc ws --linger 0 "$GOOD/ws"
	local line
	for word in a b c; do
		echo "$word" >&"${COPROC[1]}"
		read -r -t 20 -u "${COPROC[0]}" line
		same "$word" "$line"
	done
	eval "exec ${COPROC[1]}>&-"
	wait "$COPROC_PID"
}

@test "binary, NULs, all in one, and as JSON" {
	printf 'a\nb\0c\377\0' >in
	said 7 --null --binary <in >out
	cmp in out
	said 8 --one --binary --null <in >out
	cmp out <(cat in; printf '\0')
	expect 0 said 26 --binary --json --one <in
	same "$(base64 -w0 in)" "$(jq -r .base64 <<<"$output")"
	expect 0 said 35 --json < <(printf 'a "quote"\n\n')
	same $'{"text":"a \\"quote\\""}\n{"text":""}' "$output"
	expect 2 ws "$GOOD/ws" <in
	one_line "$stderr" "a message of text that is not UTF-8"
}

@test "many and large messages, in order" {
	seq 20000 >in
	said "$(stat -c %s in)" <in >out
	cmp in out
	head -c 6000000 /dev/zero | tr '\0' x >in
	said 6000001 --one <in >out
	same 6000001 "$(stat -c %s out)"
	expect 2 ws "$GOOD/ws" < <(head -c 9000000 /dev/zero)
	one_line "$stderr" 'standard input: a message of more than'
}

@test "the code it is closed with is the exit status" {
	while read -r status code; do
		expect "$status" ws "$GOOD/ws" < <(echo "close $code"; sleep 20 3>&-)
		[ "$status" = 0 ] || one_line "$stderr" "tunnel-ws: $GOOD/ws: closed with code $code: as you wish"
	done <<-END
		0 1000
		0 1001
		2 1003
		1 1008
		2 1009
		75 1011
		1 3000
		1 4999
	END
}

@test "refused as by tunnel-fetch: nothing is sent" {
	for mode in substitute old no-nonce no-quote zero-key downgrade; do
		hostile "$mode"
		[[ $(ws "$URL/ws" 2>&1 >out < <(echo secret) || echo "status $?") == "tunnel-ws: $URL/ws: "*$'\n'"status "[12] ]]
		same '' "$(<out)"
		gone
		same 'got client_kx_ready' "$(grep ^got hostile.out)"
		! grep -a secret captured || false
	done
}

@test "used wrongly; help and version" {
	expect 64 tunnel-ws
	expect 64 tunnel-ws ws://host/ws
	[[ $stderr == *"no --collateral given"* ]]
	expect 64 tunnel-ws --insecure-no-verify --protocol 'a b' ws://host/
	expect 64 tunnel-ws --insecure-no-verify ftp://host/
	expect 0 tunnel-ws --help
	[[ $output == Usage:* ]]
	expect 0 tunnel-ws --version
	expect 75 tunnel-ws --insecure-no-verify ws://127.0.0.1:1/ </dev/null
}

# tunneld as its clients see it, the hostile ones too: attack.cjs (on npm's tweetnacl, cbor-x and ws) and tunneled.c (on channel.h, with a
# WebSocket of its own).
# what that loads is beside it
BATS_TEST_DIRNAME=$BATS_TEST_DIRNAME/../../tunnel load helpers

setup_file() {
	tunnel_setup
	T=$BATS_FILE_TMPDIR
	RUNNING=()
	backend
	AGENT=$T/agent.sock
	APP_RUNNING=${RUNNING[*]}
	export BACKEND AGENT APP_RUNNING
}

teardown_file() {
	# shellcheck disable=SC2086
	kill $APP_RUNNING
}

setup() { tunnel_scratch; }
teardown() { tunnel_clear; }

# tunneld [OPTION...]: $PORT, $URL, $SERVER; what it says is in server.err
tunneld() {
	background server "$BIN/tunneld" --listen 127.0.0.1:0 --backend "$BACKEND" --agent "$AGENT" "$@"
	SERVER=$!
	holds server grep -qs ^listening "$T/server.out"
	PORT=$(sed -n 's/^listening on .*://p' "$T/server.out")
	URL=http://127.0.0.1:$PORT
}

client() { "$TESTBIN/workspace/tunnel/tunneled" "$PORT" "$@" 3>&-; }

# held NAME OUTPUT WHAT...: a client that stays until let_go, once it has printed OUTPUT
held() {
	background "$1" "$TESTBIN/workspace/tunnel/tunneled" "$PORT" "${@:3}"
	holds "$1" grep -qs "$2" "$T/$1.out"
}

let_go() { # of the client that was held last
	kill "${RUNNING[-1]}"
	unset 'RUNNING[-1]'
}

resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$SERVER/status"; } # KB

alive() { same $'200 \n6 bytes' "$(client get "${1:-2}" /)"; }

# Connections as the system lists them: local address, the other end's, and 01 for one that is open.
under_way() { holds server grep -q " 0100007F:$(printf %04X "${BACKEND##*:}") 01 " /proc/net/tcp; } # the first request has gone to the backend
none_left() { ! grep -q ": 0100007F:$(printf %04X "$PORT") .* 01 " /proc/net/tcp; }

# stops: it ends, in good order, on SIGTERM
stops() {
	local got=0
	kill "$SERVER"
	wait "$SERVER" || got=$?
	same 0 "$got" "exit status; it said: $(<"$T/server.err")"
}

attacks() { node "$ROOT/tests/workspace/tunnel/attack.cjs" "$URL/" "$@" 3>&-; }

@test "help, version, usage" {
	expect 0 tunneld_program --help
	expect 0 tunneld_program --version
	expect 64 tunneld_program --listen 127.0.0.1:0
	expect 64 tunneld_program --backend "$BACKEND"
	expect 64 tunneld_program --listen 127.0.0.1 --backend "$BACKEND"
	expect 64 tunneld_program --listen 127.0.0.1:0 --backend "$BACKEND" --requests 0
	expect 64 tunneld_program --listen 127.0.0.1:0 --backend "$BACKEND" --message 1000
	expect 64 tunneld_program --listen 127.0.0.1:0 --backend "$BACKEND" --encrypted-only a
	expect 2 tunneld_program --listen 127.0.0.1:0 --backend ftp://x
	tunneld
	expect 73 tunneld_program --listen "127.0.0.1:$PORT" --backend "$BACKEND"
	one_line "$stderr" 'cannot listen'
	stops
}

tunneld_program() { "$BIN/tunneld" "$@"; }

@test "plain requests pass through, but those for tunnels only" {
	tunneld --encrypted-only /echo --encrypted-only /status/
	same there "$(curl -sS "$URL/")"
	same '403 Encrypted channel required' "$(curl -sS -w '%{http_code} ' -o body "$URL/echo?x=1" && cat body)"
	same 403 "$(curl -sS -o /dev/null -w '%{http_code}' "$URL/%73tatus/1")"
	expect 0 theirs 2 "$URL/echo?x=1"
	same '/echo?x=1' "$(jq -r .url <<<"$output")"
}

@test "the backend is told the tunnel's host, and nothing that the client makes up" {
	tunneld
	expect 0 theirs 2 -H 'x-forwarded-proto: https' -H 'X-Forwarded-Host: evil' -H 'forwarded: host=evil' -H 'x_forwarded_port: 1' \
		-H 'x-real-ip: 1.1.1.1' -H 'connection: x-a, x-forwarded-proto, x-forwarded-host, x-forwarded-port' -H 'x-a: of one hop' \
		-H 'x-forwarded-prefix: /evil' -H 'via: 1.1 evil' -H 'x-b: kept' "$URL/echo"
	same "{\"host\":\"127.0.0.1:$PORT\",\"x-b\":\"kept\",\"x-forwarded-host\":\"127.0.0.1:$PORT\",\"x-forwarded-port\":\"$PORT\",\"x-forwarded-proto\":\"http\"}" \
		"$(jq -Sc '.headers | del(.connection)' <<<"$output")"
}

@test "attacks on version 1: ignored, and the connection goes on, or ends when there are too many" {
	tunneld
	attacks 1 none replay >got
	same $'none alive 1 null\nreplay alive 1 null' "$(<got)"
	attacks 1 at-once replay-later replay-elsewhere reflect truncate cut-frame change-bit short-ciphertext short-nonce \
		server-types no-map bomb bomb-map bomb-string deep indefinite clear-request early-request early-garbage early-bomb early-deep \
		early-duplicate early-trailing early-text early-kx long-nonce stray-chunk much-credit two-kx >got
	# What counts is that nothing was answered, and that an ordinary request then was.
	same "$(printf '%s alive 0 null\n' replay-later replay-elsewhere reflect truncate cut-frame change-bit short-ciphertext short-nonce \
		server-types no-map bomb bomb-map bomb-string deep indefinite clear-request early-request early-garbage early-bomb early-deep \
		early-duplicate early-trailing early-text early-kx long-nonce stray-chunk much-credit two-kx)" "$(<got)"
	attacks 1 at-once many-bad early-many oversize early-oversize >got
	same $'many-bad dead 0 1008\nearly-many dead 0 1008\noversize dead 0 1009\nearly-oversize dead 0 1009' "$(<got)"
	alive 1
	stops
	grep -q 'ignored of a tunnel: a frame for the second time' server.err
	grep -q 'ignored of a tunnel: a frame that does not open' server.err
}

@test "attacks on version 2: the first ends the connection" {
	tunneld
	attacks 2 at-once replay replay-later replay-elsewhere reflect reorder truncate cut-frame change-bit short-ciphertext many-bad clear-request two-kx \
		hello-again other-share >got
	same "$(printf '%s dead 0 1008\n' replay replay-later replay-elsewhere reflect reorder truncate cut-frame change-bit short-ciphertext many-bad \
		clear-request two-kx hello-again other-share)" "$(sed 's/ {.*//; s/^replay dead 1/replay dead 0/' got)"
	attacks 2 at-once server-types no-map bomb bomb-map bomb-string deep indefinite short-key short-sealed small-order small-share short-share \
		long-chunk much-credit >got
	same "$(printf '%s dead 0 1002\n' server-types no-map bomb bomb-map bomb-string deep indefinite short-key short-sealed small-order small-share \
		short-share long-chunk much-credit)" "$(<got)"
	attacks 2 at-once oversize early-many early-oversize stray-chunk early-garbage >got
	same $'oversize dead 0 1009\nearly-many dead 0 1008\nearly-oversize dead 0 1009\nstray-chunk alive 0 null\nearly-garbage alive 0 null' "$(<got)"
	alive
}

@test "no request is split in two, and no client gets at another's WebSocket, by whatever id" {
	tunneld
	for version in 1 2; do
		attacks $version split-request split-url split-method foreign-connection same-request >got
		same $'split-request alive 1 null\nsplit-url alive 1 null\nsplit-method alive 1 null\nforeign-connection alive 0 null {"got":["own"]}\nsame-request alive 1 null' \
			"$(<got)"
	done
	grep -q 'answered with 400: header x-a' server.err
}

@test "version 2 alone, when that is said" {
	tunneld --version-2-only
	alive 2
	expect 75 client get 1 /
	one_line "$stderr" 'no offer: 1002'
}

@test "quotes with a nonce are rationed, who asks for too many is told, others are served" {
	tunneld --quotes 5
	expect 0 client nonces 15
	[[ $output =~ ^([5-9])\ came,\ ([0-9]+)\ refused:\ more\ than\ 5\ quotes\ a\ minute ]]
	same 15 $((BASH_REMATCH[1] + BASH_REMATCH[2]))
	alive
	same 1 "$(grep -c 'no quote: more than 5 quotes a minute' server.err)"
}

@test "handshakes with garbage for keys are ignored, and others are served meanwhile" {
	tunneld
	held flood ^sent floods 100
	alive
	let_go
	grep -q 'the sealed key does not open' server.err
}

@test "an agent that is absent, hangs, or lies: 1011, a line that says why, and plain requests are served" {
	local mode
	AGENT=$T/none tunneld
	expect 75 client get 2 /
	one_line "$stderr" 'no offer: 1011 the server has no quote'
	same there "$(curl -sS "$URL/")"
	one_line "$(<server.err)" "no quote: $T/none: GetQuote: cannot connect"
	stops
	for mode in lie-report-data lie-quote lie-json error; do
		background liar "$TESTBIN/workspace/kettle/agent" --mode $mode "$T/$mode.sock" "$FIXTURE"
		holds liar grep -qs ^listening "$T/liar.out"
		AGENT=$T/$mode.sock tunneld
		expect 75 client get 2 /
		one_line "$stderr" 'no offer: 1011 the server has no quote'
		one_line "$(<server.err)" "no quote: $T/$mode.sock: GetQuote: "
		stops
	done
}

@test "while an agent hangs, what needs no quote is served, and the server stops" {
	background hang "$TESTBIN/workspace/kettle/agent" --mode hang "$T/hang.sock" "$FIXTURE"
	holds hang grep -qs ^listening "$T/hang.out"
	AGENT=$T/hang.sock tunneld --drain-seconds 1
	background asks "$TESTBIN/workspace/tunnel/tunneled" "$PORT" get 2 /
	same there "$(curl -sS "$URL/")"
	stops
}

@test "a backend that dies in a body, that is silent, that says more than fits: an answer, and the tunnel goes on" {
	tunneld --message 1000000
	same $'502 backend: it broke off in the middle of an answer\n0 bytes' "$(client get 1 "/die?size=1000")"
	same $'502 backend: it broke off in the middle of an answer\n0 bytes' "$(client get 2 "/die?size=1000")"
	same $'200 \ncancelled backend: it broke off in the middle of an answer' "$(client get 2 "/die?size=1000000")"
	for path in '/bytes?size=3000000' '/bytes?size=3000000&chunked'; do
		same $'502 the answer is larger than 959040 bytes\n0 bytes' "$(client get 1 "$path")"
		same $'200 \n3000000 bytes' "$(client get 2 "$path")"
	done
	alive 1
	# a backend that is not there
	BACKEND=http://127.0.0.1:1 tunneld
	expect 0 client get 2 /
	[[ $output == '502 backend'* ]]
}

@test "who reads nothing makes nothing grow" {
	tunneld
	alive
	local version before
	before=$(resident)
	for version in 1 2; do
		held unread$version ^asked unread $version '/bytes?size=8000000' 40
		alive $version
		let_go
	done
	# 320 MB were asked for, twice; kept are 32 and an answer's 16 at most, in buffers that double.
	[ $(($(resident) - before)) -lt 120000 ]
	stops
}

@test "who sends what the backend does not read is not read" {
	tunneld --memory 8000000 --drain-seconds 1 # at its end the upload is still under way
	alive
	local before
	before=$(resident)
	# Of each body the system's buffers take some MB before the backend is full.
	held upload ^sent upload 1 '/slow?ms=60000' 14000000
	[ "$(sed -n 's/^sent //p' upload.out)" -lt 20 ]
	[ $(($(resident) - before)) -lt 120000 ]
	alive
	let_go
}

@test "halves of messages are bounded over all tunnels, and what is small goes on" {
	tunneld --held 10000000
	alive
	local before
	before=$(resident)
	held halves ^kept halves 40
	same "kept 9, refused 31 with 1013" "$(<halves.out)"
	[[ $BIN == *asan* ]] || [ $(($(resident) - before)) -lt 40000 ] # a sanitizer keeps what was freed
	alive 1
	alive 2
	let_go
	holds server none_left
	held again ^kept halves 5
	same "kept 5, refused 0 with 0" "$(<again.out)"
	let_go
}

@test "more of a body than there was credit for ends the tunnel" {
	tunneld
	same 'closed 1008 http_chunk: more than there was credit for' "$(client overspend '/slow?ms=60000')"
	alive
}

@test "a request's own timeout: 504" {
	tunneld
	for version in 1 2; do
		same $'504 no answer within the request\'s timeout\n0 bytes' "$(client get $version '/slow?ms=60000' 200)"
	done
	alive
}

@test "a drain is over when its time is: what is under way is cut off, with 1001" {
	tunneld --drain-seconds 1
	background slow "$TESTBIN/workspace/tunnel/tunneled" "$PORT" get 2 '/slow?ms=60000'
	under_way
	stops
	same 'closed 1001 the server is going away' "$(<slow.out)"
	grep -q 'what is still under way is cut off' server.err
}

@test "who sends half a frame, or goes away in the middle of an answer, harms nobody" {
	tunneld --drain-seconds 1
	held slow ^half slow
	for version in 1 2; do
		client vanish $version '/slow?ms=100'
		client vanish $version '/bytes?size=50000000'
	done
	alive
	let_go
	stops
}

@test "SIGTERM: what is under way is answered, tunnels get 1001, no further ones are taken" {
	tunneld
	background slow "$TESTBIN/workspace/tunnel/tunneled" "$PORT" get 2 '/slow?ms=1500'
	background idle "$TESTBIN/workspace/tunnel/tunneled" "$PORT" close 2
	holds idle grep -qs ^open "$T/idle.out"
	under_way
	stops
	same $'200 \n5 bytes' "$(<slow.out)"
	same $'open\nclosed 1001 the server is going away' "$(<idle.out)"
}

@test "a key's life ends, and with another one clients go on being served" {
	tunneld --key-seconds 1
	expect 0 theirs 2 --repeat 1 "$URL/"
	sleep 1.1
	expect 0 theirs 2 "$URL/"
	same there "$output"
}

@test "the process has no core dump, and nothing of its memory is for others to read" {
	tunneld
	grep -q '^Max core file size *0 ' "/proc/$SERVER/limits"
	# A process that may not be dumped belongs to root in /proc, whoever it runs as.
	if [ "$(id -u)" -eq 0 ]; then
		need setpriv
		chmod 755 "$T"
		setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN/tunneld" --listen 127.0.0.1:0 --backend "$BACKEND" --agent "$AGENT" >other.out 2>&1 3>&- &
		RUNNING+=($!)
		holds other grep -qs ^listening other.out
		same 0 "$(stat -c %u "/proc/${RUNNING[-1]}/mem")"
	fi
}

@test "10,000 idle tunnels: at most 16 KB each" {
	[ "$(ulimit -Hn)" -ge 20000 ] || skip "needs a limit of 20000 descriptors (ulimit -Hn)"
	[[ $BIN != *asan* ]] || skip "needs a build without sanitizers, which add to each allocation"
	tunneld --ping-seconds 600 --silent-seconds 1200 --handshake-seconds 600
	alive
	local before each
	before=$(resident)
	held idle ^open idle 10000
	each=$((($(resident) - before) * 1024 / 10000))
	echo "# $each bytes each" >&3
	[ "$each" -le 16384 ]
	alive
}

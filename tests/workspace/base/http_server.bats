# http_server and base64. curl and socat are the clients.
load ../../helpers

CAP=16384

setup() {
	need curl socat
	T=$(mktemp -d "$BATS_TEST_TMPDIR/a folder.XXXXXX")
	cd "$T" || return
}

teardown() {
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || true
}

# holds COMMAND...: waits until it does, half a minute at most.
holds() {
	local i
	for ((i = 0; i < 600; i++)); do
		if "$@"; then return; fi
		sleep 0.05
	done
	echo "still does not hold: $*" >&2
	return 1
}

# start [--forked]: serves at ./s until descriptor 8 is closed.
start() {
	mkfifo stop wait
	"$TESTBIN/workspace/base/http_server" "$@" $CAP "${SOCKET:-s}" wait <stop >out 2>log 3>&- &
	PID=$!
	exec 8>stop
	holds started
}

started() { grep -q listening out || ! kill -0 "$PID" 2>/dev/null; }

# stop: closes the other end; it ends with 0 and takes its socket with it.
stop() {
	exec 8>&-
	ended 0
}

ended() {
	local got=0
	wait "$PID" || got=$?
	PID=
	same "$1" "$got" "exit status; log: $(<log)"
	[ ! -e "${SOCKET:-s}" ]
}

# Answer and status.
ask() { curl -sS --max-time 60 --unix-socket s -w ' [%{http_code}]' "$@" 8>&-; }

# raw: what is sent as it is, and what comes back until the end. socat says when it has sent all, and listens on.
raw() { socat -t 60 - UNIX-CONNECT:s 8>&-; }

@test "requests and answers, kept connections, methods" {
	local way
	for way in "" --forked; do
		rm -f stop wait
		start $way
		same "GET /a/b 0  [200]" "$(ask 'http://x/a/b?query')"
		same "POST /p 5 hello [200]" "$(ask -d hello http://x/p)"
		same "PUT /p 2 ab [200]" "$(ask -X PUT -d ab http://x/p)"
		same "POST /p 0  [200]" "$(ask -X POST -H 'Content-Length: 0' http://x/p)"
		same "GET /p 4 body [200]" "$(ask -X GET -d body http://x/p)"
		same "DELETE /p 0  [200]" "$(ask -X DELETE http://x/p)"
		same "1 0 0 " "$(curl -sS --unix-socket s -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects} ' \
			http://x/1 -d a http://x/2 http://x/3 8>&-)" "connections made for each of three requests"
		expect 0 curl -sS -i --unix-socket s http://x/allow
		[[ $output == *"405 Method Not Allowed"*"content-type: application/json"*"allow: POST"* ]]
		expect 0 curl -sS -I --unix-socket s http://x/head
		[[ $output == *"200 OK"*"content-length: 13"* ]]
		stop
	done
}

@test "large answers arrive whole, and so does a body as large as the cap" {
	local way
	for way in "" --forked; do
		rm -f stop wait
		start $way
		same 5000000 "$(curl -sS --unix-socket s http://x/big/5000000 8>&- | tr -d '\n' | wc -c)"
		head -c $CAP /dev/zero | tr '\0' a >body
		printf 'POST /p %s %s [200]' $CAP "$(<body)" >want
		ask --data-binary @body http://x/p >got
		cmp want got
		stop
	done
}

@test "what is too large, has no length, or comes in chunks is refused and the connection ends" {
	local length
	start
	head -c $((CAP + 1)) /dev/zero | tr '\0' a >body
	same "{\"error\":\"the body is larger than $CAP bytes\"} [413]" "$(ask --data-binary @body http://x/)"
	head -c 4000000 /dev/zero >body
	same "{\"error\":\"the body is larger than $CAP bytes\"} [413]" "$(ask --data-binary @body http://x/)"
	same '{"error":"a body is taken whole, with a content-length, not in chunks"} [501]' \
		"$(ask -H 'Transfer-Encoding: chunked' -d hello http://x/)"
	same '{"error":"content-length: missing"} [411]' "$(ask -X POST -H 'Content-Length:' http://x/)"
	for length in abc -5 +5 '5, 5' 5,5 1e3 0x5 5.0 '5 5'; do
		expect 0 raw < <(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\nabcde' "$length")
		[[ $output == *" 400 "*"connection: close"*'{"error":"content-length: not a number"}' ]]
	done
	expect 0 raw < <(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nabcde')
	[[ $output == *" 400 "* ]]
	expect 0 raw < <(printf 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\nabcde')
	[[ $output == *" 413 "* ]]
	expect 0 raw < <(printf 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nabcde\r\n0\r\n\r\n')
	[[ $output == *" 501 "* && $output != *abcde* ]]
	same "GET /still 0  [200]" "$(ask http://x/still)"
	stop
}

@test "what is not HTTP/1 gets no answer of the handler's, and the server stays" {
	start
	local seed
	for seed in {1..20}; do
		head -c 3000 < <(openssl enc -aes-128-ctr -nosalt -K "$(printf %032x "$seed")" -iv 00 </dev/zero 2>/dev/null) >noise
		expect 0 raw <noise
		[[ $output != *" 200 "* ]]
	done
	expect 0 raw < <(printf '\r\n\r\n\r\n')
	ask --http2-prior-knowledge http://x/ >got 2>&1 || true
	expect 1 grep ' 200 ' got
	ask --http2 http://x/ >got 2>&1 || true
	expect 1 grep 'HTTP/2 200' got
	expect 52 ask -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
		-H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' http://x/
	expect 52 ask -H "Long: $(head -c 5000 /dev/zero | tr '\0' a)" http://x/
	[[ $(ask -X STEAL http://x/) == *"[403]" ]]
	same "GET /still 0  [200]" "$(ask http://x/still)"
	stop
}

@test "who sends and has finished sending is answered, and so are requests sent together" {
	local way
	for way in "" --forked; do
		rm -f stop wait
		start $way
		expect 0 raw < <(printf 'POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello')
		[[ $output == *" 200 "*"POST /p 5 hello" ]]
		expect 0 raw < <(printf 'GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n')
		[[ $output == *"GET /one 0 "*"GET /two 0 "* ]]
		stop
	done
}

@test "who is silent in the middle is dropped, and keeps nobody waiting" {
	local begin pids=() pid
	start
	for begin in '' 'GET / HT' 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'; do
		# shellcheck disable=SC2059 # it is a format
		{ printf "$begin"; exec sleep 60; } 3>&- 8>&- | socat -t 0 - UNIX-CONNECT:s 3>&- 8>&- >"silent.${#pids[@]}" &
		pids+=($!)
	done
	same "GET /other 0  [200]" "$(ask http://x/other)"
	for pid in "${pids[@]}"; do wait "$pid"; done
	same "" "$(cat silent.*)"
	stop
}

@test "fifty requests at once" {
	local way i
	for way in "" --forked; do
		rm -f stop wait
		start $way
		curl -sS --no-progress-meter --parallel --parallel-immediate --parallel-max 50 --unix-socket s \
			-d hello -o 'got.#1' 'http://x/[1-50]' 3>&- 8>&-
		for i in {1..50}; do same "POST /$i 5 hello" "$(<"got.$i")"; done
		stop
	done
}

@test "a handler in a process of its own keeps nobody waiting, and its failure is its own" {
	local first
	start --forked
	ask http://x/wait >first 3>&- &
	first=$!
	holds waits
	same "GET /other 0  [200]" "$(ask http://x/other)"
	same '{"error":"the process for this request failed"} [500]' "$(ask http://x/stop)"
	same '{"error":"the process for this request failed"} [500]' "$(ask http://x/abort)"
	same "POST /still 1 a [200]" "$(ask -d a http://x/still)"
	printf x >wait
	wait "$first"
	same "GET /wait 0  [200]" "$(<first)"
	holds no_children
	stop
}

children() { cat "/proc/$PID/task/$PID/children" 2>/dev/null; }
waits() { [ -n "$(children)" ]; }
no_children() { [ -z "$(children)" ]; }

@test "a handler whose client has gone is ended, and so are all when the server is" {
	start --forked
	curl -sS -o got --unix-socket s http://x/wait 3>&- 8>&- &
	holds waits
	kill $!
	holds no_children
	curl -sS -o got --unix-socket s http://x/wait 3>&- 8>&- &
	holds waits
	local child
	child=$(children)
	child=${child// /}
	stop
	expect 1 kill -0 "$child"
}

@test "the socket is its owner's alone, whatever the umask" {
	umask 0
	start
	same "600 socket" "$(stat -c '%a %F' s)"
	stop
	umask 0777
	rm -f stop wait out log
	(umask 022 && mkfifo stop wait && touch out log)
	"$TESTBIN/workspace/base/http_server" $CAP s wait <stop >out 2>log 3>&- &
	PID=$!
	exec 8>stop
	holds started
	same "600 socket" "$(stat -c '%a %F' s)"
	stop
}

@test "a handler that fails stops the server" {
	start
	expect 52 ask http://x/stop
	ended 0
}

@test "what is there is not replaced, unless it is a socket nobody serves" {
	echo mine >s
	expect 73 "$TESTBIN/workspace/base/http_server" $CAP s </dev/null
	one_line "$stderr" 's: cannot listen: Address already in use'
	same mine "$(<s)"
	rm s
	start
	expect 73 "$TESTBIN/workspace/base/http_server" $CAP s </dev/null
	same "GET /still 0  [200]" "$(ask http://x/still)"
	kill -9 "$PID"
	wait "$PID" || true
	exec 8>&-
	[ -S s ]
	rm stop wait
	start
	same "GET /again 0  [200]" "$(ask http://x/again)"
	stop
	expect 73 "$TESTBIN/workspace/base/http_server" $CAP not/there </dev/null
	one_line "$stderr" 'not/there: cannot listen: No such file or directory'
}

@test "a path may be longer than an address has room for" {
	local long
	long=$(printf 'a%.0s' {1..200})
	mkdir "$long"
	SOCKET=$T/$long/s start
	cd "$long"
	same "GET /far 0  [200]" "$(ask http://x/far)"
	cd ..
	SOCKET=$T/$long/s stop
	expect 73 "$TESTBIN/workspace/base/http_server" $CAP "$T/$long" </dev/null
	one_line "$stderr" 'cannot listen: File name too long'
}

# spec: RFC 4648, section 10, and what the coreutils' base64 says
@test "base64" {
	local size pair
	for pair in = f=Zg== fo=Zm8= foo=Zm9v foob=Zm9vYg== fooba=Zm9vYmE= foobar=Zm9vYmFy; do
		expect 0 "$TESTBIN/workspace/base/base64" < <(printf %s "${pair%%=*}")
		same "${pair#*=}" "$output"
		expect 0 "$TESTBIN/workspace/base/base64" read < <(printf %s "${pair#*=}")
		same "${pair%%=*}" "$output"
	done
	for size in 0 1 2 3 47 48 49 5006 100000; do
		head -c $size < <(openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 </dev/zero 2>/dev/null) >in
		expect 0 "$TESTBIN/workspace/base/base64" <in
		same "$(base64 -w 0 <in)" "$output" "$size bytes"
		base64 -w 0 <in | "$TESTBIN/workspace/base/base64" read | cmp - in
	done
	expect 2 "$TESTBIN/workspace/base/base64" 1073741825 </dev/null
	one_line "$stderr" 'larger than 1073741824 bytes'
}

# spec: RFC 4648, sections 3.2, 3.3 and 3.5
@test "base64 that is not the one text for its bytes is refused" {
	local text
	for text in Z Zg Zg= Zg=== 'Zg==Zg==' '=' '====' 'Z===' 'Zm9v ' 'Zm9-' 'Zm9_' 'Zm\nv' 'Zh==' 'Zm9=' $'Zm9v\n'; do
		expect 2 "$TESTBIN/workspace/base/base64" read < <(printf %s "$text")
		one_line "$stderr" 'not base64'
	done
}

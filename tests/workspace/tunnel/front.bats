# The public port: what passes through is the same bytes, what must not pass does not, whatever the two sides do.
# Peers: a careless backend and a client that says anything (Python), curl, node's server, nginx on either side.
load ../../helpers
load http

setup() {
	need python3
	cd "$(mktemp -d "$BATS_TEST_TMPDIR/front.XXXXXX")" || return
}

teardown() { end_all; }

OK='HTTP/1.1 200 OK^|Content-Length:'
SECRET='HTTP/1.1 403 Forbidden^|Content-Type: text/plain; charset=utf-8^|Content-Length: 27^|Connection: close^|^|Encrypted channel required|'

@test "bytes pass as they are, both ways" {
	careless
	front
	local request='POST /odd?%41 HTTP/1.1\r\nhOST: a\r\nX-b:1\r\nx-A: \t2 \r\nContent-Length: 4\r\nX-b:  3\r\n\r\n\x01\n\xff\n'
	talk "$request@wait \xff\n$(ask 'GET /old')"
	printf %b "$request$(ask 'GET /old')" | cmp - back/received.1
	printf 'HTTP/1.1 200  Fine\351\r\nx-B:1\r\nX-a:  2 \r\nx-B: 3\r\ncontent-LENGTH: 4\r\n\r\n\0\r\n\377HTTP/1.0 200 OK\r\n\r\nuntil the end' | cmp - talk.out
	request="$(ask 'POST /chunked' 'Transfer-Encoding: chunked')004;a=b\r\nabc\n\r\n0\r\nX-T: 1\r\n\r\n"
	printf %b "$request" >request
	talk "$(ask 'GET /hints')@wait late\n$(ask 'GET /chunked')@wait X-T: 1\n$(ask 'GET /old')"
	same "HTTP/1.1 103 Early Hints^|Link: </x>^|^|${OK} 4^|^|lateHTTP/1.1 200 OK^|Transfer-Encoding: chunked^|^|03;x=y^|abc^|0^|X-T: 1^|^|HTTP/1.0 200 OK^|^|until the end" "$output"
}

@test "curl with node behind: methods, bodies, chunks, trailers, 100-continue, HEAD, HTTP/1.0" {
	need curl node
	node_backend
	front
	local url=http://127.0.0.1:$PORT
	head -c 3000000 /dev/zero >body
	ask_curl() { curl -sS --max-time 60 "$@"; }
	same "GET /a 0" "$(ask_curl $url/a)"
	same "PUT /a 3000000" "$(ask_curl -T body $url/a)"
	same "POST /a 3000000" "$(ask_curl --data-binary @body -H 'Transfer-Encoding: chunked' -H Expect: $url/a)"
	same "POST /a 3000000" "$(ask_curl --data-binary @body -H 'Expect: 100-continue' $url/a)"
	same 417 "$(ask_curl --data-binary @body -H 'Expect: 100-continue' -o /dev/null -w '%{http_code}' $url/refuse)"
	same "GET /a 0" "$(ask_curl --http1.0 $url/a)"
	same abcdef "$(ask_curl $url/trailers)"
	same 204 "$(ask_curl -o /dev/null -w '%{http_code}' $url/empty)"
	same 200 "$(ask_curl -I -o /dev/null -w '%{http_code}' $url/a)"
	same 16777216 "$(ask_curl $url/big | wc -c)"
	same "GET /h2 0" "$(ask_curl --http2 $url/h2)"
	same '["Host","a","User-Agent","x","Accept","*/*","B","1","a","2","B","3"]' "$(ask_curl -A x -H 'Host: a' -H 'B: 1' -H 'a: 2' -H 'B: 3' $url/headers)"
	# one connection for all
	same "1 0 0 " "$(ask_curl -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects} ' $url/a $url/b $url/trailers)"
}

@test "nginx behind, and nginx in front with connections that it keeps" {
	need curl nginx
	head -c 5000000 /dev/urandom >big
	echo small >small
	local inner outer
	cat >nginx.conf <<-CONF
		user root; daemon off; master_process off; pid nginx.pid; error_log stderr;
		events {}
		http {
			access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
			server { listen unix:$PWD/inner; root $PWD; location /echo { return 200 "\$request_method \$http_content_length \$http_x"; } }
			include outer.conf;
		}
	CONF
	touch outer.conf
	begin inner nginx -p "$PWD" -c nginx.conf
	holds test -S inner
	PLACE=unix:$PWD/inner
	front
	sed -e "s,unix:.*inner;.*,unix:$PWD/outer; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ''; } }," \
		-e "s,include.*,upstream up { server 127.0.0.1:$PORT; keepalive 4; }," -e 's,pid nginx,pid outer,' nginx.conf >outer-nginx.conf
	begin outer nginx -p "$PWD" -c outer-nginx.conf
	holds test -S outer
	local i
	for i in 1 2 3 4 5; do
		curl -sS --max-time 60 --unix-socket outer http://a/big | cmp - big
		same small "$(curl -sS --max-time 60 --unix-socket outer http://a/small)"
		same "POST 3 y" "$(curl -sS --max-time 60 --unix-socket outer -d abc -H 'X: y' http://a/echo)"
		same 404 "$(curl -sS --max-time 60 --unix-socket outer -o /dev/null -w '%{http_code}' http://a/nothing)"
		same 304 "$(curl -sS --max-time 60 --unix-socket outer -o /dev/null -w '%{http_code}' -z small http://a/small)"
		same 405 "$(curl -sS --max-time 60 --unix-socket outer -o /dev/null -w '%{http_code}' --data-binary @small http://a/small)"
	done
	! grep -q log: front.log || false
}

@test "requests in a row are answered in their order, those of ours too" {
	careless
	front -e /secret
	talk "$(ask 'GET /1')$(ask 'POST /2' 'Content-Length: 3')a\n\n$(ask 'GET /secret')$(ask 'GET /3')"
	same "$OK 4^|^|/1 0$OK 4^|^|/2 3$SECRET" "$output"
	same 'GET /1|POST /2|' "$(tr '\n' '|' <back/requests)"
	logged "a request was refused: its path is for encrypted requests only"
	# The answer before is late: ours waits.
	talk "$(ask 'GET /late')$(ask 'GET /secret')@pause\n@touch back/go\n"
	same "$OK 4^|^|late$SECRET" "$output"
	talk "$(ask 'GET /1')GET /\r\n\r\n"
	[[ $output == "$OK 4^|^|/1 0HTTP/1.1 400 Bad Request"*"neither HTTP/1.0 nor HTTP/1.1|" ]]
}

@test "a client that ends what it sends gets all its answers" {
	careless
	front
	talk "$(ask 'GET /1')$(ask 'GET /2')$(ask 'GET /3')@end\n"
	same "$OK 4^|^|/1 0$OK 4^|^|/2 0$OK 4^|^|/3 0" "$output"
	talk "$(ask 'GET /late')@end\n@pause\n@touch back/go\n"
	same "$OK 4^|^|late" "$output"
	# Half a request gets none.
	talk "$(ask 'POST /4' 'Content-Length: 9')half\n@end\n"
	same "[reset]" "$output"
}

UPGRADE=('Connection: keep-alive, Upgrade' 'Upgrade: websocket')

@test "a tunnel is handed over with what was read, after the answers before it" {
	careless
	front -e /secret
	local tunnel
	tunnel=$(ask 'GET /__ra__' "${UPGRADE[@]}")
	talk "$(ask 'GET /1')${tunnel}more"
	same "$OK 4^|^|/1 0HTTP/1.1 101 tunnel^|^|" "$output"
	holds grep -q more front.log
	same "tunnel $(printf %b "${tunnel}more" | wc -c)" "$(grep -a ^tunnel front.log)"
	same "GET /1" "$(<back/requests)"
	# None of these is one.
	for request in 'POST /__ra__' 'GET /x/../__ra__' 'GET http://a/__ra__' 'GET /__RA__' 'GET /%5f_ra__'; do
		talk "$(ask "$request" "${UPGRADE[@]}" 'Connection: close')"
		[[ $output == "$OK"* ]]
	done
	talk "$(ask 'GET /__ra__' 'Connection: close')"
	[[ $output == "$OK"* ]]
	talk "$(ask 'GET /__ra__' 'Connection: close, upgrade' 'Upgrade: websocket, h2c')"
	[[ $output == "$OK"* ]]
	same 1 "$(grep -ac ^tunnel front.log)"
}

@test "every way to write a request that could be read in two is answered with 400, and none reaches the backend" {
	careless
	front
	local file files=()
	for file in "$VECTORS"/http-head/should-fail/*.request; do
		# Heads alone: a body is refused when its head has gone.
		[[ $file == *cut.request || $file == */chunk-* ]] || files+=("$file")
	done
	[ "${#files[@]}" -ge 80 ]
	expect 0 python3 -IS "$PEERS/front-client.py" "$PORT" "${files[@]}"
	same "${#files[@]}" "$(grep -c '^HTTP/1.1 400 Bad Request$' <<<"$output")"
	[ ! -e back/requests ]
	# Chunks: the request is broken off, so that nothing behind it can be another.
	files=("$VECTORS"/http-head/should-fail/chunk-[^c]*.request)
	[ "${#files[@]}" -ge 22 ]
	expect 0 python3 -IS "$PEERS/front-client.py" "$PORT" "${files[@]}"
	same "${#files[@]}" "$(grep -c '^HTTP/1.1 400 Bad Request$' <<<"$output")"
	same 1 "$(grep -c 'log: a request was refused: Content-Length twice' front.log)" "the same reason is logged once"
}

@test "an upgrade of the app's own is raw behind 101 alone" {
	careless
	front -e /secret
	talk "$(ask 'GET /websocket' "${UPGRADE[@]}")@wait raw:\nGET /secret HTTP/1.1\n@wait SECRET\n@end\n"
	same 'HTTP/1.1 101 Switching^|Connection: upgrade^|Upgrade: WebSocket^|^|raw:GET /SECRET HTTP/1.1|:end' "$output"
	# What comes early waits for it.
	talk "$(ask 'GET /websocket' "${UPGRADE[@]}")early\n@wait EARLY\n@end\n"
	same 'HTTP/1.1 101 Switching^|Connection: upgrade^|Upgrade: WebSocket^|^|raw:EARLY|:end' "$output"
	# Refused: what follows is framed, and judged.
	talk "$(ask 'GET /refuse' "${UPGRADE[@]}")$(ask 'GET /secret')"
	same "$OK 9^|^|/refuse 0$SECRET" "$output"
	talk "$(ask 'GET /refuse' "${UPGRADE[@]}")@wait 0\n$(ask 'GET /secret')"
	same "$OK 9^|^|/refuse 0$SECRET" "$output"
	# For tunnels only, an upgrade too.
	talk "$(ask 'GET /secret' "${UPGRADE[@]}")"
	same "$SECRET" "$output"
	! grep -q secret back/requests || false
}

@test "a change to another protocol, or one that was not asked for, is not passed on" {
	careless
	front -e /secret
	local bad='HTTP/1.1 502 Bad Gateway'
	talk "$(ask 'GET /upgrade-h2c' 'Connection: Upgrade, HTTP2-Settings' 'Upgrade: h2c' 'HTTP2-Settings: AAMAAABkAAQAAP__')$(ask 'GET /secret')"
	[[ $output == "$bad"* ]]
	talk "$(ask 'GET /upgrade-h2c' "${UPGRADE[@]}")"
	[[ $output == "$bad"* ]]
	talk "$(ask 'GET /upgrade-bare' "${UPGRADE[@]}")"
	[[ $output == "$bad"* ]]
	talk "$(ask 'GET /websocket')"
	[[ $output == "$bad"* ]]
	talk "$(ask 'GET /websocket' 'Upgrade: websocket')" # Connection does not name it
	[[ $output == "$bad"* ]]
	talk "$(ask 'POST /websocket' "${UPGRADE[@]}" 'Content-Length: 3')ab\n"
	[[ $output == "$bad"* ]]
	logged "backend: it changes the protocol unasked"
	logged "backend: it changes to a protocol other than WebSocket"
}

@test "a body that the backend did not want, and may take for requests, ends the connection" {
	careless
	front -e /secret
	local hidden
	hidden=$(ask 'GET /secret')
	talk "$(ask 'POST /refuse-body' 'Expect: 100-continue' "Content-Length: $(printf %b "$hidden" | wc -c)")@wait 417\n@pause\n$hidden"
	same "HTTP/1.1 417 No^|Content-Length: 0^|^|" "$output"
	! grep -q secret back/requests || false
	# With its body at once: the backend's second answer is nobody's.
	talk "$(ask 'POST /refuse-body' 'Expect: 100-continue' "Content-Length: $(printf %b "$hidden" | wc -c)")$hidden$(ask 'GET /1')"
	same "HTTP/1.1 417 No^|Content-Length: 0^|^|" "$output"
	# An answer before the end of the body, and the end of the connection: the client sees it.
	talk "$(ask 'POST /early' 'Content-Length: 1000000')abc\n"
	same "HTTP/1.1 413 Too Large^|Content-Length: 3^|Connection: close^|^|big" "$output"
}

@test "what a backend sends unasked is never the answer to the next request" {
	careless
	front
	talk "$(ask 'GET /excess')$(ask 'GET /2')"
	same "$OK 3^|^|one" "$output"
	logged "backend: it sends more than its answer"
	talk "$(ask 'GET /unasked')@wait asked\n@touch back/go\n"
	same "$OK 5^|^|asked" "$output"
}

@test "answers that are no HTTP, or end too early" {
	careless
	front
	local path
	for path in /garbage /both /die /die-head; do
		talk "$(ask "GET $path")"
		[[ $output == "HTTP/1.1 502 Bad Gateway^|"*"The server behind this one does not answer as it should|" ]]
	done
	talk "$(ask 'GET /die-body')"
	same "HTTP/1.1 200 OK^|Content-Length: 100^|^|half" "$output"
	talk "$(ask 'GET /die-chunk')"
	same "HTTP/1.1 200 OK^|Transfer-Encoding: chunked^|^|5^|abc" "$output"
	logged "backend: Content-Length and Transfer-Encoding"
	# A connection that was good before just ends, as it would without us.
	talk "$(ask 'GET /1')$(ask 'GET /die')"
	same "$OK 4^|^|/1 0" "$output"
	# An answer whose end is that of the connection breaks off with it.
	end_all
	careless tcp
	front
	talk "$(ask 'GET /reset')"
	same "HTTP/1.1 200 OK^|^|half[reset]" "$output"
}

@test "no backend: 502 and one line of the log" {
	need curl
	PLACE=unix:$PWD/nobody
	front
	for i in 1 2 3; do
		same "The server behind this one is not there 502" "$(curl -sS -w '%{http_code}' http://127.0.0.1:$PORT/ | tr '\n' ' ')"
	done
	logged "backend: cannot connect: No such file or directory"
	PLACE=http://127.0.0.1:1
	front
	same 502 "$(curl -sS -o /dev/null -w '%{http_code}' -T "$PEERS/front.bats" http://127.0.0.1:$PORT/)"
	logged "backend: Connection refused"
}

@test "time-outs: for a head, and for an answer" {
	careless
	front -h 1 -s 1
	talk 'GET / HTTP/1.1\r\n@pause\nHost: a'
	[[ $output == "HTTP/1.1 408 Request Timeout"* ]]
	talk "$(ask 'GET /1')GET / HTTP/1.1\r\n"
	[[ $output == "$OK 4^|^|/1 0HTTP/1.1 408 Request Timeout"* ]]
	talk ''
	same "" "$output"
	talk "$(ask 'GET /never')"
	[[ $output == "HTTP/1.1 504 Gateway Timeout"* ]]
	logged "a request was refused: its head took too long"
	logged "a request was given up: nothing moved for too long"
}

@test "who holds a backend up has little time, who waits for one has all it takes" {
	careless
	front -w 1
	talk "$(ask 'POST /4' 'Content-Length: 9')half"
	[[ $output == "HTTP/1.1 408 Request Timeout"* ]]
	logged "a request was given up: nothing moved for too long"
	# Longer than that second, as the backend's file does not come earlier.
	(sleep 1.5 && touch back/go) 3>&- &
	talk "$(ask 'GET /late' 'Connection: close')"
	same "$OK 4^|^|late" "$output"
	# One that does not read: some MB are the system's, then it is cut off.
	python3 -IS - "$PORT" <<-'END'
		import socket, sys, time
		peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
		peer.sendall(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
		time.sleep(3)
		size = 0
		try:
		    while data := peer.recv(1 << 20):
		        size += len(data)
		except ConnectionError:
		    pass
		sys.exit(size >= 30_000_000)
	END
}

@test "a tunnel behind an answer that is slowly read comes after all of it" {
	careless
	front
	python3 -IS - "$PORT" <<-'END'
		import socket, sys, time
		peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		upgrade = b"GET /__ra__ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
		peer.sendall(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n" + upgrade)
		time.sleep(1)
		got = bytearray()
		while not got.endswith(b"101 tunnel\r\n\r\n") and (data := peer.recv(1 << 20)):
		    got += data
		head, _, body = got.partition(b"\r\n\r\n")
		size = int(head.lower().partition(b"content-length:")[2].split()[0])
		sys.exit(not body[size:].startswith(b"HTTP/1.1 101 tunnel"))
	END
}

@test "drained: answers under way come, idle connections end, then it is done" {
	careless
	front
	printf %b "$(ask 'GET /late')" | python3 -IS "$PEERS/front-client.py" "$PORT" >late 3>&- &
	local late=$! idle
	printf %b "$(ask 'GET /idle')" | python3 -IS "$PEERS/front-client.py" "$PORT" >idle 3>&- &
	idle=$!
	holds grep -sq 'GET /late' back/requests
	holds grep -q idle idle
	kill -TERM "$FRONT_PID"
	wait "$idle"
	! curl -s --max-time 5 "http://127.0.0.1:$PORT/" || false
	kill -0 "$FRONT_PID"
	! grep -q done front.log || false
	touch back/go
	wait "$late"
	grep -q '^late$' <(tail -c 4 late; echo)
	wait "$FRONT_PID"
	grep -qx done front.log
}

resident() { sed -n 's/VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$FRONT_PID/status"; }
ticks() { cut -d ' ' -f 14,15 "/proc/$FRONT_PID/stat" | { read -r user system; echo $((user + system)); }; }

@test "without descriptors it waits, without spinning, and goes on when there are some" {
	need prlimit curl
	careless
	front
	prlimit --pid "$FRONT_PID" --nofile=24
	local before i
	begin held python3 -c '
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(60)]
print("held", flush=True)
time.sleep(3600)' "$PORT"
	holds grep -q held held.log
	logged "connections cannot be taken: Too many open files"
	before=$(ticks)
	sleep 1
	[ $(($(ticks) - before)) -lt 30 ]
	kill "$LAST_PID"
	same "/1 0" "$(curl -sS --max-time 60 "http://127.0.0.1:$PORT/1")"
}

@test "no more connections than were allowed are taken, and others get their turn" {
	need curl
	careless
	front -n 2
	local first second
	printf %b "$(ask 'GET /late')" | python3 -IS "$PEERS/front-client.py" "$PORT" >/dev/null 3>&- &
	first=$!
	printf %b "$(ask 'GET /late')" | python3 -IS "$PEERS/front-client.py" "$PORT" >/dev/null 3>&- &
	second=$!
	holds both_are_late
	expect 28 curl -s --max-time 0.5 "http://127.0.0.1:$PORT/1"
	# Who leaves may only have ended what it sends: its place is free when its answer has come.
	kill "$first" "$second"
	wait "$first" "$second" || true
	touch back/go
	same "/1 0" "$(curl -sS --max-time 60 "http://127.0.0.1:$PORT/1")"
}

both_are_late() { [ "$(grep -sc late back/requests)" = 2 ]; }

@test "who does not read makes nothing grow" {
	[[ $TESTBIN != *asan* ]] || skip "memory under a sanitizer is its own"
	careless
	front
	local before
	before=$(resident)
	begin held python3 -c '
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(20)]
for s in held: s.send(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
for s in held: s.recv(1)
time.sleep(1)
print("held", flush=True)
time.sleep(3600)' "$PORT"
	holds grep -q held held.log
	# 20 times 64 MiB are on their way; what is held is 128 KiB each at most, and a capacity of three times that.
	[ $(($(resident) - before)) -lt 10240 ]
}

@test "an idle connection keeps almost nothing" {
	[[ $TESTBIN != *asan* ]] || skip "memory under a sanitizer is its own"
	careless
	front
	local before
	before=$(resident)
	begin held python3 -c '
import socket, sys, time
held = []
for _ in range(400):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.send(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
    while not s.recv(100).endswith(b"/1 0"): pass
    held.append(s)
print("held", flush=True)
time.sleep(3600)' "$PORT"
	holds grep -q held held.log
	[ $((($(resident) - before) * 1024 / 400)) -lt 1536 ]
}

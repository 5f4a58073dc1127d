# Requests to a backend: what arrives, what is told of the answer, which connections are used again, what fails and how.
# Peers: node's server, a careless one (Python), nginx.
load ../../helpers
load http

setup() {
	need python3
	cd "$(mktemp -d "$BATS_TEST_TMPDIR/backend.XXXXXX")" || return
}

teardown() { end_all; }

backend() { expect "$1" "$TESTBIN/workspace/tunnel/backend" "${@:2}"; }

# told: status and body of the last answer, without its headers.
told() { sed -n -e 1p -e '/^$/,$p' <<<"$output" | tr '\n' '|'; }

@test "node answers: methods, bodies of known and unknown size, trailers, HEAD" {
	need node
	node_backend
	head -c 3000001 /dev/zero >body
	backend 0 "$PLACE" GET /a
	same "200 OK||GET /a 0|" "$(told)"
	[[ $output != *onnection:* && $output != *eep-*live* && $output == *Content-Length:\ 9* ]]
	backend 0 -b body "$PLACE" POST /a
	same "200 OK||POST /a 3000001|" "$(told)"
	backend 0 -k body "$PLACE" PUT /a
	same "200 OK||PUT /a 3000001|" "$(told)"
	backend 0 -b /dev/null "$PLACE" POST /a
	same "200 OK||POST /a 0|" "$(told)"
	backend 0 -k /dev/null "$PLACE" POST /a
	same "200 OK||POST /a 0|" "$(told)"
	backend 0 "$PLACE" HEAD /a
	same "200 OK|" "$(told)"
	backend 0 "$PLACE" GET /empty
	same "204 No Content|" "$(told)"
	backend 0 "$PLACE" GET /trailers
	same "200 OK||abcdef|" "$(told)"
	[[ $output != *ransfer-* && $output != *railer:* ]]
	backend 0 -q "$PLACE" GET /big
	same 16777216 "$output"
	backend 0 -q -p 200 "$PLACE" GET /big # not read for a while
	same 16777216 "$output"
	backend 0 -q -n 60 -c 7 -k body "$PLACE" PUT /a
	same "60 15" "$(sort <<<"$output" | uniq -c | awk '{ print $1, $2 }')"
}

@test "headers of one hop are dropped, a Host is added, and the rest arrives as it is" {
	need node
	node_backend
	backend 0 "$PLACE" GET /headers "Connection: close, x-A" "X-a: 1" "x-B: 2" "X-b:3" "Content-Length: 4" "Expect: 100-continue" \
		"TE: trailers" "Keep-Alive: x" "Proxy-Connection: x" "Upgrade: x" "Trailer: x" "Transfer-Encoding: x"
	same "[\"x-B\",\" 2\",\"X-b\",\"3\",\"Host\",\"${PLACE#http://}\"]" "$(tail -n 1 <<<"$output" | sed 's/"2"/" 2"/')"
	backend 0 "$PLACE" GET /headers "Host: other"
	same '["Host","other"]' "$(tail -n 1 <<<"$output")"
}

@test "what would be read as something else is refused before a connection is made" {
	careless
	refuses() {
		local why=$1
		shift
		backend 2 "$PLACE" "$@"
		one_line "$stderr" "$why"
	}
	refuses "a request's method is not a token" 'GET /x' /
	refuses "does not begin with '/'" GET http://a/
	refuses "a character that it may not have" GET '/ HTTP/1.1'
	refuses "a character that it may not have" GET $'/\r\nX: y'
	refuses "a character that it may not have" GET '/a#b'
	refuses "a header's name is not a token" GET / 'X : y'
	refuses "header X: a control character in it" GET / $'X: a\r\nY: b'
	refuses "header X: a control character in it" GET / $'X: a\nY: b'
	refuses "header content_length: '_' for '-'" GET / 'content_length: 1'
	refuses "header Host: twice" GET / 'Host: a' 'Host: b'
	refuses "more than 65536 bytes" GET / "X: $(printf '%070000d' 0)"
	[ ! -e back/received.1 ]
}

@test "connections are used again, and not after what nobody asked for" {
	careless
	backend 0 -q -n 5 "$PLACE" GET /1
	same 5 "$(wc -l <back/requests)"
	[ ! -e back/received.2 ]
	backend 0 -q -n 20 -c 4 "$PLACE" GET /2
	same 5 "$(find back -name 'received.*' | wc -l)"
	backend 0 -n 2 "$PLACE" GET /excess
	same "oneone" "$(grep -o one <<<"$output" | tr -d '\n')"
	! grep -q smuggled <<<"$output" || false
	same 7 "$(find back -name 'received.*' | wc -l)"
}

@test "answers: interim ones, chunks, until the end, early" {
	careless
	head -c 3000000 /dev/zero >body
	backend 0 "$PLACE" GET /hints
	same "200 OK||late|" "$(told)"
	backend 0 "$PLACE" GET /chunked
	same "200 OK||abc|" "$(told)"
	backend 0 "$PLACE" GET /old
	same "200 OK||until the end|" "$(told)"
	backend 0 -b body "$PLACE" POST /early
	same "413 Too Large||big|" "$(told)"
	backend 0 -d "$PLACE" GET /big
	same dropped "$output"
}

# fails STATUS TEXT ARGUMENT...
fails() { ends "$1" "failed: $2" "${@:3}"; }
ends() {
	backend "$1" "${@:3}"
	[[ $output == *"$2" ]] || same "$2" "$output"
}

@test "what fails says why: malformed is 2, cut off or silent is 75" {
	careless
	fails 2 "backend: neither HTTP/1.0 nor HTTP/1.1" "$PLACE" GET /garbage
	fails 2 "backend: Content-Length and Transfer-Encoding" "$PLACE" GET /both
	fails 2 "backend: it changes the protocol unasked" "$PLACE" GET /websocket
	fails 75 "backend: it closed the connection without an answer" "$PLACE" GET /die
	fails 75 "backend: it broke off in the middle of an answer" "$PLACE" GET /die-head
	fails 75 "backend: it broke off in the middle of an answer" "$PLACE" GET /die-body
	fails 75 "backend: it broke off in the middle of an answer" "$PLACE" GET /die-chunk
	ends 75 "silent: backend: silent for 300 ms" -s 300 "$PLACE" GET /never
	end_all
	careless tcp
	fails 75 "backend: it broke off in the middle of an answer" "$PLACE" GET /reset
	fails 75 "backend: no answer: Connection refused" http://127.0.0.1:1 GET /
	backend 75 unix:/nowhere GET /
	one_line "$stderr" "cannot connect: No such file or directory"
}

@test "places" {
	local bad
	for bad in https://a/ http://a/path http://a:0/ ftp://a/ unix: "unix:$(printf '%0108d' 0)" http://user@a/ ""; do
		backend 2 "$bad" GET /
	done
	careless tcp
	backend 0 "http://localhost:${PLACE##*:}/" GET /1
	same "200 OK||/1 0|" "$(told)"
	grep -q "^Host: localhost:${PLACE##*:}" back/received.1
}

# A client's WebSocket against a server that is none of ours, and means no good.
load ../../helpers

WEBSOCKET=$TESTBIN/workspace/tunnel/websocket
GOOD=$'HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: @ACCEPT@'

setup() {
	need perl
	T=$BATS_TEST_TMPDIR
}

# meets HEAD FRAMES [SIZE [PROTOCOLS]]: a client that wants a message of SIZE bytes back meets that server; what it says is the output.
meets() {
	local port= i
	perl "$ROOT/tests/websocket-server.pl" "$1" "$2" >"$T/server" 3>&- &
	local server=$!
	for ((i = 0; i < 200; i++)); do
		port=$(sed -n 's/^listening on //p' "$T/server")
		[ -z "$port" ] || break
		sleep 0.05
	done
	expect 0 timeout 20 "$WEBSOCKET" call "ws://127.0.0.1:$port/a?b" 1 "${3:-1}" "" "${4:-}"
	wait "$server"
}

# refused HEAD REASON [PROTOCOLS]
refused() {
	meets "$1" "" 1 "${3:-}"
	same "closed 1006 $2, 1 left" "$output"
}

@test "the request has what the RFC asks for" {
	meets "$GOOD" 880203e8 1 'a, b'
	grep -qx 'GET /a?b HTTP/1.1' "$T/server"
	grep -q '^Host: 127.0.0.1:' "$T/server"
	grep -qx 'Upgrade: websocket' "$T/server"
	grep -qx 'Connection: Upgrade' "$T/server"
	grep -qx 'Sec-WebSocket-Version: 13' "$T/server"
	grep -qx 'Sec-WebSocket-Protocol: a, b' "$T/server"
	grep -qx 'Sec-WebSocket-Key: [A-Za-z0-9+/]\{22\}==' "$T/server"
	expect 1 grep -qi extensions "$T/server"
}

@test "an answer that opens no WebSocket is refused" {
	refused "${GOOD/101 Switching Protocols/200 OK}" 'the server answered with status 200'
	refused $'HTTP/1.1 302 Found\nLocation: ws://127.0.0.1:1/' 'the server answered with status 302'
	refused "${GOOD/@ACCEPT@/s3pPLMBiTxaQ9kYGzzhZRbK+xOo=}" "the server's Sec-WebSocket-Accept is of another key"
	refused "${GOOD/Sec-WebSocket-Accept: @ACCEPT@/X: y}" "the server's Sec-WebSocket-Accept is of another key"
	refused "$GOOD"$'\nSec-WebSocket-Accept: x' "the server's Sec-WebSocket-Accept is of another key"
	refused "${GOOD/: websocket/: h2c}" 'the server upgrades to something else'
	refused "${GOOD/Connection: Upgrade/Connection: close}" 'the server upgrades to something else'
	refused "${GOOD/HTTP\/1.1/HTTP/1.0}" 'the server upgrades to something else'
	refused "$GOOD"$'\nSec-WebSocket-Extensions: permessage-deflate' 'the server chose an extension, and none was offered'
}

@test "a protocol is one of those that were offered" {
	local name=Sec-WebSocket-Protocol why='the server chose a protocol that was not offered'
	refused "$GOOD"$'\n'"$name: c" "$why"
	refused "$GOOD"$'\n'"$name: c" "$why" 'a, b'
	refused "$GOOD"$'\n'"$name: a, b" "$why" 'a, b'
	refused "$GOOD"$'\n'"$name: A" "$why" 'a, b'
	refused "$GOOD"$'\n'"$name: a"$'\n'"$name: a" "$why" 'a, b'
	meets "$GOOD"$'\n'"$name: b" 880203e8 1 'a, b'
	same "opened, protocol 'b'" "${lines[0]}"
}

@test "a head without an end is refused when it is too large" {
	refused "$GOOD"$'\nX: '"$(printf '%020000d' 0)" 'a head of more than 16384 bytes'
	refused "HTTP/1.1 101 x"$'\n'" y: z" "the server's answer: a folded line"
}

@test "frames that come with the answer are not lost" {
	meets "$GOOD" 880403e97879
	same $'opened, protocol \'\'\nclosed 1001 xy, 1 left' "$output"
	# its goodbye is answered with the same
	same '88 03e97879' "$(tail -n 1 "$T/server")"
}

@test "a ping is answered with what is in it, between the pieces of a message too" {
	# 2a34: the pattern's only byte is not needed: the client's message is not waited for
	meets "$GOOD" '8903414243|880203e8'
	grep -qx '8a 414243' "$T/server"
}

@test "a goodbye without a code, and an end without one" {
	meets "$GOOD" 8800
	same $'opened, protocol \'\'\nclosed 1005 , 1 left' "$output"
	same '88 ' "$(tail -n 1 "$T/server")"
}

# breaks FRAMES REASON [CODE]: the server is told 1002.
breaks() {
	meets "$GOOD" "$1"
	same "opened, protocol ''
closed 1006 $2, 1 left" "$output"
	grep -q '^88 03ea' "$T/server"
}

@test "what breaks the protocol ends the connection" {
	breaks 818100000000ff 'a masked frame of a server'
	breaks c100 'a frame with reserved bits'
	breaks '82|7e0001' "a frame's length in more bytes than it needs"
	breaks 88020000 'a goodbye with a code that may not be said'
}

@test "a message over the cap is refused before it has come, text that is not UTF-8 when it has" {
	meets "$GOOD" 827f7fffffffffffffff
	same "closed 1009 a message larger than may be, 1 left" "${lines[1]}"
	meets "$GOOD" '8103c32841' 3
	same "closed 1007 a text that is not UTF-8, 1 left" "${lines[1]}"
	grep -q '^88 03ef' "$T/server"
}

load ../../helpers

setup_file() {
	WEBSOCKET=$TESTBIN/workspace/tunnel/websocket
	export WEBSOCKET
}

setup() { T=$BATS_TEST_TMPDIR; }

teardown() {
	[ -z "${SERVER:-}" ] || kill "$SERVER" 2>/dev/null || true
}

# serve [CAP [QUEUE [PING SILENT]]]: $PORT, and what happens in $T/events
serve() {
	"$WEBSOCKET" serve "$@" >"$T/events" 2>"$T/errors" 3>&- &
	SERVER=$!
	happens 'listening on'
	PORT=$(sed -n 's/^listening on //p' "$T/events")
}

# happens PATTERN: within 20 seconds
happens() {
	local i
	for ((i = 0; i < 200; i++)); do
		if grep -q -- "$1" "$T/events"; then return 0; fi
		kill -0 "$SERVER" || break
		sleep 0.1
	done
	printf 'never: %s\n' "$1" >&2
	cat "$T/events" "$T/errors" >&2
	return 1
}

client() { perl "$ROOT/tests/websocket.pl" "$PORT" "$@" 3>&-; }

# raw SIZE BYTES: sends the bytes (a format of printf) behind an upgrade, and waits for so many behind the answer's head, or for the
# end. Those are printed as hexadecimal digits; the head is in $T/head.
raw() {
	# shellcheck disable=SC2016
	perl -MIO::Socket::INET -e '
		my ($port, $size, $into) = @ARGV;
		alarm 30;
		my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or die "connect: $!\n";
		my $sent = "GET /__ra__ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" .
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n" . join "", <STDIN>;
		syswrite($socket, $sent) == length $sent or die "send: $!\n";
		my ($got, $head) = ("", "");
		while (!length $head || length $got < $size) {
			last if !sysread $socket, $got, 65536, length $got;
			$head = $1 if !length $head && $got =~ s/\A(.*?\r\n\r\n)//s;
		}
		open my $file, ">", $into or die;
		print $file $head;
		print unpack("H*", $got), "\n";
	' "$PORT" "$1" "$T/head" < <(
		shift
		# shellcheck disable=SC2059
		printf "$@"
	) 3>&-
}

@test "text and binary go both ways, and so does the goodbye" {
	serve
	expect 0 client /__ra__ send:hello receive send-hex:00ff10 receive close:1000 closed
	same $'hello\nhex:00ff10\nclosed 1000' "$output"
	happens 'closed 1000'
}

@test "the server's goodbye says its code and reason" {
	serve
	expect 0 client / "send:close 4321" closed
	same "closed 4321" "$output"
	happens 'closed 4321 as you wish'
}

@test "messages of every size come back as they were sent" {
	serve 40000000
	for size in 0 125 126 65535 65536 17000000; do
		expect 0 "$WEBSOCKET" call "ws://127.0.0.1:$PORT/" 2 "$size"
		[[ $output == *'closed 1000 done, 0 left' ]]
	done
}

@test "a unix socket does too" {
	serve
	socat "UNIX-LISTEN:$T/socket,fork" "TCP:127.0.0.1:$PORT" 3>&- &
	local relay=$!
	while [ ! -S "$T/socket" ]; do sleep 0.05; done
	expect 0 "$WEBSOCKET" call "ws://localhost/" 3 100000 "$T/socket"
	kill "$relay"
	[[ $output == *'closed 1000 done, 0 left' ]]
}

@test "no extension and no subprotocol is agreed to" {
	serve
	same 880203e8 "$(raw 4 '\x88\x82\0\0\0\0\x03\xe8')"
	expect 1 grep -qi '^sec-websocket-\(extensions\|protocol\):' "$T/head"
	grep -q '^HTTP/1.1 101 ' "$T/head"
	# spec: RFC 6455 1.3
	grep -qi '^sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=' "$T/head"
}

@test "what comes with the upgrade is not lost" {
	serve
	same 820141 "$(raw 3 '\x82\x81\0\0\0\0A')"
}

@test "a message in pieces is one, with pings between them" {
	serve
	same 8a0170820441424344 "$(raw 9 '\x02\x82\0\0\0\0AB\x89\x81\0\0\0\0p\x00\x80\0\0\0\0\x80\x82\0\0\0\0CD')"
}

@test "a mask is taken off" {
	serve
	same 82054142434445 "$(raw 7 '\x82\x85\x01\x02\x03\x04@@@@D')"
}

@test "what breaks the protocol ends the connection: text that is not UTF-8, reserved bits, unknown frames, stray pieces" {
	serve
	# The code of the goodbye comes in the first four bytes.
	[[ $(raw 4 '\x81\x82\0\0\0\0\xc3\x28') == 88??03ef* ]]
	[[ $(raw 4 '\xc2\x81\0\0\0\0A') == 88??03ea* ]]
	[[ $(raw 4 '\x83\x81\0\0\0\0A') == 88??03ea* ]]
	[[ $(raw 4 '\x80\x81\0\0\0\0A') == 88??03ea* ]]
	[[ $(raw 4 '\x02\x81\0\0\0\0A\x82\x81\0\0\0\0A') == 88??03ea* ]]
	expect 0 client / send:alive receive
}

@test "a message over the cap ends the connection with 1009 before it has come, in one frame or many" {
	serve 1000
	[[ $(raw 4 '\x82\xfe\x03\xe9\0\0\0\0A') == 88??03f1* ]]
	[[ $(raw 4 '\x82\xff\x00\x00\x00\xff\xff\xff\xff\xff\0\0\0\0A') == 88??03f1* ]]
	[[ $(raw 4 '\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0A') == 88??03f1* ]]
	[[ $(raw 4 '\x02\xfe\x02\x00\0\0\0\0%0512d\x80\xfe\x02\x00\0\0\0\0%0512d' 0 0) == 88??03f1* ]]
	same 4 "$(grep -c 'closed 1009 a message larger than may be' "$T/events")"
	expect 0 client / send:alive receive
}

@test "what is no upgrade to a WebSocket is not served" {
	serve
	expect 52 curl -sS --max-time 5 "http://127.0.0.1:$PORT/"
	happens 'closed 1006'
	# what comes next is
	expect 0 client / send:alive receive
}

@test "who does not read fills the queue and no more; it drains when he reads" {
	serve 1000 300000
	expect 0 client / "send:flood 60000" receive receive receive receive receive
	same 5 "$(wc -l <<<"$output")"
	grep -q 'full after 5' "$T/events"
	grep -q drained "$T/events"
}

@test "who is paused is not read from, and is afterwards" {
	serve
	expect 0 client / send:pause send:then receive
	same then "$output"
	happens 'text then'
	same $'text pause\nreading\ntext then' "$(grep 'text\|reading' "$T/events")"
}

@test "who is silent is pinged, and given up when he does not answer" {
	serve 1000 1000 1 3
	[[ $(raw 1000 '') == 8901* ]] # the end comes first
	happens 'closed 1006 silent for too long'
}

@test "a connection that cannot be made says why" {
	serve
	expect 0 "$WEBSOCKET" call "ws://127.0.0.1:1/" 1 1
	[[ $output == 'closed 1006 '* ]]
	expect 75 "$WEBSOCKET" call "ws://localhost/" 1 1 "$T/nothing"
	one_line "$stderr" 'cannot connect'
	expect 2 "$WEBSOCKET" call "http://localhost/" 1 1
	one_line "$stderr" 'begins with ws://'
	# whoever speaks HTTP alone
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK' >"$T/answer"
	socat "UNIX-LISTEN:$T/http,fork" "SYSTEM:cat $T/answer; sleep 2" 3>&- &
	local web=$!
	while [ ! -S "$T/http" ]; do sleep 0.05; done
	expect 0 "$WEBSOCKET" call "ws://localhost/" 1 1 "$T/http"
	kill "$web"
	[[ $output == 'closed 1006 '* ]]
}

@test "it stops when told" {
	serve
	expect 0 client / send:stop closed
	wait "$SERVER"
	SERVER=
	expect 1 grep . "$T/errors"
}

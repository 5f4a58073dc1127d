# Frames of a WebSocket, without one.
load ../../helpers
load ../qvl/helpers

FRAME=$TESTBIN/workspace/tunnel/websocket_frame

@test "what a server may not send is refused, with the reason" {
	refuses websocket-frame 31 "$FRAME" read
}

# spec: RFC 6455 5.7
@test "the examples of the RFC are read, and what else is allowed" {
	cd "$VECTORS/websocket-frame/good"
	expect 0 "$FRAME" read text.frames fragments.frames ping.frames between.frames close.frames empty.frames
	same "text 48656c6c6f,
text 48656c6c6f,
ping 48656c6c6f,
ping ,text 48656c6c6f,close ,
close 03e8646f6e65,
binary ,text ," "$output"
	same "binary $(tail -c 256 256.frames | hex)," "$("$FRAME" read 256.frames)"
	same "binary $(tail -c 65536 64k.frames | hex)," "$("$FRAME" read 64k.frames)"
	same "binary $(printf '78%.0s' {1..126})," "$("$FRAME" read 126.frames)"
}

@test "the masked examples of the RFC are written" {
	same 818537fa213d7f9f4d5158 "$(printf Hello | "$FRAME" write 1 37fa213d | hex)"
	same 8a8537fa213d7f9f4d5158 "$(printf Hello | "$FRAME" write 10 37fa213d | hex)"
}

# header SIZE: of a frame of so many bytes
header() { head -c "$1" /dev/zero | "$FRAME" write 2 00000000 | head -c $(($2)) | hex; }

# spec: RFC 6455 5.2
@test "lengths are written in as few bytes as they need" {
	same 828000000000 "$(header 0 6)"
	same 82fd00000000 "$(header 125 6)"
	same 82fe007e00000000 "$(header 126 8)"
	same 82feffff00000000 "$(header 65535 8)"
	same 82ff000000000001000000000000 "$(header 65536 14)"
}

@test "a mask is laid over all, whatever the size" {
	need perl
	local size
	for size in 1 3 4 31 32 33 63 64 65 1021; do
		same "$(perl -e 'print "\1\2\3\4" x 400' | head -c "$size" | hex)" "$(head -c "$size" /dev/zero | "$FRAME" write 2 01020304 | tail -c "$size" | hex)"
	done
}

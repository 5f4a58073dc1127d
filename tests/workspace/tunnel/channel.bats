# Attacks on a channel. docs/tunnel-protocol.md says what each version is to withstand.
load ../../helpers

# spec: tunnel-spec.md 4
@test "frames: replayed, reordered, reflected, changed, truncated, of another connection, of the wrong type" {
	expect 0 "$TESTBIN/workspace/tunnel/channel"
}

@test "handshakes: repeated, out of turn, changed, too large, of another version" {
	expect 0 "$TESTBIN/workspace/tunnel/channel_handshake"
}

@test "keys: of small order, of a recorded connection, changed meanwhile" {
	expect 0 "$TESTBIN/workspace/tunnel/channel_keys"
}

@test "limits, and what is left of secrets" {
	expect 0 "$TESTBIN/workspace/tunnel/channel_limits"
}

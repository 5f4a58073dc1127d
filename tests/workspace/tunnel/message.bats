# Messages and their CBOR. tests/tunnel/vectors.bats makes the vectors again, and reads what we write by cbor-x.
load ../../helpers

# spec: tunnel-spec.md 1.2, 1.4, 1.5, 4
@test "messages are read as they were meant, written so that they read the same, or refused for the reason" {
	expect 0 "$TESTBIN/workspace/tunnel/message" "$VECTORS/tunnel-message"
}

@test "a message that says something else is noticed" {
	cp -r "$VECTORS/tunnel-message" "$BATS_TEST_TMPDIR/"
	sed -i 's/^status: 200/status: 201/' "$BATS_TEST_TMPDIR/tunnel-message/good/http_response.txt"
	expect 1 "$TESTBIN/workspace/tunnel/message" "$BATS_TEST_TMPDIR/tunnel-message"
	[[ $stderr == *http_response.cbor* ]]
	cp "$VECTORS/tunnel-message/good/http_response.txt" "$BATS_TEST_TMPDIR/tunnel-message/good/"
	cp "$VECTORS/tunnel-message/good/enc.cbor" "$BATS_TEST_TMPDIR/tunnel-message/should-fail/status-99.cbor"
	expect 1 "$TESTBIN/workspace/tunnel/message" "$BATS_TEST_TMPDIR/tunnel-message"
	[[ $stderr == *'status-99.cbor: is taken'* ]]
}

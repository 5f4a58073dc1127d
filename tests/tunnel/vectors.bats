# The vectors of the tunnel, made and read by tweetnacl, @noble/ciphers, blakejs and cbor-x.
load ../helpers
load ../end-to-end/clone
load ../workspace/tunnel/answers

setup_file() {
	npm_packages "$BATS_FILE_TMPDIR" tests/tunnel/npm
}

setup() {
	export MODULES=$BATS_FILE_TMPDIR/node_modules
}

# spec: tunnel-spec.md 1.3, 1.4, 1.5, 4
@test "known answers: tweetnacl, @noble/ciphers, blakejs and cbor-x" {
	answers 15 node "$ROOT/tests/tunnel/known_answers.cjs" "$ANSWERS"
}

@test "the connections are what another implementation makes" {
	local version
	for version in 1 2; do
		expect 0 node "$VECTORS/tunnel/make.cjs" $version
		same "$(cat "$VECTORS/tunnel/handshake-$version.txt")" "$output"
	done
}


@test "the messages are what cbor-x makes" {
	expect 0 node "$VECTORS/tunnel-message/make.cjs" "$BATS_TEST_TMPDIR"
	expect 0 diff -r "$VECTORS/tunnel-message/good" "$BATS_TEST_TMPDIR/good"
	expect 0 diff -r "$VECTORS/tunnel-message/should-fail" "$BATS_TEST_TMPDIR/should-fail"
}

# Keys, boxes and handshakes beside libsodium called from Python. tests/tunnel/vectors.bats has those from npm.
load ../../helpers
load answers

# spec: tunnel-spec.md 1.3, 1.4, 1.5, 4
@test "known answers: ours" {
	answers 13 "$TESTBIN/workspace/tunnel/known_answers" "$ANSWERS"
}

@test "known answers: libsodium, from Python" {
	need python3
	grep -qw aes /proc/cpuinfo || skip "needs a processor with AES, as libsodium's AES-GCM does"
	answers 12 python3 "$ROOT/tests/workspace/tunnel/known_answers.py" "$ANSWERS"
}

@test "whole connections of both versions, byte for byte" {
	local version
	for version in 1 2; do
		expect 0 "$TESTBIN/workspace/tunnel/handshake" "$VECTORS/tunnel/handshake-$version.txt"
	done
}

@test "the keys of version 2, by Python's hashlib" {
	need python3
	expect 0 python3 - "$VECTORS/tunnel/handshake-2.txt" <<-'END'
		import hashlib, sys
		known = {name: bytes.fromhex(value) for name, value in map(str.split, open(sys.argv[1]))}
		hash = hashlib.blake2b(b"dstack-tunnel-v2")
		for name in "client_kx_ready", "server_kx", "client_kx":
		    hash.update(len(known[name]).to_bytes(8, "little") + known[name])
		assert hash.digest() == known["transcript"]
		for label, name in (b"client to server", "key_to_server"), (b"server to client", "key_to_client"):
		    secret = known["key"] + known["shared"]
		    assert hashlib.blake2b(label + hash.digest(), key=secret, digest_size=32).digest() == known[name], name
	END
}

@test "a changed byte anywhere in a connection is seen" {
	local name line
	for name in client_kx_ready server_kx client_kx to_server_0 to_client_1 server_share_secret shared key_to_client; do
		awk -v name=$name '$1 == name { at = length($2) - 1; $2 = substr($2, 1, at - 1) (substr($2, at, 1) == "0" ? "1" : "0") \
			substr($2, at + 1) } { print }' "$VECTORS/tunnel/handshake-2.txt" >"$BATS_TEST_TMPDIR/changed"
		expect 1 cmp -s "$BATS_TEST_TMPDIR/changed" "$VECTORS/tunnel/handshake-2.txt"
		expect 1 "$TESTBIN/workspace/tunnel/handshake" "$BATS_TEST_TMPDIR/changed"
	done
}

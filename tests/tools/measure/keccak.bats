# Keccak-256: published values, and another implementation over every length around the block's 136 bytes.
load ../../helpers

KECCAK=$TESTBIN/tools/measure/keccak
NOBLE=$ROOT/build/lib/node_modules/@noble/hashes

# As Ethereum's documents and tests give them.
@test "published values" {
	same c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470 "$("$KECCAK" </dev/null)"
	same 1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8 "$(printf hello | "$KECCAK")"
	same 4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45 "$(printf abc | "$KECCAK")"
	same 5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02 "$(printf testing | "$KECCAK")"
}

@test "every length to 300 bytes, as another implementation has it" {
	need node
	[ -d "$NOBLE" ] || skip "needs $NOBLE (make tools)"
	cd "$BATS_TEST_TMPDIR" || return
	node -e '
		const fs = require("fs"), { keccak_256 } = require(process.argv[1] + "/sha3.js");
		for (let size = 0; size <= 300; size++) {
			const bytes = Buffer.alloc(size, Buffer.from("kettle\u00ff\u0001"));
			fs.writeFileSync("input." + size, bytes);
			console.log(Buffer.from(keccak_256(bytes)).toString("hex"));
		}' "$NOBLE" >expected
	same 301 "$(wc -l <expected)"
	for size in {0..300}; do "$KECCAK" <"input.$size"; done | diff expected -
}

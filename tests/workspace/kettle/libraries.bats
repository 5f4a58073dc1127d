# What an app may import: that it works in the worker, and what is said of anything else. With the real workerd and esbuild.
load ../../helpers
load helpers

MAY='an app is one file, and may import node:*, cloudflare:*'

# refuses LINE:COLUMN NAME: the app on stdin, for that import.
refuses() {
	app
	expect 2 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	one_line "$stderr" "app.ts:$1: import '$2': $MAY"
	run ! compgen -G "$TMPDIR/kettle.*"
}

@test "an import that is not there: one line with its place and what there is" {
	parts
	refuses 2:17 left-pad <<-'END'
		import { Hono } from "hono";
		import pad from  "left-pad";
		export default pad(new Hono());
	END
	refuses 1:26 @teekit/qvl <<<'import { verifyTdx } from "@teekit/qvl"; export default verifyTdx'
	refuses 1:29 @libsql/client <<<'import { createClient } from "@libsql/client"; export default createClient'
	refuses 1:14 ./helper <<<"import x from './helper'; export default x"
	refuses 2:9 dgram <<<$'export default\n\trequire("dgram")'
	refuses 1:14 kettle-2/worker <<<"import x from 'kettle-2/worker'; export default x"
	refuses 1:14 @noble <<<"import x from '@noble'; export default x"
}

@test "the list is of what is locked and shipped" {
	parts
	refuses 1:7 x <<<'import "x"'
	{
		jq -r '.dependencies | keys[]' "$ROOT/images/kettle-launcher/3-libraries/npm/package.json"
		printf '%s\n' node:\* cloudflare:\* kettle/worker @teekit/kettle/worker @teekit/tunnel
	} | sort >shipped
	sed 's/.*may import //; s/, /\n/g' <<<"$stderr" | sort | diff shipped -
}

@test "a module that a package does not have, and a name that a module does not have" {
	parts
	local name
	for name in hono/nowhere kettle kettle/nothing kettle/tunnel.js @teekit/kettle @teekit/tunnel/nothing @noble/hashes/md6; do
		app <<<"import x from '$name'; export default x"
		expect 2 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
		[[ $name =~ ^(@[a-z]*/)?[a-z]* ]]
		one_line "$stderr" "app.ts:1:14: import '$name': ${BASH_REMATCH[0]} has no such module"
	done
	app <<<'import { TunnelClient } from "@teekit/tunnel"; export default TunnelClient'
	expect 2 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	one_line "$stderr" 'app.ts:1:9: No matching export in "node_modules/@teekit/tunnel/index.js" for import "TunnelClient"'
}

@test "nothing else on this machine is taken in" {
	parts
	mkdir -p "$TMPDIR/node_modules/evil" "$TMPDIR/node_modules/@teekit/qvl"
	echo 'export const x = 1' | tee "$TMPDIR/node_modules/evil/index.js" "$TMPDIR/node_modules/@teekit/qvl/index.js" "$T/helper.ts" >"$TMPDIR/helper.ts"
	export NODE_PATH=$TMPDIR/node_modules
	local name
	for name in "$T/helper.ts" ../helper ../helper.ts evil evil/index.js @teekit/qvl https://example.org/x.js //example.org/x.js \
		@esbuild/linux-x64/package.json ./package.json; do
		refuses 2:19 "$name" <<<"// $name"$'\n'"import * as x from '$name'; export default x"
	done
	# Neither a tsconfig.json nor a package.json above the work folder has a say.
	rm -r "$TMPDIR/node_modules"
	echo '{"compilerOptions": {"paths": {"evil": ["./evil.ts"]}, "baseUrl": "."}}' >"$TMPDIR/tsconfig.json"
	echo 'export const x = 1' >"$TMPDIR/evil.ts"
	refuses 1:18 evil <<<"import { x } from 'evil'; export default x"
	# Nor has a map of Yarn's, which would lead a name that we know to another place.
	echo '{"dependencyTreeRoots": [{"name": "top", "reference": "workspace:."}], "enableTopLevelFallback": true, "fallbackExclusionList": [],
		"fallbackPool": [], "ignorePatternData": null, "packageRegistryData": [[null, [[null, {"packageLocation": "./",
		"packageDependencies": [["hono", "npm:1"]]}]]], ["hono", [["npm:1", {"packageLocation": "./evil/", "packageDependencies": []}]]]]}' \
		>"$TMPDIR/.pnp.data.json"
	app <<<'import { Hono } from "hono"; export default new Hono()'
	expect 0 kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	echo '{"imports": {"#alias": "node:fs"}}' >"$TMPDIR/package.json"
	refuses 1:18 '#alias' <<<"import { x } from '#alias'; export default x"
}

@test "packages come from beside kettle, whatever lies nearer to the app" {
	parts
	mkdir -p node_modules/hono "$TMPDIR/node_modules/hono"
	echo 'throw new Error("wrong hono")' | tee node_modules/hono/index.js >"$TMPDIR/node_modules/hono/index.js"
	app <<-'END'
		import { Hono } from "hono";
		const app = new Hono();
		export default app.get("/", (c) => c.text("right"));
	END
	"$KETTLE" launch --port "$(free_port)" --db-dir "$DATA" --check 2>log
	rm -r "$TMPDIR/node_modules"
	start
	same right "$(get /)"
	stop 0
}

@test "an import of types alone needs nothing" {
	parts
	app <<-'END'
		import type { Message } from "./types.js";
		import { Other } from "@teekit/qvl";
		import { type Env, serveStatic } from "kettle/worker";
		const text: Other = "x";
		export default (request: Request, env: Env): Message => new Response(text + typeof serveStatic);
	END
	start
	same xfunction "$(get /)"
	stop 0
}

@test "the packages work in the worker" {
	parts
	# spec: tunnel-spec.md 1.3 to 1.5 (X25519, secretbox, CBOR), RFC 8032 7.1 test 1 (Ed25519); the rest is said by coreutils.
	app <<-'END'
		import { Hono } from "hono";
		import { bytesToHex, hexToBytes } from "@noble/hashes/utils";
		import { sha256 } from "@noble/hashes/sha256";
		import { sha512 } from "@noble/hashes/sha2.js";
		import { blake2b } from "@noble/hashes/blake2b";
		import { xsalsa20poly1305 } from "@noble/ciphers/salsa";
		import { ed25519, x25519 } from "@noble/curves/ed25519.js";
		import { base64 } from "@scure/base";
		import { decode, encode } from "cbor-x";
		import { decode as decodeOnly } from "cbor-x/decode";

		const counting = (first: number, size: number) => Uint8Array.from({ length: size }, (_, i) => first + i);
		const abc = new TextEncoder().encode("abc");
		const value = { list: [1, -1, 1.5, "é", null, true], bytes: counting(0, 3), map: { deep: { er: "x" } } };
		const app = new Hono();
		app.get("/hashes", (c) => c.json([sha256, sha512, blake2b].map((hash) => bytesToHex(hash(abc)))));
		app.get("/secretbox", (c) =>
			c.text(bytesToHex(xsalsa20poly1305(counting(0, 32), counting(100, 24)).encrypt(encode({ type: "client_kx_ready" })))));
		app.get("/keys", (c) => c.json([
			bytesToHex(ed25519.getPublicKey(hexToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))),
			bytesToHex(x25519.getPublicKey(counting(1, 32))),
		]));
		app.get("/base64", (c) => c.text(base64.encode(abc)));
		app.get("/cbor", (c) => c.text(bytesToHex(encode({ type: "client_kx_ready" }))));
		app.get("/round", (c) => {
			// More than once: the decoder changes its ways for a shape that it has seen often.
			for (let i = 0; i < 100; i++) {
				const back = [decode, decodeOnly].map((read) => read(encode(value)));
				if (JSON.stringify(back) !== JSON.stringify([value, value])) return c.json(back, 500);
			}
			return c.text("same");
		});
		export default app;
	END
	start
	same "[\"$(printf abc | sha256sum | cut -d' ' -f1)\",\"$(printf abc | sha512sum | cut -d' ' -f1)\",\"$(printf abc | b2sum | cut -d' ' -f1)\"]" "$(get /hashes)"
	same a78d61f3ffe6199552e0da5637b18828bbb998ad4ecfbe8cdf9e4ffd52ead74755d267d581c72f62 "$(get /secretbox)"
	same '["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a","07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c"]' "$(get /keys)"
	same "$(printf abc | base64)" "$(get /base64)"
	same b9000164747970656f636c69656e745f6b785f7265616479 "$(get /cbor)"
	same same "$(get /round)"
	stop 0
}

@test "modules of Node, with the prefix and without" {
	parts
	app <<-'END'
		import { sep } from "path";
		import { sep as posix } from "path/posix";
		import { promises } from "node:fs";
		import { stat } from "fs/promises";
		export default () => new Response(sep + posix + (stat === promises.stat));
	END
	start
	same //true "$(get /)"
	stop 0
	refuses 1:14 fsx <<<'import x from "fsx"; export default x'
}

@test "what esbuild records of packages" {
	expect 0 "$TESTBIN/workspace/kettle/bundle" "$VECTORS/bundle/packages.json"
}

@test "hostile names of folders stay names, with packages too" {
	parts
	local hostile=$'q"uo\\te\' ))],$(x)\n\x01\xff é%'
	mkdir -p "$hostile/tmp"
	cd "$hostile"
	TMPDIR=$PWD/tmp
	app <<<'import { Hono } from "hono"; export default new Hono().get("/", (c) => c.text("x"))'
	start
	same x "$(get /)"
	stop 0
}

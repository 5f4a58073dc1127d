# The types that kettle ships for apps, by the TypeScript compiler, which comes from npm by its own lock.
load clone

setup_file() { npm_packages "$BATS_FILE_TMPDIR"; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# As worker.d.ts tells authors of apps to do.
	ln -s "$ROOT/build/lib/node_modules" node_modules
	sed -n '/^\/\/     {/,/^import/s/^\/\/ *//p' "$ROOT/workspace/kettle/worker/worker.d.ts" >tsconfig.json
	jq -e .compilerOptions.strict tsconfig.json
}

check() { node "$BATS_FILE_TMPDIR/node_modules/typescript/lib/tsc.js" --project .; }

@test "the examples and an app written for the published kettle are well-typed" {
	cp "$ROOT/workspace/kettle/example/app.ts" example.ts
	cp "$ROOT/workspace/kettle/example/chat/app.ts" chat.ts
	cp "$ROOT/tests/workspace/kettle/published-app.ts" published.ts
	cp "$ROOT/tests/workspace/kettle/published-tunnel-app.ts" tunnel.ts
	echo 'export type Note = { key: string; value: string }' >types.ts # which is not there when it is bundled
	expect 0 check
	same "" "$output"
}

# names FILE...: what these modules export by name
names() {
	sed -n 's/^export \(async \)\?\(function\|class\|const\) \([A-Za-z_]*\).*/\3/p; s/^export { \([A-Za-z]* as \)\?\([A-Za-z]*\) }.*/\2/p' "$@" |
		paste -sd,
}

@test "everything kettle/worker has is declared, under both names, and nothing else" {
	local worker=$ROOT/workspace/kettle/worker/worker.js tunnel=$ROOT/workspace/kettle/worker/tunnel.js names module
	[[ $(names "$worker") == *getDb* && $(names "$worker") == *upgradeWebSocket* && $(names "$tunnel") == *encryptedOnlyHono* ]]
	for module in kettle/worker @teekit/kettle/worker @teekit/tunnel; do
		mkdir -p "$module"
		names=$(names "$worker" "$tunnel")
		[ "$module" != @teekit/tunnel ] || names=$(names "$tunnel")
		echo "import { $names } from '$module'; export const used = [$names]" >"$module/right.ts"
		echo "import { TunnelClient } from '$module'; export const used = TunnelClient" >"$module/wrong.ts"
	done
	expect 2 check
	same "@teekit/kettle/worker/wrong.ts(1,10): error TS2305: Module '\"@teekit/kettle/worker\"' has no exported member 'TunnelClient'.
@teekit/tunnel/wrong.ts(1,10): error TS2305: Module '\"@teekit/tunnel\"' has no exported member 'TunnelClient'.
kettle/worker/wrong.ts(1,10): error TS2305: Module '\"kettle/worker\"' has no exported member 'TunnelClient'." "$(sort <<<"$output")"
}

@test "mistakes are found, each where it is" {
	cat >app.ts <<-'END'
		import { Hono } from "hono";
		import { encryptedOnly, type Env, getDb, getQuoteFromService, serveStatic, TunnelServer } from "kettle/worker";
		export async function wrong(env: Env): Promise<void> {
			env.DB_URL.length;
			env.STATIC_FILES.fetch("http://x/");
			env.DO_STORAGE.sql.exec("SELECT ?", { an: "object" });
			env.DO_STORAGE.sql.exec<{ at: Date }>("SELECT 1").one();
			getDb(env).execute(1);
			(await getDb(env).execute("SELECT 1")).length;
			getQuoteFromService("key");
			(await getQuoteFromService(new Uint8Array(32))).quote.charAt(0);
			serveStatic("folder");
			(await getQuoteFromService(new Uint8Array(32))).verifier_data?.val.length;
			(await TunnelServer.initialize(env)).wss.close();
			(await TunnelServer.initialize(new Hono())).wss.on("connection", (socket) => socket.send(1));
			encryptedOnly({ status: 403 });
		}
	END
	expect 2 check
	same '4 5 6 7 8 9 10 11 12 13 14 15 16' "$(sed -n 's/^app\.ts(\([0-9]*\),.*: error TS.*/\1/p' <<<"$output" | sort -nu | paste -sd' ')"
}

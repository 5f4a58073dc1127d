# The app: what it gets, and what is said of one that cannot run. With the real workerd and esbuild.
load ../../helpers
load helpers

@test "serves the example; the counter survives a restart" {
	parts
	start "${EXAMPLE%app.ts}manifest.json"
	same "Hello, world. You are visitor 1." "$(get /)"
	same "Hello, world. You are visitor 2." "$(get /)"
	same '{"ok":true}' "$(get /healthz)"
	same "not found" "$(get /nowhere)"
	same "a body" "$(curl -sS --data 'a body' "http://127.0.0.1:$PORT/echo")"
	one_line "$(tail -1 log)" "kettle: ${EXAMPLE%app.ts}app.ts: sha256 $(sha256sum <"$EXAMPLE" | cut -c-64), serving on port $PORT, data in $DATA"
	# What the app was made into is gone while it serves.
	same 'plain.sock,quote.sock,tunnel.sock' "$(ls -A "$TMPDIR"/kettle.* | paste -sd,)"
	stop 0
	start "${EXAMPLE%app.ts}manifest.json"
	same "Hello, world. You are visitor 3." "$(get /)"
	stop 0
}

@test "the example's manifest is the example's" {
	same "$(sha256sum <"$EXAMPLE" | cut -c-64)" "$(jq -r .sha256 "${EXAMPLE%app.ts}manifest.json")"
}

@test "serves on IPv6 and IPv4" {
	parts
	[ -e /proc/net/if_inet6 ] || skip "needs IPv6"
	app <<<'export default () => new Response("x")'
	start
	same x "$(curl -sS "http://[::1]:$PORT/")"
	same x "$(get /)"
	stop 0
}

@test "what an app gets: a function, .js and .mjs, env, node modules, onInit once" {
	parts
	app app.mjs <<-'END'
		import { createHash } from "node:crypto";
		import { Buffer } from "buffer";
		let inits = 0;
		await null;
		export function onInit(env) { inits++; }
		export default (request, env) => Response.json([inits, Object.keys(env).sort().join(), typeof env.DO_STORAGE.sql.exec,
			createHash("sha256").update(Buffer.from("abc")).digest("hex"), Object.keys(process.env).length]);
	END
	export SECRET=not-for-the-app
	start
	get / >/dev/null
	same '[1,"DO_STORAGE,HONO_DO,QUOTE_SERVICE","function","ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",0]' "$(get /)"
	same TZ=UTC "$(tr '\0' '\n' <"/proc/$(worker_pid | tr -d ' ')/environ")"
	stop 0
}

@test "onInit that fails is reported, and tried again" {
	parts
	app <<-'END'
		let tries = 0;
		export function onInit() { if (++tries < 2) throw new Error("not yet"); }
		export default { fetch: () => new Response("tries " + tries) };
	END
	start
	same 500 "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/")"
	same "tries 2" "$(get /)"
	grep -q 'kettle: onInit: Error: not yet' log
	stop 0
}

@test "an answer that is none is reported as that" {
	parts
	app <<<'export default () => "text"'
	start
	same 500 "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/")"
	holds grep -q "did not resolve to 'Response'" log
	stop 0
}

@test "WebSocket upgrade reaches the app" {
	parts
	app <<-'END'
		export default { fetch() {
			const [client, server] = Object.values(new WebSocketPair());
			server.accept();
			server.send("hello");
			server.close();
			return new Response(null, { status: 101, webSocket: client });
		} };
	END
	start
	curl -sS --http1.1 --max-time 10 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
		-H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -i "http://127.0.0.1:$PORT/" >answer 2>/dev/null || true
	grep -q '101 Switching' answer
	grep -q hello answer
	stop 0
}

@test "an app that does not compile: one line with file, line and column" {
	parts
	app 'my app.ts' <<-'END'
		const fine = 1;
		const broken = ;
	END
	expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	one_line "$stderr" "kettle: ./my app.ts: my_app.ts:2:15: Unexpected \";\""
	same "" "$(ls -A "$TMPDIR")"
}

@test "an app that does not load: reported, status 2, nothing left" {
	parts
	app <<<'throw new Error("boom"); export default {};'
	expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	same "kettle: ./app.ts: the app does not load: Error: boom" "${stderr##*$'\n'}"
	same "" "$(ls -A "$TMPDIR")"
	app <<<'export default 3;'
	expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	[[ ${stderr##*$'\n'} == *"does not load: TypeError: the app's default export is neither a function nor an object with a fetch method" ]]
	app <<<'export default class { fetch() {} }'
	expect 2 timeout 60 kettle launch --db-dir "$DATA" --port "$(free_port)"
	[[ ${stderr##*$'\n'} == *"does not load: TypeError: the app's default export is a class; export an object of it" ]]
	app <<<'await new Promise(() => {}); export default {};'
	expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	[[ ${stderr##*$'\n'} == *"app.ts: the app does not load: "* ]]
	same "" "$(ls -A "$TMPDIR")"
}

@test "a missing part is named" {
	app <<<'export default () => new Response("x")'
	mkdir bin
	cp "$BIN/kettle" bin/
	expect 72 bin/kettle launch --check
	one_line "$stderr" "kettle: $T/lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd: a part of kettle (in its sources, make tools puts it there): No such file or directory"
}

@test "a part that cannot be executed is named" {
	app <<<'export default () => new Response("x")'
	parts_fake <<<"#!/no/such/loader"
	expect 71 bin/kettle launch --check --db-dir "$DATA" --port "$(free_port)"
	one_line "$stderr" "bin/esbuild: cannot start: No such file or directory"
	same "" "$(ls -A "$TMPDIR")"
}

@test "an esbuild that fails in its own way is reported in one line" {
	app <<<'export default () => new Response("x")'
	local check=(bin/kettle launch --check --db-dir "$DATA" --port "$(free_port)")
	parts_fake <<<$'#!/bin/sh\necho first >&2; echo second >&2; exit 3'
	expect 71 "${check[@]}"
	one_line "$stderr" "app.ts: esbuild: first"
	esbuild_fake <<<$'#!/bin/sh\nexit 3'
	expect 71 "${check[@]}"
	one_line "$stderr" "app.ts: esbuild: failed without a word"
	esbuild_fake <<<$'#!/bin/sh\nkill -9 $$'
	expect 71 "${check[@]}"
	one_line "$stderr" "app.ts: esbuild: killed by SIGKILL"
	esbuild_fake <<<$'#!/bin/sh\nexit 0'
	expect 74 "${check[@]}"
	one_line "$stderr" "metafile.json: cannot open: No such file"
	# Its record is judged, not believed.
	esbuild_fake <<<$'#!/bin/sh\necho [] >metafile.json'
	expect 2 "${check[@]}"
	one_line "$stderr" "app.ts: not an object"
	same "" "$(ls -A "$TMPDIR")"
}

@test "an app reaches public addresses alone, not what else listens on this machine" {
	parts
	need socat
	local other
	other=$(free_port)
	socat "TCP-LISTEN:$other,bind=127.0.0.1,fork,reuseaddr" SYSTEM:'touch reached' 3>&- &
	local listener=$!
	holds bash -c ": <>/dev/tcp/127.0.0.1/$other" 2>/dev/null
	holds test -e reached # it is there for us
	rm reached
	app <<-END
		export default async () => {
			try { await fetch("http://127.0.0.1:$other/"); return new Response("reached"); }
			catch (error) { return new Response("refused"); }
		};
	END
	start
	same refused "$(get /)"
	stop 0
	kill "$listener"
	[ ! -e reached ]
}

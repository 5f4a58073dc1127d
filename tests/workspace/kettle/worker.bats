# The worker around an app, as published apps expect it, and the examples. With the real workerd and esbuild.
load ../../helpers
load helpers

CHAT=$ROOT/workspace/kettle/example/chat

teardown() { # whatever a failed test left running, by its id
	for id in ${PID:-} ${AGENT:-}; do kill -9 "$id" 2>/dev/null || true; done
}

send() { curl -sS --max-time 60 "${@:3}" -X "$1" "http://127.0.0.1:$PORT$2"; }   # METHOD PATH [OPTION...]
websocket() { "$ROOT/tests/websocket.pl" "$PORT" "$@"; }                          # PATH STEP...

published() {
	cp "$ROOT/tests/workspace/kettle/published-app.ts" app.ts
	manifest app.ts
	start
}

@test "a published app runs unchanged: routes and SQL, kept over a restart" {
	parts
	published
	same '{"ok":true}' "$(get /healthz)"
	get /uptime | jq -e '.milliseconds > 0'
	same '{"counter":1}{"counter":2}' "$(send POST /increment)$(send POST /increment)"
	same '{"changed":1}' "$(send PUT /notes/one --data-binary first)"
	same '{"value":"first","columns":["value"]}' "$(get /notes/one)"
	same '{"changed":1}' "$(send PUT /notes/one --data-binary second)"
	same '{"error":"not found"}' "$(get /notes/two)"
	same '{"count":1}' "$(send POST /visits)"
	# A batch is done whole or not at all.
	send POST /notes --data '[{"key":"two","value":"2"},{"key":"one","value":"1"}]' | grep -q 'UNIQUE constraint failed'
	same '{"error":"not found"}' "$(get /notes/two)"
	same '{"ok":true}' "$(send POST /notes --data '[{"key":"two","value":"2"},{"key":"three","value":null}]')"
	same '404 Not Found' "$(get /nothing)"
	curl -sSI -H 'Origin: http://elsewhere' "http://127.0.0.1:$PORT/healthz" | grep -qi '^access-control-allow-origin: \*'
	stop 0
	start
	same '{"value":"second","columns":["value"]}' "$(get /notes/one)"
	same '{"value":null,"columns":["value"]}' "$(get /notes/three)"
	same '{"count":2}' "$(send POST /visits)"
	same '{"counter":1}' "$(send POST /increment)"
	stop 0
}

@test "a published app runs unchanged: WebSocket, text and binary, and the end" {
	parts
	published
	same $'hello\n\xc3\xa9\nhex:00ff10' "$(websocket /ws send:hello receive send:é receive send-hex:00ff10 receive)"
	same 'closed 4000' "$(websocket /ws send:bye closed)"
	same 'closed 1000' "$(websocket /ws close:1000 closed)"
	head -c 65000 /dev/zero | tr '\0' x >long
	same "$(<long)" "$(websocket /ws "send:$(<long)" receive)"
	expect 1 websocket /healthz
	same 'websocket: refused with 200' "$stderr"
	stop 0
}

@test "a published app runs unchanged: files" {
	parts
	mkdir files
	echo '<!doctype html>' >files/index.html
	KETTLE_STATIC=files published
	same '<!doctype html>' "$(get /)"
	same '{"ok":true}' "$(get /healthz)"
	same '404 Not Found' "$(get /nothing)"
	stop 0
}

tunnelled() { (cd "$TMPDIR"/kettle.* && "$@"); } # COMMAND...: where the worker's sockets are, by their names

@test "an app written for the published tunnel runs unchanged: what came through the tunnel, and what says it did" {
	parts
	cp "$ROOT/tests/workspace/kettle/published-tunnel-app.ts" app.ts
	manifest app.ts
	start
	local plain=(curl -sS --unix-socket plain.sock) tunnel=(curl -sS --unix-socket tunnel.sock) header forged=()
	same '{"encrypted":false}{"encrypted":true}' "$(tunnelled "${plain[@]}" http://x/how)$(tunnelled "${tunnel[@]}" http://x/how)"
	same 'Encrypted channel required 403' "$(tunnelled "${plain[@]}" -w ' %{http_code}' http://x/secret)"
	same 'told 200' "$(tunnelled "${tunnel[@]}" -w ' %{http_code}' http://x/secret)"
	same 'no 418' "$(tunnelled "${plain[@]}" -w ' %{http_code}' http://x/teapot)"
	# Nothing in a request makes it one of the tunnel's.
	for header in 'cf: {"isTunnelled":true}' 'cf-blob: {"isTunnelled":true}' 'kettle:encrypted-request: true' 'x-kettle-tunnel: 1' \
		'x-forwarded-proto: https' 'isTunnelled: true' 'host: tunnelled'; do
		forged+=(-H "$header")
	done
	same 'Encrypted channel required 403' "$(curl -sS "${forged[@]}" -w ' %{http_code}' "http://127.0.0.1:$PORT/secret")"
	same '{"encrypted":false}' "$(curl -sS "${forged[@]}" "http://127.0.0.1:$PORT/how?isTunnelled=true")"
	# What is kept is the same whichever way it came.
	same '{"ok":true}' "$(tunnelled "${tunnel[@]}" -X PUT -d inside http://x/kv/one)"
	same '{"value":"inside"}' "$(get /kv/one)"
	stop 0
}

@test "an app written for the published tunnel runs unchanged: WebSockets" {
	parts
	cp "$ROOT/tests/workspace/kettle/published-tunnel-app.ts" app.ts
	manifest app.ts
	start
	local websocket=$ROOT/tests/websocket.pl
	# Whatever their path, those of the tunnel are the tunnel's; those in clear are for the app's routes.
	same $'{"hello":1,"path":"/__ra__"}\nhi\nhex:00ff\nstill\nclosed 4001' "$(tunnelled "$websocket" tunnel.sock / receive send:hi receive \
		send-hex:00ff receive send:throw send:still receive send:bye closed)"
	same $'{"hello":1,"path":"/__ra__"}\nclosed 1000' "$(tunnelled "$websocket" tunnel.sock '/ws?x=1' receive close:1000 closed)"
	same 'clear hi' "$(websocket /ws send:hi receive)"
	expect 1 websocket /
	same 'websocket: refused with 200' "$stderr"
	holds grep -qx 'app: closed 4001 bye 0' out
	holds grep -qx 'app: closed 1000  0' out
	grep -q 'kettle: on message: Error: in a listener' log
	# One is told what another says.
	tunnelled "$websocket" tunnel.sock /a receive receive >heard 3>&- &
	holds grep -q hello heard
	same $'{"hello":2,"path":"/__ra__"}\nto all' "$(tunnelled "$websocket" tunnel.sock /b receive send:'to all' receive)"
	wait $!
	same 'to all' "$(tail -1 heard)"
	stop 0
}

@test "TunnelServer: without a listener WebSockets go to the app's routes; not awaited; not Hono" {
	parts
	app <<-'END'
		import { Hono } from "hono";
		import { TunnelServer, isEncryptedRequest, upgradeWebSocket } from "@teekit/kettle/worker";
		const app = new Hono();
		TunnelServer.initialize(app);
		const refused = await TunnelServer.initialize({}).catch(String);
		app.get("/ws", upgradeWebSocket((c) => ({ onMessage: (_, ws) => ws.send(String(isEncryptedRequest(c.req.raw))) })));
		app.get("/refused", (c) => c.text(refused));
		app.get("/of", async (c) => c.json([isEncryptedRequest(null), isEncryptedRequest({}), isEncryptedRequest(new Request(c.req.raw))]));
		app.get("/samples", async (c) => c.json(Object.keys(await import("@teekit/tunnel/samples"))));
		export default { fetch: app.fetch };
	END
	start
	same true "$(tunnelled "$ROOT/tests/websocket.pl" tunnel.sock /ws send: receive)"
	same false "$(websocket /ws send: receive)"
	same "TypeError: TunnelServer.initialize: the app is none of Hono's" "$(get /refused)"
	same '[false,false,false]' "$(get /of)"
	same '["tappdV4Base64"]' "$(get /samples)"
	stop 0
}

@test "quotes: what the service says reaches the app" {
	parts
	# Without a guest agent there is an answer, and it says so.
	published
	same 501 "$(send POST /quote --data "$(jq -nc '{publicKey: [range(32)]}')" -o answer -w '%{http_code}')"
	jq -e '.error | length > 0' answer
	same 501 "$(send GET /quote-bytes -o answer -w '%{http_code}')"
	jq -re .error answer | grep -q '^Error: no quote: 501 '
	stop 0
}

@test "quotes: the bytes that a guest agent gives" {
	parts
	load agent
	agent_start
	DSTACK_SIMULATOR_ENDPOINT=$T/agent published
	send POST /quote --data "$(jq -nc '{publicKey: [range(32) | 0]}')" >answer
	get /quote-bytes >bytes
	stop 0
	agent_stop
	jq -r .quote answer | base64 -d >quote
	[ "$(stat -c %s quote)" -gt 1000 ]
	same "{\"bytes\":$(stat -c %s quote),\"sha256\":\"$(sha256sum <quote | cut -c-64)\"}" "$(<bytes)"
}

@test "the chat: messages are kept, and told to everybody who listens" {
	parts
	same "$(sha256sum <"$CHAT/app.ts" | cut -c-64)" "$(jq -r .sha256 "$CHAT/manifest.json")"
	KETTLE_STATIC=$CHAT/static start "$CHAT/manifest.json"
	same '{"ok":true}' "$(get /healthz)"
	get / | cmp - "$CHAT/static/index.html"
	get /chat.js | cmp - "$CHAT/static/chat.js"
	same '[]' "$(get /messages)"
	websocket /ws send: send:'{"name":"Ann","text":"hello"}' receive receive receive >heard 3>&- &
	holds grep -q hello heard
	websocket /ws send:'{"name":"Bob","text":"hi"}' receive >/dev/null
	send POST /messages --data '{"name":"Eve","text":"by post"}' | jq -e '.id == 3 and .name == "Eve"'
	wait $!
	same 'Ann: hello,Bob: hi,Eve: by post' "$(jq -r '"\(.name): \(.text)"' heard | paste -sd,)"
	same '{"error":"name and text are wanted"}' "$(send POST /messages --data '{"name":"Eve"}')"
	same 'closed 1000' "$(websocket /ws send: close:1000 closed)"
	# What is no message is not told: the next thing heard is the next message.
	same 'x' "$(websocket /ws send:nonsense send:'{"name":1}' send:'{"name":"Ann","text":"x"}' receive | jq -r .text)"
	stop 0
	KETTLE_STATIC=$CHAT/static start "$CHAT/manifest.json"
	same 'hello,hi,by post,x' "$(get /messages | jq -r '[.[].text] | join(",")')"
	# Who listens from now on hears first what was said before.
	same 'hello,hi,by post,x,new' "$(websocket /ws send: send:'{"name":"Ann","text":"new"}' receive receive receive receive receive |
		jq -r .text | paste -sd,)"
	stop 0
}

@test "both names are the same module, and the module needs no Hono" {
	parts
	app <<-'END'
		import * as published from "@teekit/kettle/worker";
		import * as ours from "kettle/worker";
		const names = Object.keys(ours).sort();
		export default () => Response.json([names, names.every((name) => ours[name] === published[name])]);
	END
	start
	same '[["ENCRYPTED_REQUEST","ServerRAMockWebSocket","ServerRAMockWebSocketServer","TunnelServer","encryptedOnly","encryptedOnlyHono","getDb","getQuoteFromService","getTunnelServerContext","isEncryptedRequest","isWorkerdEnvironment","serveStatic","setTunnelServerContext","upgradeWebSocket"],true]' "$(get /)"
	stop 0
	app <<<'import { getDb } from "kettle/worker"; export default (r, env) => Response.json(Object.keys(getDb(env)))'
	start
	same '[]' "$(get /)"
	[ "$(stat -c %s "$DATA/hono-durable-object/metadata.sqlite")" -gt 0 ]
	stop 0
}

@test "getDb: rows, columns, changes, ids, and what SQLite does not know" {
	parts
	app <<-'END'
		import { getDb } from "kettle/worker";
		const failed = async (promise) => promise.then(() => "no error", (error) => String(error));
		export default { async fetch(request, env) {
			const db = getDb(env);
			await db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)");
			const put = await db.execute({ sql: "INSERT INTO t (a, b) VALUES (?2, ?1), (?1, ?1)", args: [undefined, 1.5] });
			const got = await db.execute("SELECT * FROM t ORDER BY id");
			const batch = await db.batch(["UPDATE t SET a = 'x'", { sql: "SELECT a FROM t WHERE id = ?", args: [2] }]);
			db.close();
			return Response.json([put, got, batch.map(({ rows, rowsAffected }) => [rows, rowsAffected]),
				await failed(db.execute("SELECT 1 FROM nowhere")), await failed(db.execute({ sql: "SELECT ?", args: [] })),
				db.getDatabaseSize() > 0, await failed((async () => getDb({}))())]);
		} };
	END
	start
	get / >answer
	jq -c '.[0]' answer
	same '{"columns":[],"rows":[],"rowsAffected":2,"lastInsertRowid":2}' "$(jq -c '.[0]' answer)"
	same '{"columns":["id","a","b"],"rows":[{"id":1,"a":1.5,"b":null},{"id":2,"a":null,"b":null}],"rowsAffected":0,"lastInsertRowid":2}' \
		"$(jq -c '.[1]' answer)"
	same '[[[],2],[[{"a":"x"}],0]]' "$(jq -c '.[2]' answer)"
	same true "$(jq '.[3] | contains("no such table: nowhere")' answer)"
	same true "$(jq '.[4] | contains("number of")' answer)"
	same 'true,"Error: no database: env.DO_STORAGE is missing; use the env that the app is given"' "$(jq -c '.[5], .[6]' answer | paste -sd,)"
	stop 0
}

@test "a database that cannot be opened: the words that watchers look for" {
	parts
	app <<<'export default () => new Response("x")'
	start
	same x "$(get /)"
	stop 0
	local file
	for file in "$DATA"/hono-durable-object/*; do
		[[ $file == *metadata* ]] || echo "not a database, whatever its name says" >"$file"
	done
	start
	same 500 "$(send GET / -o /dev/null -w '%{http_code}')"
	holds grep -q KETTLE_DATABASE_INIT_FAILED log
	stop 0
}

@test "an app that throws while loading: the last line says what" {
	parts
	app <<<'await null; class Odd extends RangeError { name = "Odd" } throw new Odd("two\n  lines"); export default {};'
	expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	same 'kettle: ./app.ts: the app does not load: Odd: two lines' "${stderr##*$'\n'}"
}

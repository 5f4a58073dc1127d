# The tunnel in front of the worker: the same app in clear and through the tunnel, whose quote is of the test authority and is
# verified each time; and what becomes of it when something dies. With the real workerd and esbuild.
load ../../helpers
load helpers
load agent

setup_file() {
	export MADE=$BATS_FILE_TMPDIR/made
	"$TESTBIN/workspace/qvl/authority" "$MADE"
}

teardown() { # whatever a failed test left running, by its id
	for id in ${PID:-} ${AGENT:-} ${OTHER:-}; do kill -9 "$id" 2>/dev/null || true; done
}

trusted() { TRUSTED=(--root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --any-code); }

# served [ARGUMENT...]: as start, with a guest agent.
served() {
	parts
	trusted
	[ -n "${AGENT:-}" ] || agent_start --authority "$MADE"
	DSTACK_SIMULATOR_ENDPOINT=$T/agent start "$@"
}

app_of() { # FILE
	cp "$1" app.ts
	manifest app.ts
}

# The two ways of asking: ask WAY PATH [-X METHOD] [-d DATA] [-H HEADER] [-i], talk WAY PATH COUNT LINE...: says the lines, and prints so
# many that come back.
ask() {
	case $1 in
	plain) curl -sS --max-time 60 "${@:3}" "http://127.0.0.1:$PORT$2" ;;
	tunnel) "$BIN/tunnel-fetch" "${TRUSTED[@]}" "${@:3}" "http://127.0.0.1:$PORT$2" ;;
	esac
}
talk() {
	local way=$1 path=$2 count=$3 steps=()
	shift 3
	if [ "$way" = tunnel ]; then
		printf '%s\n' "$@" | "$BIN/tunnel-ws" "${TRUSTED[@]}" --linger 30 "ws://127.0.0.1:$PORT$path" | sed -u "${count}q"
		return
	fi
	mapfile -t steps < <(printf 'send:%s\n' "$@" && yes receive | head -n "$count")
	"$ROOT/tests/websocket.pl" "$PORT" "$path" "${steps[@]}"
}
status() { ask "$@" -i | tr -d '\r' | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p'; }

# suite WAY: of an app with routes, SQL, a stream and the middleware.
suite() {
	local way=$1 encrypted=false
	[ "$way" = plain ] || encrypted=true
	same root "$(ask "$way" /)"
	same 404 "$(status "$way" /nothing)"
	same "{\"encrypted\":$encrypted}" "$(ask "$way" /how)"
	same '{"ok":true}' "$(ask "$way" "/kv/$way" -X PUT -d "value of $way")"
	same "{\"value\":\"value of $way\"}" "$(ask "$way" "/kv/$way")"
	if [ "$way" = plain ]; then
		same 'Encrypted channel required' "$(ask plain /secret)"
		same 403,418 "$(status plain /secret),$(status plain /teapot)"
	else
		same told "$(ask tunnel /secret)"
		same 200 "$(status tunnel /teapot)"
	fi
}

@test "an app written for the published tunnel: in clear, through the tunnel, and after a restart" {
	app_of "$ROOT/tests/workspace/kettle/published-tunnel-app.ts"
	served
	suite plain
	suite tunnel
	same 'clear hi' "$(talk plain /ws 1 hi)"
	same $'{"hello":1,"path":"/__ra__"}\nhi' "$(talk tunnel /anything 2 hi)"
	# What asks to be taken for the tunnel's is not.
	same 403 "$(status plain /secret -H 'x-forwarded-proto: https' -H 'x-tunnel: 1' -H 'cf: {"isTunnelled":true}')"
	stop 0
	served
	same '{"value":"value of plain"}{"value":"value of tunnel"}' "$(ask tunnel /kv/plain)$(ask plain /kv/tunnel)"
	stop 0
	agent_stop
}

@test "the example says how it was asked" {
	served "${EXAMPLE%app.ts}manifest.json"
	same $'in clear\nthrough the tunnel' "$(ask plain /how)"$'\n'"$(ask tunnel /how)"
	same $'Hello, world. You are visitor 1.\nHello, world. You are visitor 2.' "$(ask plain /)"$'\n'"$(ask tunnel /)"
	stop 0
	agent_stop
}

@test "the chat: in clear and through the tunnel, each told what the other says" {
	KETTLE_STATIC=$ROOT/workspace/kettle/example/chat/static served "$ROOT/workspace/kettle/example/chat/manifest.json"
	local way
	for way in plain tunnel; do
		ask "$way" / | cmp - "$ROOT/workspace/kettle/example/chat/static/index.html"
		same 201 "$(status "$way" /messages -X POST -d "{\"name\":\"$way\",\"text\":\"posted\"}")"
	done
	talk tunnel /ws 4 '' >heard 3>&- &
	holds eval '[ "$(wc -l <heard)" -eq 2 ]'
	same 'posted,posted,said' "$(talk plain /ws 3 '' '{"name":"plain","text":"said"}' | jq -r .text | paste -sd,)"
	same 'posted,posted,said,said too' "$(talk tunnel /ws 4 '' '{"name":"tunnel","text":"said too"}' | jq -r .text | paste -sd,)"
	wait $!
	same 'plain: posted,tunnel: posted,plain: said,tunnel: said too' "$(jq -r '"\(.name): \(.text)"' heard | paste -sd,)"
	stop 0
	agent_stop
}

@test "bodies that are large or streamed, and headers: the app gets what was sent" {
	app <<-'END'
		import { createHash } from "node:crypto";
		const pieces = (count) => new ReadableStream({
			async pull(controller) {
				if (!count--) return controller.close();
				await new Promise((done) => setTimeout(done, 1));
				controller.enqueue(new TextEncoder().encode(`piece ${count}\n`));
			},
		});
		export default { async fetch(request) {
			const { pathname } = new URL(request.url);
			if (pathname === "/stream") return new Response(pieces(100));
			if (pathname === "/back") return new Response(request.body);
			if (pathname === "/headers") return Response.json(Object.fromEntries(request.headers));
			const hash = createHash("sha256");
			for await (const chunk of request.body) hash.update(chunk);
			return new Response(hash.digest("hex"));
		} };
	END
	served
	local way
	head -c 3000000 /dev/urandom >body
	for way in plain tunnel; do
		same "$(seq 99 -1 0 | sed 's/^/piece /')" "$(ask "$way" /stream)"
	done
	same "$(sha256sum <body | cut -c-64)" "$(ask tunnel /hash -X POST --data-file body)"
	ask tunnel /back -X POST --data-file body | cmp - body
	# spec: tunnel-spec.md 1.4 (forwarded headers)
	ask tunnel /headers -H 'x-forwarded-proto: gopher' -H 'x-forwarded-host: evil' -H 'forwarded: for=evil' -H 'x-own: kept' >headers
	same "http,127.0.0.1:$PORT,$PORT,null,kept" \
		"$(jq -r '[."x-forwarded-proto", ."x-forwarded-host", ."x-forwarded-port", .forwarded // "null", ."x-own"] | join(",")' headers)"
	same gopher "$(ask plain /headers -H 'x-forwarded-proto: gopher' | jq -r '."x-forwarded-proto"')" # is as it was sent
	stop 0
	agent_stop
}

@test "without a guest agent: the tunnel says why once and is closed, and what is plain goes on" {
	app <<<'export default () => new Response("x")'
	parts
	trusted
	start
	expect 75 ask tunnel /
	expect 75 ask tunnel /
	same x "$(ask plain /)"
	same 1 "$(grep -c '^kettle: tunnel: .*no dstack guest agent' log)"
	stop 0
}

@test "paths that are for the tunnel alone, and version 1 refused, by option and by variable" {
	app <<<'export default (request) => new Response(new URL(request.url).pathname)'
	served --encrypted-only /secret/ --encrypted-only /one --version-2-only
	same 'Encrypted channel required' "$(ask plain /one)"
	same 403,403,200,200 "$(status plain /one),$(status plain /secret/%61),$(status plain /one/more),$(status plain /)"
	same /one/secret/a "$(ask tunnel /one)$(ask tunnel /secret/a)"
	stop 0
	KETTLE_ENCRYPTED_ONLY='/one  /two' KETTLE_VERSION_2_ONLY=1 KETTLE_KEY_SECONDS=1 served
	same 403,403,200 "$(status plain /one),$(status plain /two),$(status plain /three)"
	same /two "$(ask tunnel /two)"
	# Health is asked in clear, and any answer is one.
	expect 0 kettle health --port "$PORT" --path /one
	[[ $output == 'healthy: status 403 '* ]]
	stop 0
	agent_stop
}

# key: of the tunnel at this moment, as the guest agent was asked to bind it
key() { sed -n 's,^/GetQuote ,,p' calls | tail -1; }

@test "the tunnel's process killed: another one with another key, and the worker does not notice" {
	app <<<'let count = 0; export default () => new Response(String(++count))'
	served
	local process before
	same 1 "$(ask tunnel / --no-nonce)"
	before=$(key)
	process=$(child_pid kettle-tunnel)
	kill -9 "$process"
	holds grep -qx 'kettle: tunnel: killed by SIGKILL: started again' log
	same 2 "$(ask tunnel / --no-nonce)"
	same 3 "$(ask plain /)"
	[ "$before" != "$(key)" ]
	process=$(child_pid kettle-tunnel)
	stop 0
	holds is_gone "$process"
	agent_stop
}

@test "the worker killed: kettle ends with it, and nobody is kept waiting" {
	app <<<'export default () => { console.log("taken"); return new Promise(() => {}); }'
	served
	ask tunnel / >answer 2>err 3>&- &
	OTHER=$!
	holds grep -q taken out
	kill -9 "$(worker_pid)"
	run wait "$OTHER"
	same "" "$(cat answer)"
	ended 137
	run ! ask plain /
	agent_stop
}

@test "SIGTERM: what came through the tunnel is answered, later ones are refused, what does not end is cut off" {
	app <<-'END'
		export default { async fetch(request) {
			console.log("taken");
			if (new URL(request.url).pathname === "/never") return new Promise(() => {});
			await new Promise((resolve) => setTimeout(resolve, 3000));
			return new Response("late");
		} };
	END
	served
	ask tunnel /slow >answer 3>&- &
	OTHER=$!
	holds grep -q taken out
	kill -TERM "$PID"
	holds refused
	wait "$OTHER"
	same late "$(cat answer)"
	ended 0
	same 'kettle: stopped by SIGTERM' "$(tail -1 log)"
	served
	ask tunnel /never >answer 2>err 3>&- &
	OTHER=$!
	holds grep -q taken out
	stop 0
	run ! wait "$OTHER"
	grep -qx 'kettle: tunnel: what is still under way is cut off' log
	agent_stop
}
refused() { ! (: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

@test "SIGTERM with WebSockets open, in clear and through the tunnel: they are cut off in time, and the worker ends well" {
	app_of "$ROOT/tests/workspace/kettle/published-tunnel-app.ts"
	served
	"$ROOT/tests/websocket.pl" "$PORT" /ws send:hi receive closed >plain 2>&1 3>&- &
	OTHER=$!
	(echo hi && exec sleep 30) 3>&- | "$BIN/tunnel-ws" "${TRUSTED[@]}" "ws://127.0.0.1:$PORT/" >tunnelled 2>&1 3>&- &
	holds grep -qs hello tunnelled
	holds grep -qs 'clear hi' plain
	stop 0
	wait "$OTHER"
	same $'clear hi\nclosed 1006' "$(cat plain)"
	agent_stop
}

# The whole loop through a tunnel: the image in a container, as compose starts it from what make deploy writes, with a guest agent of software that
# signs its quotes with the test authority's key; tunnel-fetch, tunnel-ws and a page in Chromium verify it before they say anything. Then what
# is wrong, each by its word: image, manifest, key, one bit on the way.
load launcher
load captured
load clone

setup_file() {
	need podman-compose
	[ -d "$CAPTURED" ] || skip "needs $CAPTURED"
	launcher_setup
	npm_packages "$BATS_FILE_TMPDIR" tests/tunnel/npm
	export MODULES=$BATS_FILE_TMPDIR/node_modules MADE=$BATS_FILE_TMPDIR/made
	"$TESTBIN/workspace/qvl/authority" "$MADE"
}

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	TUNNEL=$ROOT/tests/tunnel
	mkdir app
	cat >app/app.ts <<-'EOT'
		import { Hono } from "hono";
		import { encryptedOnlyHono, TunnelServer } from "@teekit/tunnel";

		const app = new Hono();
		const { wss } = await TunnelServer.initialize(app);
		wss.on("connection", (socket: any) => {
			socket.on("message", (data: any) => {
				const [word, code, reason] = typeof data === "string" ? data.split(" ") : [];
				if (word === "close") socket.close(Number(code), reason);
				else socket.send(data);
			});
		});
		app.get("/", (c) => c.text("there\n"));
		app.get("/secret", encryptedOnlyHono(), (c) => c.text("told\n"));
		app.post("/body", async (c) => new Response(await c.req.arrayBuffer()));
		export default app;
	EOT
	deployed tunnel
	URL=http://localhost:$PORT
}

teardown() { undeploy; }

# listens NAME COMMAND...: in the background, until it says at which port, $HERE.
listens() {
	background "${@:2}" >"$1.out" 2>"$1.err"
	holds_within 60 grep -qs ^listening "$1.out"
	HERE=$(sed -n 's/^listening //p' "$1.out")
}

# fetch STATUS OPTION... URL
fetch() {
	expect "$1" tunnel-fetch --root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --release release "${@:2}"
}

# refused WORD [URL]: and nothing of the answer was told.
refused() {
	fetch 1 "${2:-$URL/}"
	same '' "$output"
	one_line "$stderr" "refused: "
	one_line "$stderr" "$1"
}

@test "the app's answers, of the release that was meant" {
	agent
	started
	fetch 0 "$URL/"
	same there "$output"
	# What the app keeps for the tunnel.
	expect 22 get "$URL/secret"
	fetch 0 "$URL/secret"
	same told "$output"
	head -c 1000000 /dev/urandom >body
	fetch 0 -d @body -o back "$URL/body"
	cmp body back
	expect 0 tunnel-ws --root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --release release "ws://localhost:$PORT/ws" <<<'one'
	same one "$output"
	# The published way of it.
	expect 0 node "$TUNNEL/client.cjs" --version 1 -d 'täxt' "$URL/body"
	same 'täxt' "$output"
	expect 0 node "$TUNNEL/client.cjs" --version 1 --ws one --ws 'close 4001 bye' "$URL/ws"
	same $'one\nclosed 4001 bye' "$output"
	# Intel has not signed any of it.
	expect 1 tunnel-fetch --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --release release "$URL/"
	one_line "$stderr" 'refused: '
}

@test "a page in Chromium: it verifies the quote, asks, posts bytes, and keeps a WebSocket" {
	need chromium
	agent
	started
	listens page node "$TUNNEL/page_server.cjs" "$MADE/root.pem"
	background chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$T/profile" \
		"http://127.0.0.1:$HERE/?tunnel=$URL/&at=$(<"$MADE/at")&mrtd=$(jq -r '.parsed.quote.body.mr_td' "$CAPTURED/expected.json")" >chromium.out 2>&1
	holds_within 300 grep -qs '^\[' page.out
	same '[{"body":"there\n","posted":true,"socket":{"closed":"4001 bye","got":["one",[0,255,128],"two"]},"status":200,"version":2}]' "$(grep '^\[' page.out | jq -cS .)"
}

@test "another manifest, so another app" {
	echo '// another' >>app/app.ts
	manifest app/app.ts
	agent
	started
	refused kettle-manifest
}

@test "another image: another compose text, so another compose hash" {
	sed "s/${DIGEST#sha256:}/$(printf '%064d' 0)/" app-compose.json >other.json
	expect 1 cmp -s app-compose.json other.json
	fixture other.json
	agent
	started
	refused mr-config-id
}

@test "somebody in the middle, with a key of his own" {
	agent
	started
	# With the quote of the key that is not his.
	listens middle node "$TUNNEL/server.cjs" --version 2 --attack other-key --backend "$URL" --agent "$T/agent.sock"
	refused report-data "http://localhost:$HERE/"
	# With a genuine one, of a VM of his own that runs something else.
	cp -r fixture own
	listens agent-own "$TESTBIN/workspace/kettle/agent" --authority "$MADE" "$T/own.sock" own
	listens middle-own node "$TUNNEL/server.cjs" --version 2 --backend "$URL" --agent "$T/own.sock"
	refused kettle "http://localhost:$HERE/"
	# With an old one.
	listens middle-old node "$TUNNEL/server.cjs" --version 2 --attack no-nonce --backend "$URL" --agent "$T/agent.sock"
	refused report-data "http://localhost:$HERE/"
}

# changed STATUS WORD MESSAGE PLACE (meddler.cjs)
changed() {
	listens "meddler-$3$4" node "$TUNNEL/meddler.cjs" "$PORT" "$3" "$4"
	fetch "$1" "http://localhost:$HERE/"
	same '' "$output"
	one_line "$stderr" "$2"
}

@test "one bit on the way: of the offer, and of the answer" {
	agent
	started
	changed 1 'refused: quote-signature' 0 quote+300
	changed 1 'refused: report-data' 0 x25519PublicKey+10
	# A WebSocket's message that is not the one that was sent does not open.
	changed 1 'does not open' 1 -1
	changed 1 'does not open' 1 0
	fetch 0 "$URL/"
}

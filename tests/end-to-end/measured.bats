# The launcher in a container that has a dstack guest agent, or what passes for one: the simulator of
# tests/workspace/kettle/agent.c, whose RTMR3 really extends. What is measured, row by row: docs/measured.md.
load launcher

FIXTURE=$SHARED/vectors/quotes/near-mpc

setup_file() {
	[ -d "$FIXTURE" ] || skip "needs $FIXTURE"
	launcher_setup
}

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	mkdir app
	# What it answers is what its quote service says.
	cat >app/app.ts <<-'EOT'
		export default {
			async fetch(request: Request, env: any): Promise<Response> {
				if (new URL(request.url).pathname !== "/quote") return new Response("there\n");
				return env.QUOTE_SERVICE.fetch("http://quote/quote", { method: "POST", body: await request.text() });
			},
		};
	EOT
	manifest app/app.ts
	MOUNTS=(--volume "$T/app:/app:ro" --volume data:/data)
}

teardown() { launcher_clear; }

# agent [OPTION...]: on the host; its socket is where dstack has it. RTMR3 is in rtmr3, its calls are in calls.
agent() {
	background "$TESTBIN/workspace/kettle/agent" --registers rtmr3 --calls calls "$@" "$T/agent.sock" "$FIXTURE" >agent.out
	holds_within 30 grep -qs listening agent.out
	chmod 666 agent.sock # the container's user is not ours
	MOUNTS+=(--volume "$T/agent.sock:/var/run/dstack.sock")
}

said() { podman logs "$1" 2>&1; } # NAME

sha256() { sha256sum | cut -d' ' -f1; }

# payloads REQUIRED [STATIC]: what is to be emitted: `NAME PAYLOAD-IN-HEX`, by docs/measured.md.
payloads() {
	echo "kettle-manifest $(sha256 <app/manifest.json)"
	echo "kettle-app $(sha256 <app/app.ts)"
	printf '{"db_dir":"/data","port":3001,"require_measured":%s,"static_sha256":%s}' "$1" "${2:-null}" >config
	echo "kettle-config $(hex <config)"
}

hex() { od -An -v -tx1 | tr -d ' \n'; }
bytes() { perl -e 'print pack "H*", $ARGV[0]' "$1"; } # HEX

# The fixture's RTMR3, extended by the events on standard input. spec: rtmr3-spec.md 1.1, 1.2; quote-spec.md 1.2
replayed() {
	local name payload
	tail -c +521 "$FIXTURE/quote.bin" | head -c 48 >register
	while read -r name payload; do
		{ printf '\001\000\000\010:%s:' "$name"; bytes "$payload"; } | openssl dgst -sha384 -binary >digest
		cat register digest | openssl dgst -sha384 -binary >next
		mv next register
	done
	hex <register
}

# quote BODY: the quote service's answer, by way of the app.
quote() {
	inside "$1" curl --silent --show-error --max-time 30 --data "$2" --write-out '\n%{http_code}\n' \
		http://127.0.0.1:3001/quote
}

KEY=$(jq -nc '{publicKey: [range(32)]}')

@test "with an agent the app is measured before it runs, and the events replay to the agent's RTMR3" {
	agent
	before=$(<rtmr3)
	launch app "${MOUNTS[@]}" -- --require-measured
	answers app
	same "$(payloads true)" "$(sed -n 's,^/EmitEvent ,,p' calls | jq -r '"\(.event) \(.payload)"')"
	same "$(payloads true | replayed)" "$(<rtmr3)" RTMR3
	same "$before" "$(replayed </dev/null)" "RTMR3 before"
	[[ $(said app) == *"kettle: measured: RTMR3 has the events, extended by the guest agent"* ]]
}

@test "an app's quote has that RTMR3, a log that replays to it, and report data bound to the key" {
	agent
	launch app "${MOUNTS[@]}" -- --require-measured
	answers app
	quote app "$KEY" >answer
	same 200 "$(tail -n 1 answer)"
	head -n 1 answer | jq -r .quote | base64 -d >quote.bin
	same "$(<rtmr3)" "$(tail -c +521 quote.bin | head -c 48 | hex)"
	# spec: tunnel-spec.md 4, "Binding on dstack"
	{ printf 'teekit-x25519-v1:'; bytes "$(printf '%02x' {0..31})"; } | openssl dgst -sha512 -binary >report-data
	same "$(hex <report-data)" "$(tail -c +569 quote.bin | head -c 64 | hex)"
	head -n 1 answer | jq -r '.event_log | fromjson | .[-3:][] | "\(.event) \(.event_payload)"' >last
	same "$(payloads true)" "$(<last)"
}

@test "a restart of the container extends the three events again" {
	agent
	launch app "${MOUNTS[@]}" -- --require-measured
	answers app
	podman restart --time 20 app >/dev/null
	answers app
	same "$({ payloads true; payloads true; } | replayed)" "$(<rtmr3)" RTMR3
}

@test "static files that are mounted are in the measured settings" {
	mkdir static
	echo hello >static/index.html
	agent
	launch app "${MOUNTS[@]}" --volume "$T/static:/static:ro" --env KETTLE_STATIC=/static -- --require-measured
	answers app
	list=$(cd static && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256)
	same "$(payloads true "\"$list\"" | replayed)" "$(<rtmr3)" RTMR3
}

@test "without an agent: it says so once and serves, and there is no quote" {
	launch app "${MOUNTS[@]}"
	answers app
	same 1 "$(said app | grep -c 'not measured')"
	quote app "$KEY" >answer
	same 501 "$(tail -n 1 answer)"
	jq -e .error <(head -n 1 answer)
}

@test "without an agent and with --require-measured, or the variable for it: refused" {
	launch option "${MOUNTS[@]}" -- --require-measured
	refused 1 option 'no guest agent'
	launch variable "${MOUNTS[@]}" --env KETTLE_REQUIRE_MEASURED=1
	refused 1 variable 'no guest agent'
}

# unmeasured MODE PATTERN: with such an agent it serves, having said why it is not measured; must it be, it is refused.
unmeasured() {
	agent --mode "$1"
	launch "serves-$1" "${MOUNTS[@]}"
	answers "serves-$1"
	same 1 "$(said "serves-$1" | grep -c "not measured: .*$2")" "$(said "serves-$1")"
	podman stop --time 20 "serves-$1" >/dev/null # a data folder is one launcher's at a time
	launch "must-$1" "${MOUNTS[@]}" -- --require-measured
	same 1 "$(podman wait "must-$1")"
	[[ $(said "must-$1" | tail -n 1) == "kettle: "*"--require-measured: not measured: "*$2* ]]
	[[ $(said "must-$1") != *"serving on port"* ]]
}

@test "an old agent, which has no EmitEvent" { unmeasured old EmitEvent; }
@test "an agent that answers with errors" { unmeasured error 'device is busy'; }
@test "an agent that lies about report data" { unmeasured lie-report-data 'report data'; }
@test "an agent whose quote is none" { unmeasured lie-quote quote; }
@test "an agent whose answers are cut off" { unmeasured lie-json 'without an end'; }
@test "an agent whose log lacks an event" { unmeasured lie-log 'does not replay to RTMR3'; }
@test "an agent that takes events and extends nothing" { unmeasured silent-emit 'does not end with them'; }

@test "an agent that hangs: the app is served after a while, and SIGTERM does not wait for it" {
	agent --mode hang
	launch stopped "${MOUNTS[@]}"
	holds_within 30 [ -s calls ]
	podman stop --time 8 stopped >/dev/null # 137 when it had to be killed
	same 143 "$(state stopped ExitCode)"
	launch app "${MOUNTS[@]}"
	answers app
	same 1 "$(said app | grep -c 'not measured')"
}

@test "a socket that its user may not open: not measured, and why" {
	agent
	chmod 600 agent.sock
	launch app "${MOUNTS[@]}" -- --require-measured
	same 1 "$(podman wait app)"
	[[ $(said app | tail -n 1) == *"Permission denied"* ]]
}

# Loaded by the tests of tunnel-fetch and tunnel-ws, after the general helpers: a guest agent whose quotes verify under the test
# authority's root, the release that its VM is of, and servers in front of it.
# shellcheck shell=bash

NEAR=$SHARED/vectors/quotes/near-mpc

# tunnel_setup: in setup_file. MADE has collateral, root and time; AGENT is its socket; RELEASE what it runs.
tunnel_setup() {
	[ -d "$NEAR" ] || skip "needs $NEAR"
	need jq
	export MADE=$BATS_FILE_TMPDIR/made AGENT=$BATS_FILE_TMPDIR/agent.sock RELEASE=$BATS_FILE_TMPDIR/release.json
	"$TESTBIN/workspace/qvl/authority" "$MADE"
	agent "$AGENT" "$NEAR"
	release >"$RELEASE"
}

tunnel_teardown() {
	local pid
	while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$BATS_FILE_TMPDIR/pids"
}

# background OUT COMMAND...: runs until the file's tests are over; until OUT says `listening`.
background() {
	local out=$1 i
	shift
	: >"$out"
	"$@" >"$out" 2>&1 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/pids"
	for ((i = 0; i < 300; i++)); do
		! grep -qs listening "$out" || return 0
		sleep 0.05
	done
	cat "$out" >&2
	return 1
}

agent() { background "$1.out" "$TESTBIN/workspace/kettle/agent" --authority "$MADE" "$1" "$2"; } # SOCKET FIXTURE

# release: near-mpc's registers, and the events of its boot. spec: rtmr3-spec.md 2
release() {
	jq -n --slurpfile log "$NEAR/event_log.json" --argjson body "$(jq .parsed.quote.body "$NEAR/expected.json")" '
		[$log[0][] | select(.imr == 3)] as $all | ($all | map(.event) | index("system-ready")) as $last |
		def payload($name): first($all[] | select(.event == $name).event_payload);
		{
			schema: "kettle-dstack/measurements/1",
			image: {manifest: {sha256: ("c" * 64)}},
			deployment: {compose_hash: payload("compose-hash"), allowed_envs: [], image: "localhost/app@sha256:\("c" * 64)", warnings: [],
				mr_config_id: {v1: $body.mr_config_id, v2: ("0" * 96), v3: ("0" * 96)}},
			tdx: {vms: [{name: "captured", mrtd: $body.mr_td, rtmr0: $body.rtmr0, rtmr1: $body.rtmr1, rtmr2: $body.rtmr2}],
				rtmr3: {rtmr3: null, checks: [$all[:$last + 1][] | {event, check: "exact", occurs: "once", value: .event_payload}]}}
		}'
}

# hostile MODE [AGENT]: a server of that kind; URL is its address, ./hostile.out what it got, ./captured the bytes.
hostile() {
	rm -f captured
	background hostile.out "$TESTBIN/workspace/tunnel/hostile" --mode "$1" --capture captured "${2:-$AGENT}"
	URL=http://127.0.0.1:$(sed -n 's/^listening //p' hostile.out)
}

# What to believe, and what the agent's VM is.
trusted() { printf '%s\n' --collateral "$MADE/collateral.json" --root "$MADE/root.pem" --at "$(<"$MADE/at")"; }

# fetch [OPTION...]: of a VM of the release; the last is the URL.
fetch() {
	local options
	mapfile -t options < <(trusted)
	tunnel-fetch "${options[@]}" --release "$RELEASE" "$@"
}

ws() {
	local options
	mapfile -t options < <(trusted)
	tunnel-ws "${options[@]}" --release "$RELEASE" "$@"
}

# refused STATUS PATTERN MODE [OPTION...]: a secret is to be sent to a server of that kind; the line says why not, and the server has
# got a greeting and nothing else.
refused() {
	local status=$1 pattern=$2
	hostile "$3"
	expect "$status" fetch "${@:4}" -d "the secret" -H "Authorization: secret" "$URL/secret"
	one_line "$stderr" "tunnel-fetch: $URL/secret: $pattern"
	same '' "$output"
	gone
	[[ $(grep -c '^got' hostile.out) == 1 && $(<hostile.out) == *$'\n'"got client_kx_ready"$'\n'* ]]
	[ -s captured ]
	! grep -a secret captured
}

# gone: until the server has seen the client go.
gone() {
	local i
	for ((i = 0; i < 100; i++)); do
		! grep -q '^closed' hostile.out || return 0
		sleep 0.05
	done
	cat hostile.out >&2
	return 1
}

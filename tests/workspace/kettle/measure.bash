# Loaded by the tests of the agent's client and of measuring, after the other helpers: the simulator (agent.c) on $AGENT, and an
# agent with canned answers.
# shellcheck shell=bash

MEASURE=$TESTBIN/workspace/kettle/measure
FIXTURE=$QUOTES/near-mpc
REPORT_DATA=$(printf '%02x' {0..63})

# agent_start [OPTION...]: a simulator on $AGENT. Its calls are in $T/calls, its RTMR3 in $T/rtmr3.
agent_start() {
	captured
	AGENT=$T/agent.sock
	rm -f agent.out # of one before
	"$TESTBIN/workspace/kettle/agent" --calls "$T/calls" --registers "$T/rtmr3" "$@" "$AGENT" "$FIXTURE" >agent.out 3>&- &
	AGENT_PID=$!
	holds grep -qs listening agent.out
}

# canned_start STATUS FILE...: answers whatever is asked with that status and the file; see canned.pl.
canned_start() {
	AGENT=$T/canned.sock
	rm -f agent.out "$AGENT"
	perl "$ROOT/tests/workspace/kettle/canned.pl" "$AGENT" "$@" >agent.out 3>&- &
	AGENT_PID=$!
	holds grep -qs listening agent.out
}

agent_stop() {
	[ -z "${AGENT_PID:-}" ] || kill "$AGENT_PID" 2>/dev/null || true
	[ -z "${AGENT_PID:-}" ] || wait "$AGENT_PID" || true
	AGENT_PID=
}

teardown() {
	agent_stop
	[ -z "${PID:-}" ] || kill "$PID" 2>/dev/null || true
	[ -z "${PID:-}" ] || wait "$PID" || true
}

# The RTMR3 that the fixture's machine had. spec: quote-spec.md 1.2
fixture_rtmr3() {
	tail -c +521 "$FIXTURE/quote.bin" | head -c 48 | hex
}

# emitted: the events that the simulator was given, `NAME PAYLOAD` a line.
emitted() {
	sed -n 's,^/EmitEvent ,,p' calls | jq -r '"\(.event) \(.payload)"'
}

# emitted_fold: RTMR3 of the fixture, extended by these events.
emitted_fold() {
	local name payload
	emitted | while read -r name payload; do
		event_digest "$name" "$payload"
	done | extended "$(fixture_rtmr3)"
}

# runtime_log VERSION NAME PAYLOAD...: log.json with these runtime events alone, their digests of that version; $REGISTER is
# what it replays to. spec: rtmr3-spec.md 1.2, 1.3
runtime_log() {
	local version=$1 digest digests="" log="" more preimage
	shift
	while [ $# -gt 0 ]; do
		digest=$(event_digest "$1" "$2") more=""
		if [ "$version" -eq 2 ]; then
			preimage="{\"name\":\"$1\",\"payload\":\"$2\",\"type\":134217729}"
			digest=$(printf %s "$preimage" | sha384)
			more=",\"version\":2,\"preimage\":\"$(printf %s "$preimage" | hex)\""
		fi
		log+=${log:+,}"{\"imr\":3,\"event_type\":134217729,\"digest\":\"$digest\",\"event\":\"$1\",\"event_payload\":\"$2\"$more}"
		digests+=$digest$'\n'
		shift 2
	done
	REGISTER=$(printf %s "$digests" | extended)
	printf '[%s]' "$log" >log.json
}

# inventing_start: an agent that takes whatever it is told and does nothing, and invents a quote over the report data asked
# for, with $REGISTER in it and log.json beside it. Nothing in it is signed. spec: quote-spec.md 1.2
inventing_start() {
	printf '{}' >taken
	jq -n --arg quote "040002008100000000000000$(printf '%01016d' 0)${REGISTER}REPORT_DATA$(printf '%0200d' 0)" \
		--rawfile log log.json '{quote: $quote, event_log: $log}' >invented
	canned_start 200 taken 200 taken 200 taken 200 invented
}

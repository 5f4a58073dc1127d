# Loaded by every .bats that has a simulated guest agent (agent.c beside this).
# shellcheck shell=bash

FIXTURES=$SHARED/vectors/quotes # near-mpc: a full log; dstack-guest-agent-fixture: a stripped one and a VM configuration

# agent_start [OPTION...] [-- FIXTURE]: serves at $T/agent until agent_stop; $T/calls, $T/register.
agent_start() {
	local options=() fixture=near-mpc
	while [ $# -gt 0 ]; do
		if [ "$1" = -- ]; then
			fixture=$2
			break
		fi
		options+=("$1")
		shift
	done
	[ -d "$FIXTURES/$fixture" ] || skip "needs $FIXTURES/$fixture"
	rm -f "$T/agent.out" # of one before
	"$TESTBIN/workspace/kettle/agent" --calls "$T/calls" --registers "$T/register" "${options[@]}" \
		"$T/agent" "$FIXTURES/$fixture" >"$T/agent.out" 2>"$T/agent.log" 3>&- 8>&- &
	AGENT=$!
	holds agent_started
	[ -S "$T/agent" ] || { cat "$T/agent.log" >&2; return 1; }
}

agent_started() { grep -qs listening "$T/agent.out" || ! kill -0 "$AGENT" 2>/dev/null; }

agent_stop() {
	local got=0
	kill "$AGENT"
	wait "$AGENT" || got=$?
	AGENT=
	same 0 "$got" "exit status of the agent; log: $(<"$T/agent.log")"
}

# call PATH BODY: asks the agent directly; the answer and its status.
call() { curl -sS --max-time 60 --unix-socket "$T/agent" -w ' [%{http_code}]' -d "$2" "http://x/$1" 3>&- 8>&-; }

bytes_of() { perl -e 'print pack "H*", $ARGV[0]' "$1"; }

# spec: rtmr3-spec.md 1.2: event_digest NAME PAYLOAD-HEX
event_digest() {
	perl -MDigest::SHA=sha384_hex -e 'print sha384_hex("\1\0\0\10:$ARGV[0]:" . pack "H*", $ARGV[1]), "\n"' -- "$1" "$2"
}

# spec: rtmr3-spec.md 1.1: extended REGISTER DIGEST, all hexadecimal
extended() { bytes_of "$1$2" | sha384sum | cut -d' ' -f1; }

# replayed LOG: RTMR3 of the events of register 3, from names and payloads alone
replayed() {
	jq -r '.[] | select(.imr == 3) | .event + "\t" + .event_payload' "$1" | perl -MDigest::SHA=sha384 -ne '
		BEGIN { $register = "\0" x 48 }
		chomp;
		my ($name, $payload) = split /\t/, $_, 2;
		$register = sha384($register . sha384("\1\0\0\10:$name:" . pack "H*", $payload));
		END { print unpack("H*", $register), "\n" }'
}

# Rows of docs/measured.md, by their names: when kettle calls its events measured, and what it believes of an agent.
load ../../helpers
load ../qvl/helpers
load helpers
load measure

# An agent as found at one of the usual places.
extend() { # STATUS [OPTION...]
	local want=$1 one
	one=$(printf '1%.0s' {1..64})
	shift
	expect "$want" "$MEASURE" "$@" extend "$one" "$one" - /data 3001 true
}

# invented STATUS VERSION NAME PAYLOAD...: an agent that invents a quote and a log with these events.
invented() {
	local want=$1
	shift
	agent_stop
	runtime_log "$@"
	inventing_start
	extend "$want" -s "$AGENT"
}

# Sets ours: the three events that extend() is about.
our_events() {
	need openssl jq perl
	local one
	one=$(printf '1%.0s' {1..64})
	ours=(kettle-manifest "$one" kettle-app "$one"
		kettle-config "$(printf '{"db_dir":"/data","port":3001,"require_measured":true,"static_sha256":null}' | hex)")
}

@test "measured: confirmed: a quote over fresh report data is asked for, and its log read" {
	agent_start
	extend 0 -s "$AGENT"
	extend 0 -s "$AGENT"
	same "/EmitEvent /EmitEvent /EmitEvent /GetQuote /EmitEvent /EmitEvent /EmitEvent /GetQuote" "$(cut -d' ' -f1 calls | paste -sd' ')"
	same 2 "$(grep '^/GetQuote' calls | sort -u | wc -l)"
}

@test "measured: unconfirmed: an agent that does nothing, or whose log or quote does not fit" {
	local mode
	for mode in silent-emit lie-log lie-quote lie-report-data lie-json; do
		agent_start --mode $mode
		extend 1 -s "$AGENT"
		one_line "$stderr" "not measured: $AGENT: "
		agent_stop
	done
	# A log with the events, of a register that does not have them.
	local ours
	our_events
	runtime_log 1 "${ours[@]}"
	REGISTER=$ZERO
	inventing_start
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: its event log does not replay to RTMR3 of its quote" "$stderr"
}

@test "measured: last: RTMR3 ends with the three, in order, with these payloads and nothing between" {
	local ours name not="the agent took the events and RTMR3 does not end with them"
	our_events
	invented 0 1 app-event 00 "${ours[@]}" "${ours[@]}"
	same agent "$output"
	invented 1 1 "${ours[@]}" app-event 00
	same "measure: not measured: $AGENT: $not" "$stderr"
	for name in kettle-manifest kettle-app kettle-config; do # another name, the same payload
		invented 1 1 "${ours[@]/#$name/${name}s}"
		one_line "$stderr" "$not"
	done
	invented 1 1 "${ours[@]:0:4}" kettle-config "${ours[5]}00"
	one_line "$stderr" "$not"
	invented 1 1 "${ours[@]:0:2}" kettle-app "${ours[3]/%1/2}" "${ours[@]:4}"
	one_line "$stderr" "$not"
	invented 1 1 "${ours[@]:2:2}" "${ours[@]:0:2}" "${ours[@]:4}"
	one_line "$stderr" "$not"
	invented 1 1 "${ours[@]:2}"
	one_line "$stderr" "$not"
	# What extends another register does not count.
	runtime_log 1 "${ours[@]}"
	sed -i "s/},{/},{\"imr\":0,\"event_type\":10,\"digest\":\"$ZERO\",\"event\":\"\",\"event_payload\":\"\"},{/g" log.json
	agent_stop
	inventing_start
	extend 0 -s "$AGENT"
}

@test "measured: together: with another's events in between, as of two starts at once, it is not measured" {
	local ours theirs
	our_events
	theirs=("${ours[@]}")
	theirs[3]=$(printf '2%.0s' {1..64})
	invented 1 1 "${theirs[@]:0:4}" "${ours[@]:0:2}" "${theirs[@]:4}" "${ours[@]:2}"
	one_line "$stderr" "does not end with them"
	invented 0 1 "${theirs[@]}" "${ours[@]}"
}

@test "measured: version: a VM of digests of version 2" {
	local ours
	our_events
	invented 0 2 "${ours[@]}"
	# Under those digests no other names or payloads are taken.
	sed -i 's/kettle-app/kettle-apq/g' log.json
	agent_stop
	inventing_start
	extend 1 -s "$AGENT"
	one_line "$stderr" "event log: event 1: preimage: not the canonical text of its name and payload"
}

@test "measured: unverified: an invented quote, signed by nobody, is called measured" {
	local ours
	our_events
	invented 0 1 "${ours[@]}"
	same agent "$output"
	same "$(printf '0%.0s' {1..200})" "$(jq -r .quote invented | tail -c 201)" "signature"
}

@test "measured: long-log: a log over 2 MiB" {
	local ours
	our_events
	runtime_log 1 "${ours[@]}"
	[ $((2097152 / $(stat -c %s log.json))) -ge 2000 ] # starts
	head -c 2097152 /dev/zero | tr '\0' ' ' >>log.json
	inventing_start
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: GetQuote: event_log: larger than 2097152 bytes" "$stderr"
	# The app's quote service asks in the same way, and passes the refusal on (quote.bats).
	agent_stop
	canned_start 200 invented
	expect 2 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	same "measure: $AGENT: GetQuote: event_log: larger than 2097152 bytes" "$stderr"
}

@test "measured: interrupted: an agent that fails at the second event; the register is not extended another way" {
	need perl openssl
	local code
	printf '{}' >good
	printf '{"error": "no"}' >bad
	head -c 48 /dev/zero >register
	for code in 500 404; do
		canned_start 200 good $code bad
		extend 1 -s "$AGENT" -r register
		one_line "$stderr" "not measured: $AGENT: EmitEvent: refused with status $code: no"
		agent_stop
	done
	same "$ZERO" "$(hex <register)"
}

@test "measured: emit-missing: the kernel's file is extended instead, if it can be" {
	local ours
	our_events
	agent_start --mode old
	extend 1 -s "$AGENT" -k "$T/missing"
	one_line "$stderr" "; $T/missing: cannot read: No such file or directory"
	agent_stop
	# Without an agent, and with one without EmitEvent whose quote has what the file then has.
	runtime_log 1 "${ours[@]}"
	head -c 48 /dev/zero >register
	extend 0 -r register
	same "kernel $REGISTER" "$output $(hex <register)"
	head -c 48 /dev/zero >register
	inventing_start
	agent_stop
	canned_start 404 taken 200 invented
	extend 0 -s "$AGENT" -r register
	same "kernel $REGISTER" "$output $(hex <register)"
}

@test "measured: kernel-file: its name; digests of version 1, one after the other, and the register before and after" {
	need openssl perl
	local one
	one=$(printf '1%.0s' {1..64})
	if [ ! -e /sys/devices/virtual/misc/tdx_guest ] && [ ! -S /run/dstack.sock ] && [ ! -S /run/dstack/dstack.sock ]; then
		extend 1
		one_line "$stderr" "; /sys/devices/virtual/misc/tdx_guest/measurements/rtmr3:sha384: cannot read: No such file or directory"
	fi
	printf '%048d' 7 >register
	cp register before
	extend 0 -r register
	same "$({
		event_digest kettle-manifest "$one"
		event_digest kettle-app "$one"
		event_digest kettle-config "$(printf '{"db_dir":"/data","port":3001,"require_measured":true,"static_sha256":null}' | hex)"
	} | extended "$(hex <before)")" "$(hex <register)"
	extend 1 -l register # one that stays as it is
	one_line "$stderr" "; register: it took the events and does not have them, or not them alone"
}

@test "measured: boundary: anyone with the socket emits what kettle would" {
	need curl
	agent_start
	extend 0 -s "$AGENT"
	expect 0 curl -sSf --unix-socket "$AGENT" http://localhost/EmitEvent -d '{"event": "kettle-app", "payload": "00"}'
	same "kettle-manifest kettle-app kettle-config kettle-app" "$(emitted | cut -d' ' -f1 | paste -sd' ')"
	same "$(emitted_fold)" "$(<rtmr3)"
}

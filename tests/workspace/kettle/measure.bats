# The three events by which kettle extends RTMR3, and what is called measured.
load ../../helpers
load ../qvl/helpers
load helpers
load measure

# Two SHA-256 that are those of nothing here.
ONE=$(printf '1%.0s' {1..64})
TWO=$(printf '2%.0s' {1..64})
KERNEL=/sys/devices/virtual/misc/tdx_guest/measurements/rtmr3:sha384

# extend STATUS [OPTION...]: by the events of one app.
extend() {
	local want=$1
	shift
	expect "$want" "$MEASURE" "$@" extend "$ONE" "$TWO" - /data 3001 true
}

# config PORT DATA REQUIRED STATIC: the third payload, in hexadecimal, by printf.
config() {
	printf '{"db_dir":"%s","port":%s,"require_measured":%s,"static_sha256":%s}' "$2" "$1" "$3" "$4" | hex
}

# expected_line NAME PAYLOAD
expected_line() {
	printf 'event %s payload %s digest %s\n' "$1" "$2" "$(event_digest "$1" "$2")"
}

@test "events: names, payloads and digests are those that openssl computes" {
	need openssl perl
	expect 0 "$MEASURE" events "$ONE" "$TWO" - /data 3001 false
	same "$(expected_line kettle-manifest "$ONE"
	expected_line kettle-app "$TWO"
	expected_line kettle-config "$(config 3001 /data false null)")" "$output"
	expect 0 "$MEASURE" events "$TWO" "$ONE" "$ONE" $'/d \xc3\xa9' 1 true
	same "$(expected_line kettle-manifest "$TWO"
	expected_line kettle-app "$ONE"
	expected_line kettle-config "$(config 1 $'/d \xc3\xa9' true "\"$ONE\"")")" "$output"
}

@test "events: the path is written as JSON text" {
	need openssl perl
	expect 0 "$MEASURE" events "$ONE" "$TWO" - $'/a"b\\c\td\x01' 65535 false
	same "$(expected_line kettle-config "$(config 65535 '/a\"b\\c\td\u0001' false null)")" "${lines[2]}"
}

@test "events: what would be ambiguous is refused" {
	expect 2 "$MEASURE" events "$ONE" "$TWO" - $'/data\xff' 3001 false
	same "measure: kettle-config: db_dir: not UTF-8" "$stderr"
	expect 2 "$MEASURE" events "${ONE%1}" "$TWO" - /data 3001 false
	same "measure: kettle-manifest: not a SHA-256" "$stderr"
	expect 2 "$MEASURE" events "$ONE" "${TWO}22" - /data 3001 false
	same "measure: kettle-app: not a SHA-256" "$stderr"
	expect 2 "$MEASURE" events "$ONE" "$TWO" "${ONE%1}g" /data 3001 false
	same "measure: kettle-config: static_sha256: not a SHA-256" "$stderr"
}

@test "through the agent: three calls, a quote, and RTMR3 as computed" {
	agent_start
	extend 0 -s "$AGENT"
	same agent "$output"
	same "kettle-manifest $ONE
kettle-app $TWO
kettle-config $(config 3001 /data true null)" "$(emitted)"
	same "$(emitted_fold)" "$(<rtmr3)"
	same "/EmitEvent /EmitEvent /EmitEvent /GetQuote" "$(cut -d' ' -f1 calls | paste -sd' ')"
}

@test "again and in a child: extended again, over other report data" {
	agent_start
	extend 0 -s "$AGENT"
	extend 0 -c -s "$AGENT"
	same agent "$output"
	same 6 "$(emitted | wc -l)"
	same "$(emitted_fold)" "$(<rtmr3)"
	same 2 "$(grep -c '^/GetQuote {"report_data":"[0-9a-f]\{128\}"}$' calls)"
	same 2 "$(grep '^/GetQuote' calls | sort -u | wc -l)"
}

@test "an agent that takes the events and does nothing" {
	agent_start --mode silent-emit
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: the agent took the events and RTMR3 does not end with them" "$stderr"
	same "$(fixture_rtmr3)" "$("$MEASURE" -s "$AGENT" quote "$REPORT_DATA" | head -n 1)"
}

@test "an agent whose log is not that of its quote" {
	agent_start --mode lie-log
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: its event log does not replay to RTMR3 of its quote" "$stderr"
}

@test "an agent whose quote is not the one asked for, or none" {
	agent_start --mode lie-report-data
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: GetQuote: quote: its report data is not what was asked for" "$stderr"
	agent_stop
	agent_start --mode lie-quote
	extend 1 -s "$AGENT"
	same "measure: not measured: $AGENT: GetQuote: quote: not a TDX quote of version 4 or 5" "$stderr"
}

@test "an agent that fails: no other way is tried, since the event may have been taken" {
	head -c 48 /dev/zero >register
	agent_start --mode error
	extend 1 -s "$AGENT" -r register
	one_line "$stderr" "measure: not measured: $AGENT: EmitEvent: refused with status 500: failed to get quote"
	same 1 "$(wc -l <calls)" "calls"
	same "$ZERO" "$(hex <register)"
}

@test "an old agent and no file of the kernel's: both reasons, in one line" {
	agent_start --mode old
	extend 1 -s "$AGENT" -k "$T/missing"
	one_line "$stderr" "measure: not measured: $AGENT: EmitEvent: refused with status 404: "
	[[ $stderr == *"; $T/missing: cannot read: No such file or directory" ]]
	same 1 "$(wc -l <calls)" "calls"
}

@test "no agent and no file of the kernel's" {
	[ ! -e "$KERNEL" ] && [ ! -S /run/dstack.sock ] && [ ! -S /run/dstack/dstack.sock ] || skip "needs a machine without TDX and dstack"
	local option
	for option in "" -c; do
		extend 1 $option
		same "measure: not measured: there is no guest agent: no socket at /var/run/dstack.sock; $KERNEL: cannot read: No such file or directory" "$stderr"
	done
}

@test "through the kernel's file: the register is extended by the digests and read back" {
	need openssl perl
	printf '%048d' 7 >register
	expect 0 "$MEASURE" events "$ONE" "$TWO" - /data 3001 true
	printf '%s\n' "$output" | sed 's/.* digest //' | extended "$(hex <register)" >wanted
	extend 0 -r register
	same kernel "$output"
	same "$(<wanted)" "$(hex <register)"
}

@test "the kernel's file is written a digest at a time, whole, from its beginning" {
	need openssl perl
	# A plain file keeps what was written last: what the kernel's would have been given.
	head -c 48 /dev/zero >plain
	extend 1 -k plain
	one_line "$stderr" "; plain: it took the events and does not have them, or not them alone"
	expect 0 "$MEASURE" events "$ONE" "$TWO" - /data 3001 true
	same "${lines[2]##* digest }" "$(hex <plain)"
	same 48 "$(stat -c %s plain)"
}

@test "a file of the kernel's that is no register" {
	: >empty
	extend 1 -k empty
	[[ $stderr == *"; empty: 0 bytes instead of 48" ]]
	head -c 48 /dev/zero >lazy
	extend 1 -l lazy
	[[ $stderr == *"; lazy: it took the events and does not have them, or not them alone" ]]
	mkdir folder
	extend 1 -k folder
	[[ $stderr == *"; folder: cannot read: Is a directory" ]]
}

@test "a file of the kernel's that may be read and not written" {
	[ "$(id -u)" -ne 0 ] || skip "needs a user that is not root"
	head -c 48 /dev/zero >register
	chmod 444 register
	extend 1 -k register
	[[ $stderr == *"; register: cannot extend: Permission denied" ]]
}

@test "with an old agent, its quote must have what the kernel's file says" {
	agent_start --mode old
	# The register of another machine.
	head -c 48 /dev/zero >register
	extend 1 -s "$AGENT" -r register
	[[ $stderr == *"; $AGENT: RTMR3 of its quote is not that of register" ]]
}

@test "a simulator gets the events and is never called measured" {
	agent_start
	head -c 48 /dev/zero >register
	local option
	for option in "" -c; do
		expect 1 env DSTACK_SIMULATOR_ENDPOINT="$AGENT" "$MEASURE" $option -r register extend "$ONE" "$TWO" - /data 3001 true
		same "measure: not measured: $AGENT: DSTACK_SIMULATOR_ENDPOINT names it, and a simulator's registers prove nothing" "$stderr"
	done
	same 6 "$(emitted | wc -l)"
	agent_stop
	# An old one is no reason to extend the real register.
	agent_start --mode old
	expect 1 env DSTACK_SIMULATOR_ENDPOINT="$AGENT" "$MEASURE" -r register extend "$ONE" "$TWO" - /data 3001 true
	one_line "$stderr" "$AGENT: EmitEvent: refused with status 404"
	same "$ZERO" "$(hex <register)"
}

@test "an agent that hangs delays by the limit of one call" {
	local began=$SECONDS
	agent_start --mode hang
	extend 1 -c -s "$AGENT"
	one_line "$stderr" "measure: not measured: $AGENT: EmitEvent: "
	[ $((SECONDS - began)) -ge 9 ] && [ $((SECONDS - began)) -le 30 ]
}

@test "asked to stop while an agent hangs: at once, with the signal's status" {
	local began got=0
	agent_start --mode hang
	"$MEASURE" -c -s "$AGENT" extend "$ONE" "$TWO" - /data 3001 true 2>err 3>&- &
	PID=$!
	holds test -s calls
	began=$SECONDS
	kill "$PID"
	wait "$PID" || got=$?
	PID=
	same 143 "$got"
	same "measure: not measured: stopped by SIGTERM" "$(<err)"
	[ $((SECONDS - began)) -lt 8 ] # when the child would be killed
}

# What kettle asks of the dstack guest agent: where it is looked for, what is believed, and what is said of the rest.
load ../../helpers
load ../qvl/helpers
load helpers
load measure

# asked STATUS TEXT: a quote over $REPORT_DATA.
asked() {
	expect "$1" "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	[ "$1" -eq 0 ] || same "measure: $AGENT: GetQuote: $2" "$stderr"
}

# quote_with HEX: the captured quote with these report data.
quote_with() {
	head -c 568 "$FIXTURE/quote.bin"
	printf %s "$1" | unhex
	tail -c +633 "$FIXTURE/quote.bin"
}

# quote_5 TYPE SIZE MORE: the same as version 5, with SIZE (hexadecimal, little-endian) and MORE bytes of body.
# spec: quote-spec.md 1.2
quote_5() {
	quote_with "$REPORT_DATA" >v4
	printf '%s' 0500 | unhex
	head -c 48 v4 | tail -c +3
	printf '%s' "$1$2" | unhex
	tail -c +49 v4 | head -c 584
	head -c "$3" /dev/zero
	tail -c +633 v4
}

# answered QUOTE LOG [FILTER]: canned answers; QUOTE is hexadecimal, LOG is text.
answered() {
	agent_stop
	printf %s "$1" >quote.hex
	printf %s "$2" >log.text
	jq -n --rawfile quote quote.hex --rawfile log log.text "{quote: \$quote, event_log: \$log, vm_config: \"{}\"} | ${3:-.}" >answer
	canned_start 200 answer
}

@test "the simulator's endpoint: a path, unix:, http://; nothing else" {
	need jq
	local value
	for value in "$T/a b.sock" ./x ../x; do
		expect 0 env DSTACK_SIMULATOR_ENDPOINT="$value" "$MEASURE" find
		same "$value"$'\n'simulator "$output"
		expect 0 env DSTACK_SIMULATOR_ENDPOINT="unix:$value" "$MEASURE" find
		same "$value"$'\n'simulator "$output"
	done
	expect 0 env DSTACK_SIMULATOR_ENDPOINT=http://127.0.0.1:8090// "$MEASURE" find
	same http://127.0.0.1:8090$'\n'simulator "$output"
	for value in http://192.0.2.1:8090 http://example.org; do
		expect 2 env DSTACK_SIMULATOR_ENDPOINT="$value" "$MEASURE" find
		same "measure: DSTACK_SIMULATOR_ENDPOINT: '$value' is not on this machine" "$stderr"
	done
	expect 2 env DSTACK_SIMULATOR_ENDPOINT=http:// "$MEASURE" find
	one_line "$stderr" "DSTACK_SIMULATOR_ENDPOINT: not a URL: "
	for value in https://127.0.0.1 dstack.sock tcp:1 unix: unix:dstack.sock ftp:/x HTTP://x; do
		expect 2 env DSTACK_SIMULATOR_ENDPOINT="$value" "$MEASURE" find
		one_line "$stderr" "DSTACK_SIMULATOR_ENDPOINT: '$value' is neither http://…, unix:PATH, nor a path from / or ."
	done
}

@test "without it, the usual places in their order; what is no socket there is none" {
	unshare -rm true 2>/dev/null || skip "needs user namespaces (unshare -rm)"
	[ /var/run -ef /run ] || skip "needs /var/run to be /run"
	cat >places <<-'END'
		set -e
		mount -t tmpfs tmpfs /run
		socket() { perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die' "$1"; }
		"$1" find
		mkdir /run/dstack
		socket /run/dstack/dstack.sock
		"$1" find
		DSTACK_SIMULATOR_ENDPOINT= "$1" find
		mkdir /run/dstack.sock
		"$1" find
		rmdir /run/dstack.sock
		touch /run/dstack.sock
		"$1" find
		rm /run/dstack.sock
		socket /run/dstack.sock
		"$1" find
	END
	expect 0 unshare -rm bash places "$MEASURE"
	same "none
/var/run/dstack/dstack.sock
/var/run/dstack/dstack.sock
/var/run/dstack/dstack.sock
/var/run/dstack/dstack.sock
/var/run/dstack.sock" "$output"
}

@test "no agent: there is nothing to ask" {
	[ ! -S /var/run/dstack.sock ] && [ ! -S /var/run/dstack/dstack.sock ] || skip "needs a machine without a dstack agent"
	expect 69 env -u DSTACK_SIMULATOR_ENDPOINT "$MEASURE" quote "$REPORT_DATA"
	same "measure: there is no guest agent: no socket at /var/run/dstack.sock" "$stderr"
}

@test "a quote: over the report data asked for, with RTMR3, log and VM configuration" {
	captured
	FIXTURE=$QUOTES/dstack-guest-agent-fixture
	agent_start
	asked 0
	same "$(jq -r '.parsed.quote.body.rtmr3' "$FIXTURE/expected.json")" "${lines[0]}"
	same "$(jq -cS . "$FIXTURE/event_log.json")" "$(jq -cS . <<<"${lines[1]}")"
	same "$(<"$FIXTURE/vm_config.json")" "${lines[2]}"
	same "$(quote_with "$REPORT_DATA" | hex)" "${lines[3]}"
	same "/GetQuote {\"report_data\":\"$REPORT_DATA\"}" "$(<calls)"
}

@test "by http:// too, which a simulator may speak" {
	need socat
	local port
	agent_start
	port=$(free_port)
	socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$AGENT" 3>&- &
	PID=$!
	holds bash -c "(: </dev/tcp/127.0.0.1/$port) 2>/dev/null"
	expect 0 env DSTACK_SIMULATOR_ENDPOINT="http://127.0.0.1:$port/" "$MEASURE" quote "$REPORT_DATA"
	same "$(quote_with "$REPORT_DATA" | hex)" "${lines[2]}" # bats leaves out the empty line before
}

@test "what versions of the agent do differently is taken" {
	captured
	local plain
	plain=$(quote_with "$REPORT_DATA" | hex)
	answered "0x$plain" '[]'
	asked 0
	same "$plain" "${lines[3]}"
	answered "${plain^^}" '[]' '.event_log = [{"b": 1, "a": "\u00e9"}] | del(.vm_config)'
	asked 0
	same "$(jq -r .parsed.quote.body.rtmr3 "$FIXTURE/expected.json")" "${lines[0]}"
	same '[{"a":"é","b":1}]' "${lines[1]}"
	same "$plain" "${lines[2]}" # bats leaves out the empty line before
	answered "$plain" '[]' '.vm_config = null | .attestation = "00"'
	asked 0
}

@test "quotes of version 5, with either body" {
	captured
	answered "$(quote_5 0200 48020000 0 | hex)" '[]'
	asked 0
	same "$(jq -r .parsed.quote.body.rtmr3 "$FIXTURE/expected.json")" "${lines[0]}"
	answered "$(quote_5 0300 88020000 64 | hex)" '[]'
	asked 0
	same "$(jq -r .parsed.quote.body.rtmr3 "$FIXTURE/expected.json")" "${lines[0]}"
}

@test "a quote that cannot be right is not passed on" {
	captured
	local good wrong="quote: not a TDX quote of version 4 or 5"
	good=$(quote_with "$REPORT_DATA" | hex)
	answered "$(quote_with "${REPORT_DATA%?}0" | hex)" '[]'
	asked 2 "quote: its report data is not what was asked for"
	for bad in "0300${good:4}" "0600${good:4}" "${good:0:8}00000000${good:16}" "${good:0:1274}" "" \
		"$(quote_5 0100 48020000 0 | hex)" "$(quote_5 0200 88020000 0 | hex)" "$(quote_5 0300 48020000 64 | hex)" \
		"$(quote_5 0300 88020000 64 | head -c 701 | hex)"; do
		answered "$bad" '[]'
		asked 2 "$wrong"
	done
	for bad in "${good}0" "${good:0:100}g${good:101}" "0X$good" "$(head -c 65537 /dev/zero | hex)"; do
		answered "$bad" '[]'
		asked 2 "quote: not hexadecimal digits of at most 65536 bytes"
	done
	answered "$good" '[]' '.quote = 7'
	asked 2 "quote: not a string"
	answered "$good" '[]' 'del(.quote)'
	asked 2 "quote: missing"
}

@test "an event log that is none, or a VM configuration" {
	captured
	local good
	good=$(quote_with "$REPORT_DATA" | hex)
	answered "$good" '['
	asked 2 "event_log: offset 1: the text ends where a value was expected"
	answered "$good" '{}'
	asked 2 "event_log: not an array"
	answered "$good" '[{"a":1,"a":2}]'
	asked 2 "event_log: offset 8: duplicate member 'a'"
	answered "$good" "[$(head -c 2097152 /dev/zero | tr '\0' ' ')]"
	asked 2 "event_log: larger than 2097152 bytes"
	answered "$good" '[]' '.event_log = [range(400000)]'
	asked 2 "event_log: larger than 2097152 bytes"
	answered "$good" '[]' '.event_log = {}'
	asked 2 "event_log: neither a string nor an array"
	answered "$good" '[]' 'del(.event_log)'
	asked 2 "event_log: missing"
	answered "$good" '[]' '.vm_config = {}'
	asked 2 "vm_config: not a string of at most 262144 bytes"
	answered "$good" '[]' '.vm_config = "{"'
	asked 2 "vm_config: offset 1: a string was expected"
}

@test "good answers and bad ones" {
	local vector count=0
	for vector in "$VECTORS"/agent-answer/*/*.json; do
		canned_start 200 "$vector"
		case $vector in
		*/good/*) asked 0 ;;
		*)
			expect 2 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
			one_line "$stderr" "$(<"${vector%.json}.reason")"
			;;
		esac
		agent_stop
		count=$((count + 1))
	done
	[ "$count" -ge 20 ]
}

@test "an answer that is no JSON object, or too large" {
	printf '[]' >answer
	canned_start 200 answer
	asked 2 "not an object"
	agent_stop
	: >answer
	canned_start 200 answer
	asked 2 "offset 0: the text ends where a value was expected"
	agent_stop
	head -c 8388609 /dev/zero | tr '\0' ' ' >answer
	canned_start 200 answer
	expect 2 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	one_line "$stderr" "$AGENT: GetQuote: "
	[[ $stderr == *8388608* ]]
}

@test "lies of the simulator are found out" {
	agent_start --mode lie-report-data
	asked 2 "quote: its report data is not what was asked for"
	agent_stop
	agent_start --mode lie-quote
	asked 2 "quote: not a TDX quote of version 4 or 5"
	agent_stop
	agent_start --mode lie-json
	expect 2 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	one_line "$stderr" "$AGENT: GetQuote: offset"
}

@test "an agent that says no is quoted, in one line" {
	agent_start --mode error
	asked 75 "refused with status 500: failed to get quote: tdx device is busy"
	agent_stop
	printf '{"error":"one\\ntwo"}' >answer
	canned_start 403 answer
	asked 75 "refused with status 403: one?two"
	agent_stop
	printf 'Bad Gateway' >answer
	canned_start 502 answer
	asked 75 "refused with status 502"
}

@test "an agent that is not there, or does not answer, in time" {
	AGENT=$T/nobody.sock
	expect 75 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	one_line "$stderr" "measure: $AGENT: GetQuote: "
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die' "$AGENT"
	expect 75 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	one_line "$stderr" "measure: $AGENT: GetQuote: "
	agent_start --mode hang
	local began=$SECONDS
	expect 75 "$MEASURE" -s "$AGENT" quote "$REPORT_DATA"
	one_line "$stderr" "measure: $AGENT: GetQuote: "
	[ $((SECONDS - began)) -ge 9 ] && [ $((SECONDS - began)) -le 30 ]
}

@test "an event: its name, its payload in hexadecimal; RTMR3 is extended" {
	agent_start
	expect 0 "$MEASURE" -s "$AGENT" emit 'name "x"' 00ff10
	same '/EmitEvent {"event":"name \"x\"","payload":"00ff10"}' "$(<calls)"
	same "$(event_digest 'name "x"' 00ff10 | extended "$(fixture_rtmr3)")" "$(<rtmr3)"
	expect 0 "$MEASURE" -s "$AGENT" emit empty ""
	same "empty " "$(emitted | tail -n 1)"
}

@test "an agent without EmitEvent is told from one that fails" {
	local code
	agent_start --mode old
	expect 69 "$MEASURE" -s "$AGENT" emit name 00
	one_line "$stderr" "measure: $AGENT: EmitEvent: refused with status 404"
	for code in 405 501; do
		agent_stop
		printf '{}' >answer
		canned_start $code answer
		expect 69 "$MEASURE" -s "$AGENT" emit name 00
	done
	# dstack's way: any error is 400
	agent_stop
	printf '{"error": "Service not found: EmitEvent"}' >answer
	canned_start 400 answer
	expect 69 "$MEASURE" -s "$AGENT" emit name 00
	same "measure: $AGENT: EmitEvent: refused with status 400: Service not found: EmitEvent" "$stderr"
	local reason
	for reason in "Failed to extend RTMR3" "Failed to log the event: file not found"; do
		agent_stop
		printf '{"error": "%s"}' "$reason" >answer
		canned_start 400 answer
		expect 75 "$MEASURE" -s "$AGENT" emit name 00
		same "measure: $AGENT: EmitEvent: refused with status 400: $reason" "$stderr"
	done
}

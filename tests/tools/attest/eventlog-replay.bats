#!/usr/bin/env bats
# Against quotes and logs of real machines; what is refused; the forms of the output.
load ../../helpers
load ../../workspace/qvl/helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# quote_registers FILE: spec: quote-spec.md 1.2: from byte 376 of a quote of version 4, 48 bytes a register
quote_registers() {
	tail -c +377 "$1" | head -c 192 | hex | fold -w 96
	echo
}

@test "logs of real machines lead to the registers of their quotes" {
	captured
	local pair log folder count=0
	for pair in near-mpc/event_log.json near-mpc/tcb_info.json dstack-guest-agent-fixture/event_log.json dstack-examples-rtmr3/event_log.json \
		dstack-examples-rtmr3/report.json dstack-tdx-lite-getquote/event_log.json dstack-tdx-lite-getquote/tdx-lite-getquote.json \
		dstack-verifier-quote-report/event_log.json dstack-verifier-quote-report/quote-report.json google-cos113-ccel/ccel_data.dat; do
		log=$QUOTES/$pair folder=$QUOTES/${pair%/*}
		expect 0 eventlog-replay --json --quote "$folder/quote.bin" "$log"
		same "$(quote_registers "$folder/quote.bin")" "$(jq -r '.rtmr0, .rtmr1, .rtmr2, .rtmr3' <<<"$output")" "$pair"
		[ "${pair%/*}" = google-cos113-ccel ] ||
			same "$(jq -c .parsed.replayed "$folder/expected.json")" "$(jq -c '[.rtmr0, .rtmr1, .rtmr2, .rtmr3]' <<<"$output")" "$pair"
		same 'false ["rtmr0","rtmr1","rtmr2","rtmr3"]' "$(jq -r '"\(.cut) \(.registers | tojson)"' <<<"$output")"
		count=$((count + 1))
	done
	same 10 "$count"
	# The same shape of machine; spec: rtmr3-spec.md 12.4
	expect 0 eventlog-replay --expect "rtmr0=$(jq -r '.parsed.replayed[0]' "$QUOTES/dstack-examples-rtmr3/expected.json")" \
		"$QUOTES/dstack-ccel-sample/ccel.bin"
}

@test "events are those of the log, with the mark of each" {
	captured
	local log=$QUOTES/near-mpc/event_log.json
	eventlog-replay --json "$log" >out
	same "$(jq -c '.[] | [.imr, .event_type, .event, .event_payload, .digest]' "$log")" \
		"$(jq -c '.events[] | [(.register | ltrimstr("rtmr") | tonumber), .type, .name, .payload, .sha384]' out)"
	same '["not known","yes"]' "$(jq -c '[.events[].explained] | unique' out)"
	# spec: tdx-boot-spec.md 8: what can be explained is
	same "$(jq '[.[] | select(.event_type as $type | [4, 2147483649, 2147483650, 2147483655, 134217729] | index($type))] | length' "$log")" \
		"$(jq '[.events[] | select(.explained == "yes")] | length' out)"
	same '"EV_EFI_HANDOFF_TABLES2" "dstack runtime event"' "$(jq -r '"\(.events[0].type_name | tojson) \(.events[-1].type_name | tojson)"' out)"
	same 1 "$(jq '.events[-1].version' out)"
}

@test "a payload that does not explain its digest is marked so, and the log still replays" {
	expect 0 eventlog-replay --json "$VECTORS/ccel/good/not-explained.bin"
	same '["no","no","no","no","not known","not known","not known"]' "$(jq -c '[.events[].explained]' <<<"$output")"
	expect 0 eventlog-replay "$VECTORS/ccel/good/not-explained.bin"
	[[ $output == *" no         EV_SEPARATOR"* ]]
}

@test "the JSON is canonical: sorted, two spaces, one final line feed" {
	local file
	for file in "$VECTORS"/ccel/good/*.bin "$VECTORS"/event-log/good/{full,second-stripped,empty}.json "$VECTORS"/runtime-log/good/*.log; do
		eventlog-replay --unfinished --json "$file" >out
		jq -S --indent 2 . out | cmp - out
	done
}

@test "a cut log gives rtmr3 and nothing that looks like another register" {
	captured
	local log=cut.json real
	jq 'map(select(.imr == 3 or (.imr == 0 and .event_type == 10)))' "$QUOTES/near-mpc/event_log.json" >"$log"
	real=$(jq -r '.parsed.replayed[3]' "$QUOTES/near-mpc/expected.json")
	expect 0 eventlog-replay --json --expect "rtmr3=$real" "$log"
	same 'true ["rtmr3"] null null null' "$(jq -r '"\(.cut) \(.registers | tojson) \(.rtmr0) \(.rtmr1) \(.rtmr2)"' <<<"$output")"
	same "$real" "$(jq -r .rtmr3 <<<"$output")"
	expect 0 eventlog-replay "$log"
	same 1 "$(grep -c '^rtmr[0-9]   ' <<<"$output")"
	[[ $output == *"cut: of rtmr0 to rtmr2 nothing can be said"* ]]
	# Not even when the value is the one it would have.
	expect 2 eventlog-replay --expect "rtmr1=$ZERO" "$log"
	one_line "$stderr" "eventlog-replay: cut.json: rtmr1: the log is cut, so it cannot be said"
	expect 2 eventlog-replay --quote "$QUOTES/near-mpc/quote.bin" "$log"
	same 3 "$(grep -c 'the log is cut' <<<"$stderr")"
	for file in "$VECTORS"/runtime-log/good/*.log; do
		expect 0 eventlog-replay --json "$file"
		same 'true ["rtmr3"]' "$(jq -r '"\(.cut) \(.registers | tojson)"' <<<"$output")"
	done
}

@test "a register that is not what was expected: exit 1 and a line that names it" {
	local full=$VECTORS/log-check/good/no-runtime.json zero=${ZERO}
	expect 1 eventlog-replay --expect "rtmr2=$zero" --expect "rtmr3=$zero" "$full"
	one_line "$stderr" "eventlog-replay: $full: rtmr2: replays to "
	one_line "$stderr" ", expected $zero"
	[[ $output == format* ]]
	expect 1 eventlog-replay --expect "rtmr0=$zero" --expect "rtmr1=$zero" "$full"
	same 2 "$(wc -l <<<"$stderr")"
	captured
	expect 1 eventlog-replay --quote "$QUOTES/near-mpc/quote.bin" "$QUOTES/dstack-examples-rtmr3/event_log.json"
	same 4 "$(wc -l <<<"$stderr")"
}

@test "what is malformed or misleading is refused, and nothing is printed" {
	local folder file count=0
	local -A format=([event-log]=dstack) # one of them is an object
	for folder in event-log ccel runtime-log log-format log-check; do
		for file in "$VECTORS/$folder"/should-fail/*; do
			[[ $file != *.reason ]] || continue
			expect 2 eventlog-replay --json ${format[$folder]:+--format "${format[$folder]}"} "$file"
			one_line "$stderr" "eventlog-replay: $file: "
			[[ $folder == event-log ]] || one_line "$stderr" "$(<"$file.reason")"
			same '' "$output" "$file"
			count=$((count + 1))
		done
	done
	[ "$count" -ge 110 ]
}

@test "quotes that are none, and values that are none" {
	local full=$VECTORS/log-check/good/no-runtime.json
	head -c 700 /dev/zero | tr '\0' '\1' >ones
	expect 2 eventlog-replay --quote ones "$full"
	one_line "$stderr" "eventlog-replay: ones: header: version 257, and 3, 4 and 5 are known"
	expect 2 eventlog-replay --quote "$VECTORS/quote/good/v4-sgx-type-2.bin" "$full"
	one_line "$stderr" "/v4-sgx-type-2.bin: not a TDX quote"
	expect 2 eventlog-replay --quote "$VECTORS/quote/should-fail/length.behind.bin" "$full"
	one_line "$stderr" "/length.behind.bin: signature part: 1 bytes behind the certification data"
	for value in rtmr0 "rtmr4=$ZERO" "rtmr0=${ZERO}0" "rtmr0=x${ZERO:1}" "mrtd=$ZERO"; do
		expect 64 eventlog-replay --expect "$value" "$full"
	done
	expect 64 eventlog-replay --expect "rtmr0=$ZERO" --expect "rtmr0=1${ZERO:1}" "$full"
	[[ $stderr == *"rtmr0: expected to be two values"* ]]
}

@test "a quote of version 5 has its registers six bytes later" {
	captured
	need perl
	# The bodies of version 4 and 5 are the same; spec: quote-spec.md 1.1
	perl -0777 -pe 'substr($_, 0, 2) = "\5\0"; substr($_, 48, 0) = "\2\0\x48\2\0\0"' "$QUOTES/near-mpc/quote.bin" >fifth
	expect 0 eventlog-replay --quote fifth "$QUOTES/near-mpc/event_log.json"
}

@test "the answer that has a log has the quote it belongs to" {
	captured
	local answer=$QUOTES/dstack-tdx-lite-getquote/tdx-lite-getquote.json
	expect 0 eventlog-replay --quote "$answer" "$answer"
	expect 0 eventlog-replay --quote "$QUOTES/dstack-guest-agent-fixture/attestation.bin" "$QUOTES/dstack-guest-agent-fixture/event_log.json"
}

@test "a log of ten thousand events: the registers are those that openssl and perl find, and memory stays small" {
	need perl
	perl -MDigest::SHA=sha384_hex,sha384 -e '
		my ($value, @events) = ("\0" x 48);
		for my $i (0 .. 9999) {
			my $payload = pack("N8", $i x 8);
			my $digest = sha384("\1\0\0\10:event-$i:$payload");
			$value = sha384($value . $digest);
			push @events, sprintf "{\"imr\":3,\"event_type\":134217729,\"digest\":\"%s\",\"event\":\"event-%d\",\"event_payload\":\"%s\"}",
				unpack("H*", $digest), $i, unpack("H*", $payload);
		}
		print "[", join(",", @events), "]";
		print STDERR unpack("H*", $value);' >ten.json 2>want
	expect 0 eventlog-replay --expect "rtmr3=$(<want)" ten.json
	same 10000 "$(grep -c '^rtmr3  [0-9a-f]*…' <<<"$output")"
	[[ $BIN != *asan* ]] || skip "the sanitizer's memory is its own"
	(ulimit -v 100000 && eventlog-replay --json ten.json) | jq -e '.events | length == 10000'
}

# spec: rtmr3-spec.md 2.4
@test "a boot that is not finished: refused unless asked for" {
	need perl
	jq -n '["system-preparing=", "app-id=53f1a61fa9d72f0629390a52a71633f78b6489b0",
		"compose-hash=53f1a61fa9d72f0629390a52a71633f78b6489b0cb327a9ffc8b695108c1178e", "instance-id=", "boot-mr-done="]
		| map(split("=") | {imr: 3, event_type: 134217729, digest: "", event: .[0], event_payload: .[1]})' >log
	expect 2 eventlog-replay log
	one_line "$stderr" "eventlog-replay: log: a boot that begins with system-preparing and has no system-ready"
	expect 0 eventlog-replay --unfinished --json log
	same f02b3467e022de2889ac890064214831030d153221f610126a8c80c9c976ce12e3f51ed1ee6ac4d49262b6ec8618ff86 "$(jq -r .rtmr3 <<<"$output")"
	# All else is refused all the same.
	expect 2 eventlog-replay --unfinished "$VECTORS/log-check/should-fail/app-id-twice.json"
}

@test "standard input, --format, --help, --version, and used wrongly" {
	local full=$VECTORS/log-check/good/no-runtime.json
	same "$(eventlog-replay "$full")" "$(eventlog-replay - <"$full")"
	expect 0 eventlog-replay --format dstack "$full"
	expect 2 eventlog-replay --format ccel "$full"
	expect 64 eventlog-replay --format tar "$full"
	[[ $stderr == *"'tar': none of dstack, getquote, events, runtime, ccel"* ]]
	expect 64 eventlog-replay
	expect 64 eventlog-replay "$full" "$full"
	expect 64 eventlog-replay --unknown
	expect 74 eventlog-replay missing
	expect 74 bash -c 'eventlog-replay "$1" >/dev/full' - "$full"
	expect 0 eventlog-replay --help
	[[ $output == Usage:* ]]
	expect 0 eventlog-replay --version
	[[ $output == "eventlog-replay "*OpenSSL* ]]
}

@test "names in the table are one line each" {
	jq -n '[{imr: 3, event_type: 134217729, digest: "", event: "system-ready", event_payload: ""},
		{imr: 3, event_type: 134217729, digest: "", event: "a\nrtmr3 b", event_payload: ""}]' >log
	expect 0 eventlog-replay log
	same 1 "$(grep -c 'a?rtmr3 b$' <<<"$output")"
}

@test "the man page's examples" {
	captured
	cp "$QUOTES/near-mpc/quote.bin" "$QUOTES/near-mpc/event_log.json" .
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/eventlog-replay.1" | sed 's/\\(dq/"/g')
	same 2 "${#examples[@]}"
	expect 0 bash -c "${examples[0]}"
	same yes "$output"
	expect 0 bash -c "${examples[1]}"
	same "$(jq -r '.[] | select(.imr == 3).event' event_log.json)" "$output"
}

#!/usr/bin/env bats
# Logs of real machines, beside what would have been predicted of them, each time with one thing else.
load ../../helpers
load ../../workspace/qvl/helpers

MRTD=f06dfda6dce1cf904d4e2bab1dc370634cf95cefa2ceb2de2eee127c9382698090d7a4a13e14c536ec6c9c3c8fa87077

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	captured
	LOG=$QUOTES/near-mpc/event_log.json
	jq -f "$ROOT/tests/tools/measure/eventlog-diff.jq" "$LOG" >events.json
	jq --slurpfile real "$QUOTES/near-mpc/expected.json" --arg mrtd $MRTD '. + {mrtd: $mrtd} + ([$real[0].parsed.replayed
		| to_entries[] | {key: "rtmr\(.key)", value}] | from_entries)' events.json >expected.json
}

# diff STATUS [OPTION]...: $output is the JSON
diff_of() {
	local want=$1
	shift
	expect "$want" eventlog-diff --json "$@"
	printf '%s\n' "$output" >out
	jq -S --indent 2 . out | cmp - out
}

# divergences: `REGISTER INDEX KIND NAME`, a line each
divergences() {
	jq -r '.divergences[] | "\(.register) \(.index) \(.kind) \(.name)"' out
}

# changed FILTER: the real log, changed by jq
changed() {
	jq "$1" "$LOG" >changed.json
}

@test "a log that is as predicted, by values and by events" {
	diff_of 0 --expected expected.json --observed "$LOG"
	same 'true null ["rtmr0","rtmr1","rtmr2","rtmr3"] []' "$(jq -r '"\(.equal) \(.first) \(.compared | tojson) \(.divergences | tojson)"' out)"
	same "mrtd: not compared: it was not observed" "$(jq -r '.notes[]' out)"
	diff_of 0 --expected events.json --observed "$LOG" --observed-mrtd $MRTD
	expect 0 eventlog-diff --expected expected.json --observed "$QUOTES/near-mpc/tcb_info.json"
	expect 0 eventlog-diff --expected expected.json --observed - <"$LOG"
	[[ $output == "equal: rtmr0 rtmr1 rtmr2 rtmr3"* ]]
}

@test "MRTD comes first" {
	diff_of 1 --expected expected.json --observed-rtmr0 "$ZERO" --observed-mrtd "$ZERO"
	same "mrtd null value null"$'\n'"rtmr0 null value null" "$(divergences)"
	same "mrtd varies with firmware and the order in which pages are added; expected two passes" "$(jq -r .first.cause out)"
	same "$MRTD $ZERO" "$(jq -r '"\(.first.expected) \(.first.observed)"' out)"
}

@test "other memory: the TD HOB is first, and the cause in words" {
	# spec: tdx-boot-spec.md 3.2: the TD HOB of 16 GiB
	local other=cd2312a0d87ef3c4a928df87088969a80b33d7bf3fc584bdde637b09ed808a8d821a56b78a13a6eb506db7578444abbe
	changed ".[0].digest = \"$other\""
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr0 0 different td-hob" "$(divergences)"
	same "td-hob varies with memory, firmware; expected 64 GiB; from: source of td-hob" "$(jq -r .first.cause out)"
	same "$(jq -r '.[0].digest' "$LOG") $other 2147483659 EV_EFI_HANDOFF_TABLES2" "$(jq -r '.first | "\(.expected) \(.observed) \(.type) \(.type_name)"' out)"
	expect 1 eventlog-diff --expected expected.json --observed changed.json
	same "first: rtmr0 event 0 td-hob: different, EV_EFI_HANDOFF_TABLES2" "${lines[0]}"
	same "    td-hob varies with memory, firmware; expected 64 GiB; from: source of td-hob" "${lines[3]}"
}

@test "only a value: what the register varies with, and what was expected" {
	diff_of 1 --expected expected.json --observed-rtmr0 "$ZERO"
	same "rtmr0 varies with memory, firmware, cpus, devices, qemu, pic; expected 64 GiB, 8 CPU(s), QEMU 9.1.0, pic on, 1 NIC(s), 0 volume(s)" \
		"$(jq -r .first.cause out)"
	diff_of 1 --expected expected.json --observed-rtmr2 "$ZERO"
	same "rtmr2 varies with cmdline" "$(jq -r .first.cause out)"
}

@test "an event more or less does not shift the others" {
	changed 'del(.[5])'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr0 5 missing db" "$(divergences)"
	same "db was expected, of what db is; from: source of db" "$(jq -r .first.cause out)"
	changed '.[:3] + [.[2]] + .[3:]'
	diff_of 1 --expected expected.json --observed changed.json
	same 1 "$(divergences | wc -l)"
	same "rtmr0 unexpected" "$(jq -r '.first | "\(.register) \(.kind)"' out)"
	changed 'del(.[0]) | .[0].digest = ("00" * 48)'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr0 0 missing td-hob"$'\n'"rtmr0 0 different cfv" "$(divergences)"
}

@test "ACPI tables are told apart by place, variables by name" {
	changed '.[9].digest = ("11" * 48) | .[4].digest = ("22" * 48) | .[3].digest = ("33" * 48)'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr0 3 different PK
rtmr0 4 different KEK
rtmr0 9 different acpi-rsdp" "$(divergences)"
	[[ $(jq -r .first.cause out) == "PK is constant, so this is other firmware or another release"* ]]
}

@test "registers in the order of a boot, whatever the log's" {
	changed '(.[] | select(.event_type == 6 or .event_type == 2147483651) | .digest) = ("44" * 48)'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr1 0 different kernel
rtmr2 0 different cmdline
rtmr2 1 different initrd" "$(divergences)"
}

@test "RTMR3: another payload is shown, and the application's events are called so" {
	changed 'map(if .event == "compose-hash" then .event_payload = "00ff" | .digest = "" else . end)
		+ [{imr: 3, event_type: 134217729, digest: "", event: "more", event_payload: ""}]'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr3 2 different compose-hash
rtmr3 9 unexpected more" "$(divergences)"
	same "compose-hash varies with app-compose; its payload is 00ff instead of $(jq -r '.[] | select(.event == "compose-hash").event_payload' "$LOG"); from: source of compose-hash" \
		"$(jq -r .first.cause out)"
	same "an event of the application's: it comes after system-ready" "$(jq -r '.divergences[1].cause' out)"
	changed '.[:-2]'
	diff_of 1 --expected expected.json --observed changed.json
	[[ $(jq -r .first.cause out) == *"; the boot did not finish" ]]
}

@test "what cannot be known beforehand is taken, and said to be" {
	jq '(.events[] | select(.name == "instance-id") | .sha384) = null' events.json >partly.json
	changed 'map(if .event == "instance-id" then .event_payload = "aabb" | .digest = "" else . end)'
	diff_of 0 --expected partly.json --observed changed.json
	[[ $(jq -r '.notes[]' out) == *"rtmr3: instance-id cannot be known beforehand and was taken as it is"* ]]
	changed 'map(select(.event != "instance-id"))'
	diff_of 1 --expected partly.json --observed changed.json
	same "rtmr3 3 missing instance-id" "$(divergences)"
	# A value says nothing of it.
	expect 2 eventlog-diff --expected partly.json --observed-rtmr3 "$ZERO"
	diff_of 0 --expected partly.json --observed-rtmr0 "$(jq -r .rtmr0 expected.json)" --observed-rtmr3 "$ZERO"
	[[ $(jq -r '.notes[]' out) == *"rtmr3: not compared: it cannot be known beforehand, and there are no events"* ]]
}

@test "a stripped log is as good, a cut one is called so" {
	changed 'map(.event_payload |= . | if .imr == 3 then .digest = "" else .event_payload = "" end)'
	diff_of 0 --expected expected.json --observed changed.json
	changed 'map(if .imr == 3 then . else .event_payload = "" end) | .[4].digest = ("22" * 48)'
	diff_of 1 --expected expected.json --observed changed.json
	same "rtmr0 4 different KEK" "$(divergences)"
	changed 'map(select(.imr == 3))'
	diff_of 0 --expected expected.json --observed changed.json
	same '["rtmr3"]' "$(jq -c .compared out)"
	[[ $(jq -r '.notes[]' out) == *"the log is cut to runtime events"* ]]
	jq 'del(.rtmr3) | .events |= map(select(.register != "rtmr3"))' expected.json >boot.json
	expect 2 eventlog-diff --expected boot.json --observed changed.json
	one_line "$stderr" "eventlog-diff: boot.json: nothing of it was observed"
}

# spec: tdx-boot-spec.md 3.5
@test "newer firmware is recognised" {
	diff_of 1 --expected expected.json --observed "$QUOTES/dstack-guest-agent-fixture/event_log.json"
	[[ $(jq -r '.notes[]' out) == *"the firmware is of edk2-stable202505 or later"* ]]
	# Its shape has the same ACPI tables, which therefore do not stand in the list.
	same "rtmr0 0 different td-hob
rtmr0 2 unexpected
rtmr0 3 unexpected
rtmr0 13 unexpected
rtmr0 14 different BootOrder
rtmr0 15 different Boot0000
rtmr0 16 unexpected variable Boot0001" "$(divergences | grep '^rtmr0' | sed 's/ $//')"
	same 4 "$(jq '[.divergences[] | select(.register == "rtmr0" and .kind == "unexpected")] | length' out)"
}

@test "a CCEL has no RTMR3" {
	diff_of 1 --expected expected.json --observed "$QUOTES/dstack-ccel-sample/ccel.bin"
	same '["rtmr0","rtmr1","rtmr2"]' "$(jq -c .compared out)"
	[[ $(jq -r '.notes[]' out) == *"rtmr3 is not in it"* ]]
	same "rtmr0 0 different td-hob" "$(divergences | head -n 1)"
}

@test "bare registers, as JSON and as text" {
	jq '{mrtd, rtmr0, rtmr1, rtmr2, rtmr3}' expected.json >registers.json
	diff_of 0 --expected expected.json --observed registers.json
	same 5 "$(jq '.compared | length' out)"
	jq -r 'to_entries[] | "\(.key | ascii_upcase): \(.value)"' registers.json >registers.txt
	expect 0 eventlog-diff --expected expected.json --observed registers.txt
	{ printf '# of a quote\n\n'; jq -r 'to_entries[] | "\(.key)=\(.value)"' registers.json; } >equals.txt
	expect 0 eventlog-diff --expected expected.json --observed equals.txt
	jq -r 'to_entries[] | "\(.key)   \(.value | ascii_upcase)"' registers.json | sed "s/^rtmr1 .*/rtmr1 $ZERO/" >other.txt
	diff_of 1 --expected expected.json --observed other.txt
	same "rtmr1 null value null" "$(divergences)"
}

@test "measurements.json: shapes by name, what is common beside them, RTMR3 apart" {
	jq '. as $all | {schema: "x", tdx: {os_image: {}, mrtd,
		vms: [{name: "small", rtmr0: ("0" * 96), vm: {}}, {rtmr0, vm, events: [.events[] | select(.register == "rtmr0")]}],
		rtmr3: {rtmr3, events: [.events[] | select(.register == "rtmr3")]}}}' expected.json >measurements.json
	diff_of 0 --expected measurements.json --shape large --observed "$LOG"
	same '["rtmr0","rtmr3"]' "$(jq -c .compared out)"
	diff_of 1 --expected measurements.json --shape small --observed "$LOG"
	same "rtmr0 null value null" "$(divergences)"
	expect 2 eventlog-diff --expected measurements.json --observed "$LOG"
	one_line "$stderr" "eventlog-diff: measurements.json: tdx: vms: 2 shapes, and none chosen"
	expect 2 eventlog-diff --expected measurements.json --shape other --observed "$LOG"
	one_line "$stderr" "tdx: vms: no shape is named 'other'"
	expect 2 eventlog-diff --expected expected.json --shape other --observed "$LOG"
	one_line "$stderr" "tdx: missing, so no shape can be chosen"
	jq '.tdx.vms |= .[1:]' measurements.json >one.json
	expect 0 eventlog-diff --expected one.json --observed "$LOG"
}

@test "a prediction that is malformed or contradicts itself is refused" {
	local file count=0
	for file in "$VECTORS"/prediction/should-fail/*.json; do
		expect 2 eventlog-diff --expected "$file" --observed "$LOG"
		one_line "$stderr" "eventlog-diff: $file: $(<"$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	[ "$count" -ge 17 ]
	for file in "$VECTORS"/prediction/good/*.json; do
		expect 1 eventlog-diff --expected "$file" --observed "$LOG"
	done
	printf '{' >bad.json
	expect 2 eventlog-diff --expected bad.json --observed "$LOG"
}

# unseen REASON: what is on standard input is not taken for an observation.
unseen() {
	cat >unseen
	expect 2 eventlog-diff --expected expected.json --observed unseen
	one_line "$stderr" "eventlog-diff: unseen: $1"
}

@test "an observation that is malformed or misleading is refused" {
	printf 'x\n' | unseen "neither an event log nor registers"
	printf '' | unseen "neither an event log nor registers"
	printf '# nothing\n' | unseen "neither an event log nor registers"
	printf 'rtmr0 00\n' | unseen "rtmr0: not 96 hexadecimal digits"
	printf 'rtmr0\n' | unseen "rtmr0: not 96 hexadecimal digits"
	printf 'rtmr0 %s\nrtmr0 1%s\n' "$ZERO" "${ZERO:1}" | unseen "rtmr0: observed to be two values"
	printf '{"rtmr0": 1}' | unseen "rtmr0: not a string"
	printf '{"rtmr0": "00"}' | unseen "rtmr0: not 96 hexadecimal digits"
	printf '{"a": 1}' | unseen "an object with none of event_log, imr, payload"
	printf '[1]' | unseen "event 0: not an object"
	jq ".rtmr1 = \"$ZERO\"" "$QUOTES/near-mpc/tcb_info.json" | unseen "the log does not lead to the register beside it: rtmr1: observed to be two values"
	unseen "event 1: event_type: 0x12345678" <"$VECTORS/log-check/should-fail/type-unknown.json"
	unseen "event 4: event: a name with a colon" <"$VECTORS/log-check/should-fail/name-colon.json"
	head -c 700 "$VECTORS/ccel/good/filled.bin" | head -c 100 | unseen "event 0: cut short"
	expect 2 eventlog-diff --expected expected.json --observed-rtmr0 00
	one_line "$stderr" "eventlog-diff: observed: rtmr0: not 96 hexadecimal digits"
	expect 2 eventlog-diff --expected expected.json --observed "$LOG" --observed-rtmr0 "$ZERO"
	one_line "$stderr" "rtmr0: observed to be two values"
}

# finds SHAPE OPTION...: the shape that is found, as `CPUS MEMORY STYLE PIC HOTPLUG_OFF GPUS HOLE64`; STYLE is old below QEMU 9.2.
finds() {
	local want=$1
	shift
	diff_of 1 --expected expected.json "$@"
	same "$want" "$(jq -r '.shape.vm | "\(.cpus) \(.memory) \(if (.qemu | split(".") | map(tonumber)) < [9, 2] then "old" else "new" end) \(.pic) \(.hotplug_off) \(.gpus) \(.hole64)"' out)"
}

# spec: tdx-boot-spec.md 7, K2, K3, K5
@test "the shape of the machine that a log is of" {
	finds "2 2147483648 old true false 0 34359738368" --observed "$QUOTES/dstack-tdx-lite-getquote/event_log.json"
	same "memory 2 GiB instead of 64 GiB, cpus 2 instead of 8" "$(jq -r .shape.differs out)"
	finds "8 17179869184 old true false 0 34359738368" --observed "$QUOTES/dstack-guest-agent-fixture/event_log.json"
	same "memory 16 GiB instead of 64 GiB" "$(jq -r .shape.differs out)"
	finds "16 68719476736 new false true 1 17592186044416" --observed "$QUOTES/dstack-verifier-quote-report/event_log.json"
	expect 1 eventlog-diff --expected expected.json --observed "$QUOTES/dstack-verifier-quote-report/event_log.json"
	[[ $output == *"shape: 16 CPU(s), 64 GiB, QEMU 9.2 or later below 10, pic off, hotplug_off, 0 volume(s), 1 NIC(s), 1 GPU(s)"* ]]
}

@test "--find-shape: the shape that gives a value of RTMR0" {
	local folder=dstack-tdx-lite-getquote
	finds "2 2147483648 old true false 0 34359738368" --find-shape --observed-rtmr0 "$(jq -r '.parsed.replayed[0]' "$QUOTES/$folder/expected.json")"
	# spec: tdx-boot-spec.md 7, K1
	finds "1 2147483648 old true false 0 34359738368" --find-shape \
		--observed-rtmr0 68102e7b524af310f7b7d426ce75481e36c40f5d513a9009c046e9d37e31551f0134d954b496a3357fd61d03f07ffe96
	# K6: 4 CPUs, 4 GiB, QEMU 9.2.1
	finds "4 4294967296 new false false 0 34359738368" --find-shape \
		--observed-rtmr0 c3caeccf5d762d155709ab7f6cd8ad9f025ffcfaf18245bcd0c5208b903dae24fc2b4563b0198e733cd0076a545a95d9
	# Only when asked for.
	diff_of 1 --expected expected.json --observed-rtmr0 "$ZERO"
	same null "$(jq .shape out)"
}

@test "a shape that cannot be found, or looked for" {
	changed '(.[] | select(.event_payload == "414350492044415441") | .digest) = ("77" * 48)
		| .[0].digest = "cd2312a0d87ef3c4a928df87088969a80b33d7bf3fc584bdde637b09ed808a8d821a56b78a13a6eb506db7578444abbe"'
	diff_of 1 --expected expected.json --observed changed.json
	same 'false null 17179869184' "$(jq -r '.shape | "\(.found) \(.vm) \(.memory)"' out)"
	expect 1 eventlog-diff --expected expected.json --observed changed.json
	[[ $output == *"gives what was observed, whose memory is 16 GiB"* ]]
	jq 'del(.vm)' expected.json >less.json
	expect 2 eventlog-diff --expected less.json --observed-rtmr0 "$ZERO" --find-shape
	one_line "$stderr" "eventlog-diff: less.json: --find-shape: the prediction has no vm to begin with"
	for less in 'del(.firmware)' '.firmware |= {}' 'del(.events)' '.events |= map(select(.name != "acpi-rsdp")) | del(.rtmr0)'; do
		jq "$less" expected.json >less.json
		expect 2 eventlog-diff --expected less.json --observed-rtmr0 "$ZERO" --find-shape
		one_line "$stderr" "--find-shape: it takes rtmr0, observed, and of the prediction its events and firmware.td_hob_witness"
	done
	for less in '.firmware.td_hob_witness = 1=firmware: td_hob_witness: not hexadecimal digits' '.firmware.td_hob_witness = "00"=firmware: td_hob_witness: witness' \
		'.vm.cpus = "x"=vm: cpus: ' '.vm.cpus = 1.5=vm: cpus: neither a whole number' '.vm.qemu = []=vm: qemu: neither' 'del(.vm.memory)=vm: memory: not given'; do
		jq "${less%=*}" expected.json >less.json
		expect 2 eventlog-diff --expected less.json --observed-rtmr0 "$ZERO" --find-shape
		one_line "$stderr" "eventlog-diff: less.json: ${less##*=}"
	done
}

@test "thousands of the application's events are no burden" {
	[[ $BIN != *asan* ]] || skip "sanitizers are a burden"
	jq -c '. + [range(9000) | {imr: 3, event_type: 134217729, digest: "", event: "app-\(.)", event_payload: ""}]' "$LOG" >many.json
	diff_of 1 --expected expected.json --observed many.json
	same 9000 "$(jq '.divergences | length' out)"
}

@test "used wrongly, --help, --version, and the man page's examples" {
	expect 64 eventlog-diff
	expect 64 eventlog-diff --expected expected.json
	expect 64 eventlog-diff --observed "$LOG"
	expect 64 eventlog-diff --expected expected.json --observed "$LOG" more
	expect 64 eventlog-diff --unknown
	expect 74 eventlog-diff --expected missing --observed "$LOG"
	expect 74 eventlog-diff --expected expected.json --observed missing
	expect 74 bash -c 'eventlog-diff --expected expected.json --observed "$1" >/dev/full' - "$LOG"
	expect 0 eventlog-diff --help
	[[ $output == Usage:* ]]
	expect 0 eventlog-diff --version
	[[ $output == "eventlog-diff "*OpenSSL* ]]
	cp expected.json prediction.json
	changed '.[0].digest = ("00" * 48)'
	cp changed.json event_log.json
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/eventlog-diff.1")
	same 2 "${#examples[@]}"
	expect 1 bash -c "${examples[0]}"
	[[ $output == "first: rtmr0 event 0 td-hob"* ]]
	expect 0 bash -c "${examples[1]}"
	same "td-hob varies with memory, firmware; expected 64 GiB; from: source of td-hob" "$output"
}

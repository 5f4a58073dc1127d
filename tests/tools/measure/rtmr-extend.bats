#!/usr/bin/env bats
# Registers by openssl, quotes of real machines and the specification.
load ../../helpers
load ../../workspace/qvl/helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	A=$(printf a | sha384sum | cut -c-96)
	B=$(printf b | sha384sum | cut -c-96)
	C=$(printf c | sha384sum | cut -c-96)
}

@test "digests, as openssl extends" {
	need openssl perl
	expect 0 rtmr-extend "$A"
	same "$(echo "$A" | extended)" "$output"
	expect 0 rtmr-extend "$A" "$B" "$C"
	same "$(printf '%s\n' "$A" "$B" "$C" | extended)" "$output"
	expect 0 rtmr-extend "${A^^}" -- "$B"
	same "$(printf '%s\n' "$A" "$B" | extended)" "$output"
	expect 0 rtmr-extend --initial "$C" "$A" "$B"
	same "$(printf '%s\n' "$A" "$B" | extended "$C")" "$output"
	same "$(rtmr-extend "$A" "$B")" "$(rtmr-extend --initial "$(rtmr-extend "$A")" "$B")"
}

@test "the order of the command line is kept across kinds" {
	need openssl perl
	local event
	printf b >b
	printf '%s\n' "$C" "$A" >lines
	event=$(event_digest app-id 0011)
	expect 0 rtmr-extend --event app-id=0011 "$A" --file b - "@b" "$C" <lines
	same "$(printf '%s\n' "$event" "$A" "$B" "$C" "$A" "$B" "$C" | extended)" "$output"
	expect 0 rtmr-extend "$A" --event app-id=0011 <lines
	same "$(printf '%s\n' "$A" "$event" | extended)" "$output"
}

@test "lines of standard input, with and without a last line feed, or none" {
	need openssl perl
	same "$(printf '%s\n' "$A" "$B" | extended)" "$(printf '%s\n%s' "$A" "$B" | rtmr-extend -)"
	same "$(printf '%s\n' "$A" "$B" | extended)" "$(printf '%s\n%s\n' "$A" "$B" | rtmr-extend -)"
	same "$ZERO" "$(rtmr-extend - </dev/null)"
}

# spec: rtmr3-spec.md 2.4
@test "the specification's synthetic boots, versions 1 and 2" {
	need perl
	local compose=53f1a61fa9d72f0629390a52a71633f78b6489b0cb327a9ffc8b695108c1178e provider
	local policy=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
	provider=$(printf '{"name":"none","id":""}' | hex)
	local first=(--event system-preparing= --event "app-id=${compose:0:40}" --event "compose-hash=$compose")
	local boot=(--event instance-id= --event boot-mr-done=) rest=(--event "key-provider=$provider" --event storage-fs=7a6673 --event system-ready=)
	expect 0 rtmr-extend "${first[@]}" "${boot[@]}"
	same f02b3467e022de2889ac890064214831030d153221f610126a8c80c9c976ce12e3f51ed1ee6ac4d49262b6ec8618ff86 "$output"
	expect 0 rtmr-extend "${first[@]}" "${boot[@]}" "${rest[@]}"
	same ae0af63b542fb858d9e8a8f1179c48b56224b7158fa36f89add7cd5295a8a0d7eb341a7f9d876eea6192c9fff3c54aa6 "$output"
	expect 0 rtmr-extend --event-version 2 "${first[@]}" --event "gpu-policy-hash=$policy" "${boot[@]}" "${rest[@]}"
	same 9f48711ffdcbd05bc9dd75e90929c930c681cde18d1a0b52d4941a6b7309c88358331be45f8ade9259794c6a76c9ba4f "$output"
	# The version is that of the events behind it.
	expect 0 rtmr-extend --event storage-fs=7a6673 --event-version 2 --event storage-fs=7a6673 --event-version 1 --event storage-fs=7a6673
	same "$(rtmr-extend ba51104636900268b0e059fa3d266419d079d1e94aea26fb9fcbb8d764bf4c89a67ac271b8a0d1a3989945132a111fc7 \
		9095b22d6b9adfe316953362cd222097ceac8b2f84320b9f274ae7f1114cc70cc6ad27ef15a952f59c29d71b7102d652 \
		ba51104636900268b0e059fa3d266419d079d1e94aea26fb9fcbb8d764bf4c89a67ac271b8a0d1a3989945132a111fc7)" "$output"
}

@test "a name with '=', one in UTF-8, and a payload in upper case" {
	need openssl perl
	same "$(event_digest a=b 00ff | extended)" "$(rtmr-extend --event a=b=00FF)"
	same "$(event_digest é '' | extended)" "$(rtmr-extend --event é=)"
}

@test "registers of real quotes, from the digests of their logs" {
	captured
	local folder i
	for folder in near-mpc dstack-examples-rtmr3 dstack-verifier-quote-report; do
		for i in 0 1 2 3; do
			same "$(jq -r ".parsed.replayed[$i]" "$QUOTES/$folder/expected.json")" "$(jq -r --argjson i $i '.[] | select(.imr == $i)
				| if .digest == "" then "missing" else .digest end' "$QUOTES/$folder/event_log.json" | rtmr-extend -)" "$folder $i"
		done
	done
}

@test "a file larger than a block" {
	need openssl perl
	head -c 300001 /dev/zero >large
	same "$(sha384 <large | extended)" "$(rtmr-extend @large)"
	: >empty
	same "$(sha384 </dev/null | extended)" "$(rtmr-extend --file empty)"
}

@test "what is malformed: exit 2, one line and no register" {
	local bad
	for bad in "${A:1}" "${A}0" "x${A:1}" '' ' ' "0x${A:2}" "$A "; do
		expect 2 rtmr-extend "$B" "$bad"
		one_line "$stderr" "rtmr-extend: '$bad': not a digest of 96 hexadecimal digits"
		same '' "$output"
		expect 2 rtmr-extend - < <(printf '%s\n%s\n%s\n' "$B" "$bad" "$C")
		one_line "$stderr" "not a digest of 96 hexadecimal digits"
		expect 2 rtmr-extend --initial "$bad" "$B"
		one_line "$stderr" "--initial '$bad': not 96 hexadecimal digits"
	done
	for bad in app-id =00 ''; do
		expect 2 rtmr-extend --event "$bad"
		one_line "$stderr" "'$bad': not an event's name, '=' and its payload in hexadecimal"
	done
	for bad in app-id=0 app-id=zz app-id=0x00; do
		expect 2 rtmr-extend --event "$bad"
		one_line "$stderr" "event 'app-id': payload: not hexadecimal digits, two a byte"
	done
	expect 2 rtmr-extend --event $'\xff=00'
	one_line "$stderr" "name is not UTF-8"
	expect 2 rtmr-extend --event a:b=00
	one_line "$stderr" "event 'a:b': a name with a colon has the digest of another event"
	expect 0 rtmr-extend --event-version 2 --event a:b=00
	expect 2 rtmr-extend - < <(printf '%s\n\0\n' "$A")
	one_line "$stderr" "rtmr-extend: -: not text"
	expect 2 rtmr-extend @.
}

@test "used wrongly, and what cannot be read or written" {
	expect 64 rtmr-extend
	[[ $stderr == *"nothing that extends"* ]]
	expect 64 rtmr-extend --initial "$A"
	expect 64 rtmr-extend "$A" --initial "$B"
	expect 64 rtmr-extend --initial "$A" --initial "$B" "$C"
	expect 64 rtmr-extend - - </dev/null
	expect 64 rtmr-extend --event-version 3 --event a=
	expect 64 rtmr-extend --event-version 0 --event a=
	expect 64 rtmr-extend --unknown
	expect 74 rtmr-extend @missing
	expect 74 bash -c 'rtmr-extend "$1" >/dev/full' - "$A"
}

@test "--help, --version, and the man page's examples" {
	expect 0 rtmr-extend --help
	[[ $output == Usage:* ]]
	expect 0 rtmr-extend --version
	[[ $output == "rtmr-extend "*OpenSSL* ]]
	need jq openssl perl iconv
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/rtmr-extend.1" | sed 's/\\(dq/"/g; s/\\e/\\/g')
	same 2 "${#examples[@]}"
	printf 'an initrd' >initrd
	cmdline='console=ttyS0' expect 0 bash -c "${examples[0]}"
	same "$({ perl -e 'print join("", map { "$_\0" } split //, "console=ttyS0 initrd=initrd"), "\0\0"' | sha384; sha384 <initrd; } | extended)" "$output"
	cp "$VECTORS/log-check/good/app-events.json" event_log.json
	expect 0 bash -c "${examples[1]}"
	same "$(printf '\0\0\0\0' | sha384 | extended)" "$output"
}

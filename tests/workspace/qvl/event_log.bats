# Event logs of dstack: digests, what is refused, replay. Against the specification's known answers, logs of real
# machines, and openssl.
load ../../helpers
load helpers

EVENT_LOG=$TESTBIN/workspace/qvl/event_log

# known NAME PAYLOAD FIRST SECOND: the digests of both versions.
known() {
	local payload
	payload=$(printf %s "$2" | hex)
	expect 0 "$EVENT_LOG" digest 1 "$1" "$payload"
	same "$3" "$output" "$1, version 1"
	expect 0 "$EVENT_LOG" digest 2 "$1" "$payload"
	same "$4" "$output" "$1, version 2"
}

# spec: rtmr3-spec.md 1.4
@test "digests of the specification's table" {
	need perl
	known system-preparing "" \
		f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624 \
		918e390aef67de4520d37d7e046dd222038e0a8385825072383ab194543ffa3046a9a48fdabbc16e6ba9ff24249ba88f
	known instance-id "" \
		305a62e30e8f4ca791946c3ede6755cfacebe02be9101f0bccf2591509a0c8e8095bc83b3d53bfc5d70d6c7cf7813fc5 \
		f1862216425a649f82e15505aee990a69fb967f76b2aead043828352fc6d91524f55a88f8fce261c28925adceb700cd6
	known boot-mr-done "" \
		98bd7e6bd3952720b65027fd494834045d06b4a714bf737a06b874638b3ea00ff402f7f583e3e3b05e921c8570433ac6 \
		aeadedb6d47c136395e76aaa640667ed1635429ee9a3795e0c97ad11f809b9805b39ba43d07f2e68cf51facd318d350d
	known system-ready "" \
		1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd \
		8c748e7cf5aa7ef37f036bd15cb78308279511a408bcd2aab352802cccd79cf07d7d5e4d174c5b311f2d98f35f53ccd6
	known storage-fs zfs \
		ba51104636900268b0e059fa3d266419d079d1e94aea26fb9fcbb8d764bf4c89a67ac271b8a0d1a3989945132a111fc7 \
		9095b22d6b9adfe316953362cd222097ceac8b2f84320b9f274ae7f1114cc70cc6ad27ef15a952f59c29d71b7102d652
	known storage-fs ext4 \
		94eb1c817c35f570ca895b48b46e656e696d1a126581e70022f6f93a8c64d026ece224c6bffbe3bfdfe00bb3447adcd0 \
		e3755adb416d99b086c5d430bed91103e786ae1d032903e4d6305672b0d0b182d5935d1e9b4fc05f9c3d87ceda75a771
	known key-provider '{"name":"none","id":""}' \
		7f788209b6106d43ad4b0cef85797120c234f175a10b7cb609a73ec1f4285adfe7abca2e1e3d3bd2ba058c2b78d1771d \
		73e1d8ce8cb6c89f8379018b7d46a3e9674c99eef022dc39813534ddd094b59f9fc10ce13888ffd8475a92432d2820f1
	expect 0 "$EVENT_LOG" digest 1 app-id 000102030405060708090a0b0c0d0e0f10111213
	same 8afd336904cd928ad9bd019a89b31b387673ea9b07e82bb30fb9a65c80bb358548eb47ed2c57b8044a6e1f1533af243f "$output"
	expect 0 "$EVENT_LOG" digest 2 app-id 000102030405060708090a0b0c0d0e0f10111213
	same aa6f55e9b5a53fa9744eaaf780ea0f6500621e156b37c47940760d33fa0e3149e3533bc23f46746100764233a0ec0711 "$output"
}

# synthetic VERSION NAME=PAYLOAD...: a stripped log of these runtime events, replayed; RTMR3 is in $output.
synthetic() {
	local version=$1 pair
	shift
	for pair; do
		jq -n --arg name "${pair%%=*}" --arg payload "$(printf %s "${pair#*=}" | unhex | hex)" --argjson version "$version" '
			{imr: 3, event_type: 134217729, digest: "", event: $name, event_payload: $payload}
			+ if $version == 2 then {version: 2, preimage: ({name: $name, payload: $payload, type: 134217729} | tojson)} else {} end'
	done | jq -s . >"$BATS_TEST_TMPDIR/named.json"
	# The preimage is given in hexadecimal, which jq cannot write.
	perl -0777 -pe 's/"preimage": "((?:[^"\\]|\\.)*)"/my $text = $1; $text =~ s,\\(.),$1,g; "\"preimage\": \"" . unpack("H*", $text) . "\""/ge' \
		"$BATS_TEST_TMPDIR/named.json" >"$BATS_TEST_TMPDIR/log.json"
	expect 0 "$EVENT_LOG" replay "$BATS_TEST_TMPDIR/log.json"
	same cut "${lines[4]}"
	output=${lines[3]}
}

# spec: rtmr3-spec.md 2.4
@test "registers of the specification's synthetic boot, in each release's order" {
	need jq perl
	local compose=53f1a61fa9d72f0629390a52a71633f78b6489b0cb327a9ffc8b695108c1178e provider none
	local policy=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
	provider=$(printf '{"name":"none","id":""}' | hex)
	none=$(printf zfs | hex)
	local boot=(system-preparing= "app-id=${compose:0:40}" "compose-hash=$compose" instance-id= boot-mr-done=)
	synthetic 1 "${boot[@]}"
	same f02b3467e022de2889ac890064214831030d153221f610126a8c80c9c976ce12e3f51ed1ee6ac4d49262b6ec8618ff86 "$output" "boot-mr-done"
	synthetic 1 "${boot[@]}" "key-provider=$provider" system-ready=
	same 9225079effa35cc5c495dfbfa79e700334b1d1a811724d92688556357bb8b71b0d8b6695b3cc16955ac0c77283a715e9 "$output" "0.5.4"
	synthetic 1 "${boot[@]}" "key-provider=$provider" "storage-fs=$none" system-ready=
	same ae0af63b542fb858d9e8a8f1179c48b56224b7158fa36f89add7cd5295a8a0d7eb341a7f9d876eea6192c9fff3c54aa6 "$output" "0.5.5"
	boot=(system-preparing= "app-id=${compose:0:40}" "compose-hash=$compose" "gpu-policy-hash=$policy" instance-id= boot-mr-done=
		"key-provider=$provider" "storage-fs=$none" system-ready=)
	synthetic 1 "${boot[@]}"
	same 35df16f195101f6eabe3c4abdaef3115294f0e11d228061e709b361a757ca4cc661af8876e33b6b3ebca723681e6b787 "$output" "main"
	synthetic 2 "${boot[@]}"
	same 9f48711ffdcbd05bc9dd75e90929c930c681cde18d1a0b52d4941a6b7309c88358331be45f8ade9259794c6a76c9ba4f "$output" "main, version 2"
}

@test "logs of real machines replay to what another implementation says, and to the registers of their quotes" {
	captured
	local folder found=0
	for folder in near-mpc dstack-guest-agent-fixture dstack-examples-rtmr3 dstack-tdx-lite-getquote dstack-verifier-quote-report; do
		expect 0 "$EVENT_LOG" replay "$QUOTES/$folder/event_log.json"
		same "$(jq -r '.parsed.replayed[]' "$QUOTES/$folder/expected.json")" "$output" "$folder"
		# spec: quote-spec.md 1.2: from byte 376 of a quote of version 4, 48 bytes a register
		same "$(tail -c +377 "$QUOTES/$folder/quote.bin" | head -c 192 | hex | fold -w 96; echo)" "$output" "$folder"
		found=$((found + 1))
	done
	same 5 "$found"
}

@test "a log cut to register 3 and the ACPI events replays there alone, and is called cut" {
	captured
	local log=$BATS_TEST_TMPDIR/cut.json
	jq 'map(select(.imr == 3 or (.imr == 0 and .event_type == 10)))' "$QUOTES/near-mpc/event_log.json" >"$log"
	expect 0 "$EVENT_LOG" replay "$log"
	same "$(jq -r '.parsed.replayed[3]' "$QUOTES/near-mpc/expected.json")" "${lines[3]}"
	same cut "${lines[4]}"
	jq 'map(select(.imr != 1))' "$QUOTES/near-mpc/event_log.json" >"$log"
	expect 0 "$EVENT_LOG" replay "$log"
	same 4 "${#lines[@]}"
}

@test "what is taken replays to what openssl computes" {
	need openssl jq perl
	local log i
	for log in full stripped cut-upper-case mixed second-stripped name-escaped empty; do
		expect 0 "$EVENT_LOG" events "$VECTORS/event-log/good/$log.json"
		printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/events"
		expect 0 "$EVENT_LOG" replay "$VECTORS/event-log/good/$log.json"
		for i in 0 1 2 3; do
			same "$(awk -v imr=$i '$1 == imr { print $4 }' "$BATS_TEST_TMPDIR/events" | extended)" "${lines[i]}" "$log: register $i"
		done
	done
	same "$(ls "$VECTORS/event-log/good" | wc -l)" 7 "vectors of this test"
	# Stripping takes nothing from the replay; the digests are those of openssl.
	same "$("$EVENT_LOG" replay "$VECTORS/event-log/good/full.json")" "$("$EVENT_LOG" replay "$VECTORS/event-log/good/stripped.json")"
	expect 0 "$EVENT_LOG" events "$VECTORS/event-log/good/stripped.json"
	same "3 134217729 1 $(event_digest app 00ff10) app 00ff10" "${lines[4]}"
}

@test "what is malformed is refused, with the event and the reason" {
	local file reason count=0
	for file in "$VECTORS"/event-log/should-fail/*.json; do
		reason=$(<"$file.reason")
		expect 2 "$EVENT_LOG" replay "$file"
		one_line "$stderr" "$reason"
		[[ $stderr == "event_log: $file: "*"$reason"* ]]
		count=$((count + 1))
	done
	[ "$count" -gt 40 ]
}

@test "a log larger than the cap is refused" {
	{ printf '['; head -c 8388608 /dev/zero | tr '\0' ' '; printf ']'; } >"$BATS_TEST_TMPDIR/large.json"
	expect 2 "$EVENT_LOG" replay "$BATS_TEST_TMPDIR/large.json"
	one_line "$stderr" "larger than 8388608 bytes"
}

@test "every single byte changed in the runtime events of a real log is refused or changes RTMR3" {
	captured
	local log=$BATS_TEST_TMPDIR/changed.json real member
	real=$(jq -r '.parsed.replayed[3]' "$QUOTES/near-mpc/expected.json")
	for member in .event .event_payload; do
		# With their digests stripped, so that only the replay can tell.
		jq -c --argjson count "$(jq length "$QUOTES/near-mpc/event_log.json")" "range(20; \$count) as \$i
			| map(if .imr == 3 then .digest = \"\" else . end)
			| .[\$i]$member |= (if . == \"\" then \"00\" elif startswith(\"0\") then \"1\" + .[1:] else \"0\" + .[1:] end)" \
			"$QUOTES/near-mpc/event_log.json" >"$BATS_TEST_TMPDIR/all"
		while read -r line; do
			printf '%s\n' "$line" >"$log"
			run --separate-stderr "$EVENT_LOG" replay "$log"
			[ "$status" -eq 2 ] || [ "${lines[3]}" != "$real" ]
		done <"$BATS_TEST_TMPDIR/all"
		same 9 "$(wc -l <"$BATS_TEST_TMPDIR/all")" "changed logs"
	done
}

# Rows of docs/measured.md, by their names: what TDX and dstack measure, looked up in logs of real machines.
load ../../helpers
load ../qvl/helpers

EVENT_LOG=$TESTBIN/workspace/qvl/event_log
BOTH="near-mpc dstack-guest-agent-fixture" # captures whose firmware events have their payloads

# payload FOLDER NAME: of a runtime event of a capture.
payload() {
	jq -r --arg name "$2" '.[] | select(.imr == 3 and .event == $name) | .event_payload' "$QUOTES/$1/event_log.json"
}

# events FOLDER REGISTER: `TYPE PAYLOAD` a line.
events() {
	jq -r --argjson imr "$2" '.[] | select(.imr == $imr) | "\(.event_type) \(.event_payload)"' "$QUOTES/$1/event_log.json"
}

compose_text() {
	jq -r .docker_compose_file "$QUOTES/$1"
}

sha256() {
	sha256sum | cut -c-64
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "measured: vm-firmware: MRTD is in the quote, and no event extends it" {
	captured
	local folder
	for folder in $BOTH dstack-tdx-lite-getquote; do
		# spec: quote-spec.md 1.2: 48 bytes from 184
		[ "$(tail -c +185 "$QUOTES/$folder/quote.bin" | head -c 48 | hex)" != "$ZERO" ]
		same "0 1 2 3" "$(jq -r 'map(.imr) | unique | join(" ")' "$QUOTES/$folder/event_log.json")"
	done
	# One firmware in VMs of two shapes.
	same "$(jq -r .parsed.quote.body.mr_td "$QUOTES/near-mpc/expected.json")" \
		f06dfda6dce1cf904d4e2bab1dc370634cf95cefa2ceb2de2eee127c9382698090d7a4a13e14c536ec6c9c3c8fa87077 # spec: tdx-boot-spec.md, K1
	same false "$(jq -r '.parsed.quote.body.rtmr0 == "68102e7b524af310f7b7d426ce75481e36c40f5d513a9009c046e9d37e31551f0134d954b496a3357fd61d03f07ffe96"' \
		"$QUOTES/near-mpc/expected.json")"
}

@test "measured: vm-shape: RTMR0 has events of the memory map, of variables, and three of ACPI tables" {
	captured
	local folder acpi
	acpi=$(printf 'ACPI DATA' | hex)
	for folder in $BOTH; do # spec: tdx-boot-spec.md 3.1
		same 1 "$(events "$folder" 0 | grep -c '^2147483659 ')" # 0x8000000b
		same 1 "$(events "$folder" 0 | grep '^2147483649 ' | grep -c "$(printf 'S\0e\0c\0u\0r\0e\0B\0o\0o\0t\0' | hex)")"
	done
	for folder in near-mpc dstack-guest-agent-fixture dstack-tdx-lite-getquote; do
		same 3 "$(events "$folder" 0 | grep -cx "10 $acpi")" "$folder"
	done
}

# image_digest MEMBER: of a part of the OS image, as the VM configuration of a capture gives it: a CBOR byte string of 48.
image_digest() {
	jq -r .tdx_measurement.measurement "$QUOTES/dstack-tdx-lite-getquote/vm_config.json" | openssl base64 -d -A | hex |
		sed -n "s/.*$(printf %s "$1" | hex)5830\([0-9a-f]\{96\}\).*/\1/p"
}

# lite REGISTER N: the digest of the register's Nth event in that capture.
lite() {
	jq -r --argjson imr "$1" --argjson n "$2" 'map(select(.imr == $imr))[$n - 1].digest' \
		"$QUOTES/dstack-tdx-lite-getquote/event_log.json"
}

@test "measured: vm-kernel: RTMR1 has one event of a started program, the kernel" {
	captured
	same "$(image_digest kernel_authenticode)" "$(lite 1 1)"
	local folder
	for folder in $BOTH; do
		same 1 "$(events "$folder" 1 | grep -c '^2147483651 ')" # 0x80000003
		[[ $(events "$folder" 1 | sed -n 's/^2147483651 //p') == *$(printf 'k\0e\0r\0n\0e\0l\0' | hex)* ]]
	done
}

@test "measured: vm-command-line: the first event of RTMR2" {
	captured
	same "$(image_digest cmdline_sha384)" "$(lite 2 1)"
	local folder
	for folder in $BOTH; do
		same 2 "$(events "$folder" 2 | wc -l)"
		[[ $(events "$folder" 2 | sed -n 1p) == "6 "*$(printf 'LOADED_IMAGE::LoadOptions' | hex)* ]]
	done
}

@test "measured: vm-initrd: the second event of RTMR2" {
	captured
	same "$(image_digest initrd_sha384)" "$(lite 2 2)"
	local folder
	for folder in $BOTH; do
		[[ $(events "$folder" 2 | sed -n 2p) == "6 "*$(printf 'Linux initrd' | hex)* ]]
	done
}

@test "measured: vm-root: it had an event up to dstack 0.4.0, and has none now" {
	captured
	local folder
	same 64 "$(payload dstack-examples-rtmr3 rootfs-hash | tr -d '\n' | wc -c)"
	for folder in $BOTH dstack-tdx-lite-getquote; do
		same "" "$(payload "$folder" rootfs-hash)"
	done
}

@test "measured: vm-names: names and payloads of firmware events may be anything, and the log still replays" {
	captured
	jq 'map(if .imr != 3 then .event = "compose-hash" | .event_payload = "00" else . end)' "$QUOTES/near-mpc/event_log.json" >log.json
	expect 0 "$EVENT_LOG" replay log.json
	same "$(jq -r '.parsed.replayed[]' "$QUOTES/near-mpc/expected.json")" "$output"
}

@test "measured: compose: its event has the SHA-256 of the file, and its digest is in RTMR3" {
	captured
	local folder file
	for file in near-mpc/app-compose.raw.json dstack-examples-rtmr3/app-compose.json; do
		folder=${file%/*}
		same "$(sha256 <"$QUOTES/$file")" "$(payload "$folder" compose-hash)" "$folder"
		jq --arg digest "$(event_digest compose-hash "$(sha256 <"$QUOTES/$file")")" \
			'map(if .event == "compose-hash" then .digest = $digest else . end)' "$QUOTES/$folder/event_log.json" >log.json
		expect 0 "$EVENT_LOG" replay log.json
		same "$(jq -r .parsed.quote.body.rtmr3 "$QUOTES/$folder/expected.json")" "${lines[3]}"
		printf ' ' | cat "$QUOTES/$file" - >changed
		[ "$(sha256 <changed)" != "$(payload "$folder" compose-hash)" ]
	done
	[[ $(compose_text near-mpc/app-compose.raw.json) == *services:* ]]
}

@test "measured: image-digest: it is in the text, and in no event" {
	captured
	local digest
	digest=$(compose_text near-mpc/app-compose.raw.json | sed -n 's/.*image: .*@sha256:\([0-9a-f]\{64\}\)$/\1/p' | sort -u)
	same 64 "${#digest}"
	same 0 "$(grep -c "$digest" "$QUOTES/near-mpc/event_log.json")"
}

@test "measured: image-tag: a VM whose image has only a name has no other events for it" {
	captured
	[[ $(compose_text dstack-examples-rtmr3/app-compose.json) == *"image: quay.io/jupyter/base-notebook"$'\n'* ]]
	same "system-preparing rootfs-hash app-id compose-hash instance-id boot-mr-done key-provider system-ready" \
		"$(jq -r 'map(select(.imr == 3).event) | join(" ")' "$QUOTES/dstack-examples-rtmr3/event_log.json")"
}

@test "measured: compose-command: a word of it is in the digest" {
	captured
	local file=$QUOTES/near-mpc/app-compose.raw.json
	[[ $(compose_text near-mpc/app-compose.raw.json) == *"    entrypoint:"$'\n'"      - /bin/sh"$'\n'* ]]
	sed 's,- /bin/sh,- /bin/bh,' "$file" >changed
	same 1 "$(cmp -l "$file" changed | wc -l)" "bytes changed"
	same "$(payload near-mpc compose-hash)" "$(sha256 <"$file")"
	[ "$(sha256 <changed)" != "$(payload near-mpc compose-hash)" ]
}

@test "measured: environment-written: a value in the text is in the digest" {
	captured
	local file=$QUOTES/near-mpc/app-compose.raw.json
	sed 's/- PLATFORM=TEE/- PLATFORM=TEA/' "$file" >changed
	same 1 "$(cmp -l "$file" changed | wc -l)" "bytes changed"
	same "$(payload near-mpc compose-hash)" "$(sha256 <"$file")"
	[ "$(sha256 <changed)" != "$(payload near-mpc compose-hash)" ]
}

@test "measured: environment-names: the list of names is in the digest" {
	captured
	local file=$QUOTES/near-mpc/app-compose.raw.json
	same '[]' "$(jq -c .allowed_envs "$file")"
	sed 's/"allowed_envs": \[\]/"allowed_envs": ["A"]/' "$file" >changed
	same '["A"]' "$(jq -c .allowed_envs changed)"
	[ "$(sha256 <changed)" != "$(payload near-mpc compose-hash)" ]
}

@test "measured: compose-variables: the digest is of the text before anything is replaced" {
	captured
	# shellcheck disable=SC2016
	[[ $(compose_text near-mpc/app-compose.raw.json) == *'[ -f "$$f" ]'* ]] # which compose makes a single dollar of
	same "$(sha256 <"$QUOTES/near-mpc/app-compose.raw.json")" "$(payload near-mpc compose-hash)"
}

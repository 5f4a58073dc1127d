#!/usr/bin/env bats
load ../../helpers
load ../../workspace/qvl/helpers

COMPOSE=$VECTORS/compose

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# of EXPRESSION FILE [OPTION...]: what is said of it
of() {
	local expression=$1
	shift
	compose-digest --json "$@" | jq -ec "$expression"
}

@test "the compose hash is the SHA-256 of the bytes, and the app-id its begin" {
	local file hash
	same 53f1a61fa9d72f0629390a52a71633f78b6489b0cb327a9ffc8b695108c1178e "$(compose-digest --json "$COMPOSE/good/specification.json" |
		jq -r .compose_hash)" "spec: rtmr3-spec.md 2.4"
	for file in "$COMPOSE"/good/*.json; do
		hash=$(sha256sum <"$file" | cut -d' ' -f1)
		same "[\"$hash\",\"${hash:0:40}\"]" "$(of '[.compose_hash, .app_id]' "$file")" "$file"
	done
}

@test "composes of real machines have the hash their logs say" {
	captured
	same "\"$(jq -r '.[] | select(.event == "compose-hash").event_payload' "$QUOTES/near-mpc/event_log.json")\"" \
		"$(of .compose_hash "$QUOTES/near-mpc/app-compose.raw.json")"
	same "\"$(jq -r '.[] | select(.event == "compose-hash").event_payload' "$QUOTES/dstack-examples-rtmr3/event_log.json")\"" \
		"$(of .compose_hash "$QUOTES/dstack-examples-rtmr3/app-compose.json")"
	# And the VMM put it into the quote.
	same "\"$(jq -r .parsed.quote.body.mr_config_id "$QUOTES/near-mpc/expected.json")\"" \
		"$(of .mr_config_id.v1 "$QUOTES/near-mpc/app-compose.raw.json")"
}

@test "what is malformed is refused with its reason" {
	local file count=0
	for file in "$COMPOSE"/should-fail/*.json; do
		expect 2 compose-digest "$file"
		one_line "$stderr" "compose-digest: $file: "
		one_line "$stderr" "$(<"$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	[ "$count" -gt 50 ]
}

@test "256 KiB are taken, and no byte more" {
	cp "$COMPOSE/good/specification.json" large.json
	head -c $((262144 - $(stat -c %s large.json))) /dev/zero | tr '\0' ' ' >>large.json
	same 262144 "$(stat -c %s large.json)"
	expect 0 compose-digest large.json
	printf ' ' >>large.json
	expect 2 compose-digest large.json
	one_line "$stderr" 'larger than 262144 bytes'
}

# spec: rtmr3-spec.md 4.3
@test "the key provider: said, or by default" {
	local name provider
	while read -r name provider; do
		same "\"$provider\"" "$(of .key_provider.name "$COMPOSE/good/$name.json")" "$name"
	done <<-'PROVIDERS'
		specification none
		kms kms
		local local
		provider-said tpm
	PROVIDERS
	same '{"event_name":"local-sgx","id":"aabb","name":"local"}' "$(of .key_provider "$COMPOSE/good/local.json")"
}

@test "mr_config_id: V2 with the app-id given, V3 over its document, and that of 0.5.1 on request" {
	local file=$COMPOSE/good/third.json hash document
	hash=$(sha256sum <"$file" | cut -d' ' -f1)
	document=$(compose-digest --json --gpus --app-id 11${ZERO:0:38} --instance-id 22${ZERO:0:38} "$file" | jq -r .mr_config_id.v3_document)
	same "$(jq -cnS --arg hash "$hash" --arg one "$(printf one | sha256sum | cut -d' ' -f1)" --arg two "$(printf two | sha256sum |
		cut -d' ' -f1)" --arg policy "$(printf '{"allow_debug":false,"attest_gpu":true}' | sha256sum | cut -d' ' -f1)" \
		--arg app "11${ZERO:0:38}" --arg instance "22${ZERO:0:38}" '{app_id: $app, compose_hash: $hash, gpu_policy_hash: $policy,
		init_script_hashes: [$one, $two], instance_id: $instance, key_provider: "none", version: 3}')" "$document"
	same "\"03$( { printf 'dstack-mr-config-v3:\0'; printf %s "$document"; } | sha256sum | cut -d' ' -f1)${ZERO:0:30}\"" \
		"$(of .mr_config_id.v3 "$file" --gpus --app-id 11${ZERO:0:38} --instance-id 22${ZERO:0:38})"
	same null "$(compose-digest --json "$file" | jq '.mr_config_id."0.5.1"')"
	same "\"$hash${ZERO:0:32}\"" "$(of '.mr_config_id."0.5.1"' "$file" --vmm-051)"
	[ "$(of .mr_config_id.v2 "$file")" != "$(of .mr_config_id.v2 "$file" --app-id 11${ZERO:0:38})" ]
}

# compose TEXT [JQ]: compose.json with that docker-compose text, otherwise without anything to warn of
compose() {
	local text
	printf -v text "$1"
	jq -n --arg text "$text" '{manifest_version: 2, name: "a", runner: "docker-compose", docker_compose_file: $text,
		no_instance_id: true} | '"${2:-.}" >compose.json
}

# warns CODE PATTERN: that is the only warning
warns() {
	expect 0 compose-digest --json compose.json
	said=$(jq -r '(.warnings | map(.code) | unique[]), .warnings[0].text' <<<"$output")
	same "$1" "${said%$'\n'*}"
	one_line "${said##*$'\n'}" "$2"
	expect 1 compose-digest --strict compose.json
}

PINNED=a@sha256:$(printf '%064d' 7)

@test "nothing to warn of" {
	compose "services:\n  a:\n    image: $PINNED\n    privileged: false\n    network_mode: bridge\n    command: [\"\$\$A\"]\n"
	expect 0 compose-digest --strict compose.json
	same '[]' "$(of .warnings compose.json)"
}

@test "warnings of the docker-compose text, one for each reason" {
	local base="services:\n  a:\n    image: $PINNED\n"
	compose 'services:\n  a:\n    image: nginx:1.2\n'
	warns image-not-pinned "line 3: image 'nginx:1.2' is not pinned"
	compose "services:\n  a:\n    image: ${PINNED%7}\n"
	warns image-not-pinned "line 3"
	compose "services:\n  a:\n    image: ${PINNED%7}F\n"
	warns image-not-pinned "line 3"
	for image in '${A}' '$A' 'a:${T:-1}' 'a@sha256:${D}'; do
		jq -n --arg text "services:
  a:
    image: \"$image\"" '{manifest_version: 2, name: "a", runner: "docker-compose", docker_compose_file: $text, no_instance_id: true}' >compose.json
		expect 0 compose-digest --json compose.json
		same $'image-variable\nvariable' "$(jq -r '.warnings[].code' <<<"$output")" "$image"
	done
	compose "$base    build: .\n"
	warns build 'line 4: build'
	compose "$base    privileged: true\n"
	warns privileged 'line 4'
	compose "$base    privileged: \"yes\"\n"
	warns privileged 'line 4'
	compose "$base    env_file: .env\n"
	warns env-file 'line 4'
	compose "$base    extends: x\n"
	warns other-file 'line 4'
	compose "include: x\n$base"
	warns other-file 'line 1'
	compose "$base    network_mode: host\n"
	warns host-namespace 'line 4'
	compose "$base    pid: host\n"
	warns host-namespace 'line 4'
	compose "$base    volumes:\n      - /var/run/docker.sock:/s\n"
	warns docker-socket socket
	compose "$base    volumes:\n      - /:/host\n"
	warns root-mounted root
	compose "$base    labels: [\"\$B\", \"\${B}\"]\n"
	warns variable 'variable B'
	compose "$base    x: {image: y}\n"
	warns unsure 'line 4'
	compose "$base    command: sh -c \$C\n"
	expect 0 compose-digest --json compose.json
	same $'command-variable\nvariable' "$(jq -r '.warnings[].code' <<<"$output")"
}

@test "warnings of the other members, one for each reason" {
	local text="services:\n  a:\n    image: $PINNED\n" name
	for name in KETTLE_MANIFEST LD_PRELOAD NODE_OPTIONS PATH APP_IMAGE X_TAG Y_URL COMPOSE_FILE; do
		compose "$text" ".allowed_envs = [\"$name\", \"HARMLESS\"]"
		warns env-chooses-code "$name"
	done
	compose "$text" '.allowed_envs = ["DSTACK_AUTHORIZED_KEYS"]'
	warns dev-image DSTACK_AUTHORIZED_KEYS
	compose "$text" '.pre_launch_script = "echo"'
	warns script pre_launch_script
	compose "$text" '.init_script = "curl x | sh"'
	warns script-downloads "init_script: has 'curl'"
	compose "$text" '.public_logs = true'
	warns public-logs public_logs
	compose "$text" '.public_sysinfo = true'
	warns public-sysinfo public_sysinfo
	compose "$text" '.public_tcbinfo = false'
	warns no-tcbinfo public_tcbinfo
	compose "$text" '.secure_time = false'
	warns host-time secure_time
	compose "$text" 'del(.no_instance_id)'
	warns instance-id no_instance_id
	compose "$text" '.kms_enabled = true'
	warns any-key-provider key_provider_id
	compose "$text" '.features = ["kms"]'
	warns features features
	compose "$text" '.of_tomorrow = 1'
	warns unknown-member of_tomorrow
	compose "$text" '.init_script = null'
	warns null init_script
	compose "$text" 'del(.docker_compose_file)'
	warns nothing-to-run docker_compose_file
}

@test "members, known and unknown" {
	same '[["docker_compose_file","manifest_version","name","runner","salt"],["of_tomorrow"]]' \
		"$(of '[.members, .unknown_members]' "$COMPOSE/good/unknown-member.json")"
}

# Making.

HARD=$'services:\n  a:\n    image: "localhost/kettle-launcher@sha256:00"\n    x: "é \\t \x01 \x7f </>& \xe2\x80\xa8 😀"\n    y: {"a": "b"}\n'

@test "vmm-cli's form is that of a real machine, byte for byte" {
	captured
	jq -j .docker_compose_file "$QUOTES/near-mpc/app-compose.raw.json" >docker-compose.yml
	compose-digest --make --form vmm-cli --name mpc-localnet-one-node-1786619449 --local-key-provider --public-logs --public-sysinfo \
		--no-instance-id docker-compose.yml 2>/dev/null | cmp "$QUOTES/near-mpc/app-compose.raw.json" -
}

# made FORM: FORM.json with every member, also as others would read it
made() {
	printf %s "$HARD" >docker-compose.yml
	printf 'echo "a": b\n' >script
	compose-digest --make --form "$1" --name 'nämé "x"' --kms --gateway --secure-time --allowed-env B --allowed-env A --key-provider kms \
		--key-provider-id aabb --pre-launch-script script --storage-fs zfs --swap-size 4096 --event-log-version 1 \
		--output "$1.json" docker-compose.yml 2>/dev/null
}

@test "every form has the same members, in an order of its own" {
	local form
	for form in sdk vmm-cli phala; do
		made $form
		same "$(jq -cnS --arg text "$HARD" '{manifest_version: 2, name: "nämé \"x\"", runner: "docker-compose", docker_compose_file: $text,
			kms_enabled: true, gateway_enabled: true, local_key_provider_enabled: false, key_provider_id: "aabb", public_logs: false,
			public_sysinfo: false, allowed_envs: ["B", "A"], no_instance_id: false, secure_time: true, key_provider: "kms",
			pre_launch_script: "echo \"a\": b\n", swap_size: 4096, event_log_version: 1, storage_fs: "zfs"}')" "$(jq -cS . $form.json)"
	done
	same "$(printf '%s\n' manifest_version name runner docker_compose_file kms_enabled gateway_enabled local_key_provider_enabled \
		key_provider_id public_logs public_sysinfo allowed_envs no_instance_id secure_time key_provider pre_launch_script swap_size \
		event_log_version storage_fs)" "$(jq -r 'keys_unsorted[]' vmm-cli.json)"
}

# spec: rtmr3-spec.md 4.2: what JavaScript's and Python's own serialisers write for these members
@test "sdk: JSON.stringify and json.dumps write the same" {
	need node
	made sdk
	node -e '
		const all = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
		process.stdout.write(JSON.stringify(Object.fromEntries(Object.keys(all).sort().map(key => [key, all[key]]))))' sdk.json |
		cmp sdk.json -
	need python3
	python3 -c '
import json, sys
sys.stdout.buffer.write(json.dumps(json.load(open("sdk.json", encoding="utf-8")), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())' |
		cmp sdk.json -
}

@test "vmm-cli and phala: json.dumps writes the same" {
	need python3
	made vmm-cli
	made phala
	cat >dumps.py <<-'PYTHON'
		import json, sys
		options = {"vmm-cli": {}, "phala": {"sort_keys": True, "separators": (",", ":")}}[sys.argv[1]]
		value = json.load(open(sys.argv[1] + ".json", encoding="utf-8"))
		sys.stdout.buffer.write(json.dumps(value, indent=4, ensure_ascii=False, **options).encode())
	PYTHON
	python3 dumps.py vmm-cli | cmp vmm-cli.json -
	python3 dumps.py phala | cmp phala.json -
}

@test "--image pins ours, and the rest of the text stays" {
	local text=${HARD/$'\xe2\x80\xa8'/}
	printf %s "$text" >docker-compose.yml
	expect 2 compose-digest --make --form sdk --name a --image "r/kettle-launcher@$PINNED" docker-compose.yml
	expect 0 compose-digest --make --form sdk --name a --image "r/kettle-launcher@sha256:$(printf '%064d' 9)" docker-compose.yml
	same "${text/localhost*sha256:00/r/kettle-launcher@sha256:$(printf '%064d' 9)}" "$(jq -r .docker_compose_file <<<"$output")"$'\n'
}

@test "what is made is checked as what is read, and warned of" {
	printf 'services: {}\n' >docker-compose.yml
	expect 2 compose-digest --make --form sdk --name a --key-provider-id xyz docker-compose.yml
	one_line "$stderr" 'key_provider_id: not hexadecimal'
	expect 2 compose-digest --make --form sdk --name a --storage-fs xfs docker-compose.yml
	printf 'services: {\xff}\n' >docker-compose.yml
	expect 2 compose-digest --make --form sdk --name a docker-compose.yml
	one_line "$stderr" 'not UTF-8'
	printf 'services: {}\0\n' >docker-compose.yml
	expect 2 compose-digest --make --form sdk --name a docker-compose.yml
	one_line "$stderr" 'has a NUL byte'
	printf 'services:\n  a:\n    image: x\n' >docker-compose.yml
	expect 1 compose-digest --make --strict --form sdk --name a --no-instance-id --secure-time --output out docker-compose.yml
	one_line "$stderr" "docker-compose.yml: warning: docker_compose_file: line 3: image 'x'"
	[ ! -e out ]
}

@test "the output is canonical, and standard input is '-'" {
	compose-digest --json - <"$COMPOSE/good/kms.json" >out
	jq -S --indent 2 . out | cmp - out
}

@test "text for people" {
	expect 0 compose-digest "$COMPOSE/good/kms.json"
	same "compose_hash $(sha256sum <"$COMPOSE/good/kms.json" | cut -d' ' -f1)" "${lines[0]}"
	same 'key_provider kms' "${lines[2]}"
}

@test "used wrongly, or nothing can be read" {
	expect 64 compose-digest
	expect 64 compose-digest a b
	expect 64 compose-digest --app-id 00 a
	expect 64 compose-digest --make --name a --form other docker-compose.yml
	expect 64 compose-digest --make --form sdk docker-compose.yml
	expect 64 compose-digest --make --event-log-version 0 --form sdk --name a docker-compose.yml
	expect 64 compose-digest --unknown
	expect 74 compose-digest missing
	expect 74 bash -c 'compose-digest "$1" >/dev/full' - "$COMPOSE/good/kms.json"
	expect 0 compose-digest --help
	expect 0 compose-digest --version
}

@test "the man page's example" {
	printf 'services: {}\n' >docker-compose.yml
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/compose-digest.1")
	[ -n "$example" ]
	expect 0 bash -c "$example"
	same "$(sha256sum <app-compose.json | cut -d' ' -f1)" "$output"
}

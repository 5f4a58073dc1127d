#!/usr/bin/env bats
load ../../helpers
load ../../workspace/qvl/helpers

COMPOSE=$VECTORS/compose/good
KAT=$COMPOSE/specification.json
HEX32=$(printf '%02x' {0..31})
ID=${HEX32:0:40}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

predict() {
	rtmr3-predict --json "$@"
}

# payload FOLDER NAME: of an event of a real log, in hexadecimal
payload() {
	jq -r --arg name "$2" '.[] | select(.imr == 3 and .event == $name).event_payload' "$QUOTES/$1/event_log.json"
}

# logged FOLDER: the digests of a real log's runtime events, by openssl
logged() {
	jq -r '.[] | select(.imr == 3) | "\(.event) \(.event_payload)"' "$QUOTES/$1/event_log.json" | while read -r name payload; do
		event_digest "$name" "$payload"
	done
}

quoted() { # FOLDER: RTMR3 of its quote
	jq -r .parsed.quote.body.rtmr3 "$QUOTES/$1/expected.json"
}

# spec: rtmr3-spec.md 2.4
@test "the specification's registers" {
	local version events register
	while read -r version events register; do
		expect 0 predict --compose "$KAT" --dstack "$version" --event-version "$events"
		same "$register" "$(jq -r .rtmr3 <<<"$output")" "$version"
		same '[]' "$(jq -c .varies <<<"$output")"
	done <"$VECTORS/runtime/known"
	expect 0 predict --compose "$KAT" --dstack 0.5.0 --event x=
	same f02b3467e022de2889ac890064214831030d153221f610126a8c80c9c976ce12e3f51ed1ee6ac4d49262b6ec8618ff86 \
		"$(jq -r '.events[:5][].sha384' <<<"$output" | extended)" "up to boot-mr-done"
}

# A compose that asks for version 2 is another one; so the digests are compared. spec: rtmr3-spec.md 1.4
@test "digests of version 2" {
	jq -cj '.event_log_version = 2' "$KAT" >second.json
	expect 0 predict --compose second.json --dstack main
	same 2 "$(jq .event_version <<<"$output")"
	same 918e390aef67de4520d37d7e046dd222038e0a8385825072383ab194543ffa3046a9a48fdabbc16e6ba9ff24249ba88f \
		"$(jq -r '.events[] | select(.name == "system-preparing").sha384' <<<"$output")"
	same 9095b22d6b9adfe316953362cd222097ceac8b2f84320b9f274ae7f1114cc70cc6ad27ef15a952f59c29d71b7102d652 \
		"$(jq -r '.events[] | select(.name == "storage-fs").sha384' <<<"$output")"
	same "$(jq -r '.events[].sha384' <<<"$output" | extended)" "$(jq -r .rtmr3 <<<"$output")"
	# Before 0.6 the member is one of many that nobody looks at.
	expect 0 predict --compose second.json --dstack 0.5.11
	same 1 "$(jq .event_version <<<"$output")"
	expect 2 predict --compose "$KAT" --dstack 0.5.11 --event-version 2
	expect 0 predict --compose second.json --dstack main --event-version 1
	one_line "$(jq -r '.notes[]' <<<"$output" | grep version)" 'app-compose.json makes it 2'
}

# spec: rtmr3-spec.md 2
@test "every row of the table: the checks are its names in order" {
	local version names
	while read -r version names; do
		expect 0 predict --compose "$COMPOSE/kms.json" --dstack "$version" --gpus
		same "$names" "$(jq -r '[.checks[].event] | join(" ")' <<<"$output")" "$version"
	done <"$VECTORS/runtime/rows"
}

@test "near-mpc: from compose, key provider and the application's event alone, the register of its quote" {
	captured
	expect 0 predict --compose "$QUOTES/near-mpc/app-compose.raw.json" --dstack 0.5.5 \
		--key-provider "$(payload near-mpc key-provider | unhex)" --event "mpc-image-digest=$(<"$QUOTES/near-mpc/mpc_image_digest.txt")"
	same "$(quoted near-mpc)" "$(jq -r .rtmr3 <<<"$output")"
	same "$(logged near-mpc)" "$(jq -r '.events[].sha384' <<<"$output")"
}

# Their composes are not all here, so the hash stands for it. spec: rtmr3-spec.md 12.8
@test "the other real logs, each by its row" {
	captured
	local folder=dstack-examples-rtmr3 id
	expect 0 predict --compose "$QUOTES/$folder/app-compose.json" --dstack 0.4.0.0 --app-id compose --rootfs-hash "$(payload $folder rootfs-hash)" \
		--instance-id "$(payload $folder instance-id)" --key-provider "$(payload $folder key-provider | unhex)"
	same "$(quoted $folder)" "$(jq -r .rtmr3 <<<"$output")" $folder
	folder=dstack-verifier-quote-report
	expect 0 predict --compose-hash "$(payload $folder compose-hash)" --dstack 0.5.4 --app-id compose \
		--instance-id "$(payload $folder instance-id)" --key-provider "$(payload $folder key-provider | unhex)" \
		--event "LIUM_MINER_HOTKEY=$(payload $folder LIUM_MINER_HOTKEY)"
	same "$(quoted $folder)" "$(jq -r .rtmr3 <<<"$output")" $folder
	for folder in dstack-guest-agent-fixture dstack-tdx-lite-getquote; do
		id=$(payload $folder app-id)
		expect 0 predict --compose-hash "$(payload $folder compose-hash)" --dstack 0.5.11 --app-id "$id" --mr-kms none \
			--instance-id "$(payload $folder instance-id)" --key-provider "$(payload $folder key-provider | unhex)" \
			--os-image-hash "$(payload $folder os-image-hash)" --storage-fs zfs
		same "$(quoted $folder)" "$(jq -r .rtmr3 <<<"$output")" $folder
	done
}

# holds CHECKS EVENTS: does a list of events, `NAME PAYLOAD` a line, hold what the checks say?
holds() {
	jq -rn --slurpfile checks "$1" --rawfile events "$2" '
		reduce $checks[0][] as $check ({rest: ($events / "\n" | map(select(. != "") | . / " ")), ok: true};
			if $check.check == "absent" then .ok = (.ok and all(.rest[]; .[0] != $check.event))
			else
				(.rest[0] // ["", ""]) as $first
				| ($first[0] == $check.event and ($check.check == "present"
					or ($check.check == "any-of" and any($check.value[]; . == $first[1]))
					or ($check.check == "exact" and $first[1] == $check.value)
					or ($check.check == "pattern" and ($first[1] | test("^(" + $check.value + ")$"))))) as $fits
				| if $fits then .rest |= .[1:] | if $check.occurs == "any-number" then until(.rest[0][0] != $check.event; .rest |= .[1:]) else . end
				elif $check.occurs == "once" then .ok = false else . end
			end)
		| .ok and .rest == []'
}

@test "what is not known: the value up to there, what varies, and checks that the real log holds" {
	captured
	local folder=dstack-guest-agent-fixture hash
	hash=$(payload $folder compose-hash)
	expect 0 predict --compose-hash "$hash" --dstack 0.5.11
	same null "$(jq .rtmr3 <<<"$output")"
	same '["app-id","instance-id","mr-kms","os-image-hash","key-provider","storage-fs"]' "$(jq -c .varies <<<"$output")"
	same 1 "$(jq .prefix.events <<<"$output")"
	same "$(event_digest system-preparing '' | extended)" "$(jq -r .prefix.value <<<"$output")"
	jq .checks <<<"$output" >checks
	jq -r '.[] | select(.imr == 3) | "\(.event) \(.event_payload)"' "$QUOTES/$folder/event_log.json" >events
	same true "$(holds checks events)"
	# Each of its payloads changed, an event gone, one more: no more.
	sed "s/ $hash/ ${hash/c/d}/" events >other
	same false "$(holds checks other)"
	sed '/^instance-id/s/.$//' events >other
	same false "$(holds checks other)"
	sed '/^boot-mr-done/d' events >other
	same false "$(holds checks other)"
	sed 's/^storage-fs .*/storage-fs 00/' events >other
	same false "$(holds checks other)"
	sed '/^key-provider/s/ 7b22/ 7b23/' events >other
	same false "$(holds checks other)"
}

@test "key providers that a check lets through, and not" {
	local name id want
	expect 0 predict --compose "$COMPOSE/kms.json" --dstack 0.5.11
	jq '.checks | map(select(.event == "key-provider"))' <<<"$output" >kms
	expect 0 predict --compose "$COMPOSE/local.json" --dstack 0.5.11
	jq '.checks | map(select(.event == "key-provider"))' <<<"$output" >local
	while read -r name id want; do
		printf 'key-provider %s\n' "$(printf '{"name":"%s","id":"%s"}' "$name" "$id" | hex)" >events
		same "$want" "$(holds kms events) $(holds local events)" "$name $id"
	done <<-KEYS
		kms 3059ab true false
		kms 3059aB false false
		kms 3059a false false
		local-sgx $HEX32 false true
		local-sgx ${HEX32}00 false false
		none 00 false false
	KEYS
}

@test "mr-kms and os-image-hash: of a KMS alone, and as often as given" {
	local kms=$COMPOSE/kms.json
	expect 0 predict --compose "$kms" --dstack 0.5.11 --mr-kms "$HEX32" --mr-kms "${HEX32/00/ff}" --os-image-hash none
	same "mr-kms $HEX32"$'\n'"mr-kms ${HEX32/00/ff}" "$(jq -r '.events[] | select(.name == "mr-kms") | "\(.name) \(.payload)"' <<<"$output")"
	same absent "$(jq -r '.checks[] | select(.event == "os-image-hash").check' <<<"$output")"
	expect 0 predict --compose "$KAT" --dstack 0.5.11 --os-image-hash "$HEX32"
	same 'absent absent' "$(jq -r '[.checks[] | select(.check == "absent").check] | join(" ")' <<<"$output")"
	one_line "$(jq -r '.notes[]' <<<"$output" | grep os-image)" 'only a KMS'
	expect 2 predict --compose "$KAT" --dstack 0.5.11 --mr-kms "$HEX32"
	one_line "$stderr" 'mr-kms: given, and the keys come from no KMS'
}

# Digests of these rows by openssl alone.
@test "0.3: without KMS all but the root file system and the instance is known" {
	expect 0 predict --compose "$KAT" --dstack 0.3.6 --rootfs-hash "$HEX32" --instance-id "$ID"
	local hash
	hash=$(sha256sum <"$KAT" | cut -d' ' -f1)
	same "$({
		event_digest rootfs-hash "$HEX32"
		event_digest app-id "${hash:0:40}"
		event_digest compose-hash "$hash"
		event_digest ca-cert-hash "$(sha256sum </dev/null | cut -d' ' -f1)"
		event_digest instance-id "$ID"
	} | extended)" "$(jq -r .rtmr3 <<<"$output")"
	expect 0 predict --compose "$KAT" --dstack 0.3.1 --rootfs-hash "$HEX32" --instance-id "$ID"
	same "$hash" "$(jq -r .compose_hash <<<"$output")"
	same "$(event_digest upgraded-app-id "${hash:0:40}")" "$(jq -r '.events[2].sha384' <<<"$output")"
	expect 0 predict --compose "$COMPOSE/kms.json" --dstack 0.3.6
	same '["rootfs-hash","app-id","ca-cert-hash","instance-id"]' "$(jq -c .varies <<<"$output")"
}

# spec: rtmr3-spec.md 4.3
@test "0.3's feature kms: what depends on a KMS is not known, until the key provider is" {
	local version
	jq -cj '.features = ["tproxy-net", "kms"]' "$KAT" >feature.json
	for version in 0.3.6 0.4.2 0.5.11; do
		expect 0 predict --compose feature.json --dstack "$version"
		same null "$(jq .rtmr3 <<<"$output")" "$version"
		same true "$(jq '.varies | index("app-id") != null' <<<"$output")"
		one_line "$(jq -r '.notes[]' <<<"$output" | grep feature)" 'is not known'
	done
	same '["app-id","mr-kms","os-image-hash","key-provider"]' "$(jq -c .varies <<<"$output")"
	expect 0 predict --compose feature.json --dstack 0.5.11 --key-provider '{"name":"none","id":""}'
	same '[]' "$(jq -c .varies <<<"$output")"
	expect 0 predict --compose feature.json --dstack 0.5.11 --key-provider '{"name":"kms","id":"3059"}'
	same '["app-id","mr-kms","os-image-hash"]' "$(jq -c .varies <<<"$output")"
	refused 'app-compose.json asks for none' --compose feature.json --dstack 0.5.11 \
		--key-provider "{\"name\":\"local-sgx\",\"id\":\"$HEX32\"}"
	jq -cj '.features = ["kms"] | .key_provider = "none"' "$KAT" >said.json
	expect 0 predict --compose said.json --dstack 0.5.11
	same '[]' "$(jq -c .varies <<<"$output")"
}

@test "0.6: init scripts and GPU policy, each by its hash" {
	expect 0 predict --compose "$COMPOSE/third.json" --dstack 0.6
	same "$(printf one | sha256sum | cut -d' ' -f1) $(printf two | sha256sum | cut -d' ' -f1)" \
		"$(jq -r '[.events[] | select(.name == "init-script-hash").payload] | join(" ")' <<<"$output")"
	same "$(printf '{"allow_debug":false,"attest_gpu":true}' | sha256sum | cut -d' ' -f1)" \
		"$(jq -r '.events[] | select(.name == "gpu-policy-hash").payload' <<<"$output")"
	jq -c '.requirements.gpu_policy = null' "$COMPOSE/third.json" >null.json
	expect 0 predict --compose null.json --dstack 0.6
	same "$(printf null | sha256sum | cut -d' ' -f1)" "$(jq -r '.events[] | select(.name == "gpu-policy-hash").payload' <<<"$output")"
	for change in '.requirements = null' '.init_script = ""' '.init_script = []' '.init_script = null'; do
		jq -c "$change" "$COMPOSE/third.json" >doubtful.json
		expect 0 predict --compose doubtful.json --dstack 0.6
		one_line "$(jq -r '.notes[]' <<<"$output" | grep 'not known')" 'app-compose.json'
	done
	jq -c '.requirements.gpu_policy.x = 1.5' "$COMPOSE/third.json" >half.json
	expect 2 predict --compose half.json --dstack 0.6
	one_line "$stderr" 'requirements: gpu_policy: x: a number that is not whole'
	jq -c '.requirements.gpu_policy."\u00e9" = 1' "$COMPOSE/third.json" >name.json
	expect 2 predict --compose name.json --dstack 0.6
	expect 2 predict --compose "$COMPOSE/third.json" --dstack 0.5.11
	one_line "$stderr" 'manifest_version 3'
	expect 2 predict --compose-hash "$HEX32" --dstack 0.6
	one_line "$stderr" 'init scripts'
}

@test "a byte of the compose changed: another register, or refused" {
	local file register count=0
	register=$(predict --compose "$KAT" --dstack 0.5.11 | jq -r .rtmr3)
	perl -0777 -ne 'for my $at (0 .. length($_) - 1) {
		my $changed = $_;
		substr($changed, $at, 1) ^= "\1";
		open my $out, ">", "changed.$at";
		print $out $changed;
	}' "$KAT"
	for file in changed.*; do
		if predict --compose "$file" --dstack 0.5.11 >out 2>/dev/null; then
			! grep -q "$register" out || return 1
		else
			[ $? -eq 2 ]
		fi
		count=$((count + 1))
	done
	same "$(stat -c %s "$KAT")" "$count" "changed bytes"
}

# spec: rtmr3-spec.md 6, 12.14
@test "aggregates of real machines, as published and as another implementation computes them" {
	captured
	local folder=near-mpc
	jq '.parsed.quote.body | {mrtd: .mr_td, rtmr0, rtmr1, rtmr2}' "$QUOTES/$folder/expected.json" >boot.json
	expect 0 predict --compose "$QUOTES/$folder/app-compose.raw.json" --dstack 0.5.5 --key-provider "$(payload $folder key-provider | unhex)" \
		--event "mpc-image-digest=$(payload $folder mpc-image-digest)" --boot boot.json \
		--mr-config-id "$(jq -r .parsed.quote.body.mr_config_id "$QUOTES/$folder/expected.json")"
	same 258c7f55cb0046a5c98597388c30b916e96da0ce368e2f6f9f5996878d4796fc "$(jq -r .mr_system <<<"$output")"
	same "$(jq -r .parsed.mr_aggregated "$QUOTES/$folder/expected.json")" "$(jq -r .mr_aggregated <<<"$output")"
	same "$(payload $folder key-provider | tr -d '\n' | unhex | sha256sum | cut -d' ' -f1)" "$(jq -r .mr_key_provider <<<"$output")"
	same "$({ jq -r '.mrtd, .rtmr0, .rtmr1, .rtmr2' boot.json; printf '%064d' 0; } | tr -d '\n' | unhex | sha256sum | cut -d' ' -f1)" \
		"$(jq -r .at_boot.mr_system <<<"$output")"
	same "$({
		jq -r '.mrtd, .rtmr0, .rtmr1, .rtmr2' boot.json
		logged $folder | head -n 5 | extended
		jq -r .parsed.quote.body.mr_config_id "$QUOTES/$folder/expected.json"
		printf '%0192d' 0
	} | tr -d '\n' | unhex | sha256sum | cut -d' ' -f1)" "$(jq -r .at_boot.mr_aggregated <<<"$output")"
	folder=dstack-verifier-quote-report
	jq '.parsed.quote.body | {mrtd: .mr_td, rtmr0, rtmr1, rtmr2}' "$QUOTES/$folder/expected.json" >boot.json
	expect 0 predict --compose-hash "$(payload $folder compose-hash)" --dstack 0.5.4 --boot boot.json \
		--key-provider "$(payload $folder key-provider | unhex)"
	same e1ae776a1492d4f87937b7e563d265c16300be4aba5d748207587023bb7dbb75 "$(jq -r .mr_system <<<"$output")"
	same null "$(jq .mr_aggregated <<<"$output")"
}

# docs/measured.md has the files, and what openssl prints for them.
@test "kettle's events are those of docs/measured.md" {
	printf 'export default () => new Response("Hello")\n' >app.ts
	printf '{"app": "file:///app/app.ts", "sha256": "%s"}\n' "$(sha256sum <app.ts | cut -d' ' -f1)" >manifest.json
	expect 0 predict --compose "$KAT" --dstack 0.5.11 --kettle-manifest manifest.json --kettle-app app.ts --kettle-require-measured
	local expected
	expected=$(sed -n -E '/^```text/,/^```$/s/^[123] ([0-9a-f]{96})$/\1/p' "$ROOT/docs/measured.md")
	same 3 "$(wc -l <<<"$expected")"
	same "$expected" "$(jq -r '.events[-3:][].sha384' <<<"$output")"
	same 'kettle-manifest kettle-app kettle-config' "$(jq -r '[.events[-3:][].name] | join(" ")' <<<"$output")"
	# The manifest alone says as much.
	local whole=$output
	expect 0 predict --compose "$KAT" --dstack 0.5.11 --kettle-manifest manifest.json --kettle-require-measured
	same "$whole" "$output"
	same "$(jq -r '.events[].sha384' <<<"$output" | extended)" "$(jq -r .rtmr3 <<<"$output")"
	expect 0 predict --compose "$KAT" --dstack 0.5.11 --kettle-manifest manifest.json --kettle-app app.ts --kettle-port 80 \
		--kettle-data /d --kettle-static "$HEX32"
	same "{\"db_dir\":\"/d\",\"port\":80,\"require_measured\":false,\"static_sha256\":\"$HEX32\"}" "$(jq -r '.events[-1].payload' <<<"$output" | unhex)"
	# Without an agent that emits them they are of version 1 whatever the VM's are.
	jq -cj '.event_log_version = 2' "$KAT" >second.json
	expect 0 predict --compose second.json --dstack 0.6 --kettle-manifest manifest.json --kettle-app app.ts --kettle-require-measured
	same "$expected" "$(jq -r '.events[-3:][].sha384' <<<"$output")"
	printf 'x\n' >>app.ts
	expect 2 predict --compose "$KAT" --dstack 0.5.11 --kettle-manifest manifest.json --kettle-app app.ts
	one_line "$stderr" 'manifest.json: sha256: not that of the app'
	expect 64 predict --compose "$KAT" --dstack 0.5.11 --kettle-app app.ts
}

@test "an application's event: no name that could be taken for another" {
	local name
	for name in 'a:b' $'a\nb' $'a\x7f' $'a\xc2\x85' $'\xff' '' system-ready app-id rootfs-hash mr-kms gpu-attestation; do
		expect 2 predict --compose "$KAT" --dstack 0.5.11 --event "$name=00"
		[[ $stderr == "rtmr3-predict: --event: "* ]]
	done
	expect 2 predict --compose "$KAT" --dstack 0.5.11 --event a=00 --event a=01
	one_line "$stderr" 'an event of that name is there already'
	expect 2 predict --compose "$KAT" --dstack 0.5.11 --event a=0
	expect 0 predict --compose "$KAT" --dstack 0.5.11 --event a= --event B=00FF
	same "$(event_digest a '')"$'\n'"$(event_digest B 00ff)" "$(jq -r '.events[-2:][].sha384' <<<"$output")"
}

refused() { # PATTERN OPTION...
	expect 2 predict "${@:2}"
	one_line "$stderr" "$1"
}

@test "contradictions are refused" {
	refused "'0.4.1' is none of 0.3.1, " --compose "$KAT" --dstack 0.4.1
	refused 'not the begin of the compose hash' --compose "$KAT" --dstack 0.5.11 --app-id "$ID"
	refused 'no_instance_id' --compose "$KAT" --dstack 0.5.11 --instance-id "$ID"
	refused 'none, and app-compose.json has one' --compose "$COMPOSE/kms.json" --dstack 0.5.11 --instance-id none
	refused 'none, and this release always has one' --compose "$KAT" --dstack 0.3.6 --instance-id none
	refused 'app-compose.json asks for none' --compose "$KAT" --dstack 0.5.11 --key-provider '{"name":"kms","id":"3059"}'
	refused 'storage-fs: given as zfs' --compose "$COMPOSE/bash.json" --dstack 0.5.11 --storage-fs zfs
	refused 'not that of nothing' --compose "$KAT" --dstack 0.3.6 --ca-cert-hash "$HEX32"
	expect 0 predict --compose "$KAT" --dstack 0.6 --app-id "$ID"
}

@test "a key provider that is not the event's text is refused" {
	local text
	for text in '{"name":"kms", "id":"3059"}' '{"id":"3059","name":"kms"}' '{"name":"kms","id":"305A"}' '{"name":"kms","id":""}' \
		'{"name":"local","id":"3059"}' '{"name":"none","id":"00"}' '{"name":"local-sgx","id":"00"}' '{"name":"kms","id":"305"}' \
		'{"name":"kms","id":"3059","x":1}' '{"name":"kms"}' '[]' 'kms' ''; do
		refused 'key provider: ' --compose-hash "$HEX32" --dstack 0.5.11 --key-provider "$text"
	done
}

@test "an id that is not the compose's is noted" {
	expect 0 predict --compose "$COMPOSE/local.json" --dstack 0.5.11 --key-provider "{\"name\":\"local-sgx\",\"id\":\"$HEX32\"}"
	one_line "$(jq -r '.notes[]' <<<"$output" | grep key-provider)" 'not the key_provider_id'
}

@test "text for people, and canonical JSON" {
	expect 0 rtmr3-predict --compose "$KAT" --dstack 0.5.4
	same 'rtmr3 9225079effa35cc5c495dfbfa79e700334b1d1a811724d92688556357bb8b71b0d8b6695b3cc16955ac0c77283a715e9' "${lines[-1]}"
	expect 0 rtmr3-predict --compose "$COMPOSE/kms.json" --dstack 0.5.4
	[[ $output == *"rtmr3 is not known; after its first 1 events it is "* ]]
	predict --compose "$KAT" --dstack 0.5.4 >out
	jq -S --indent 2 . out | cmp - out
}

@test "used wrongly, or nothing can be read" {
	expect 64 rtmr3-predict
	expect 64 rtmr3-predict --compose "$KAT"
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.5.4 more
	expect 64 rtmr3-predict --compose "$KAT" --compose-hash "$HEX32" --dstack 0.5.4
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.5.4 --event x
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.5.4 --instance-id 00
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.5.4 --storage-fs xfs
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.5.4 --os-image-hash none --os-image-hash none
	expect 64 rtmr3-predict --compose "$KAT" --dstack 0.6 --event-version 0
	expect 64 rtmr3-predict --unknown
	expect 74 rtmr3-predict --compose missing --dstack 0.5.4
	printf '{"mrtd":"00"}' >boot.json
	expect 2 rtmr3-predict --compose "$KAT" --dstack 0.5.4 --boot boot.json
	one_line "$stderr" 'boot.json: mrtd: not 96'
	expect 74 bash -c 'rtmr3-predict --compose "$1" --dstack 0.5.4 >/dev/full' - "$KAT"
	expect 0 rtmr3-predict --help
	expect 0 rtmr3-predict --version
}

@test "the man page's example" {
	cp "$KAT" app-compose.json
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/rtmr3-predict.1")
	[ -n "$example" ]
	expect 0 bash -c "$example"
	same "$(awk '$1 == "0.5.11" { print $3 }' "$VECTORS/runtime/known")" "$output"
}

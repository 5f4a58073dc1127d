# mr_config_id: the specification's known answers, quotes of real machines, and what must not be taken for one.
load ../../helpers
load ../../workspace/qvl/helpers

MR_CONFIG=$TESTBIN/tools/measure/mr_config

known() { # COMMAND: for each known answer, its fields in $form $value and ${of[@]}
	local count=0 form value of
	while read -r -a of; do
		form=${of[0]} value=${of[7]}
		of=("${of[@]:1:6}")
		"$@"
		count=$((count + 1))
	done <"$VECTORS/mr-config/known"
	same 6 "$count"
}

is_value() {
	expect 0 "$MR_CONFIG" value "$form" "${of[@]}"
	same "$value" "$output" "$form"
}

@test "known answers" {
	known is_value
}

is_form() {
	local also=()
	[ "$form" != 0.5.1 ] || also=(051)
	expect 0 "$MR_CONFIG" compare "${also[@]}" "$value" "${of[@]}"
	same "$form" "$output"
	expect 0 "$MR_CONFIG" flips "$value" "${of[@]}"
	same 0 "$output" "$form: values that differ in a bit and are taken"
}

@test "a value is one of a form, whole, or of none" {
	known is_form
}

@test "the form of 0.5.1 is taken on request alone" {
	local hash=${ZERO:0:62}07 app=${ZERO:0:40}
	expect 0 "$MR_CONFIG" compare "$hash${ZERO:0:32}" "$hash" "$app" none - - -
	same no "$output"
	expect 0 "$MR_CONFIG" compare 051 "$hash${ZERO:0:32}" "$hash" "$app" none - - -
	same 0.5.1 "$output"
}

@test "the document of V3 is that of the specification" {
	local repeat
	repeat() { printf "$1%.0s" $(seq "$2"); }
	expect 0 "$MR_CONFIG" value document "$(repeat 22 32)" "$(repeat 11 20)" kms "$(repeat 33 32)" "$(repeat 55 32)" "$(repeat 44 20)"
	same '{"app_id":"'"$(repeat 11 20)"'","compose_hash":"'"$(repeat 22 32)"'","gpu_policy_hash":"'"$(repeat 55 32)"'","instance_id":"'"$(
		repeat 44 20)"'","key_provider":"kms","key_provider_id":"'"$(repeat 33 32)"'","version":3}' "$output"
}

@test "quotes of real machines have V1" {
	captured
	local folder hash
	for folder in near-mpc dstack-guest-agent-fixture dstack-tdx-lite-getquote; do
		hash=$(jq -r '.[] | select(.event == "compose-hash").event_payload' "$QUOTES/$folder/event_log.json")
		expect 0 "$MR_CONFIG" compare "$(jq -r .parsed.quote.body.mr_config_id "$QUOTES/$folder/expected.json")" \
			"$hash" "${hash:0:40}" none - - -
		same v1 "$output" "$folder"
	done
}

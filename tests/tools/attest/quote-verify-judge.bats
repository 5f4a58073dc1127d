#!/usr/bin/env bats
# judge: what a quote and a log that leads to it are held to. Logs of known answers, in quotes whose registers perl extended.
load ../../helpers
load ../../workspace/qvl/helpers
load quote-verify

@test "what the captures say of themselves is judged to be so, and one digit changed is not" {
	captured
	local body name value
	body=$(jq .parsed.quote.body "$NEAR/expected.json")
	jq -n --argjson body "$body" --argjson events "$(jq .parsed.rtmr3_events "$NEAR/expected.json")" \
		--arg compose "$(sha256sum "$NEAR/app-compose.raw.json" | cut -c-64)" '
		{mrtd: $body.mr_td, "compose-hash": $compose} + ($body | with_entries(.key |= gsub("_"; "-")) | del(."mr-td", ."report-data"))
		+ ($events[:8] | map({key: .[0], value: .[1]}) | from_entries)' >all.json
	[ "$(jq length all.json)" -ge 20 ]
	local near=(--quote "$NEAR/quote.bin" --event-log "$NEAR/event_log.json" "${unsigned[@]}")
	expect 0 quote-verify --json "${near[@]}" --expected all.json
	same 'null true true true' "$(words)"
	while IFS=$'\t' read -r name value; do
		[ -n "$value" ] || continue
		expect 1 quote-verify --json "${near[@]}" --expected "$name=$(tr 0123456789abcdef 123456789abcdef0 <<<"${value:0:1}")${value:1}"
		same 'differs' "$(jq -r '.judge.reasons | join(" ")' <<<"$output")" "$name"
		same "does not hold differs" "$(line "$name" | head -n1)" "$name"
		same "$value" "$(jq -r --arg name "$name" 'first(.judge.checks[] | select(.name == $name).found)' <<<"$output")"
	done < <(jq -r 'to_entries[] | [.key, .value] | @tsv' all.json)
	# As people write it.
	value=$(jq -r '.[5][1] | .' <(jq .parsed.rtmr3_events "$NEAR/expected.json") | unhex | jq -r .id)
	expect 0 quote-verify "${near[@]}" --expected "key-provider=local-sgx:$value" --expected mr_td="$(jq -r .mr_td <<<"$body")"
	expect 64 quote-verify "${near[@]}" --expected key-provider=local-sgx
	expect 1 quote-verify "${near[@]}" --expected "key-provider=kms:$value"
}

@test "what comes after system-ready is not dstack's word" {
	captured
	local other=${KAT/53/54}
	made "${boot[@]}" "compose-hash=$other"
	judged 0 '' --expected "compose-hash=$KAT"
	judged 1 'differs' --expected "compose-hash=$other"
	[[ $(jq -r '.judge.checks[] | select(.name == "compose-hash").text' <<<"$output") == *"the app's word" ]]
	same "$KAT" "$(jq -r '.judge.checks[] | select(.name == "compose-hash").found' <<<"$output")"
	made "${boot[@]}" "os-image-hash=$other"
	judged 1 'after-boot' --expected "os-image-hash=$other"
	made "${boot[@]}"
	judged 1 'missing' --expected "os-image-hash=$other"
	# The same events with that one moved to where it is believed: another register.
	made "${boot[@]}" "os-image-hash=$other"
	jq '(map(select(.event == "os-image-hash"))) as $it | map(select(.event != "os-image-hash")) | (map(.event) | index("key-provider")) as $at
		| .[:$at] + $it + .[$at:]' log >moved
	mv moved log
	judged 1 'register-differs check-failed' --expected "os-image-hash=$other"
}

@test "a release holds: registers, mr_config_id, boot, image, kettle" {
	captured
	kettle_files
	made "${boot[@]}" "${kettle[@]}"
	release
	judged 0 '' --release measurements.json
	same 'holds null' "$(for name in mrtd rtmr0 rtmr1 rtmr2 mr-config-id app-id compose-hash key-provider storage-fs image environment-names \
		kettle-manifest kettle-app kettle-config kettle-required; do line $name; done | sort -u)"
	[[ $(jq -r '.judge.checks[] | select(.name == "rtmr0").text' <<<"$output") == *"shape 'small'" ]]
	same 'not checked not-measured' "$(line environment-values)"
	same '["TOKEN"]' "$(jq -r '.judge.checks[] | select(.name == "environment-names").found' <<<"$output")"
	same 'a warning' "$(jq -r '.judge.checks[] | select(.name == "environment").text' <<<"$output")"
	# Of a folder it is the file of that name.
	mkdir folder
	cp measurements.json folder
	judged 0 '' --release folder
	# Restarted, and started in vain between.
	made "${boot[@]}" "${kettle[@]}" "${kettle[0]}" "${kettle[@]}" other=00
	judged 0 '' --release folder
	set_bytes quote $CONFIG_ID "01$KAT$(printf %030d 0)"
	judged 0 '' --release folder
	[[ $(jq -r '.judge.checks[] | select(.name == "mr-config-id").text' <<<"$output") == *v1 ]]
	set_bytes quote $CONFIG_ID "02$(printf a%.0s {1..94})"
	judged 0 '' --release folder
	# 0.5.1's form, and anything else. spec: rtmr3-spec.md 12.13
	set_bytes quote $CONFIG_ID "$KAT$(printf %032d 0)"
	judged 1 'differs' --release folder
	same 'does not hold differs' "$(line mr-config-id)"
}

@test "a release of another VM, compose, app, setting or order does not hold, and the line says which" {
	captured
	kettle_files
	release
	local other=${KAT/53/54}
	made "${boot[@]}" "${kettle[@]}"
	wrong() { # CHANGE REASON NAME
		jq "$1" measurements.json >changed.json
		judged 1 "$2" --release changed.json
		same "does not hold $2" "$(line "$3" | head -n1)"
	}
	wrong '.tdx.vms[].rtmr0 = "e" * 96' register-differs rtmr0
	wrong '.tdx.vms[].mrtd = null' register-differs mrtd
	wrong '(.tdx.rtmr3.checks[] | select(.event == "compose-hash").value) |= "00" + .[2:]' differs compose-hash
	wrong '(.tdx.rtmr3.checks[] | select(.event == "storage-fs").value) = ["65787434"]' differs storage-fs
	wrong '(.tdx.rtmr3.checks[] | select(.event == "instance-id").value) = "[0-9a-f]{40}"' differs instance-id
	wrong 'del(.tdx.rtmr3.checks[] | select(.event == "storage-fs"))' unexpected storage-fs
	wrong '.tdx.rtmr3.checks |= map(if .event == "os-image-hash" then .occurs = "once" else . end)' missing os-image-hash
	wrong '(.tdx.rtmr3.checks[] | select(.event == "kettle-app").value) |= "00" + .[2:]' differs kettle-app
	wrong '.image.manifest.sha256 = "d" * 64' differs image
	made "${boot[@]:0:5}" "mr-kms=$KAT" "${boot[@]:5}" "${kettle[@]}"
	judged 1 'unexpected' --release measurements.json
	same 'does not hold unexpected' "$(line mr-kms)"
	made "${boot[@]:0:2}" "compose-hash=$other" "${boot[@]:3}" "${kettle[@]}"
	judged 1 'differs' --release measurements.json
	same '' "$(line image)" # of which then nothing is known
}

@test "kettle's events: groups of three in order, each acceptable, the last runs" {
	captured
	kettle_files
	release
	local other="kettle-app=${KAT}"
	said() { # REASON EVENT...
		made "${boot[@]}" "${@:2}"
		judged 1 "$1" --release measurements.json
	}
	said missing
	same 'does not hold missing' "$(line kettle)"
	said kettle-incomplete "${kettle[@]:0:2}"
	said kettle-incomplete "${kettle[@]}" "${kettle[@]:0:1}"
	said kettle-order "${kettle[@]:1}"
	said kettle-order "${kettle[0]}" "${kettle[2]}" "${kettle[1]}"
	said kettle-order "${kettle[0]}" between=00 "${kettle[@]:1}"
	said kettle-order "${kettle[@]}" kettle-more=00
	said differs "${kettle[0]}" "$other" "${kettle[2]}"
	same 'does not hold differs' "$(line kettle-app)"
	said earlier-app "${kettle[0]}" "$other" "${kettle[@]:2}" "${kettle[@]}"
	# An app may only then be said to run when kettle would have run no other.
	kettle_files false
	said 'differs not-required' "${kettle[@]}"
	same 'does not hold not-required' "$(line kettle-required)"
	jq 'del(.tdx.rtmr3.checks[] | select(.event == "kettle-config"))' measurements.json >without.json
	judged 1 'not-required' --release without.json
	# Without a release
	kettle_files
	made "${boot[@]}" "${kettle[@]}"
	judged 0 '' --expected "kettle-manifest=$manifest" --expected "kettle-app=$app" --expected "kettle-config=$(unhex <<<"$config")"
	judged 1 'differs' --expected "kettle-app=$manifest"
}

@test "what could not be looked at never makes an expectation hold" {
	captured
	cp "$NEAR/quote.bin" quote
	kettle_files
	release
	judge() { expect 1 quote-verify --json --quote quote --require judge "$@"; }
	judge --expected "compose-hash=$KAT"
	same 'does not hold not-supplied' "$(line compose-hash)"
	judge --release measurements.json
	same 'does not hold not-supplied' "$(line rtmr3)"
	same 'does not hold not-supplied' "$(line kettle)"
	# A register that is wholly predicted needs no log: the value is the known answer's.
	td ae0af63b542fb858d9e8a8f1179c48b56224b7158fa36f89add7cd5295a8a0d7eb341a7f9d876eea6192c9fff3c54aa6 # spec: rtmr3-spec.md 2.4
	jq --arg value "$(tail -c +$((RTMR3 + 1)) quote | head -c 48 | hex)" '.tdx.rtmr3.rtmr3 = $value | del(.deployment.manifest)
		| .tdx.rtmr3.checks |= map(select(.event | startswith("kettle") | not))' measurements.json >whole.json
	expect 0 quote-verify --json --quote quote --require judge --release whole.json
	same 'holds null' "$(line rtmr3)"
	made "${boot[@]}"
	expect 0 quote-verify --json --quote quote --event-log log --require check,judge --release whole.json
	# Nothing supplied, nothing said.
	expect 1 quote-verify --json --quote quote
	same 'null null null false' "$(words)"
	same 'not-supplied not-supplied not-supplied' "$(jq -r '[.verify, .check, .judge | .reasons[]] | join(" ")' <<<"$output")"
	for word in verify check judge; do
		expect 1 quote-verify --quote quote --require $word
		[[ ${lines[-1]} == "does not hold: $word is required, and was not checked; not checked: verify, check, judge" ]]
	done
}

@test "report data: as given, and bound keys by the known answers" {
	captured
	local key=07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c nonce plain with
	nonce=$(printf %02x {0..31})
	# spec: tunnel-spec.md 4
	with=30e716d9d425293361ae5fb6a17093f41592558689600e2fe1286eb2be1a0ba3c4e59f8b2a13895e3d2d5f7a13de39abac05638c0adcf71f697caf9ef09cc235
	plain=3cc54d9dc069180f333058251d7b3823dc2f674a7a1cb229704257dc8d83dbb6cb8d19c16a1e6ad2a9abdaf016191c4062d077d870aad49286bc2605a83d9bae
	bound() { expect "$1" quote-verify --json --quote quote --require judge "${@:2}"; }
	td "$ZERO" "$with"
	bound 0 --bind "teekit-x25519-v1:$key:$nonce"
	same '' "$(line freshness)"
	bound 1 --bind "teekit-x25519-v1:$key"
	same "$plain" "$(jq -r '.judge.checks[] | select(.name == "report-data").expected' <<<"$output")"
	same 'differs' "$(jq -r '.judge.reasons | join(" ")' <<<"$output")"
	bound 1 --bind "teekit-x25519-v1:$key:${nonce/00/01}"
	td "$ZERO" "$plain"
	bound 0 --bind "teekit-x25519-v1:0x$key"
	same 'not checked not-supplied' "$(line freshness)"
	bound 1 --bind "app-data:$key"
	# spec: rtmr3-spec.md 8
	td "$ZERO" 7ea0b744ed5e9c0c83ff9f575668e1697652cd349f2027cdf26f918d4c53e8cd50b5ea9b449b4c3d50e20ae00ec29688d5a214e8daff8a10041f5d624dae8a01
	bound 0 --bind "app-data:$(printf 'test content' | hex)"
	# Zeros stand behind shorter ones; the capture's own says 12 34.
	expect 0 quote-verify --quote "$QUOTES/dstack-verifier-quote-report/quote.bin" --require judge --report-data 1234
	expect 0 quote-verify --quote "$QUOTES/dstack-verifier-quote-report/quote.bin" --require judge --expected "report-data=1234$(printf %0124d 0)"
	expect 1 quote-verify --quote "$QUOTES/dstack-verifier-quote-report/quote.bin" --require judge --report-data 12340001
	local wrong
	for wrong in "teekit-x25519-v1:$key:00" "teekit-x25519-v1:${key}00" "app-data:00:00" "app-data:" ":00" app-data "app-data:0" "app-data:zz" \
		"a:$key:$nonce:" "teekit-x25519-v1:$key:"; do
		expect 64 quote-verify --quote quote --bind "$wrong"
	done
}

@test "an RA-TLS certificate: its key is bound, and the log in it is used" {
	captured
	local spki data
	openssl ecparam -name prime256v1 -genkey -noout -out key.pem
	spki=$(openssl pkey -in key.pem -pubout -outform DER | hex)
	data=$({ printf 'ratls-cert:'; printf %s "$spki" | unhex; } | openssl dgst -sha512 -r | cut -c-128)
	kettle_files
	made "${boot[@]}" "${kettle[@]}"
	set_bytes quote $REPORT_DATA "$data"
	jq -c 'map(select(.imr == 3))' log >cut
	octets() { printf 'DER:0482%04x%s' "$(stat -c %s "$1")" "$(hex <"$1")"; }
	printf '[req]\ndistinguished_name=name\nx509_extensions=extensions\n[name]\n[extensions]\n1.3.6.1.4.1.62397.1.1=%s\n1.3.6.1.4.1.62397.1.2=%s\n' \
		"$(octets quote)" "$(octets cut)" >config
	openssl req -x509 -config config -key key.pem -subj /CN=app -out cert.pem
	release
	expect 0 quote-verify --json --quote cert.pem "${unsigned[@]}" --release measurements.json
	same 'null true true true' "$(words)"
	same 'quote true' "$(jq -r '"\(.log.from) \(.log.cut)"' <<<"$output")"
	same 'holds null' "$(line certificate-key)"
	# Another key: somebody took the quote over.
	openssl ecparam -name prime256v1 -genkey -noout -out thief.pem
	openssl req -x509 -config config -key thief.pem -subj /CN=app -outform DER -out thief.der
	expect 1 quote-verify --json --quote thief.der "${unsigned[@]}" --release measurements.json
	same 'does not hold differs' "$(line certificate-key)"
	# Nobody asks for judge, and it is no good all the same.
	expect 1 quote-verify --json --quote "$VECTORS/quote-input/good/ra-tls.pem" --require judge
	same 'does not hold differs' "$(line certificate-key)"
}


#!/usr/bin/env bats
# verify: the words of a real quote with its collateral, and what each of them does not rest on any more when one before it fails.
load ../../helpers
load ../../workspace/qvl/helpers
load quote-verify

near() { # STATUS OPTION...: with its collateral, at the time it was captured
	expect "$1" quote-verify --json --quote "$NEAR/quote.bin" --collateral "$NEAR/collateral.json" --event-log "$NEAR/event_log.json" "${@:2}"
}

@test "a real quote with its log, at its time: all three words hold" {
	captured
	near 0 --at $NEAR_AT --expected compose-hash="$(sha256sum "$NEAR/app-compose.raw.json" | cut -c-64)"
	same 'true true true true' "$(words)"
	# Another implementation's verdict
	same "$(jq -c '.oracle.runs[] | select(.collateral == "near-mpc") | [.status, .advisories]' "$NEAR/expected.json")" \
		"$(jq -c '[.verify.status, .verify.advisories]' <<<"$output")"
	same "$(jq -c '[.collateral_window.from, .collateral_window.to] | map(sub(".000"; ""))' "$NEAR/expected.json")" \
		"$(jq -c '[.collateral.valid_from, .collateral.valid_until]' <<<"$output")"
	same 'true false' "$(jq -r '"\(.root.intel) \(.without_crls)"' <<<"$output")"
	same 44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3 "$(jq -r .root.sha256 <<<"$output")" # spec: quote-spec.md 2.2
	# The bytes of the signed part. spec: quote-spec.md 1.3
	same '0 632' "$(jq -r '.verify.checks[] | select(.name == "quote-signature.signature").evidence | "\(.offset) \(.size)"' <<<"$output")"
	same '[]' "$(jq -c '[.verify.checks[] | select(.evidence.source == "quote" and .evidence.offset + .evidence.size > 5006)]' <<<"$output")"
	jq -S --indent 2 . <<<"$output" | cmp - <(printf '%s\n' "$output")
	# The same for people.
	expect 0 quote-verify --quote "$NEAR/quote.bin" --collateral "$NEAR/collateral.json" --at 2026-08-28T05:21:24Z
	[[ $output == *$'\nroot   Intel SGX Root CA\n'*$'\nverify  holds; TCB status UpToDate\n'*$'\ncheck  not checked [not-supplied]\n'* ]]
	same 'holds; not checked: check, judge' "${lines[-1]}"
}

@test "at another time nothing is believed, and no log is replayed" {
	captured
	# A second beyond either end of what the other implementation found
	local window time
	mapfile -t window < <(jq -r '.collateral_window | .from, .to' "$NEAR/expected.json")
	near 0 --at "${window[0]}"
	near 0 --at "${window[1]}"
	for time in $(($(date -d "${window[0]}" +%s) - 1)) $(($(date -d "${window[1]}" +%s) + 1)) 1751624191; do
		near 1 --at "$time" --expected "mrtd=$ZERO"
		same 'false null null false' "$(words)"
		same '0 0' "$(jq -r '"\(.check.checks | length) \(.judge.checks | length)"' <<<"$output")"
		same 'verify-failed verify-failed' "$(jq -r '.check.reasons + .judge.reasons | join(" ")' <<<"$output")"
		same 'null []' "$(jq -r '"\(.verify.status) \(.verify.advisories)"' <<<"$output")"
	done
}

@test "a byte that was signed is another: verify says so, and no log is replayed" {
	captured
	local at
	for at in 184 520 568 640 800 1160; do # mr_td, rtmr3, report data, signature, QE report, its signature
		cp "$NEAR/quote.bin" quote
		chmod u+w quote
		set_bytes quote $at "$(printf %02x $((0x$(tail -c +$((at + 1)) quote | head -c 1 | hex) ^ 1)))"
		expect 1 quote-verify --json --quote quote --collateral "$NEAR/collateral.json" --at $NEAR_AT --event-log "$NEAR/event_log.json"
		same 'false null null false' "$(words)"
		same signature-invalid "$(jq -r '.verify.reasons | join(" ")' <<<"$output")" "$at"
	done
	expect 1 quote-verify --quote quote --collateral "$NEAR/collateral.json" --at $NEAR_AT --event-log "$NEAR/event_log.json"
	[[ $output == *"DOES NOT HOLD  qe-report.signature"*"[signature-invalid]"*"check  not checked [verify-failed]"* ]]
	[[ ${lines[-1]} == "does not hold: verify: qe-report.signature: "*"; not checked: check, judge" ]]
}

# spec: quote-spec.md 7.15
@test "a platform that is out of date is refused by name, and a policy may take it" {
	captured
	local old=(--json --quote "$QUOTES/qvl-tdx-v4/quote.bin" --collateral "$NEAR/collateral.json" --at $NEAR_AT)
	expect 1 quote-verify "${old[@]}"
	same 'OutOfDate INTEL-SA-01192 INTEL-SA-01245 INTEL-SA-01312 INTEL-SA-01313' "$(jq -r '[.verify.status] + .verify.advisories | join(" ")' <<<"$output")"
	same 'status-not-accepted status-not-accepted' "$(jq -r '.verify.reasons + .judge.reasons | join(" ")' <<<"$output")"
	same 'does not hold status-not-accepted' "$(line tcb-status)"
	echo '{"accepted_statuses": ["UpToDate", "OutOfDate"]}' >policy.json
	expect 0 quote-verify "${old[@]}" --policy policy.json
	same 'holds null' "$(line tcb-status)"
	same 'null' "$(jq .judge.holds <<<"$output")" # which alone is no word about what runs
	expect 1 quote-verify "${old[@]}" --policy policy.json --require verify,judge
	echo '{"accepted_statuses": ["Revoked"]}' >policy.json
	expect 2 quote-verify "${old[@]}" --policy policy.json
	one_line "$stderr" 'quote-verify: policy.json: '
}

@test "without revocation lists: refused, or said" {
	captured
	jq 'del(.root_ca_crl, .pck_crl)' "$NEAR/collateral.json" >bare.json
	expect 1 quote-verify --json --quote "$NEAR/quote.bin" --collateral bare.json --at $NEAR_AT
	same crl-missing "$(jq -r '.verify.reasons | join(" ")' <<<"$output")"
	expect 0 quote-verify --json --quote "$NEAR/quote.bin" --collateral bare.json --at $NEAR_AT --allow-no-crls
	same true "$(jq .without_crls <<<"$output")"
	same 'not checked not-supplied' "$(line crls.leaf-revocation)"
}

# spec: quote-spec.md 7.14
@test "another root than Intel's is named, and is never taken unasked" {
	captured
	local sample=$QUOTES/intel-sample-tdx-v4 options
	options=(--quote "$sample/quote.bin" --collateral "$sample/collateral.json" --at "$(jq '[.oracle.runs[]?.now, .collateral_window.now?] | map(numbers) | first // 1700000000' "$sample/expected.json")")
	expect 1 quote-verify --json "${options[@]}"
	same true "$(jq .root.intel <<<"$output")"
	expect 1 quote-verify --json "${options[@]}" --root "$sample/trustedRootCaCert.pem"
	same "false $(openssl x509 -in "$sample/trustedRootCaCert.pem" -outform DER | sha256sum | cut -c-64)" "$(jq -r '"\(.root.intel) \(.root.sha256)"' <<<"$output")"
	same 'holds null' "$(line root.identity)"
	expect 1 quote-verify "${options[@]}" --root "$sample/trustedRootCaCert.pem"
	[[ $output == *$'\nroot   NOT INTEL\'S: sha256 '* ]]
	near 1 --at $NEAR_AT --root "$sample/trustedRootCaCert.pem"
	same root-mismatch "$(jq -r '.verify.reasons | join(" ")' <<<"$output")"
}

@test "the man page's examples" {
	captured
	cp "$NEAR/quote.bin" "$NEAR/event_log.json" "$NEAR/collateral.json" .
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/quote-verify.1" | sed 's/\\(dq/"/g')
	same 3 "${#examples[@]}"
	jq -n --arg quote "$(hex <quote.bin)" --slurpfile log event_log.json '{quote: $quote, event_log: ($log[0] | tojson)}' >answer.json
	kettle_files
	mkdir release
	release
	mv measurements.json release
	# Not that release, not for that key, and not today.
	export KEY=$KAT NONCE=$KAT HASH
	expect 1 bash -c "${examples[0]} --at $NEAR_AT"
	[[ $output == *"verify  holds"*"check  holds"*"judge  does not hold"* ]]
	HASH=$(sha256sum "$NEAR/app-compose.raw.json" | cut -c-64)
	expect 0 bash -c "${examples[1]}"
	expect 0 bash -c "${examples[2]}"
	same '' "$output"
}

@test "by hand, as docs/quotes.md has it" {
	captured
	need basenc csplit
	cp "$NEAR/quote.bin" "$NEAR/event_log.json" "$NEAR/collateral.json" .
	sed -n '/^```sh$/,/^```$/p' "$ROOT/docs/quotes.md" | sed '1d;$d' >hand.sh
	expect 0 bash -eu hand.sh
	same 2 "$(grep -c ': OK$' <<<"$output")"
	same 3 "$(grep -c '^Verified OK$' <<<"$output")"
	same 2 "$(grep -c '^d76242a7cb3e1e8b02c3c0393328cecf4d9fcf3d904d3482afc7b88b65360698' <<<"$output")"
	[[ $output == 44a0196b* && $output == *"the log leads to rtmr3"* ]]
	same "$(jq -r .parsed.quote.body.mr_td "$NEAR/expected.json")" "${lines[-1]}"
}

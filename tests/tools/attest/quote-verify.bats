#!/usr/bin/env bats
# Of quotes and logs of real machines: verify and check; what is refused; the forms of the answer.
load ../../helpers
load ../../workspace/qvl/helpers
load quote-verify

@test "logs of real machines lead to their quotes, and are boots of the releases they come from" {
	captured
	local answer count=0
	# quote, log, releases (spec: rtmr3-spec.md 2, 12.8; quotes/README.md)
	while read -r quote log releases; do
		expect 0 quote-verify --json --require check --quote "$QUOTES/$quote" --event-log "$QUOTES/$log"
		same 'null true null true' "$(words)" "$log"
		answer=$(jq -r '.check.checks[] | select(.name == "log.boot").text' <<<"$output")
		[[ $answer == *"in the order of dstack $releases;"* ]] || same "$releases" "$answer" "$log"
		# The registers that another implementation found.
		same "$(jq -c .parsed.replayed "$QUOTES/${log%/*}/expected.json")" \
			"$(jq -c '[.check.checks[] | select(.name | test("^log.rtmr")).expected]' <<<"$output")" "$log"
		count=$((count + 1))
	done <<-END
		near-mpc/quote.bin near-mpc/event_log.json 0.5.5 to 0.5.11
		near-mpc/quote.bin near-mpc/tcb_info.json 0.5.5 to 0.5.11
		dstack-guest-agent-fixture/attestation.bin dstack-guest-agent-fixture/event_log.json 0.5.5 to 0.5.11
		dstack-tdx-lite-getquote/quote.bin dstack-tdx-lite-getquote/event_log.json 0.5.5 to 0.5.11
		dstack-verifier-quote-report/quote.bin dstack-verifier-quote-report/event_log.json 0.4.2 to 0.5.4
		dstack-examples-rtmr3/quote.bin dstack-examples-rtmr3/event_log.json 0.4.0.0
	END
	same 6 "$count"
	expect 0 quote-verify --json --require check --quote "$QUOTES/google-cos113-ccel/quote.bin" --event-log "$QUOTES/google-cos113-ccel/ccel_data.dat"
	same 'not checked no-boot' "$(line log.boot)"
}

@test "a payload is what its digest is of, or the log is refused" {
	captured
	cp "$NEAR/quote.bin" quote
	jq '(.[] | select(.event == "compose-hash").event_payload) |= "00" + .[2:]' "$NEAR/event_log.json" >log
	judged 1 'digest-differs'
	same 'null false null false' "$(words)"
	# A digest left out is computed, and then the register is another.
	jq '(.[] | select(.event == "compose-hash")) |= (.event_payload |= "00" + .[2:] | .digest = "")' "$NEAR/event_log.json" >log
	judged 1 'register-differs'
	same 'does not hold register-differs' "$(line log.rtmr3)"
	same 'holds null' "$(line log.rtmr0)"
	# Of the firmware's events: those whose digest is of their payload. spec: tdx-boot-spec.md 8
	jq '(first(.[] | select(.event_type == 4)).event_payload) = "01000000"' "$NEAR/event_log.json" >log
	judged 1 'payload-differs'
	same "$(jq 'map(.event_type) | index(4)' log)" "$(jq '.check.checks[] | select(.name == "log.payloads").evidence.event' <<<"$output")"
}

@test "a log that is cut, reordered, or longer than the register" {
	captured
	cp "$NEAR/quote.bin" quote
	local change
	for change in '.[:-1]' 'del(.[3])' '. + [.[-1]]' '.[20] as $a | .[20] = .[22] | .[22] = $a'; do
		jq "$change" "$NEAR/event_log.json" >log
		judged 1 'register-differs'
	done
	# Before the boot is over there is nothing to believe.
	jq '.[:26]' "$NEAR/event_log.json" >log
	judged 1 'boot-unfinished'
	jq 'map(select(.event != "instance-id"))' "$NEAR/event_log.json" >log
	judged 1 'register-differs'
	made "${boot[@]:0:3}" "${boot[@]:4}"
	judged 1 'boot-unknown'
	made "${boot[@]:0:4}" other=00 "${boot[@]:4}"
	judged 1 'boot-unknown'
	made "${boot[@]}" system-ready=
	judged 1 'log-misleading'
	# A register's worth under another name. spec: rtmr3-spec.md 12.7
	made "${boot[@]:0:4}" instance-id:x= "${boot[@]:4}"
	judged 1 'log-misleading'
}

# spec: rtmr3-spec.md 12.2
@test "a log of rtmr3 alone is enough only when the other registers are judged by their values" {
	captured
	cp "$NEAR/quote.bin" quote
	jq 'map(select(.imr == 3))' "$NEAR/event_log.json" >log
	judged 1 'log-cut'
	same 'not checked log-cut' "$(line log.rtmr0)"
	local body=() name
	for name in rtmr0 rtmr1 rtmr2; do
		body+=(--expected "$name=$(jq -r ".parsed.quote.body.$name" "$NEAR/expected.json")")
	done
	judged 0 '' "${body[@]}"
	judged 1 'log-cut' "${body[@]:0:4}"
	judged 1 'log-cut differs' "${body[@]:0:4}" --expected "rtmr2=$ZERO"
}

# spec: rtmr3-spec.md 2.3
# docs/measured.md, "What a verifier should demand"
# spec: rtmr3-spec.md 8
@test "an answer of GetQuote brings its log, and another that is given is used instead" {
	captured
	local answer=$QUOTES/dstack-tdx-lite-getquote/tdx-lite-getquote.json
	expect 0 quote-verify --json --require check --quote "$answer"
	same 'quote getquote 29' "$(jq -r '.log | "\(.from) \(.format) \(.events)"' <<<"$output")"
	expect 1 quote-verify --json --require check --quote "$answer" --event-log "$NEAR/event_log.json"
	same 'option' "$(jq -r .log.from <<<"$output")"
}

@test "lines name the bytes they rest on" {
	captured
	expect 0 quote-verify --json --quote "$NEAR/quote.bin" --event-log "$NEAR/event_log.json" --require check,judge --expected mrtd="$(jq -r .parsed.quote.body.mr_td "$NEAR/expected.json")" \
		--expected compose-hash="$(sha256sum "$NEAR/app-compose.raw.json" | cut -c-64)"
	# spec: quote-spec.md 1.2, absolute offsets in a quote of version 4
	same '{"event":null,"offset":184,"size":48,"source":"quote"}' "$(jq -c '.judge.checks[] | select(.name == "mrtd").evidence' <<<"$output")"
	same '{"event":null,"offset":520,"size":48,"source":"quote"}' "$(jq -c '.check.checks[] | select(.name == "log.rtmr3").evidence' <<<"$output")"
	same '568 64' "$(jq -r '.judge.checks[] | select(.name == "report-data").evidence | "\(.offset) \(.size)"' <<<"$output")"
	same "$(jq 'map(.event) | index("compose-hash")' "$NEAR/event_log.json")" "$(jq '.judge.checks[] | select(.name == "compose-hash").evidence.event' <<<"$output")"
	expect 0 quote-verify --quote "$NEAR/quote.bin" --event-log "$NEAR/event_log.json" --require check
	[[ $output == *"log.rtmr3 "*"(quote, bytes 520 to 567)"* ]]
}

@test "when: seconds, or a date" {
	captured
	local time
	at() { expect 1 quote-verify --json --quote "$NEAR/quote.bin" --at "$1"; jq -r .at <<<"$output"; }
	for time in 1787894484 2026-08-28T05:21:24Z 2026-08-28T07:21:24.5+02:00 2026-08-28T04:51:24-00:30; do
		at $time
		same "$(date -u -d @1787894484 +%FT%TZ)" "$(jq -r .at <<<"$output")" "$time"
	done
	at 2024-02-29T23:59:59Z
	same 2024-02-29T23:59:59Z "$(jq -r .at <<<"$output")"
	for time in '' now -1 1e9 2026-08-28 2026-08-28T05:21:24 2026-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-08-28T24:00:00Z 2026-08-28T05:21:60Z \
		2026-08-28T05:21:24+2:00 2026-08-28T05:21:24Zx 1969-12-31T23:59:59Z 99999999999999; do
		expect 64 quote-verify --quote "$NEAR/quote.bin" --at "$time"
	done
}

@test "what is malformed is one line and exit 2, and nothing is printed" {
	captured
	local file
	bad() { # REASON OPTION...
		expect 2 quote-verify "${@:2}"
		one_line "$stderr" "$1"
		same '' "$output"
	}
	for file in "$VECTORS"/quote/should-fail/{length.behind,version.6,cut-short.body}.bin "$VECTORS"/quote-input/should-fail/{empty.bin,word.txt,neither.json,no-quote.pem}; do
		bad "quote-verify: $file: $(<"$file.reason")" --quote "$file"
	done
	local near=(--quote "$NEAR/quote.bin")
	echo '{"schema":"kettle-dstack/measurements/2"}' >other.json
	bad 'other.json: its schema is not kettle-dstack/measurements/1' "${near[@]}" --release other.json
	echo '[]' >list.json
	bad 'list.json: its schema' "${near[@]}" --release list.json
	for file in "$VECTORS"/demand/should-fail/*.json; do
		bad "quote-verify: $file: $(<"$file.reason")" "${near[@]}" --expected "$file"
	done
	for file in "$VECTORS"/demand/good/*.json; do
		expect 1 quote-verify "${near[@]}" --expected "$file"
	done
	bad 'other.json: ' "${near[@]}" --root other.json
	bad 'other.json: ' "${near[@]}" --policy other.json
	bad 'list.json: ' "${near[@]}" --collateral list.json
	{ cat "$NEAR/quote.bin"; printf '\1'; } >behind
	bad 'bytes behind the quote, and not all are zero' --quote behind
	expect 1 quote-verify --json --quote behind --ignore-padding
	same false "$(jq .quote.padding_zero <<<"$output")"
}

@test "a log that is none: the quote's verdict is told all the same" {
	captured
	local file count=0
	for file in "$VECTORS"/log-format/should-fail/* "$VECTORS"/event-log/should-fail/*.json; do
		[[ $file != *.reason ]] || continue
		run --separate-stderr quote-verify --json --require check --quote "$NEAR/quote.bin" --event-log "$file"
		same 'false' "$(jq .check.holds <<<"$output")" "$file"
		case $(jq -r '.check.reasons | join(" ")' <<<"$output") in
		log-malformed) same 2 "$status" "$file" ;;
		digest-differs | log-misleading | register-differs) same 1 "$status" "$file" ;;
		*) same '' "$output" "$file" ;;
		esac
		count=$((count + 1))
	done
	[ "$count" -ge 40 ]
	# A word against is stronger than a word that could not be read.
	echo '[' >log
	expect 1 quote-verify --quote "$NEAR/quote.bin" --event-log log --expected "mrtd=$ZERO"
}

@test "an enclave's quote has no registers and no boot" {
	local sgx=$VECTORS/quote/good/v3-type-1.bin
	expect 1 quote-verify --json --require check --quote "$sgx" --event-log "$VECTORS/log-check/good/no-runtime.json"
	same not-tdx "$(jq -r '.check.reasons[]' <<<"$output")"
	expect 1 quote-verify --json --require judge --quote "$sgx" --expected "mrtd=$ZERO"
	same 'does not hold missing' "$(line mrtd)"
	local signer
	signer=$(quote-parse --json "$sgx" | jq -r .body.mr_signer)
	expect 0 quote-verify --require judge --quote "$sgx" --expected "mr-signer=$signer"
}

@test "the JSON is canonical: sorted, two spaces, one final line feed" {
	captured
	kettle_files
	made "${boot[@]}" "${kettle[@]}"
	release
	local arguments
	for arguments in '' '--event-log log' '--event-log log --release measurements.json' '--expected mrtd=00'; do
		# shellcheck disable=SC2086
		quote-verify --json --quote quote $arguments >out || [ $? -eq 1 ]
		jq -S --indent 2 . out | cmp - out
	done
}

@test "used wrongly; what cannot be read or written; help and version" {
	captured
	expect 64 quote-verify
	one_line "$(head -n1 <<<"$stderr")" 'quote-verify: no --quote given'
	expect 64 quote-verify --quote a b
	expect 64 quote-verify --unknown
	expect 64 quote-verify --quote a --require verify,all
	expect 64 quote-verify --quote a --expected mrtd=0
	expect 64 quote-verify --quote a --expected other=00
	expect 64 quote-verify --quote a --report-data ''
	expect 64 quote-verify --quote a --report-data "$(printf %0130d 0)"
	expect 64 quote-verify --quote a --report-data 00 --bind a:00
	expect 74 quote-verify --quote missing
	expect 74 quote-verify --quote "$NEAR/quote.bin" --event-log missing
	expect 74 bash -c 'quote-verify --quote "$1" >/dev/full' - "$NEAR/quote.bin"
	expect 0 quote-verify --help
	[[ $output == Usage:* ]]
	expect 0 quote-verify --version
	[[ $output == "quote-verify "*OpenSSL* ]]
}

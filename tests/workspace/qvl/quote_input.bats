#!/usr/bin/env bats
# Quotes in the forms they are met in.
load ../../helpers
load helpers

QUOTE_INPUT=$TESTBIN/workspace/qvl/quote_input

# gives FORM FILE QUOTE: the file is taken for that form and holds that quote.
gives() {
	expect 0 "$QUOTE_INPUT" read "$2"
	same "$1 $(hex <"$3")" "$output" "$2"
}

@test "each form gives the same quote" {
	need perl
	local good=$VECTORS/quote-input/good file count=0
	for file in "$good"/*; do
		case ${file##*/} in
		quote.bin) gives binary "$file" "$good/quote.bin" ;;
		hex*) gives hex "$file" "$good/quote.bin" ;;
		*.json) gives json "$file" "$good/quote.bin" ;;
		base64*) gives base64 "$file" "$good/quote.bin" ;;
		attestation*) gives attestation "$file" "$good/quote.bin" ;;
		*) gives certificate "$file" "$good/quote.bin" ;;
		esac
		count=$((count + 1))
	done
	same 20 "$count"
}

@test "answers and files of real machines give their quotes" {
	captured
	gives json "$QUOTES/dstack-tdx-lite-getquote/tdx-lite-getquote.json" "$QUOTES/dstack-tdx-lite-getquote/quote.bin"
	gives json "$QUOTES/dstack-tdx-lite-getquote/tdx-lite-attestation.json" "$QUOTES/dstack-tdx-lite-getquote/quote.bin"
	gives json "$QUOTES/dstack-verifier-quote-report/quote-report.json" "$QUOTES/dstack-verifier-quote-report/quote.bin"
	gives json "$QUOTES/dstack-examples-rtmr3/report.json" "$QUOTES/dstack-examples-rtmr3/quote.bin"
	gives attestation "$QUOTES/dstack-guest-agent-fixture/attestation.bin" "$QUOTES/dstack-guest-agent-fixture/quote.bin"
	gives base64 "$QUOTES/teekit-tdx-v4-azure/tdx-v4-azure" "$QUOTES/teekit-tdx-v4-azure/quote.bin"
	gives binary "$QUOTES/google-cos113-ccel/quote.bin" "$QUOTES/google-cos113-ccel/quote.bin"
}

@test "the parts of a real attestation" {
	captured
	local folder=$QUOTES/dstack-guest-agent-fixture
	expect 0 "$QUOTE_INPUT" attestation "$folder/attestation.bin"
	same "$(jq length "$folder/event_log.json") $(jq '[.[] | select(.imr == 3)] | length' "$folder/event_log.json")" \
		"$(sed -n 's/^events //p' <<<"$output") $(sed -n 's/^runtime_events //p' <<<"$output")"
	same "$(jq -r .parsed.quote.body.report_data "$folder/expected.json")" "$(sed -n 's/^report_data //p' <<<"$output")"
	same "$(jq -Sc . "$folder/vm_config.json")" "$(sed -n 's/^config //p' <<<"$output" | jq -Sc .)"
}

@test "openssl writes RA-TLS certificates with a real quote, in PEM and DER" {
	captured
	cd "$BATS_TEST_TMPDIR"
	local quote=$QUOTES/qvl-tdx-v4/quote.bin
	# spec: rtmr3-spec.md 8: an OCTET STRING in the extension's value
	value=DER:0482$(printf %04x "$(stat -Lc %s "$quote")")$(hex <"$quote")
	printf '[req]\ndistinguished_name=name\nx509_extensions=extensions\n[name]\n[extensions]\n1.3.6.1.4.1.62397.1.1=%s\n' "$value" >config
	for key in prime256v1 secp384r1; do
		openssl req -x509 -config config -newkey ec -pkeyopt ec_paramgen_curve:$key -nodes -keyout key.pem -subj /CN=app -out app.pem
		openssl x509 -in app.pem -outform DER -out app.der
		gives certificate app.pem "$quote"
		gives certificate app.der "$quote"
	done
}

@test "what holds no quote is refused, with the part and the reason" {
	refuses quote-input 40 "$QUOTE_INPUT" why
	head -c $((16 << 20)) /dev/zero | tr '\0' ' ' >"$BATS_TEST_TMPDIR/large"
	expect 2 "$QUOTE_INPUT" read "$BATS_TEST_TMPDIR/large"
	one_line "$stderr" "quote_input: empty"
	echo >>"$BATS_TEST_TMPDIR/large"
	expect 2 "$QUOTE_INPUT" read "$BATS_TEST_TMPDIR/large"
	one_line "$stderr" "larger than 16777216 bytes"
}

@test "what is cut anywhere holds no quote" {
	local file good=$VECTORS/quote-input/good
	for file in "$good"/{quote.bin,hex.txt,base64.txt,getquote.json,attest.json,attestation.bin,ra-tls.der}; do
		expect 0 "$QUOTE_INPUT" cuts "$file"
		same 0 "$output" "$file"
	done
}

# The simulated guest agent that other suites rely on: its registers are those an independent replay gives, and it lies
# as it is told. curl asks, sha384sum replays.
load ../../helpers
load helpers
load agent

setup_file() { need curl jq perl sha384sum; }

teardown() {
	[ -z "${AGENT:-}" ] || kill -9 "$AGENT" 2>/dev/null || true
}

# quote REPORT-DATA: asks for one; $T/quote is its digits, $T/log the event log.
quote() {
	call GetQuote "{\"report_data\":\"$1\"}" >answer
	same ' [200]' "$(tail -c 6 answer)"
	sed -i 's/ \[200\]$//' answer
	jq -r .quote answer >quote
	jq -r .event_log answer >log
}

at() { cut -c $(($1 * 2 + 1))-$((($1 + $2) * 2)) quote; } # OFFSET SIZE: digits of the quote

@test "it starts from what was captured" {
	agent_start
	quote "$(printf 'ab%.0s' {1..64})"
	same "$(jq -r .rtmr3 "$FIXTURES/near-mpc/tcb_info.json")" "$(at 520 48)" "RTMR3"
	same "$(at 520 48)" "$(<register)"
	same "$(jq -cS . "$FIXTURES/near-mpc/event_log.json")" "$(jq -cS . log)" "log"
	same "$(printf 'ab%.0s' {1..64})" "$(at 568 64)" "report data"
	same "$(od -An -v -tx1 -N 520 "$FIXTURES/near-mpc/quote.bin" | tr -d ' \n')" "$(at 0 520)" "up to RTMR3"
	same "$(tail -c +633 "$FIXTURES/near-mpc/quote.bin" | od -An -v -tx1 | tr -d ' \n')" "$(tail -c +1265 quote)" "the rest"
	call Info {} >info
	sed -i 's/ \[200\]$//' info
	same "$(jq -r .compose_hash "$FIXTURES/near-mpc/tcb_info.json")" "$(jq -r .compose_hash info)"
	same "$(jq -c '[.rtmr0, .rtmr1, .rtmr2, .rtmr3]' "$FIXTURES/near-mpc/tcb_info.json")" \
		"$(jq -r .tcb_info info | jq -c '[.rtmr0, .rtmr1, .rtmr2, .rtmr3]')"
	agent_stop
	[ ! -e agent ]
}

@test "short report data are filled with zeros" {
	agent_start
	quote 0x0102
	same "0102$(printf '00%.0s' {1..62})" "$(at 568 64)"
	quote ""
	same "$(printf '00%.0s' {1..64})" "$(at 568 64)"
}

@test "events extend RTMR3, and the log replays to it, stripped or not" {
	local fixture
	for fixture in near-mpc dstack-guest-agent-fixture; do
		agent_start -- $fixture
		quote 00
		same "$(replayed log)" "$(at 520 48)" "captured, $fixture"
		same ' [200]' "$(call EmitEvent '{"event":"app-id","payload":"000102030405060708090A0b0c0d0e0f10111213"}')"
		same ' [200]' "$(call EmitEvent '{"event":"system-ready","payload":""}')"
		same ' [200]' "$(call EmitEvent '{"event":"naïve \"x\"","payload":"0xff"}')"
		quote 00
		same "$(replayed log)" "$(at 520 48)" "extended, $fixture"
		same "$(replayed log)" "$(<register)" "file, $fixture"
		# spec: rtmr3-spec.md 1.4
		same "8afd336904cd928ad9bd019a89b31b387673ea9b07e82bb30fb9a65c80bb358548eb47ed2c57b8044a6e1f1533af243f" \
			"$(jq -r '.[-3].digest' log)"
		same "1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd" \
			"$(jq -r '.[-2].digest' log)"
		same '{"event":"naïve \"x\"","event_payload":"ff","event_type":134217729,"imr":3}' \
			"$(jq -cS '.[-1] | del(.digest)' log)"
		agent_stop
	done
	same "$(jq -cS . "$FIXTURES/dstack-guest-agent-fixture/vm_config.json")" "$(jq -r .vm_config answer | jq -cS .)"
}

@test "it refuses what a guest agent refuses" {
	agent_start
	same '{"error":"Method not found"} [404]' "$(call Nothing {})"
	[[ $(call GetQuote '{') == *"[400]" && $(call GetQuote '[]') == *"[400]" && $(call GetQuote '{}') == *"[400]" ]]
	[[ $(call GetQuote "{\"report_data\":\"$(printf '00%.0s' {1..65})\"}") == *"[400]" ]]
	[[ $(call EmitEvent '{"event":"a"}') == *"[400]" && $(call EmitEvent '{"event":"a","payload":"0"}') == *"[400]" ]]
	[[ $(curl -sS --unix-socket agent -w '[%{http_code}]' http://x/Info) == *"[405]" ]]
	same "$(jq -r .rtmr3 "$FIXTURES/near-mpc/tcb_info.json")" "$(<register)"
	same '/Nothing {}' "$(head -n 1 calls)"
	same '/EmitEvent {"event":"a","payload":"0"}' "$(sed -n 7p calls)"
	expect 64 "$TESTBIN/workspace/kettle/agent" --mode honest a "$FIXTURES/near-mpc"
	expect 2 "$TESTBIN/workspace/kettle/agent" a "$FIXTURES/qvl-sgx-v3"
}

@test "modes: old, error, silent-emit" {
	agent_start --mode old
	same '{"error":"Method not found"} [404]' "$(call EmitEvent '{"event":"a","payload":""}')"
	quote 00
	agent_stop
	agent_start --mode error
	[[ $(call GetQuote '{"report_data":""}') == '{"error":"'*'"} [500]' ]]
	[[ $(call EmitEvent '{"event":"a","payload":""}') == '{"error":"'*'"} [500]' ]]
	agent_stop
	agent_start --mode silent-emit
	same ' [200]' "$(call EmitEvent '{"event":"a","payload":""}')"
	quote 00
	same "$(jq -r .rtmr3 "$FIXTURES/near-mpc/tcb_info.json")" "$(at 520 48)"
	same "$(jq -cS . "$FIXTURES/near-mpc/event_log.json")" "$(jq -cS . log)"
	agent_stop
}

@test "modes: it lies" {
	agent_start --mode lie-report-data
	quote 00
	expect 1 test "$(printf '00%.0s' {1..64})" = "$(at 568 64)"
	agent_stop
	agent_start --mode lie-quote
	quote 00
	expect 1 test 5006 -eq $(($(wc -c <quote) / 2))
	agent_stop
	agent_start --mode lie-json
	call GetQuote '{"report_data":""}' >answer
	run jq . < <(sed 's/ \[200\]$//' answer)
	[ "$status" -ne 0 ] # which, versions differ in
	agent_stop
	agent_start --mode lie-log
	call EmitEvent '{"event":"a","payload":""}'
	quote 00
	same "$(jq -cS . "$FIXTURES/near-mpc/event_log.json")" "$(jq -cS . log)"
	same "$(extended "$(jq -r .rtmr3 "$FIXTURES/near-mpc/tcb_info.json")" "$(event_digest a '')")" "$(at 520 48)"
	agent_stop
}

@test "mode: it hangs, and ends all the same" {
	agent_start --mode hang
	expect 28 curl -sS --max-time 0.5 --unix-socket agent -d '{"report_data":""}' http://x/GetQuote
	expect 28 curl -sS --max-time 0.5 --unix-socket agent -d '{"report_data":""}' http://x/GetQuote
	agent_stop
	[ ! -e agent ]
}

# p256_holds QUOTE: the signature over header and body, by the key in the quote; spec: quote-spec.md 1.3
p256_holds() {
	head -c 632 "$1" >signed
	perl -0777 -e '
		open my $in, "<", $ARGV[0]; my $quote = <$in>;
		my ($signature, $point) = (substr($quote, 636, 64), substr $quote, 700, 64);
		sub give { open my $out, ">", shift; print $out @_ }
		my @half = map { s/^\0+(?=.)//sr } unpack "a32a32", $signature;
		@half = map { ord >= 128 ? "\0$_" : $_ } @half;
		give "signature", do { my $it = join "", map { pack "CC/a*", 2, $_ } @half; pack "CC/a*", 48, $it };
		# SubjectPublicKeyInfo of P-256: RFC 5480
		give "key", pack("H*", "3059301306072a8648ce3d020106082a8648ce3d03010703420004") . $point' "$1"
	openssl dgst -sha256 -verify <(openssl pkey -pubin -inform DER -in key) -signature signature signed
}

@test "with the test authority every quote is signed, and verifies with its collateral" {
	need openssl
	local made=$T/made
	"$TESTBIN/workspace/qvl/authority" "$made"
	agent_start --authority "$made"
	call EmitEvent '{"event":"kettle","payload":"00"}'
	quote "$(printf 'a5%.0s' {1..64})"
	jq -r .quote answer | perl -ne 'chomp; print pack "H*", $_' >quote.bin
	expect 0 p256_holds quote.bin
	same "$(<register)" "$(at 520 48)"
	same "$(printf 'a5%.0s' {1..64})" "$(at 568 64)"
	cmp <(head -c 184 "$made/quote.bin") <(head -c 184 quote.bin)
	cmp <(tail -c +185 "$FIXTURES/near-mpc/quote.bin" | head -c 336) <(tail -c +185 quote.bin | head -c 336)
	cmp <(tail -c +701 "$made/quote.bin") <(tail -c +701 quote.bin)
	cp -r "$made" answered
	cp quote.bin answered/
	expect 0 "$TESTBIN/workspace/qvl/verdict" sets answered
	same "answered holds UpToDate" "$output"
	cp quote.bin other.bin
	printf '\377' | dd of=other.bin bs=1 seek=568 conv=notrunc status=none
	expect 1 p256_holds other.bin
	expect 2 "$TESTBIN/workspace/kettle/agent" --authority "$FIXTURES/qvl-sgx-v3" a "$FIXTURES/near-mpc"
}

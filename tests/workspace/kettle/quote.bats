# The quote service, by curl, over the simulated guest agent.
load ../../helpers
load helpers
load agent

setup_file() { need curl jq perl sha384sum; }

teardown() {
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || true
	[ -z "${AGENT:-}" ] || kill -9 "$AGENT" 2>/dev/null || true
}

REQUESTS=$VECTORS/quote-request

# serve: the service at "./a folder/quote.sock" until `closed`.
serve() {
	mkdir -p -m 700 "a folder"
	mkfifo stop
	SOCKET="$T/a folder/quote.sock"
	"$TESTBIN/workspace/kettle/quote" serve "a folder/quote.sock" <stop >out 2>log 3>&- &
	PID=$!
	exec 8>stop
	holds grep -qs listening out
}

# serve_with MODE: the same, and an agent.
serve_with() {
	agent_start --mode "$1"
	export DSTACK_SIMULATOR_ENDPOINT=$T/agent
	serve
}

# closed: the service ends with 0 and takes its socket with it.
closed() {
	local got=0
	exec 8>&-
	wait "$PID" || got=$?
	PID=
	same 0 "$got" "exit status; log: $(<log)"
	[ ! -e "$SOCKET" ]
	same "" "$(<log)"
}

# ask PATH [CURL-ARGUMENT...]: $T/answer and $code
ask() {
	local path=$1
	shift
	# curl's addresses are short
	code=$(cd "a folder" && curl -sS --max-time 60 --unix-socket quote.sock -o ../answer -w '%{http_code}' "$@" "http://x$path" 3>&- 8>&-)
}

# says CODE TEXT: the last answer was an error whose text begins so, and nothing else.
says() {
	same "$1" "$code" "status; answer: $(<answer)"
	[[ $(jq -cr 'keys, .error' answer) == '["error"]'$'\n'"$2"* ]] || { echo "expected: $2"; cat answer; return 1; } >&2
}

@test "report data are those of the specification" {
	# spec: tunnel-spec.md 4; the key is that of 1.3
	local key=07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c nonce
	nonce=$(printf %02x {0..31})
	expect 0 "$TESTBIN/workspace/kettle/quote" report-data $key
	same 3cc54d9dc069180f333058251d7b3823dc2f674a7a1cb229704257dc8d83dbb6cb8d19c16a1e6ad2a9abdaf016191c4062d077d870aad49286bc2605a83d9bae "$output"
	expect 0 "$TESTBIN/workspace/kettle/quote" report-data $key "$nonce"
	same 30e716d9d425293361ae5fb6a17093f41592558689600e2fe1286eb2be1a0ba3c4e59f8b2a13895e3d2d5f7a13de39abac05638c0adcf71f697caf9ef09cc235 "$output"
	expect 0 "$TESTBIN/workspace/kettle/quote" report-data "$nonce" $key
	same "$({ printf teekit-x25519-v1: && bytes_of "$nonce$key"; } | sha512sum | cut -d' ' -f1)" "$output"
}

@test "a quote over every good request carries its report data, and is what the agent gave" {
	local file digits
	serve_with normal
	while read -r file digits; do
		ask /quote --data-binary "@$REQUESTS/good/$file"
		same 200 "$code" "$file: $(<answer)"
		same "POST /GetQuote {\"report_data\":\"$digits\"}" "POST $(tail -n 1 calls)" "$file"
		same "$digits" "$(jq -r .quote answer | base64 -d | tail -c +569 | head -c 64 | od -An -v -tx1 | tr -d ' \n')" "$file"
	done <"$REQUESTS/report-data"
	same "$(ls "$REQUESTS/good")" "$(cut -d' ' -f1 "$REQUESTS/report-data" | sort)" "requests in good/"
	same '["event_log","quote","runtime_data","tee_type","verifier_data","vm_config"]' "$(jq -c keys answer)"
	same '[null,"tdx",null,null]' "$(jq -c '[.runtime_data, .tee_type, .verifier_data, .vm_config]' answer)"
	same "$(jq -cS . "$FIXTURES/near-mpc/event_log.json")" "$(jq -r .event_log answer | jq -cS .)"
	cmp <(jq -r .quote answer | base64 -d | tail -c +633) <(tail -c +633 "$FIXTURES/near-mpc/quote.bin")
	closed
}

@test "the VM configuration is handed on as text, and the log with what was emitted" {
	agent_start -- dstack-guest-agent-fixture
	export DSTACK_SIMULATOR_ENDPOINT=$T/agent
	serve
	call EmitEvent '{"event":"kettle","payload":"00"}'
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	same 200 "$code"
	same "$(<"$FIXTURES/dstack-guest-agent-fixture/vm_config.json")" "$(jq -r .vm_config answer)"
	jq -r .event_log answer >log.json
	same kettle "$(jq -r '.[-1].event' log.json)"
	same "$(replayed log.json)" "$(jq -r .quote answer | base64 -d | tail -c +521 | head -c 48 | od -An -v -tx1 | tr -d ' \n')"
	closed
}

@test "every bad request is refused by name, and the agent is not asked" {
	local file
	serve_with normal
	for file in "$REQUESTS"/should-fail/*.json; do
		ask /quote --data-binary "@$file"
		says 400 "$(<"$file.reason")"
	done
	[ ! -e calls ]
	closed
}

@test "what is too large, elsewhere, or asked in another way" {
	serve_with normal
	head -c 16385 /dev/zero | tr '\0' ' ' >large
	ask /quote --data-binary "@$T/large"
	says 413 'the body is larger than 16384 bytes'
	{ cat "$REQUESTS/good/key.json" && head -c 16384 /dev/zero | tr '\0' ' '; } | head -c 16384 >full
	ask /quote --data-binary "@$T/full"
	same 200 "$code"
	ask /
	says 404 'there is POST /quote and GET /healthz'
	ask /quote/ -d {}
	says 404 'there is'
	ask /quote
	says 405 'there is no such method here'
	ask /quote -X PUT -d {}
	says 405 'there is no such method here'
	ask /healthz -d {}
	says 405 'there is no such method here'
	ask /quote -D "$T/headers"
	grep -qi '^allow: POST' headers
	ask /quote -H 'Transfer-Encoding: chunked' --data-binary "@$REQUESTS/good/key.json"
	says 501 'a body is taken whole'
	closed
}

@test "no agent: 501 with the reason, until one comes up" {
	local it
	for it in /var/run/dstack.sock /run/dstack.sock /var/run/dstack/dstack.sock /run/dstack/dstack.sock; do
		[ ! -e $it ] || skip "there is $it"
	done
	unset DSTACK_SIMULATOR_ENDPOINT
	serve
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	says 501 'no dstack guest agent: '
	[[ $(jq -r .error answer) == *'/var/run/dstack.sock'*'mount'* ]]
	ask /healthz
	same 200 "$code"
	same '{"agent":"absent","service":"quote","status":"ok","tee_type":"tdx"}' "$(<answer)"
	closed
	rm stop out
	export DSTACK_SIMULATOR_ENDPOINT=$T/agent
	serve
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	says 504 "$T/agent: GetQuote: "
	agent_start
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	same 200 "$code"
	ask /healthz
	same '{"agent":"simulator","service":"quote","status":"ok","tee_type":"tdx"}' "$(<answer)"
	closed
	rm stop out
	export DSTACK_SIMULATOR_ENDPOINT=elsewhere
	serve
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	says 501 'DSTACK_SIMULATOR_ENDPOINT: '
	ask /healthz
	says 500 'DSTACK_SIMULATOR_ENDPOINT: '
	closed
}

@test "an agent that answers what cannot be right: 502" {
	local pair
	for pair in "lie-report-data quote: its report data is not what was asked for" "lie-quote quote: not a TDX quote" "lie-json "; do
		serve_with "${pair%% *}"
		ask /quote --data-binary "@$REQUESTS/good/key.json"
		says 502 "$T/agent: GetQuote: ${pair#* }"
		closed
		agent_stop
		rm stop out
	done
}

@test "an agent that says no, or nothing: 504, and others are served meanwhile" {
	serve_with error
	ask /quote --data-binary "@$REQUESTS/good/key.json"
	says 504 "$T/agent: GetQuote: refused with status 500: failed to get quote"
	closed
	agent_stop
	rm stop out
	serve_with hang
	local i pids=()
	for i in 1 2 3; do
		(cd "a folder" && curl -sS --max-time 60 --unix-socket quote.sock -o "../answer.$i" -w '%{http_code}' \
			--data-binary "@$REQUESTS/good/key.json" http://x/quote >"../code.$i" 3>&- 8>&-) &
		pids+=($!)
	done
	ask /healthz
	same 200 "$code"
	for i in "${pids[@]}"; do wait "$i"; done
	for i in 1 2 3; do
		same 504 "$(<"code.$i")"
		[[ $(jq -r .error "answer.$i") == "$T/agent: GetQuote: "*"10 seconds"* ]]
	done
	closed
}

@test "fifty requests at once, each with its own report data" {
	local i list
	serve_with normal
	for i in {1..50}; do
		list=$(printf "$i,%.0s" {1..31})$i
		printf 'next\nurl = "http://x/quote"\nunix-socket = "quote.sock"\noutput = "../got.%s"\ndata = "{\\"publicKey\\":[%s]}"\n' \
			"$i" "$list"
	done | tail -n +2 >config
	(cd "a folder" && curl -sS --no-progress-meter --parallel --parallel-immediate --parallel-max 50 -K ../config 3>&- 8>&-)
	# shellcheck disable=SC2016
	jq -r .quote got.{1..50} | perl -MDigest::SHA=sha512_hex -MMIME::Base64 -ne '
		my $want = sha512_hex("teekit-x25519-v1:" . chr($.) x 32);
		my $got = unpack "H*", substr(decode_base64($_), 568, 64);
		$got eq $want or die "request $.: $got, not $want\n";
		END { $. == 50 or die "$. answers\n" }'
	closed
}

@test "its socket is its owner's alone" {
	serve_with normal
	same "600 socket" "$(stat -c '%a %F' "$SOCKET")"
	same "700" "$(stat -c %a "a folder")"
	local fd
	for fd in /proc/"$PID"/fd/*; do
		fd=$(readlink "$fd")
		[[ $fd != socket:* ]] || expect 1 grep -w "${fd//[!0-9]/}" <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
	done
	closed
}

# The whole loop: the image in a container, as compose starts it from what make deploy writes, with a guest agent of software that signs
# its quotes with the test authority's key; a client that asks the app for a quote over a fresh key, over HTTP; quote-verify against the
# release. Then what is wrong, each by its word.
load launcher
load captured

KEY=07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c
NONCE=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f

setup_file() {
	need podman-compose
	[ -d "$CAPTURED" ] || skip "needs $CAPTURED"
	launcher_setup
	export MADE=$BATS_FILE_TMPDIR/made
	"$TESTBIN/workspace/qvl/authority" "$MADE"
	"$TESTBIN/workspace/qvl/authority" --break debug "$MADE/debug"
}

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	mkdir app
	# What it answers is what its quote service says.
	cat >app/app.ts <<-'EOT'
		export default {
			async fetch(request: Request, env: any): Promise<Response> {
				if (new URL(request.url).pathname !== "/quote") return new Response("there\n");
				return env.QUOTE_SERVICE.fetch("http://quote/quote", { method: "POST", body: await request.text() });
			},
		};
	EOT
	deployed quote
}

teardown() { undeploy; }

# asked [NAME=VALUE]: the app runs, with that in its environment; ./answer is what it answers to a client's key and nonce.
asked() {
	started "$@"
	get "http://127.0.0.1:$PORT/quote" --data "$(jq -nc --arg key "$KEY" --arg nonce "$NONCE" '
		def numbers: [range(0; length; 2) as $i | .[$i:$i + 2] | explode | map(if . > 96 then . - 87 else . - 48 end) | .[0] * 16 + .[1]];
		{publicKey: ($key | numbers), nonce: ($nonce | numbers)}')" >answer
}

# told: as if it had been asked without the app, over the same key. spec: tunnel-spec.md 4
told() {
	local data
	data=$({ printf 'teekit-x25519-v1:'; bytes "$KEY$NONCE"; } | openssl dgst -sha512 -r | cut -c-128)
	curl -sS --unix-socket agent.sock -d "{\"report_data\":\"$data\"}" http://x/GetQuote >answer
}

# judged STATUS WORDS REASONS [OPTION...]
judged() {
	expect "$1" quote-verify --json --quote answer --root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" \
		--release release --bind "teekit-x25519-v1:$KEY:$NONCE" "${@:4}"
	same "$2" "$(jq -r '"\(.verify.holds) \(.check.holds) \(.judge.holds)"' <<<"$output")"
	same "$3" "$(jq -r '[.verify, .check, .judge | .reasons[]] | map(select(. != "verify-failed")) | join(" ")' <<<"$output")"
}

failed() { jq -r '[.judge.checks[] | select(.state == "does not hold").name] | join(" ")' <<<"$output"; }

@test "image, manifest, app, settings and key: all hold, and each that is another is told" {
	agent
	asked
	judged 0 'true true true' ''
	same false "$(jq .root.intel <<<"$output")"
	same "$DIGEST" "sha256:$(jq -r '.judge.checks[] | select(.name == "image").expected' <<<"$output")"
	cp answer good

	# Another key, or an older answer.
	judged 1 'true true false' differs --expected "report-data=${KEY}${KEY}"
	expect 1 quote-verify --quote answer --root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --bind "teekit-x25519-v1:$KEY:$KEY"
	# A log without its end.
	jq '.event_log |= (fromjson | .[:-1] | tojson)' good >answer
	judged 1 'true false false' 'register-differs check-failed'
	# A log without anything but the app's part, and without digests.
	jq '.event_log |= (fromjson | map(select(.imr == 3)) | map(.digest = "") | tojson)' good >answer
	judged 0 'true true true' ''
	# Old collateral: two months on.
	cp good answer
	judged 1 'false null null' "$(jq -r '.verify.reasons[0]' <<<"$(quote-verify --json --quote good --root "$MADE/root.pem" --collateral "$MADE/collateral.json" \
		--at $(($(<"$MADE/at") + 5184000)))")" --at $(($(<"$MADE/at") + 5184000))
	[[ $(jq -r '.verify.reasons[0]' <<<"$output") == *-expired ]]
	# After the boot somebody has an event made that looks like one of the boot.
	emit compose-hash "$(printf '%064d' 0)"
	told
	judged 0 'true true true' ''
	judged 1 'true true false' differs --expected "compose-hash=$(printf '%064d' 0)"
	# Intel has not signed any of it.
	expect 1 quote-verify --json --quote answer --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")"
	same root-mismatch "$(jq -r '.verify.reasons | join(" ")' <<<"$output")"
}

@test "another manifest" {
	echo '// another' >>app/app.ts
	manifest app/app.ts
	agent
	asked
	judged 1 'true true false' differs
	same 'kettle-manifest kettle-app' "$(failed)"
}

@test "another environment" {
	agent
	asked KETTLE_DB_DIR=/tmp/data
	judged 1 'true true false' differs
	same 'kettle-config' "$(failed)"
}

@test "another image: another compose text, so another compose hash" {
	sed "s/${DIGEST#sha256:}/$(printf '%064d' 0)/" app-compose.json >other.json
	expect 1 cmp -s app-compose.json other.json
	fixture other.json
	agent
	told
	judged 1 'true true false' 'differs missing'
	same 'mr-config-id app-id compose-hash kettle' "$(failed)"
}

@test "a TD that its host can look into" {
	agent "$MADE/debug"
	told
	judged 1 'false null null' debug
}

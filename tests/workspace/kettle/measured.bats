# Rows of docs/measured.md, by their names: what kettle measures, in what it tells a simulated agent. What TDX and dstack
# measure is in measured-vm.bats; what kettle believes of an agent, in measured-confirmed.bats.
load ../../helpers
load ../qvl/helpers
load helpers
load measure

PAGE=$ROOT/docs/measured.md
# payload NAME: of a runtime event of the simulator's fixture.
payload() {
	jq -r --arg name "$1" '.[] | select(.imr == 3 and .event == $name) | .event_payload' "$FIXTURE/event_log.json"
}

sha256() {
	sha256sum | cut -c-64
}

# hello: an app in app.ts, with a manifest.
hello() {
	app <<<'export default () => new Response("Hello")'
}

# launched [ARGUMENT...]: serves, with a simulated agent; always on the same port and data folder.
launched() {
	parts
	[ -n "${AGENT_PID:-}" ] || agent_start
	PORT=${PORT:-$(free_port)}
	DSTACK_SIMULATOR_ENDPOINT=$AGENT run_launch --port "$PORT" --db-dir "$DATA" "$@" || {
		cat log >&2
		return 1
	}
}

# emits [ARGUMENT...]: what such a start tells the agent: `NAME PAYLOAD` a line.
emits() {
	[ ! -e calls ] || : >calls
	launched "$@"
	emitted
	stop 0
}

config() { # [STATIC]
	printf '{"db_dir":"%s","port":%s,"require_measured":false,"static_sha256":%s}' "$DATA" "$PORT" "${1:-null}"
}

# The rows of the page, and of the tests that name one.
rows() {
	sed -n 's/^| `\([a-z-]*\)` |.*/\1/p' "$PAGE" | grep -v '^kettle-'
}

@test "every row has a test, and every test its row" {
	local rows tests
	# Not rows: the members of a payload, by their underscores or by name.
	rows=$(rows | grep -vx port | sort)
	tests=$(grep -h -o '^@test "measured: [a-z-]*: ' "$ROOT"/tests/workspace/kettle/measured*.bats "$ROOT"/tests/end-to-end/*.bats |
		sed 's/.*measured: \(.*\): /\1/' | sort -u)
	same "$rows" "$tests"
	same "$rows" "$(sort -u <<<"$rows")" "a row twice"
	[ "$(wc -l <<<"$rows")" -gt 30 ]
}

@test "measured: environment-values: no boot event is of them, and none of kettle's" {
	captured
	local known folder
	# spec: rtmr3-spec.md 2
	known='["system-preparing","rootfs-hash","app-id","compose-hash","instance-id","boot-mr-done","mr-kms","os-image-hash","key-provider","storage-fs","system-ready"]'
	for folder in near-mpc dstack-guest-agent-fixture dstack-examples-rtmr3 dstack-tdx-lite-getquote dstack-verifier-quote-report; do
		same '[]' "$(jq -c --argjson known "$known" 'map(select(.imr == 3).event) | .[:index("system-ready") + 1] - $known' \
			"$QUOTES/$folder/event_log.json")" "$folder"
	done
	hello
	emits >first
	SECRET_VALUE=$(printf 'x%.0s' {1..40}) emits >second
	same "$(<first)" "$(<second)"
}

@test "measured: launcher: another one emits the same events" {
	hello
	emits >first
	mkdir -p other/bin other/lib
	cp "$BIN/kettle" other/bin/
	cp -rL "${BIN%/bin}/lib/kettle" other/lib/kettle
	ln -s "$(realpath "${BIN%/bin}/lib/node_modules")" other/lib/node_modules
	printf '// changed\n' >>other/lib/kettle/entry.js
	KETTLE=$T/other/bin/kettle
	emits >second
	same "$(<first)" "$(<second)"
	same 0 "$(grep -c '' <(grep -v '^kettle-\(manifest\|app\|config\) ' first))" "other events"
}

@test "measured: libraries: they come from a lock, and change no event" {
	need jq
	local lock
	lock=$(echo "$ROOT"/images/kettle-launcher/*-libraries/npm/package-lock.json)
	same true "$(jq '.packages["node_modules/hono"].integrity | startswith("sha512-")' "$lock")"
	same true "$(jq '[.packages | to_entries[] | select(.key != "") | .value.integrity | startswith("sha512-")] | all' "$lock")"
	app <<<'import { Hono } from "hono"; const app = new Hono(); app.get("/", (c) => c.json("Hello")); export default app;'
	emits >first
	same "kettle-app $(sha256 <app.ts)" "$(sed -n 2p first)"
	# Another hono, which gives itself away.
	mkdir -p other/bin other/lib/node_modules
	cp "$BIN/kettle" other/bin/
	cp -rL "${BIN%/bin}/lib/kettle" other/lib/kettle
	ln -s "$(realpath "${BIN%/bin}/lib/node_modules")"/* other/lib/node_modules/
	rm other/lib/node_modules/hono
	cp -rL "${BIN%/bin}/lib/node_modules/hono" other/lib/node_modules/hono
	find other/lib/node_modules/hono -name '*.js' -exec chmod u+w {} + -exec sed -i 's,application/json,application/changed,g' {} +
	KETTLE=$T/other/bin/kettle
	: >calls
	launched
	[[ $(curl -sS --max-time 60 -o out.txt -w '%{content_type}' "http://127.0.0.1:$PORT/") == application/changed ]]
	stop 0
	same "$(<first)" "$(emitted)"
}

@test "measured: manifest: the SHA-256 of its bytes" {
	hello
	emits >first
	same "kettle-manifest $(sha256 <manifest.json)" "$(sed -n 1p first)"
	# The same app, said with other bytes.
	printf ' ' >>manifest.json
	emits >second
	same "kettle-manifest $(sha256 <manifest.json)" "$(sed -n 1p second)"
	same "$(sed 1d first)" "$(sed 1d second)"
	[ "$(<first)" != "$(<second)" ]
}

@test "measured: manifest-place: another place with the same bytes emits the same" {
	hello
	emits >first
	mkdir "other place"
	cp manifest.json app.ts "other place"
	KETTLE_MANIFEST="file://$T/other%20place/manifest.json" emits >second
	same "$(<first)" "$(<second)"
	emits "$T/other place/manifest.json" >third
	same "$(<first)" "$(<third)"
}

@test "measured: app: the SHA-256 of its bytes" {
	hello
	emits >first
	same "kettle-app $(sha256 <app.ts)" "$(sed -n 2p first)"
	app <<<'export default () => new Response("Hello.")'
	emits >second
	same "kettle-app $(sha256 <app.ts)" "$(sed -n 2p second)"
	[ "$(sed -n 2p first)" != "$(sed -n 2p second)" ]
}

@test "measured: bundle: there is no event for it" {
	hello
	emits >first
	same "kettle-manifest kettle-app kettle-config" "$(cut -d' ' -f1 first | paste -sd' ')"
	same "kettle-app $(sha256 <app.ts)" "$(sed -n 2p first)"
}

@test "measured: settings: port, data folder with links resolved, whether measuring is required" {
	hello
	emits >first
	same "kettle-config $(config | hex)" "$(sed -n 3p first)"
	mkdir "other data"
	ln -s "other data" link
	local real=$T/other\ data
	DATA="link" emits >second
	DATA=$(realpath "$real")
	same "kettle-config $(config | hex)" "$(sed -n 3p second)"
	# Required: a simulator does not do, but is told.
	: >calls
	DSTACK_SIMULATOR_ENDPOINT=$AGENT expect 1 "$KETTLE" launch --port "$PORT" --db-dir "$DATA" --require-measured
	same "kettle-config $(config | sed 's/false/true/' | hex)" "$(emitted | sed -n 3p)"
}

@test "measured: settings-source: variables and options that say the same emit the same" {
	hello
	emits >first
	parts
	: >calls
	DSTACK_SIMULATOR_ENDPOINT=$AGENT KETTLE_PORT=$PORT KETTLE_DB_DIR=$DATA KETTLE_STATIC='' KETTLE_REQUIRE_MEASURED=0 run_launch
	same "$(<first)" "$(emitted)"
	stop 0
}

@test "measured: static-files: the digest of their list" {
	hello
	mkdir -p static/assets
	printf '<p>Hello\n' >static/index.html
	printf 'a' >"static/assets/a b.txt"
	emits --static static >first
	local digest
	digest=$(cd static && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256)
	same "kettle-config $(config "\"$digest\"" | hex)" "$(sed -n 3p first)"
	printf 'b' >"static/assets/a b.txt"
	emits --static static >second
	[ "$(sed -n 3p first)" != "$(sed -n 3p second)" ]
	# The page says how anybody computes it.
	grep -qF "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum" "$PAGE"
}

@test "measured: tunnel: its options change no event" {
	hello
	emits >first
	emits --encrypted-only / --version-2-only --key-seconds 60 >second
	same "$(<first)" "$(<second)"
}

@test "measured: tunnel-key: it is in no event; a quote is asked for over it" {
	local before
	hello
	emits >first
	: >calls
	launched
	before=$(grep -c '^/GetQuote ' calls)
	expect 0 tunnel-fetch --insecure-no-verify --no-nonce "http://127.0.0.1:$PORT/"
	same Hello "$output"
	same $((before + 1)) "$(grep -c '^/GetQuote ' calls)"
	stop 0
	same "$(<first)" "$(emitted)"
}

@test "measured: verbosity: the events are the same" {
	hello
	emits >first
	emits --verbose >second
	same "$(<first)" "$(<second)"
}

@test "measured: ways: a proxy, certificates and the folder for temporary files change nothing" {
	hello
	emits >first
	mkdir "$T/other tmp"
	https_proxy=http://127.0.0.1:9 SSL_CERT_FILE=/nowhere TMPDIR="$T/other tmp" emits >second
	same 3 "$(wc -l <second)"
	same "$(<first)" "$(<second)"
	same "" "$(ls -A "$T/other tmp")"
}

@test "measured: loader-variables: kettle runs another library, and the events are the same" {
	need ldd
	local library
	hello
	emits >first
	library=$(ldd "$BIN/kettle" | sed -n 's/.*libcrypto.* => \(.*\) (.*/\1/p')
	[ -n "$library" ] || skip "needs a kettle that is linked with libcrypto"
	mkdir given
	cp "$library" given/
	: >calls
	LD_LIBRARY_PATH="$T/given" launched
	grep -qF "$T/given/" "/proc/$PID/maps"
	same "$(<first)" "$(emitted)"
	stop 0
}

@test "measured: data: what is in the folder changes nothing" {
	hello
	emits >first
	mkdir -p "$DATA"
	printf 'something' >"$DATA/something"
	emits >second
	same "$(<first)" "$(<second)"
}

@test "measured: secrets: what an app keeps or reads changes nothing" {
	app <<-'END'
		export default { async fetch(request, env) {
			env.DO_STORAGE.sql.exec("CREATE TABLE IF NOT EXISTS secret (text)");
			env.DO_STORAGE.sql.exec("INSERT INTO secret VALUES (?)", crypto.randomUUID());
			return new Response("kept"); } };
	END
	emits >first
	launched
	same kept "$(get /)"
	stop 0
	emits >second
	same "$(<first)" "$(<second)"
}

@test "measured: order: manifest, app, settings, and the worker after them" {
	hello
	emits >first
	same "kettle-manifest kettle-app kettle-config" "$(cut -d' ' -f1 first | paste -sd' ')"
	agent_stop
	rm calls
	agent_start --mode hang
	DSTACK_SIMULATOR_ENDPOINT=$AGENT "$KETTLE" launch --port "$PORT" --db-dir "$DATA" >out 2>log 3>&- &
	PID=$!
	holds test -s calls
	same "kettle-manifest" "$(emitted | cut -d' ' -f1)"
	run ! get /
	same 0 "$(grep -c "serving on port" log)"
	stop 143
}

@test "measured: encoding: the page's example prints what the page says, and kettle computes the same" {
	need openssl
	sed -n '/^```sh$/,/^```$/p' "$PAGE" | sed '1d;$d' >example
	sed -n '/^```text$/,/^```$/p' "$PAGE" | sed '1d;$d' >printed
	[ -s example ] && [ -s printed ]
	expect 0 bash -eu example
	same "$(<printed)" "$output"
	expect 0 "$MEASURE" events "$(sha256 <manifest.json)" "$(sha256 <app.ts)" - /data 3001 true
	same "$(sed -n 's/^[123] //p' printed)" "$(printf '%s\n' "$output" | sed 's/.* digest //')"
	same "$(hex <config)" "$(sed -n 's/^event kettle-config payload \(.*\) digest .*/\1/p' <<<"$output")"
	same "$(sed -n 's/^rtmr3 //p' printed)" "$(sed -n 's/^[123] //p' printed | extended)"
	# dstack's type, register and digest: spec: rtmr3-spec.md 1.2, as a real machine has them.
	captured
	same "134217729 $(event_digest mpc-image-digest "$(payload mpc-image-digest)")" \
		"$(jq -r '.[-1] | "\(.event_type) \(.digest)"' "$FIXTURE/event_log.json")"
}

@test "measured: prediction: computed beforehand, they are what kettle emits and RTMR3 becomes" {
	hello
	agent_start
	PORT=$(free_port)
	{
		event_digest kettle-manifest "$(sha256 <manifest.json)"
		event_digest kettle-app "$(sha256 <app.ts)"
		event_digest kettle-config "$(config | hex)"
	} >digests
	extended "$(fixture_rtmr3)" <digests >predicted
	parts
	expect 0 "$KETTLE" launch --check --port "$PORT" --db-dir "$DATA"
	same "$(<digests)" "$(sed -n 's/^kettle: event kettle-.* digest //p' <<<"$stderr")"
	launched
	stop 0
	same "$(<predicted)" "$(<rtmr3)"
}

@test "measured: restart: each start extends the three again" {
	hello
	emits >first
	same "$(emitted_fold)" "$(<rtmr3)"
	launched
	stop 0
	same "$(cat first first)" "$(emitted)"
	same "$(emitted_fold)" "$(<rtmr3)"
}

@test "measured: stopped: at once, with 128 and the signal's number" {
	hello
	parts
	agent_start --mode hang
	PORT=$(free_port)
	DSTACK_SIMULATOR_ENDPOINT=$AGENT "$KETTLE" launch --port "$PORT" --db-dir "$DATA" >out 2>log 3>&- &
	PID=$!
	holds test -s calls
	local began=$SECONDS
	stop 143
	[ $((SECONDS - began)) -lt 8 ] # when what asks the agent would be killed
	same 0 "$(grep -c "not measured" log)"
	grep -q "stopped by SIGTERM" log
}

@test "measured: said: one line, and the app is served" {
	hello
	agent_start --mode old
	launched
	same Hello "$(get /)"
	stop 0
	same 1 "$(grep -c "not measured: " log)"
	[[ $(grep "not measured: " log) == *"not measured: $AGENT: EmitEvent: refused with status 404"* ]]
}

@test "measured: unmeasured: RTMR3 keeps the events of the start before" {
	[ ! -S /run/dstack.sock ] && [ ! -S /run/dstack/dstack.sock ] || skip "needs a machine without a dstack agent"
	hello
	emits >first
	cp rtmr3 before
	app <<<'export default () => new Response("another")'
	run_launch --port "$PORT" --db-dir "$DATA" # without the agent, which still runs
	same another "$(get /)"
	stop 0
	same "$(<before)" "$(<rtmr3)"
	same "$(<first)" "$(emitted)"
}

@test "measured: required: it does not start" {
	hello
	parts
	agent_start --mode old
	PORT=$(free_port)
	DSTACK_SIMULATOR_ENDPOINT=$AGENT expect 1 "$KETTLE" launch --require-measured --port "$PORT" --db-dir "$DATA"
	[[ $stderr == *"not measured: $AGENT: EmitEvent: refused with status 404"* ]]
	[[ $output$stderr != *"serving on port"* ]]
	same "" "$(ls -A "$TMPDIR")" "left in TMPDIR"
}

@test "measured: no-agent: not measured" {
	[ ! -S /run/dstack.sock ] && [ ! -S /run/dstack/dstack.sock ] || skip "needs a machine without a dstack agent"
	hello
	parts
	start
	stop 0
	same 1 "$(grep -c "not measured: there is no guest agent" log)"
}

@test "measured: kernel-log: kettle's log has a line for each event" {
	hello
	emits >first
	local name payload
	while read -r name payload; do
		same 1 "$(grep -c "event $name payload $payload digest $(event_digest "$name" "$payload")" log)" "$name"
	done <first
	same 3 "$(wc -l <first)"
}

@test "measured: simulator: it gets the events, and nothing is measured" {
	hello
	emits >first
	same 3 "$(wc -l <first)"
	grep -q "not measured: $AGENT: DSTACK_SIMULATOR_ENDPOINT names it, and a simulator's registers prove nothing" log
	DSTACK_SIMULATOR_ENDPOINT=$AGENT expect 1 "$KETTLE" launch --require-measured --port "$PORT" --db-dir "$DATA"
}

@test "measured: hanging: ten seconds, and the app is served" {
	hello
	agent_start --mode hang
	local began=$SECONDS
	launched
	[ $((SECONDS - began)) -ge 9 ]
	[ $((SECONDS - began)) -le 40 ]
	stop 0
	same 1 "$(grep -c "not measured: $AGENT: EmitEvent: " log)"
	same 1 "$(wc -l <calls)" "calls"
}

@test "measured: quotes: one is given though nothing is measured" {
	app <<-'END'
		export default { async fetch(request, env) {
			const body = JSON.stringify({ publicKey: Array(32).fill(1) });
			return env.QUOTE_SERVICE.fetch("http://quote/quote", { method: "POST", body });
		} };
	END
	agent_start --mode old
	launched
	get / >quote
	stop 0
	same 1 "$(grep -c "not measured: " log)"
	same "$(fixture_rtmr3)" "$(jq -r .quote quote | openssl base64 -d -A | tail -c +521 | head -c 48 | hex)"
}

# kettle launch from anywhere: manifests and apps by URL, and every way in which they are not had.
load ../../helpers
load helpers
load ../../web

teardown() {
	web_stop
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || true
}

web() {
	need perl socat openssl
	unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY http_proxy
	web_start "${1:-good}"
	CHECK=(kettle launch --check --db-dir "$DATA" --port "$(free_port)")
}

# publish [APP]: stdin becomes an app on the web with a manifest.
publish() {
	cat >"web/${1:-app.ts}"
	manifest "web/${1:-app.ts}" web/manifest.json
}

digest() { sha256sum <"$1" | cut -c-64; }

# holds_for PLACE FILE: what the check said last is about the app at PLACE (a glob), which has the bytes of FILE.
holds_for() {
	# shellcheck disable=SC2027,SC2053,SC2154
	[[ ${stderr_lines[-1]} == "kettle: "$1": sha256 $(digest "$2"), holds and bundles" ]] || {
		printf 'expected of %s that it holds: %s\n' "$1" "$stderr" >&2
		return 1
	}
}

# fails STATUS REASON WHAT ARGUMENT...: that one line, and nothing left.
fails() {
	local status=$1 reason=$2 what=$3
	shift 3
	expect "$status" timeout 100 "${CHECK[@]}" "$@"
	same "kettle: $what: $reason" "$stderr"
	same "" "$output"
	same "" "$(ls -A "$TMPDIR")" "left in TMPDIR"
}

@test "a manifest by https://, its app beside it: serves" {
	parts
	web
	publish <<<'export default () => new Response("from afar")'
	start "$WEBS/files/manifest.json"
	same "from afar" "$(get /)"
	grep -q "$WEBS/files/app.ts: sha256 $(digest web/app.ts), serving on port $PORT" log
	stop 0
	# Each was asked for once.
	same 2 "$(web_asked)"
}

@test "the ways to name one: holds" {
	parts
	web
	publish <<<'export default () => new Response("x")'
	local pin
	pin="#sha256=$(digest web/manifest.json)"
	for name in "$WEBS/files/manifest.json" "$WEB/files/manifest.json" "$WEBS/chunked/manifest.json" \
		"$WEBS/files/manifest.json$pin" "web/manifest.json$pin" "file://$T/web/manifest.json$pin" \
		"$WEBS/first/503/manifest.json" "$WEBS/first-cut/manifest.json" "$WEBS/files/manifest.json?x=/y/"; do
		expect 0 "${CHECK[@]}" "$name"
		holds_for "*app.ts" web/app.ts
	done
	expect 0 env KETTLE_MANIFEST="$WEBS/files/manifest.json${pin^^[A-F]}" "${CHECK[@]}"
	expect 0 env KETTLE_MANIFEST=nowhere.json "${CHECK[@]}" "$WEBS/files/manifest.json"
}

@test "an app by URL, from a manifest that is a file, and beside the URL that a redirect led to" {
	parts
	web
	mkdir web/deep
	publish deep/app.mjs <<<'export default () => new Response("x")'
	local sha256
	sha256=$(digest web/deep/app.mjs)
	for app in "$WEBS/files/deep/app.mjs" "$WEB/files/deep/app.mjs" "$WEBS/files/deep/app.mjs?raw=1" "file://$T/web/deep/app.mjs"; do
		printf '{"app": "%s", "sha256": "%s"}' "$app" "$sha256" >manifest.json
		expect 0 "${CHECK[@]}"
		holds_for "${app#file://}" web/deep/app.mjs
	done
	printf '{"app": "app.mjs", "sha256": "%s"}' "$sha256" >web/deep/manifest.json
	expect 0 "${CHECK[@]}" "$WEBS/to?$WEBS/files/deep/manifest.json"
	holds_for "$WEBS/files/deep/app.mjs" web/deep/app.mjs
	for app in /files/deep/app.mjs ./deep/app.mjs deep/./app.mjs; do
		printf '{"app": "%s", "sha256": "%s"}' "$app" "$sha256" >web/manifest.json
		expect 0 "${CHECK[@]}" "$WEBS/files/manifest.json"
		holds_for "$WEBS/files/deep/app.mjs" web/deep/app.mjs
	done
	printf '{"app": "../files/app.mjs", "sha256": "%s"}' "$sha256" >web/manifest.json
	fails 2 "app: '..' in a relative URL" "$WEBS/files/manifest.json" "$WEBS/files/manifest.json"
}

@test "a manifest given as text: as an argument, from the environment, measured as it is" {
	parts
	web
	publish <<<'export default () => new Response("x")'
	local sha256 text app
	sha256=$(digest web/app.ts)
	for app in "$WEBS/files/app.ts" "$T/web/app.ts" "file://$T/web/app.ts"; do
		text="{ \"app\": \"$app\", \"sha256\": \"$sha256\" }"
		expect 0 env KETTLE_MANIFEST=nowhere.json "${CHECK[@]}" "$text"
		holds_for "${app#file://}" web/app.ts
		[[ $stderr == *"event kettle-manifest payload $(printf %s "$text" | sha256sum | cut -c-64) "* ]]
		expect 0 env KETTLE_MANIFEST="$text" "${CHECK[@]}"
		holds_for "${app#file://}" web/app.ts
	done
	local what="the manifest given as text"
	fails 2 "app: 'app.ts' is relative, and a manifest given as text is in no place; write an absolute path or a URL" \
		"$what" "{\"app\":\"app.ts\",\"sha256\":\"$sha256\"}"
	fails 2 "b: unknown member" "$what" "{\"app\":\"/app.ts\",\"b\":1,\"sha256\":\"$sha256\"}"
	fails 2 "larger than 65536 bytes" "$what" "{$(printf '%065536d' 0)}"
	# Only who starts it may give one: a manifest's app is never a text.
	printf '{"app": "{}", "sha256": "%s"}' "$sha256" >manifest.json
	fails 2 "not a .ts, .js or .mjs file" "./{}"
	# What is a file's name says where it is.
	cp web/manifest.json '{x'
	cp web/app.ts .
	expect 0 "${CHECK[@]}" './{x'
}

@test "through a proxy" {
	parts
	web
	publish <<<'export default () => new Response("x")'
	web_proxy
	expect 0 env https_proxy="$WEB_PROXY" "${CHECK[@]}" https://web.example/files/manifest.json
	same 2 "$(wc -l <"$WEB_LOG.proxy")"
}

@test "a pin that is not the manifest's: a verdict, before anything parses it" {
	web
	echo 'not JSON' >web/manifest.json
	local zero where
	zero=$(printf '%064d' 0)
	for where in "$WEBS/files/manifest.json" web/manifest.json "file://$T/web/manifest.json"; do
		fails 1 "sha256 is $(digest web/manifest.json), the pin says $zero" "${where#file://}" "$where#sha256=$zero"
		for pin in "" 00 "${zero}0" "${zero%0}g" "$zero#" "$zero "; do
			fails 2 "#sha256= is not followed by 64 hexadecimal digits and the end" "$where#sha256=$pin" "$where#sha256=$pin"
		done
	done
	fails 2 "a URL's '#' can only begin a pin, #sha256= and 64 hexadecimal digits" "$WEBS/m.json#main" "$WEBS/m.json#main"
	same 1 "$(web_asked)"
}

@test "an app that is not the one in the manifest: a verdict" {
	web
	publish <<<'before'
	local before
	before=$(digest web/app.ts)
	echo 'after' >web/app.ts
	fails 1 "sha256 is $(digest web/app.ts), the manifest says $before; publish it again if you changed it" "$WEBS/files/app.ts" "$WEBS/files/manifest.json"
}

@test "a manifest that is none, by URL" {
	web
	local at=$WEBS/files/manifest.json
	echo '<!DOCTYPE html>' >web/manifest.json
	fails 2 "not a manifest, which is a JSON object; make one of an app: kettle publish-local app.ts" "$at" "$at"
	echo '{' >web/manifest.json
	expect 2 "${CHECK[@]}" "$at"
	one_line "$stderr" "kettle: $at: offset 2: "
	printf '{"app": "app.ts", "sha256": "%064d", "port": 1}' 0 >web/manifest.json
	expect 2 "${CHECK[@]}" "$at"
	one_line "$stderr" "port"
	printf '{"app": "app.ts", "sha256": "%064d"}%65536s' 0 ' ' >web/manifest.json
	fails 2 "larger than 65536 bytes" "$at" "$at"
	fails 2 "larger than 65536 bytes" "$WEBS/chunked/manifest.json" "$WEBS/chunked/manifest.json"
	fails 2 "larger than 65536 bytes" "$WEBS/endless" "$WEBS/endless"
}

@test "an app that is too large, by URL" {
	web
	head -c $((5 << 20)) /dev/zero | tr '\0' ' ' | publish
	echo >>web/app.ts
	fails 2 "larger than 5242880 bytes" "$WEBS/files/app.ts" "$WEBS/files/manifest.json"
}

@test "what a server can do wrong: one line each" {
	web
	publish <<<'export default () => new Response("x")'
	fails 2 "more than 5 redirects" "$WEBS/loop" "$WEBS/loop"
	fails 2 "a redirect from https:// to http://" "$WEBS/to?$WEB/files/manifest.json" "$WEBS/to?$WEB/files/manifest.json"
	fails 2 "the server answers with status 404" "$WEBS/files/none.json" "$WEBS/files/none.json"
	fails 2 "the server answers with status 204" "$WEBS/status/204" "$WEBS/status/204"
	fails 75 "the server answers with status 503" "$WEBS/status/503" "$WEBS/status/503"
	fails 75 "cut off after $(($(wc -c <web/manifest.json) / 2)) bytes" "$WEBS/cut/manifest.json" "$WEBS/cut/manifest.json"
	fails 75 "cannot connect to 127.0.0.1 port 1: Connection refused" https://127.0.0.1:1/m.json https://127.0.0.1:1/m.json
	fails 2 "http:// is for this machine's own addresses only; use https://" http://example.org/m.json http://example.org/m.json
	fails 2 "a URL with a user or a password is not supported" https://a:b@localhost/ https://a:b@localhost/
}

@test "certificates: refused" {
	web expired
	fails 2 "its certificate is refused: certificate has expired" "$WEBS/files/m.json" "$WEBS/files/m.json"
	web_tls other
	fails 2 "its certificate is refused: hostname mismatch" "https://localhost:$WEB_TLS_PORT/m.json" "https://localhost:$WEB_TLS_PORT/m.json"
	web_tls selfsigned
	fails 2 "its certificate is refused: self-signed certificate" "https://localhost:$WEB_TLS_PORT/" "https://localhost:$WEB_TLS_PORT/"
	same 0 "$(web_asked)"
}

@test "stopped while it fetches, from a server that stalls" {
	web
	for signal in TERM INT; do
		: >"$WEB_LOG"
		"${CHECK[@]}" "$WEBS/stall" 2>log 3>&- &
		PID=$!
		holds grep -q /stall "$WEB_LOG"
		kill "-$signal" "$PID"
		ended $((128 + $(kill -l $signal)))
		same "kettle: $WEBS/stall: stopped by SIG$signal" "$(<log)"
	done
}

# A page in Chromium: it opens the tunnel, verifies the quote that the test authority signed, with WebCrypto, then asks, posts bytes, and keeps
# a WebSocket.
load helpers

setup_file() {
	need chromium
	tunnel_setup
}
setup() {
	tunnel_scratch
	backend
}
teardown() { tunnel_clear; }

# visit QUERY URL...: what the page tells of each tunnel, in page.json.
visit() {
	local query=$1
	shift
	listens page node "$TUNNEL/page_server.cjs" "${PINNED:-$MADE/root.pem}"
	background chromium chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$T/profile" \
		"http://127.0.0.1:$PORT/?at=$(<"$MADE/at")&$query$(printf '&tunnel=%s/' "$@")"
	SECONDS_TO_START=300 holds chromium grep -qs '^\[' "$T/page.out"
	kill "${RUNNING[-1]}"
	wait "${RUNNING[-1]}" || true
	grep '^\[' "$T/page.out" >page.json
}

# What it can do over a version.
whole() { # VERSION
	jq -S . <<-EOT
		[{"version": $1, "status": 200, "body": "there\n", "posted": true, "socket": {"got": ["one", [0, 255, 128], "two"], "closed": "4001 bye"}}]
	EOT
}

@test "a page uses our server, over version 2" {
	server ours
	visit version=0 "$URL"
	same "$(whole 2)" "$(jq -S . page.json)"
}

@test "a page uses our server, over version 1" {
	server ours
	visit version=1 "$URL"
	same "$(whole 1)" "$(jq -S . page.json)"
}

@test "a page refuses another key, a changed quote, another MRTD, another root" {
	local urls=()
	server theirs-2 --attack other-key
	urls+=("$URL")
	server theirs-2 --attack changed-quote
	urls+=("$URL")
	server ours
	visit mrtd=00 "${urls[@]}" "$URL"
	same '["quote: report data do not bind the key","quote: not signed by its key","quote: another MRTD"]' "$(<page.json)"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -out other.pem -subj /CN=other -days 1 2>/dev/null
	PINNED=$T/other.pem visit version=0 "$URL"
	same '["quote: its certificates do not end in the root"]' "$(<page.json)"
}

# nginx between client and server: what it passes on is recorded, and no part of a request or an answer is in that; the same without a tunnel
# is the control.
load helpers

MARKER=marker-58121107-that-nothing-else-has

setup_file() {
	need nginx
	tunnel_setup
}

setup() {
	tunnel_scratch
	backend
	server ours
	listens recorder node "$TUNNEL/recorder.cjs" "$PORT" "$T/seen"
	proxy "$PORT"
}
teardown() { tunnel_clear; }

# proxy PORT: nginx in front of it, as a site would have it; $URL is there.
proxy() {
	local port
	port=$(free_port)
	mkdir -p nginx
	cat >nginx.conf <<-EOT
		daemon off;
		master_process off;
		pid $T/nginx/pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			client_body_temp_path $T/nginx/body;
			proxy_temp_path $T/nginx/proxy;
			fastcgi_temp_path $T/nginx/fastcgi;
			uwsgi_temp_path $T/nginx/uwsgi;
			scgi_temp_path $T/nginx/scgi;
			map \$http_upgrade \$connection_upgrade { default upgrade; '' close; }
			server {
				listen 127.0.0.1:$port;
				client_max_body_size 0;
				location / {
					proxy_pass http://127.0.0.1:$1;
					proxy_http_version 1.1;
					proxy_set_header Upgrade \$http_upgrade;
					proxy_set_header Connection \$connection_upgrade;
					proxy_set_header X-Forwarded-Proto https;
				}
			}
		}
	EOT
	background nginx nginx -e stderr -c "$T/nginx.conf"
	holds nginx taken "$port"
	URL=http://127.0.0.1:$port
}

# The recorder's files, in which WebSocket frames of a client are masked: with the masks taken off. What of the marker lies across two frames
# would not be found in one, so the payloads are joined, too.
seen() { cat seen.*; node "$TUNNEL/unmask.cjs" seen.*.up; }
shows() { seen | grep -acF "$1" || true; } # TEXT: how many lines have it

# A request whose every part has the marker, and an answer that has it.
talk() { # COMMAND...
	"$@" -X POST -H "x-marker: $MARKER-header" -H "content-type: text/$MARKER" -d "$MARKER-body" "$URL/body?$MARKER-query"
}

@test "through nginx: the request's and the answer's bytes are nowhere in what it passes on" {
	expect 0 talk ours tunnel-fetch 2
	same "$MARKER-body" "$output"
	expect 0 talk theirs 0
	same "$MARKER-body" "$output"
	expect 0 talk theirs 1
	same "$MARKER-body" "$output"
	expect 0 ours tunnel-ws 2 "${URL/http/ws}/ws" <<<"$MARKER-message"
	same "$MARKER-message" "$output"
	# It saw the tunnels begin, and a good deal of them.
	[ "$(cat seen.*.up | grep -acF 'GET /__ra__ HTTP/1.1')" -eq 4 ]
	[ "$(node "$TUNNEL/unmask.cjs" seen.*.up | grep -acF client_kx_ready)" -ge 1 ]
	same 0 "$(shows "$MARKER")" 'marker in clear'
	# Nor words that all requests and answers have.
	same 0 "$(shows http_request)"
	same 0 "$(shows http_response)"
	same 0 "$(shows "$(printf '%s' "$MARKER" | base64 | cut -c-24)")"
}

@test "through nginx without a tunnel: all of it is there, as it would be seen" {
	same "$MARKER-body" "$(talk curl -sS)"
	[ "$(shows "$MARKER-header")" -ge 1 ]
	[ "$(shows "$MARKER-query")" -ge 1 ]
	[ "$(shows "$MARKER-body")" -ge 2 ]
	# And in a WebSocket, whose masks hide nothing.
	node -e '
		const socket = new (require(process.env.MODULES + "/ws"))(process.argv[1], { perMessageDeflate: false });
		socket.on("open", () => socket.send(process.argv[2]));
		socket.on("message", () => socket.close());' "${URL/http/ws}/ws" "$MARKER-message"
	[ "$(shows "$MARKER-message")" -ge 2 ]
}

@test "bodies of 3 MB go through nginx whole, both ways" {
	head -c 3000000 /dev/urandom >body
	ours tunnel-fetch 2 -d @body "$URL/body" | cmp - body
	theirs 0 -d @body "$URL/body" | cmp - body
}

@test "the app is told the scheme that nginx had" {
	expect 0 ours tunnel-fetch 2 "$URL/echo"
	same https "$(jq -r '.headers["x-forwarded-proto"]' <<<"$output")"
}

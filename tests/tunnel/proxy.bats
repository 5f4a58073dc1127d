# nginx between client and server: what it passes on is recorded, and no part of a request or an answer is in that; the same without a tunnel
# is the control.
load helpers

MARKER=marker-58121107-that-nothing-else-has

setup_file() {
	need nginx openssl
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

# proxy PORT: nginx in front of it, as a site would have it; $URL is there, and $TLS with a certificate of localhost, which cert.pem vouches for.
proxy() {
	local port tls
	port=$(free_port)
	until tls=$(free_port) && [ "$tls" != "$port" ]; do :; done
	mkdir -p nginx
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=site -days 2 \
		-addext subjectAltName=DNS:localhost 2>/dev/null
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
				listen 127.0.0.1:$tls ssl;
				ssl_certificate $T/cert.pem;
				ssl_certificate_key $T/key.pem;
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
	TLS=https://localhost:$tls
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

@test "the tunnel in nginx's TLS: answers, bodies of 3 MB, a WebSocket" {
	head -c 3000000 /dev/urandom >body
	ours tunnel-fetch 2 --cacert cert.pem -d @body "$TLS/body" >got
	cmp got body
	SSL_CERT_FILE=$T/cert.pem ours tunnel-fetch 2 "$TLS/bytes?size=3000000" >got
	same 3000000 "$(wc -c <got)"
	expect 0 ours tunnel-ws 2 --cacert cert.pem "${TLS/http/ws}/ws" <<<"a message"
	same "a message" "$output"
	head -c 300000 /dev/urandom | base64 -w 0 >long
	expect 0 ours tunnel-ws 2 --cacert cert.pem "${TLS/http/ws}/ws" <long
	same "$(<long)" "$output"
}

@test "the tunnel in nginx's TLS: nobody vouches for the certificate, or it is another's" {
	openssl pkey -in key.pem -outform DER -out key.der
	for program in tunnel-fetch tunnel-ws; do
		expect 2 ours $program 2 "$TLS/ws" </dev/null
		one_line "$stderr" "its certificate is refused: self-signed certificate"
		expect 2 ours $program 2 --cacert cert.pem "${TLS/localhost/127.0.0.1}/ws" </dev/null
		one_line "$stderr" "its certificate is refused: IP address mismatch"
		expect 75 ours $program 2 --cacert cert.pem "${URL/http/https}/ws" </dev/null # where there is no TLS
		one_line "$stderr" "no connection: the TLS handshake failed"
		expect 74 ours $program 2 --cacert nothing.pem "$TLS/" </dev/null
		one_line "$stderr" "nothing.pem: "
		for file in key.der key.pem /dev/null; do
			expect 2 ours $program 2 --cacert $file "$TLS/" </dev/null
			one_line "$stderr" "$file: no certificates in PEM"
		done
		expect 2 ours $program 2 --cacert - "$TLS/" </dev/null
		one_line "$stderr" "certificates are read from a file"
	done
	same '' "$(cat seen.* 2>/dev/null)" 'nothing went through'
}

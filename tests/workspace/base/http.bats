# HTTP: one request and its answer, and every way in which there is none.
load ../../helpers
load ../../web

setup() {
	T=$(mktemp -d "$BATS_TEST_TMPDIR/http.XXXXXX")
	HTTP=$TESTBIN/workspace/base/http
	need perl socat openssl
	unset https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY http_proxy
	mkdir "$T/web"
	echo hello >"$T/web/hello"
	head -c 300000 /dev/urandom >"$T/web/large"
}

teardown() { web_stop; }

# gets FILE ARGUMENT...: a GET that is answered with the file's bytes.
gets() {
	local file=$1 got=0
	shift
	"$HTTP" "$@" >"$T/answer" || got=$?
	same 0 "$got" "exit status of http $*"
	sed '1,/^$/d' "$T/answer" | cmp - "$T/web/$file"
}

# raw ANSWER: the path at which the server sends just that; printf's escapes are understood.
raw() { # shellcheck disable=SC2059
	printf '/raw?%s' "$(printf "$1" | od -An -v -tx1 | tr -d ' \n')"
}

fails() { # STATUS REASON ARGUMENT...
	local status=$1 reason=$2
	shift 2
	expect "$status" timeout 60 "$HTTP" "$@"
	same "http: ${*: -1}: $reason" "$stderr"
}

@test "over TCP, TLS and a unix socket, with a length and in chunks" {
	web_start good
	web_socket
	for file in hello large; do
		for way in files chunked; do
			gets $file GET "$WEB/$way/$file"
			gets $file GET "$WEBS/$way/$file"
			gets $file GET "https://127.0.0.1:$WEB_TLS_PORT/$way/$file"
			gets $file -u "$WEB_SOCKET" GET "http://anything/$way/$file"
		done
	done
	: >"$T/web/empty"
	gets empty GET "$WEBS/files/empty"
	gets empty GET "$WEBS/chunked/empty"
}

@test "what is sent: method, host, user agent, headers, body" {
	web_start good
	expect 0 "$HTTP" -h Authorization -v "Bearer abc" GET "http://localhost:$WEB_PORT/files/hello?query"
	same "GET /files/hello?query host=localhost:$WEB_PORT user-agent=kettle/$(kettle --version | head -n 1 | cut -d ' ' -f 2) authorization=Bearer abc" \
		"$(<"$WEB_LOG")"
	expect 0 "$HTTP" -b '{"a": 1}' POST "$WEB/echo"
	same '{"a": 1}' "${output##*$'\n'}"
	head -c 100000 /dev/zero | tr '\0' x >"$T/web/posted"
	"$HTTP" -b "$(<"$T/web/posted")" POST "$WEBS/echo" | sed '1,/^$/d' | cmp - "$T/web/posted"
	fails 2 "a control character in a header of the request" -h X -v $'a\r\nHost: evil' GET "$WEB/files/hello"
}

@test "an answer is an answer, whatever its status; 204 and 304 have no body" {
	web_start
	local code
	for code in 400 404 500 302; do
		expect 0 "$HTTP" GET "$WEB/status/$code"
		same "$code $WEB/status/$code"$'\n\n'"status $code" "$output"
	done
	for code in 204 304; do
		expect 0 "$HTTP" GET "$WEB/status/$code"
		same "$code $WEB/status/$code" "$output"
	done
	expect 0 "$HTTP" GET "$WEB/loop"
	same "301 $WEB/loop"$'\n'"location: /loop" "$output"
}

@test "the headers that are kept" {
	web_start
	expect 0 "$HTTP" GET "$WEB$(raw 'HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRETRY-AFTER: 7\r\nX-OAuth-Scopes: gist, repo\r\nX-RateLimit-Remaining: 0\r\nX-Other: y\r\nx-ratelimit-reset: 99\r\n\r\n')"
	same "retry-after: 7
x-oauth-scopes: gist, repo
x-ratelimit-remaining: 0
x-ratelimit-reset: 99" "$(tail -n +2 <<<"$output")"
}

@test "headers that are asked for besides, in any case and of some length" {
	web_start
	local value
	value=$(printf '%%0A%.0s' {1..1500})
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTCB-Info-Issuer-Chain: %s\r\nsgx-pck-crl-issuer-chain: short\r\nSGX-PCK-CRL-Issuer-Chain: other\r\n' "$value"
		printf 'X-Other: y\r\nX-Empty:\r\n\r\nhi'
	} >"$T/chains"
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTCB-Info-Issuer-Chain: '
		printf 'x%.0s' {1..20000}
		printf '\r\n\r\nhi'
	} >"$T/long"
	cd "$T"
	web_socat TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'head -n 1 >/dev/null; cat chains; cat >/dev/null'
	expect 0 "$HTTP" -k tcb-info-issuer-chain -k sgx-pck-crl-issuer-chain -k x-none -k x-empty GET "http://127.0.0.1:$WEB_SOCAT_PORT/"
	same "200 http://127.0.0.1:$WEB_SOCAT_PORT/
tcb-info-issuer-chain: $value
sgx-pck-crl-issuer-chain: short"$'\n\n'hi "$output"
	web_socat TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'head -n 1 >/dev/null; cat long; cat >/dev/null'
	expect 0 "$HTTP" -k tcb-info-issuer-chain GET "http://127.0.0.1:$WEB_SOCAT_PORT/"
	same "200 http://127.0.0.1:$WEB_SOCAT_PORT/"$'\n\n'hi "$output"
}

@test "a long head, as that of a large site" {
	web_start
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n'
		printf 'x-%s: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n' {1..200}
		printf 'Retry-After: 5\r\n\r\nhi'
	} >"$T/long"
	cd "$T"
	web_socat TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'head -n 1 >/dev/null; cat long; cat >/dev/null'
	expect 0 "$HTTP" GET "http://127.0.0.1:$WEB_SOCAT_PORT/"
	same "200 http://127.0.0.1:$WEB_SOCAT_PORT/"$'\n'"retry-after: 5"$'\n\n'hi "$output"
}

@test "redirects: followed as often as is allowed, never to a weaker scheme" {
	web_start good
	gets hello -r 5 GET "$WEB/redirect/4"
	same "200 $WEB/files/hello" "$(head -n 1 "$T/answer")"
	fails 2 "more than 5 redirects" -r 5 GET "$WEB/redirect/5"
	: >"$WEB_LOG"
	fails 2 "more than 5 redirects" -r 5 GET "$WEBS/loop"
	same 6 "$(web_asked)"
	gets hello -r 1 GET "$WEB/to?$WEBS/files/hello"
	fails 2 "a redirect from https:// to http://" -r 5 GET "$WEBS/to?$WEB/files/hello"
	fails 2 "a redirect to 'http://example.org/': http:// is for this machine's own addresses only; use https://" \
		-r 5 GET "$WEB/to?http://example.org/"
	fails 2 "a redirect to 'file:///etc/passwd': not an https:// URL" -r 5 GET "$WEB/to?file:///etc/passwd"
	fails 2 "a redirect to 'https://user:secret@localhost/': a URL with a user or a password is not supported" \
		-r 5 GET "$WEB/to?https://user:secret@localhost/"
	# Only a GET is sent on.
	expect 0 "$HTTP" -r 5 -b x POST "$WEB/redirect/0"
	same 302 "${output%% *}"
}

@test "redirects: the caller's headers stay with the server they are for" {
	web_start
	local first=$WEB log=$WEB_LOG
	mkdir "$T/second"
	web_run "$T/second/run" "$T/web" "$T/second.log"
	gets hello -r 5 -h Authorization -v secret GET "$first/to?http://127.0.0.1:$WEB_SAID/files/hello"
	grep -q "authorization=secret" "$log"
	grep -q "^GET /files/hello" "$T/second.log"
	expect 1 grep secret "$T/second.log"
	gets hello -r 5 -h Authorization -v secret GET "$first/redirect/0"
	same 2 "$(grep -c '^GET /redirect/0 .*secret\|^GET /files/hello .*secret' "$log")"
}

@test "cut off: an error whatever the way" {
	web_start good
	for web in "$WEB" "$WEBS"; do
		fails 75 "cut off after 3 bytes" GET "$web/cut/hello"
		fails 75 "cut off after 150000 bytes" GET "$web/cut/large"
		fails 75 "cut off after 300000 bytes" GET "$web/cut-chunked/large"
		fails 2 "an answer that does not say how long it is" GET "$web/unsized/hello"
	done
	fails 75 "cut off after 0 bytes" GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')"
}

@test "too large: as soon as it is known" {
	web_start good
	fails 2 "larger than 299999 bytes" -c 299999 GET "$WEB/files/large"
	fails 2 "larger than 299999 bytes" -c 299999 GET "$WEBS/chunked/large"
	gets large -c 300000 GET "$WEB/files/large"
	gets large -c 300000 GET "$WEBS/chunked/large"
	fails 2 "larger than 1000000 bytes" -c 1000000 GET "$WEBS/endless"
	# The length alone is enough: nothing of the body is there.
	fails 2 "larger than 5 bytes" -c 5 GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n')"
}

@test "a server that stalls, in front of its answer and in it" {
	web_start good
	for web in "$WEB" "$WEBS"; do
		fails 75 "timed out after 1 seconds" -s 1 GET "$web/stall"
		fails 75 "timed out after 1 seconds" -s 1 GET "$web/stall-body"
	done
	# Repetitions and redirects are within the limit, too.
	fails 75 "timed out after 1 seconds" -s 1 -n 9 -r 9 GET "$WEB/to?/stall"
	# One that takes connections and does nothing with them.
	web_socat TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'sleep 60'
	fails 75 "timed out after 1 seconds" -s 1 GET "https://localhost:$WEB_SOCAT_PORT/"
}

# The connection is reset while a body is on its way, of which nothing is read.
@test "a server that goes away in front of a body: at once, and its answer counts" {
	web_start good
	head -c 120000 /dev/zero | tr '\0' x >"$T/posted"
	for web in "$WEB" "$WEBS"; do
		for _ in {1..5}; do
			same "http: $web/gone: the connection ended without an answer" \
				"$("$HTTP" -s 20 -b "$(<"$T/posted")" POST "$web/gone" 2>&1)"
		done
	done
	for _ in {1..5}; do
		same "413 $WEB/early" "$("$HTTP" -s 20 -b "$(<"$T/posted")" POST "$WEB/early" | head -n 1)"
	done
}

@test "repetitions: what may pass, as often as is allowed" {
	web_start good
	gets hello -n 1 GET "$WEB/first/503/hello"
	gets hello -n 1 GET "$WEBS/first/429/hello"
	gets hello -n 1 GET "$WEBS/first-cut/hello"
	: >"$WEB_LOG"
	expect 0 "$HTTP" -n 3 GET "$WEB/status/502"
	same 502 "${output%% *}"
	same 4 "$(web_asked)"
	local code
	for code in 400 404 501; do
		: >"$WEB_LOG"
		expect 0 "$HTTP" -n 3 GET "$WEB/status/$code"
		same 1 "$(web_asked)" "requests for a $code"
	done
	# One that wants more patience than there is time gets no further request.
	: >"$WEB_LOG"
	expect 0 "$HTTP" -n 3 -s 20 GET "$WEB$(raw 'HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: 3600\r\n\r\n')"
	same 1 "$(web_asked)"
	fails 75 "cannot connect to 127.0.0.1 port 1: Connection refused" -n 2 GET http://127.0.0.1:1/
}

@test "certificates: what is wrong with it" {
	web_start
	for case in 'expired|localhost|certificate has expired' 'other|localhost|hostname mismatch' \
		'other|127.0.0.1|IP address mismatch' 'selfsigned|localhost|self-signed certificate'; do
		IFS='|' read -r certificate host reason <<<"$case"
		web_tls "$certificate"
		fails 2 "its certificate is refused: $reason" -n 3 GET "https://$host:$WEB_TLS_PORT/files/hello"
	done
	web_tls good
	# Of a CA that is not known: neither by the variable, nor because it lies about.
	mkdir -p "$T/share" "$T/here"
	cp "$SSL_CERT_FILE" "$T/share/$(openssl x509 -in "$SSL_CERT_FILE" -noout -hash).0"
	cd "$T/here"
	SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/nowhere \
		fails 2 "its certificate is refused: self-signed certificate in certificate chain" GET "https://localhost:$WEB_TLS_PORT/"
	same 0 "$(web_asked)"
}

@test "no TLS where it is expected" {
	web_start
	web_socat TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'echo hello; cat >/dev/null'
	fails 75 "no TLS connection: the handshake failed" GET "https://localhost:$WEB_SOCAT_PORT/"
}

@test "no connection: why" {
	web_start
	fails 75 "cannot connect to $T/nowhere: No such file or directory" -u "$T/nowhere" GET http://x/
	fails 75 "cannot connect to $T/web/hello: Connection refused" -u "$T/web/hello" GET http://x/
	fails 2 "$(printf 'a%.0s' {1..108}): cannot be a socket's path" -u "$(printf 'a%.0s' {1..108})" GET http://x/
	fails 2 "@abstract: cannot be a socket's path" -u @abstract GET http://x/
	expect 75 "$HTTP" GET https://no-such-host.invalid/
	one_line "$stderr" "cannot find the host no-such-host.invalid: "
	fails 75 "the connection ended without an answer" GET "$WEB$(raw '')"
}

@test "http:// is for loopback alone" {
	web_start
	for host in example.org 10.0.0.1 0.0.0.0 128.0.0.1 127.1 2130706433 localhost.example.org '[::]' '[::ffff:127.0.0.1]'; do
		fails 2 "http:// is for this machine's own addresses only; use https://" GET "http://$host:$WEB_PORT/files/hello"
	done
	gets hello GET "http://localhost:$WEB_PORT/files/hello"
	gets hello GET "http://127.0.0.1:$WEB_PORT/files/hello"
	! grep -qs '^0*1 ' /proc/net/if_inet6 || fails 75 "cannot connect to ::1 port 1: Connection refused" GET "http://[::1]:1/"
	fails 2 "https:// to an IPv6 address is not supported: certificates are for names" GET "https://[::1]/"
}

@test "what is not an answer, or not one that can be read in one way only" {
	web_start
	fails 2 "an answer with two lengths" GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')"
	fails 2 "an answer in a transfer coding that is not supported" GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n')"
	fails 2 "an answer in a content encoding that was not asked for" \
		GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx')"
	for length in -1 +1 1x 0x1 '1, 1'; do
		fails 2 "an answer that does not say how long it is" GET "$WEB$(raw "HTTP/1.1 200 OK\r\nContent-Length: $length\r\n\r\nx")"
	done
	# A chunk whose size is negative when it is read as an int.
	fails 2 "not an HTTP answer" GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF0\r\nxxxxxxxx')"
	expect 75 "$HTTP" GET "$WEB$(raw 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n0\r\n\r\n')"
	one_line "$stderr" "cut off after 0 bytes"
	expect 75 "$HTTP" GET "$WEB$(raw 'SSH-2.0-OpenSSH\r\n\r\n')"
	one_line "$stderr" "the connection ended without an answer"
}

@test "a proxy: used for https://, by CONNECT, with a login" {
	web_start good
	web_proxy
	https_proxy=http://$WEB_PROXY gets hello GET https://web.example/files/hello
	same "CONNECT web.example:443 host=web.example:443 user-agent=lws" "$(<"$WEB_LOG.proxy")"
	# The certificate is checked as without one.
	https_proxy=$WEB_PROXY fails 2 "its certificate is refused: hostname mismatch" GET https://elsewhere.example:8443/files/hello
	grep -q "CONNECT elsewhere.example:8443" "$WEB_LOG.proxy"
	# Nothing on loopback goes through it, and http_proxy is nobody's.
	https_proxy=127.0.0.1:1 ALL_PROXY=127.0.0.1:1 gets hello GET "$WEBS/files/hello"
	http_proxy=127.0.0.1:1 gets hello GET "$WEB/files/hello"
	http_proxy=127.0.0.1:1 gets hello GET "$WEBS/files/hello"
	https_proxy=127.0.0.1:1 fails 75 "cannot connect to the proxy 127.0.0.1 port 1: Connection refused" GET https://web.example/
	https_proxy=no-such-host.invalid expect 75 "$HTTP" GET https://web.example/
	one_line "$stderr" "http: https://web.example/: the proxy: cannot find the host no-such-host.invalid: "
	https_proxy=https://127.0.0.1 fails 2 "https_proxy: only http:// proxies are supported" GET https://web.example/
	web_stop
	web_start good
	web_proxy 'user:pa ss@'
	https_proxy=http://user:pa%20ss%40@$WEB_PROXY gets hello GET https://web.example/files/hello
	https_proxy=$WEB_PROXY fails 75 "no TLS connection through the proxy 127.0.0.1" GET https://web.example/files/hello
}

@test "which proxy: the variables as curl reads them" {
	local proxy=$TESTBIN/workspace/base/http_proxy
	is() { # EXPECTED VARIABLE... URL
		local want=$1
		shift
		expect 0 env "${@:1:$#-1}" "$proxy" "${*: -1}"
		same "$want" "$output" "$*"
	}
	is none https://a.example/
	is "p 1 " https_proxy=http://p:1 HTTPS_PROXY=q:2 all_proxy=r:3 ALL_PROXY=s:4 https://a.example/
	is "q 2 " https_proxy= HTTPS_PROXY=q:2 all_proxy=r:3 ALL_PROXY=s:4 https://a.example/
	is "r 3 " all_proxy=HTTP://R:3/ ALL_PROXY=s:4 https://a.example/
	is "s 1080 " ALL_PROXY=s https://a.example/
	is "::1 3128 " ALL_PROXY='http://[::1]:3128' https://a.example/
	is "p 1 us er:a@b" https_proxy=http://us%20er:a%40b@p:1 https://a.example/
	is none https_proxy=p:1 http://127.0.0.1/
	is none https_proxy=p:1 https://localhost/
	is none https_proxy=p:1 no_proxy='*' https://a.example/
	is none https_proxy=p:1 NO_PROXY='x.org, .Example,y' https://a.example/
	is none https_proxy=p:1 no_proxy=a.example https://a.example/
	is none https_proxy=p:1 no_proxy=10.0.0.1 https://10.0.0.1/
	is "p 1 " https_proxy=p:1 no_proxy=b.example,ample,x.a.example https://a.example/
	is "p 1 " https_proxy=p:1 no_proxy=, https://a.example/
	expect 2 env HTTPS_PROXY=socks5://p "$proxy" https://a.example/
	one_line "$stderr" "http_proxy: HTTPS_PROXY: only http:// proxies are supported"
	expect 2 env all_proxy="$(printf 'a%.0s' {1..91})@p:1" "$proxy" https://a.example/
	one_line "$stderr" "all_proxy: its user and password have control characters, or more than 90 bytes"
	expect 2 env https_proxy=p:99999 "$proxy" https://a.example/
	one_line "$stderr" "https_proxy: not a URL: its port is not a number from 1 to 65535"
}

@test "URLs: what is understood" {
	local file count=0
	for file in "$VECTORS"/url/good/*.txt; do
		expect 0 "$TESTBIN/workspace/base/http_url" "$(<"$file")"
		same "$(<"${file%.txt}.expected")" "$output" "$file"
		count=$((count + 1))
	done
	[ $count -ge 11 ]
}

@test "URLs: what is refused" {
	local file count=0 url reason
	for file in "$VECTORS"/url/should-fail/*.txt; do
		IFS= read -r -d '' url <"$file" || true
		expect 2 "$TESTBIN/workspace/base/http_url" "$url"
		reason=$(<"${file%.txt}.reason")
		same "http_url: $reason" "$stderr" "$file"
		count=$((count + 1))
	done
	[ $count -ge 33 ]
}

# The examples of RFC 3986 section 5.4 that can be sent, and that do not climb.
@test "URLs: references" {
	local reference want
	while read -r reference want; do
		expect 0 "$TESTBIN/workspace/base/http_url" 'https://a/b/c/d;p?q' "$reference"
		same "$want" "$output" "$reference"
	done <<-'END'
		g https://a/b/c/g
		./g https://a/b/c/g
		. https://a/b/c/
		./ https://a/b/c/
		./g/. https://a/b/c/g/
		g/./h https://a/b/c/g/h
		/./g https://a/g
		g. https://a/b/c/g.
		.g https://a/b/c/.g
		g?y/./x https://a/b/c/g?y/./x
		g/ https://a/b/c/g/
		/g https://a/g
		//g https://g/
		?y https://a/b/c/d;p?y
		g?y https://a/b/c/g?y
		g#s https://a/b/c/g
		g?y#s https://a/b/c/g?y
		;x https://a/b/c/;x
		g;x https://a/b/c/g;x
		g;x?y#s https://a/b/c/g;x?y
		g?y/../x https://a/b/c/g?y/../x
		g..x https://a/b/c/g..x
	END
	for reference in .. ../ ../g ../../g g/../h g/.. ; do
		expect 2 "$TESTBIN/workspace/base/http_url" 'https://a/b/c/d;p?q' "$reference"
		same "http_url: '..' in a relative URL" "$stderr"
	done
	expect 2 "$TESTBIN/workspace/base/http_url" 'https://a/b' ''
	expect 2 "$TESTBIN/workspace/base/http_url" 'https://a/b' 'mailto:x'
}

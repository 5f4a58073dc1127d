# A web server on loopback for tests, with TLS in front of it, a proxy, and certificates made for the run. A .bats loads it
# after helpers.bash.
#
#     web_start [CERTIFICATE]  serves $T/web (made when not there); sets $WEB (http://127.0.0.1:PORT), $WEB_PORT and
#                              $WEB_LOG. With a CERTIFICATE there is TLS in front, too: $WEBS is https://localhost:PORT, and
#                              SSL_CERT_FILE is exported and names the CA that made the good ones. CERTIFICATE: good
#                              (localhost, 127.0.0.1, web.example), expired, other (another host's), selfsigned.
#     web_tls CERTIFICATE      one more TLS door to the same server; its port is $WEB_TLS_PORT.
#     web_socat LISTEN WHAT    socat's two addresses, the first with port 0; its port is $WEB_SOCAT_PORT.
#     web_proxy [LOGIN]        a CONNECT proxy that leads every host to that port; $WEB_PROXY is HOST:PORT, its log
#                              $WEB_LOG.proxy. With LOGIN (user:password) it asks for one.
#     web_socket               the same server on a unix socket, $WEB_SOCKET.
#     web_stop                 ends all of it; call it in teardown.
#     web_asked                how many requests there were.
#
# What the server does with which path is said in web-server.pl. $T is a scratch folder of the test.
# shellcheck shell=bash

web_start() {
	mkdir -p "$T/web"
	WEB_LOG=$T/web.log
	: >"$WEB_LOG"
	web_run "$WEB_LOG" "$T/web" "$WEB_LOG"
	WEB_PORT=$WEB_SAID
	WEB=http://127.0.0.1:$WEB_PORT
	[ $# -eq 0 ] || {
		web_tls "$1"
		WEBS=https://localhost:$WEB_TLS_PORT
	}
}

web_socket() {
	web_run "$WEB_LOG.socket" "$T/web" "$WEB_LOG" "$T/web.sock"
	WEB_SOCKET=$T/web.sock
}

web_proxy() {
	CONNECT_TO=$WEB_TLS_PORT CONNECT_LOGIN=${1:-} web_run "$WEB_LOG.proxy" "$T/web" "$WEB_LOG.proxy"
	WEB_PROXY=127.0.0.1:$WEB_SAID
}

# The shell is not to tell of its end.
web_keep() {
	WEB_PIDS+=" $1"
	disown "$1"
}

# web_run NAME ARGUMENT...: starts the server and waits for the line it says, $WEB_SAID.
web_run() {
	local name=$1
	shift
	mkfifo "$name.said"
	setsid "$ROOT/tests/web-server.pl" "$@" >"$name.said" 2>>"$WEB_LOG.errors" 3>&- &
	web_keep $!
	read -r WEB_SAID <"$name.said"
	rm "$name.said"
}

web_tls() {
	WEB_CA=${BATS_FILE_TMPDIR:-$T}/ca # once for a file of tests
	[ -e "$WEB_CA/done" ] || web_certificates "$WEB_CA"
	export SSL_CERT_FILE=$WEB_CA/ca.pem
	web_socat "OPENSSL-LISTEN:0,bind=127.0.0.1,cert=$WEB_CA/$1.pem,key=$WEB_CA/$1.key,verify=0,fork" "TCP:127.0.0.1:$WEB_PORT"
	WEB_TLS_PORT=$WEB_SOCAT_PORT
}

web_socat() {
	local log
	log=$(mktemp "$T/socat.XXXXXX")
	setsid socat -d -d "$@" 2>"$log" 3>&- &
	web_keep $!
	until WEB_SOCAT_PORT=$(sed -n 's/.* listening on AF=2 [0-9.]*:\([0-9]*\)$/\1/p' "$log") && [ -n "$WEB_SOCAT_PORT" ]; do
		kill -0 $! || { cat "$log" >&2; return 1; }
		sleep 0.02
	done
}

# web_certificates FOLDER: a CA and what it signs, with openssl.
web_certificates() {
	local name=DNS:localhost,IP:127.0.0.1,DNS:web.example key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
	mkdir -p "$1"
	{
		openssl req -x509 "${key[@]}" -subj "/CN=test CA" -days 30 -keyout "$1/ca.key" -out "$1/ca.pem"
		openssl req -x509 "${key[@]}" -subj "/CN=localhost" -days 30 -addext "subjectAltName=$name" \
			-keyout "$1/selfsigned.key" -out "$1/selfsigned.pem"
		web_sign "$1" good "$name" -days 30
		web_sign "$1" other DNS:other.example -days 30
		web_expired "$1" expired "$name"
		touch "$1/done"
	} >"$1/log" 2>&1 || { cat "$1/log" >&2; return 1; }
}

web_sign() { # FOLDER NAME ALTERNATIVE-NAMES OPTION...
	local folder=$1 name=$2 names=$3
	shift 3
	openssl req "${key[@]}" -subj "/CN=$name" -keyout "$folder/$name.key" -out "$folder/$name.csr" &&
		openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -set_serial "$RANDOM" \
			-extfile <(printf 'subjectAltName=%s\n' "$names") "$@" -out "$folder/$name.pem"
}

# `openssl x509` cannot make one that ended already, `openssl ca` can.
web_expired() { # FOLDER NAME ALTERNATIVE-NAMES
	: >"$1/index.txt"
	printf '%s\n' '[ca]' 'default_ca = it' '[it]' "database = $1/index.txt" "new_certs_dir = $1" 'rand_serial = yes' \
		'default_md = sha256' 'policy = any' 'x509_extensions = names' '[any]' 'commonName = supplied' \
		'[names]' "subjectAltName = $3" >"$1/ca.cnf"
	openssl req "${key[@]}" -subj "/CN=$2" -keyout "$1/$2.key" -out "$1/$2.csr" &&
		openssl ca -batch -notext -config "$1/ca.cnf" -cert "$1/ca.pem" -keyfile "$1/ca.key" -in "$1/$2.csr" \
			-startdate 20200101000000Z -enddate 20200201000000Z -out "$1/$2.pem"
}

web_asked() { wc -l <"$WEB_LOG"; }

web_stop() {
	local pid
	# Each leads a process group, in which are those it has forked for connections.
	for pid in ${WEB_PIDS:-}; do kill -9 -- "-$pid" 2>/dev/null || true; done
	WEB_PIDS=
}

# kettle health: whether the app answers, asked of the real worker and of servers that are none.
load ../../helpers
load helpers

teardown() {
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || true
	[ -z "${SERVER:-}" ] || server_stop
}

server_stop() {
	kill "$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}

# server SCRIPT: each connection to $PORT is handed to the shell script. (PORT comes from free_port.)
server() {
	need socat
	PORT=$(free_port)
	printf '%s\n' "$1" >server.sh
	socat "TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork" "EXEC:bash server.sh" 2>/dev/null 3>&- &
	SERVER=$!
	holds listening
}

listening() {
	(: <"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

# answers STATUS: a server that reads a request and answers with that status and two bytes.
answers() {
	server "while read -r line && [ \"\${#line}\" -gt 1 ]; do echo \"\$line\" >>request; done; printf 'HTTP/1.1 $1 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'"
}

@test "the app answers: healthy, whatever it has at /healthz below 500" {
	parts
	app <<-'END'
		export default (request) => {
			const path = new URL(request.url).pathname;
			if (path === "/throws") throw new Error("no");
			if (path === "/slow") return new Promise((done) => setTimeout(() => done(new Response("late")), 4000));
			return new Response(path, { status: Number(path.slice(1)) || 404 });
		};
	END
	start
	get / >/dev/null # the object is there then, and an answer is far within the usual 3 seconds
	expect 0 kettle health --port "$PORT"
	[[ $output =~ ^healthy:\ status\ 404\ after\ [0-9]+\ ms$ ]]
	same "" "$stderr"
	KETTLE_PORT=$PORT expect 0 kettle health --path /200
	[[ $output == "healthy: status 200 after "* ]]
	expect 0 kettle health -p "$PORT" --path /499 --json
	same '[true,499,"number"]' "$(jq -c '[.healthy, .status, (.milliseconds | type)]' <<<"$output")"
	expect 1 kettle health -p "$PORT" --path /503
	one_line "$stderr" "kettle: health: http://127.0.0.1:$PORT/503: status 503"
	same "" "$output"
	expect 1 kettle health -p "$PORT" --path /throws --json
	same '[false,500]' "$(jq -c '[.healthy, .status]' <<<"$output")"
	one_line "$stderr" "kettle: health: http://127.0.0.1:$PORT/throws: status 500"
	local began=$SECONDS
	expect 1 kettle health -p "$PORT" --path /slow --timeout 1
	[ $((SECONDS - began)) -lt 10 ]
	one_line "$stderr" "kettle: health: http://127.0.0.1:$PORT/slow: "
	# A proxy is none of its business.
	http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 expect 0 kettle health -p "$PORT"
	stop 0
	expect 1 kettle health -p "$PORT" --json
	same '[false,0]' "$(jq -c '[.healthy, .status]' <<<"$output")"
	one_line "$stderr" "kettle: health: http://127.0.0.1:$PORT/healthz: "
}

@test "what is asked: one GET with a Host header" {
	answers 200
	expect 0 kettle health --port "$PORT" --path '/is/it?alive=1'
	grep -q "^GET /is/it?alive=1 HTTP/1.1" request
	grep -qi "^host: 127.0.0.1" request
	same 1 "$(grep -c "^GET" request)"
}

@test "one that is asked once is not asked again, and a redirect is an answer" {
	answers 503
	expect 1 kettle health --port "$PORT"
	same 1 "$(grep -c "^GET" request)"
	server_stop
	rm request
	answers 302
	expect 0 kettle health --port "$PORT"
	same 1 "$(grep -c "^GET" request)"
}

@test "servers that are none: unhealthy, in time" {
	local script
	for script in 'exit' 'echo hello' 'sleep 30' "printf 'HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\nshort'"; do
		server "$script"
		local began=$SECONDS
		expect 1 kettle health --port "$PORT" --timeout 1
		[ $((SECONDS - began)) -lt 10 ]
		one_line "$stderr" "kettle: health: http://127.0.0.1:$PORT/healthz: "
		server_stop
	done
}

@test "health: used wrongly" {
	expect 64 kettle health --port 0
	one_line "$stderr" "kettle: --port: '0' is not a port number"
	expect 64 kettle health --path healthz
	[[ ${stderr%%$'\n'*} == "kettle: --path: 'healthz' does not begin with /" ]]
	expect 64 kettle health --timeout 0
	expect 64 kettle health --timeout x
	expect 64 kettle health now
	KETTLE_PORT=x expect 64 kettle health
	one_line "$stderr" "kettle: KETTLE_PORT: 'x' is not a port number"
	expect 0 kettle health --help
	[[ $output == "Usage: kettle health "* ]]
}

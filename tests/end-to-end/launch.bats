# The launcher in containers, beyond podman.bats: what is published, who runs it, how it ends, and what goes wrong in a
# container in its own way.
load launcher

setup_file() { launcher_setup; }

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	mkdir app
	counter app/app.ts
	manifest app/app.ts
	MOUNTS=(--volume "$T/app:/app:ro" --volume data:/data)
}

teardown() { launcher_clear; }

@test "what kettle publish has published, by the pinned URL it prints, and no other manifest by that pin" {
	mkdir gists
	echo secret >gists/token
	background "$ROOT/tests/gist-server.pl" "$T/gists"
	holds_within 30 [ -e gists/port ]
	GITHUB_TOKEN=secret expect 0 "$KETTLE" publish --api "http://127.0.0.1:$(<gists/port)" app/app.ts
	pinned=$(grep -o 'http://.*#sha256=[0-9a-f]*' <<<"$output")
	port=$(free_port)
	options=(--network host --volume data:/data --env "KETTLE_PORT=$port" --env)
	launch published "${options[@]}" "KETTLE_MANIFEST=$pinned"
	until_up published get "http://127.0.0.1:$port/"
	same 1 "$(get "http://127.0.0.1:$port/count")"
	podman stop --time 20 published >/dev/null
	# App and manifest were asked for without the token: by publish, which looks at what it made, and by the launcher.
	same 4 "$(grep -c '^GET /octocat/.*/raw/.* nobody ' gists/log)"

	launch other "${options[@]}" "KETTLE_MANIFEST=${pinned%#*}#sha256=$(printf '%064d' 0)"
	refused 1 other sha256
}

@test "SIGTERM in the middle of a request: it is answered, and the container ends with status 0" {
	launch slow "${MOUNTS[@]}"
	answers slow
	ask slow /slow >answer 3>&- &
	asking=$!
	until_up slow slow_began
	podman stop --time 30 slow >/dev/null # 137 when it had to be killed
	wait $asking
	same 'slow, and whole' "$(<answer)"
	same 0 "$(state slow ExitCode)"
	same 'kettle: stopped by SIGTERM' "$(podman logs slow 2>&1 | tail -n 1)"
}
slow_began() { [ "$(ask slow /slow-began)" = 1 ]; }

@test "the root is read-only for it: what it made is in /tmp and /data, and /tmp is cleared when the app serves" {
	launch app "${MOUNTS[@]}"
	answers app
	same 1 "$(ask app /count)"
	same "C /etc" "$(podman diff app)" # which is podman's
	root=/proc/$(state app Pid)/root
	same "" "$(find "$root/tmp/" -type f)"
	[ -n "$(find "$root/data/" -name '*.sqlite')" ]
}

@test "without a place to write beside /data: one line that names it" {
	TMP=none launch full "${MOUNTS[@]}"
	refused 73 full /tmp
}

@test "a /tmp that is full, and a data folder that is: one line" {
	TMP=size=4k launch tmp "${MOUNTS[@]}"
	refused 73 tmp 'No space left on device'
	launch data --volume "$T/app:/app:ro" --tmpfs /data:size=4k,mode=1777
	refused 73 data '/data'
}

@test "another user, whose volume is not its own: one line" {
	launch other --user 1234:1234 "${MOUNTS[@]}"
	refused 73 other /data
}

@test "another user with a folder of its own: data is kept from one container to the next" {
	mkdir own
	chown 1234:1234 own
	for calls in 1 2; do
		launch user$calls --user 1234:1234 --volume "$T/app:/app:ro" --volume "$T/own:/data"
		answers user$calls
		same $calls "$(ask user$calls /count)"
		podman stop --time 20 user$calls >/dev/null
		same 0 "$(state user$calls ExitCode)"
	done
}

@test "a port of the host's that is taken: one line" {
	port=$(free_port)
	background socat "TCP-LISTEN:$port" -
	holds_within 30 listens "$port"
	launch taken --network host --volume "$T/app:/app:ro" --volume data:/data --env "KETTLE_PORT=$port"
	refused 71 taken "port $port: Address already in use"
}
listens() { grep -q ":$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; } # PORT

@test "an app that does not compile, that throws at the start, or that imports what is not there: one line, status 2" {
	printf 'export default {\n\tfetch() { return new Response("x" },\n};\n' >app/app.ts
	manifest app/app.ts
	launch syntax "${MOUNTS[@]}"
	refused 2 syntax 'app.ts:2:'
	printf 'throw new Error("no luck");\nexport default {};\n' >app/app.ts
	manifest app/app.ts
	launch throws "${MOUNTS[@]}"
	refused 2 throws 'no luck'
	printf 'import x from "left-pad";\nexport default () => new Response(x);\n' >app/app.ts
	manifest app/app.ts
	launch imports "${MOUNTS[@]}"
	refused 2 imports left-pad
	[[ $(podman logs imports 2>&1) == *hono* ]] # which there is
}

@test "a server that stalls: given up after half a minute, with one line and status 75" {
	web_start
	launch stall --network host --volume data:/data --env KETTLE_MANIFEST="$WEB/stall"
	refused 75 stall "$WEB/stall: timed out after 30 seconds"
}

@test "healthy when the app answers, unhealthy when it does not" {
	launch app "${MOUNTS[@]}" --health-cmd '["/usr/bin/kettle", "health"]' --health-retries 1 --health-timeout 10s
	answers app
	expect 0 podman healthcheck run app
	same healthy "$(podman inspect --format '{{.State.Health.Status}}' app)"
	kill -STOP "$(podman top app hpid args | awk '/workerd serve/ { print $1 }')"
	expect 1 podman healthcheck run app
	same unhealthy "$(podman inspect --format '{{.State.Health.Status}}' app)"
}

@test "the chat of the examples, from the image alone: routes, SQL, a WebSocket and static files" {
	chat=$ROOT/workspace/kettle/example/chat
	launch chat --volume "$chat:/app:ro" --volume data:/data --env KETTLE_STATIC=/app/static
	answers chat
	same "$(sha256sum <"$chat/static/index.html")" "$(ask chat / | sha256sum)"
	inside chat "$ROOT/tests/websocket.pl" 3001 /ws \
		send: 'send:{"name":"Ada","text":"hello"}' receive close:1000 closed >said
	same 'Ada hello' "$(head -n 1 said | jq -r '"\(.name) \(.text)"')"
	same 'closed 1000' "$(tail -n 1 said)"
	same '["hello"]' "$(ask chat /messages | jq -c 'map(.text)')"
}

@test "the app sees nothing of the container's environment" {
	cat >app/app.ts <<-'EOT'
		import process from "node:process";
		export default () => Response.json(process.env);
	EOT
	manifest app/app.ts
	launch app "${MOUNTS[@]}" --env PASSWORD=secret
	answers app
	ask app / >environment
	jq -e 'type == "object"' environment
	same 0 "$(grep -c -e secret -e PASSWORD environment)"
}

@test "nothing listens but the app's port, and only the launcher's user can go where its sockets are" {
	launch app "${MOUNTS[@]}"
	answers app
	process=/proc/$(state app Pid)
	ports=$(cat "$process/net/tcp" "$process/net/tcp6" | awk '$4 == "0A" { sub(/.*:/, "", $2); print $2 }' | sort -u)
	same 0BB9 "$ports" # 3001
	same "" "$(cat "$process/net/udp" "$process/net/udp6" | sed '/sl /d')"
	# Unix sockets with a name are the quote service's and the worker's; they are in a folder that nobody else can go into.
	same plain.sock,quote.sock,tunnel.sock "$(awk 'NR > 1 && $8 != "" { print $8 }' "$process/net/unix" | sed 's,.*/,,' | sort -u | paste -sd,)"
	same 65532 "$(find "$process/root/tmp/" -type s -exec stat -c %u {} + | sort -u)"
	socket=$(find "$process/root/tmp/" -type s -name quote.sock)
	same "600 65532" "$(stat -c '%a %u' "$socket")"
	same "700 65532" "$(stat -c '%a %u' "$(dirname "$socket")")"
}

@test "a worker that keeps dying is reported by the launcher that the restart policy starts next" {
	launch app "${MOUNTS[@]}" --restart always
	for deaths in 1 2 3; do
		answers app
		kill -KILL "$(podman top app hpid args | awk '/workerd serve/ { print $1 }')"
		holds_within 30 restarted $deaths
	done
	answers app
	same 3 "$(podman logs app 2>&1 | grep -c '^kettle: workerd: killed by SIGKILL$')"
	[[ $(podman logs app 2>&1) == *"the worker ended 3 times in a row"*"status 137"* ]]
}
restarted() { [ "$(podman inspect --format '{{.RestartCount}}' app)" = "$1" ] && [ "$(state app Status)" = running ]; }

@test "requests go past the launcher: it has no connection and spends no time on them; the worker has no port" {
	launch app "${MOUNTS[@]}"
	answers app
	process=$(state app Pid)
	until_up app settled
	before=$(spent "$process")
	ask app '/?[1-300]' >/dev/null
	same "$before" "$(spent "$process")" "ticks of the launcher"
	same "" "$(tcp_sockets "$process")"
	same "" "$(tcp_sockets "$(podman top app hpid args | awk '/workerd serve/ { print $1 }')" 0A)"
}
tcp_sockets() { # PID [STATE]: those of its network that it has open, by number: without 0A those that do not listen
	awk -v state="${2:-}" '$2 ~ /:/ && $10 && (state ? $4 == state : $4 != "0A") { print $10 }' "/proc/$1/net/tcp" "/proc/$1/net/tcp6" >tcp
	find "/proc/$1/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n' | grep -Fxf tcp || true
}
spent() { awk '{ print $14 + $15 }' "/proc/$1/stat"; } # PID: ticks of processor time
settled() { # the launcher's time has not grown for half a second
	local before
	before=$(spent "$(state app Pid)")
	sleep 0.5
	[ "$before" = "$(spent "$(state app Pid)")" ]
}

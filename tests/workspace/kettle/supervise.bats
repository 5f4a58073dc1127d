# kettle over its children: signals, statuses, and nothing left. With the real workerd.
load ../../helpers
load helpers

@test "a signal while esbuild runs ends everything" {
	app <<<'export default () => new Response("x")'
	mkdir -p bin lib/kettle lib/node_modules/@cloudflare/workerd-linux-64/bin lib/node_modules/@esbuild/linux-x64/bin
	cp "$BIN/kettle" bin/
	touch lib/kettle/entry.js
	install -m 755 /dev/null lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd
	printf '#!/bin/sh\nsleep 100 &\necho $! >"%s/sleeper"\necho $$ >"%s/pid"\nwait\n' "$T" "$T" >lib/node_modules/@esbuild/linux-x64/bin/esbuild
	chmod 755 lib/node_modules/@esbuild/linux-x64/bin/esbuild
	bin/kettle launch --check --db-dir "$DATA" --port "$(free_port)" 2>log 3>&- &
	PID=$!
	while [ ! -s pid ]; do sleep 0.05; done
	sleep 0.2
	stop 143
	one_line "$(cat log)" "app.ts: stopped by SIGTERM"
	is_gone "$(cat pid)"
	is_gone "$(cat sleeper)" # what the child had started
}

@test "SIGTERM: answers what it has taken, takes no more, ends with 0" {
	parts
	app <<-'END'
		export default { async fetch() { await new Promise((r) => setTimeout(r, 1000)); return new Response("late"); } };
	END
	start
	local worker
	worker=$(worker_pid)
	get / >answer 3>&- &
	local request=$!
	sleep 0.4
	kill -TERM "$PID"
	sleep 0.2
	run ! get /
	wait "$request"
	same late "$(cat answer)"
	ended 0
	is_gone "$worker"
	[[ $(tail -1 log) == "kettle: stopped by SIGTERM" ]]
}

@test "the other signals reach the worker, and its end is ours" {
	parts
	app <<<'export default () => new Response("x")'
	local signal
	for signal in INT:130 HUP:129 QUIT:131 USR1:138; do
		start
		stop "${signal#*:}" "${signal%:*}"
	done
}

@test "nohup: SIGHUP is not ours then" {
	parts
	app <<<'export default () => new Response("x")'
	trap '' HUP
	start
	trap - HUP
	kill -HUP "$PID"
	sleep 0.3
	same x "$(get /)"
	stop 0
}

@test "a worker that does not stop is killed after the grace time" {
	parts
	app <<<'export default { fetch() { for (;;); } };'
	start
	local worker began=$SECONDS
	worker=$(worker_pid)
	curl -sS --max-time 1 "http://127.0.0.1:$PORT/" 2>/dev/null || true
	stop 137
	[ $((SECONDS - began)) -le 14 ]
	is_gone "$worker"
}

@test "kettle killed: its worker dies with it" {
	parts
	app <<<'export default () => new Response("x")'
	start
	local worker
	worker=$(worker_pid)
	[ -n "$worker" ]
	stop 137 KILL
	is_gone "$worker"
}

@test "worker killed: its status, and a line that says so" {
	parts
	app <<<'export default () => new Response("x")'
	start
	kill -9 "$(worker_pid | tr -d ' ')"
	ended 137
	[[ $(tail -1 log) == "kettle: workerd: killed by SIGKILL" ]]
}

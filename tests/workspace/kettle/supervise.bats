# kettle over its children: signals, statuses, and nothing left. With the real workerd.
load ../../helpers
load helpers

@test "a signal while esbuild runs ends everything" {
	app <<<'export default () => new Response("x")'
	parts_fake <<-END
		#!/bin/sh
		sleep 100 &
		echo \$! >"$T/sleeper"
		echo \$\$ >"$T/pid"
		wait
	END
	bin/kettle launch --check --db-dir "$DATA" --port "$(free_port)" 2>log 3>&- &
	PID=$!
	holds test -s pid
	stop 143
	one_line "$(cat log)" "app.ts: stopped by SIGTERM"
	holds is_gone "$(cat pid)"
	holds is_gone "$(cat sleeper)" # what the child had started
}

@test "SIGTERM: answers what it has taken, takes no more, ends with 0" {
	parts
	app <<-'END'
		export default { async fetch() { console.log("taken"); await new Promise((r) => setTimeout(r, 3000)); return new Response("late"); } };
	END
	start
	local worker
	worker=$(worker_pid)
	get / >answer 3>&- &
	local request=$!
	holds grep -q taken out
	kill -TERM "$PID"
	sleep 1
	run ! get /
	wait "$request"
	same late "$(cat answer)"
	same 1 "$(grep -c taken out)"
	ended 0
	holds is_gone "$worker"
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
	app <<<'export default { fetch() { console.log("taken"); for (;;); } };'
	start
	local worker began
	worker=$(worker_pid)
	get / >/dev/null 2>&1 3>&- &
	holds grep -q taken out
	began=$SECONDS
	stop 137
	[ $((SECONDS - began)) -ge 9 ]
	holds is_gone "$worker"
}

@test "kettle killed: its worker dies with it" {
	parts
	app <<<'export default () => new Response("x")'
	start
	local worker
	worker=$(worker_pid)
	[ -n "$worker" ]
	stop 137 KILL
	holds is_gone "$worker"
}

@test "worker killed: its status, and a line that says so" {
	parts
	app <<<'export default () => new Response("x")'
	start
	kill -9 "$(worker_pid | tr -d ' ')"
	ended 137
	[[ $(tail -1 log) == "kettle: workerd: killed by SIGKILL" ]]
}

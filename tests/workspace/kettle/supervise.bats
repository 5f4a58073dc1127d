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
		export default { async fetch(request) {
			if (new URL(request.url).pathname !== "/slow") return new Response("at once");
			console.log("taken");
			await new Promise((resolve) => setTimeout(resolve, 4000));
			return new Response("late");
		} };
	END
	start
	local worker
	worker=$(worker_pid)
	get /slow >answer 3>&- &
	local request=$!
	holds grep -q taken out
	kill -TERM "$PID"
	holds takes_no_more
	same "" "$(cat answer)" "of the first, so far"
	run ! get / # which ends with the worker
	wait "$request"
	same late "$(cat answer)"
	ended 0
	holds is_gone "$worker"
	[[ $(tail -1 log) == "kettle: stopped by SIGTERM" ]]
}
takes_no_more() { ! curl -sS --max-time 1 "http://127.0.0.1:$PORT/" >/dev/null 2>&1; }

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
	[ $((SECONDS - began)) -ge 7 ]
	holds is_gone "$worker"
	same "kettle: stopped by SIGTERM: killed after 8 seconds, with requests or WebSockets still open" "$(tail -1 log)"
}

@test "kettle killed: its worker dies with it" {
	parts
	app <<<'export default () => new Response("x")'
	start
	local worker
	worker=$(worker_pid)
	[ -n "$worker" ]
	kill -KILL "$PID"
	wait "$PID" || same 137 $?
	PID=
	holds is_gone "$worker"
	# Its quote service, which outlives it for this.
	holds eval '[ -z "$(ls -A "$TMPDIR")" ]'
}

@test "worker killed: its status, and a line that says so" {
	parts
	app <<<'export default () => new Response("x")'
	start
	kill -9 "$(worker_pid | tr -d ' ')"
	ended 137
	[[ $(tail -1 log) == "kettle: workerd: killed by SIGKILL" ]]
}

@test "a worker that refuses to stop is killed, and what it printed until then is there" {
	app <<<'export default 1'
	worker_fake <<-'END'
		trap 'echo refused' TERM
		ready
		echo before
		while :; do sleep 0.1; done
	END
	start
	holds grep -qx 'app: before' out
	stop 137
	grep -qx 'app: refused' out
	[[ $(tail -1 log) == "kettle: stopped by SIGTERM: killed after "* ]]
}

@test "statuses are exact, and orphans are reaped" {
	app <<<'export default 1'
	worker_fake <<-'END'
		ready
		(setsid sh -c 'echo $$; sleep 0.2' &) # nobody's but kettle's once its parent is gone
		sleep 1
		exit 43
	END
	start
	local orphan
	holds test -s out
	orphan=$(sed -n 's/^app: //p' out | head -1)
	[ -n "$orphan" ]
	holds test ! -e "/proc/$orphan" # not even its name is left
	ended 43
	[[ $(tail -1 log) == "kettle: workerd: ended with status 43" ]]
}

@test "what the worker leaves behind in its group dies with it" {
	app <<<'export default 1'
	worker_fake <<-'END'
		ready
		sleep 100 &
		echo $!
		sleep 0.2
	END
	start
	local left
	holds test -s out
	left=$(sed 's/^app: //' out)
	ended 0
	holds is_gone "$left"
}

@test "an aide: its lines, killed and started again, and stopped with the rest" {
	local aide=$TESTBIN/workspace/kettle/aide
	: >said
	# shellcheck disable=SC2016
	expect 7 "$aide" 'until [ "$(wc -l <said)" -eq 1 ]; do :; done
		for at in $(cat /proc/$PPID/task/$PPID/children); do [ $at = $$ ] || kill -9 $at; done
		until [ "$(wc -l <said)" -eq 2 ]; do :; done
		for at in $(cat /proc/$PPID/task/$PPID/children); do [ $at = $$ ] || echo $at; done
		exit 7'
	same $'kettle: helper: here\nkettle: helper: killed by SIGKILL: started again\nkettle: helper: here' "$stderr"
	holds is_gone "$(sed 's/^app: //' <<<"$output")"
}

answered() { [ "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/")" = "$1" ]; } # STATUS

@test "the quote service killed: started again while the worker serves" {
	parts
	app <<<'export default (request, env) => env.QUOTE_SERVICE.fetch("http://quote/healthz")'
	start
	local service status
	service=$(child_pid kettle-quotes)
	holds eval 'run ! answered 502 && [ "$status" -ne 0 ]' # at first it may not listen yet
	status=$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/")
	kill -9 "$service"
	holds grep -q 'killed by SIGKILL: started again' log
	holds answered "$status"
	service=$(child_pid kettle-quotes)
	stop 0
	holds is_gone "$service"
}

@test "an aide that ends again and again is given up, and the main child goes on" {
	: >ends
	# shellcheck disable=SC2016
	expect 0 "$TESTBIN/workspace/kettle/aide" 'until [ "$(wc -l <ends)" -eq 6 ] && [ "$(wc -w </proc/$PPID/task/$PPID/children)" -eq 1 ]
		do sleep 0.05; done; echo done' 'echo >>ends; exit 3'
	same "app: done" "$output"
	same 5 "$(grep -cx 'kettle: helper: ended with status 3: started again' <<<"$stderr")"
	same 1 "$(grep -cx 'kettle: helper: ended with status 3 for the 6th time within 60 seconds: given up until kettle is started again' <<<"$stderr")"
	same 6 "$(wc -l <<<"$stderr")"
}

# fronted MAIN FRONT: the two scripts, which say in ./order what they do; when both run, SIGTERM. $status, $stderr.
fronted() {
	: >order
	"$TESTBIN/workspace/kettle/aide" --front "$1; echo >>main-runs; while :; do sleep 0.05; done" \
		"$2; echo >>front-runs; while :; do sleep 0.05; done" 2>log 3>&- &
	PID=$!
	holds test -e main-runs
	holds test -e front-runs
	kill "-${3:-TERM}" "$PID"
	status=0
	wait "$PID" || status=$?
	PID=
	rm main-runs front-runs
}

@test "a front has its time for what it has taken, and then the main child is asked to stop" {
	fronted 'trap "echo main >>order; exit 5" TERM' 'trap "sleep 1; echo front >>order; exit 0" TERM'
	same 5 "$status"
	same front,main "$(paste -sd, order)"
	run ! grep -q "started again" log
	# Any other signal is for the main child, at once.
	fronted 'trap "echo main >>order; exit 6" INT' 'trap "sleep 1; echo front >>order; exit 0" TERM' INT
	same 6 "$status"
	same main,front "$(paste -sd, order)"
}

@test "a front that does not stop in its time: the main child is asked all the same" {
	local began=$SECONDS
	fronted 'trap "echo main >>order; exit 5" TERM' 'trap "" TERM'
	same 5 "$status"
	same main "$(paste -sd, order)"
	[ $((SECONDS - began)) -ge 6 ]
}

@test "a front that ends again and again is given up, and the main child with it" {
	expect 137 "$TESTBIN/workspace/kettle/aide" --front 'exec sleep 100' 'exit 3'
	same 'kettle: helper: ended with status 3 for the 6th time within 60 seconds: given up until kettle is started again' \
		"$(tail -1 <<<"$stderr")"
}

@test "a child that has been ready for long enough is settled, and only then" {
	expect 0 "$TESTBIN/workspace/kettle/aide" 'eval "echo >&$READY"; exit' 'exec sleep 100'
	same "" "$stderr"
	# shellcheck disable=SC2016
	expect 0 "$TESTBIN/workspace/kettle/aide" 'eval "echo >&$READY"
		for i in $(seq 600); do [ ! -e settled ] || exit 0; sleep 0.1; done; exit 1' 'exec sleep 100'
	same "kettle: settled" "$stderr"
	expect 0 "$TESTBIN/workspace/kettle/aide" 'sleep 2' 'exec sleep 100'
	same "" "$stderr"
}

@test "an aide that refuses to stop is killed" {
	local began=$SECONDS
	expect 0 "$TESTBIN/workspace/kettle/aide" 'until [ -e deaf ]; do :; done' 'trap "" TERM; echo $$; : >deaf; while :; do sleep 0.1; done'
	[ $((SECONDS - began)) -lt 10 ]
	holds is_gone "$(sed 's/^kettle: helper: //' <<<"$stderr")"
}

@test "a worker that ends again and again is reported at the next start" {
	app <<<'export default 1'
	worker_fake <<<$'ready; sleep 0.1; exit 9'
	start
	ended 9
	same '{"row":1,"status":9}' "$(cat "$DATA/kettle.ends")"
	run ! grep -q "before this one" log
	start
	ended 9
	grep -qx 'kettle: the worker before this one ended within a minute of its start, with status 9' log
	worker_fake <<<$'ready; sleep 0.1; kill -SEGV $$'
	start
	ended 139
	grep -q '^kettle: the worker ended 2 times in a row within a minute of its start, last with status 9: ' log
	# One that does not come to serve counts.
	worker_fake <<<$'echo "service app: Uncaught Error: no database" >&2; exit 1'
	expect 2 "$KETTLE" launch --db-dir "$DATA" --port "$(free_port)"
	[[ $stderr == *"3 times in a row"*"last with status 139"*$'\n'"kettle: ./app.ts: the app does not load: Error: no database" ]]
	same '{"row":4,"status":2}' "$(cat "$DATA/kettle.ends")"
	# One that is stopped does not, and ends the row.
	worker_fake <<<$'ready; exec sleep 100'
	start
	grep -q '4 times in a row' log
	stop 143
	[ ! -e "$DATA/kettle.ends" ]
	start
	stop 143
	run ! grep -q "in a row\|before this one" log
}

@test "a record that is none is ignored with a line, and replaced" {
	app <<<'export default 1'
	worker_fake <<<$'ready; sleep 0.1; exit 9'
	mkdir -m 700 "$DATA"
	local text
	for text in '' '[]' '{"row":0,"status":1}' '{"row":1}' '{"row":1.5,"status":1}' '{"row":1,"status":256}' \
		'{"row":1,"status":1,"x":1}' '{"row":"1","status":1}' "$(head -c 5000 /dev/zero | tr '\0' ' ')"; do
		printf '%s' "$text" >"$DATA/kettle.ends"
		start
		ended 9
		one_line "$(grep ': ignored$' log)" "kettle: $DATA/kettle.ends: "
		same '{"row":1,"status":9}' "$(cat "$DATA/kettle.ends")"
	done
	rm "$DATA/kettle.ends"
	mkdir -p "$DATA/kettle.ends/full"
	start
	ended 9
	one_line "$(grep ': ignored$' log)" "kettle: $DATA/kettle.ends: not a regular file"
	one_line "$(grep 'kettle.ends: ' log | grep -v ': ignored$')" "kettle: $DATA/kettle.ends: cannot rename into place: "
	one_line "$(grep 'ended with' log)" "kettle: workerd: ended with status 9"
}

@test "a record that is a FIFO is not waited for, and one that is a link is not written through" {
	app <<<'export default 1'
	worker_fake <<<$'ready; sleep 0.1; exit 9'
	mkdir -m 700 "$DATA"
	mkfifo "$DATA/kettle.ends"
	start
	ended 9
	one_line "$(grep ': ignored$' log)" "kettle: $DATA/kettle.ends: not a regular file"
	same '{"row":1,"status":9}' "$(cat "$DATA/kettle.ends")"
	echo precious >elsewhere
	ln -sf ../elsewhere "$DATA/kettle.ends"
	start
	ended 9
	same precious "$(<elsewhere)"
	[ ! -L "$DATA/kettle.ends" ]
	same '{"row":1,"status":9}' "$(cat "$DATA/kettle.ends")"
	same kettle.ends "$(ls -A "$DATA")"
}

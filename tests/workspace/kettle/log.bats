# The log: what the app prints and what kettle says, line by line, whatever is printed and whoever reads it.
load ../../helpers
load helpers

# records FILE: each line is a JSON object of four members; prints them as LEVEL SOURCE MESSAGE.
records() {
	jq -e -s 'all(.[]; (keys == ["level", "message", "source", "time"])
		and (.time | test("^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z$")))' "$1" >/dev/null
	jq -r '"\(.level) \(.source) \(.message)"' "$1"
}

# A worker that serves, and prints what is in the file `printed` on both streams.
prints() {
	app <<<'export default 1'
	worker_fake <<-END
		ready
		cat "$T/printed"
		cat "$T/printed" >&2
		exec sleep 100
	END
}

@test "text: each line says who speaks, on the stream it was printed on" {
	parts
	app <<-'END'
		console.error("while loading");
		export default () => { console.log("out\nof two lines"); console.error("err"); return new Response("x"); };
	END
	start
	same x "$(get /)"
	stop 0
	same $'app: out\napp: of two lines' "$(<out)"
	same "app: while loading" "$(grep -B 1 "serving on port" log | head -1)" # held until it served
	grep -q "^kettle: ./app.ts: sha256 .* serving on port $PORT" log
	grep -qx "app: err" log
	run ! grep -qv "^kettle: \|^app: " log
}

@test "json: each line is an object; a stack trace is one record" {
	parts
	app <<-'END'
		export default () => {
			console.log('say "hi"', { a: 1 });
			console.error(new Error("of the app"));
			console.error("after");
			throw new TypeError("uncaught");
		};
	END
	start --log json
	same 500 "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/")"
	stop 0
	records out >out.txt
	records log >log.txt
	same 'info app say "hi" { a: 1 }' "$(<out.txt)"
	grep -q "^info kettle ./app.ts: sha256 .* serving on port $PORT" log.txt
	jq -e -s 'map(select(.message | startswith("Error: of the app\n    at "))) | length == 1' log >/dev/null
	jq -e -s 'map(select(.message == "after" and .source == "app" and .level == "error")) | length == 1' log >/dev/null
	jq -e -s 'map(select(.message | contains("TypeError: uncaught"))) | length == 1' log >/dev/null
	same "info kettle stopped by SIGTERM" "$(tail -1 log.txt)"
	# The variable does the same, and errors are records as well.
	app <<<'throw new Error("no database"); export default {};'
	KETTLE_LOG=json expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
	printf '%s\n' "$stderr" >log
	same "error kettle ./app.ts: the app does not load: Error: no database" "$(records log | tail -1)"
	expect 64 kettle launch --log xml
	one_line "$stderr" "kettle: --log: 'xml' is neither text nor json"
	KETTLE_LOG=xml expect 64 kettle launch
	one_line "$stderr" "kettle: KETTLE_LOG: 'xml' is neither text nor json"
}

@test "json: records joined and not joined" {
	printf '%s\n' 'Error: one' '    at f (a.js:1:2)' '	at g' 'next' '  attached' ' at' 'two' '' '   at end' >printed
	printf '    at last, which is not finished' >>printed
	prints
	start --log json
	holds grep -q end out
	stop 143
	jq -s -c 'map(.message)' out >messages
	same '["Error: one\n    at f (a.js:1:2)\n\tat g","next","  attached"," at","two","\n   at end","    at last, which is not finished"]' "$(<messages)"
}

@test "control characters and what is not UTF-8 do no harm" {
	# CSI in one byte and in two, ESC, DEL, NUL, carriage return, tab; a lone lead byte, an overlong one, a surrogate, a cut one.
	printf 'a\033[31mb\177c\302\233d\000e\rf\tg\nh\303(i\300\200j\355\240\200k\342\202\nl\303\244\360\237\230\200\n' >printed
	prints
	start
	holds grep -q l out
	stop 143
	printf 'app: a?[31mb?c?d?e?f\tg\napp: h\357\277\275(i\357\277\275\357\277\275j\357\277\275\357\277\275\357\277\275k\357\277\275\357\277\275\n' >expected
	printf 'app: l\303\244\360\237\230\200\n' >>expected
	cmp expected out
	grep "^app" log | cmp expected -
	start --log json
	holds grep -q l out
	stop 143
	printf 'info app a\033[31mb?c?d?e\rf\tg\ninfo app h\357\277\275(i\357\277\275\357\277\275j\357\277\275\357\277\275\357\277\275k\357\277\275\357\277\275\n' >expected
	printf 'info app l\303\244\360\237\230\200\n' >>expected
	records out | cmp expected -
	run ! env LC_ALL=C grep -q $'\033\|\177\|\233' out
}

@test "a line longer than a pipe takes at once becomes several, and nothing of it is lost" {
	# Three bytes a character, so that a cut at a fixed place would go through one.
	perl -e 'print "\xe2\x82\xac" x 50000, "\n", "\"" x 9000, "\n", "x" x 20000, "\n"' >printed
	prints
	local format
	for format in text json; do
		start --log "$format"
		# shellcheck disable=SC2016
		holds perl -e 'local $/; open F, "<", "out"; $_ = <F>; exit((() = /x/g) < 19000)'
		stop 143
		LC_ALL=C awk 'length($0) >= 4096 { exit 1 }' out
		if [ "$format" = text ]; then
			LC_ALL=C sed 's/^app: //' out | tr -d '\n' >joined
		else
			jq -j .message out >joined
		fi
		tr -d '\n' <printed | cmp - joined
		jq -R -e -n 'all(inputs; contains("\ufffd") | not)' out >/dev/null
	done
}

@test "100000 lines: none is lost, and a signal is heard among them" {
	parts
	app <<-'END'
		export default { async fetch(request) {
			const count = Number(new URL(request.url).pathname.slice(1));
			for (let i = 0; i < count; i++) console.log("line " + i);
			return new Response("done");
		} };
	END
	local format
	for format in text json; do
		start --log "$format"
		same "done" "$(get /100000)"
		stop 0
		if [ "$format" = text ]; then
			sed -n 's/^app: //p' out >lines
		else
			jq -r .message out >lines
		fi
		seq -f 'line %.0f' 0 99999 | cmp - lines
	done
	start
	get /1000000000 >/dev/null 2>&1 3>&- &
	holds test -s out
	local began=$SECONDS
	stop 137 # it is in the middle of an answer and never asks for anything
	[ $((SECONDS - began)) -ge 7 ] && [ $((SECONDS - began)) -lt 30 ]
}

@test "a worker that prints without end hears SIGTERM at once" {
	app <<<'export default 1'
	worker_fake <<<$'ready; exec yes'
	start
	holds test -s out
	local began=$SECONDS
	stop 143
	[ $((SECONDS - began)) -lt 8 ]
	run ! grep -qvx 'app: y' out
}

# As start, with standard output where the caller puts it.
launch_into() {
	for _ in {1..3}; do
		PORT=$(free_port)
		: >log
		"$KETTLE" launch --port "$PORT" --db-dir "$DATA" 2>log 3>&- &
		PID=$!
		holds serves_or_ended
		grep -q "Address already in use" log || break # somebody took it since we looked
	done
}

@test "standard output full or closed: said once, and it goes on" {
	parts
	app <<<'export default () => { console.log("x".repeat(5000)); return new Response("x"); }'
	[ -c /dev/full ] || skip "needs /dev/full"
	launch_into >/dev/full
	for _ in {1..50}; do same x "$(get /)"; done
	stop 0
	same 1 "$(grep -c 'kettle: standard output: No space left on device: what goes there is lost' log)"
	launch_into >&-
	for _ in {1..3}; do same x "$(get /)"; done
	stop 0
	same 1 "$(grep -c 'kettle: standard output: Bad file descriptor' log)"
	mkfifo pipe
	cat pipe >/dev/null 3>&- &
	local reader=$!
	launch_into >pipe
	kill "$reader"
	for _ in {1..50}; do same x "$(get /)"; done
	stop 0
	same 1 "$(grep -c 'kettle: standard output: Broken pipe' log)"
}

@test "a slow reader: the queue does not grow with what went through it" {
	expect 0 "$TESTBIN/workspace/kettle/log"
}

@test "nobody reads standard output: the app waits, kettle does not, and nothing is lost" {
	app <<<'export default 1'
	worker_fake <<<$'ready; seq 50000; echo done >&2; exec sleep 100'
	mkfifo pipe
	sleep 100 <>pipe 3>&- & # holds it open
	local holder=$!
	launch_into >pipe
	sleep 0.5
	run ! grep -q "done" log
	cat pipe >got 3>&- &
	local reader=$!
	holds grep -q "done" log
	kill -TERM "$PID"
	ended 143
	kill "$holder"
	wait "$reader"
	seq -f 'app: %.0f' 50000 | cmp - got
	# And now nobody ever reads: it still ends.
	sleep 100 <>pipe 3>&- &
	holder=$!
	launch_into >pipe
	sleep 0.5
	local began=$SECONDS
	stop 143
	[ $((SECONDS - began)) -lt 20 ]
	kill "$holder"
}

@test "what the launcher was given stays as it was: nothing becomes non-blocking" {
	app <<<'export default 1'
	worker_fake <<<$'ready; exec sleep 100'
	mkfifo pipe
	sleep 100 <>pipe 3>&- &
	local holder=$!
	exec 7>pipe
	launch_into >&7
	# spec: proc(5), fdinfo: flags in octal; O_NONBLOCK is 04000.
	same 0 "$(($(sed -n 's/^flags:\s*/0/p' "/proc/$PID/fdinfo/1") & 04000))"
	exec 7>&-
	stop 143
	kill "$holder"
}

@test "why an app does not load: one line, and with --verbose all of it" {
	parts
	local -A reasons=(
		['throw new Error("no database"); export default {};']="Error: no database"
		['throw new TypeError("a\nb"); export default {};']="TypeError: a b"
		['export const x = 1']="TypeError: the app's default export is neither a function nor an object with a fetch method"
		['export default 3']="TypeError: the app's default export is neither a function nor an object with a fetch method"
		['export default () => new Response(/(?<a>x)(?<a>y)/)']="SyntaxError: Invalid regular expression: *"
		['import { nosuch } from "node:fs"; export default () => new Response(nosuch)']="SyntaxError: The requested module 'node:fs' does not provide an export named 'nosuch'"
		['import x from "node:nonsense"; export default () => new Response(x)']="*node:nonsense*"
		['await fetch("http://127.0.0.1/"); export default () => new Response("x")']="Error: Disallowed operation called within global scope.*"
	)
	local source
	for source in "${!reasons[@]}"; do
		app <<<"$source"
		rm -rf "$DATA"
		expect 2 kettle launch --db-dir "$DATA" --port "$(free_port)"
		# shellcheck disable=SC2053
		[[ ${stderr##*$'\n'} == "kettle: ./app.ts: the app does not load: "${reasons[$source]} ]] ||
			{ echo "$source: $stderr"; return 1; }
		printf '%s\n' "$stderr" >printed
		run ! grep -v "^kettle: " printed
		same "" "$(ls -A "$TMPDIR")"
	done
	app <<<'console.error("on the way"); throw new Error("no database"); export default {};'
	expect 2 kettle launch --verbose --db-dir "$DATA" --port "$(free_port)"
	[[ $stderr == *$'\napp: on the way\n'*"app: service app: Uncaught"* ]]
	[[ ${stderr##*$'\n'} == "kettle: ./app.ts: the app does not load: Error: no database" ]]
}

@test "why a worker did not serve, out of what workerd printed" {
	local vector
	for vector in "$VECTORS"/worker/*.txt; do
		run --separate-stderr "$TESTBIN/workspace/kettle/reason" "$vector"
		same "reason: $(<"$vector.reason")" "$stderr" "$vector"
		if [[ $stderr == "reason: the app "* ]]; then same 2 "$status"; else same 71 "$status"; fi
	done
}

@test "a workerd that fails in its own way: its last word" {
	app <<<'export default 1'
	local launch=(launch --db-dir "$DATA" --port "$(free_port)")
	worker_fake <<<$'echo first >&2; echo last >&2; exit 1'
	expect 71 "$KETTLE" "${launch[@]}"
	same "kettle: ./app.ts: workerd: last" "${stderr##*$'\n'}"
	rm -r "$DATA"
	worker_fake <<<$'echo "*** Fatal uncaught kj::Exception: why" >&2; echo stack: 1 2 >&2; exit 1'
	expect 71 "$KETTLE" "${launch[@]}"
	same "kettle: ./app.ts: workerd: kj::Exception: why" "${stderr##*$'\n'}"
	rm -r "$DATA"
	worker_fake <<<'exit 1'
	expect 71 "$KETTLE" "${launch[@]}"
	same "kettle: ./app.ts: workerd: failed without a word" "${stderr##*$'\n'}"
	rm -r "$DATA"
	worker_fake <<<$'echo -n before >&2; kill -SEGV $$'
	expect 139 "$KETTLE" "${launch[@]}"
	[[ $stderr == *$'app: before\nkettle: workerd: killed by SIGSEGV' ]]
}

@test "more said before serving than is held: nothing is lost" {
	app <<<'export default 1'
	worker_fake <<<$'seq 30000 >&2; ready; exec sleep 100'
	start
	holds grep -qx 'app: 30000' log
	stop 143
	grep '^app: ' log | cmp - <(seq -f 'app: %.0f' 30000)
	local serving
	serving=$(grep -n 'serving on port' log | cut -d: -f1)
	[ "$serving" -gt 20000 ]
}

# Loaded by every .bats of kettle after the general helpers: a scratch folder, and a kettle that runs in it.
# shellcheck shell=bash

setup() {
	T=$(mktemp -d "$BATS_TEST_TMPDIR/kettle.XXXXXX")
	export TMPDIR=$T/tmp
	mkdir "$TMPDIR"
	cd "$T" || return
	KETTLE=$BIN/kettle
	unset KETTLE_MANIFEST KETTLE_PORT KETTLE_DB_DIR KETTLE_VERBOSE KETTLE_STATIC KETTLE_LOG KETTLE_REQUIRE_MEASURED KETTLE_ENCRYPTED_ONLY KETTLE_VERSION_2_ONLY KETTLE_KEY_SECONDS DSTACK_SIMULATOR_ENDPOINT
	DATA=$T/data
	EXAMPLE=$ROOT/workspace/kettle/example/app.ts
}

teardown() {
	# Whatever a failed test left running, by its id.
	[ -z "${PID:-}" ] || kill -9 "$PID" 2>/dev/null || true
	[ -z "${ELSEWHERE:-}" ] || { chmod -R u+rwx "$ELSEWHERE" && rm -r "$ELSEWHERE"; }
}

# The programs kettle starts are placed by `make check`.
parts() {
	local lib=${BIN%/bin}/lib
	[ -x "$lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd" ] || skip "needs workerd in $lib"
	[ -x "$lib/node_modules/@esbuild/linux-x64/bin/esbuild" ] || skip "needs esbuild in $lib"
	need curl
}

# manifest FILE [OUT]: a manifest beside it.
manifest() {
	printf '{"app": "%s", "sha256": "%s"}\n' "$(basename "$1")" "$(sha256sum <"$1" | cut -c-64)" >"${2:-manifest.json}"
}

# app [NAME]: stdin becomes an app with a manifest.
app() {
	cat >"${1:-app.ts}"
	manifest "${1:-app.ts}"
}

# parts_fake: a kettle in bin/ with a workerd that is never started and an esbuild that is the script on stdin.
parts_fake() {
	mkdir -p bin lib/kettle lib/node_modules/@cloudflare/workerd-linux-64/bin lib/node_modules/@esbuild/linux-x64/bin
	cp "$BIN/kettle" bin/
	touch lib/kettle/entry.js lib/kettle/files.js
	install -m 755 /dev/null lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd
	esbuild_fake
}

# worker_fake: a kettle in bin/ whose esbuild does nothing but what is asked of it, and whose workerd is the script on
# stdin, in bash: `ready` says that it serves, on both of its sockets.
worker_fake() {
	parts_fake <<-'END'
		#!/bin/sh
		: >app.js
		echo '{"inputs": {"app.ts": {"imports": []}}, "outputs": {}}' >metafile.json
	END
	{
		# shellcheck disable=SC2016
		printf '#!%s\n%s\n' "$(command -v bash)" 'for at; do [[ $at != --control-fd=* ]] || control=${at#*=}; done
			ready() { printf "{}\n{}\n" >&$control; }'
		cat
	} >lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd
	KETTLE=$T/bin/kettle
}

esbuild_fake() {
	install -m 755 /dev/stdin lib/node_modules/@esbuild/linux-x64/bin/esbuild
}

# A port nobody listens on.
free_port() {
	local port
	while port=$((20000 + RANDOM % 10000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	printf "%s\n" "$port"
}

# holds COMMAND...: waits until it holds, a minute at most: what is waited for takes a moment, but the machine may be busy.
holds() {
	local i
	for ((i = 0; i < 1200; i++)); do
		if "$@"; then return; fi
		sleep 0.05
	done
	echo "still does not hold: $*" >&2
	return 1
}

# run_launch [ARGUMENT...]: launches in the background; returns when it serves, or when it ends. $PID, $T/out, $T/log.
run_launch() {
	: >"$T/out" # now, so that what is waited for is not an earlier one's
	: >"$T/log"
	"$KETTLE" launch "$@" >"$T/out" 2>"$T/log" 3>&- &
	PID=$!
	holds serves_or_ended
	grep -q "serving on port" "$T/log"
}

serves_or_ended() {
	grep -q "serving on port" "$T/log" || ! kill -0 "$PID" 2>/dev/null
}

# start [ARGUMENT...]: as run_launch, on a free $PORT, with its data in $DATA.
start() {
	for _ in {1..3}; do
		PORT=$(free_port)
		if run_launch --port "$PORT" --db-dir "$DATA" "$@"; then return; fi
		# Somebody else took it since we looked.
		grep -q "Address already in use" "$T/log" || break
	done
	cat "$T/log" >&2
	return 1
}

# stop STATUS [SIGNAL]: and nothing is left of it.
stop() {
	kill "-${2:-TERM}" "$PID"
	ended "$1"
}

ended() {
	local got=0
	wait "$PID" || got=$?
	PID=
	same "$1" "$got" "exit status; log: $(<"$T/log")"
	same "" "$(ls -A "$TMPDIR")" "left in TMPDIR"
}

get() {
	curl -sS --max-time 60 "http://127.0.0.1:$PORT$1"
}

# child_pid NAME: the child of kettle's whose program is called so.
child_pid() {
	local child children
	read -ra children <"/proc/$PID/task/$PID/children" || true # no newline at its end
	for child in "${children[@]}"; do
		[ "$(<"/proc/$child/comm")" != "$1" ] || printf '%s\n' "$child"
	done
}

worker_pid() {
	child_pid workerd
}

# is_gone PID: no such process, or only its name is left for its parent to collect.
is_gone() {
	local pid=${1// /}
	[ ! -e "/proc/$pid" ] || grep -qs "^State:.*Z" "/proc/$pid/status"
}

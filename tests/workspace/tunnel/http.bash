# Loaded by the tests of front and backend, after the general helpers: peers, and what they saw.
# shellcheck shell=bash

PEERS=$ROOT/tests/workspace/tunnel

# holds COMMAND...: waits until it does, half a minute at most.
holds() {
	local i
	for ((i = 0; i < 600; i++)); do
		if "$@"; then return; fi
		sleep 0.05
	done
	echo "still does not hold: $*" >&2
	return 1
}

# begin NAME COMMAND...: in the background, its output in NAME.log; ended by end_all.
PIDS=()
begin() {
	local name=$1
	shift
	"$@" >"$name.log" 2>&1 3>&- &
	LAST_PID=$!
	PIDS+=("$LAST_PID")
}

end_all() {
	local pid
	for pid in "${PIDS[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
	for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
	PIDS=()
}

# careless [tcp]: front-backend.py; its address is $PLACE, what it saw in back/.
careless() {
	rm -rf back
	mkdir back
	begin careless python3 -IS "$PEERS/front-backend.py" "$PWD/back" "$@"
	holds test -e back/address
	PLACE=$(<back/address)
}

# node_backend: front-node.js.
node_backend() {
	begin node node "$PEERS/front-node.js"
	holds grep -q listening node.log
	PLACE=http://127.0.0.1:$(sed -n 's/listening //p' node.log)
}

# front [OPTION]...: before $PLACE, at $PORT; its log is front.log.
front() {
	begin front "$TESTBIN/workspace/tunnel/front" "$@" 0 "$PLACE"
	FRONT_PID=$LAST_PID
	holds grep -q listening front.log
	PORT=$(sed -n 's/listening //p' front.log)
}

# talk: front-client.py; what it is told has \n, \r and the like. $output is what came, with CR as '^' and each line's end as '|'.
talk() {
	printf %b "$1" | python3 -IS "$PEERS/front-client.py" "$PORT" >talk.out
	output=$(tr -d '\0' <talk.out | tr '\r\n' '^|')
}

# ask TARGET [HEADER]...: a request as text for talk, its lines ended.
ask() {
	local target=$1
	shift
	printf '%s HTTP/1.1\\r\\nHost: a\\r\\n' "$target"
	[ $# -eq 0 ] || printf '%s\\r\\n' "$@"
	printf '\\r\\n'
}

# logged TEXT: once.
logged() {
	holds grep -qF "log: $1" front.log
	same 1 "$(grep -cF "log: $1" front.log)" "lines of the log with $1"
}

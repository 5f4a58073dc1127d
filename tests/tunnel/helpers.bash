# What the tests of the tunnel share: programs that listen, the app behind them, evidence of the test authority, and both implementations: ours
# (tunneld, tunnel-fetch, tunnel-ws) and the one beside this on npm's packages (server.cjs, client.cjs).
# shellcheck shell=bash
load ../end-to-end/clone

TUNNEL=$ROOT/tests/tunnel

# For setup_file.
tunnel_setup() {
	FIXTURE=$SHARED/vectors/quotes/near-mpc
	[ -d "$FIXTURE" ] || skip "needs $FIXTURE"
	npm_packages "$BATS_FILE_TMPDIR" tests/tunnel/npm
	export FIXTURE MODULES=$BATS_FILE_TMPDIR/node_modules MADE=$BATS_FILE_TMPDIR/made
	"$TESTBIN/workspace/qvl/authority" "$MADE"
}

# For setup.
tunnel_scratch() {
	T=$BATS_TEST_TMPDIR
	RUNNING=()
	cd "$T" || return
}

# For teardown.
tunnel_clear() {
	[ ${#RUNNING[@]} -eq 0 ] || kill "${RUNNING[@]}" 2>/dev/null || true
	wait
}

# background NAME COMMAND...: started, and ended with the test; what it says is in NAME.out and NAME.err.
background() {
	local name=$1
	shift
	rm -f "$T/$name.out" # of one before
	"$@" >"$T/$name.out" 2>"$T/$name.err" 3>&- &
	RUNNING+=($!)
}

# holds NAME COMMAND...: within a minute the command does, or what NAME said is shown.
holds() {
	local name=$1 end=$((SECONDS + ${SECONDS_TO_START:-60}))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] && kill -0 "${RUNNING[-1]}" 2>/dev/null || {
			echo "$name does not do: $*" >&2
			cat "$T/$name.out" "$T/$name.err" >&2
			return 1
		}
		sleep 0.05
	done
}

# listens NAME COMMAND...: in the background, until it says `listening` and perhaps a port, which is $PORT then.
listens() {
	background "$@"
	holds "$1" grep -qs ^listening "$T/$1.out"
	PORT=$(sed -n 's/^listening \(on .*:\)\?//p' "$T/$1.out")
}

free_port() {
	local port
	while port=$((20000 + RANDOM % 10000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	printf '%s\n' "$port"
}

taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT

# The app and the guest agent, as both servers have them: $BACKEND, $T/agent.sock.
backend() {
	listens app node "$TUNNEL/app.cjs"
	BACKEND=http://127.0.0.1:$PORT
	listens agent "$TESTBIN/workspace/kettle/agent" --authority "$MADE" "$T/agent.sock" "$FIXTURE"
}

# server KIND [OPTION...]: ours, or theirs, of version 1 or 2; listens at $URL.
server() {
	local kind=$1
	shift
	if [ "$kind" = ours ]; then
		listens server "$BIN/tunneld" --listen 127.0.0.1:0 --backend "$BACKEND" --agent "$T/agent.sock" "$@"
	else
		listens server node "$TUNNEL/server.cjs" --version "${kind#theirs-}" --backend "$BACKEND" --agent "$T/agent.sock" "$@"
	fi
	export URL=http://127.0.0.1:$PORT
}

trusted() { TRUSTED=(--root "$MADE/root.pem" --collateral "$MADE/collateral.json" --at "$(<"$MADE/at")" --any-code); }

ours() { # PROGRAM VERSION OPTION...
	trusted
	local version=()
	[ "$2" != 1 ] || version=(--allow-version-1)
	"$BIN/$1" "${TRUSTED[@]}" "${version[@]}" "${@:3}"
}

theirs() { node "$TUNNEL/client.cjs" --nonce --version "$1" "${@:2}"; } # VERSION OPTION...

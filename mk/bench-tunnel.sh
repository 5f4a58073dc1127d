#!/bin/bash
# bench-tunnel.sh SECTION WORK RUNS: what a tunnel costs, for mk/bench.sh; WORK is a folder to work in.
#
#     tunnel    requests to an app through tunneld, by tunnel and plain: 100 at once, one after the other, with 1 MB up and down; one
#               download of 1 GB; a WebSocket's echo; the ciphers alone; memory of 10,000 idle tunnels
#
# One program is the client of both (tests/workspace/tunnel/load.c), one server has both on its port, one app is behind it. Kinds take
# turns, so that what else the machine does falls on each. Server and client have the libraries of the build root, as the image has them: an
# older OpenSSL has a slower AES. Environment: SHARED, where captured data are (../shared).
. mk/bench-turns.bash
section=$1
work=$(realpath "$2")/$section
runs=$3
libraries=build/root/usr/lib/x86_64-linux-gnu
with=("$libraries/ld-linux-x86-64.so.2" --library-path "$libraries")
load=("${with[@]}" build/host/tests/workspace/tunnel/load)
fixture=${SHARED:-../shared}/vectors/quotes/near-mpc
lock=tests/tunnel/npm/package-lock.json
download=1000000000
idle=10000
started=()

# Whatever is started ends with this.
end() {
	[ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || :
	rm -rf "$work"
}

# start NAME COMMAND...: in the background, until it says that it listens; $port.
start() {
	local name=$1 i
	shift
	"$@" >"$work/$name.out" 2>"$work/$name.err" &
	started+=($!)
	for ((i = 0; i < 600; i++)); do
		! grep -q ^listening "$work/$name.out" || break
		sleep 0.1
	done
	port=$(sed -n 's/^listening \(on .*:\)\?//p' "$work/$name.out")
	[ -s "$work/$name.out" ] || die 70 "$name: does not start: $(head -n 1 "$work/$name.err")"
}

make_inputs() {
	mkdir "$work/npm"
	mk/store-fetch.sh "$STORE" $lock
	mk/runtime-unpack.sh "$STORE" $lock "$work/npm" 2>"$work/npm.log"
	build/host/tests/workspace/qvl/authority "$work/made"
	start agent build/host/tests/workspace/kettle/agent --authority "$work/made" "$work/agent.sock" "$fixture"
	start app env MODULES="$work/npm/node_modules" node tests/tunnel/app.cjs
	start tunneld "${with[@]}" build/builder/bin/tunneld --listen 127.0.0.1:0 --backend "http://127.0.0.1:$port" --agent "$work/agent.sock" \
		--connections $((idle + 1000))
	tunneld=${started[-1]}
	origin=http://127.0.0.1:$port
}

# NAME: WHAT OPTIONS -- TARGET, how often that is
declare -A of=(
	[concurrent]='requests -n 10000 -c 100 -- /' [serial]='requests -n 2000 -- /' [megabyte]='requests -n 200 -b 1000000 -- /body'
	[download]="requests -n 1 -- /bytes?size=$download" [echo]='echo -n 2000 -b 100 -- /ws'
)
declare -A label=(
	[concurrent]='10000 requests, 100 at once' [serial]='2000 requests, one after the other' [megabyte]='200 requests with 1 MB up and down'
	[download]='a download of 1 GB' [echo]='2000 messages of a WebSocket, there and back'
)
names=(concurrent serial megabyte echo download)

# A download's first one does not count, and is short.
measure() { # NAME KIND
	local words what target
	read -ra words <<<"${of[$1]}"
	what=("${words[@]:0:${#words[@]}-2}")
	target=${words[-1]}
	"${load[@]}" "$2" "${what[@]}" "$origin" "$target" >>"$work/$1-$2.figures" 2>"$work/load.err" ||
		die 70 "$1, $2: $(head -n 1 "$work/load.err")"
}

# Ciphers alone, over as many bytes as the download has, in chunks as the tunnel has them: the limit's, which version 1 has, and version 2's.
ciphers() {
	local name
	for name in secretbox aes-256-gcm; do "${load[@]}" cipher $name -n $((download / 262144)) -b 262144 >>"$work/$name.figures"; done
}

round() {
	local name kind kinds=(plain tunnel)
	[ $(($1 % 2)) -eq 0 ] || kinds=(tunnel plain)
	for name in "${names[@]}"; do
		for kind in "${kinds[@]}"; do measure "$name" "$kind"; done
	done
	ciphers
}

figure() { median <"$work/$1.figures"; }
ratio() { paste -d' ' "$work/$1.figures" "$work/$2.figures" | awk '{ print $1 / $2 }' | median; } # NAME OTHER
speed() { awk "BEGIN { printf \"%.0f\", $download / 1e6 / $(figure "$1") }"; }           # NAME: MB a second

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; } # PID: KiB
# With the processes that it has forked.
resident_all() {
	local sum pid
	sum=$(resident "$tunneld")
	for pid in $(<"/proc/$tunneld/task/$tunneld/children"); do sum=$((sum + $(resident "$pid"))); done
	echo "$sum"
}

# Kilobytes of the server for each of the idle tunnels.
idle_memory() {
	local before opener
	before=$(resident_all)
	mkfifo "$work/hold"
	"${load[@]}" tunnel idle -n $idle "$origin" <"$work/hold" >"$work/idle.out" 2>"$work/idle.err" &
	opener=$!
	exec 9>"$work/hold"
	until grep -q open "$work/idle.out"; do
		kill -0 $opener 2>/dev/null || die 70 "idle tunnels: $(head -n 1 "$work/idle.err")"
		sleep 0.2
	done
	awk "BEGIN { printf \"%.1f\", ($(resident_all) - $before) * 1.024 / $idle }"
	exec 9>&-
	wait $opener
}

section_tunnel() {
	local name i memory
	ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
	make_inputs
	say "tunnel, memory of $idle idle"
	memory=$(idle_memory)
	for ((i = 1; i <= runs; i++)); do
		say "tunnel, $i of $runs"
		round "$i"
	done
	printf '\n## A tunnel\n\nAn app in Node.js %s behind tunneld, both on this machine with their client. Medians of %d rounds.\n' "$(node --version)" "$runs"
	printf '\n| what | plain, s | tunnel, s |\n|---|--:|--:|\n'
	for name in "${names[@]}"; do printf '| %s | %.3f | %.3f |\n' "${label[$name]}" "$(figure "$name-plain")" "$(figure "$name-tunnel")"; done
	printf '\nThe download: %s MB a second in the tunnel, %s plain; AES-256-GCM alone %s, secretbox alone %s.\n' "$(speed download-tunnel)" "$(speed download-plain)" "$(speed aes-256-gcm)" "$(speed secretbox)"
	limits
	for name in concurrent serial megabyte; do printf '| %s: tunnel / plain | 1.3 | %.2f |\n' "${label[$name]}" "$(ratio "$name-tunnel" "$name-plain")"; done
	printf '| the download: speed / secretbox alone | at least 0.5 | %.2f |\n' "$(ratio secretbox download-tunnel)"
	printf '| memory of tunneld for each of %d idle tunnels, kB | 16 | %s |\n' $idle "$memory"
}

[ "$section" = tunnel ] || die 64 "$section: not tunnel"
: "${STORE:?the folder of all inputs}"
[ -d "$fixture" ] || die 72 "$fixture: not there"
begin
trap end EXIT
section_tunnel

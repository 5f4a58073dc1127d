#!/bin/bash
# bench-kettle.sh SECTION WORK RUNS: what kettle costs, for mk/bench.sh; WORK is a folder to work in.
#
#     start     from starting kettle to the first answer, beside esbuild and workerd alone with the same app; memory
#     load      requests to the image in a container, to kettle without one, and to workerd alone
#
# workerd, esbuild and all they read are the image's own, taken out of it. How kettle calls them is noted while it does,
# so that alone they do what they do for kettle, whatever that is.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
section=$1
work=$(realpath "$2")/$section
runs=$3
image=kettle-launcher
prefix=$work/image/rootfs/usr
packages=$prefix/lib/node_modules
workerd=$packages/@cloudflare/workerd-linux-64/bin/workerd
esbuild=$packages/@esbuild/linux-x64/bin/esbuild
connections=32
seconds=4 # of requests, after one that does not count

declare -A label=(
	[example]='the example, `workspace/kettle/example/app.ts`'
	[hono]='an app that imports `hono`'
	[container]='container, `--network host`'
	[kettle]='kettle without a container'
	[workerd]='workerd alone'
	[/healthz]='reads its storage'
	[/]='writes its storage'
)

die() { # STATUS TEXT
	printf 'bench: %s\n' "$2" >&2
	exit "$1"
}

say() { printf '  BENCH    %s\n' "$*" >&2; }

clean() {
	if [ -e "$work/graph" ]; then
		podman rm --all --force --time 0 >/dev/null
		podman rmi --all --force >/dev/null
	fi
	chmod -R u+w "$work" # folders of the image
	rm -rf "$work"
}

# The launcher is the host's build of the sources that the image's is of, because that one needs the image's C library.
install_prefix() {
	umoci unpack --rootless --image "build/images/$image/oci" "$work/image" >"$work/umoci.log" 2>&1 || {
		sed 's/^/bench: umoci: /' "$work/umoci.log" >&2
		die 70 "build/images/$image/oci: cannot be unpacked"
	}
	cp --remove-destination build/bin/kettle "$prefix/bin/"
}

# Apps.

make_apps() {
	local name
	mkdir -p "$work/example" "$work/hono"
	cp workspace/kettle/example/app.ts "$work/example/"
	cat >"$work/hono/app.ts" <<-'END'
		import { Hono } from "hono";
		const app = new Hono();
		app.get("/", (context) => context.text("Hello.\n"));
		export default app;
	END
	for name in example hono; do
		printf '{"app": "app.ts", "sha256": "%s"}' "$(sha256sum <"$work/$name/app.ts" | cut -c-64)" \
			>"$work/$name/manifest.json"
	done
	chmod -R a+rX "$work/example" "$work/hono" # for the container's user
}

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "0.0.0.0")->sockport'
}

# Calls, as mk/bench-start.pl reads them.

call() { # CALL COMMAND...: with nothing in its environment that would change what kettle does
	local call=$1
	shift
	mkdir -p "$call"
	printf '%s\0' "$@" >"$call/arguments"
	printf '%s\0' "PATH=$PATH" "TMPDIR=$work/tmp" >"$call/environment"
	echo "$work" >"$call/folder"
	: >"$call/input"
}

# Stands in the place of PROGRAM, notes in CALL how it is called, and what files are there then; AFTERWARDS is the rest.
recorder() { # PROGRAM CALL AFTERWARDS
	mv "$1" "$1.real"
	cat >"$1" <<-END
		#!/bin/sh
		set -e
		mkdir "$2"
		sed -z 1d </proc/\$\$/cmdline >"$2/arguments"
		cat /proc/\$\$/environ >"$2/environment"
		pwd >"$2/folder"
		cat >"$2/input"
		cp -R . "$2/files.new"
		mv "$2/files.new" "$2/files"
		$3
	END
	chmod 755 "$1"
}

# kettle is refused a worker, so what it says is of no interest; what was to be noted is there or not.
record() { # APP
	local at=$work/$1
	call "$at/kettle" "$prefix/bin/kettle" launch --port "$port" --db-dir "$work/data" "$at/manifest.json"
	recorder "$esbuild" "$at/esbuild" "exec '$esbuild.real' \"\$@\" <'$at/esbuild/input'"
	recorder "$workerd" "$at/workerd" 'exit 1'
	fresh
	mk/bench-start.pl 0 "$at/kettle" >/dev/null 2>&1 || true
	mv "$esbuild.real" "$esbuild"
	mv "$workerd.real" "$workerd"
	[ -e "$at/workerd/files" ] || {
		sed "s/^/bench: $1: /" "$at/kettle/output" >&2
		die 70 "$1: kettle does not get as far as workerd"
	}
	# Alone it opens the port, which kettle has in front of its socket.
	sed -z '/^--[a-z]*-fd=/d' "$at/workerd/arguments" >"$at/arguments"
	mv "$at/arguments" "$at/workerd/arguments"
	sed -i "s|(name = \"plain\", address = \"unix:[^\"]*\"|(name = \"plain\", address = \"*:$port\"|" "$at/workerd/files/worker.capnp"
}

# What each start begins with: no data, and for what kettle would call the files that kettle would have made.
fresh() { # [CALL]
	local folder
	rm -rf "$work/data" "$work/tmp"
	mkdir -m 777 "$work/data" "$work/tmp"
	if [ -e "${1:-}/files" ]; then
		folder=$(<"$1/folder")
		cp -R "$1/files" "$folder"
	fi
}

# Figures: a line a run.

median() { sort -g | awk '{ at[NR] = $1 } END { print (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2 }'; }
figure() { awk -v column="$2" '{ print $column }' "$1" | median; } # FILE COLUMN

# Start.

start_once() { # APP NAME: figures are milliseconds, MB of the process started, of its workerd, of all others
	local at=$work/$1/$2 on=$port
	[ "$2" != esbuild ] || on=0
	fresh "$at"
	mk/bench-start.pl "$on" "$at" >"$work/started"
	awk '/^answer/ { time = $2 }
		/^peak/ { memory[!peaks++ ? "own" : $2 == "workerd" ? "worker" : "others"] += $3 * 1024 / 1e6 }
		END { printf "%.3f %.3f %.3f %.3f\n", time, memory["own"], memory["worker"], memory["others"] }' \
		"$work/started" >>"$at.figures"
}

start_row() { # APP
	local at=$work/$1
	paste -d' ' "$at"/{esbuild,workerd,kettle}.figures |
		awk '{ sum = $1 + $5; print sum, $9 / sum, $9 - sum }' >"$at/compared"
	printf '| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.3f |\n' "${label[$1]}" "$(figure "$at/esbuild.figures" 1)" \
		"$(figure "$at/workerd.figures" 1)" "$(figure "$at/compared" 1)" "$(figure "$at/kettle.figures" 1)" \
		"$(figure "$at/compared" 3)" "$(figure "$at/compared" 2)"
}

memory_row() { # APP
	local at=$work/$1
	printf '| %s | %.1f | %.1f | %.1f | %.1f | %.1f |\n' "${label[$1]}" "$(figure "$at/kettle.figures" 2)" \
		"$(figure "$at/kettle.figures" 4)" "$(figure "$at/kettle.figures" 3)" "$(figure "$at/workerd.figures" 2)" \
		"$(figure "$at/esbuild.figures" 2)"
}

section_start() {
	local apps=(example hono) turns=(kettle esbuild workerd) app name round
	local rounds=$((runs * 5)) # each takes a tenth of a second or two
	for app in "${apps[@]}"; do record "$app"; done
	say "start, $rounds rounds"
	for ((round = 1; round <= rounds; round++)); do
		for app in "${apps[@]}"; do
			for name in "${turns[@]}"; do start_once "$app" "$name"; done
		done
		turns=("${turns[@]:1}" "${turns[0]}") # none always comes after the same
	done
	printf '\n## Start\n\nVersions: %s. Medians of %d.\n' "$(versions)" "$rounds"
	printf '\n| ms to the first answer | esbuild alone | workerd alone | their sum | kettle | more by | kettle / sum |\n'
	printf '|---|--:|--:|--:|--:|--:|--:|\n'
	for app in "${apps[@]}"; do start_row "$app"; done
	printf '\n| largest memory, MB | kettle | its other processes | workerd below it | workerd alone | esbuild alone |\n'
	printf '|---|--:|--:|--:|--:|--:|\n'
	for app in "${apps[@]}"; do memory_row "$app"; done
}

# Load.

# The image in a podman of our own, whose settings need neither systemd nor journald nor an overlay file system.
podman_setup() {
	export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
	cat >"$CONTAINERS_CONF" <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
		log_driver = "k8s-file"
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "none"
	END
	cat >"$CONTAINERS_STORAGE_CONF" <<-END
		[storage]
		driver = "vfs"
		graphroot = "$work/graph"
		runroot = "$work/run"
	END
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
	pulled=$(podman pull --quiet --signature-policy "$work/policy.json" "oci:build/images/$image/oci")
}

# The container as people run it, its data beside that of the others. It is made once: vfs copies all of the image.
create_container() {
	podman create --name bench --network host --cap-drop all --security-opt no-new-privileges --read-only \
		--read-only-tmpfs=false --tmpfs /tmp --env "KETTLE_PORT=$port" --volume "$work/example:/app:ro" \
		--volume "$work/data:/data" "$pulled" >/dev/null
	call "$work/example/container" "$(command -v podman)" start --attach --sig-proxy bench
	printf '%s\0' "CONTAINERS_CONF=$CONTAINERS_CONF" "CONTAINERS_STORAGE_CONF=$CONTAINERS_STORAGE_CONF" \
		>>"$work/example/container/environment"
	echo "podman inspect --format '{{.State.Pid}}' bench" >"$work/example/container/process"
}

make_requests() {
	cat >"$work/report.lua" <<-'END'
		done = function(summary, latency)
			local errors = summary.errors
			print(string.format("load %.1f %.3f %.3f %d %d", summary.requests / summary.duration * 1e6,
				latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.requests,
				errors.connect + errors.read + errors.write + errors.status + errors.timeout))
		end
	END
	requests=(bash -euc '
		load() { wrk -t 1 -c "$1" -d "$2s" -s "$3" "$4"; }
		load "$1" 1 "$3" "$4"
		load "$@"' load "$connections" "$seconds" "$work/report.lua")
}

# Figures are requests a second, the ms within which half were answered, and 99 %; ms of processor time for each request
# of workerd, and of all else that belongs to it.
load_once() { # NAME PATH
	local at=$work/example/$1
	fresh "$at"
	mk/bench-start.pl "$port" "$at" "${requests[@]}" "http://127.0.0.1:$port$2" >"$work/loaded"
	awk '$1 == "load" { figures = $2 " " $3 " " $4; requests += $5; errors += $6 }
		$1 == "used" { used[$2 == "workerd"] += $3 * 1e3 }
		END { print figures, used[1] / requests, used[0] / requests; exit errors }' \
		"$work/loaded" >>"$at${2//\//-}.figures" ||
		die 70 "$1: $2: not every request was answered: $(grep '^load' "$work/loaded")"
}

load_row() { # NAME PATH
	local figures=$work/example/$1${2//\//-}.figures alone=$work/example/workerd${2//\//-}.figures
	paste -d' ' "$figures" "$alone" | awk '{ print $1 / $6, $4 / $9 }' >"$work/compared"
	printf '| %s | %.0f | %.2f | %.2f | %.3f | %.3f | %.3f | %.3f |\n' "${label[$1]}" "$(figure "$figures" 1)" \
		"$(figure "$figures" 2)" "$(figure "$figures" 3)" "$(figure "$work/compared" 1)" "$(figure "$figures" 4)" \
		"$(figure "$work/compared" 2)" "$(figure "$figures" 5)"
}

section_load() {
	local names=(container kettle workerd) paths=(/healthz /) name path round
	local turns=("${names[@]}")
	record example
	podman_setup
	create_container
	make_requests
	for ((round = 1; round <= runs; round++)); do
		say "load, $round of $runs"
		for path in "${paths[@]}"; do
			for name in "${turns[@]}"; do load_once "$name" "$path"; done
		done
		turns=("${turns[@]:1}" "${turns[0]}")
	done
	printf '\n## Load\n\nVersions: %s. wrk with %d connections, %d s a turn.\n' "$(versions)" "$connections" "$seconds"
	for path in "${paths[@]}"; do
		printf '\n`GET %s` of the example, which %s.\n' "$path" "${label[$path]}"
		printf '\n| | requests/s | p50 ms | p99 ms | %s | processor ms a request: workerd | %s | kettle |\n' \
			'of workerd alone (1.0 expected)' 'of workerd alone (1.0 expected)'
		printf '|---|--:|--:|--:|--:|--:|--:|--:|\n'
		for name in "${names[@]}"; do load_row "$name" "$path"; done
	done
}

versions() {
	printf '%s; esbuild %s; %s' "$("$workerd" --version)" "$("$esbuild" --version)" \
		"$("$prefix/bin/kettle" --version | head -n 1)"
	[ "$section" != load ] || printf '; %s; %s; %s' "$(podman --version)" "$(runc --version | head -n 1)" \
		"$({ wrk --version || true; } | awk 'NR == 1 { print $1, $2 }')"
}

[[ $section == @(start|load) ]] || die 64 "$section: not one of start, load"
[ "$section" != load ] || [ "$(id -u)" -eq 0 ] || die 71 "load: needs root, to run containers without set-up"
rm -rf "$work"
mkdir -p "$work"
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
install_prefix
make_apps
port=$(free_port)
"section_$section"

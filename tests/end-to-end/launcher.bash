# Containers of the launcher's image with an app: what the tests of it share.
load podman
load ../web

# For setup_file: the image in podman, as localhost/kettle-launcher@$DIGEST. Its ID is $LAUNCHER.
launcher_setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to run containers without set-up"
	podman_setup
	LAUNCHER=$(pull kettle-launcher)
	DIGEST=$(jq -r '.manifests[0].digest' "$IMAGES/kettle-launcher/oci/index.json")
	podman tag "$LAUNCHER" localhost/kettle-launcher:built
	export LAUNCHER DIGEST
}

launcher_teardown() { [ "$(id -u)" -ne 0 ] || podman_teardown; }

# For setup: a scratch folder that a container's user can go into, with nothing of the caller's environment.
launcher_scratch() {
	T=$BATS_TEST_TMPDIR
	RUNNING=()
	KETTLE=$BIN/kettle
	unset "${!KETTLE_@}" GITHUB_TOKEN SSL_CERT_FILE "${!DSTACK_@}"
	chmod a+rx "$T"
	cd "$T" || return
}

# For teardown: all containers, their data, and whatever the test has running by its number.
launcher_clear() {
	web_stop
	[ ${#RUNNING[@]} -eq 0 ] || kill -9 "${RUNNING[@]}" 2>/dev/null || true
	podman rm --all --force --time 0 >/dev/null
	podman volume prune --force >/dev/null
}

# Counts its calls in SQL; what it was asked is in its answer. At /slow it takes its time, having said so.
counter() { # FILE
	cat >"$1" <<-'EOT'
		let slow = 0;
		export function onInit(env: any): void {
			env.DO_STORAGE.sql.exec("CREATE TABLE IF NOT EXISTS calls (at INTEGER)");
		}
		export default {
			async fetch(request: Request, env: any): Promise<Response> {
				const path = new URL(request.url).pathname;
				if (path === "/slow") {
					slow++;
					await new Promise((done) => setTimeout(done, 3000));
					return new Response("slow, and whole\n");
				}
				if (path === "/slow-began") return new Response(`${slow}\n`);
				if (path !== "/count") return new Response("there\n");
				env.DO_STORAGE.sql.exec("INSERT INTO calls VALUES (0)");
				return Response.json(env.DO_STORAGE.sql.exec("SELECT count(*) AS calls FROM calls").one().calls);
			},
		};
	EOT
	chmod a+r "$1"
}

# Makes the manifest of an app beside it, which its path in the container does not matter to.
manifest() { # APP
	local hash
	hash=$(sha256sum <"$1")
	printf '{"app": "%s", "sha256": "%s"}\n' "$(basename "$1")" "${hash%% *}" >"$(dirname "$1")/manifest.json"
}

# launch NAME OPTION... [-- ARGUMENT...]: in the background, with no capability, no new privilege, and nothing writable
# but /tmp and what the options mount; without a network unless they give one. TMP: options of /tmp, or none.
launch() {
	local name=$1 options=()
	shift
	[[ $* == *--network* ]] || options+=(--network none)
	while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1") && shift; done
	[ "${TMP:-}" = none ] || options+=(--tmpfs "/tmp:mode=1777${TMP:+,$TMP}")
	podman run --detach --name "$name" --cap-drop all --security-opt no-new-privileges --read-only \
		--read-only-tmpfs=false "${options[@]}" "$LAUNCHER" "${@:2}" >/dev/null
}

state() { podman inspect --format "{{.State.$2}}" "$1"; } # NAME FIELD

# Waits until a command holds, a minute at most; shows the container's log when that ends first, or never comes true.
until_up() { # NAME COMMAND...
	local i name=$1
	shift
	for ((i = 0; i < 600; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		[ "$(state "$name" Status)" = running ] || break
		sleep 0.1
	done
	podman logs "$name" >&2
	return 1
}

# In the network of a container that has none but its loopback device.
inside() { # NAME COMMAND...
	nsenter --net="/proc/$(state "$1" Pid)/ns/net" "${@:2}"
}

get() { # URL [CURL OPTION...]
	curl --silent --show-error --fail --max-time 20 "$@"
}

ask() { # NAME PATH [CURL OPTION...]: the app in a container with a network of its own
	inside "$1" curl --silent --show-error --fail --max-time 20 "http://127.0.0.1:3001$2" "${@:3}"
}

answers() { # NAME [PATH]: waits until it does
	until_up "$1" ask "$1" "${2:-/}"
}

# refused STATUS NAME PATTERN: it ended by itself with one line, of kettle's. That it was not measured is not counted.
refused() {
	local line
	same "$1" "$(podman wait "$2")" "status of $2: $(podman logs "$2" 2>&1)"
	line=$(podman logs "$2" 2>&1 | grep -v '^kettle: not measured: ')
	one_line "$line" "$3"
	[[ $line == "kettle: "* ]]
}

# A port that nobody listens on.
free_port() {
	local port
	while port=$((20000 + RANDOM % 10000)) && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	printf '%s\n' "$port"
}

# background COMMAND...: started, and ended with the test. $! is its number.
background() {
	"$@" 3>&- &
	RUNNING+=($!)
}

holds_within() { # SECONDS COMMAND...: waits until it holds
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "still does not hold: $*" >&2 && return 1; }
		sleep 0.05
	done
}

# mk/compose.sh and images/kettle-launcher/docker-compose.yml, with engines that only write down what they are asked.
# What the real ones make of it: tests/end-to-end/compose.bats.
load ../helpers

DIGEST=sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
TEMPLATE=$ROOT/images/kettle-launcher/docker-compose.yml

setup() {
	T=$BATS_TEST_TMPDIR/tree
	mkdir -p "$T/images/kettle-launcher" "$T/build/images/kettle-launcher/oci" "$T/mk" "$T/app folder" "$T/bin"
	cp "$TEMPLATE" "$T/images/kettle-launcher/"
	cp "$ROOT/mk/compose.sh" "$T/mk/"
	echo "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"$DIGEST\"}]}" >"$T/build/images/kettle-launcher/oci/index.json"
	echo '{}' >"$T/app folder/manifest.json"
	echo 'export default {};' >"$T/app folder/app.ts"
	export CALLS=$T/calls
	cd "$T" || return
	# Only what the script may use of the host, and no engine but the test's own.
	for it in bash sed grep cat mkdir rm mv cp tail tr install sha256sum realpath xargs chmod sleep env; do
		ln -s "$(command -v $it)" "bin/$it"
	done
	engine skopeo ''
}

# A command that writes down its words, one call a line, and then does as the script says.
engine() { # NAME SCRIPT
	printf '#!/bin/bash\n{ printf "%%s" "${0##*/}"; printf " <%%s>" "$@"; echo; } >>"$CALLS"\n%s\n' "$2" >"bin/$1"
	chmod +x "bin/$1"
}

# One whose container is there, healthy and quiet.
PODMAN='case $1 in
	image) exit 1 ;;
	ps) echo 0123 ;;
	volume) [ $2 != ls ] || echo make-kettle-launcher_data ;;
	inspect) case $* in *Name*) echo kettle-launcher_kettle_1 ;; *) echo "${STATE:-running 0}" ;; esac ;;
	logs) echo "kettle: app.ts: sha256 is not the one of the manifest" ;;
esac'
DOCKER='case $1.$2 in
	image.inspect) [[ $* == *Id* ]] && echo sha256:1d || exit 1 ;;
	ps.*) echo 0123 ;;
	inspect.*) case $* in *Name*) echo /kettle-launcher-kettle-1 ;; *) echo "${STATE:-running 0}" ;; esac ;;
esac'

# Not even once in the file; `! grep` would not end a test.
absent() { # GREP-ARGUMENT... FILE
	if grep "$@"; then return 1; fi
}

compose() { # ARGUMENT...
	env PATH="$T/bin" mk/compose.sh "$@"
}

@test "the image of the compose file is the one of the committed state: make bless" {
	digest=$(jq -r .manifest.sha256 "$VECTORS/release/kettle-launcher.json")
	same "    image: \"localhost/kettle-launcher@sha256:$digest\"" "$(grep '^ *image:' "$TEMPLATE")"
}

@test "the image's name has no variable, and the compose file no tag" {
	absent '^ *image:.*[$]' "$TEMPLATE"
	absent ':latest' "$TEMPLATE"
}

@test "what confines the app, and how its health is asked, is not only in comments" {
	# What is left without comments is what an engine reads.
	sed 's/ *#.*//; /^ *$/d' "$TEMPLATE" >read
	for line in 'read_only: true' 'cap_drop: ["ALL"]' 'security_opt: ["no-new-privileges:true"]' \
		'test: ["CMD", "/usr/bin/kettle", "health"]' 'interval: 30s' 'timeout: 5s' 'start_period: 40s' 'retries: 3' \
		'- "3001:3001"' '- "data:/data"' 'stop_grace_period: 15s' 'restart: unless-stopped'; do
		grep -qxF -- "$line" <(sed 's/^ *//' read) || { echo "missing: $line" >&2 && return 1; }
	done
	for limit in mem_limit cpus pids_limit; do grep -qE "^    $limit: [0-9]" read || return; done
}

@test "podman: the image is loaded under its digest, and the file names it, the folder and the port" {
	engine podman "$PODMAN"
	engine podman-compose ''
	PORT=4000 expect 0 compose up kettle-launcher "app folder"
	name=localhost/kettle-launcher@$DIGEST
	grep -qF "<oci:build/images/kettle-launcher/oci> <containers-storage:$name>" calls
	file=build/compose/docker-compose.yml
	grep -qxF "    image: \"$name\"" $file
	grep -qxF '      - "4000:3001"' $file
	grep -qxF "      - \"$T/app folder/manifest.json:/app/manifest.json:ro\"" $file
	grep -qxF "      - \"$T/app folder/app.ts:$T/app folder/app.ts:ro\"" $file
	grep -qF "<--project-name> <make-kettle-launcher> <--file> <$file> <up> <-d>" calls
	[[ $output == *"http://localhost:4000/"*"make compose-down"* ]]
}

@test "podman: what podman-compose gets wrong goes to podman itself" {
	engine podman "$PODMAN"
	engine podman-compose ''
	expect 0 compose up kettle-launcher "app folder"
	grep -qF -e "--stop-timeout 15 --pids-limit 256 --healthcheck-command '[\"/usr/bin/kettle\", \"health\"]'>" calls
	absent '^ *test:' build/compose/docker-compose.yml
}

@test "docker, which comes first: the file names the image by its ID, and keeps the health check" {
	engine podman "$PODMAN"
	engine podman-compose ''
	engine docker "$DOCKER"
	expect 0 compose up kettle-launcher "app folder"
	grep -qF "<docker-archive:build/compose/image.tar:localhost/kettle-launcher:${DIGEST#sha256:}>" calls
	grep -qxF '    image: "sha256:1d"' build/compose/docker-compose.yml
	grep -q '^ *test: \["CMD"' build/compose/docker-compose.yml
	grep -qF 'docker <compose> <--project-name>' calls
	absent '^podman <' calls
}

@test "docker whose daemon does not answer, or that has no compose, gives way to podman, but not when asked for" {
	engine podman "$PODMAN"
	engine podman-compose ''
	engine docker 'exit 1'
	expect 0 compose up kettle-launcher "app folder"
	[[ $stderr == *"with podman"* ]]
	ENGINE=docker expect 71 compose up kettle-launcher "app folder"
	one_line "$stderr" "docker: its daemon does not answer this user"
	engine docker '[ "$1" != compose ]'
	ENGINE=docker expect 71 compose up kettle-launcher "app folder"
	one_line "$stderr" "docker compose is not installed"
}

@test "neither engine, or an engine that nobody knows: one line" {
	expect 71 compose up kettle-launcher "app folder"
	one_line "$stderr" "no engine: docker is not installed; podman is not installed; install one: "
	ENGINE=lxc expect 64 compose up kettle-launcher "app folder"
	one_line "$stderr" "ENGINE=lxc: docker or podman"
}

@test "an app of another name" {
	engine podman "$PODMAN"
	engine podman-compose ''
	mv "app folder/app.ts" "app folder/app.mjs"
	expect 0 compose up kettle-launcher "app folder"
	grep -qxF "      - \"$T/app folder/app.mjs:/app/app.mjs:ro\"" build/compose/docker-compose.yml
}

@test "a folder's name that YAML and compose would take for something else" {
	engine podman "$PODMAN"
	engine podman-compose ''
	mv "app folder" 'a"b\c${HOME}|&'
	expect 0 compose up kettle-launcher 'a"b\c${HOME}|&'
	grep -qxF "      - \"$T/a\\\"b\\\\c\$\${HOME}|&/manifest.json:/app/manifest.json:ro\"" build/compose/docker-compose.yml
	mkdir "a:b"
	cp "$TEMPLATE" "a:b/manifest.json"
	expect 64 compose up kettle-launcher "a:b"
	one_line "$stderr" "cannot be mounted"
}

@test "run: a copy that the launcher can read, with a manifest that holds" {
	engine podman "$PODMAN"
	engine podman-compose ''
	printf 'export default () => new Response("x");\n' >"my app.js"
	chmod 600 "my app.js"
	expect 0 compose run kettle-launcher "my app.js"
	cmp "my app.js" build/compose/app/app.js
	same "644 644" "$(stat -c %a build/compose/app/app.js build/compose/app/manifest.json | paste -sd' ')"
	same "app.js" "$(jq -r .app build/compose/app/manifest.json)"
	[[ $output == "serving my app.js at http://localhost:3001/"* ]]
	same "$(sha256sum <"my app.js" | cut -d' ' -f1)" "$(jq -r .sha256 build/compose/app/manifest.json)"
}

@test "what cannot be served is refused in one line, before anything is loaded" {
	engine podman "$PODMAN"
	engine podman-compose ''
	expect 64 compose up kettle-launcher nowhere
	one_line "$stderr" "nowhere: no such folder"
	mkdir empty
	expect 64 compose up kettle-launcher empty
	one_line "$stderr" "kettle publish-local app.ts"
	touch empty/manifest.json
	expect 64 compose up kettle-launcher empty
	one_line "$stderr" "it has no app.ts, app.js or app.mjs"
	expect 64 compose run kettle-launcher empty
	one_line "$stderr" "empty: a folder; APP is a file, and make compose-up FOLDER=... takes a folder"
	expect 64 compose run kettle-launcher nowhere.ts
	one_line "$stderr" "nowhere.ts: no such file"
	expect 64 compose run kettle-launcher empty/manifest.json
	one_line "$stderr" "an app's name ends in"
	expect 64 compose up layer-digest "app folder"
	one_line "$stderr" "images/layer-digest/docker-compose.yml: no such file"
	for port in x 0 65536 99999; do
		PORT=$port expect 64 compose up kettle-launcher "app folder"
		one_line "$stderr" "PORT=$port: a number from 1 to 65535"
	done
	expect 64 compose
	one_line "$stderr" "usage: "
	[ ! -e calls ]
}

@test "an app that does not start: the launcher's last line, status 1, and the containers are gone" {
	engine podman "$PODMAN"
	engine podman-compose ''
	for state in "exited 0" "running 2"; do # which the engine had to start again
		STATE=$state expect 1 compose up kettle-launcher "app folder"
		same "compose: not started: kettle: app.ts: sha256 is not the one of the manifest" "${stderr##*$'\n'}"
		same "podman <network> <rm> <make-kettle-launcher_default>" "$(tail -n 1 calls)"
		grep -qF 'podman <rm> <--force> <0123>' calls
	done
}

@test "a container that could not be made: the engine's own line" {
	engine podman "${PODMAN/echo 0123/:}"
	engine podman-compose 'echo "Error: bind: address already in use"; exit 0'
	expect 71 compose up kettle-launcher "app folder"
	same "compose: not started: Error: bind: address already in use" "${stderr##*$'\n'}"
	# Beside it podman-compose 1.0.3 shows that the volume was not there before, and what fails after it.
	engine podman-compose 'echo "Error: inspecting object: no such volume data"
		echo "Error: bind: address already in use"; echo "Error: no container with that name"; exit 0'
	expect 71 compose up kettle-launcher "app folder"
	same "compose: not started: Error: bind: address already in use" "${stderr##*$'\n'}"
}

@test "an image that the engine does not take: one line with its reason" {
	engine podman "$PODMAN"
	engine podman-compose ''
	engine skopeo 'echo "time: level=fatal msg=no space left on device" >&2; exit 1'
	expect 71 compose up kettle-launcher "app folder"
	same "compose: podman: the image cannot be loaded: time: level=fatal msg=no space left on device" \
		"${stderr##*$'\n'}"
	absent '^podman-compose' calls
}

@test "down: containers, network and the image that was loaded; the data only when asked for" {
	engine podman "$PODMAN"
	engine podman-compose ''
	expect 0 compose up kettle-launcher "app folder"
	: >calls
	expect 0 compose down kettle-launcher
	grep -qF 'podman <stop> <-t> <15> <0123>' calls
	grep -qF 'podman <rm> <--force> <0123>' calls
	grep -qF 'podman <network> <rm> <make-kettle-launcher_default>' calls
	grep -qF "podman <rmi> <localhost/kettle-launcher@$DIGEST>" calls
	absent '<volume>' calls
	[ ! -e build/compose ]
	VOLUMES=1 expect 0 compose down kettle-launcher
	grep -qF 'podman <volume> <rm> <make-kettle-launcher_data>' calls
}

@test "an image that the engine had before is not taken from it" {
	engine podman "${PODMAN/image) exit 1/image) exit 0}"
	engine podman-compose ''
	expect 0 compose up kettle-launcher "app folder"
	absent '^skopeo' calls
	expect 0 compose down kettle-launcher
	absent '<rmi>' calls
}

@test "down goes to the engine that has it, and up to another is refused until then" {
	engine podman "$PODMAN"
	engine podman-compose ''
	expect 0 compose up kettle-launcher "app folder"
	engine docker "$DOCKER"
	expect 64 compose up kettle-launcher "app folder"
	one_line "$stderr" "podman still has it; make compose-down first"
	expect 0 compose down kettle-launcher
	[[ $stderr == *"with podman"* ]]
}

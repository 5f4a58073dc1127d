# The image as its users deploy it: images/kettle-launcher/docker-compose.yml by podman-compose, and make's targets.
load launcher
load clone

setup_file() {
	need podman-compose
	launcher_setup
}

teardown_file() { launcher_teardown; }

setup() {
	launcher_scratch
	PROJECT=kettle$RANDOM$RANDOM
	PORT=$(free_port)
	CONTAINER=${PROJECT}_kettle_1
	mkdir "our app"
	cd "our app" || return
	counter app.ts
	# Nothing of the file is changed but the digest, when the built image is not the blessed one, and the host's port.
	sed "s|@sha256:[0-9a-f]*|@$DIGEST|; s|\"3001:3001\"|\"127.0.0.1:$PORT:3001\"|" \
		"$ROOT/images/kettle-launcher/docker-compose.yml" >docker-compose.yml
}

teardown() {
	launcher_clear
	network_clear "$PROJECT"
}

compose() { # ARGUMENT...
	podman-compose --project-name "$PROJECT" "$@" >"$T/compose.log" 2>&1
}

# Comes up in the background and answers.
up() {
	compose up -d
	podman container exists "$CONTAINER" || { cat "$T/compose.log" >&2 && return 1; }
	until_up "$CONTAINER" get "http://127.0.0.1:$PORT/"
}

# Removes the comment signs of the lines from the first that has BEGIN to the last before END.
uncomment() { # BEGIN END
	sed -i "/$1/,/$2/{/$2/!s/^\( *\)# /\1/}" docker-compose.yml
}

@test "kettle publish-local app.ts && docker-compose up" {
	expect 0 "$KETTLE" publish-local app.ts
	up
	same 1 "$(get "http://127.0.0.1:$PORT/count")"
	same "$(sha256sum <app.ts | cut -d' ' -f1)" "$(jq -r .sha256 manifest.json)"
}

@test "a manifest that says app.ts does as well" {
	manifest app.ts
	up
	same there "$(get "http://127.0.0.1:$PORT/")"
}

@test "what confines it is in force: user, capabilities, privileges, read-only root, tmpfs, memory, processors" {
	"$KETTLE" publish-local app.ts
	up
	process=/proc/$(state "$CONTAINER" Pid)
	same '65532 65532' "$(awk '/^[UG]id:/ { print $2 }' "$process/status" | paste -sd' ')"
	same '0000000000000000' "$(awk '/^CapBnd:/ { print $2 }' "$process/status")"
	same '1' "$(awk '/^NoNewPrivs:/ { print $2 }' "$process/status")"
	# Of a line of mountinfo: the place, its own options, and those of the file system.
	awk '$5 == "/" { print $6 }' "$process/mountinfo" | grep -q '^ro'
	awk '$5 == "/app/manifest.json" { print $6 }' "$process/mountinfo" | grep -q '^ro'
	awk '$5 == "/tmp" { print $NF }' "$process/mountinfo" | grep -q 'size=65536k'
	same '536870912 150000' "$(podman inspect --format '{{.HostConfig.Memory}} {{.HostConfig.CpuQuota}}' "$CONTAINER")"
	same unless-stopped "$(podman inspect --format '{{.HostConfig.RestartPolicy.Name}}' "$CONTAINER")"
}

@test "what the app keeps is there after a restart, and after down and up" {
	"$KETTLE" publish-local app.ts
	up
	same 1 "$(get "http://127.0.0.1:$PORT/count")"
	podman restart --time 20 "$CONTAINER" >/dev/null
	until_up "$CONTAINER" get "http://127.0.0.1:$PORT/"
	same 2 "$(get "http://127.0.0.1:$PORT/count")"
	compose down -t 20
	same "" "$(podman ps --all --quiet)"
	up
	same 3 "$(get "http://127.0.0.1:$PORT/count")"
}

@test "a launcher that was killed is started again, by the restart policy" {
	"$KETTLE" publish-local app.ts
	up
	kill -KILL "$(state "$CONTAINER" Pid)"
	until_true again
	until_up "$CONTAINER" get "http://127.0.0.1:$PORT/"
}
again() {
	[ "$(podman inspect --format '{{.RestartCount}}' "$CONTAINER")" -ge 1 ] && [ "$(state "$CONTAINER" Status)" = running ]
}

@test "option A over TLS: with the CA it is served, without it one line about the certificate" {
	# The server is on the host's loopback device; the way there from the containers' network is its gateway.
	web_start good
	podman network create "${PROJECT}_default" >/dev/null # which compose finds, then
	gateway=$(podman network inspect "${PROJECT}_default" | jq -r '.[0].subnets[0].gateway')
	web_socat TCP-LISTEN:0,fork,reuseaddr "TCP:127.0.0.1:$WEB_TLS_PORT"
	at=https://web.example:$WEB_SOCAT_PORT/files
	cp app.ts "$T/web/"
	manifest "$T/web/app.ts"
	sed -i "s|\"app.ts\"|\"$at/app.ts\"|" "$T/web/manifest.json"
	url="$at/manifest.json#sha256=$(sha256sum <"$T/web/manifest.json" | cut -d' ' -f1)"
	rm app.ts
	uncomment 'environment:' '^$'
	sed -i "s|\(KETTLE_MANIFEST: \).*|\1\"$url\"|; /manifest.json:ro/d; /app.ts:/d" docker-compose.yml
	sed -i "s|^    restart:|    extra_hosts: [\"web.example:$gateway\"]\n&|" docker-compose.yml
	cp docker-compose.yml untrusting.yml
	sed -i "s|^\( *\)KETTLE_MANIFEST:.*|&\n\1SSL_CERT_FILE: /ca.pem|" docker-compose.yml
	sed -i "s|^\( *\)- \"data:/data\"|&\n\1- \"$SSL_CERT_FILE:/ca.pem:ro\"|" docker-compose.yml
	up
	same 1 "$(get "http://127.0.0.1:$PORT/count")"
	compose down -t 20
	# What the image itself trusts does not have the test's CA.
	sed -i 's/^    restart:.*/    restart: "no"/' untrusting.yml
	compose --file untrusting.yml up -d
	refused 2 "$CONTAINER" certificate
}

@test "the commented choices are valid: what podman would be asked for has them" {
	touch manifest.json agent.sock # podman-compose makes a folder of what is not there
	uncomment 'environment:' '^$'
	uncomment 'dstack.sock:' '^$'
	sed -i 's|"/var/run/dstack.sock:|"./agent.sock:|' docker-compose.yml
	uncomment 'configs:' '^$'
	expect 0 podman-compose --project-name "$PROJECT" --dry-run up -d
	[[ $stderr$output == *"-e KETTLE_MANIFEST=https://"*"#sha256="* ]]
	[[ $stderr$output == *"/agent.sock:/var/run/dstack.sock"* ]]
}

@test "make run, make compose-up and make compose-down: healthy, replaced, and nothing left but the data" {
	# Enough of a clone to have nothing to build.
	clone "$T/clone"
	mkdir "$T/clone/build"
	for it in root.ok builder commands fetched host images; do
		cp -a --reflink=auto "$ROOT/build/$it" "$T/clone/build/"
	done
	ln -s "$TREE_STORE" "$T/clone/build/store"
	mv "$T/our app" "$T/clone/our app"
	cd "$T/clone" || return
	CONTAINER=make-kettle-launcher_kettle_1
	options=(-C "$T/clone" --no-print-directory ENGINE=podman PORT="$PORT")
	chmod 600 "our app/app.ts" # a copy is served, whose mode is another
	expect 0 make "${options[@]}" run APP="our app/app.ts"
	[[ $output == *"http://localhost:$PORT/"* ]]
	same 1 "$(get "http://localhost:$PORT/count")"
	podman healthcheck run $CONTAINER
	same healthy "$(podman inspect --format '{{.State.Health.Status}}' $CONTAINER)"
	same "256 15" "$(podman inspect --format '{{.HostConfig.PidsLimit}} {{.Config.StopTimeout}}' $CONTAINER)"
	same "localhost/kettle-launcher@$DIGEST" "$(podman inspect --format '{{.ImageName}}' $CONTAINER)"

	expect 0 make "${options[@]}" compose-up
	same 'Hello, you. You are visitor 1.' "$(get "http://localhost:$PORT/?name=you")"

	expect 0 make "${options[@]}" compose-down
	same "" "$(podman ps --all --quiet)"
	same "" "$(podman network ls --quiet --filter name=make-kettle-launcher)"
	same make-kettle-launcher_data "$(podman volume ls --quiet)"
	[ ! -e build/compose ]
	podman image exists "$LAUNCHER" # it was there before
	expect 0 make "${options[@]}" compose-down VOLUMES=1
	same "" "$(podman volume ls --quiet)"
}

@test "make run with an app that does not start: the launcher's line, and no container" {
	mkdir -p clone/build/images
	tar -C "$ROOT" -cf - mk images/kettle-launcher | tar -C clone -xf -
	ln -s "$IMAGES/kettle-launcher" clone/build/images/kettle-launcher
	cd clone || return
	echo 'export default {' >bad.ts
	PORT=$PORT ENGINE=podman expect 1 mk/compose.sh run kettle-launcher bad.ts
	[[ $(tail -n 1 <<<"$stderr") == "compose: not started: kettle: /app/app.ts: "*2:* ]]
	same "" "$(podman ps --all --quiet)"
	# And a port that is somebody else's, by who has never had the app's volume.
	podman volume rm make-kettle-launcher_data
	background socat "TCP-LISTEN:$PORT" -
	until_true listening "$PORT"
	PORT=$PORT ENGINE=podman expect 71 mk/compose.sh run kettle-launcher "$OLDPWD/app.ts"
	[[ $(tail -n 1 <<<"$stderr") == "compose: not started: "*"address already in use"* ]]
	same "" "$(podman ps --all --quiet)"
}
listening() { grep -q ":$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; } # PORT

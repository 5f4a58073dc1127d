#!/bin/bash
# compose.sh COMMAND IMAGE [...]: runs a built image as its users deploy it, with docker or podman, and undoes that.
#
#     compose.sh up IMAGE FOLDER     FOLDER's manifest.json and app (app.ts, app.js or app.mjs)
#     compose.sh run IMAGE APP       one file: a copy of it and a manifest become such a folder
#     compose.sh down IMAGE          what the other two did; the app's data stays, unless VOLUMES is 1
#
# Environment: ENGINE (docker or podman; empty: the first that works), PORT (the host's), VOLUMES.
# build/compose/ has the compose file that is used: images/IMAGE/docker-compose.yml with the image as the engine knows
# it, the paths and the port. Exit status 1: the app was started and is not healthy.
set -euo pipefail
image=${2:-}
here=build/compose
file=$here/docker-compose.yml
# The name that compose is given, which no folder of a user is likely to have; both engines put it into this label.
project=make-$image
ours=(--filter "label=com.docker.compose.project=$project")

fail() { # STATUS LINE
	echo "compose: $2" >&2
	exit "$1"
}

# lacks ENGINE: what it lacks to be used, or nothing.
lacks() {
	if ! command -v "$1" >/dev/null; then
		echo "$1 is not installed"
	elif ! "$1" version >/dev/null 2>&1; then
		echo "$1: its daemon does not answer this user"
	elif [ "$1" = podman ]; then
		command -v podman-compose >/dev/null || echo "podman-compose is not installed"
	elif ! docker compose version >/dev/null 2>&1; then
		command -v docker-compose >/dev/null || echo "docker compose is not installed"
	fi
}

choose_engine() {
	local lack reason=
	case ${ENGINE:-} in '' | docker | podman) ;; *) fail 64 "ENGINE=$ENGINE: docker or podman" ;; esac
	for engine in ${ENGINE:-docker podman}; do
		lack=$(lacks "$engine")
		[ -n "$lack" ] || return 0
		reason+=${reason:+; }$lack
	done
	fail 71 "no engine: $reason; install one: sudo apt-get install -y podman podman-compose"
}

# Prints what the image's layout says of itself: digest, or nothing when it is not built.
layout_digest() { sed -n 's/.*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' "build/images/$image/oci/index.json"; }

# A step of loading, quietly; a failure is one line, with the last that the step said.
step() {
	"$@" >>$here/log 2>&1 || fail 71 "$engine: the image cannot be loaded: $(tail -n 1 $here/log)"
}

# Sets $name to what the engine calls the image, which it is given if it has it not.
load() {
	local digest tag archive=$here/image.tar
	digest=$(layout_digest)
	name=localhost/$image@$digest
	tag=localhost/$image:${digest#sha256:}
	case $engine in
	podman)
		podman image exists "$name" || {
			echo "  LOAD     $name" >&2
			step skopeo copy --quiet --insecure-policy "oci:build/images/$image/oci" "containers-storage:$name"
			echo "$name" >>$here/loaded
		}
		;;
	docker) # knows a digest only from a registry; the ID of what was loaded is as fixed
		docker image inspect "$tag" >/dev/null 2>&1 || {
			echo "  LOAD     $tag" >&2
			rm -f "$archive"
			step skopeo copy --quiet --insecure-policy "oci:build/images/$image/oci" "docker-archive:$archive:$tag"
			step docker load --quiet --input "$archive"
			rm -f "$archive"
			echo "$tag" >>$here/loaded
		}
		name=$(docker image inspect --format '{{.Id}}' "$tag")
		;;
	esac
}

app_of() { # FOLDER: the app's file name
	local app
	[ -e "$1/manifest.json" ] || fail 64 "$1: it has no manifest.json; make one there: kettle publish-local app.ts"
	for app in app.ts app.js app.mjs; do
		[ ! -e "$1/$app" ] || { echo $app && return; }
	done
	fail 64 "$1: it has no app.ts, app.js or app.mjs"
}

# As the inside of a string in YAML, with nothing left for compose to replace.
quoted() {
	local text=${1//\\/\\\\}
	text=${text//\"/\\\"}
	printf '%s' "${text//\$/\$\$}"
}

write_file() { # FOLDER
	local folder app text
	folder=$(quoted "$1")
	app=$(app_of "$1")
	text=$(sed "s|^\( *image: \).*|\1\"$name\"|; s|\"3001:|\"$PORT:|" "images/$image/docker-compose.yml")
	text=${text//'${PWD}'/"$folder"}
	text=${text//'"./'/"\"$folder/"}
	text=${text//'/app.ts:'/"/$app:"}
	printf '%s\n' "$text" >"$file.new"
	mv "$file.new" "$file"
}

# What podman-compose 1.0.3 does not know, or gets wrong, is said to podman; it is taken out of its file.
podman_arguments() {
	local test pids
	test=$(sed -n 's/^ *test: \["CMD", /[/p' "$file")
	pids=$(sed -n 's/^ *pids_limit: //p' "$file")
	sed -i '/^ *test: /d' "$file"
	printf '%s' "--stop-timeout 15 --pids-limit $pids --healthcheck-command '$test'"
}

compose() { # ARGUMENT...: quietly; what it says is kept
	case $engine in
	podman) podman-compose --podman-run-args="${arguments:-}" --project-name "$project" --file "$file" "$@" ;;
	docker)
		if docker compose version >/dev/null 2>&1; then set -- docker compose --project-name "$project" --file "$file" "$@"
		else set -- docker-compose --project-name "$project" --file "$file" "$@"; fi
		"$@"
		;;
	esac >>$here/log 2>&1
}

container() { "$engine" ps --all --quiet "${ours[@]}"; }

# Ends and removes the containers and their network. What compose says of those that are not there is of no interest.
take_down() {
	local ids network=${project}_default
	mapfile -t ids < <(container)
	[ ${#ids[@]} -eq 0 ] || {
		"$engine" stop -t 15 "${ids[@]}" >/dev/null 2>&1 || :
		"$engine" rm --force "${ids[@]}" >/dev/null
	}
	"$engine" network inspect "$network" >/dev/null 2>&1 && "$engine" network rm "$network" >/dev/null || :
}

remove_volumes() {
	local volumes
	mapfile -t volumes < <("$engine" volume ls --quiet "${ours[@]}")
	[ ${#volumes[@]} -eq 0 ] || "$engine" volume rm "${volumes[@]}" >/dev/null
}

state() { "$engine" inspect --format '{{.State.Status}} {{.RestartCount}}' "$1" 2>/dev/null || echo gone; }

# Waits until the launcher finds itself healthy; fails when it has ended, even if it was started again.
until_healthy() { # CONTAINER
	local i
	for ((i = 0; i < 120; i++)); do
		[ "$(state "$1")" = "running 0" ] || return 1
		! "$engine" exec "$1" /usr/bin/kettle health >/dev/null 2>&1 || return 0
		sleep 0.5
	done
	return 1
}

not_started() { # [CONTAINER]
	local status=1 line
	if [ -z "${1:-}" ] || ! line=$("$engine" logs --tail 1 "$1" 2>&1) || [ -z "$line" ]; then
		status=71 # the engine has not got as far as the launcher
		# podman-compose looks for a volume before it makes one, and goes on after what failed.
		line=$(sed '/no such volume/d' $here/log | grep -m 1 -i '^error' || tail -n 1 $here/log)
	fi
	take_down
	fail "$status" "not started: $line"
}

up() { # FOLDER [NAME]: what a person calls it
	local arguments id before
	[ -d "$1" ] || fail 64 "$1: no such folder"
	[[ ${PORT:=3001} =~ ^[1-9][0-9]{0,4}$ && $PORT -le 65535 ]] || fail 64 "PORT=$PORT: a number from 1 to 65535"
	[ -e "images/$image/docker-compose.yml" ] || fail 64 "images/$image/docker-compose.yml: no such file"
	[[ $1 != *[:$'\n']* ]] || fail 64 "$1: a folder whose name has a colon or a newline cannot be mounted"
	app_of "$1" >/dev/null
	choose_engine
	before=$(cat $here/engine 2>/dev/null || echo "$engine")
	[ "$before" = "$engine" ] || fail 64 "$before still has it; make compose-down first"
	mkdir -p $here
	: >$here/log
	load
	write_file "$1"
	[ "$engine" = docker ] || arguments=$(podman_arguments)
	echo "$engine" >$here/engine
	take_down
	echo "  UP       $image, with $engine" >&2
	compose up -d || not_started "$(container)"
	id=$(container)
	[ -n "$id" ] && until_healthy "$id" || not_started "$id"
	printf '%s\n' "serving ${2:-$1} at http://localhost:$PORT/" \
		"what it says:  $engine logs --follow $("$engine" inspect --format '{{.Name}}' "$id" | tr -d /)" \
		"to stop it:    make compose-down (VOLUMES=1: and remove its data)"
}

run() { # APP
	local extension=${1##*.} folder=$here/app hash
	[ ! -d "$1" ] || fail 64 "$1: a folder; APP is a file, and make compose-up FOLDER=... takes a folder"
	[ -f "$1" ] || fail 64 "$1: no such file"
	case $extension in ts | js | mjs) ;; *) fail 64 "$1: an app's name ends in .ts, .js or .mjs" ;; esac
	rm -rf $folder
	mkdir -p $folder
	install -m 644 "$1" "$folder/app.$extension" # whatever its mode, the launcher can read it
	hash=$(sha256sum <"$folder/app.$extension")
	printf '{"app": "app.%s", "sha256": "%s"}\n' "$extension" "${hash%% *}" >$folder/manifest.json
	chmod 644 $folder/manifest.json
	up "$PWD/$folder" "$1"
}

down() {
	[ ! -e $here/engine ] || ENGINE=${ENGINE:-$(<$here/engine)}
	choose_engine
	echo "  DOWN     $image, with $engine" >&2
	take_down
	[ "${VOLUMES:-0}" != 1 ] || remove_volumes
	# Another's container may have come to use the image since: then it stays.
	[ ! -e $here/loaded ] || xargs "$engine" rmi <$here/loaded >/dev/null 2>&1 || :
	rm -rf $here
}

case $#:${1:-} in
3:up) up "$(realpath -m -- "$3")" ;;
3:run) run "$3" ;;
2:down) down ;;
*) echo "usage: compose.sh up IMAGE FOLDER | run IMAGE APP | down IMAGE" >&2 && exit 64 ;;
esac

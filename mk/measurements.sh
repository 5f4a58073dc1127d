#!/bin/bash
# measurements.sh IMAGE DSTACK KEY-PROVIDER: prints measurements.json for an image that is built. Runs in the build root.
#
# build/deploy/ has the deployment, when the image has one: app-compose.json, the manifest, and shapes of VMs in vm/.
# os-image is the OS image, when there is one. DSTACK is the release, KEY-PROVIDER the payload of its event or empty.
set -euo pipefail
shopt -s inherit_errexit
image=images/$1
dstack=$2
key_provider=$3
deploy="build/deploy"
deployed() { [ -e "$image/deploy/docker-compose.yml" ]; } # else what is there is another image's
built=build/images/$1
PATH=build/builder/bin:$PATH

digests() { # FILE: {"sha256": …, "sha384": …}
	local sha256 sha384
	sha256=$(sha256sum <"$1")
	sha384=$(sha384sum <"$1")
	printf '{"sha256":"%s","sha384":"%s"}' "${sha256%% *}" "${sha384%% *}"
}

# A folder's digest is that of its normalised tar, so that it depends on names, contents and executable bits alone.
folder_digests() {
	rm -f /tmp/folder.tar # so that none can be taken for another
	tar-normalize --owner 0:0 --modes canonical -o /tmp/folder.tar "$1"
	digests /tmp/folder.tar
}

locks() {
	local lock digest
	find images/builder "$image" \( -name debian.lock -o -name package-lock.json \) | LC_ALL=C sort | while read -r lock; do
		digest=$(digests "$lock")
		printf '{"path":"%s","digest":%s}\n' "$lock" "$digest"
	done
}

# Which package a path of a layer came from: {"path": "name version"}.
origins() {
	local layer algorithm hex name version
	for layer in "$image"/[0-9]*-*/; do
		[ ! -e "$layer/debian.lock" ] || mk/lock-list.sh "$layer/debian.lock" | while read -r algorithm hex _ name version _; do
			bsdtar -xOf "/store/$algorithm/$hex" 'data.tar*' | bsdtar -tf - | sed -n "s#^\./\(.*[^/]\)\$#\1\t$name $version#p"
		done
		[ ! -e "$layer/npm/package-lock.json" ] || mk/lock-list.sh "$layer/npm/package-lock.json" | while read -r algorithm hex _ name version _; do
			bsdtar -tf "/store/$algorithm/$hex" | sed -n "s#^[^/]*/\(.*[^/]\)\$#usr/lib/node_modules/$name/\1\t$name $version#p"
		done
	done
}

files() {
	local layer
	for layer in "$image"/[0-9]*-*/; do # not what a layer that is gone left in build/
		layer=$built/layers/$(basename "$layer").tar
		tar-normalize --list --json --xattr '*' "$layer" | jq --arg layer "$(basename "$layer" .tar)" '{layer: $layer, entries: .}'
	done
}

# What is deployed: the compose hash and what goes with it, or nothing when the image has no deployment.
deployment() {
	deployed || return 0
	compose-digest --json $deploy/app-compose.json |
		jq --slurpfile compose $deploy/app-compose.json '. + {allowed_envs: ($compose[0].allowed_envs // [])}'
}

# kettle starts as images/IMAGE/deploy/docker-compose.yml says.
runtime() {
	deployed || return 0
	local options=(--compose "$deploy/app-compose.json" --dstack "$dstack" --json)
	[ -z "$key_provider" ] || options+=(--key-provider "$key_provider")
	[ ! -e $deploy/manifest.json ] || options+=(--kettle-manifest "$deploy/manifest.json" --kettle-require-measured)
	# What the command line chooses, unless app-compose.json does.
	[ ! -e os-image/metadata.json ] || options+=(--storage-fs "$(jq -r '[.cmdline | split(" ")[] |
		select(startswith("dstack.storage_fs=")) | ltrimstr("dstack.storage_fs=")][-1] // "zfs"' os-image/metadata.json)")
	rtmr3-predict "${options[@]}"
}

machines() {
	local vm name
	[ -e os-image ] || return 0
	for vm in "$deploy"/vm/*.json; do
		[ -e "$vm" ] || continue
		name=$(basename "$vm" .json)
		tdx-predict --os-image os-image --vm-config "$vm" --json | jq --arg name "$name" '{name: $name} + .'
	done
}

manifest() {
	deployed && [ -e $deploy/manifest.json ] || return 0
	jq --argjson digest "$(digests $deploy/manifest.json)" '{app, app_sha256: (.sha256 | ascii_downcase)} + $digest' $deploy/manifest.json
}

reference() { sed -n 's/^ *image: "\(.*\)"$/\1/p' $deploy/docker-compose.yml; }

locks >/tmp/locks
origins | jq -Rn '[inputs | split("\t") | {key: .[0], value: .[1]}] | from_entries' >/tmp/origins
files >/tmp/files
# Each on a line of its own: a failure among the words of a command would pass unnoticed.
definition=$(folder_digests "$image")
builder=$(folder_digests images/builder)
workspace=$(folder_digests workspace)
tools=$(folder_digests tools)
rules=$(folder_digests mk)
deployment >/tmp/deployment
runtime >/tmp/runtime
machines >/tmp/machines
manifest >/tmp/manifest
app_compose=null image_reference=
why_no_vms='no OS image was given (OS_IMAGE)'
[ ! -e os-image ] || why_no_vms='no shape of a VM was given (VM)'
[ ! -s /tmp/deployment ] || {
	app_compose=$(digests $deploy/app-compose.json)
	image_reference=$(reference)
}
jq -nS --indent 2 -f mk/measurements.jq \
	--slurpfile deployment /tmp/deployment --slurpfile runtime /tmp/runtime --slurpfile machines /tmp/machines \
	--slurpfile manifest /tmp/manifest --argjson app_compose "$app_compose" --arg reference "$image_reference" --arg dstack "$dstack" --arg why_no_vms "$why_no_vms" \
	--slurpfile report "$built/report.json" --slurpfile locks /tmp/locks --slurpfile origins /tmp/origins --slurpfile files /tmp/files \
	--argjson definition "$definition" --argjson builder "$builder" --argjson workspace "$workspace" --argjson tools "$tools" \
	--argjson rules "$rules"

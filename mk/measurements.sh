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

mk/inputs.sh "$1" >/tmp/inputs
mk/layer-origins.sh "$1" | jq -Rn '[inputs | split("\t") | {key: .[1], value: .[3]}] | from_entries' >/tmp/origins
files >/tmp/files
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
	--slurpfile report "$built/report.json" --slurpfile inputs /tmp/inputs --slurpfile origins /tmp/origins --slurpfile files /tmp/files

#!/bin/bash
# measurements.sh IMAGE: prints measurements.json for an image that is built. Runs in the build root.
set -euo pipefail
shopt -s inherit_errexit
image=images/$1
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

locks >/tmp/locks
origins | jq -Rn '[inputs | split("\t") | {key: .[0], value: .[1]}] | from_entries' >/tmp/origins
files >/tmp/files
# Each on a line of its own: a failure among the words of a command would pass unnoticed.
definition=$(folder_digests "$image")
builder=$(folder_digests images/builder)
workspace=$(folder_digests workspace)
tools=$(folder_digests tools)
rules=$(folder_digests mk)
jq -nS --indent 2 -f mk/measurements.jq \
	--slurpfile report "$built/report.json" --slurpfile locks /tmp/locks --slurpfile origins /tmp/origins --slurpfile files /tmp/files \
	--argjson definition "$definition" --argjson builder "$builder" --argjson workspace "$workspace" --argjson tools "$tools" \
	--argjson rules "$rules"

#!/bin/bash
# inputs.sh IMAGE: prints what an image is made from, by digest: the `inputs` of measurements.json. Runs in the build root.
set -euo pipefail
shopt -s inherit_errexit
image=images/$1
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

locks >/tmp/locks
# Each on a line of its own: a failure among the words of a command would pass unnoticed.
definition=$(folder_digests "$image")
builder=$(folder_digests images/builder)
workspace=$(folder_digests workspace)
tools=$(folder_digests tools)
rules=$(folder_digests mk)
jq -nS --indent 2 --slurpfile locks /tmp/locks --argjson image_definition "$definition" --argjson build_root "$builder" \
	--argjson workspace "$workspace" --argjson tools "$tools" --argjson rules "$rules" \
	'{$image_definition, $build_root, $workspace, $tools, $rules, $locks}'

#!/bin/bash
# release-sbom.sh IMAGE VERSION: prints the SPDX document of an image that is built; mk/sbom.jq says what it has. Runs in the
# build root.
set -euo pipefail
shopt -s inherit_errexit
image=images/$1
version=$2
built=build/images/$1
src=$PWD
at=/tmp/sbom
mkdir -p $at/copyright

layers() { # not those that a layer which is gone left in build/
	local layer
	for layer in "$image"/[0-9]*-*/; do basename "$layer"; done
}

# What the locks name: {"layer" (null: of the build root), "kind", "name", "version", "algorithm", "hex", "path"}.
packages() {
	local lock layer
	for lock in images/builder/debian.lock "$image"/[0-9]*-*/debian.lock "$image"/[0-9]*-*/npm/package-lock.json; do
		[ -e "$lock" ] || continue
		layer=${lock#"$image"/}
		[ "$layer" != "$lock" ] && layer=${layer%%/*} || layer=
		mk/lock-list.sh "$lock" | jq -Rc --arg layer "$layer" 'split(" ") |
			{layer: (if $layer == "" then null else $layer end), kind: (if .[0] == "sha512" then "npm" else "deb" end),
			 name: .[3], version: .[4], algorithm: .[0], hex: .[1], path: .[5]}'
	done
}

# package.json's licence is an SPDX expression, or words that are none.
npm_licence() { # HEX
	bsdtar -xOf "/store/sha512/$1" --exclude '*/*/*' '*/package.json' | jq -r '.license | strings | select(. != "UNLICENSED" and
		test("^[(]?[A-Za-z0-9.-]+[+]?( (OR|AND|WITH) [A-Za-z0-9.-]+[+]?)*[)]?$"))'
}

# Each package's own word on its licence: NAME VERSION, or NAME of the build root's, <tab> expression or NOASSERTION <tab> how the
# package puts it. A package may have another's folder for its own; what that says is not taken for its word.
licences() {
	local kind hex name version licence
	while read -r kind hex name version; do
		case $kind in
		npm)
			licence=$(npm_licence "$hex")
			printf '%s\t%s\t%s\n' "$name $version" "${licence:-NOASSERTION}" "$licence"
			;;
		deb)
			bsdtar -xOf "/store/sha256/$hex" 'data.tar*' | bsdtar -xOf - "./usr/share/doc/$name/copyright" >"$at/copyright/$name $version" 2>/dev/null ||
				printf '%s\tNOASSERTION\t\n' "$name $version"
			;;
		esac
	done < <(jq -r --slurpfile all $at/packages -n '[$all[] | select(.layer == null).hex] as $here |
		$all[] | select(.hex | IN($here[]) | not) | "\(.kind) \(.hex) \(.name) \(.version)"' | sort -u)
	(cd $at/copyright && find . -type f -size +0 -printf '%P\0' | sort -z | xargs -0 -r awk -f "$src/mk/copyright.awk")
	(cd /usr/share/doc && find . -mindepth 2 -maxdepth 2 -name copyright -type f -printf '%P\0' | sort -z | xargs -0 -r awk -f "$src/mk/copyright.awk") |
		sed 's,^\([^/]*\)/copyright,\1,'
}

# The digests of files whose paths, each ended by NUL, come in: [{"path", "sha1", "sha256"}].
digests() {
	sort -z >$at/paths
	xargs -0 -r sha1sum -z <$at/paths >$at/sha1
	xargs -0 -r sha256sum -z <$at/paths >$at/sha256
	jq -nc --rawfile sha1 $at/sha1 --rawfile sha256 $at/sha256 '[[$sha1, $sha256 | split("\u0000")[:-1]] | transpose[] |
		{path: .[0][42:], sha1: .[0][:40], sha256: .[1][:64]}]'
}

# SPDX's own digest of a set of files. spdx: SPDX 2.3 7.9
verification_code() { jq -r '[.[].sha1] | sort | add // ""' | tr -d '\n' | sha1sum | cut -c-40; }

with_code() { # NAME: {"name", "code", "files"} of what digests prints
	local files code
	files=$(cat)
	code=$(verification_code <<<"$files")
	jq -c --arg name "$1" --arg code "$code" '{name: $name, code: $code, files: .}' <<<"$files"
}

layer_files() {
	local layer
	for layer in $(layers); do
		mkdir $at/tree
		bsdtar -xf "$built/layers/$layer.tar" -C $at/tree --no-same-owner --no-same-permissions
		(cd $at/tree && find . -type f -printf '%P\0' | digests) | with_code "$layer"
		chmod -R u+w $at/tree && rm -rf $at/tree
	done
}

# What files.mtree takes its single files from: {"layer", "path", "from"}.
single_files() {
	local layer
	for layer in $(layers); do
		[ ! -e "$image/$layer/files.mtree" ] ||
			sed -n 's#^\./\([^ ]*\) .*contents=\([^ ]*\).*#\1 \2#p' "$image/$layer/files.mtree" |
			jq -Rc --arg layer "$layer" 'split(" ") | {layer: $layer, path: .[0], from: .[1]}'
	done
}

# The sources: workspace/, tools/ when a program of it is in the image, and what the image's own folder gives.
source_files() {
	local rooms=(workspace) program
	while read -r program; do
		! compgen -G "tools/*/${program##*/}.c" >/dev/null || rooms=(workspace tools)
	done < <(jq -r '.from | select(startswith("build/builder/bin/"))' $at/single)
	{
		find "${rooms[@]}" -type f -print0
		jq -j '.from | select(startswith("images/")) | . + "\u0000"' $at/single
	} | digests | with_code sources
}

packages >$at/packages
licences >$at/licences
layer_files >$at/layers
single_files >$at/single
source_files >$at/sources
mk/layer-origins.sh "$1" >$at/origins
jq -nS --indent 2 -f mk/sbom.jq --arg version "$version" --argjson epoch "$SOURCE_DATE_EPOCH" \
	--slurpfile packages $at/packages --rawfile licences $at/licences --slurpfile layers $at/layers --slurpfile single $at/single \
	--slurpfile sources $at/sources --rawfile origins $at/origins --slurpfile report "$built/report.json" --slurpfile image "$image/image.json"

#!/bin/bash
# release.sh FOLDER PARAMETERS COMMIT VERSION <measurements.json: makes the folder of a release, unsigned, of the image that was
# measured (docs/release.md has what is in it). Runs in the build root.
#
# PARAMETERS is what make was told, as JSON; COMMIT is empty when it is not known.
set -euo pipefail
shopt -s inherit_errexit
folder=$1
parameters=$2
version=$4
commit=null
[ -z "$3" ] || commit=\"$3\"
image=$(jq -r .image <<<"$parameters")

copy() { # FILE FOLDER
	mkdir -p "$folder/$2"
	cp --no-preserve=all -r "$1" "$folder/$2"
}

# What is in build/deploy/ is another image's when this one has no deployment; shapes of VMs are its own in any case.
deployment() {
	local it
	[ ! -e "images/$image/deploy/docker-compose.yml" ] || for it in docker-compose.yml app-compose.json manifest.json; do
		[ ! -e "build/deploy/$it" ] || copy "build/deploy/$it" deploy
	done
	for it in build/deploy/vm/*.json; do
		[ ! -e "$it" ] || copy "$it" deploy/vm
	done
}

# As sha256sum prints them, sorted by path: the digests of those of the folder's files whose paths begin so, by default of all.
sums() { # [PATH...]
	local path paths=()
	for path in "${@:-.}"; do [ ! -e "$folder/$path" ] || paths+=("$path"); done
	[ ${#paths[@]} -eq 0 ] || (cd "$folder" && find "${paths[@]}" -type f -print0 | sed -z 's,^\./,,' | sort -z | xargs -0 -r sha256sum)
}

# What came from outside: of the OS image the files that are read, the manifest that is deployed, the shapes.
given() {
	local file
	[ ! -e os-image/metadata.json ] || for file in metadata.json sha256sum.txt \
		$(jq -r '.tdx.os_image | select(.status | not) | .firmware.name, .kernel.name, .initrd.name' "$folder/measurements.json"); do
		[ ! -e "os-image/$file" ] || sha256sum "os-image/$file"
	done
	sums deploy/manifest.json deploy/vm
}

provenance() {
	local names made given locked
	names=$(for it in "$folder"/deploy/vm/*.json; do [ ! -e "$it" ] || basename "$it" .json; done)
	made=$(sums measurements.json sbom.spdx.json notes.md deploy)
	given=$(given)
	mapfile -t locks < <(jq -r '.inputs.locks[].path' "$folder/measurements.json")
	locked=$(mk/lock-list.sh "${locks[@]}")
	parameters=$(jq -c --arg names "$names" '.vm = ($names | split("\n"))' <<<"$parameters")
	jq -S --indent 2 -f mk/provenance.jq --argjson parameters "$parameters" --argjson commit "$commit" --arg version "$version" \
		--argjson epoch "$SOURCE_DATE_EPOCH" --arg made "$made" --arg given "$given" --arg locked "$locked" "$folder/measurements.json"
}

rm -rf "$folder"
mkdir -p "$folder"
cat >"$folder/measurements.json"
copy "build/images/$image/oci" .
deployment
mk/release-sbom.sh "$image" "$version" >"$folder/sbom.spdx.json"
jq -r --argjson commit "$commit" --arg version "$version" --arg registry "$(jq -r .registry <<<"$parameters")" -f mk/notes.jq "$folder/measurements.json" >"$folder/notes.md"
provenance >"$folder/provenance.json"
sums >"/tmp/SHA256SUMS"
cp /tmp/SHA256SUMS "$folder"

#!/bin/bash
# bench-verify.sh SECTION WORK RUNS: what judging a release costs, for mk/bench.sh; WORK is a folder to work in.
#
#     verify   release-verify over the release in build/release, beside sha256sum over the same files; with and without a
#              bundle of inputs, when there is one (build/bundle.tar)
. mk/bench-turns.bash
section=$1
work=$(realpath "$2")/$section
runs=$3
from=build/release

declare -A label=(
	[verify]='release-verify --keys'
	[sha256sum]='sha256sum of every file'
	[verify-inputs]='release-verify --keys, with inputs.tar'
	[sha256sum-inputs]='sha256sum of every file, with inputs.tar'
)

# A release that is signed; by whom does not matter, so the key is one for the occasion.
make_release() {
	local it type subjects
	[ -e $from/SHA256SUMS ] || die 71 "verify: needs $from; make release"
	cp -r $from "$work/release"
	rm -rf "$work"/release/*.dsse.json "$work"/release/sigstore.* "$work/release/rebuilds" "$work/release/inputs.tar"
	build/bin/manifest-sign keygen --out "$work/key.pem" >"$work/id"
	mkdir "$work/keys"
	cp "$work/key.pub" "$work/keys"
	jq -c '{image: .image.name, version: "0", commit: null}' $from/measurements.json >"$work/predicate"
	jq -c --argjson commit "$(jq -c .buildDefinition.externalParameters.commit $from/provenance.json)" '.commit = $commit' \
		"$work/predicate" >"$work/release.json"
	while read -r it type; do
		subjects=()
		[ "$it" != "$work/release.json" ] || subjects=(--subjects "$from/SHA256SUMS")
		build/bin/manifest-sign --key "$work/key.pem" --type "$type" \
			--subject "$(jq -r .image.name $from/measurements.json)=$(jq -r '.manifests[0].digest' $from/oci/index.json)" \
			"${subjects[@]}" "$it" >"$work/release/$(basename "${it%%.*}").dsse.json"
	done <<-END
		$from/measurements.json urn:kettle-dstack:measurements:1
		$from/sbom.spdx.json https://spdx.dev/Document/v2.3
		$from/provenance.json https://slsa.dev/provenance/v1
		$work/release.json urn:kettle-dstack:release:1
	END
	cp -r "$work/release" "$work/release-inputs"
	[ ! -e build/bundle.tar ] || cp build/bundle.tar "$work/release-inputs/inputs.tar"
}

# shellcheck disable=SC2034 # take_turns reads `command`
command_of() { # NAME
	local folder=$work/release files
	[[ $1 != *-inputs ]] || folder=$work/release-inputs
	case $1 in
	verify*) command=(build/bin/release-verify --keys "$work/keys" "$folder") ;;
	sha256sum*)
		mapfile -t files < <(find "$folder" -type f)
		command=(sha256sum "${files[@]}")
		;;
	esac
}

section_verify() {
	local names=(verify sha256sum) name rounds=$((runs * 4))
	make_release
	[ ! -e "$work/release-inputs/inputs.tar" ] || names+=(verify-inputs sha256sum-inputs)
	for name in "${names[@]}"; do command_of "$name" && "${command[@]}" >"$work/output"; done # all bytes are in memory then
	take_turns "$rounds" "${names[@]}"
	printf '\n## A release judged\n\nInput: %s bytes in %s files; with a bundle of inputs %s bytes. %s; %s. Medians of %d.\n' \
		"$(find "$work/release" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" "$(find "$work/release" -type f | wc -l)" \
		"$(find "$work/release-inputs" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" \
		"$(build/bin/release-verify --version)" "$(sha256sum --version | head -n 1)" "$rounds"
	rows "${names[@]}"
	limits
	for name in "${names[@]}"; do
		[[ $name == verify* ]] || continue
		printf '| wall time: %s / %s | 1.5 | %.2f |\n' "${label[$name]}" "${label[${name/verify/sha256sum}]}" "$(ratio "$name" "${name/verify/sha256sum}" 1)"
	done
}

[ "$section" = verify ] || die 64 "$section: not verify"
begin
section_verify

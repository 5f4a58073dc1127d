#!/bin/bash
# registry-push.sh FOLDER HOST[:PORT]/NAME VERSION STORE: a release into a registry (docs/registry.md): the image by its plain manifest,
# all else as artifacts that refer to it, the tag VERSION last.
#
# skopeo carries images and artifacts; it asks first and sends no blob that is there, so what was interrupted goes on with the next blob, and
# pushing again repairs. curl does what skopeo 1.9 cannot: the list of referrers, reading back what was written.
#
# Nothing in the registry is replaced unless MOVE is 1: neither the tag, when it is another image's, nor an artifact where the release
# has another one of that kind or name.
#
# Environment: MOVE, that of registry.sh and of store-fetch.sh.
# Exit status: 1 the release does not hold together, or the registry has something else in its place; 2 malformed, 64 no such reference,
# 73 the registry does not keep what it was given, 74 cannot be reached or refuses.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C
mk=${0%/*}
# shellcheck source=mk/store-download.sh
. "$mk/store-download.sh"
# shellcheck source=mk/registry.sh
. "$mk/registry.sh"
# shellcheck source=mk/registry-artifacts.sh
. "$mk/registry-artifacts.sh"
# shellcheck source=mk/registry-outbox.sh
. "$mk/registry-outbox.sh"

[ $# -eq 4 ] || { echo "usage: registry-push.sh FOLDER HOST[:PORT]/NAME VERSION STORE" >&2; exit 64; }
folder=$1 reference=$2 version=$3 store=$4

die() { # STATUS TEXT
	[ ! -t 2 ] || printf '\r\033[K' >&2
	printf 'push: %s\n' "$2" >&2
	exit "$1"
}
fail() { die "$code" "${1:+$1: }$reason"; } # WHAT

# carry LAYOUT DIGEST WHAT: an image or artifact from a layout, and its manifest read back.
carry() {
	local options=(--quiet --insecure-policy --preserve-digests) status=0 line count=0 size total
	read -r total size < <(jq -r '"\(.layers | length) \([.config.size, .layers[].size] | add)"' "$1/blobs/${2/://}")
	printf '  PUSH     %s (%s blobs, %s bytes)\n' "$3" $((total + 1)) "$size" >&2
	[ ! -t 2 ] || options=("${options[@]:1}")
	[ -z "$registry_certs" ] || options+=(--dest-cert-dir "$registry_certs")
	[ -z "${REGISTRY_PLAIN:-}" ] || options+=(--dest-tls-verify=false)
	skopeo copy "${options[@]}" "oci:$1" "docker://$registry_host/$registry_name@$2" 2>"$scratch/skopeo" |
		while read -r line; do
			[[ $line != 'Copying blob '* ]] || printf '\r           blob %s of %s\033[K' $((count += 1)) "$total" >&2
		done || status=$?
	[ ! -t 2 ] || printf '\r\033[K' >&2
	[ $status -eq 0 ] || die 74 "$3: $(skopeo_complaint)"
	read_back "$2" "$1/blobs/${2/://}" "$3"
}

# One of the outbox, in a layout where it is alone.
carry_one() { # DIGEST WHAT
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%s}]}' $type_manifest "$1" \
		"$(stat -L -c %s "$outbox/blobs/${1/://}")" >"$outbox.one/index.json"
	carry "$outbox.one" "$1" "$2"
}

# The last thing that skopeo said, without its frame.
skopeo_complaint() {
	tail -n 1 "$scratch/skopeo" | sed 's/^time=[^ ]* level=[a-z]* msg=//; s/^"//; s/"$//; s/\\"/"/g' | tr -dc '[:print:]'
}

read_back() { # WANT FILE WHAT
	registry_manifest "$1" "$scratch/back" || fail "$3: reading back $1"
	cmp -s "$scratch/back" "$2" || die 73 "$3: reading back $1: the registry has something else there"
}

# What is under a tag: nothing, or its digest in $tagged.
look_at_tag() { # TAG
	tagged=
	if registry_manifest "$1" "$scratch/tag"; then
		tagged=$(sha256sum <"$scratch/tag")
		tagged=sha256:${tagged%% *}
	elif [ "$http" != 404 ]; then
		fail "tag $1"
	fi
}

set_tag() { # TAG TYPE FILE
	look_at_tag "$1"
	cmp -s "$scratch/tag" "$3" || registry_put "$registry_url/manifests/$1" "$2" "$3" || fail "tag $1"
	read_back "$1" "$3" "tag $1"
}

# Whoever goes by a version does not expect another image under it.
check_version() {
	look_at_tag "$version"
	[ -z "$tagged" ] || [ "$tagged" = "$image" ] || [ -n "$move" ] ||
		die 1 "$registry_host/$registry_name:$version is $tagged, another image; MOVE=1 gives the tag to $image"
}

# Is there something else where an artifact of ours goes? Prints `HEX WHAT` of each. One of a kind, envelopes one of a title.
in_our_place() { # INDEX
	jq -r --slurpfile ours "$outbox/index.json" --arg envelope $type_envelope --arg release $type_release \
		--arg inputs $type_inputs --arg spdx $type_spdx '
		def place: if .artifactType == $envelope then .annotations["org.opencontainers.image.title"] // "?" else
			{($release): "release", ($inputs): "inputs", ($spdx): "SBOM"}[.artifactType // ""] // empty end;
		($ours[0].manifests | map({key: place, value: .digest}) | from_entries) as $at
		| .manifests[] | place as $place | select($at[$place] and $at[$place] != .digest) | "\(.digest[7:]) \($place)"' "$1"
}

# Sets list to the referrers as they have to be; what others put there stays.
merge_referrers() {
	local hex what drop=()
	registry_referrers "${image#sha256:}" "$scratch/referrers" || fail "the referrers of $image"
	in_our_place "$scratch/referrers" >"$scratch/others"
	while read -r hex what; do
		[ -n "$move" ] || die 1 "$what: the registry has another one for this image, sha256:$hex; MOVE=1 replaces it"
		drop+=("sha256:$hex")
	done <"$scratch/others"
	jq -cjS --slurpfile ours "$outbox/index.json" --args '.manifests |= (map(select(.digest as $digest
		| $ARGS.positional | index($digest) | not)) + $ours[0].manifests | unique_by(.digest))' "${drop[@]}" \
		<"$scratch/referrers" >"$scratch/list"
}

# With the API the registry has the list itself, and only an artifact that was replaced has to go.
write_referrers() {
	local hex _
	if [ "$registry_api" = no ]; then
		set_tag "sha256-${image#sha256:}" $type_index "$scratch/list"
		return
	fi
	while read -r hex _; do
		registry_request "$registry_url/manifests/sha256:$hex" "$scratch/gone" 64 --request DELETE ||
			fail "replacing sha256:$hex"
	done <"$scratch/others"
}

# Another who pushed at the same moment may have written the list without ours: there is no way to lock a tag.
settle_referrers() {
	local try missing
	for try in 1 2 3; do
		merge_referrers
		write_referrers
		registry_referrers "${image#sha256:}" "$scratch/referrers" || fail "the referrers of $image"
		missing=$(jq -r --slurpfile ours "$outbox/index.json" \
			'($ours[0].manifests | map(.digest)) - (.manifests | map(.digest)) | .[0] // empty' "$scratch/referrers")
		[ -n "$missing" ] || return 0
	done
	die 73 "the referrers of $image: the registry does not list $missing (tried $try times)"
}

registry_parse "$reference" && [ -z "$registry_want" ] || die 64 "REGISTRY: $reference: not HOST[:PORT]/NAME"
[[ ${#version} -le 128 && $version =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || die 64 "$version: not a tag"
case ${MOVE:-0} in 0 | '') move= ;; 1) move=yes ;; *) die 64 "MOVE=$MOVE: 0 or 1" ;; esac
scratch=$(mktemp -d)
[ ! -d "$folder" ] || folder=$(realpath "$folder")
mkdir -p "$store"
store=$(realpath "$store")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
outbox=$scratch/outbox
check_release
registry_open "$scratch" "$reference" || fail "$reference"
check_version
fill_outbox
merge_referrers # says what is in the way before anything is sent, as the next does
fill_sigstore
carry "$folder/oci" "$image" image
while read -r digest what; do
	carry_one "$digest" "$what"
done < <(jq -r '.manifests[] | "\(.digest) \(.annotations["org.opencontainers.image.title"])"' "$outbox/index.json")
settle_referrers
[ -z "$sigstore_tag" ] || {
	hex=$(sha256sum <"$scratch/sigstore.manifest")
	carry_one "sha256:${hex%% *}" sigstore.sig
	set_tag "$sigstore_tag" $type_manifest "$scratch/sigstore.manifest"
}
set_tag "$version" $type_manifest "$folder/oci/blobs/${image/://}"
printf '%s/%s@%s\n' "$registry_host" "$registry_name" "$image"

#!/bin/bash
# registry-pull.sh HOST[:PORT]/NAME@sha256:HEX FOLDER: the release of an image, from a registry into a folder (docs/registry.md).
#
# The digest is that of the image's manifest. Nothing else is believed: a name from the registry has to be one that a release
# has, a size is kept to, a blob is checked against its digest while it arrives, and SHA256SUMS has to say of each file what came. Who
# signed what is not judged here. FOLDER takes its name when all is there; an interrupted pull leaves FOLDER.part and goes on from it.
#
# Environment: FETCH_JOBS, and that of registry.sh.
# Exit status: 1 other content than a digest says, 2 malformed, 64 no such reference, 73 FOLDER cannot be made, 74 not to be had.
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
most_artifacts=256 # of a type; more is nobody's release
largest_file=$((64 << 20))

[ $# -eq 2 ] || { echo "usage: registry-pull.sh HOST[:PORT]/NAME@sha256:HEX FOLDER" >&2; exit 64; }
reference=$1 folder=$2 part=$2.part
shown=
declare -A wanted # PATH: the digest of what is to be there

die() { # STATUS TEXT
	end_progress
	printf 'pull: %s\n' "$2" >&2
	exit "$1"
}
fail() { die "$code" "${1:+$1: }$reason"; } # WHAT

# A line that is written over and over, while someone looks.
progress() {
	local bytes total
	total=$(sort -u -k 1,1 "$scratch/list" | awk '{ n += $2 } END { printf "%.1f", n / 1e6 }')
	while sleep 0.3; do
		bytes=$(stat -c %s "$part"/partial/* "$part"/blobs/* 2>/dev/null | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }') || true
		printf '\r  PULL     %s: %s/%s MB\033[K' "$registry_name" "$bytes" "$total"
	done
}

end_progress() {
	[ -n "$shown" ] || return 0
	{ kill "$shown" && wait "$shown"; } 2>/dev/null || true
	shown=
	printf '\r\033[K' >&2
}

tidy() {
	end_progress
	rm -rf "$scratch"
}

# want HEX SIZE PATH: notes a blob that is to be had as a file.
want() {
	local other=${wanted[$3]:-}
	[ -z "$other" ] || [ "$other" = "$1" ] ||
		die 2 "$3: the registry has two that differ, sha256:$other and sha256:$1; which one is meant cannot be said"
	wanted[$3]=$1
	[ -n "$other" ] || printf '%s %s %s\n' "$1" "$2" "$3" >>"$scratch/list"
}

want_image() {
	local blobs blob size file=$scratch/manifest
	registry_manifest "$registry_want" "$file" || fail "the image's manifest"
	blobs=$(jq -r 'select(.schemaVersion == 2 and .mediaType == "application/vnd.oci.image.manifest.v1+json")
		| [.config] + .layers | select(length <= 512) | .[] | "\(.digest) \(.size)"' "$file" 2>/dev/null) || true
	[ -n "$blobs" ] || die 2 "$registry_want is no image manifest"
	while read -r blob size; do
		[[ $blob =~ ^sha256:[0-9a-f]{64}$ && $size =~ ^[0-9]{1,13}$ ]] || die 2 "the image's manifest has a layer without digest or size"
		want "${blob#sha256:}" "$size" "oci/blobs/sha256/${blob#sha256:}"
	done <<<"$blobs"
	install -m 0644 "$file" "$part/blobs/$image"
	want "$image" "$(stat -c %s "$file")" "oci/blobs/sha256/$image"
}

# The manifest of each listed artifact of a type; its layers have to have paths that $2 takes, and as many as $3 and $4 say.
want_artifacts() { # TYPE IS-PATH LEAST MOST
	local hex size blob path count=0 file=$scratch/artifact
	while read -r hex size; do
		[ $((count += 1)) -le $most_artifacts ] || die 2 "more than $most_artifacts artifacts of type $1"
		registry_manifest "sha256:$hex" "$file" || fail "artifact sha256:$hex"
		judge_artifact "$file" "$1" "sha256:$image" || fail "artifact sha256:$hex"
		[ "$artifact_count" -le "$3" ] || die 2 "artifact sha256:$hex: has more than $3 layers"
		while read -r blob size path; do
			"$2" "$path" || die 2 "artifact sha256:$hex: ${path:-nothing}: not a file that a release has there"
			[ "$size" -le $largest_file ] || die 2 "artifact sha256:$hex: $path: larger than $largest_file bytes"
			want "$blob" "$size" "$path"
		done <<<"$artifact_layers"
	done < <(listed "$scratch/referrers" "$1")
}

# The signature for containers' policies is under a tag of its own: its payload is a layer, itself an annotation.
want_sigstore() {
	local lines blob size file=$scratch/sigstore
	registry_manifest "sha256-$image.sig" "$file" || {
		[ "$http" = 404 ] || fail "tag sha256-$image.sig"
		return 0
	}
	lines=$(jq -r --arg type $type_sigstore --arg signature $sigstore_annotation '.layers[] | select(.mediaType == $type and
		.annotations["org.opencontainers.image.title"] == "sigstore.payload.json") |
		"\(.digest) \(.size) \(.annotations[$signature])"' "$file" 2>/dev/null) || die 2 "tag sha256-$image.sig: is no image manifest"
	[ -n "$lines" ] || return 0
	read -r blob size signature <<<"$lines"
	[[ $lines != *$'\n'* && $blob =~ ^sha256:[0-9a-f]{64}$ && $size =~ ^[0-9]{1,5}$ ]] && is_signature "$signature" ||
		die 2 "tag sha256-$image.sig: not one signature over one sigstore.payload.json"
	want "${blob#sha256:}" "$size" sigstore.payload.json
}

fetch_all() {
	local status=0
	! [ -t 2 ] || { progress >&2 & shown=$!; }
	registry_remember
	sort -u -k 1,1 "$scratch/list" | sort -n -r -k 2 | xargs -d '\n' -n 1 -P "${FETCH_JOBS:-8}" \
		"$mk/registry-blob.sh" "$part" "$reference" "$scratch" 2>"$scratch/errors" || status=$?
	end_progress
	[ ! -s "$scratch/failed" ] || {
		read -r code reason <"$scratch/failed"
		fail
	}
	[ $status -eq 0 ] || die 70 "registry-blob.sh: $(head -n 1 "$scratch/errors")"
}

place_all() {
	local hex path to=$part/release
	rm -rf "$to"
	while read -r hex _ path; do
		[ -d "$to/${path%"${path##*/}"}" ] || mkdir -p "$to/${path%"${path##*/}"}"
		# An image's blobs are what is large, and nobody edits them.
		case $path in oci/blobs/*) ln "$part/blobs/$hex" "$to/$path" ;; *) cp "$part/blobs/$hex" "$to/$path" ;; esac
	done <"$scratch/list"
	[ -z "$signature" ] || printf '%s\n' "$signature" >"$to/sigstore.sig"
}

# What SHA256SUMS has to say, given that every digest was checked.
check_sums() {
	local wrong
	awk '$3 !~ /\.dsse\.json$|^sigstore|^SHA256SUMS$/ { print $1 "  " $3 }' "$scratch/list" | sort -k 2 >"$scratch/sums"
	wrong=$(diff "$scratch/sums" "$part/release/SHA256SUMS" | sed -n 's/^[<>] [0-9a-f]*  //p' | head -n 1 | tr -dc '[:print:]') || true
	cmp -s "$scratch/sums" "$part/release/SHA256SUMS" ||
		die 1 "SHA256SUMS: ${wrong:-its form}: what it says is not what the registry has"
}

registry_parse "$reference" && [[ $registry_want == sha256:* ]] || die 64 "$reference: not HOST[:PORT]/NAME@sha256:HEX"
image=${registry_want#sha256:} signature=
[ ! -e "$folder" ] || [ -f "$folder/SHA256SUMS" ] || rmdir "$folder" 2>/dev/null ||
	die 73 "$folder: is there and no release; say OUT= another, or remove it"
scratch=$(mktemp -d)
trap tidy EXIT
trap 'exit 130' INT TERM
mkdir -p "$part/blobs" "$part/partial" 2>/dev/null || die 73 "$folder: cannot be made"
: >"$scratch/list"
registry_open "$scratch" "$reference" || fail "$reference"
want_image
registry_referrers "$image" "$scratch/referrers" || fail "the referrers of $registry_want"
want_artifacts $type_release is_plain_path 512
grep -q ' SHA256SUMS$' "$scratch/list" || die 74 "$reference: the registry has no release of this image"
want_artifacts $type_envelope is_envelope_path 1
want_sigstore
fetch_all
place_all
check_sums
rm -rf "$folder" && mv -T "$part/release" "$folder" && rm -rf "$part"

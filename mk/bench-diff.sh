#!/bin/bash
# bench-diff.sh SECTION WORK RUNS: what comparing two images costs, for mk/bench.sh; WORK is a folder to work in.
#
#     diff      image-diff of the launcher's image and a copy in which one byte of one file is another, beside decompressing
#               what differs of both (zcat; and layer-digest, the toolkit's own decoder, which digests too), and beside
#               diffoscope on the two layers; image-diff of two equal images, beside cmp of their blobs
. mk/bench-turns.bash
section=$1
work=$(realpath "$2")/$section
runs=$3
image=build/images/kettle-launcher/oci
patience=600 # seconds that diffoscope gets

declare -A label=(
	[diff]='image-diff, one byte differs'
	[zcat]='zcat of both layers, one after the other'
	[decoder]='layer-digest of both layers'
	[same]='image-diff, nothing differs'
	[cmp]='cmp of all blobs'
	[diffoscope]="diffoscope of both layers, stopped after $patience s if need be"
)

blob() { echo "blobs/${1/:/\/}"; } # DIGEST

add() { # FILE: into the second layout; its descriptor's digest and size, for jq
	local digest
	digest=$(sha256sum <"$1" | cut -d' ' -f1)
	cp "$1" "$work/second/blobs/sha256/$digest"
	printf '{"digest":"sha256:%s","size":%d}' "$digest" "$(stat -c %s "$1")"
}

# A copy of the image, with a byte in the middle of its largest layer changed and all digests what they are then.
make_second() {
	local manifest config layer number diff_id
	manifest=$(blob "$(jq -r '.manifests[0].digest' "$image/index.json")")
	config=$(blob "$(jq -r .config.digest "$image/$manifest")")
	number=$(jq '.layers | to_entries | max_by(.value.size).key' "$image/$manifest")
	layer=$(blob "$(jq -r ".layers[$number].digest" "$image/$manifest")")
	cp -r "$image" "$work/first"
	cp -r "$image" "$work/second"
	rm "$work/second/$manifest" "$work/second/$config" "$work/second/$layer"
	gzip -dc <"$image/$layer" >"$work/tar"
	perl -e 'open my $f, "+<", $ARGV[0] or die; my $at = int((-s $f) / 2); seek $f, $at, 0; read $f, my $byte, 1; seek $f, $at, 0; print $f chr(255 - ord $byte)' "$work/tar"
	diff_id=$(sha256sum <"$work/tar" | cut -d' ' -f1)
	gzip -n6 <"$work/tar" >"$work/layer"
	jq -c --arg id "sha256:$diff_id" ".rootfs.diff_ids[$number] = \$id" "$image/$config" >"$work/config"
	jq -c --argjson config "$(add "$work/config")" --argjson layer "$(add "$work/layer")" \
		".config += \$config | .layers[$number] += \$layer" "$image/$manifest" >"$work/manifest"
	jq -c --argjson manifest "$(add "$work/manifest")" '.manifests[0] += $manifest' "$image/index.json" >"$work/second/index.json"
	cp -r "$work/first" "$work/third"
	layers=("$work/first/$layer" "$work/layer")
	rm "$work/tar"
}

# shellcheck disable=SC2034 # take_turns reads `command`
command_of() { # NAME
	case $1 in
	diff) command=(build/bin/image-diff "$work/first" "$work/second") ;;
	zcat) command=(bash -c 'zcat <"$0" | cat >/dev/null; zcat <"$1" | cat >/dev/null' "${layers[@]}") ;;
	decoder) command=(build/bin/layer-digest "${layers[@]}") ;;
	same) command=(build/bin/image-diff "$work/first" "$work/third") ;;
	cmp) command=(diff -rq "$work/first" "$work/third") ;;
	diffoscope) command=(timeout "$patience" diffoscope --no-progress --text /dev/null "${layers[@]}") ;;
	esac
}

is_success() { # NAME STATUS
	case $1:$2 in
	diff:1 | diffoscope:1 | diffoscope:124 | zcat:0 | decoder:0 | same:0 | cmp:0) ;;
	*) return 1 ;;
	esac
}

section_diff() {
	local names=(diff zcat decoder same cmp)
	take_turns "$runs" "${names[@]}"
	if command -v diffoscope >/dev/null; then
		take_turns 1 diffoscope
		names+=(diffoscope)
	fi
	printf '\n## A comparison\n\nInput: %s and a copy with one byte of its largest layer changed, %s bytes each. Medians of %d; diffoscope once.\n' \
		"\`$image\`" "$(du -sb "$image" | cut -f1)" "$runs"
	rows "${names[@]}"
	limits
	printf '| wall time: %s / %s | 2 | %.3f |\n' "${label[diff]}" "${label[zcat]}" "$(ratio diff zcat 1)"
	printf '| processor time: the same | 2 | %.3f |\n' "$(ratio diff zcat 2)"
	printf '| wall time: %s / %s | | %.3f |\n' "${label[diff]}" "${label[decoder]}" "$(ratio diff decoder 1)"
	printf '| wall time: %s / %s | | %.3f |\n' "${label[same]}" "${label[cmp]}" "$(ratio same cmp 1)"
	[ ! -e "$work/diffoscope.figures" ] ||
		printf '| wall time: %s / %s | | %.4f |\n' "${label[diff]}" "${label[diffoscope]}" \
			"$(awk "BEGIN { print $(figure diff 1) / $(figure diffoscope 1) }")"
}

[ "$section" = diff ] || die 64 "$section: not diff"
[ -e "$image/index.json" ] || die 71 "diff: needs $image (make image)"
begin
make_second
section_diff

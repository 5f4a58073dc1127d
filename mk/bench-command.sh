#!/bin/bash
# bench-command.sh NAME INPUT OUT: one of the commands that mk/bench.sh compares, alone, to be timed as a whole.
#
# INPUT has root/ and root.tar (mk/bench-input.sh), OUT is an empty folder. What comes out is OUT/oci, or OUT/layer for
# those that only compress. Each peer does the least that gives a complete result of its kind.
set -euo pipefail
name=$1
input=$2
out=$3
root=$input/root
tar=$input/root.tar
export TMPDIR=$PWD/$out/tmp
mkdir "$TMPDIR"
while read -r key epoch _; do
	[ "$key" != epoch ] || break
done <images/builder/debian.lock

# The programs that make images are those of the build root, which run outside of it with its libraries.
libraries=build/root/usr/lib/x86_64-linux-gnu
in_build_root=("$libraries/ld-linux-x86-64.so.2" --library-path "$libraries")
programs=build/builder/bin

# A layer and all four digests of it, as a layout. Each program says what it needed in OUT/PROGRAM.memory.
ours() { # INPUT OPTION-OF-IMAGE-ASSEMBLE...
	local from=$1
	shift
	/usr/bin/time -f %M -o "$out/tar-normalize.memory" \
		"${in_build_root[@]}" $programs/tar-normalize --epoch "$epoch" "$from" |
		/usr/bin/time -f %M -o "$out/image-assemble.memory" \
			"${in_build_root[@]}" $programs/image-assemble "$@" \
			--epoch "$epoch" --report "$out/report.json" -o "$out/oci" "$input/image.json" -
}

add_blob() { # FILE: prints its descriptor's digest and size
	local hex
	hex=$(sha256sum "$1" | cut -d' ' -f1)
	mv "$1" "$out/oci/blobs/sha256/$hex"
	printf '"digest":"sha256:%s","size":%s' "$hex" "$(stat -c %s "$out/oci/blobs/sha256/$hex")"
}

# What a careful person writes by hand: a tar that does not depend on order and times, and three short JSON files.
gnu_tar() {
	local diff_id layer config manifest
	mkdir -p "$out/oci/blobs/sha256"
	mkfifo "$out/fifo"
	sha256sum <"$out/fifo" >"$out/diff_id" &
	tar --sort=name --mtime="@$epoch" --clamp-mtime --owner=0 --group=0 --numeric-owner --format=posix \
		--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -C "$root" -cf - . |
		tee "$out/fifo" | gzip -6n >"$out/layer"
	wait
	read -r diff_id _ <"$out/diff_id"
	layer=$(add_blob "$out/layer")
	jq -cn --arg id "sha256:$diff_id" \
		'{architecture: "amd64", config: {}, os: "linux", rootfs: {diff_ids: [$id], type: "layers"}}' >"$out/config"
	config=$(add_blob "$out/config")
	jq -cn --argjson config "{$config}" --argjson layer "{$layer}" '
		def descriptor($kind): {mediaType: "application/vnd.oci.image.\($kind)"} + .;
		{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
			config: ($config | descriptor("config.v1+json")),
			layers: [$layer | descriptor("layer.v1.tar+gzip")]}' >"$out/manifest"
	manifest=$(add_blob "$out/manifest")
	jq -cn --argjson manifest "{$manifest}" '{schemaVersion: 2, manifests: [$manifest + {
		mediaType: "application/vnd.oci.image.manifest.v1+json",
		annotations: {"org.opencontainers.image.ref.name": "latest"}}]}' >"$out/oci/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$out/oci/oci-layout"
}

# Its storage is a plain copy, which needs neither a kernel's overlay nor a daemon.
buildah_commit() {
	local buildah=(buildah --root "$PWD/$out/storage" --runroot "$PWD/$out/run" --storage-driver vfs) container
	container=$("${buildah[@]}" from scratch)
	"${buildah[@]}" add --quiet "$container" "$root" /
	"${buildah[@]}" commit --quiet --timestamp "$epoch" --disable-compression=false \
		--signature-policy "$input/policy.json" "$container" "oci:$out/oci:latest"
}

case $name in
tar-ours) ours "$tar" ;;
tar-host)
	in_build_root=()
	programs=build/bin
	ours "$tar"
	;;
tar-fast) ours "$tar" --level 1 ;;
tar-big) ours "$input/big.tar" ;;
level-*) ours "$tar" --compression "$(cut -d- -f2 <<<"$name")" --level "${name##*-}" ;;
tar-gzip) gzip -6n <"$tar" >"$out/layer" ;;
tar-pigz) pigz -6 <"$tar" >"$out/layer" ;;
root-ours) ours "$root" ;;
root-zstd) ours "$root" --compression zstd ;;
root-umoci)
	umoci init --layout "$out/oci"
	umoci new --image "$out/oci:latest"
	umoci insert --image "$out/oci:latest" "$root" /
	;;
root-buildah) buildah_commit ;;
root-skopeo) skopeo copy --quiet --policy "$input/policy.json" "tarball:$tar" "oci:$out/oci:latest" ;;
root-gnu-tar) gnu_tar ;;
*)
	echo "bench: $name: no such command" >&2
	exit 64
	;;
esac

# What the tests of built images share. They read build/images, which `make check` has brought up to date, with other
# people's programs only.
load ../helpers

IMAGES=$ROOT/build/images
EPOCH=$(sed -n 's/^epoch //p' "$ROOT/images/builder/debian.lock")

image_names() { (cd "$ROOT/images" && for name in */image.json; do echo "${name%/image.json}"; done); }

digest_of() { jq -r '.manifests[0].digest' "$IMAGES/$1/oci/index.json"; }            # IMAGE
blob() { echo "$IMAGES/$1/oci/blobs/${2/://}"; }                                      # IMAGE ALGORITHM:HEX
manifest() { blob "$1" "$(digest_of "$1")"; }                                         # IMAGE
config() { blob "$1" "$(jq -r .config.digest "$(manifest "$1")")"; }                  # IMAGE
layer_count() { jq '.layers | length' "$(manifest "$1")"; }                           # IMAGE
layer() { blob "$1" "$(jq -r ".layers[$2].digest" "$(manifest "$1")")"; }             # IMAGE NUMBER

hex() { "$1sum" | cut -d' ' -f1; } # ALGORITHM, of stdin

# The uncompressed tar of a layer, made once a file; prints where.
plain() { # IMAGE NUMBER
	local tar=$BATS_FILE_TMPDIR/$1-$2.tar
	if [ ! -e "$tar" ]; then
		case $(jq -r ".layers[$2].mediaType" "$(manifest "$1")") in
		*+gzip) gzip -dc "$(layer "$1" "$2")" ;;
		*+zstd) zstd -dcq "$(layer "$1" "$2")" ;;
		*) cat "$(layer "$1" "$2")" ;;
		esac >"$tar.new"
		mv "$tar.new" "$tar"
	fi
	echo "$tar"
}

# All entries of all layers: MODE UID/GID SIZE DATE TIME PATH [-> TARGET], by GNU tar.
entries() { # IMAGE
	local list=$BATS_FILE_TMPDIR/$1.list i
	if [ ! -e "$list" ]; then
		for ((i = 0; i < $(layer_count "$1"); i++)); do
			TZ=UTC tar --numeric-owner --full-time --quoting-style=literal -tvf "$(plain "$1" $i)"
		done >"$list.new"
		mv "$list.new" "$list"
	fi
	cat "$list"
}

# The image's files in one folder, made once a file; prints where.
unpacked() { # IMAGE
	local tree=$BATS_FILE_TMPDIR/tree-$1 i
	if [ ! -d "$tree" ]; then
		rm -rf "$tree.new"
		mkdir "$tree.new"
		for ((i = 0; i < $(layer_count "$1"); i++)); do tar -xf "$(plain "$1" $i)" -C "$tree.new" --no-same-owner; done
		mv "$tree.new" "$tree"
	fi
	echo "$tree"
}

# empty WHAT: stdin has nothing; shows what it has.
empty() {
	local found
	found=$(cat)
	[ -z "$found" ] || {
		printf '%s:\n%s\n' "$1" "$found" >&2
		return 1
	}
}

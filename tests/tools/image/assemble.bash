# Loaded by the tests of image-assemble: two layers and an image.json in a fresh folder, and ways to look into a layout.
load ../../helpers

JSON=$VECTORS/image-json
EPOCH=1700000000

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tree
	seq 100000 >tree/numbers
	head -c 2500000 /dev/zero >tree/zeros
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf base.tar tree
	cp "$VECTORS/codec/good/plain.tar" app.tar
	cp "$JSON/good/full.json" image.json
}

# assemble [OPTION...]: the two layers to oci
assemble() {
	expect 0 image-assemble -o oci --epoch "$EPOCH" "$@" image.json base.tar app.tar
	same '' "$output$stderr"
}

# sha FILE, sha3 FILE: SHA-256 and SHA-384 by others
sha() {
	sha256sum <"$1" | cut -d' ' -f1
}
sha3() {
	sha384sum <"$1" | cut -d' ' -f1
}

# blob DIR DIGEST: its path; blobs DIR: paths of the layers
blob() {
	printf '%s/blobs/sha256/%s' "$1" "${2#sha256:}"
}
manifest() {
	blob "$1" "$(jq -r '.manifests[0].digest' "$1/index.json")"
}
config() {
	blob "$1" "$(jq -r .config.digest "$(manifest "$1")")"
}
layers() {
	jq -r '.layers[].digest' "$(manifest "$1")" | while read -r digest; do
		blob "$1" "$digest"
		echo
	done
}

# tree_of DIR: all names, modes and contents
tree_of() {
	(cd "$1" && find . -printf '%P %m\n' -type f -exec sha256sum {} + | sort)
}

# descriptor TYPE FILE
descriptor() {
	jq -nc --arg type "$1" --arg digest "sha256:$(sha "$2")" --argjson size "$(stat -c %s "$2")" \
		'{mediaType: $type, digest: $digest, size: $size}'
}

# bare FILE: canonical JSON, without the line feed that jq ends with
bare() {
	jq -Sjc . "$1"
}

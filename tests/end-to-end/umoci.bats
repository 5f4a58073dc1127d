# umoci unpacks the layouts, and what comes out is what the layers say.
load ../helpers

setup_file() { need umoci bsdtar; }

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# The tree that the layers make, one over the other, by tar.
apply_layers() { # IMAGE FOLDER
	local layout=$ROOT/build/images/$1/oci manifest digest
	manifest=$layout/blobs/$(jq -r '.manifests[0].digest | sub(":"; "/")' "$layout/index.json")
	mkdir "$2"
	for digest in $(jq -r '.layers[].digest | sub(":"; "/")' "$manifest"); do
		tar -xpf "$layout/blobs/$digest" -C "$2" --numeric-owner --same-owner --delay-directory-restore
	done
}

# Every entry of a tree with the keys, sorted; the time of a folder is that of what was last put into it.
mtree() { # FOLDER KEYS
	bsdtar -C "$1" --format=mtree --options="!all,$2" -cf - . | sed '/type=dir/s/ time=[0-9.]*//' | LC_ALL=C sort
}

image_names() { (cd "$ROOT/images" && for name in */image.json; do echo "${name%/image.json}"; done); }

@test "unpacked without root: contents, links, modes and times are those of the layers" {
	for image in $(image_names); do
		expect 0 umoci unpack --rootless --image "$ROOT/build/images/$image/oci" "$image"
		apply_layers "$image" "$image.tar"
		mtree "$image/rootfs" type,mode,size,link,time,sha256 >unpacked
		mtree "$image.tar" type,mode,size,link,time,sha256 >layers
		[ "$(wc -l <layers)" -gt 20 ]
		diff layers unpacked
		same "$(jq -r .config.User "$ROOT/images/$image/image.json")" "$(jq -r '"\(.process.user.uid):\(.process.user.gid)"' "$image/config.json")"
		same "$(jq -c '.config | (.Entrypoint // []) + (.Cmd // [])' "$ROOT/images/$image/image.json")" "$(jq -c .process.args "$image/config.json")"
	done
}

@test "unpacked as root: owners too" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to give files away"
	for image in $(image_names); do
		expect 0 umoci unpack --image "$ROOT/build/images/$image/oci" "$image"
		apply_layers "$image" "$image.tar"
		mtree "$image/rootfs" type,mode,uid,gid,size,link,time,sha256 >unpacked
		mtree "$image.tar" type,mode,uid,gid,size,link,time,sha256 >layers
		diff layers unpacked
	done
}

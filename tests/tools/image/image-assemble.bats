#!/usr/bin/env bats
load assemble

@test "an uncompressed image: every byte, as jq and sha256sum make it from the specification" {
	assemble --compression none --report report.json
	mkdir -p want/blobs/sha256
	printf '{"imageLayoutVersion":"1.0.0"}' >want/oci-layout
	created=$(date -u -d "@$EPOCH" +%Y-%m-%dT%H:%M:%SZ)
	jq -n --slurpfile image image.json --arg created "$created" --arg base "sha256:$(sha base.tar)" \
		--arg app "sha256:$(sha app.tar)" '{
		created: $created, architecture: "amd64", os: "linux", config: $image[0].config,
		rootfs: {type: "layers", diff_ids: [$base, $app]},
		history: ["base", "app"] | map({created: $created, created_by: ., comment: "image-assemble"})
	}' | bare - >config
	type=application/vnd.oci.image
	jq -n --slurpfile image image.json --argjson config "$(descriptor $type.config.v1+json config)" \
		--argjson base "$(descriptor $type.layer.v1.tar base.tar)" \
		--argjson app "$(descriptor $type.layer.v1.tar app.tar)" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config,
		layers: [$base, $app], annotations: $image[0].annotations
	}' | bare - >manifest
	jq -n --argjson manifest "$(descriptor $type.manifest.v1+json manifest)" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
		manifests: [$manifest + {annotations: {"org.opencontainers.image.ref.name": "latest"}}]
	}' | bare - >want/index.json
	for file in config manifest base.tar app.tar; do
		cp "$file" "want/blobs/sha256/$(sha "$file")"
	done
	chmod -R u=rwX,go=rX want
	same "$(tree_of want)" "$(tree_of oci)"
	same "$(sha manifest)" "$(jq -r .manifest.sha256 report.json)"
	same "$(jq -nc '[{name: "none"}, {name: "none"}]')" "$(jq -c '[.layers[].codec]' report.json)"
}

@test "config, manifest and index are what the image-spec asks for" {
	assemble --compression zstd
	digest='test("^sha256:[0-9a-f]{64}$")'
	jq -e "(keys == [\"imageLayoutVersion\"]) and .imageLayoutVersion == \"1.0.0\"" oci/oci-layout
	jq -e ".schemaVersion == 2 and .mediaType == \"application/vnd.oci.image.index.v1+json\" and (.manifests | length == 1)
		and (.manifests[0] | (.digest | $digest) and .size > 0
		and .mediaType == \"application/vnd.oci.image.manifest.v1+json\")" oci/index.json
	jq -e ".schemaVersion == 2 and .mediaType == \"application/vnd.oci.image.manifest.v1+json\"
		and .config.mediaType == \"application/vnd.oci.image.config.v1+json\" and (.config.digest | $digest)
		and (.layers | length == 2)
		and all(.layers[]; (.digest | $digest) and .size > 0
		and .mediaType == \"application/vnd.oci.image.layer.v1.tar+zstd\")
		and all(.annotations[]; type == \"string\")" "$(manifest oci)"
	jq -e ".rootfs.type == \"layers\" and all(.rootfs.diff_ids[]; $digest) and (.rootfs.diff_ids | length == 2)
		and (.history | length == 2) and (.created | fromdateiso8601 == $EPOCH)
		and all(.history[]; .created | fromdateiso8601 == $EPOCH)" "$(config oci)"
	for file in oci/blobs/sha256/*; do
		same "$(basename "$file")" "$(sha "$file")"
	done
}

@test "the smallest image.json: no config, no annotations" {
	expect 0 image-assemble -o oci "$JSON/good/minimal.json" app.tar
	same '["architecture","created","history","os","rootfs"]' "$(jq -c keys "$(config oci)")"
	same '"1970-01-01T00:00:00Z"' "$(jq -c .created "$(config oci)")"
	same '["config","layers","mediaType","schemaVersion"]' "$(jq -c keys "$(manifest oci)")"
}

@test "gzip blobs: whole for gzip, each member with the ten bytes the format says, and the diff ID inside" {
	assemble
	i=0
	for file in $(layers oci); do
		gzip -t "$file"
		same "$(jq -r ".rootfs.diff_ids[$i]" "$(config oci)")" "sha256:$(gzip -dc "$file" | sha256sum | cut -d' ' -f1)"
		bsdtar -tf "$file" >/dev/null
		same 1f8b08000000000000ff "$(od -An -N10 -tx1 "$file" | tr -d ' \n')"
		i=$((i + 1))
	done
	# One member for each MiB of the tar.
	blocks=$((($(stat -c %s base.tar) + 1048575) / 1048576))
	same "$blocks" "$(perl -0777 -ne 'print scalar(() = /\x1f\x8b\x08\0\0\0\0\0\0\xff/g)' "$(layers oci | head -n1)")"
}

@test "zstd blobs: whole for zstd, frames with size and checksum, and the diff ID inside" {
	assemble --compression zstd
	first=$(layers oci | head -n1)
	zstd -qt "$first"
	same "$(sha base.tar)" "$(zstd -qdc "$first" | sha256sum | cut -d' ' -f1)"
	bsdtar -tf "$first" | diff - <(tar -tf base.tar)
	blocks=$((($(stat -c %s base.tar) + 1048575) / 1048576))
	zstd -lv "$first" >listing
	grep -q "Frames: $blocks\$" listing || grep -q "# Zstandard Frames: $blocks" listing
	grep -q "Check: XXH64" listing
	grep -q "Decompressed Size:.*($(stat -c %s base.tar) B)" listing
}

@test "skopeo inspects and copies it, and keeps every digest" {
	need skopeo
	for codec in gzip zstd none; do
		assemble --compression $codec --name v1.2
		expect 0 skopeo --tmpdir . inspect oci:oci:v1.2
		same "$(jq -r '.manifests[0].digest' oci/index.json)" "$(jq -r .Digest <<<"$output")"
		same "$(jq -c '[.layers[].digest]' "$(manifest oci)")" "$(jq -c .Layers <<<"$output")"
		expect 0 skopeo --tmpdir . inspect --config oci:oci:v1.2
		same "$(jq -c .config image.json)" "$(jq -c .config <<<"$output")"
		expect 0 skopeo --insecure-policy --tmpdir . copy -q --preserve-digests oci:oci:v1.2 dir:copy
		cmp copy/manifest.json "$(manifest oci)"
		for digest in $(jq -r '.layers[].digest, .config.digest' copy/manifest.json); do
			cmp "copy/${digest#sha256:}" "$(blob oci "$digest")"
		done
		rm -r copy
	done
}

@test "umoci unpacks it to what went in" {
	need umoci
	assemble
	expect 0 umoci unpack --rootless --image oci:latest bundle
	diff -r tree bundle/rootfs/tree
}

@test "the report has every digest as others compute it, and agrees with layer-digest" {
	assemble --report report.json
	same "$(jq -Sc '{name, platform}' image.json)" "$(jq -c '{name, platform}' report.json)"
	for part in manifest config; do
		file=$($part oci)
		same "$(sha "$file") $(sha3 "$file") $(stat -c %s "$file")" \
			"$(jq -r ".$part | \"\(.sha256) \(.sha384) \(.size)\"" report.json)"
	done
	same "$(layer-digest $(layers oci) | jq -Sc 'map(del(.path))')" \
		"$(jq -Sc '.layers | map(del(.name, .codec))' report.json)"
	i=0
	for tar in base.tar app.tar; do
		same "$(sha $tar) $(sha3 $tar) $(stat -c %s $tar)" \
			"$(jq -r ".layers[$i].diff_id | \"\(.sha256) \(.sha384) \(.size)\"" report.json)"
		file=$(layers oci | sed -n "$((i + 1))p")
		same "$(sha "$file") $(sha3 "$file") $(stat -c %s "$file")" \
			"$(jq -r ".layers[$i].blob | \"\(.sha256) \(.sha384) \(.size)\"" report.json)"
		i=$((i + 1))
	done
	same '["base","app"]' "$(jq -c '[.layers[].name]' report.json)"
	jq -e '.layers[0].codec | .name == "gzip" and .library == "libdeflate" and (.version | test("^[0-9.]+$"))
		and .level == 5 and .block_size == 1048576' report.json
	jq -S --indent 2 . report.json | cmp - report.json
	assemble --compression zstd --level 4 --report report.json
	jq -e '.layers[0].codec | .name == "zstd" and .library == "libzstd" and .level == 4' report.json
}

@test "the bytes do not depend on threads, processors, standard input, the cache, or how the layer came" {
	need taskset
	one=$(taskset -cp $$ | sed 's/.*[:,-] *//')
	mkdir plain packed zpacked
	cp base.tar plain/stdin.tar
	gzip -1 <base.tar >packed/stdin.tar.gz
	zstd -q <base.tar >zpacked/stdin.tar.zst
	for codec in gzip zstd; do
		for level in '' '--level 1'; do
			run_one() {
				rm -rf oci
				expect 0 "$@"
				tree_of oci
			}
			make="image-assemble -o oci --compression $codec $level"
			want=$(run_one $make image.json plain/stdin.tar)
			for threads in 1 2 8 18; do
				same "$want" "$(run_one $make --threads $threads image.json plain/stdin.tar)" "$threads threads"
			done
			same "$want" "$(run_one taskset -c "$one" $make image.json plain/stdin.tar)" 'one processor'
			same "$want" "$(run_one $make image.json packed/stdin.tar.gz)" 'gzip'
			same "$want" "$(run_one $make image.json zpacked/stdin.tar.zst)" 'zstd'
			same "$want" "$(run_one $make image.json - <base.tar)" 'standard input'
			same "$want" "$(dd bs=999 status=none <base.tar | run_one $make image.json -)" 'a pipe in pieces'
			same "$want" "$(run_one $make --cache cache image.json plain/stdin.tar)" 'an empty cache'
			same "$want" "$(run_one $make --cache cache image.json plain/stdin.tar)" 'a cache'
			same "$want" "$(run_one $make --cache cache image.json packed/stdin.tar.gz)" 'a cache, gzip'
		done
	done
}

@test "the same under another umask, locale, time zone and in another folder" {
	assemble
	want=$(tree_of oci)
	mkdir -p 'other place'
	(umask 077 && cd 'other place' && TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=/nowhere image-assemble -o "$PWD/oci/" \
		--epoch "$EPOCH" ../image.json ../base.tar ../app.tar)
	same "$want" "$(tree_of 'other place/oci')"
}

@test "layers at the edges of a block" {
	base=$(stat -c %s app.tar)
	for size in 1048576 2097152 1049088; do
		{ cat app.tar && head -c $((size - base)) /dev/zero; } >edge.tar
		for codec in gzip zstd none; do
			expect 0 image-assemble -o oci --compression $codec image.json edge.tar
			same "sha256:$(sha edge.tar)" "$(jq -r '.rootfs.diff_ids[0]' "$(config oci)")"
			same "$(sha edge.tar)" "$(layer-digest $(layers oci) | jq -r '.[0].diff_id.sha256')"
		done
	done
}

@test "the same layer twice is one blob" {
	expect 0 image-assemble -o oci image.json app.tar app.tar
	same 3 "$(find oci/blobs -type f | wc -l)"
	same 2 "$(jq '.layers | length' "$(manifest oci)")"
}

@test "a cached blob is taken; a damaged cache is passed over and mended" {
	assemble --cache cache
	want=$(tree_of oci)
	blob=cache/$(basename "$(layers oci | head -n1)")
	key=$(echo cache/"$(sha base.tar)".*.json)
	good=$(<"$key")
	[ -f "$blob" ]

	# The proof that it is taken: another sound blob under this key shows in the image.
	gzip -9 <base.tar >other
	cp other "cache/$(sha other)"
	jq -n --arg a "$(sha other)" --arg b "$(sha3 other)" --argjson n "$(stat -c %s other)" \
		'{sha256: $a, sha384: $b, size: $n}' >"$key"
	assemble --cache cache
	same "$(sha other)" "$(basename "$(layers oci | head -n1)")"

	damage() {
		printf '%s\n' "$good" >"$key"
		assemble --cache cache
		"$@"
		assemble --cache cache
		same "$want" "$(tree_of oci)" "$*"
		same "$(basename "$blob")" "$(sha "$blob")" "$* mended"
		same "$good" "$(<"$key")" "$* mended"
	}
	damage truncate -s 1000 "$blob"
	damage truncate -s 0 "$blob"
	damage truncate -s +1 "$blob"
	damage dd if=/dev/zero of="$blob" bs=1 seek=2000 count=8 conv=notrunc status=none
	damage rm "$blob"
	damage rm "$key"
	damage truncate -s 0 "$key"
	damage sh -c "printf '{}' >$key"
	damage sh -c "printf '{\"sha256\": \"../../x\", \"sha384\": \"\", \"size\": 1}' >$key"
	damage sed -i 's/"size": .*/"size": -1/' "$key"
}

@test "a cache that cannot be written is a warning" {
	touch cache
	expect 0 image-assemble -o oci --cache cache image.json app.tar
	one_line "$stderr" 'image-assemble: cache: '
	same "$(sha app.tar)" "$(gzip -dc "$(layers oci)" | sha256sum | cut -d' ' -f1)"
}

@test "every good image.json is taken" {
	for file in "$JSON"/good/*.json; do
		expect 0 image-assemble -o oci "$file" app.tar
		same "$(jq -Sc '.config // {}' "$file")" "$(jq -c '.config // {}' "$(config oci)")" "$file"
		same "$(jq -Sc .annotations "$file")" "$(jq -c .annotations "$(manifest oci)")" "$file"
	done
	expect 0 image-assemble -o oci - app.tar <image.json
}

@test "a report on standard output" {
	expect 0 image-assemble -o oci --report - image.json app.tar
	same "$(sha "$(manifest oci)")" "$(jq -r .manifest.sha256 <<<"$output")"
}

@test "memory does not grow with a layer" {
	need taskset
	[[ $BIN != *asan* ]] || skip "the sanitizer's memory is its own"
	truncate -s 300M tree/zeros
	(ulimit -v 250000 && tar -cf - tree |
		taskset -c "$(taskset -cp $$ | sed 's/.*[:,-] *//')" image-assemble -o oci --level 1 image.json -)
	same "$(jq -r '.rootfs.diff_ids[0]' "$(config oci)")" "sha256:$(gzip -dc "$(layers oci)" | sha256sum | cut -d' ' -f1)"
}

@test "a terminal is told how far a slow layer is; a file is not" {
	need script
	# Zeros may follow a tar: they do until the line is there, however long that takes here.
	cat >slow.sh <<'X'
{
	cat base.tar
	for ((i = 0; i < 100; i++)); do
		! grep -q 'image-assemble: [0-9]* MB' log || break
		head -c 1048576 /dev/zero
		sleep 0.1
	done
} | image-assemble -o oci image.json -
X
	script -qefc 'bash slow.sh' log </dev/null >/dev/null
	grep -q 'image-assemble: [0-9]* MB' log
	expect 0 bash -c '{ cat base.tar; sleep 1.2; head -c 2097152 /dev/zero; } | image-assemble -o oci image.json -'
	same '' "$stderr"
}

@test "history names a layer by its file, however it is packed" {
	gzip -k app.tar
	mkdir dir
	cp app.tar dir/my.layer.tar
	cp app.tar .tar
	expect 0 image-assemble -o oci image.json app.tar.gz dir/my.layer.tar - .tar <app.tar
	same '["app","my.layer","stdin",".tar"]' "$(jq -c '[.history[].created_by]' "$(config oci)")"
	cp app.tar $'\xff.tar'
	expect 2 image-assemble -o oci image.json $'\xff.tar'
	one_line "$stderr" 'name is not UTF-8'
}

@test "the epoch's ends" {
	expect 0 image-assemble -o oci --epoch 253402300799 image.json app.tar
	same '"9999-12-31T23:59:59Z"' "$(jq .created "$(config oci)")"
	expect 64 image-assemble -o oci --epoch 253402300800 image.json app.tar
	expect 64 image-assemble -o oci --epoch -1 image.json app.tar
	expect 64 image-assemble -o oci --epoch now image.json app.tar
}

# usage PATTERN ARGUMENT...
usage() {
	expect 64 image-assemble "${@:2}"
	one_line "$(head -n1 <<<"$stderr")" "image-assemble: $1"
	same '' "$(ls -d oci* 2>/dev/null)"
}

@test "used wrongly" {
	usage 'no folder given' image.json app.tar
	usage 'IMAGE.JSON and at least one LAYER' -o oci image.json
	usage "'-' given more than once" -o oci - -
	usage '--compression:' -o oci --compression xz image.json app.tar
	usage '--level: gzip has no level 13' -o oci --level 13 image.json app.tar
	usage '--level: gzip has no level 0' -o oci --level 0 image.json app.tar
	usage '--level: none has no level 1' -o oci --compression none --level 1 image.json app.tar
	usage '--level:' -o oci --compression zstd --level 20 image.json app.tar
	usage '--threads: at least 1' -o oci --threads 0 image.json app.tar
	usage '--threads:' -o oci --threads 19 image.json app.tar
	for name in '' 'a b' 'a//b' '/a' 'a/' '-a' 'a---b' $'a\nb'; do
		usage '--name:' -o oci --name "$name" image.json app.tar
	done
	usage "unrecognized option" -o oci --unknown image.json app.tar
}

@test "a name may be any reference" {
	for name in latest 1.0 a/b-c_d a--b user@host:1+2; do
		expect 0 image-assemble -o oci --name "$name" image.json app.tar
		same "$name" "$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' oci/index.json)"
	done
}

@test "--help and --version" {
	expect 0 image-assemble --help
	[[ $output == Usage:* ]]
	expect 0 image-assemble --version
	[[ $output == "image-assemble "*libdeflate*zlib*libzstd*OpenSSL* ]]
}

@test "the man page's examples" {
	cp base.tar debian.tar
	cp base.tar rootfs.tar
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/image-assemble.1" >examples
	same 3 "$(wc -l <examples)"
	expect 0 bash -euo pipefail examples
	same "$(sha "$(manifest oci)")" "$output"
	gzip -t "$(layers quick)"
}

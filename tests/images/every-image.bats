# What holds for every image under images/, asked of programs that other people wrote.
load images

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "there is more than one image, so that the toolkit is shown to be general" {
	[ "$(image_names | wc -l)" -ge 2 ]
}

@test "the index has one plain manifest, and the layout nothing that is not named" {
	for image in $(image_names); do
		layout=$IMAGES/$image/oci
		same '{"imageLayoutVersion":"1.0.0"}' "$(jq -c . "$layout/oci-layout")"
		same '[1,"application/vnd.oci.image.manifest.v1+json",null,null]' \
			"$(jq -c '[(.manifests | length), .manifests[0].mediaType, .manifests[0].artifactType, .subject]' "$layout/index.json")"
		same "$(jq -r '[., .config, .layers[]] | .[] | objects | .digest // empty' "$(manifest "$image")" | cat - <(digest_of "$image") | sort -u)" \
			"$(cd "$layout/blobs" && find . -type f | sed 's#^\./\(.*\)/#\1:#' | sort)" "$image: blobs"
		same "$(stat -c %s "$(manifest "$image")")" "$(jq '.manifests[0].size' "$layout/index.json")"
	done
}

@test "every blob has the digest it is named by, and the size and digests the report gives" {
	for image in $(image_names); do
		for file in "$IMAGES/$image"/oci/blobs/sha256/*; do same "${file##*/}" "$(hex sha256 <"$file")"; done
		report=$IMAGES/$image/report.json
		same "$(digest_of "$image")" "sha256:$(jq -r .manifest.sha256 "$report")"
		same "$(hex sha384 <"$(manifest "$image")")" "$(jq -r .manifest.sha384 "$report")"
		same "$(layer_count "$image")" "$(jq '.layers | length' "$report")"
		for ((i = 0; i < $(layer_count "$image"); i++)); do
			file=$(layer "$image" $i)
			same "$(hex sha256 <"$file") $(hex sha384 <"$file") $(stat -c %s "$file") $(jq -r ".layers[$i].mediaType" "$(manifest "$image")")" \
				"$(jq -r ".layers[$i] | [.blob.sha256, .blob.sha384, .blob.size, .media_type] | join(\" \")" "$report")" "$image: blob $i"
			tar=$(plain "$image" $i)
			sha256=$(hex sha256 <"$tar")
			same "$sha256 $(hex sha384 <"$tar") $(stat -c %s "$tar")" \
				"$(jq -r ".layers[$i].diff_id | [.sha256, .sha384, .size] | join(\" \")" "$report")" "$image: diff ID $i"
			same "sha256:$sha256" "$(jq -r ".rootfs.diff_ids[$i]" "$(config "$image")")"
			same "$(tar -tf "$tar" | wc -l)" "$(jq ".layers[$i].entries" "$report")" "$image: entries of $i"
		done
	done
}

@test "skopeo reads the layout, and copies it without changing a byte" {
	for image in $(image_names); do
		expect 0 skopeo inspect "oci:$IMAGES/$image/oci"
		same "$(digest_of "$image") amd64 linux" "$(jq -r '[.Digest, .Architecture, .Os] | join(" ")' <<<"$output")"
		same "$(jq -c '[.layers[].digest]' "$(manifest "$image")")" "$(jq -c .Layers <<<"$output")"
		skopeo inspect --raw "oci:$IMAGES/$image/oci" >raw
		cmp raw "$(manifest "$image")"
		expect 0 skopeo copy --quiet --insecure-policy --preserve-digests "oci:$IMAGES/$image/oci" "dir:$PWD/$image"
		cmp "$image/manifest.json" "$(manifest "$image")"
		for ((i = 0; i < $(layer_count "$image"); i++)); do
			cmp "$image/$(hex sha256 <"$(layer "$image" $i)")" "$(layer "$image" $i)"
		done
		cmp "$image/$(hex sha256 <"$(config "$image")")" "$(config "$image")"
	done
}

@test "tar and bsdtar list the same names, in byte order, each once, with parents first" {
	for image in $(image_names); do
		for ((i = 0; i < $(layer_count "$image"); i++)); do
			expect 0 tar -tf "$(plain "$image" $i)" --quoting-style=literal
			same '' "$stderr"
			printf '%s\n' "$output" >names
			bsdtar -tf "$(layer "$image" $i)" | cmp - names
			sed 's#/$##' names | LC_ALL=C sort -cu
			sed -n 's#/[^/]*/\{0,1\}$##p' names | LC_ALL=C sort -u >parents
			sed -n 's#/$##p' names | LC_ALL=C comm -13 - parents | empty "$image: layer $i: entries whose parent is missing"
		done
	done
}

@test "no entry is newer than the epoch, and none has a user or group name, or a fraction of a second" {
	for image in $(image_names); do
		newest=$(TZ=UTC date -d "@$EPOCH" '+%Y-%m-%d %H:%M:%S')
		entries "$image" | awk -v newest="$newest" '$4 " " $5 > newest' | empty "$image: newer than $newest"
		for ((i = 0; i < $(layer_count "$image"); i++)); do
			bsdtar --options '!all,uname,gname,time' --format=mtree -cf listed "@$(plain "$image" $i)"
			grep -E '[ug]name=' listed | empty "$image: names of owners"
			grep -vE '^#mtree|^/set|time=[0-9]+\.0+( |$)' listed | empty "$image: not in whole seconds"
		done
		same "$(TZ=UTC date -d "@$EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "$(jq -r .created "$(config "$image")")"
	done
}

@test "only files, folders and links; none sets an identity; all may write to /tmp alone" {
	for image in $(image_names); do
		entries "$image" | grep -v '^[-dlh]' | empty "$image: other kinds"
		entries "$image" | awk '$1 ~ /[sS]/' | empty "$image: set-user-ID or set-group-ID"
		entries "$image" | awk '$1 !~ /^l/ && substr($1, 9, 1) == "w" && $6 != "tmp/"' | empty "$image: writable by all"
	done
}

@test "the config names a user that is not root, by number, and nothing that varies" {
	for image in $(image_names); do
		jq -r .config.User "$(config "$image")" | grep -qE '^[1-9][0-9]*:[1-9][0-9]*$'
		jq -r '.config.Labels // {}, (.history // [])[] | .. | strings' "$(config "$image")" | grep -iE 'buildah|docker|/src|/tmp' | empty "$image: who built it"
		jq -r '(.annotations // {}) + (.config.annotations // {}) | keys[]' "$(manifest "$image")" |
			grep -E '\.(created|revision|version|source|url|ref\.name)$' | empty "$image: annotations that vary"
		same "$(jq -cS '.annotations' "$ROOT/images/$image/image.json")" "$(jq -cS '.annotations' "$(manifest "$image")")"
		# Every value of the definition arrives, and no other key.
		same "$(jq -cS .config "$ROOT/images/$image/image.json")" "$(jq -cS .config "$(config "$image")")" "$image: config"
	done
}

@test "no shell, no package manager, no folder of the host" {
	for image in $(image_names); do
		entries "$image" | awk '{ print $6 }' |
			grep -E '(^|/)(sh|bash|dash|busybox|ash|zsh|perl[0-9.]*|python[0-9.]*|apt|apt-get|dpkg|dpkg-deb|npm|npx|node|tar|curl|wget)$' |
			empty "$image: programs that have no business there"
		entries "$image" | awk '{ print $6 }' | grep -E '^(src|store|build|proc/.|sys/.|dev/.)' | empty "$image: the build's own folders"
		same '' "$(find "$(unpacked "$image")" -type f -size -9999k -exec grep -lF -e "$ROOT" -e "build/images" -- {} +)" "$image: paths of the build"
	done
}

@test "every program and library finds what it is linked with inside the image" {
	for image in $(image_names); do
		tree=$(unpacked "$image")
		find "$tree" -type f -exec sh -c 'for f; do [ "$(head -c 4 "$f" | tr -d "\0")" = "$(printf "\177ELF")" ] && echo "$f"; done' sh {} + >elves || :
		[ "$(wc -l <elves)" -ge 3 ]
		while read -r elf; do
			readelf -dW "$elf" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
				find "$tree/usr/lib/x86_64-linux-gnu" "$tree/usr/lib64" -maxdepth 1 -name "$library" | grep -q . || echo "${elf#"$tree"}: $library"
			done
			readelf -lW "$elf" | sed -n 's/.*interpreter: \(.*\)\]/\1/p' | while read -r loader; do
				[ -e "$tree$(dirname "$loader")/$(basename "$loader")" ] || echo "${elf#"$tree"}: $loader"
			done
		done <elves | empty "$image: not in the image"
	done
}

@test "dpkg reads the status, which lists exactly the packages of the locks" {
	for image in $(image_names); do
		tree=$(unpacked "$image")
		expect 0 dpkg-query --admindir="$tree/var/lib/dpkg" -W -f '${Package} ${Version} ${Architecture} ${db:Status-Abbrev}\n'
		same "$(sed -n '/^[a-z0-9.+-]* [^ ]* \(amd64\|all\) /p' "$ROOT/images/$image"/*/debian.lock | awk '{ print $1, $2, $3, "ii " }' | sort)" \
			"$(sort <<<"$output")" "$image: packages"
	done
}

@test "the digests are the ones recorded in vectors/release" {
	for image in $(image_names); do
		diff -u --label recorded --label built "$ROOT/vectors/release/$image.json" "$IMAGES/$image/report.json" >&2 || {
			echo "$image: the build gives other bytes than vectors/release/$image.json records; if this is intended: make bless" >&2
			return 1
		}
	done
}

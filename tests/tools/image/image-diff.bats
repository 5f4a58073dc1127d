#!/usr/bin/env bats
# What is said of two layouts, and how; of two tars: compare.bats.
load layouts

setup() { cd_layouts; }

# The second layout is made now, and this is what is said of it.
differs() { # LINE [PACK...]
	layout second "${@:2}"
	differ first second "$1"
}

@test "two layouts of the same bytes: status 0 and not a word" {
	layout second
	mkdir elsewhere
	cp -r second elsewhere/third
	diff -r first elsewhere/third
	expect 0 image-diff first elsewhere/third
	same '' "$output$stderr"
	expect 0 image-diff first first
	expect 0 image-diff --json first second
	same '{"complete":true,"differences":[],"equal":true,"more":[],"schema":"kettle-dstack/diff/1"}' "$(jq -c . <<<"$output")"
}

@test "one byte of one file: layer, path, offset and bytes are named, and then what follows from it" {
	cp tree/usr/bin/kettle before
	echo 'progrbm' >tree/usr/bin/kettle
	layout second
	offset=$(cmp -l before tree/usr/bin/kettle | awk '{ print $1 }') # from 1
	differ first second "layer 2 (2-kettle): usr/bin/kettle: content: from byte $((offset - 1)) (0x5), 1 of 8 differs: 72 6f 67 72 [61] 6d 0a is not 72 6f 67 72 [62] 6d 0a; in text line 1, column $offset"
	expected=$(
		for it in 'index:.manifests[0].digest' 'index:.manifests[0].size' 'manifest:.config.digest' 'manifest:.config.size' \
			'manifest:.layers[1].digest' 'manifest:.layers[1].size' 'config:.rootfs.diff_ids[1]'; do
			case $it in
			index:*) a=first/index.json b=second/index.json ;;
			manifest:*) a=first/$(manifest_of first) b=second/$(manifest_of second) ;;
			config:*) a=first/$(config_of first) b=second/$(config_of second) ;;
			esac
			a=$(jq -c "${it#*:}" "$a") b=$(jq -c "${it#*:}" "$b")
			[ "$a" = "$b" ] || echo "${it%%:*}: ${it#*:}: $a is not $b (follows)"
		done
	)
	same "$expected" "$(grep follows <<<"$output")"
}

@test "a field of the config" {
	config=${config/A=1/A=2}
	differs 'config: .config.Env[0]: "A=1" is not "A=2"'
	same '"A=1" "A=2"' "$(jq -c '.config.Env[0]' "first/$(config_of first)" "second/$(config_of second)" | paste -sd' ')"
}

@test "a field of the config that is not there" {
	config=${config/,\"os\":\"linux\"/}
	differs 'config: .os: only in the first: "linux"'
}

@test "an item that was put in between does not make the others differ" {
	config=${config/\[\"A=1\"\]/[\"Z=0\",\"A=1\"]}
	differs 'config: .config.Env[0]: only in the second: "Z=0"'
}

@test "an annotation of the manifest, named by a path that jq takes" {
	annotations='{"org.opencontainers.image.title":"y"}'
	differs 'manifest: .annotations["org.opencontainers.image.title"]: "x" is not "y"'
	path=$(sed -n 's/^first difference: manifest: \(.*\): "x".*/\1/p' <<<"$output")
	same y "$(jq -r "$path" "second/$(manifest_of second)")"
}

@test "every kind of value, and members that are odd" {
	config='{"a":{"":1,"b c":[]},"n":null,"t":true,"x":1.5,"history":[]}'
	layout first
	config='{"a":{"":2,"b c":{}},"n":0,"t":false,"x":[1],"history":[]}'
	layout second
	differ first second 'config: .a[""]: 1 is not 2' 'config: .a["b c"]: [] is not {}' 'config: .n: null is not 0' \
		'config: .t: true is not false' 'config: .x: 1.5 is not [1]'
}

@test "white space in a document" {
	layout second
	config="$config "
	layout second
	size=$(stat -c %s "first/$(config_of first)")
	expect 1 image-diff first second
	one_line "${output%%$'\n'*}" "first difference: config: form: from byte $size "
	one_line "${output%%$'\n'*}" ', where the first ends: '
}

@test "the file oci-layout, and a field of the index" {
	layout second
	echo '{"imageLayoutVersion":"1.0.1"}' >second/oci-layout
	jq -c '.manifests[0].annotations = {"org.opencontainers.image.ref.name": "v2"}' second/index.json >index
	mv index second/index.json
	differ first second 'oci-layout: .imageLayoutVersion: "1.0.0" is not "1.0.1"' \
		'index: .manifests[0].annotations: only in the second: {"org.opencontainers.image.ref.name":"v2"}'
}

@test "files that nothing names" {
	layout second
	echo more >second/blobs/sha256/more
	echo one >first/note
	echo two >second/note
	differ first second 'folder: blobs/sha256/more: only in the second' \
		'folder: note: content: from byte 0 (0x0), 3 of 4 differ: [6f] 6e 65 0a is not [74] 77 6f 0a; in text line 1, column 1'
	same "Only in second/blobs/sha256: more"$'\n'"Files first/note and second/note differ" "$(diff -rq first second | sort -r)"
}

@test "more differences than are wanted: the rest is counted" {
	for i in {10..59}; do echo "$i" >tree/etc/"$i"; done
	layout second
	expect 1 image-diff first second
	same 20 "$(grep -c 'only in the second: "file"$' <<<"$output")"
	same 'layer 2 (2-kettle): and 30 more' "${output##*$'\n'}"
	expect 1 image-diff --max 49 first second
	same 49 "$(grep -c 'only in the second: "file"$' <<<"$output")"
	same 'layer 2 (2-kettle): and 1 more' "${output##*$'\n'}"
	expect 1 image-diff --all first second
	same 50 "$(grep -c 'only in the second: "file"$' <<<"$output")"
	[[ $output != *' more' ]]
	expect 1 image-diff --max 0 first second
	same 'layer 2 (2-kettle): and 50 more' "$(grep '^layer' <<<"$output")"
	expect 1 image-diff --json first second
	same '[{"count":30,"layer":2,"layer_name":"2-kettle","part":"layer"}]' "$(jq -c .more <<<"$output")"
}

@test "a layer more: it is named, and the others are compared with their partners" {
	config=${config/'{"created_by":"2-kettle"}'/'{"created_by":"nothing","empty_layer":true},{"created_by":"2-kettle"}'}
	layout first
	layout second
	base=$(layer_of second 0)
	jq -c '.layers |= [.[1]]' "second/$(manifest_of second)" | add_blob second >manifest
	rm "second/$base" "second/$(manifest_of second)"
	jq -c '{schemaVersion: 2, manifests: [.]}' manifest >second/index.json
	differ first second "layer 1 (1-base): only in the first: \"$(jq -r '.layers[0].digest' "first/$(manifest_of first)")\""
	expect 1 image-diff second first
	one_line "${output%%$'\n'*}" 'first difference: layer 1 (1-base): only in the second: '
}

@test "a blob that is not what its digest says" {
	layout second
	blob=$(layer_of second 1)
	cp "second/$blob" good
	printf '\001' | dd of="second/$blob" bs=1 seek=8 conv=notrunc status=none # XFL of the gzip header
	expect 1 image-diff first second
	one_line "${output%%$'\n'*}" 'first difference: layer 2 (2-kettle): blob: from byte 8 (0x8), 1 of '
	[[ $output == *"layer 2 (2-kettle): digest of the bytes: \"sha256:$(sha256sum <good | cut -d' ' -f1)\" is not \"sha256:$(sha256sum <"second/$blob" | cut -d' ' -f1)\""* ]]
	same 2 "$(wc -l <<<"$output")"
}

@test "a blob that is damaged: status 2, and what is known is said" {
	layout second
	blob=$(layer_of second 1)
	size=$(stat -c %s "second/$blob")
	perl -e 'open F, "+<", $ARGV[0]; seek F, $ARGV[1], 0; read F, $b, 1; seek F, $ARGV[1], 0; print F chr(ord($b) ^ 1)' \
		"second/$blob" $((size - 6)) # of the checksum
	expect 2 image-diff first second
	one_line "${output%%$'\n'*}" "first difference: layer 2 (2-kettle): blob: from byte $((size - 6)) "
	[[ $output == *$'\nlayer 2 (2-kettle): the second cannot be read: gzip member at offset 0: incorrect data check\n'* ]]
	same 'image-diff: second: layer 2: gzip member at offset 0: incorrect data check' "$stderr"
	same 1 "$(gzip -t <"second/$blob" 2>/dev/null || echo $?)"
	expect 2 image-diff --json second first
	same 'false false gzip member at offset 0: incorrect data check' \
		"$(jq -r '"\(.equal) \(.complete) \(.differences[] | select(.field == "unreadable").first)"' <<<"$output")"
	rm "second/$blob"
	expect 2 image-diff first second
	one_line "$stderr" "image-diff: second: layer 2: $blob: not there"
}

@test "what is not a layout of one image cannot be compared: status 2" {
	mkdir empty
	expect 2 image-diff first empty
	same 'image-diff: empty: not an OCI layout: index.json: not there' "$stderr"
	expect 2 image-diff first "first/$(manifest_of first)"
	one_line "$stderr" 'image-diff: first: a folder, which cannot be compared with a file'
	bad() { # REASON FILTER: of index.json
		same_again second
		jq -c "$2" first/index.json >second/index.json
		expect 2 image-diff first second
		one_line "$stderr" "image-diff: second: $1"
		same '' "$output"
	}
	bad 'index.json: manifests: not a list' '.manifests = 1'
	bad 'index.json: manifests: not a list' '[]'
	bad 'index.json: manifests: 2, but one image is compared' '.manifests += .manifests'
	bad 'index.json: manifests: 0, but one image is compared' '.manifests = []'
	bad 'index.json: manifests: 1: not a descriptor' '.manifests = [1]'
	bad 'index.json: manifests: 1: digest: missing' 'del(.manifests[0].digest)'
	bad 'index.json: manifests: 1: digest: neither SHA-256 nor SHA-512' '.manifests[0].digest = "sha256:../../../etc/passwd"'
	bad 'index.json: manifests: 1: digest: neither SHA-256 nor SHA-512' '.manifests[0].digest |= ascii_upcase'
	bad "blobs/sha256/$(printf '%064d' 0): not there" ".manifests[0].digest = \"sha256:$(printf '%064d' 0)\""
	same_again second
	echo '{' >second/index.json
	expect 2 image-diff first second
	one_line "$stderr" 'image-diff: second: index.json: '
	same_again second
	rm second/oci-layout
	expect 2 image-diff first second
	same 'image-diff: second: oci-layout: not there' "$stderr"
}

@test "manifests that are none" {
	manifest() { # REASON FILTER
		same_again third
		jq -c "$2" "first/$(manifest_of first)" | add_blob third | jq -c '{manifests: [.]}' >third/index.json
		expect 2 image-diff first third
		one_line "$stderr" "image-diff: third: blobs/sha256/"
		one_line "$stderr" ": $1"
	}
	manifest 'an index of images, but one image is compared' '{manifests: []}'
	manifest "not an image's manifest: it has no config" 'del(.config)'
	manifest "not an image's manifest: it has no config" '[]'
	manifest 'config: digest: not a string' '.config.digest = 1'
	manifest 'layers: missing' 'del(.layers)'
	manifest 'layers: 2: not a descriptor' '.layers[1] = "x"'
	manifest 'layers: 1: digest: neither' '.layers[0].digest = "md5:00"'
	manifest 'layers: more than 4096' '.layers = [range(4097)]'
}

@test "what is no file is not waited for" {
	layout second
	blob=second/$(layer_of second 1)
	rm "$blob"
	mkfifo "$blob"
	expect 2 timeout 10 image-diff first second
	one_line "$stderr" ': not a file'
	rm second/index.json
	ln -s loop second/index.json
	expect 2 timeout 10 image-diff first second
	one_line "$stderr" 'image-diff: second: not an OCI layout'
}

@test "layouts of other tools: umoci and skopeo" {
	need umoci skopeo
	umoci init --layout umoci
	umoci new --image umoci:one
	umoci insert --rootless --image umoci:one tree /app
	skopeo copy --quiet oci:umoci:one oci:copy:one
	skopeo copy --quiet --dest-compress-format zstd oci:umoci:one oci:zstd:one
	umoci config --image umoci:one --config.env A=1 --history.created 2020-01-01T00:00:00Z
	rm -rf one two
	skopeo copy --quiet oci:umoci:one oci:two:one
	skopeo copy --quiet oci:copy:one oci:one:one
	expect 0 image-diff copy one
	expect 1 image-diff one two
	[[ $output == *'config: .config.Env: only in the second: ["A=1"]'* || $output == *'.config.Env'*'only in the second: "A=1"'* ]]
	! grep -q '^\(first difference: \)\?layer' <<<"$output"
	expect 1 image-diff one zstd
	grep -E '^(first difference: )?layer 1 \(.*\): compression: "gzip" is not "zstd"$' <<<"$output"
	[[ $output != *diff_ids* ]]
}

@test "JSON: every difference with its values, in the order of the text, by the schema's names" {
	config=${config/A=1/A=2}
	echo 'progrbm' >tree/usr/bin/kettle
	layout second
	expect 1 image-diff --json first second
	json=$output
	same "$(jq -S --indent 2 . <<<"$json")" "$json" canonical
	expect 1 image-diff first second
	same "$(wc -l <<<"$output")" "$(jq '.differences | length' <<<"$json")"
	same 'config layer' "$(jq -r '[.differences[] | select(.follows | not).part] | join(" ")' <<<"$json")"
	same '{"field":".config.Env[0]","first":"A=1","follows":false,"part":"config","second":"A=2"}' "$(jq -c '.differences[0]' <<<"$json")"
	same '{"bytes":{"context_offset":1,"count":1,"first":{"context":"726f6772616d0a","size":8},"offset":5,"second":{"context":"726f6772626d0a","size":8}},"field":"content","follows":false,"layer":2,"layer_name":"2-kettle","part":"layer","path":"usr/bin/kettle"}' \
		"$(jq -c '.differences[1] | del(.bytes[].in?)' <<<"$json")"
}

@test "names that are no text, or would end the line" {
	printf 'x' >$'tree/etc/a\nb\e[1m\\'
	printf 'x' >$'tree/etc/\xff'
	layout second
	expect 1 image-diff first second
	[[ $output == *'etc/a\x0ab\x1b[1m\\: only in the second: "file"'* ]]
	[[ $output == *'etc/\xff: only in the second: "file"'* ]]
	expect 1 image-diff --json first second
	same '["etc/a\nb\u001b[1m\\","etc/\\xff"]' "$(jq -c '[.differences[] | select(.field == "entry").path]' <<<"$output")"
}

@test "used wrongly, and where nothing can be written" {
	expect 64 image-diff
	one_line "${stderr%%$'\n'*}" 'two things to compare are wanted, not 0'
	expect 64 image-diff first
	expect 64 image-diff first first first
	expect 64 image-diff - -
	expect 64 image-diff --max -1 first first
	expect 64 image-diff --unknown first first
	expect 74 image-diff first missing
	one_line "$stderr" 'image-diff: missing: '
	annotations='{}'
	layout second
	expect 74 bash -c 'image-diff first second >/dev/full'
	one_line "$stderr" 'image-diff: standard output: '
}

@test "--help and --version" {
	expect 0 image-diff --help
	[[ $output == Usage:*'Exit status:'* ]]
	expect 0 image-diff --version
	[[ $output == "image-diff "*libarchive*zlib* ]]
}

@test "the man page's examples" {
	mkdir -p build/images/kettle-launcher elsewhere/build/images/kettle-launcher
	cp -r first build/images/kettle-launcher/oci
	cp -r first elsewhere/build/images/kettle-launcher/oci
	(cd tree && pack) >a.tar.gz
	chmod 700 tree/etc tree/usr/bin/kettle
	(cd tree && pack) >b.tar.gz
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/image-diff.1")
	same 2 "${#examples[@]}"
	expect 0 bash -c "${examples[0]}"
	expect 0 bash -c "${examples[1]}"
	same $'etc\nusr/bin/kettle' "$output"
}

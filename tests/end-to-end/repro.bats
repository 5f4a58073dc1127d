# `make repro` compares, so it must be able to say no: mk/layout-diff.sh over layouts that differ in one thing each, made
# here by tar and jq.
load clone

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tree/usr/bin tree/etc
	echo 'program' >tree/usr/bin/kettle
	chmod 755 tree/usr/bin/kettle
	echo 'hello' >tree/etc/motd
	ln -s motd tree/etc/issue
	config='{"architecture":"amd64","config":{"Env":["A=1"],"User":"65532:65532"},"history":[{"created_by":"1-base"},{"created_by":"2-kettle"}],"os":"linux"}'
	annotations='{"org.opencontainers.image.title":"x"}'
	layout first
}

pack() { tar --sort=name --format=ustar --owner=0 --group=0 --numeric-owner "$@" -cf - . | gzip -n; }

add_blob() { # FOLDER < CONTENT: its descriptor
	local digest
	cat >"$1/new"
	digest=$(sha256sum <"$1/new" | cut -d' ' -f1)
	printf '{"digest":"sha256:%s","size":%d}' "$digest" "$(stat -c %s "$1/new")"
	mv "$1/new" "$1/blobs/sha256/$digest"
}

# A layout of the tree, with $config and $annotations; PACK is what packs the layer.
layout() { # FOLDER [PACK...]
	local folder=$PWD/$1 layer base
	shift
	rm -rf "$folder"
	mkdir -p "$folder/blobs/sha256"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$folder/oci-layout"
	base=$(tar -cf - -T /dev/null | gzip -n | add_blob "$folder")
	find tree -exec touch -h -d @1700000000 {} +
	layer=$( (cd tree && "${@:-pack}") | add_blob "$folder")
	printf '%s' "$config" | add_blob "$folder" >config
	jq -cnS --argjson base "$base" --argjson layer "$layer" --slurpfile config config --argjson annotations "$annotations" \
		'{schemaVersion: 2, config: $config[0], layers: [$base, $layer], annotations: $annotations}' | add_blob "$folder" |
		jq -c '{schemaVersion: 2, manifests: [.]}' >"$folder/index.json"
}

# The second layout is made now: what is said of it has this line, and nothing else about a layer or the config.
differs() { # LINE
	layout second "${@:2}"
	cd "$ROOT"
	expect 1 mk/layout-diff.sh kettle-launcher "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	cd "$BATS_TEST_TMPDIR"
	same "repro: kettle-launcher: $1" "$(grep -v ': \(index\|manifest\): [a-zA-Z.0-9]*\(digest\|size\): ' <<<"$output")" "what it said"
}

@test "two layouts of the same bytes: status 0 and not a word" {
	layout second
	cd "$ROOT"
	expect 0 mk/layout-diff.sh kettle-launcher "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	same '' "$output$stderr"
}

@test "one byte of one file: the layer, the path and the digests are named" {
	was=$(sha256sum <tree/usr/bin/kettle | cut -d' ' -f1) was384=$(sha384sum <tree/usr/bin/kettle | cut -d' ' -f1)
	echo 'progrbm' >tree/usr/bin/kettle
	is=$(sha256sum <tree/usr/bin/kettle | cut -d' ' -f1) is384=$(sha384sum <tree/usr/bin/kettle | cut -d' ' -f1)
	differs "layer 2-kettle: usr/bin/kettle: sha256: \"$was\" is not \"$is\"
repro: kettle-launcher: layer 2-kettle: usr/bin/kettle: sha384: \"$was384\" is not \"$is384\""
}

@test "a mode" {
	chmod 700 tree/usr/bin/kettle
	differs 'layer 2-kettle: usr/bin/kettle: mode: "0755" is not "0700"'
}

@test "an owner" {
	owned() {
		tar --exclude=./etc/motd --format=ustar --owner=0 --group=0 --numeric-owner -cf ../owned.tar .
		tar --format=ustar --owner=7 --group=0 --numeric-owner -rf ../owned.tar ./etc/motd
		gzip -n <../owned.tar
	}
	differs 'layer 2-kettle: etc/motd: uid: 0 is not 7' owned
}

@test "a time" {
	later() {
		touch -d @1700000001 etc/motd
		pack
	}
	differs 'layer 2-kettle: etc/motd: mtime: 1700000000 is not 1700000001' later
}

@test "where a link points" {
	ln -sfn ../etc/motd tree/etc/issue
	differs 'layer 2-kettle: etc/issue: link: "motd" is not "../etc/motd"'
}

@test "an entry that is missing, and one that is more" {
	rm tree/etc/motd
	echo more >tree/etc/more
	differs 'layer 2-kettle: etc/more: only in the second
repro: kettle-launcher: layer 2-kettle: etc/motd: only in the first'
}

@test "the same entries in another order, or compressed otherwise" {
	smaller() { pack | gzip -dc | gzip -n9; }
	differs 'layer 2-kettle: same entries, archived or compressed differently' pack --sort=none --format=gnu
	differs 'layer 2-kettle: same entries, archived or compressed differently' smaller
}

@test "a field of the config" {
	config=${config/A=1/A=2}
	differs 'config: config.Env.0: "A=1" is not "A=2"'
}

@test "a field of the config that is not there" {
	config=${config/,\"os\":\"linux\"/}
	differs 'config: os: only in the first: "linux"'
}

@test "an annotation of the manifest" {
	annotations='{"org.opencontainers.image.title":"y"}'
	differs 'manifest: annotations.org.opencontainers.image.title: "x" is not "y"'
}

@test "white space in a document" {
	config="$config "
	differs 'config: same content, written differently'
}

@test "a file that nothing names" {
	layout second
	echo more >second/blobs/sha256/more
	cd "$ROOT"
	expect 1 mk/layout-diff.sh kettle-launcher "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	one_line "$output" "folder: Only in $BATS_TEST_TMPDIR/second/blobs/sha256: more"
}

@test "more than twenty differences: the rest is counted" {
	for i in {10..59}; do echo "$i" >tree/etc/"$i"; done
	layout second
	cd "$ROOT"
	expect 1 mk/layout-diff.sh kettle-launcher "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
	same 20 "$(grep -c 'only in the second' <<<"$output")"
	[[ $output == *"layer 2-kettle: and 30 more"* ]]
}

@test "what is not a layout cannot be compared: status 2" {
	mkdir empty
	expect 2 "$ROOT/mk/layout-diff.sh" kettle-launcher first empty
	one_line "$stderr" 'repro: kettle-launcher: empty: not an OCI layout'
	layout second
	rm second/blobs/sha256/"$(jq -r '.manifests[0].digest[7:]' second/index.json)"
	expect 2 "$ROOT/mk/layout-diff.sh" kettle-launcher first second
	one_line "$stderr" 'not there'
}

@test "a rebuild that gives other bytes than the tree has: the file is named, and the status is 1" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as make repro does"
	warm_clone tree
	echo '// one line more' >>tree/workspace/kettle/entry.js
	cd tree
	expect 1 mk/repro.sh chroot
	[[ $output == *"repro: kettle-launcher: layer 4-kettle: usr/lib/kettle/entry.js: sha256: "* ]]
	[[ $output == *"repro: measurements.json: "* ]]
	[[ $output == *"chroot: NOT the same"* ]]
	one_line "$stderr" 'repro: 1 of 1 rebuilds differ'
}

@test "a host that lacks what a rebuild needs is told by name, and nothing is skipped" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as make repro does"
	mkdir few
	for it in bash env id realpath; do ln -s "$(command -v $it)" few/; done
	cd "$ROOT"
	expect 71 env PATH="$BATS_TEST_TMPDIR/few" mk/repro.sh
	one_line "$stderr" 'repro: the host lacks: setpriv '
}

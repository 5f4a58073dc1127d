# A make that is killed or stopped at any point leaves nothing that the next one takes for finished.
load clone

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/warm
	warm_clone "$WARM"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() { [ -z "${group:-}" ] || gone || kill -KILL -- "-$group"; }

# Kills make a moment after it has said LINE, when none of the targets is there.
kill_after() { # LINE TARGET...
	local line=$1
	shift
	start "$WARM" images
	until_it_says "$line"
	sleep 0.2
	stop KILL
	same 137 "$stopped"
	for target; do [ ! -e "$WARM/build/$target" ] || { echo "$target is taken for finished" >&2; return 1; }; done
}

@test "killed while unpacking the build root" {
	rm -rf "$WARM"/build/{root,root.ok,builder,images}
	kill_after 'UNPACK .*root.ok' root.ok
}

@test "killed while compiling" {
	kill_after 'CC .*builder.*workspace' builder/bin/tar-normalize builder/bin/image-assemble
}

@test "killed while writing a layer" {
	kill_after 'LAYER .*2-runtime' images/kettle-launcher/layers/2-runtime.tar images/kettle-launcher/oci/index.json
}

@test "killed while assembling" {
	kill_after 'IMAGE .*kettle-launcher' images/kettle-launcher/oci/index.json
}

@test "after all of that, make completes and gives the right digest, and leaves no half of anything" {
	builds_the_same "$WARM"
	expect 0 make -C "$WARM" -s images
	same "$(expected_digest layer-digest)" "$(jq -r '.manifests[0].digest' "$WARM/build/images/layer-digest/oci/index.json")"
	same '' "$(find "$WARM/build/images" "$WARM/build/root.new" -name '*.new' -o -name '*.partial' -o -name 'unnamed' -o -name '*.tar.??????' 2>/dev/null)" "left over"
	for blob in "$WARM"/build/images/*/oci/blobs/sha256/*; do same "${blob##*/}" "$(sha256sum <"$blob" | cut -d' ' -f1)"; done
}

@test "stopped with Ctrl-C: it says so, nothing goes on, and the next make completes" {
	rm -rf "$WARM"/build/images/kettle-launcher/{oci,layers} "$WARM"/build/images/.blobs
	start "$WARM" image
	until_it_says 'LAYER .*2-runtime'
	stop INT
	[ "$stopped" -ne 0 ]
	[ ! -e "$WARM/build/images/kettle-launcher/oci" ]
	builds_the_same "$WARM"
}

@test "two makes at once in one tree: one waits, both give the right digest, and nothing is built twice" {
	rm -rf "$WARM"/build/images/kettle-launcher/{oci,layers/4-kettle.tar}
	start "$WARM" image
	first=$group
	until_it_says LAYER
	expect 0 make -C "$WARM" --no-print-directory image
	[[ $output == "$(expected_digest)  "* ]]
	one_line "$(said)" "another make works in this tree; waiting"
	wait "$first"
	grep -q "^$(expected_digest)  " log
}

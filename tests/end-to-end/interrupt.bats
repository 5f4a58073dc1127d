# A make that is killed or stopped at any point leaves nothing that the next one takes for finished.
load clone

setup_file() {
	export WARM=$BATS_FILE_TMPDIR/warm
	warm_clone "$WARM"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

teardown() { [ -z "${group:-}" ] || gone || kill -KILL -- "-$group"; }

any() { compgen -G "$1" >/dev/null; } # GLOB
started() { any "$1" && [ ! -e "$2" ]; } # GLOB TARGET

# Removes targets and kills make once a file of its work shows.
kill_while() { # SHOWS TARGET...
	local shows=$1
	shift
	start "$WARM" images
	until_true started "$WARM/build/$shows" "$WARM/build/$1"
	stop KILL
	same 137 "$stopped"
	for target; do [ ! -e "$WARM/build/$target" ] || { echo "$target is taken for finished" >&2; return 1; }; done
}

@test "killed while unpacking the build root" {
	rm -rf "$WARM"/build/{root,root.ok,builder,images}
	kill_while 'root.new/usr' root.ok
}

@test "killed while compiling" {
	kill_while 'builder/obj/workspace/base/*.o' builder/bin/tar-normalize builder/bin/image-assemble
}

@test "killed while writing a layer" {
	kill_while 'images/kettle-launcher/layers/.*' images/kettle-launcher/layers/2-runtime.tar images/kettle-launcher/oci/index.json
}

@test "killed while assembling" {
	kill_while 'images/kettle-launcher/oci.partial/blobs' images/kettle-launcher/oci/index.json
}

@test "after all of that, make completes and gives the right digest, and leaves no half of anything" {
	builds_the_same "$WARM"
	expect 0 make -C "$WARM" -s images
	same "$(expected_digest layer-digest)" "$(jq -r '.manifests[0].digest' "$WARM/build/images/layer-digest/oci/index.json")"
	same '' "$(find "$WARM/build/images" "$WARM/build/root.new" -name '*.new' -o -name '*.partial' -o -name 'unnamed' 2>/dev/null)" "left over"
	for blob in "$WARM"/build/images/*/oci/blobs/sha256/*; do same "${blob##*/}" "$(sha256sum <"$blob" | cut -d' ' -f1)"; done
}

@test "stopped with Ctrl-C: it says so, nothing goes on, and the next make completes" {
	rm -rf "$WARM"/build/images/kettle-launcher/{oci,layers} "$WARM"/build/images/.blobs
	start "$WARM" image
	until_true any "$WARM/build/images/kettle-launcher/layers/*"
	stop INT
	[ "$stopped" -ne 0 ]
	[ ! -e "$WARM/build/images/kettle-launcher/oci" ]
	builds_the_same "$WARM"
}

@test "two makes at once in one tree: one waits, both give the right digest, and nothing is built twice" {
	rm -rf "$WARM"/build/images/kettle-launcher/{oci,layers/3-kettle.tar}
	start "$WARM" image
	first=$group
	until_true grep -q LAYER log
	expect 0 make -C "$WARM" --no-print-directory image
	[[ $output == "$(expected_digest)  "* ]]
	one_line "$stderr" "another make works in this tree; waiting"
	wait "$first"
	grep -q "^$(expected_digest)  " log
}

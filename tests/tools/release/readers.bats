# What release-verify reads of a folder: SHA256SUMS, the layout's documents, the bundle of inputs.
load ../../helpers

READERS=$TESTBIN/tools/release/readers
FOLDER=$VECTORS/release-folder

# refused KIND: every vector that should fail does, with its reason
refused() {
	local file count=0
	for file in "$FOLDER/$1"/should-fail/*; do
		[[ $file != *.reason ]] || continue
		expect 2 "$READERS" "$1" "$file"
		one_line "$stderr" "readers: $file: "
		one_line "$stderr" "$(<"$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	same "$2" "$count"
}

# of KIND FILE: what jq finds in a good one
descriptors() { jq -r "$1"' | "\(.mediaType) \(.digest) \(.size)"' "$2"; }

@test "SHA256SUMS: what is taken is what was written" {
	for file in "$FOLDER"/sums/good/*; do
		expect 0 "$READERS" sums "$file"
		same "$(<"$file")" "$output"
	done
}

@test "SHA256SUMS: what sha256sum writes of a folder, sorted" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p a/b
	echo 1 >a/b/c
	echo 2 >a.b
	echo 3 >"a b"
	find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >sums
	expect 0 "$READERS" sums sums
	same "$(<sums)" "$output"
}

@test "SHA256SUMS: what is refused" { refused sums 23; }

@test "SHA256SUMS: more than there may be" {
	cd "$BATS_TEST_TMPDIR"
	perl -e 'printf "%064d  %05d\n", 0, $_ for 0 .. 20000' >lines
	expect 2 "$READERS" sums lines
	one_line "$stderr" 'over 20000 lines'
	head -n 20000 lines >most
	"$READERS" sums most | cmp - most
}

@test "an index, a manifest, a config: what jq finds in them" {
	for file in "$FOLDER"/index/good/*; do
		expect 0 "$READERS" index "$file"
		same "$(descriptors '.manifests[]' "$file")" "$output"
	done
	for file in "$FOLDER"/manifest/good/*; do
		expect 0 "$READERS" manifest "$file"
		same "$(descriptors '.config, .layers[]' "$file")" "$output"
	done
	for file in "$FOLDER"/config/good/*; do
		expect 0 "$READERS" config "$file"
		same "$(jq -r '"\(.architecture) \(.os)", .rootfs.diff_ids[]' "$file")" "$(sed 's/^\(sha256:[^ ]*\) .*/\1/' <<<"$output")"
	done
	expect 0 "$READERS" config "$FOLDER/config/good/config.json"
	same '1-one 2-two' "$(sed -n 's/^sha256:[^ ]* //p' <<<"$output" | paste -sd ' ')"
	expect 0 "$READERS" layout "$FOLDER/layout/good/layout"
}

@test "a layout that is refused" { refused layout 4; }
@test "an index that is refused" { refused index 21; }
@test "a manifest that is refused" { refused manifest 14; }
@test "a config that is refused" { refused config 8; }

@test "a bundle: as GNU tar lists it, and the content is where it says" {
	for file in "$FOLDER"/bundle/good/*; do
		expect 0 "$READERS" bundle "$file"
		same "$(tar -tvf "$file" | awk '/^-/ { print $6, $3 }')" "$(awk "NF { print \$1, \$3 }" <<<"$output")"
	done
	expect 0 "$READERS" bundle "$FOLDER/bundle/good/both.tar"
	while read -r name offset size; do
		hex=$(tail -c +$((offset + 1)) "$FOLDER/bundle/good/both.tar" | head -c "$size" | "${name%/*}sum" | cut -d' ' -f1)
		same "${name#*/}" "$hex"
	done <<<"$output"
}

@test "a bundle that is refused" { refused bundle 25; }

@test "a bundle with any byte changed but a content's is refused, or says another name" {
	cd "$BATS_TEST_TMPDIR"
	cp "$FOLDER/bundle/good/both.tar" whole.tar
	expect 0 "$READERS" bundle whole.tar
	was=$output
	for ((at = 0; at < $(stat -c %s whole.tar); at += 61)); do
		perl -e 'local $/; open my $f, "<", "whole.tar"; my $d = <$f>; substr($d, $ARGV[0], 1) ^= "\1"; print $d' $at >changed.tar
		status=0
		now=$("$READERS" bundle changed.tar 2>&1) || status=$?
		[ $status -eq 2 ] || [ "$now" != "$was" ] || awk -v at=$at '{ if (at >= $2 && at < $2 + $3) found = 1 } END { exit !found }' <<<"$was" ||
			{ echo "byte $at" >&2 && return 1; }
	done
}

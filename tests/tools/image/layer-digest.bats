#!/usr/bin/env bats
load ../../helpers

CODEC=$VECTORS/codec
ENTRIES=$VECTORS/entries

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# digests FILE: {sha256, sha384, size} of a file, by others
digests() {
	jq -nc --arg a "$(sha256sum <"$1" | cut -d' ' -f1)" --arg b "$(sha384sum <"$1" | cut -d' ' -f1)" \
		--argjson size "$(stat -Lc %s "$1")" '{sha256: $a, sha384: $b, size: $size}'
}

# of FILE EXPRESSION: what layer-digest says of it
of() {
	layer-digest "$1" | jq -ec ".[0] | $2"
}

# one_processor: the number of one that may be used
one_processor() {
	taskset -cp $$ | sed 's/.*[:,-] *//'
}

@test "a plain tar: everything said of it, as others say it" {
	tar=$CODEC/good/plain.tar
	expect 0 layer-digest "$tar"
	same "$(jq -n --arg path "$tar" --argjson entries "$(tar -tf "$tar" | wc -l)" --argjson digests "$(digests "$tar")" \
		'[{path: $path, media_type: "application/vnd.oci.image.layer.v1.tar", entries: $entries,
		blob: $digests, diff_id: $digests}]' -S)" "$output"
}

@test "a compressed tar has the blob's digests and the tar's" {
	tar=$(digests "$CODEC/good/plain.tar")
	for file in "$CODEC"/good/*.gz; do
		same "$(digests "$file")" "$(of "$file" .blob)" "$file"
		same "$tar" "$(of "$file" .diff_id)" "$file"
		same "$tar" "$(gzip -dc <"$file" >tar && digests tar)" "gzip reads $file"
		same '"application/vnd.oci.image.layer.v1.tar+gzip"' "$(of "$file" .media_type)"
	done
	for file in "$CODEC"/good/*.zst; do
		same "$(digests "$file")" "$(of "$file" .blob)" "$file"
		same "$tar" "$(of "$file" .diff_id)" "$file"
		same "$tar" "$(zstd -qdc <"$file" >tar && digests tar)" "zstd reads $file"
		same '"application/vnd.oci.image.layer.v1.tar+zstd"' "$(of "$file" .media_type)"
	done
}

@test "damaged compression is refused with its reason" {
	for file in "$CODEC"/should-fail/*.gz "$CODEC"/should-fail/*.zst; do
		expect 2 layer-digest "$file"
		one_line "$stderr" "layer-digest: $file: $(<"$file.reason")"
		same '' "$output"
	done
}

@test "entries are counted as bsdtar and GNU tar do" {
	for file in "$ENTRIES"/good/*.tar; do
		same "$(bsdtar -tf "$file" | wc -l)" "$(of "$file" .entries)" "$file"
		same "$(tar -tf "$file" 2>/dev/null | wc -l)" "$(of "$file" .entries)" "$file"
	done
}

@test "what is not one whole tar is refused with its reason" {
	for file in "$ENTRIES"/should-fail/*.tar; do
		expect 2 layer-digest "$file"
		same "layer-digest: $file: $(<"$file.reason")" "$stderr"
		same '' "$output"
	done
}

@test "a large tar, in pieces of any size: blocks of the pipeline do not show" {
	mkdir tree
	head -c 3145728 /dev/zero >tree/zeros
	seq 300000 >tree/numbers
	tar -cf large.tar tree
	expect 0 layer-digest large.tar
	same "$(digests large.tar)" "$(jq -c '.[0].diff_id' <<<"$output")"
	gzip -c large.tar >large.tar.gz
	same "$(digests large.tar)" "$(of large.tar.gz .diff_id)"
	same "$(digests large.tar)" "$( (dd bs=777 status=none <large.tar) | layer-digest - | jq -c '.[0].diff_id')"
	same "$(digests large.tar.gz)" "$( (dd bs=777 status=none <large.tar.gz) | layer-digest - | jq -c '.[0].blob')"
}

@test "a large tar that is cut anywhere is refused" {
	tar -cf whole.tar -C "$ROOT" tools
	size=$(stat -c %s whole.tar)
	for at in 1 511 512 513 $((size / 2)) $((size - 10240)); do
		head -c "$at" whole.tar >cut.tar
		expect 2 layer-digest cut.tar
		one_line "$stderr" 'layer-digest: cut.tar: tar'
	done
}

@test "many files: in the order given, each as if alone" {
	files=("$ENTRIES"/good/*.tar "$CODEC"/good/*)
	expect 0 layer-digest "${files[@]}"
	same "$(printf '%s\n' "${files[@]}")" "$(jq -r '.[].path' <<<"$output")"
	same "$(for file in "${files[@]}"; do layer-digest "$file"; done | jq -Ss add)" "$(jq -S . <<<"$output")"
}

@test "of several bad files the first is named" {
	bad=$ENTRIES/should-fail
	for _ in 1 2 3 4 5; do
		expect 2 layer-digest "$CODEC/good/plain.tar" "$bad/checksum.tar" "$bad/no-end.tar" missing
		one_line "$stderr" "layer-digest: $bad/checksum.tar: "
	done
}

@test "standard input is '-'" {
	layer-digest - <"$CODEC/good/gzip.gz" >out
	same "$(of "$CODEC/good/gzip.gz" 'del(.path)')" "$(jq -c '.[0] | del(.path)' out)"
	same '"-"' "$(jq '.[0].path' out)"
}

@test "the output is canonical: sorted, two spaces, one final line feed" {
	layer-digest "$CODEC/good/gzip.gz" >out
	jq -S --indent 2 . out | cmp - out
}

@test "any processor gives the same" {
	need taskset
	expect 0 layer-digest "$CODEC"/good/*
	all=$output
	expect 0 taskset -c "$(one_processor)" layer-digest "$CODEC"/good/*
	same "$all" "$output"
}

@test "memory does not grow with the tar" {
	need taskset
	[[ $BIN != *asan* ]] || skip "the sanitizer's memory is its own"
	mkdir tree
	truncate -s 300M tree/zeros
	for codec in cat 'gzip -1' 'zstd -q -1'; do
		tar -cf - tree | $codec >layer
		(ulimit -v 250000 && taskset -c "$(one_processor)" layer-digest layer) >out
		jq -e '.[0].entries == 2' out
	done
}

@test "what cannot be read, and where nothing can be written" {
	expect 74 layer-digest missing
	same 'layer-digest: missing: cannot open: No such file or directory' "$stderr"
	expect 2 layer-digest .
	same 'layer-digest: .: is a folder' "$stderr"
	expect 2 layer-digest /dev/null
	one_line "$stderr" 'layer-digest: /dev/null: tar: truncated'
	expect 74 bash -c 'layer-digest "$1" >/dev/full' - "$CODEC/good/plain.tar"
	one_line "$stderr" 'layer-digest: standard output: '
}

@test "a name that is not UTF-8 is refused, since JSON cannot hold it" {
	cp "$CODEC/good/plain.tar" $'\xff.tar'
	expect 2 layer-digest $'\xff.tar'
	one_line "$stderr" 'name is not UTF-8'
}

@test "used wrongly" {
	expect 64 layer-digest
	one_line "$(head -n1 <<<"$stderr")" 'layer-digest: no FILE given'
	expect 64 layer-digest - -
	one_line "$(head -n1 <<<"$stderr")" "'-' given more than once"
	expect 64 layer-digest --unknown
}

@test "--help and --version" {
	expect 0 layer-digest --help
	[[ $output == Usage:* ]]
	expect 0 layer-digest --version
	[[ $output == "layer-digest "*libdeflate*zlib*libzstd*OpenSSL* ]]
}

@test "the man page's example" {
	page=$ROOT/docs/man/layer-digest.1
	cp "$CODEC/good/gzip.gz" a.tar.gz
	cp "$CODEC/good/gzip-members.gz" b.tar.gz
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$page")
	[ -n "$example" ]
	id=$(sha256sum <"$CODEC/good/plain.tar" | cut -d' ' -f1)
	expect 0 bash -c "$example"
	same "$id"$'\n'"$id" "$output"
}

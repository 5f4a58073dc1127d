# The reader of locks beside the one the build uses, mk/lock-list.sh, over the same vectors.
load ../../helpers

LOCK=$TESTBIN/tools/image/lock
LOCKS=$VECTORS/lock

# listed LOCK: as lock-list.sh has it, without sizes and paths
listed() { "$ROOT/mk/lock-list.sh" "$1" | awk '{ print $1, $2, $4, $5 }' | LC_ALL=C sort; }

@test "this tree's locks and the vectors: the same packages, and each one's line" {
	local lock
	for lock in "$ROOT"/images/*/debian.lock "$ROOT"/images/*/*/debian.lock "$ROOT"/images/*/*/npm/package-lock.json \
		"$ROOT"/tests/*/debian.lock "$ROOT"/tests/*/npm/package-lock.json "$LOCKS/good/npm/package-lock.json"; do
		expect 0 "$LOCK" "$lock"
		same "$(listed "$lock")" "$(cut -d' ' -f1-4 <<<"$output" | LC_ALL=C sort -u)" "$lock"
		awk '
			NR == FNR { text[FNR] = $0; next }
			!index(text[$5], $3) && !index(text[$5] text[$5 + 1] text[$5 + 2], "\"name\": \"" $3 "\"") { print "not at its line: " $0; wrong = 1 }
			END { exit wrong || !FNR }' "$lock" <(printf '%s\n' "$output")
	done
}

@test "a malformed debian.lock is refused with the line and the reason" {
	local file count=0
	for file in "$LOCKS"/should-fail/*.lock; do
		expect 2 "$LOCK" "$file"
		one_line "$stderr" "lock: $file: line $(sed 's/^ *//' "$file.reason")"
		same '' "$output"
		count=$((count + 1))
	done
	[ $count -ge 20 ]
}

@test "so is npm's, but for how it is laid out" {
	local folder count=0
	for folder in "$LOCKS"/should-fail/npm-*; do
		if [ "${folder##*/}" = npm-one-line ]; then
			expect 0 "$LOCK" "$folder/package-lock.json"
			continue
		fi
		expect 2 "$LOCK" "$folder/package-lock.json"
		one_line "$stderr" "lock: $folder/package-lock.json: "
		same '' "$output"
		count=$((count + 1))
	done
	[ $count -ge 10 ]
}

@test "a line that is too long, or has a NUL" {
	cd "$BATS_TEST_TMPDIR"
	head -c 5000 /dev/zero | tr '\0' a >long.lock
	expect 2 "$LOCK" long.lock
	one_line "$stderr" 'lock: long.lock: line 1: too long, or with a NUL'
	printf 'format 1\nepoch\0001\n' >nul.lock
	expect 2 "$LOCK" nul.lock
	one_line "$stderr" 'lock: nul.lock: line 2: too long, or with a NUL'
}

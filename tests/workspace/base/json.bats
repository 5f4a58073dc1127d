# JSON: strict reading, canonical writing.
load ../../helpers

@test "every good text is read, and written as jq writes it" {
	local file count=0
	for file in "$VECTORS"/json/good/*.json; do
		expect 0 "$TESTBIN/workspace/base/json" "$file"
		same "$(<"${file%.json}.canonical")" "$output" "$file"
		count=$((count + 1))
	done
	[ $count -ge 14 ]
}

@test "with indentation, too, as jq writes it" {
	local file
	for file in "$VECTORS"/json/good/*.json; do
		expect 0 "$TESTBIN/workspace/base/json" "$file" indent
		same "$(jq -S --indent 2 . "$file")" "$output" "$file"
	done
}

@test "views say the same" {
	local file
	for file in "$VECTORS"/json/good/*.json; do
		expect 0 "$TESTBIN/workspace/base/json_view" "$file"
		same "$(<"${file%.json}.canonical")" "$output" "$file"
	done
}

@test "values that are built: sorted, poisoned by what failed, safe to look at as another kind" {
	expect 0 "$TESTBIN/workspace/base/json_build"
}

@test "every bad text is refused with its offset and reason" {
	local file reason count=0
	for file in "$VECTORS"/json/should-fail/*.json; do
		reason=$(<"$file.reason")
		expect 2 "$TESTBIN/workspace/base/json" "$file"
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[[ $stderr == "json: $file: "*"$reason" ]] || same "$reason" "$stderr" "$file"
		count=$((count + 1))
	done
	[ $count -ge 60 ]
}

@test "a text over the cap is refused" {
	{ printf '"'; head -c $((16 << 20)) /dev/zero | tr '\0' a; printf '"'; } >"$BATS_TEST_TMPDIR/big.json"
	expect 2 "$TESTBIN/workspace/base/json" "$BATS_TEST_TMPDIR/big.json"
	one_line "$stderr" 'larger than 16777216 bytes'
}

@test "a text of names alone takes no longer than its size asks for" {
	{
		printf '{'
		seq 1 400000 | sed 's/.*/"&":0,/' | tr -d '\n'
		printf '"last":0}'
	} >"$BATS_TEST_TMPDIR/names.json"
	expect 0 timeout 120 "$TESTBIN/workspace/base/json" "$BATS_TEST_TMPDIR/names.json"
	same '"99999":0,"last":0}' "${output: -19}"
}

@test "a file that is not there, a folder, nothing on standard input" {
	expect 74 "$TESTBIN/workspace/base/json" "$BATS_TEST_TMPDIR/nowhere"
	one_line "$stderr" 'nowhere: cannot open: No such file'
	expect 2 "$TESTBIN/workspace/base/json" "$BATS_TEST_TMPDIR"
	one_line "$stderr" 'is a folder'
	expect 2 "$TESTBIN/workspace/base/json" - </dev/null
	one_line "$stderr" 'offset 0: the text ends'
}

@test "a full output is an error" {
	[ -w /dev/full ] || skip "needs /dev/full"
	expect 74 bash -c '"$1" "$2" >/dev/full' bash "$TESTBIN/workspace/base/json" "$VECTORS/json/good/scalars.json"
	one_line "$stderr" 'standard output: No space left'
}

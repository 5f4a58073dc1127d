# mk/bats.sh: what it says and how it ends.
load ../helpers

file() { # NAME: a test file from stdin, where `t` stands for @test, so that bats does not see it here
	sed 's/^t /@test /' >"$BATS_TEST_TMPDIR/$1.bats"
}

runner() {
	local name files=()
	for name; do files+=("$BATS_TEST_TMPDIR/$name.bats"); done
	JOBS=1 "$ROOT/mk/bats.sh" "${files[@]}"
}

@test "all pass: a line per file and the sum, alone on the last line" {
	file one <<<'t "a" { true; }'
	file two <<<'t "b" { true; }
t "c" { true; }'
	expect 0 runner one two
	same "  PASS     $BATS_TEST_TMPDIR/one.bats: 1 passed
  PASS     $BATS_TEST_TMPDIR/two.bats: 2 passed
3 passed, 0 failed, 0 skipped" "$(sed 's/ ([0-9]* s)$//' <<<"$output")"
	[[ ${lines[0]} =~ \ \([0-9]+\ s\)$ ]]
}

@test "a failing test is shown with all it printed, and the others still run" {
	file one <<<'t "breaks" { echo first; echo second >&2; false; }
t "holds" { true; }'
	file two <<<'t "holds too" { true; }'
	expect 1 runner one two
	[[ $output == *"  FAIL     $BATS_TEST_TMPDIR/one.bats: 1 passed, 1 failed"* ]]
	[[ $output == *"failed: breaks"*"first"*"second"* ]]
	same "2 passed, 1 failed, 0 skipped" "${lines[-1]}"
}

@test "what a test leaves running does not hold the lock that make has" {
	file one <<-'EOT'
		t "leaves one" { setsid sleep 1000 >/dev/null 2>&1 3>&- 4>&- & echo $! >"$LEFT"; }
	EOT
	export LEFT=$BATS_TEST_TMPDIR/left
	expect 0 "$ROOT/mk/lock-run.sh" "$BATS_TEST_TMPDIR/lock" "$ROOT/mk/bats.sh" "$BATS_TEST_TMPDIR/one.bats"
	expect 0 flock -n "$BATS_TEST_TMPDIR/lock" true
	kill "$(<"$LEFT")"
}

@test "a skipped test is shown with its reason" {
	file one <<<'t "waits" { skip "needs the moon"; }
t "holds" { true; }'
	expect 0 runner one
	[[ $output == *"skipped: waits: needs the moon"* ]]
	same "1 passed, 0 failed, 1 skipped" "${lines[-1]}"
}

@test "a file that cannot be read by bats is a failure" {
	file one <<<'t "broken" { if ; }'
	expect 1 runner one
	[[ ${lines[-1]} == "0 passed, 1 failed, 0 skipped" ]]
}

@test "a file that stops half way is a failure" {
	file one <<<'t "a" { true; }
t "b" { kill -9 $PPID; }
t "c" { true; }'
	expect 1 runner one
	[[ ${lines[-1]} != *" 0 failed"* ]]
}

@test "no file, no test, a file that is not there: failures" {
	expect 1 "$ROOT/mk/bats.sh"
	same "0 passed, 0 failed, 0 skipped" "$output"
	file one <<<'# nothing here'
	expect 1 runner one
	expect 1 runner nowhere
	[[ ${lines[-1]} == "0 passed, 1 failed, 0 skipped" ]]
}

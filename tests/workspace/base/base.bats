# The modules below everything: bytes, err, hex, file, digest, program.
load ../../helpers

@test "bytes, err and hex" {
	expect 0 "$TESTBIN/workspace/base/bytes"
}

@test "files are read with a cap, outputs are whole or not there" {
	mkdir "$BATS_TEST_TMPDIR/folder"
	expect 0 "$TESTBIN/workspace/base/file" "$BATS_TEST_TMPDIR/folder"
}

@test "a failing check fails its program" {
	touch "$BATS_TEST_TMPDIR/one-too-many"
	expect 1 "$TESTBIN/workspace/base/file" "$BATS_TEST_TMPDIR"
	[[ $stderr == *"file.c:"* ]]
}

@test "digests are those of the coreutils, for sizes around every block size" {
	local algorithm size
	for size in 0 1 55 56 63 64 65 111 112 127 128 129 4095 4096 4097 100000; do
		head -c $size <(openssl enc -aes-128-ctr -nosalt -K 00 -iv 00 </dev/zero 2>/dev/null) >"$BATS_TEST_TMPDIR/in"
		for algorithm in sha256 sha384 sha512; do
			expect 0 "$TESTBIN/workspace/base/digest" $algorithm <"$BATS_TEST_TMPDIR/in"
			same "$(${algorithm}sum <"$BATS_TEST_TMPDIR/in" | cut -d' ' -f1)" "$output" "$algorithm of $size bytes"
		done
	done
}

# spec: FIPS 180-4, the examples published with it
@test "digests of the specification's example" {
	expect 0 "$TESTBIN/workspace/base/digest" sha256 <<<''
	same 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b "$output" "a line feed"
	expect 0 bash -c 'printf abc | "$1" sha256' bash "$TESTBIN/workspace/base/digest"
	same ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad "$output"
	expect 0 bash -c 'printf abc | "$1" sha384' bash "$TESTBIN/workspace/base/digest"
	same cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7 "$output"
}

@test "option_number: decimal digits from 0 to the maximum, and nothing else" {
	local good bad
	for good in "5 0" "5 5" "5 005" "10 10" "4294967295 4294967295" "18446744073709551615 18446744073709551615" "0 0"; do
		expect 0 "$TESTBIN/workspace/base/program" number ${good% *} ${good#* }
		same "$((10#${good#* }))" "${output/18446744073709551615/-1}" "$good"
	done
	for bad in "5 6" "5 7" "5 9" "5 10" "10 11" "0 1" "5 " "5 -1" "5 +1" "5 0x1" "5 1k" "5  1" "10 1.5" \
		"4294967295 4294967296" "18446744073709551615 18446744073709551616" "18446744073709551615 99999999999999999999999"; do
		expect 64 "$TESTBIN/workspace/base/program" number "${bad%% *}" "${bad#* }"
		same "program: --size: '${bad#* }' is not a number from 0 to ${bad%% *}
Try 'program --help'." "$stderr"
	done
}

@test "messages are one line, with control characters replaced" {
	expect 2 "$TESTBIN/workspace/base/program" die $'a\nb\e[2Jc\x7f'
	same 'program: a?b?[2Jc?: reason' "$stderr"
	expect 0 "$TESTBIN/workspace/base/program" printable $'\xc2\x9b2J \xc2\xa0 \xc3\x9b é \xc2'
	same $'??2J \xc2\xa0 \xc3\x9b é \xc2' "$output"
	expect 0 "$TESTBIN/workspace/base/program" printable "$(printf 'x%.0s' {1..3000})"
	same 1099 ${#output} "length"
}

@test "wrong use ends with 64 and says where to read on" {
	expect 64 "$TESTBIN/workspace/base/program"
	same "program: WHAT?
Try 'program --help'." "$stderr"
}

@test "what cannot be printed is an error: full disk, closed pipe" {
	[ -w /dev/full ] || skip "needs /dev/full"
	expect 74 bash -c '"$1" help >/dev/full' bash "$TESTBIN/workspace/base/program"
	one_line "$stderr" 'program: standard output: No space left'
	expect 74 bash -c 'exec 4> >(:); wait $!; "$1" help >&4' bash "$TESTBIN/workspace/base/program" # the reader is gone by then
	one_line "$stderr" 'program: standard output: Broken pipe'
}

@test "a closed standard input, output or error is no place for a file" {
	expect 0 bash -c '"$1" open <&-' bash "$TESTBIN/workspace/base/program"
	[ "$output" -gt 2 ]
	expect 0 bash -c '"$1" open 2>&-' bash "$TESTBIN/workspace/base/program"
	[ "$output" -gt 2 ]
	expect 74 bash -c '"$1" help >&-' bash "$TESTBIN/workspace/base/program"
	one_line "$stderr" "program: standard output: Bad file descriptor"
}

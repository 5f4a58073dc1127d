#!/usr/bin/env bats
# The TD HOB and its witness. Against the specification's known answers, some of them from real machines, and an
# implementation in Perl.
load ../../helpers
load firmware

HOB=$TESTBIN/tools/measure/hob
PERL=$ROOT/tests/tools/measure/hob.pl
LAYOUT_A=80100904000609020b021010
LAYOUT_B=80100904000609020b02110f

# known WITNESS MEBIBYTES DIGEST SIZE
known() {
	"$HOB" build "$1" $(($2 << 20)) >"$BATS_TEST_TMPDIR/hob"
	same "$3" "$(sha384 <"$BATS_TEST_TMPDIR/hob")" "$1, $2 MiB"
	same "$4" "$(stat -c %s "$BATS_TEST_TMPDIR/hob")" "$1, $2 MiB"
}

# spec: tdx-boot-spec.md 3.2
@test "digests of the specification's table" {
	known $LAYOUT_A 512 00934f9ff0a0f65e41109afb9a7c5a0719f567f32514aeaef4c23c8535793f7064a2c69738a2000500ffae6ba349a153 440
	known $LAYOUT_A 2048 0b8772e5b0b41b83e6044a68397e02f49fb47066b4fbe4917ea2c45c64f323fdacbb37948f821ebaf8bc9c938ba8a749 440
	known $LAYOUT_A 2816 8eb1a02074362aa0761541cdb4dc3f1788dfeb4538803b241477848e26de294dbe917ab56c5628732679b3abc168c2de 488
	known $LAYOUT_A 3072 798f84285da30f6c295fbb73e3c093cf13164b6ad9d547a123b8d4d305f87a027caaba88e4cfd684ed7b424f37811a2e 488
	known $LAYOUT_A 4096 5b684faf8d02a733945f821d9cdd170802e72103977acf66949c9382500283adc90cbec57f8e7653f8bee1cab83689de 488
	known $LAYOUT_A 16384 cd2312a0d87ef3c4a928df87088969a80b33d7bf3fc584bdde637b09ed808a8d821a56b78a13a6eb506db7578444abbe 488
	known $LAYOUT_A 65536 8ae1e425351df7992c444586eff99d35af3b779aa2b0e981cb4b73bc5b279f2ade19b6a62a203fc3c3bbdaae80af596d 488
	known $LAYOUT_A 262144 53463ae04b471637983d15f9f41780859a60e70595e56be96bc69acf6efc3174a3fa258b5da897785cad4ca8fcb8a723 488
	known $LAYOUT_B 1024 2b630fa1d8fa9b6e8c6507d2256803ed227888f7d1f62ca5cfbddfe495338b1c6a0fc339ea64700f0835c0897a662789 440
}

# as_perl WITNESS MEMORY HOB-ADDRESS START:END...: numbers but the first are hexadecimal
as_perl() {
	"$HOB" build "$1" "0x$2" >"$BATS_TEST_TMPDIR/hob"
	perl "$PERL" "$3" "$2" "${@:4}" >"$BATS_TEST_TMPDIR/perl"
	cmp "$BATS_TEST_TMPDIR/hob" "$BATS_TEST_TMPDIR/perl"
}

@test "every case of memory, as an implementation in Perl has it" {
	need perl
	local a=(809000 810000:820000 80b000:80d000 809000:80b000 800000:806000) memory
	for memory in 900000 7ff00000 80000000 80100000 afe00000 aff00000 b0000000 b0100000 100000000 200000000000; do
		as_perl $LAYOUT_A "$memory" "${a[@]}"
	done
	as_perl 0000010001 100000 0 0:1000           # accepted from the start
	as_perl 0000010001 b0000000 0 0:1000
	as_perl 01020200020201 200000 3000 3000:4000 1000:3000 # touching
	as_perl 00000100808020 c0000000 0 0:80000000 # up to the end of low memory: no tail there
	as_perl 00000100ffff1f c0000000 0 0:7ffff000
	as_perl 00000100ffff1f 80000000 0 0:7ffff000
}

@test "memory that cannot be" {
	expect 2 "$HOB" build $LAYOUT_A 0
	one_line "$stderr" 'memory: the firmware needs more than 0x820000 bytes, there are 0x0'
	expect 2 "$HOB" build $LAYOUT_A 0x800000
	one_line "$stderr" 'memory: the firmware needs more than 0x820000 bytes, there are 0x800000'
	expect 2 "$HOB" build 00000100808020 0x80000000
	one_line "$stderr" 'memory: the firmware needs more than 0x80000000 bytes, there are 0x80000000'
	expect 2 "$HOB" build $LAYOUT_A 0x80000001
	one_line "$stderr" 'memory: 2147483649 bytes are not whole mebibytes'
	expect 2 "$HOB" build $LAYOUT_A 0x200000100000
	one_line "$stderr" 'memory: 35184373137408 bytes are more than 35184372088832'
	expect 2 "$HOB" build 00000100818020 0xb0000000
	one_line "$stderr" 'memory: the firmware uses it up to 0x80001000, where there is none above 0x80000000'
	expect 0 "$HOB" build 00000100818020 0xaff00000
}

# spec: tdx-boot-spec.md 3.3
@test "the witness of a firmware" {
	expect 0 "$HOB" witness "$VECTORS/tdvf/good/layout-a.fd"
	same $LAYOUT_A "$output"
	expect 0 "$HOB" witness "$VECTORS/tdvf/good/layout-b.fd"
	same $LAYOUT_B "$output"
	debian_firmware
	expect 0 "$HOB" witness "$OVMF"
	same $LAYOUT_A "$output"
}

@test "what a witness says" {
	expect 0 "$HOB" decode "$VECTORS/witness/good/layout-a"
	same 'base 809000
800000 806000
809000 80b000
80b000 80d000
810000 820000' "$output"
	expect 0 "$HOB" decode "$VECTORS/witness/good/layout-b"
	same '811000 820000' "${lines[4]}"
	expect 0 "$HOB" decode "$VECTORS/witness/good/one"
	same $'base 0\n0 1000' "$output"
	expect 0 "$HOB" decode "$VECTORS/witness/good/touching"
	same $'base 3000\n1000 3000\n3000 4000' "$output"
	expect 0 "$HOB" decode "$VECTORS/witness/good/highest"
	same $'base ffffffffffffe000\nffffffffffffe000 fffffffffffff000' "$output"
}

@test "what is refused, with its reason" {
	for file in "$VECTORS"/witness/should-fail/*.reason; do
		file=${file%.reason}
		expect 2 "$HOB" decode "$file"
		one_line "$stderr" "hob: $file: $(<"$file.reason")"
		same '' "$output"
	done
}

@test "a byte that is inverted is refused or shows, and what is cut is refused" {
	for file in "$VECTORS"/witness/good/*; do
		expect 0 "$TESTBIN/tools/measure/damage" witness "$file"
		same '' "$output" "$file"
	done
}

@test "the vectors are what their script makes" {
	need perl
	cd "$BATS_TEST_TMPDIR"
	perl "$VECTORS/witness/make.pl"
	diff -r good "$VECTORS/witness/good"
	diff -r should-fail "$VECTORS/witness/should-fail"
}

#!/usr/bin/env bats
# TDVF metadata and MRTD. Against the specification's known answers for Debian's firmware, and an implementation in Perl.
load ../../helpers
load firmware

TDVF=$TESTBIN/tools/measure/tdvf
MRTD=$ROOT/tests/tools/measure/mrtd.pl

sections() {
	expect 0 "$TDVF" sections "$1"
	same "$2" "$(cut -d' ' -f1-6 <<<"$output")" "$1"
}

# spec: tdx-boot-spec.md 7, K7
@test "Debian's firmware: its sections, the CFV, and MRTD in both orders" {
	debian_firmware
	sections "$OVMF" 'BFV 20000 1e0000 ffe20000 1e0000 1
CFV 0 20000 ffe00000 20000 0
TEMP_MEM 0 0 810000 10000 0
TEMP_MEM 0 0 80b000 2000 0
TD_HOB 0 0 809000 2000 0
TEMP_MEM 0 0 800000 6000 0'
	cfv=f87302177b059d54a2cf0c5f13340dbabf5c9dd60dc3f996c68b776fbe4de959769443a3d8ef6538b97d7e151c8298e8
	expect 0 "$TDVF" sections "$OVMF"
	same "$cfv" "$(awk '$1 == "CFV" { print $7 }' <<<"$output")"
	same "$cfv" "$(sha384sum </usr/share/OVMF/OVMF_VARS.fd | cut -d' ' -f1)"
	expect 0 "$TDVF" single "$OVMF"
	same 4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057fb887fed0744d5631a212967fb231c47 "${lines[0]}"
	expect 0 "$TDVF" two "$OVMF"
	same acccbcc870a381adab0d3919d90a7f268ac3b0364771f202ed4bb4e892d045b33db3b32e6924cba830a724eed443f7e1 "${lines[0]}"
}

# spec: tdx-boot-spec.md 1.4, 3.1: dstack's firmware is not to be had here, its CFV is: Debian's empty store of 4 MiB builds
@test "the CFV of dstack's firmware" {
	need perl
	debian_firmware
	perl -0777 -e '($vars, $small) = map { open(I, "<:raw", $_) or die; <I> } @ARGV;
		substr($small, 192 + 16 + 32, 24) = pack("V V Q< Q<", 0, 0x84000, 0xffc00000, 0x84000); print $vars, $small' \
		/usr/share/OVMF/OVMF_VARS_4M.fd "$VECTORS/tdvf/good/small.fd" >"$BATS_TEST_TMPDIR/firmware"
	expect 0 "$TDVF" sections "$BATS_TEST_TMPDIR/firmware"
	same "CFV 0 84000 ffc00000 84000 0 344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790" \
		"${lines[1]}"
}

# spec: tdx-boot-spec.md 7, K7
@test "Debian's code-only firmware is refused, for what it lacks" {
	debian_firmware
	expect 2 "$TDVF" single /usr/share/OVMF/OVMF_CODE.fd
	one_line "$stderr" 'TDVF: section 0: BFV: its data at 0x20000, 0x1e0000 bytes, end outside the file of 0x1e0000'
	expect 2 "$TDVF" single /usr/share/OVMF/OVMF_CODE_4M.fd
	one_line "$stderr" 'footer table: no TDX metadata entry'
}

@test "MRTD, and its value after each section, as an implementation in Perl has them" {
	need_perl_sha
	debian_firmware
	for file in "$VECTORS"/tdvf/good/{small,measured,layout-a,layout-b,most-sections}.fd "$OVMF"; do
		for order in single two; do
			expect 0 "$TDVF" "$order" "$file"
			same "$(perl "$MRTD" "$order" "$file")" "$output" "$file, $order"
			same "${lines[0]}" "${lines[-1]}" "$file, after the last section"
		done
	done
}

@test "the order of pages shows, and only where a section of more than one page is measured" {
	file=$VECTORS/tdvf/good/measured.fd
	expect 0 "$TDVF" single "$file"
	one=${lines[0]}
	expect 0 "$TDVF" two "$file"
	[ "$one" != "${lines[0]}" ]
	expect 0 "$TDVF" single "$VECTORS/tdvf/good/small.fd"
	one=${lines[0]}
	expect 0 "$TDVF" two "$VECTORS/tdvf/good/small.fd"
	same "$one" "${lines[0]}"
}

@test "layouts in use" {
	local memory='TEMP_MEM 0 0 80b000 2000 0
TD_HOB 0 0 809000 2000 0
TEMP_MEM 0 0 800000 6000 0'
	local flash='BFV 0 80 fffff000 1000 0
CFV 80 40 ffffe000 1000 0'
	sections "$VECTORS/tdvf/good/layout-a.fd" "$flash"$'\nTEMP_MEM 0 0 810000 10000 0\n'"$memory"
	sections "$VECTORS/tdvf/good/layout-b.fd" "$flash"$'\nTEMP_MEM 0 0 811000 f000 0\n'"$memory"
}

@test "as many sections and pages as there may be" {
	expect 0 "$TDVF" sections "$VECTORS/tdvf/good/most-sections.fd"
	same 64 "${#lines[@]}"
	expect 0 "$TDVF" sections "$VECTORS/tdvf/good/most-pages.fd"
	same 5 "${#lines[@]}"
}

# spec: tdx-boot-spec.md 1.1
@test "the footer table, from its end" {
	expect 0 "$TDVF" entries "$VECTORS/tdvf/good/other-entries.fd"
	same 'de71f7007e1acb4f890e68c77e2fb44e 04b08000' "${lines[0]}"
	same '35657ae44a989847865e4685a7bf8ec2' "${lines[1]% *}"
	same '1f3755723b3a044b927b1da6efa8d454 0004800000040000' "${lines[2]}"
	same 'left 0' "${lines[3]}"
	expect 0 "$TDVF" entries "$VECTORS/tdvf/good/left.fd"
	same 'left 9' "${lines[1]}"
}

@test "what is refused, with its reason" {
	for file in "$VECTORS"/tdvf/should-fail/*.fd; do
		expect 2 "$TDVF" single "$file"
		one_line "$stderr" "tdvf: $file: $(<"$file.reason")"
		same '' "$output"
	done
}

# MRTD, the sections and the digests of their data: all but the reset vector, the last 32 bytes, is in one of them.
@test "a byte that is inverted is refused or shows, and a file that is cut is refused" {
	expect 0 "$TESTBIN/tools/measure/damage" tdvf "$VECTORS/tdvf/good/small.fd"
	size=$(stat -c %s "$VECTORS/tdvf/good/small.fd")
	same "$(seq -f 'inverted %.0f' $((size - 32)) $((size - 1)))" "$output"
}

@test "the vectors are what their script makes" {
	need perl
	cd "$BATS_TEST_TMPDIR"
	perl "$VECTORS/tdvf/make.pl"
	diff -r good "$VECTORS/tdvf/good"
	diff -r should-fail "$VECTORS/tdvf/should-fail"
}

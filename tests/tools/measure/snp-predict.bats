#!/usr/bin/env bats
# The launch digest of SEV-SNP. Against the specification's known answers, one of them of a real machine, and an
# implementation in Perl.
load ../../helpers
load firmware

SEV=$VECTORS/sev
CBOR=$VECTORS/cbor
SYNTHETIC=88b48404819692fd2a5068f1a07bf1973bbcaa1314adc670705f9388762a759faf889f8e2c71fe1ec892554415257960
REAL=7f51e17f72a04d5422cb2c00998166536019a217376f3aa45a630e59c805a599847ff250dbffcd07e1ba639771d6f05d
CMDLINE=console=ttyS0\ dstack.rootfs_hash=3333333333333333333333333333333333333333333333333333333333333333

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	printf kernel >kernel
	printf initrd >initrd
}

# last: the launch digest of the lines in $output
last() {
	tail -n1 <<<"$output" | cut -d' ' -f1
}

# spec: tdx-boot-spec.md 9
@test "known answers: the synthetic inputs, and those of a real machine" {
	expect 0 snp-predict --vcpus 2 --vcpu-type epyc-v4 --guest-features 1 --document "$CBOR/good/snp.cbor"
	same "$SYNTHETIC" "$(last)"
	expect 0 snp-predict --vcpus 2 --document "$CBOR/good/snp-blanks.cbor"
	same "$SYNTHETIC" "$(last)"
	expect 0 snp-predict --vcpus 2 --vcpu-type EPYC-v4 --document "$CBOR/good/snp-real.cbor"
	same "$REAL" "$(last)"
}

# spec: tdx-boot-spec.md 9
@test "known answer: the digest after the pages of a firmware" {
	expect 0 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel kernel --cmdline "$CMDLINE"
	same '7c0f80f0a8d0ab1ee23fe763b255b8b210bb71113febcda60d76c00e84512f0cc141ffaa61be7bd22164736e85ec52d3  firmware at 0xfffff000, 1 page' \
		"${lines[0]}"
}

# by_perl FIRMWARE VCPUS MODEL SIGNATURE FEATURES INITRD
by_perl() {
	expect 0 snp-predict --vcpus "$2" --vcpu-type "$3" --guest-features "$5" --firmware "$1" --kernel kernel \
		${6:+--initrd "$6"} --cmdline " $CMDLINE"$'\n'
	same "$(perl "$ROOT/tests/tools/measure/snp.pl" "$1" kernel "${6:-/dev/null}" "$CMDLINE" "$2" "$4" "$5")" "$(last)" "$*"
}

# Signatures are those of processors: Naples B2, Rome B0, Milan B1, Genoa B0.
@test "files, processors and features, as an implementation in Perl has them" {
	need_perl_sha
	by_perl "$SEV/good/synthetic.fd" 1 EPYC 800f12 1 initrd
	by_perl "$SEV/good/synthetic.fd" 512 EPYC-IBPB 800f12 1 ''
	by_perl "$SEV/good/two-pages.fd" 2 epyc-rome-v3 830f10 1 initrd
	by_perl "$SEV/good/two-pages.fd" 3 EPYC-Milan-V2 a00f11 33 initrd
	by_perl "$SEV/good/two-pages.fd" 64 EPYC-Genoa a10f10 4294967297 ''
	[ "$(snp-predict --vcpus 3 --vcpu-type EPYC-Milan --guest-features 0x21 --firmware "$SEV/good/two-pages.fd" --kernel kernel \
		--initrd initrd --cmdline "$CMDLINE" | tail -n1 | cut -d' ' -f1)" = \
		"$(perl "$ROOT/tests/tools/measure/snp.pl" "$SEV/good/two-pages.fd" kernel initrd "$CMDLINE" 3 a00f11 33)" ]
}

@test "each input shows" {
	args=(--firmware "$SEV/good/synthetic.fd" --kernel kernel --initrd initrd --cmdline "$CMDLINE")
	for other in "--vcpus 1" "--vcpus 3" "--vcpu-type EPYC-Rome" "--guest-features 2" "--kernel initrd" "--initrd kernel" \
		"--firmware $SEV/good/two-pages.fd" "--cmdline ${CMDLINE#* }"; do
		expect 0 snp-predict --vcpus 2 "${args[@]}" "${other%% *}" "${other#* }"
		last
	done >digests
	expect 0 snp-predict --vcpus 2 "${args[@]}"
	last >>digests
	same 9 "$(sort -u digests | wc -l)"
}

@test "parts instead of a firmware, and a document written from files, give the same" {
	args=(--vcpus 2 --kernel kernel --initrd initrd --cmdline "$CMDLINE")
	expect 0 snp-predict "${args[@]}" --firmware "$SEV/good/synthetic.fd" --write-document document
	digest=$(last)
	expect 0 snp-predict --vcpus 2 --document document
	same "$digest" "$(last)"
	expect 0 snp-predict "${args[@]}" --ovmf-hash "$(cut -d' ' -f1 <<<"${lines[0]}")" --hashes-table 0x4000 --reset-eip 4294967280 \
		--section 0x1000,0x1000,1 --section 0x2000,4096,2 --section 12288,0x1000,3 --section 0x4000,0x1000,0x10
	same "$digest" "$(last)"
	expect 0 snp-predict "${args[@]}" --ovmf-hash "$(printf '44%.0s' {1..48})" --hashes-table 0x801000 --reset-eip 0xfffffff0 \
		--section 0x100000,0x2000,1 --section 0x800000,0x1000,0x10 --section 0x810000,0x1000,2 --section 0x820000,0x1000,3 \
		--write-document document
	# All but the digests of kernel and initrd is as in the vector: 32 bytes each, behind a name and a head.
	need perl
	perl -0777 -pe 's/(kernel_hashX ).{32}/$1 . "\x55" x 32/se; s/(initrd_hashX ).{32}/$1 . "\x66" x 32/se' document | cmp - "$CBOR/good/snp.cbor"
}

@test "the steps as JSON" {
	need jq
	expect 0 snp-predict --vcpus 2 --document "$CBOR/good/snp-real.cbor"
	text=$output
	expect 0 snp-predict --vcpus 2 --document "$CBOR/good/snp-real.cbor" --json
	same "$REAL" "$(jq -r .launch_digest <<<"$output")"
	same "$text" "$(jq -r '.steps[] | "\(.running_digest)  \(.name)" + (if .pages then " at \(.gpa), \(.pages) page" + (if .pages == 1 then "" else "s" end)
		else "" end)' <<<"$output")"
	same '[null,9,3,1,1,1,15,1,1,1]' "$(jq -c '[.steps[].pages]' <<<"$output")"
	same '{"guest_features":"0x1","vcpu_type":"EPYC-v4","vcpus":2}' "$(jq -c .vm <<<"$output")"
	same '0x810c00 0x80b004 dd9ea274ce9a07090b22e8284b0c841b65c021c2d15ca57d0f16731089dd226c' \
		"$(jq -r '.image | "\(.hashes_table_gpa) \(.reset_eip) \(.kernel_sha256)"' <<<"$output")"
	jq -S --indent 2 . <<<"$output" | cmp - <(echo "$output")
}

@test "firmware that is refused, with its reason" {
	for file in "$SEV"/should-fail/*.fd; do
		expect 2 snp-predict --vcpus 1 --firmware "$file" --kernel kernel --cmdline "$CMDLINE"
		one_line "$stderr" "snp-predict: $file: $(<"$file.reason")"
		same '' "$output"
	done
	for reason in no-footer table-zero entry-zero entry-17 entry-long; do
		file=$VECTORS/tdvf/should-fail/$reason.fd
		expect 2 snp-predict --vcpus 1 --firmware "$file" --kernel kernel --cmdline "$CMDLINE"
		one_line "$stderr" "snp-predict: $file: $(<"$file.reason")"
	done
}

@test "Debian's firmware has no place for hashes, and is refused for that" {
	debian_firmware
	expect 2 snp-predict --vcpus 1 --firmware "$OVMF" --kernel kernel --cmdline "$CMDLINE"
	one_line "$stderr" 'footer table: its SEV hash table entry is 0'
}

@test "documents that are refused, with their reason" {
	for file in "$CBOR"/should-fail/snp-*.cbor; do
		expect 2 snp-predict --vcpus 1 --document "$file"
		one_line "$stderr" "snp-predict: $file: *$(<"$file.reason")"
		same '' "$output"
	done
	expect 2 snp-predict --vcpus 1 --document "$CBOR/good/tdx.cbor"
	one_line "$stderr" 'byte 0: document: has too few members'
}

@test "machines and command lines that are refused" {
	expect 2 snp-predict --vcpus 1 --vcpu-type EPYC-Turin --document "$CBOR/good/snp.cbor"
	one_line "$stderr" "snp-predict: --vcpu-type: processor 'EPYC-Turin' is not known"
	expect 2 snp-predict --vcpus 1 --guest-features 0 --document "$CBOR/good/snp.cbor"
	one_line "$stderr" 'snp-predict: guest features are 0'
	expect 2 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel kernel --cmdline console=ttyS0
	one_line "$stderr" 'snp-predict: command line: 0 words dstack.rootfs_hash=, not 1'
	expect 2 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel kernel --cmdline "$CMDLINE"$'\xff'
	one_line "$stderr" 'snp-predict: command line: more than 65536 bytes, a NUL, or not UTF-8'
}

@test "a kernel or initrd without end, one that nobody writes to, and an empty kernel are refused" {
	mkfifo pipe
	: >empty
	truncate -s 1073741825 large
	on() { # REASON KERNEL INITRD
		expect 2 timeout 60 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel "$2" --initrd "$3" --cmdline "$CMDLINE"
		same "snp-predict: $1" "$stderr"
		same '' "$output"
	}
	on '/dev/zero: not a regular file' /dev/zero initrd
	on 'pipe: not a regular file' kernel pipe
	on 'large: larger than 1073741824 bytes' large initrd
	on 'empty: empty' empty initrd
}

@test "what cannot be read or written" {
	expect 74 snp-predict --vcpus 1 --document missing
	one_line "$stderr" 'snp-predict: missing: cannot open'
	expect 74 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel missing --cmdline "$CMDLINE"
	one_line "$stderr" 'snp-predict: missing: cannot open'
	expect 73 snp-predict --vcpus 1 --firmware "$SEV/good/synthetic.fd" --kernel kernel --cmdline "$CMDLINE" --write-document no/where
	one_line "$stderr" 'snp-predict: no/where: '
	same '' "$output"
	expect 74 bash -c 'snp-predict --vcpus 1 --document "$1" >/dev/full' - "$CBOR/good/snp.cbor"
}

# wrong WORDS ARGUMENT...
wrong() {
	expect 64 snp-predict "${@:2}"
	one_line "$(head -n1 <<<"$stderr")" "$1"
	same '' "$output"
}

@test "used wrongly" {
	wrong '--vcpus is needed' --document "$CBOR/good/snp.cbor"
	wrong '--vcpus is needed' --vcpus 0 --document "$CBOR/good/snp.cbor"
	wrong "--vcpus: '513' is not a number up to 0x200" --vcpus 513
	wrong "--vcpus: '-1' is not a number" --vcpus -1
	wrong "--vcpus: '1,2' is not one number" --vcpus 1,2
	wrong "--vcpus: '0x' is not a number" --vcpus 0x
	wrong "--guest-features: '18446744073709551616' is not a number" --vcpus 1 --guest-features 18446744073709551616
	wrong '--document is needed, or --firmware' --vcpus 1 --firmware x
	wrong '--document stands for the whole image' --vcpus 1 --document x --kernel y
	wrong '--document stands for the whole image' --vcpus 1 --document x --section 1,1,1
	wrong '--firmware says by itself' --vcpus 1 --firmware x --kernel y --cmdline z --reset-eip 1
	wrong '--firmware is needed, or --ovmf-hash' --vcpus 1 --kernel y --cmdline z
	wrong '--ovmf-hash: not 96 hexadecimal digits' --vcpus 1 --kernel kernel --cmdline z --ovmf-hash 44 --hashes-table 1 --reset-eip 1
	wrong '--section: not ADDRESS,SIZE,TYPE' --section 1,2
	wrong '--section: not ADDRESS,SIZE,TYPE' --section 1,2,3,4
	wrong "there are only options" --vcpus 1 word
	expect 64 snp-predict --unknown
}

@test "--help and --version" {
	expect 0 snp-predict --help
	[[ $output == Usage:* ]]
	expect 0 snp-predict --version
	[[ $output == "snp-predict "*OpenSSL* ]]
}

@test "the man page's example" {
	need jq
	cp "$CBOR/good/snp-real.cbor" measurement.snp.cbor
	example=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$ROOT/docs/man/snp-predict.1")
	[ -n "$example" ]
	expect 0 bash -c "$example"
	same "$REAL" "$output"
}

@test "a byte that is inverted is refused or shows, and what is cut is refused" {
	for file in "$CBOR/good/snp.cbor" "$CBOR/good/snp-real.cbor"; do
		expect 0 "$TESTBIN/tools/measure/damage" snp "$file"
		same '' "$output" "$file"
	done
	expect 0 "$TESTBIN/tools/measure/damage" sev "$SEV/good/synthetic.fd"
	same '' "$output"
}

@test "the vectors are what their script makes" {
	need perl
	perl "$SEV/make.pl"
	diff -r good "$SEV/good"
	diff -r should-fail "$SEV/should-fail"
}

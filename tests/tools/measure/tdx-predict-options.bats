# tdx-predict as a person uses it: options, VmConfig, what it prints and writes.
load ../../helpers
load ../../workspace/qvl/helpers
load os-image

setup() {
	need jq perl
	cd "$BATS_TEST_TMPDIR" || return
}

@test "the text: registers, a table of the events, notes" {
	small_files a
	os_image
	list ovmf.fd bzImage initramfs.cpio.gz
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --qemu 10.0.2 --json
	json=$output
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --qemu 10.0.2
	same "$(jq -r '"MRTD          \(.mrtd)\nRTMR0         \(.rtmr0)\nRTMR1         \(.rtmr1)\nRTMR2         \(.rtmr2)\nos_image_hash \(.os_image.os_image_hash)"' <<<"$json")" \
		"$(head -n 5 <<<"$output")"
	same "$(jq -r '.events[] | "\(.register) \(.name) \(.sha384) \(.source)"' <<<"$json")" \
		"$(sed -n 's/^| \(rtmr[0-9]\) *| \([^ ]*\) *| \([0-9a-f]*\) | \(.*\) |$/\1 \2 \3 \4/p' <<<"$output")"
	same 22 "$(grep -c '^|' <<<"$output")"
	[[ $output == *$'\n\nLess certain: rtmr1: QEMU from 10.0.0'*$'\n\nNote: OS image: metadata.json is not in sha256sum.txt'* ]]
}

@test "JSON is canonical: sorted, two spaces, one final line feed" {
	small_files a
	tdx-predict --firmware ovmf.fd --kernel bzImage --initrd initramfs.cpio.gz --cmdline quiet --cpus 1 --memory 2G --json >out
	jq -S --indent 2 . out | cmp - out
	same '["events","firmware","mrtd","notes","os_image","rtmr0","rtmr1","rtmr2","vm"]' "$(jq -c keys out)"
}

@test "the same twice, and wherever the files are" {
	small_files a
	on_small_files --cpus 1 --memory 2G
	first=$output
	mkdir elsewhere
	mv ovmf.fd bzImage initramfs.cpio.gz elsewhere
	expect 0 tdx-predict --firmware elsewhere/ovmf.fd --kernel "$PWD/elsewhere/bzImage" --initrd elsewhere/initramfs.cpio.gz \
		--cmdline quiet --json --cpus 1 --memory 2G
	same "$first" "$output"
}

@test "a VmConfig: options add to it, and cannot contradict it" {
	small_files a
	os_image
	echo '{"cpu_count": 2, "memory_size": 2147483648, "qemu_version": "9.2.1"}' >vm.json
	expect 0 tdx-predict --os-image os --vm-config vm.json --pic on --json
	same '2 9.2.1 true' "$(of '"\(.vm.cpus) \(.vm.qemu) \(.vm.pic)"')"
	expect 64 tdx-predict --os-image os --vm-config vm.json --cpus 3
	same 'tdx-predict: --cpus: 3 contradicts 2, given before' "$stderr"
	expect 64 tdx-predict --os-image os --vm-config vm.json --qemu 9.2.0
	same 'tdx-predict: --qemu: 9.2.0 contradicts 9.2.1, given before' "$stderr"
}

@test "a VmConfig of another image, or of firmware that cannot be predicted, is refused" {
	small_files a
	os_image
	hash=$(sha256sum <os/sha256sum.txt | cut -d' ' -f1)
	jq -n --arg hash "${hash^^}" '{cpu_count: 1, memory_size: 2147483648, os_image_hash: $hash, ovmf_variant: "pre202505"}' >vm.json
	expect 0 tdx-predict --os-image os --vm-config vm.json
	same '' "$(grep Note: <<<"$output")"
	expect 0 tdx-predict --firmware os/ovmf.fd --kernel os/bzImage --initrd os/initramfs.cpio.gz --cmdline x --vm-config vm.json
	one_line "$(grep Note: <<<"$output")" 'VmConfig: its os_image_hash is not compared'
	jq '.os_image_hash = 1' vm.json >other.json
	expect 2 tdx-predict --os-image os --vm-config other.json
	same 'tdx-predict: other.json: os_image_hash: not a string' "$stderr"
	jq --arg hash "$ZERO" '.os_image_hash = $hash[:64]' vm.json >other.json
	expect 2 tdx-predict --os-image os --vm-config other.json
	same "tdx-predict: other.json: os_image_hash: is of another image; that of os is $hash" "$stderr"
	jq '.ovmf_variant = "202505"' vm.json >other.json
	expect 2 tdx-predict --os-image os --vm-config other.json
	one_line "$stderr" "tdx-predict: other.json: ovmf_variant: '202505' cannot be predicted, only pre202505"
	jq '.ovmf_variant = 7' vm.json >other.json
	expect 2 tdx-predict --os-image os --vm-config other.json
	same 'tdx-predict: other.json: ovmf_variant: not a string' "$stderr"
	expect 2 tdx-predict --os-image os --vm-config "$VECTORS/vm-config/should-fail/swtpm.json"
	one_line "$stderr" 'swtpm.json: swtpm: a VM with a software TPM cannot be predicted'
	expect 74 tdx-predict --os-image os --vm-config missing
	one_line "$stderr" 'tdx-predict: missing: cannot open: No such file or directory'
}

@test "machines that cannot be are refused" {
	small_files a
	refused() {
		expect 2 tdx-predict --firmware ovmf.fd --kernel bzImage --initrd initramfs.cpio.gz --cmdline x "$@"
		one_line "$stderr" 'tdx-predict: '
		same '' "$output"
	}
	refused --cpus 0 --memory 2G
	refused --cpus 4097 --memory 2G
	refused --cpus 1 --memory 0
	refused --cpus 1 --memory 8192T
	refused --cpus 1 --memory 2G --nics 40
	refused --cpus 1 --memory 2G --gpus 32
	refused --cpus 1 --memory 2G --qemu 7.2.0
	refused --cpus 1 --memory 2G --qemu 11.0.0
	refused --memory 2G
	refused --cpus 1
}

# The document's own form is tested by its module; here it is put together by hand. spec: tdx-boot-spec.md 3.9
document() { # JQ: changes the digests it is made of
	jq -r "$1 | [.cmdline, .kernel, .initrd, .single, .two, .witness] | join(\" \")" digests.json | perl -ane '
		sub text { chr(0x60 + length $_[0]) . $_[0] }
		sub bytes { my $raw = pack "H*", $_[0]; (length $raw < 24 ? chr(0x40 + length $raw) : "\x58" . chr length $raw) . $raw }
		print "\xa3", text("version"), "\x03", text("image"), "\xa3", text("cmdline_sha384"), bytes($F[0]),
			text("kernel_authenticode"), bytes($F[1]), text("initrd_sha384"), bytes($F[2]), text("tdvf"), "\xa3",
			text("ovmf"), text("pre202505"), text("mrtd"), "\xa2", text("single_pass"), bytes($F[3]), text("two_pass"),
			bytes($F[4]), text("td_hob"), bytes($F[5])' >os/measurement.tdx.cbor
	list measurement.tdx.cbor
}

@test "an image bound by measurement.tdx.cbor alone: each of its digests is compared" {
	small_files a
	os_image
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	jq '. as $all | reduce (.events[] | {(.name): .sha384}) as $x ({}; . + $x) | {cmdline, kernel, initrd, single: $all.mrtd,
		two: ("0" * 96), witness: $all.firmware.td_hob_witness}' <<<"$output" >digests.json
	document .
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	same '[]' "$(of '.notes | tojson')"
	for part in cmdline='command line' kernel=kernel initrd=initrd single=MRTD witness='TD HOB'; do
		document ".${part%%=*} |= sub(\"[0-9a-f]{2}\$\"; \"0f\")"
		expect 2 tdx-predict --os-image os --cpus 1 --memory 2G
		one_line "$stderr" "tdx-predict: os: measurement.tdx.cbor: its ${part#*=} is not "
	done
	document .
	expect 0 tdx-predict --os-image os --cpus 1 --memory 1G --json
	one_line "$(of '.notes[]')" 'it is not compared'
	expect 2 tdx-predict --os-image os --cpus 1 --memory 2G --page-order two
	one_line "$stderr" 'measurement.tdx.cbor: its MRTD is not that of the image'
}

@test "ACPI tables are written as measured, and one file a table that iasl reads" {
	small_files a
	on_small_files --cpus 2 --memory 2G --qemu 9.2.1 --hugepages --gpus 1 --dump-acpi tables
	for name in loader rsdp tables; do
		same "$(of ".events[] | select(.name == \"acpi-$name\").sha384")" "$(sha384 <tables/$name)"
	done
	same 'APIC.dat DSDT.dat FACP.dat FACS.dat MCFG.dat RSDT.dat SRAT.dat WAET.dat' "$(cd tables && echo *.dat)"
	# Without an image too, and over what is there.
	expect 0 tdx-predict --cpus 2 --memory 2G --qemu 9.2.1 --hugepages --gpus 1 --dump-acpi tables
	same '' "$output"
	for table in tables/*.dat; do
		[[ $table == *FACS.dat ]] || same 0 "$(od -An -v -tu1 "$table" | tr -s ' ' '\n' | awk '{ sum += $1 } END { print sum % 256 }')" "$table"
	done
	need iasl
	for table in tables/*.dat; do
		expect 0 iasl -d "$table"
		[[ $output$stderr != *[Ee]rror* && $output$stderr != *'ncorrect checksum'* ]]
		[ -s "${table%.dat}.dsl" ]
	done
}

@test "a folder that cannot be written" {
	: >file
	expect 73 tdx-predict --cpus 1 --memory 2G --dump-acpi file
	one_line "$stderr" 'tdx-predict: file/tables: '
	expect 73 tdx-predict --cpus 1 --memory 2G --dump-acpi missing/folder
	one_line "$stderr" 'tdx-predict: missing/folder: No such file or directory'
}

@test "what cannot be read, and where nothing can be written" {
	small_files a
	expect 74 tdx-predict --os-image missing --cpus 1 --memory 2G
	same 'tdx-predict: missing: cannot open: No such file or directory' "$stderr"
	expect 2 tdx-predict --os-image ovmf.fd --cpus 1 --memory 2G
	same 'tdx-predict: ovmf.fd: not a folder' "$stderr"
	expect 74 tdx-predict --os-image . --cpus 1 --memory 2G
	same 'tdx-predict: .: metadata.json: cannot open: No such file or directory' "$stderr"
	expect 74 bash -c 'tdx-predict --firmware ovmf.fd --kernel bzImage --initrd initramfs.cpio.gz --cmdline x --cpus 1 --memory 2G >/dev/full'
	one_line "$stderr" 'tdx-predict: standard output: '
	cp ovmf.fd $'\xff'
	expect 2 tdx-predict --firmware $'\xff' --kernel bzImage --initrd initramfs.cpio.gz --cmdline x --cpus 1 --memory 2G
	one_line "$stderr" 'name is not UTF-8'
	cp ovmf.fd $'a\nb'
	expect 2 tdx-predict --firmware $'a\nb' --kernel bzImage --initrd initramfs.cpio.gz --cmdline x --cpus 1 --memory 2G
	same 'tdx-predict: a?b: name has a control character' "$stderr"
	cp ovmf.fd $'a\xc2\x9bb'
	expect 2 tdx-predict --firmware $'a\xc2\x9bb' --kernel bzImage --initrd initramfs.cpio.gz --cmdline x --cpus 1 --memory 2G
	same 'tdx-predict: a??b: name has a control character' "$stderr"
}

@test "used wrongly" {
	wrong() { # FIRST LINE, OPTION...
		local line=$1
		shift
		expect 64 tdx-predict "$@"
		one_line "${stderr%%$'\n'*}" "$line"
		same '' "$output"
	}
	wrong 'no OS image'
	wrong 'no OS image' --cpus 1 --memory 2G
	wrong 'belong together' --firmware x --kernel x --initrd x --cpus 1 --memory 2G
	wrong 'belong together' --cmdline x --cpus 1 --memory 2G
	wrong '--os-image has all' --os-image x --kernel x
	wrong 'everything is an option' --os-image x os
	wrong '' --unknown
	wrong "--memory: '2': not a size" --os-image x --cpus 1 --memory 2
	wrong "--pic: 'yes': neither off nor on" --os-image x --cpus 1 --memory 2G --pic yes
	wrong "--page-order: 'both': neither single nor two" --os-image x --cpus 1 --memory 2G --page-order both
}

@test "--help and --version" {
	expect 0 tdx-predict --help
	[[ $output == Usage:* ]]
	expect 0 tdx-predict --version
	[[ $output == "tdx-predict "*OpenSSL* ]]
}

@test "the man page's examples" {
	small_files a
	os_image
	mv os dstack-0.5.5
	page=$ROOT/docs/man/tdx-predict.1
	mapfile -t examples < <(sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$page")
	same 2 "${#examples[@]}"
	expect 0 bash -o pipefail -c "${examples[0]}"
	[[ $output =~ ^[0-9a-f]{96}$ ]]
	same "$output" "$(tdx-predict --os-image dstack-0.5.5 --cpus 2 --memory 4G --qemu 9.2.1 | sed -n 's/^RTMR0 *//p')"
	expect 0 bash -c "${examples[1]}"
	[ -s tables/DSDT.dat ]
}

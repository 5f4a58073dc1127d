#!/usr/bin/env bats
# tdx-predict against the specification's known answers, registers of real machines, and openssl.
load ../../helpers
load ../../workspace/qvl/helpers
load firmware
load os-image

setup() {
	need jq openssl perl
	cd "$BATS_TEST_TMPDIR" || return
}

# rtmr0 EXPECTED OPTION...: of a machine with dstack's firmware
rtmr0() {
	local want=$1
	shift
	on_small_files "$@"
	same "$want" "$(of .rtmr0)" "$*"
}

# spec: tdx-boot-spec.md 7, K1
@test "dstack 0.5.5: RTMR0, and each of its events" {
	small_files a
	rtmr0 68102e7b524af310f7b7d426ce75481e36c40f5d513a9009c046e9d37e31551f0134d954b496a3357fd61d03f07ffe96 \
		--cpus 1 --memory 2G --pic on --page-order two
	# spec: tdx-boot-spec.md 3.1
	same "td-hob 2147483659 0b8772e5b0b41b83e6044a68397e02f49fb47066b4fbe4917ea2c45c64f323fdacbb37948f821ebaf8bc9c938ba8a749
cfv 2147483658 344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790
SecureBoot 2147483649 9dc3a1f80bcec915391dcda5ffbb15e7419f77eab462bbf72b42166fb70d50325e37b36f93537a863769bcf9bedae6fb
PK 2147483649 6f2e3cbc14f9def86980f5f66fd85e99d63e69a73014ed8a5633ce56eca5b64b692108c56110e22acadcef58c3250f1b
KEK 2147483649 d607c0efb41c0d757d69bca0615c3a9ac0b1db06c557d992e906c6b7dee40e0e031640c7bfd7bcd35844ef9edeadc6f9
db 2147483649 08a74f8963b337acb6c93682f934496373679dd26af1089cb4eaf0c30cf260a12e814856385ab8843e56a9acea19e127
dbx 2147483649 18cc6e01f0c6ea99aa23f8a280423e94ad81d96d0aeb5180504fc0f7a40cb3619dd39bd6a95ec1680a86ed6ab0f9828d
separator 4 394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0
acpi-loader 10 39740da2ea1e7e6c69e5e6569755b2ad6d622a8a9983a2c5b32d5574659dbdc4ca8b95b1c766bd610bc5c26dcde842f8
acpi-rsdp 10 6385b89d2decb3de678d51faba0ff3506835915818fd3ee53a739aa678cd9c76bdd755adfa0aa714cf35a1abe062b253
acpi-tables 10 05705c3ca9d71e908d5ce70d4331b6aadce5331b9a6a546f222f017fb0e1797b951a3dac72f59cb197a0c897a201ca07
BootOrder 2147483650 1dd6f7b457ad880d840d41c961283bab688e94e4b59359ea45686581e90feccea3c624b1226113f824f315eb60ae0a7c
Boot0000 2147483650 23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298" \
		"$(of '.events[] | select(.register == "rtmr0") | "\(.name) \(.type) \(.sha384)"')"
	same 090100002c0055006900410070007000000004071400c9bdb87cebf8344faaea3ee4af6516a10406140021aa2c4614760345836e8ab6f46623317fff0400 \
		"$(of '.events[] | select(.name == "Boot0000").payload')"
}

# spec: tdx-boot-spec.md 7, K6
@test "generations of QEMU" {
	small_files a
	rtmr0 15ee1dc6ec6cb4d19360f14eb6969d36f4d8bda83775690611229a7d0434d5dd025095362b41dc8cea8d5ce81f4977c8 --cpus 1 --memory 2G
	rtmr0 5c5942cae8df3806bf0ce969f6aff47f077553ad6fcdc6bcca8225523d79c61f55a56b7a4b9b9c718fd3e68fd652765f \
		--cpus 1 --memory 2G --qemu 9.2.1
	rtmr0 131221a6abfe1dfef41ac2598c1d731b44d19270b39059c59ede8a82ff2c18a812af58cf90d0047085f2bfaf54fb1229 \
		--cpus 1 --memory 2G --qemu 10.0.2
	same rtmr1 "$(of '.confidence | keys | join(" ")')"
	rtmr0 c3caeccf5d762d155709ab7f6cd8ad9f025ffcfaf18245bcd0c5208b903dae24fc2b4563b0198e733cd0076a545a95d9 \
		--cpus 4 --memory 4096M --qemu 9.2.1
	same null "$(of .confidence)"
}

# spec: tdx-boot-spec.md 7, K5
@test "shapes that real machines had give the RTMR0 of their quotes" {
	captured
	small_files a
	# shape [EXPECTED's first digits] of every quote whose firmware has the layout
	rtmr0_of() { # FOLDER OPTION...
		local folder=$1
		shift
		rtmr0 "$(jq -r '.parsed.replayed[0]' "$QUOTES/$folder/expected.json")" "$@"
	}
	rtmr0_of near-mpc --cpus 8 --memory 64G --qemu 8.2.2
	rtmr0_of dstack-tdx-lite-getquote --vm-config "$QUOTES/dstack-tdx-lite-getquote/vm_config.json"
	rtmr0_of dstack-verifier-quote-report --vm-config "$QUOTES/dstack-verifier-quote-report/vm_config.json"
	small_files b
	rtmr0_of dstack-examples-rtmr3 --cpus 1 --memory 1G --qemu 8.2.2 --nics 0
}

@test "the lite fixture's VmConfig is its shape" {
	captured
	small_files a
	on_small_files --vm-config "$QUOTES/dstack-tdx-lite-getquote/vm_config.json"
	same '{"cpus":2,"gpus":0,"hole64":34359738368,"hotplug_off":false,"hugepages":false,"memory":2147483648,"nics":1,"nvswitches":0,"page_order":"two","pic":true,"qemu":"8.2.2","smm":false,"volumes":0}' \
		"$(of '.vm | tojson')"
	same 80100904000609020b021010 "$(of .firmware.td_hob_witness)"
}

# spec: tdx-boot-spec.md 7, K7
@test "Debian's firmware: MRTD in both orders, and its sections" {
	debian_firmware
	small_files a
	expect 0 tdx-predict --firmware "$OVMF" --kernel bzImage --initrd initramfs.cpio.gz --cmdline quiet --json \
		--cpus 1 --memory 2G
	same 4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057fb887fed0744d5631a212967fb231c47 "$(of .mrtd)"
	same "BFV true 131072 1966080 4293001216
CFV false 0 131072 4292870144
TEMP_MEM false 0 0 8454144
TEMP_MEM false 0 0 8433664
TD_HOB false 0 0 8425472
TEMP_MEM false 0 0 8388608" "$(of '.firmware.sections[] | "\(.type) \(.measured) \(.offset) \(.raw_size) \(.address)"')"
	same "$(of .mrtd)" "$(of '.firmware.sections[-1].mrtd_after')"
	same "$(tail -c +131073 "$OVMF" | sha384)" "$(of '.firmware.sections[0].sha384')"
	same f87302177b059d54a2cf0c5f13340dbabf5c9dd60dc3f996c68b776fbe4de959769443a3d8ef6538b97d7e151c8298e8 \
		"$(of '.events[] | select(.name == "cfv").sha384')"
	one_line "$(of '.notes[]')" "firmware: its store of EFI variables (CFV) is not dstack's"
	expect 0 tdx-predict --firmware "$OVMF" --kernel bzImage --initrd initramfs.cpio.gz --cmdline quiet --json \
		--cpus 1 --memory 4G --page-order two
	same acccbcc870a381adab0d3919d90a7f268ac3b0364771f202ed4bb4e892d045b33db3b32e6924cba830a724eed443f7e1 "$(of .mrtd)"
	same 5b684faf8d02a733945f821d9cdd170802e72103977acf66949c9382500283adc90cbec57f8e7653f8bee1cab83689de \
		"$(of '.events[0].sha384')"
}

@test "firmware that is only code is refused" {
	small_files a
	for firmware in OVMF_CODE.fd OVMF_CODE_4M.fd; do
		expect 2 tdx-predict --firmware "/usr/share/OVMF/$firmware" --kernel bzImage --initrd initramfs.cpio.gz \
			--cmdline quiet --cpus 1 --memory 2G
		one_line "$stderr" 'tdx-predict: firmware: '
		same '' "$output"
	done
}

# spec: tdx-boot-spec.md 4, 5
@test "RTMR1 and RTMR2: their events, and what openssl makes of the files" {
	small_files a
	on_small_files --cpus 1 --memory 2G
	same "77a0dab2312b4e1e57a84d865a21e5b2ee8d677a21012ada819d0a98988078d3d740f6346bfe0abaa938ca20439a8d71
394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0
214b0bef1379756011344877743fdc2a5382bac6e70362d624ccf3f654407c1b4badf7d8f9295dd3dabdef65b27677e0
0a2e01c85deae718a530ad8c6d20a84009babe6c8989269e950d8cf440c6e997695e64d455c4174a652cd080f6230b74" \
		"$(of '[.events[] | select(.register == "rtmr1").sha384][1:][]')"
	# The kernel with QEMU's fields put in by hand; checksum and certificate entry are not hashed.
	perl -0777 -pe 'substr($_, 0x210, 2) = "\xb0\x81"; substr($_, 0x218, 8) = pack "V V", 0x7ffd7000, 9;
		substr($_, 0x224, 2) = pack "v", 0xfe00; substr($_, 0x228, 4) = pack "V", 0x20000;
		substr($_, 0x298 + 144, 8) = ""; substr($_, 0x298 + 64, 4) = ""' bzImage >hashed
	same "$(sha384 <hashed)" "$(of '.events[] | select(.name == "kernel").sha384')"
	same "$(printf 'quiet initrd=initrd\0' | perl -pe 's/(.)/$1\0/gs' | sha384)
$(sha384 <initramfs.cpio.gz)" "$(of '.events[] | select(.register == "rtmr2").sha384')"
}

@test "registers are what openssl extends by their events; events whose bytes are shown hash to their digest" {
	small_files a
	on_small_files --cpus 3 --memory 900M
	local register payload digest
	for register in rtmr0 rtmr1 rtmr2; do
		same "$(of ".events[] | select(.register == \"$register\").sha384" | extended)" "$(of ".$register")"
	done
	while read -r payload digest; do
		same "$digest" "$(printf %s "$payload" | unhex | sha384)"
	done < <(of '.events[] | select(.payload) | "\(.payload) \(.sha384)"')
	same 16 "$(of '[.events[] | select(.payload)] | length')"
}

# varied NAME FILE AT: changes a byte of a copy; the registers that change with it are $changed.
changed_by() {
	cp "$1" kept
	perl -0777 -i -pe "substr(\$_, $2, 1) ^= 'U'" "$1"
	before=$output
	on_small_files --cpus 1 --memory 2G
	changed=$(jq -rn --argjson a "$before" --argjson b "$output" \
		'[("mrtd", "rtmr0", "rtmr1", "rtmr2") | select($a[.] != $b[.])] | join(" ")')
	output=$before
	mv kept "$1"
}

@test "a byte of the firmware, kernel or initrd changes its own register and no other" {
	small_files a
	on_small_files --cpus 1 --memory 2G
	for at in 0 1000 540671; do
		changed_by ovmf.fd "$at"
		same rtmr0 "$changed" "CFV, byte $at"
	done
	for at in 540672 550000 -1; do
		changed_by ovmf.fd "$at"
		same mrtd "$changed" "BFV, byte $at"
	done
	for at in 16 0x200 0x300 4095 4096 -1; do
		changed_by bzImage "$at"
		same rtmr1 "$changed" "kernel, byte $at"
	done
	for at in 0x210 0x218 0x224 0x228; do
		changed_by bzImage "$at"
		same '' "$changed" "kernel, byte $at, which QEMU replaces"
	done
	changed_by initramfs.cpio.gz 3
	same rtmr2 "$changed" initrd
}

@test "what an event is said to vary with is what it varies with" {
	small_files a
	digests() { on_small_files --cpus 2 --memory 3G --qemu 9.2.1 "$@"; }
	digests
	before=$output
	vary() { # WORD OPTION...
		local word=$1
		shift
		digests "$@"
		same "$(jq -r --arg word "$word" '[.events[] | select(.varies_with | index($word)) | .name] | join(" ")' <<<"$before")" \
			"$(jq -rn --argjson a "$before" --argjson b "$output" '[range($a.events | length) as $i
				| select($a.events[$i].sha384 != $b.events[$i].sha384) | $a.events[$i].name] | join(" ")')" "$word"
	}
	vary cpus --cpus 3
	vary devices --nics 2
	vary devices --volumes 1
	vary qemu --qemu 9.1.0
	vary pic --pic on
	vary smm --smm on
	vary hotplug --hotplug-off
	vary hugepages --hugepages
	vary gpus --gpus 1
	vary hole64 --hole64 64G
	vary cmdline --cmdline other
	# Below 2816 MiB memory counts for the kernel and the tables too.
	on_small_files --cpus 2 --memory 1G
	before=$output
	digests() { on_small_files --cpus 2 --memory 1000M; }
	vary memory
	digests() { on_small_files --cpus 2 --memory 1G --cmdline vga=1; }
	digests
	before=$output
	digests() { on_small_files --cpus 2 --memory 1G --cmdline vga=2; }
	vary cmdline
	before=$output
	printf 'another initrd, longer by a page: %4096s' x >initramfs.cpio.gz
	vary initrd
}

@test "an OS image: the same registers, and what binds its files" {
	small_files a
	on_small_files --cpus 1 --memory 2G --cmdline "$CMDLINE"
	before=$output
	os_image
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	same "$(jq '[.mrtd, .rtmr0, .rtmr1, .rtmr2]' <<<"$before")" "$(of '[.mrtd, .rtmr0, .rtmr1, .rtmr2]')"
	same "$(sha256sum <os/sha256sum.txt | cut -d' ' -f1)" "$(of .os_image.os_image_hash)"
	same 0.5.5 "$(of .os_image.version)"
	same "$(sha256sum os/bzImage | cut -d' ' -f1)" "$(of .os_image.kernel.sha256)"
	same '[]' "$(of '.notes | tojson')"
	same 'metadata.json: cmdline' "$(of '.events[] | select(.name == "cmdline").source')"
	same 'ovmf.fd, CFV section' "$(of '.events[] | select(.name == "cfv").source')"
	same 'bzImage, patched as QEMU does' "$(of '.events[] | select(.name == "kernel").source')"
}

@test "an OS image without checksums, with some of them, of developers: said so" {
	small_files a
	os_image
	list ovmf.fd bzImage metadata.json
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	one_line "$(of '.notes[]')" 'initramfs.cpio.gz is not in sha256sum.txt, so os_image_hash does not cover it'
	rm os/sha256sum.txt
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	one_line "$(of '.notes[]')" 'os_image_hash is not computed: no sha256sum.txt'
	same null "$(of .os_image.os_image_hash)"
	metadata '.version = "0.3.6"'
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	same 'rtmr0 rtmr2' "$(of '.confidence | keys | join(" ")')"
	one_line "$(of .confidence.rtmr0)" 'CD-ROM, which is one device on the PCI bus fewer'
	metadata '.is_dev = true | .version = "0.5.5"'
	expect 0 tdx-predict --os-image os --cpus 1 --memory 2G --json
	one_line "$(of '.notes[]')" 'a development image'
	same true "$(of .os_image.is_dev)"
}

# refused REASON
refused() {
	expect 2 tdx-predict --os-image os --cpus 1 --memory 2G
	same "tdx-predict: os: $1" "$stderr"
	same '' "$output"
}

@test "an OS image whose files are not those of its list is refused" {
	small_files a
	os_image
	cp -R os whole
	for file in ovmf.fd bzImage initramfs.cpio.gz metadata.json; do
		perl -0777 -i -pe 's/\}\s*$/,"x":1}/ or substr($_, -1) ^= "U"' "os/$file"
		refused "$file: its SHA-256 is not the one in sha256sum.txt"
		cp "whole/$file" os
	done
	echo "$(sha256sum <os/ovmf.fd | cut -d' ' -f1)  missing" >>os/sha256sum.txt
	rm os/digest.txt
	expect 74 tdx-predict --os-image os --cpus 1 --memory 2G
	one_line "$stderr" 'tdx-predict: os: missing: cannot open: No such file or directory'
	list
	echo "${EMPTY:-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}" >os/digest.txt
	refused "digest.txt: not the SHA-256 of sha256sum.txt, $(sha256sum <os/sha256sum.txt | cut -d' ' -f1)"
}

@test "names of an OS image lead nowhere, and links are not followed" {
	small_files a
	os_image
	mv os/bzImage outside
	ln -s ../outside os/bzImage
	refused 'bzImage: is a link'
	for name in ../outside /etc/hostname . .. '' 'a\u007fb' 'a\u009bb'; do
		metadata ".kernel = \"$name\""
		refused 'metadata.json: kernel: not the name of a file in the folder'
	done
	metadata '.kernel = "folder"'
	mkdir os/folder
	refused 'folder: not a regular file'
	rm -r os/folder
	mkfifo os/folder
	refused 'folder: not a regular file'
}

@test "files that cannot be what they should" {
	small_files a
	on() { expect 2 tdx-predict --firmware "$1" --kernel "$2" --initrd "$3" --cmdline "$4" --cpus 1 --memory "$5"; }
	on ovmf.fd bzImage /dev/null quiet 2G
	one_line "$stderr" '/dev/null: not a regular file'
	: >empty
	on ovmf.fd bzImage empty quiet 2G
	one_line "$stderr" 'initrd: empty'
	on empty bzImage initramfs.cpio.gz quiet 2G
	one_line "$stderr" 'firmware: '
	on ovmf.fd empty initramfs.cpio.gz quiet 2G
	one_line "$stderr" 'kernel: shorter than 4096 bytes'
	head -c 5000 bzImage >short
	on ovmf.fd short initramfs.cpio.gz quiet 2G
	one_line "$stderr" 'kernel: PE: section 0: its data is outside the file'
	on ovmf.fd bzImage initramfs.cpio.gz $'caf\xc3\xa9' 2G
	one_line "$stderr" 'command line: a character that is not printable ASCII'
	truncate -s 600M large
	on ovmf.fd bzImage large quiet 512M
	one_line "$stderr" 'initrd: 629145600 bytes are too many for 512 MiB of memory and this kernel'
	on ovmf.fd bzImage initramfs.cpio.gz quiet 8M
	one_line "$stderr" memory
}

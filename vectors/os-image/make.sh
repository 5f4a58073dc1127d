#!/bin/bash
# make.sh: writes the vectors into metadata/ and sums/ beside it; see PROVENANCE.md.
set -euo pipefail
cd "${0%/*}"
zeros=$(printf '%064d' 0)
cmdline="console=ttyS0 init=/init dstack.rootfs_hash=$zeros dstack.rootfs_size=1"
whole=$(jq -nc --arg cmdline "$cmdline" '{bios: "ovmf.fd", kernel: "bzImage", cmdline: $cmdline, initrd: "initramfs.cpio.gz"}')

good() { jq -c "$2" <<<"$whole" >"metadata/good/$1.json"; }
good least .
good all '. + {"bios-sev": "ovmf-sev.fd", rootfs: "rootfs.img.parted.verity", version: "0.5.5", git_revision: "abc", shared_ro: true, is_dev: true, ovmf_variant: "pre202505"}'
good nulls '. + {version: null, ovmf_variant: null}'

reason() { printf '%s\n' "$2" >"$1.reason"; }
bad() { jq -c "$3" <<<"$whole" >"metadata/should-fail/$1.json"; reason "metadata/should-fail/$1.json" "$2"; }
bad not-an-object 'not an object' '[.]'
bad bios-missing 'bios: missing' 'del(.bios)'
bad kernel-missing 'kernel: missing' 'del(.kernel)'
bad initrd-missing 'initrd: missing' 'del(.initrd)'
bad cmdline-missing 'cmdline: missing' 'del(.cmdline)'
bad bios-number 'bios: not a string' '.bios = 1'
bad kernel-empty 'kernel: not the name of a file in the folder' '.kernel = ""'
bad kernel-path 'kernel: not the name of a file in the folder' '.kernel = "boot/bzImage"'
bad kernel-up 'kernel: not the name of a file in the folder' '.kernel = ".."'
bad kernel-absolute 'kernel: not the name of a file in the folder' '.kernel = "/etc/hostname"'
bad kernel-backslash 'kernel: not the name of a file in the folder' '.kernel = "a\\b"'
bad kernel-space 'kernel: not the name of a file in the folder' '.kernel = "a b"'
bad kernel-control 'kernel: not the name of a file in the folder' '.kernel = "a\u001b"'
bad kernel-long 'kernel: not the name of a file in the folder' '.kernel = "a" * 256'
bad version-number 'version: not a string' '.version = 5'
bad dev-text 'is_dev: not a boolean' '.is_dev = "false"'
bad variant "ovmf_variant: '202505' cannot be predicted, only pre202505" '.ovmf_variant = "202505"'
bad variant-number 'ovmf_variant: not a string' '.ovmf_variant = 202505'
bad rootfs-none 'cmdline: no dstack.rootfs_hash' '.cmdline = "console=ttyS0"'
bad rootfs-inside-a-word 'cmdline: no dstack.rootfs_hash' '.cmdline |= sub("dstack.rootfs_hash"; "xdstack.rootfs_hash")'
bad rootfs-short 'cmdline: not one dstack.rootfs_hash with 64 hexadecimal digits' '.cmdline |= sub("0 dstack"; " dstack")'
bad rootfs-twice 'cmdline: not one dstack.rootfs_hash with 64 hexadecimal digits' '.cmdline += " dstack.rootfs_hash=" + "1" * 64'
printf '{' >metadata/should-fail/cut.json && reason metadata/should-fail/cut.json 'offset'
printf '%s' "${whole%\}},\"kernel\":\"other\"}" >metadata/should-fail/twice.json && reason metadata/should-fail/twice.json kernel

line="$zeros  ovmf.fd\n"
printf "$line" >sums/good/one
printf "$line${zeros//0/a}  bzImage\n${zeros//0/F}  measurement.tdx.cbor\n" >sums/good/three

bad_sums() { printf "$3" >"sums/should-fail/$1"; reason "sums/should-fail/$1" "$2"; }
bad_sums empty 'no line feed at its end' ''
bad_sums no-line-feed 'no line feed at its end' "${line%??}"
bad_sums nul 'a NUL in it' "$line\0\n"
bad_sums empty-line 'line 2: not 64 hexadecimal digits, two spaces and a name' "$line\n"
bad_sums short-digest 'line 1: not 64 hexadecimal digits, two spaces and a name' "${line#0}"
bad_sums long-digest 'line 1: not 64 hexadecimal digits, two spaces and a name' "0$line"
bad_sums not-hex 'line 1: not 64 hexadecimal digits, two spaces and a name' "g${line#0}"
bad_sums one-space 'line 1: not 64 hexadecimal digits, two spaces and a name' "$zeros ovmf.fd\n"
bad_sums binary 'line 1: not 64 hexadecimal digits, two spaces and a name' "$zeros *ovmf.fd\n"
bad_sums three-spaces 'line 1: not the name of a file in the folder' "$zeros   ovmf.fd\n"
bad_sums no-name 'line 1: not the name of a file in the folder' "$zeros  \n"
bad_sums path 'line 1: not the name of a file in the folder' "$zeros  ./ovmf.fd\n"
bad_sums up 'line 1: not the name of a file in the folder' "$zeros  ..\n"
bad_sums further-field 'line 1: not the name of a file in the folder' "$zeros  ovmf.fd x\n"
bad_sums carriage-return 'line 1: not the name of a file in the folder' "$zeros  ovmf.fd\r\n"
bad_sums not-utf8 'line 1: not the name of a file in the folder' "$zeros  \xff\n"
bad_sums itself 'line 2: the list is in itself' "$line$zeros  sha256sum.txt\n"
bad_sums twice 'line 2: ovmf.fd is there twice' "$line$line"
for i in {1..65}; do printf '%s  %s\n' "$zeros" "$i"; done >sums/should-fail/many && reason sums/should-fail/many 'line 65: more than 64 files'

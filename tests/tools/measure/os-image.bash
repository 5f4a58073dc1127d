# Loaded by the tests of tdx-predict, after the general helpers: OS images, and the digests of others.
# shellcheck shell=bash

VARIABLES=/usr/share/OVMF/OVMF_VARS_4M.fd # the CFV section of dstack's firmware: spec: tdx-boot-spec.md 3.1
CMDLINE="console=ttyS0 init=/init dstack.rootfs_hash=$(printf '%064d' 7) dstack.rootfs_size=4096"

# small_files LAYOUT: firmware, kernel and initrd with the least in them, in the current folder.
small_files() {
	need perl
	[ -e "$VARIABLES" ] || skip "needs $VARIABLES (package ovmf)"
	perl "$ROOT/tests/tools/measure/firmware.pl" "$1" "$VARIABLES" >ovmf.fd
	perl "$ROOT/tests/tools/measure/kernel.pl" >bzImage
	printf 'an initrd' >initramfs.cpio.gz
}

# os_image: makes of them an OS image in the folder os.
os_image() {
	mkdir os
	mv ovmf.fd bzImage initramfs.cpio.gz os
	jq -n --arg cmdline "$CMDLINE" '{bios: "ovmf.fd", kernel: "bzImage", cmdline: $cmdline, initrd: "initramfs.cpio.gz",
		rootfs: "rootfs.img.parted.verity", version: "0.5.5", git_revision: "abc", shared_ro: true, is_dev: false}' >os/metadata.json
	list
}

# list [FILE...]: writes the list of checksums anew.
list() {
	[ $# -gt 0 ] || set -- ovmf.fd bzImage initramfs.cpio.gz metadata.json
	(cd os && sha256sum "$@" >sha256sum.txt && sha256sum sha256sum.txt | cut -d' ' -f1 >digest.txt)
}

# metadata JQ: changes metadata.json, and the list with it.
metadata() {
	jq "$1" os/metadata.json >changed
	mv changed os/metadata.json
	list
}

# on_small_files OPTION...: of the files in the current folder
on_small_files() {
	expect 0 tdx-predict --firmware ovmf.fd --kernel bzImage --initrd initramfs.cpio.gz --cmdline quiet --json "$@"
}

# of EXPRESSION: of the JSON printed last
of() { jq -r "$1" <<<"$output"; }

#!/usr/bin/env bats
# A real boot: QEMU, OVMF, a kernel and a TPM whose bank is SHA-384. What the guest's own event log says is what
# tdx-predict says. spec: tdx-boot-spec.md 7 (K10), 8 (which PCR is in which register)
load ../helpers
load ../debian-kernel

FIRMWARE=/usr/share/ovmf/OVMF.fd

setup() {
	need qemu-system-x86_64 swtpm swtpm_setup busybox cpio jq perl
	[ -e "$FIRMWARE" ] || skip "needs $FIRMWARE"
	debian_kernel
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/swtpm.pid" ] || kill "$(<"$BATS_TEST_TMPDIR/swtpm.pid")" 2>/dev/null || true
}

# Prints the event log on the console, and nothing else that begins like it.
make_initrd() {
	mkdir -p root/bin
	cp "$(command -v busybox)" root/bin/busybox
	cat >root/init <<-'END'
		#!/bin/busybox sh
		/bin/busybox mkdir -p /sys
		/bin/busybox mount -t sysfs none /sys
		/bin/busybox mount -t securityfs none /sys/kernel/security
		/bin/busybox base64 /sys/kernel/security/tpm0/binary_bios_measurements | /bin/busybox sed 's/^/log: /'
		/bin/busybox poweroff -f
	END
	chmod 755 root/init
	(cd root && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | gzip -9n >initrd
}

start_tpm() {
	mkdir tpm
	swtpm_setup --tpm2 --tpmstate "$PWD/tpm" --pcr-banks sha384 --createek >tpm.log 2>&1
	# An address has room for 107 bytes, so the name is short and QEMU is started in the folder.
	swtpm socket --tpm2 --tpmstate "dir=$PWD/tpm" --ctrl type=unixio,path=tpm.socket --flags startup-clear \
		--terminate --daemon --pid "file=$PWD/swtpm.pid"
}

# boot MIB CMDLINE: the guest's events, `PCR TYPE DIGEST` a line each, in the file events.
boot() {
	start_tpm
	timeout 300 qemu-system-x86_64 -machine q35,smm=off,hpet=off,pic=off,kernel-irqchip=off -accel tcg -cpu qemu64 \
		-m "$1" -smp 1 -bios "$FIRMWARE" -kernel "$KERNEL" -initrd initrd -append "$2" -nodefaults -no-reboot \
		-display none -serial file:console -chardev socket,id=tpm,path=tpm.socket \
		-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0 >qemu.log 2>&1 || cat qemu.log >&2
	tr -d '\r' <console | sed -n 's/^log: //p' | base64 -d >log
	perl "$ROOT/tests/end-to-end/tcg-log.pl" <log >events
}

# predict MIB CMDLINE [NAME]: `NAME DIGEST` of every event, or the digest of one.
predict() {
	tdx-predict --firmware "$FIRMWARE" --kernel "$KERNEL" --initrd initrd --cmdline "$2" --cpus 1 --memory "$1M" --json |
		jq -r --arg name "${3-}" '.events[] | if $name == "" then "\(.name) \(.sha384)" else select(.name == $name).sha384 end'
}

# in_log PCR TYPE NAME: the event that was predicted is in the guest's log, in that PCR and of that type.
in_log() {
	local digest
	while read -r digest; do
		grep -qx "$1 $2 $digest" events || {
			printf '%s: predicted %s, and PCR %s has with type %s:\n' "$3" "$digest" "$1" "$2" >&2
			grep "^$1 $2 " events >&2
			return 1
		}
	done < <(sed -n "s/^$3 //p" predicted | grep .)
	grep -q "^$3 " predicted
}

# explained MIB CMDLINE: boots, and compares every event that a boot without TDX has too.
explained() {
	boot "$@"
	predict "$@" >predicted
	same 20 "$(wc -l <predicted)" "predicted events"
	for name in PK KEK db dbx; do in_log 7 80000001 $name; done
	in_log 7 4 separator
	in_log 4 4 separator
	for name in BootOrder Boot0000; do in_log 1 80000002 $name; done
	in_log 4 80000003 kernel
	in_log 4 80000007 calling-efi-application
	for name in exit-boot-services-invocation exit-boot-services-returned; do in_log 5 80000007 $name; done
	for name in cmdline initrd; do in_log 9 6 $name; done
	# All of these registers' events were predicted, but for the two things that are known to differ: SecureBoot
	# exists here, and there are separators in more PCRs.
	same "$(printf '%s\n' '7 80000001 cfa4e2c606f572627bf06d5669cc2ab1128358d27b45bc63ee9ea56ec109cfafb7194006f847a6a74b5eaed6b73332ec')" \
		"$(grep -v '^[0236] ' events | grep -v -F -f <(cut -d' ' -f2 predicted))"
	# And in the order of the registers: spec: tdx-boot-spec.md 4, 5
	same "$(sed -n '/^kernel /p; /^calling/p; /^exit/p' predicted | cut -d' ' -f2)" \
		"$(grep -E '^[45] 8' events | cut -d' ' -f3)"
	same "$(sed -n '/^cmdline /p; /^initrd /p' predicted | cut -d' ' -f2)" "$(grep '^9 ' events | cut -d' ' -f3)"
}

@test "a guest with 2 GiB measured what was predicted" {
	make_initrd
	explained 2048 'console=ttyS0 quiet'
}

@test "a guest with 700 MiB and a vga= measured what was predicted, which the memory is part of" {
	make_initrd
	explained 700 'console=ttyS0 quiet vga=0x317 panic=-1'
	kernel=$(predict 700 'console=ttyS0 quiet vga=0x317 panic=-1' kernel)
	[ "$kernel" != "$(predict 701 'console=ttyS0 quiet vga=0x317 panic=-1' kernel)" ]
	[ "$kernel" != "$(predict 700 'console=ttyS0 quiet panic=-1' kernel)" ]
}

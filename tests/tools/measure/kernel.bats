# Kernels as QEMU patches them, beside QEMU itself: it is started with each, stopped, and asked over its monitor for the
# setup code that it would give to the firmware.
load ../../helpers
load ../../debian-kernel

PATCHED=$TESTBIN/tools/measure/kernel
GOOD=$VECTORS/kernel/good
BYTES=656 # of the header, all that is patched among them

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# qemu KERNEL MIB INITRD CMDLINE: the first bytes of the kernel as QEMU patches them. fw_cfg's item 0x18 is the setup code.
qemu() {
	truncate -s "$3" initrd
	{
		echo 'o/h 0x510 0x18'
		for ((i = 0; i < BYTES; i++)); do echo 'i/b 0x511'; done
		echo q
	} | qemu-system-x86_64 -machine q35 -accel tcg -S -display none -nodefaults -monitor stdio -m "$2" \
		-kernel "$1" -initrd initrd -append "$4" | perl -ne 'print chr hex $1 if /portb\[0x0511\] = 0x([0-9a-f]+)/'
}

# as_qemu KERNEL MIB INITRD CMDLINE
as_qemu() {
	qemu "$@" >theirs
	same "$BYTES" "$(stat -c %s theirs)" "bytes from QEMU for $*"
	"$PATCHED" "$@" >ours 2>notes
	head -c "$BYTES" ours | cmp - theirs || {
		echo "QEMU differs for $*" >&2
		return 1
	}
	same 4096 "$(stat -c %s ours)"
	tail -c +$((BYTES + 1)) ours | cmp - <(head -c 4096 "$1" | tail -c +$((BYTES + 1)))
}

@test "every kind of kernel, with memory below and above what the initrd's place depends on" {
	need qemu-system-x86_64 perl
	for kernel in "$GOOD"/*; do
		as_qemu "$kernel" 2500 5000001 'console=ttyS0'
	done
	as_qemu "$GOOD/low-initrd" 512 5000000 ''
}

@test "memory of every kind" {
	need qemu-system-x86_64 perl
	for memory in 128 2048 2815 2816; do
		as_qemu "$GOOD/not-above-4g" "$memory" 4097 x
	done
}

@test "vga= in the command line" {
	need qemu-system-x86_64 perl
	for cmdline in 'nvga=normal' 'vga=ext quiet' 'quiet vga=askew' 'vga=0x317 vga=2' 'vga=010' vga=65537; do
		as_qemu "$GOOD/plain" 600 100 "$cmdline"
		one_line "$(<notes)" "kernel: dstack's tool ignores vga= in the command line"
	done
	for cmdline in vga= 'vga=x' 'vga=12x' vga=4294967296; do
		expect 2 "$PATCHED" "$GOOD/plain" 600 100 "$cmdline"
		one_line "$stderr" "command line: QEMU does not start with this vga="
	done
	truncate -s 100 initrd
	for cmdline in vga= vga=4294967296; do
		expect 1 qemu-system-x86_64 -machine q35 -S -display none -nodefaults -kernel "$GOOD/plain" -initrd initrd -append "$cmdline"
		[[ $stderr == *"invalid 'vga=' kernel parameter"* ]]
	done
}

@test "an initrd that just fits, and one that does not" {
	need qemu-system-x86_64 perl
	# Of 16 MiB, 160 KiB are kept for tables, and the last byte for itself.
	as_qemu "$GOOD/plain" 16 $((16 * 1024 * 1024 - 163840 - 2)) x
	expect 2 "$PATCHED" "$GOOD/plain" 16 $((16 * 1024 * 1024 - 163840 - 1)) x
	one_line "$stderr" "initrd: 16613375 bytes are too many for 16 MiB of memory and this kernel"
	truncate -s $((16 * 1024 * 1024 - 163840 - 1)) initrd
	expect 1 qemu-system-x86_64 -machine q35 -m 16 -S -display none -nodefaults -kernel "$GOOD/plain" -initrd initrd
	[[ $stderr == *"initrd is too large"* ]]
	expect 2 "$PATCHED" "$GOOD/plain" 4096 4294967296 x
	one_line "$stderr" "initrd: 4294967296 bytes are too many"
}

@test "a real kernel" {
	need qemu-system-x86_64 perl
	debian_kernel
	as_qemu "$KERNEL" 2048 2063780 'console=ttyS0 earlyprintk=ttyS0'
	same '' "$(<notes)"
}

@test "what is malformed is refused with its reason" {
	local file count=0
	for file in "$VECTORS"/kernel/should-fail/*; do
		[[ $file != *.reason ]] || continue
		expect 2 "$PATCHED" "$file" 2048 5000000 x
		same "kernel: $file: $(<"$file.reason")" "$stderr"
		count=$((count + 1))
	done
	same 7 "$count"
}

# spec: tdx-boot-spec.md 4.1
@test "where dstack's own tool does something else is noted" {
	"$PATCHED" "$GOOD/filled" 2048 100 x 2>notes >/dev/null
	one_line "$(<notes)" "clears the two bytes at 0x226"
	"$PATCHED" "$GOOD/not-5-level" 2500 100 x 2>notes >/dev/null
	one_line "$(<notes)" "places the initrd elsewhere"
	"$PATCHED" "$GOOD/plain" 2500 100 x 2>notes >/dev/null
	same '' "$(<notes)"
}

@test "without an initrd its fields stay as they are" {
	"$PATCHED" "$GOOD/plain" 2048 0 x >none
	same '0 0 0 0 0 0 0 0' "$(od -An -tu1 -j $((0x218)) -N 8 none | xargs)"
}

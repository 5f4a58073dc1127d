# ACPI tables, ours and those of a real QEMU 10, byte for byte. `make check-qemu` makes the QEMU (tests/qemu/debian.lock).

load ../helpers
load helpers

setup() {
	need perl bwrap
	[ -e "$QEMU_ROOT/usr/bin/qemu-system-x86_64" ] || skip "needs $QEMU_ROOT; run make check-qemu"
	mkdir "$BATS_TEST_TMPDIR/qemu" "$BATS_TEST_TMPDIR/ours"
}

# Each line of standard input is a shape.
compare() {
	local shape file count=0
	while read -ra shape; do
		qemu "$BATS_TEST_TMPDIR/qemu" "${shape[@]}"
		"$TESTBIN/tools/measure/acpi" dump "$BATS_TEST_TMPDIR/ours" qemu=10.0.2 "${shape[@]}"
		for file in loader rsdp tables; do
			cmp "$BATS_TEST_TMPDIR/qemu/$file" "$BATS_TEST_TMPDIR/ours/$file" || {
				echo "${shape[*]}: $file differs" >&2
				return 1
			}
			rm "$BATS_TEST_TMPDIR/qemu/$file" "$BATS_TEST_TMPDIR/ours/$file"
		done
		count=$((count + 1))
	done
	[ $count -ge 8 ]
}

@test "CPUs" {
	compare <<-END
		cpus=1
		cpus=2 pic=1
		cpus=3 hotplug_off=1
		cpus=8
		cpus=9
		cpus=16 mem=4096 pic=1
		cpus=17
		cpus=64 hotplug_off=1 pic=1
		cpus=128 smm=1
		cpus=200 mem=8192
		cpus=255
		cpus=256
		cpus=257 pic=1 hugepages=1
	END
}

@test "memory, switches, and the 64-bit hole" {
	compare <<-END
		mem=512
		mem=1024 pic=1
		mem=2047
		mem=2815
		mem=2816
		mem=3072 smm=1
		mem=4096 smm=1 pic=1 hotplug_off=1
		mem=16384
		mem=262144
		mem=500001
		hole64=0x1000000000
		hole64=0x4000000000 pic=1
		hole64=0x60000000
		hole64=1
	END
}

@test "endpoints" {
	compare <<-END
		cdrom=1
		cdrom=1 nics=0
		nics=2
		nics=3 volumes=2 hotplug_off=1
		volumes=1
		volumes=5 pic=1 cpus=4
		volumes=11
		volumes=12
		volumes=20
		volumes=25
		volumes=25 hotplug_off=1
	END
}

@test "GPUs and NVSwitches" {
	compare <<-END
		gpus=1
		gpus=1 hotplug_off=1
		gpus=2 pic=1
		gpus=3 volumes=2
		gpus=8 nvswitches=4
		gpus=8 nvswitches=4 hotplug_off=1 cpus=24
		nvswitches=1
		nvswitches=2 hotplug_off=1
		gpus=20 nvswitches=5
	END
}

@test "huge pages, with and without the PCI expander" {
	compare <<-END
		hugepages=1
		hugepages=1 mem=1024 cpus=2
		hugepages=1 mem=2816 pic=1
		hugepages=1 mem=8192 cpus=12 hotplug_off=1
		hugepages=1 gpus=1
		hugepages=1 gpus=1 hotplug_off=1 cpus=16
		hugepages=1 gpus=8 nvswitches=4
		hugepages=1 gpus=8 nvswitches=4 hotplug_off=1
		hugepages=1 gpus=2 nvswitches=3 volumes=9
		hugepages=1 gpus=1 nvswitches=5 volumes=7
		hugepages=1 gpus=32
		hugepages=1 nvswitches=2
	END
}

@test "what QEMU has no room for is refused here too" {
	local shape
	for shape in volumes=26 'gpus=20 nvswitches=6' 'hugepages=1 volumes=12 gpus=1' 'hugepages=1 gpus=33'; do
		# shellcheck disable=SC2086 # several words
		expect 2 "$TESTBIN/tools/measure/acpi" digests qemu=10.0.2 $shape
		# shellcheck disable=SC2086
		run --separate-stderr qemu "$BATS_TEST_TMPDIR/qemu" $shape
		[ "$status" -ne 0 ]
		[[ $stderr == *'no slot/function available'* || $stderr == *'slot 16 function 0 not available'* ]] || {
			echo "$shape: $stderr" >&2
			return 1
		}
	done
}

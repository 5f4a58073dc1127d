# Loaded by the comparison with QEMU, after the general helpers: a machine of some shape, in a QEMU of its own root.
# shellcheck shell=bash

QEMU_ROOT=$ROOT/build/qemu

# machine KEY=VALUE...: prints QEMU's arguments, one a line; keys as in tests/tools/measure/acpi.c. What an endpoint is
# does not matter, so they are what needs nothing of the host; the same for what is in a GPU's place.
# spec: tdx-boot-spec.md 3.6
machine() {
	local cpus=1 mem=2048 pic=0 smm=0 hotplug_off=0 hugepages=0 cdrom=0 volumes=0 nics=1 gpus=0 nvswitches=0 hole64=0 qemu=
	local "$@"
	local switch=(off on) i port=0 bus=pcie.0
	printf '%s\n' -S -accel tcg -cpu qemu64,+x2apic -smp "$cpus" -m "${mem}M" -display none -nodefaults -serial null -qmp stdio \
		-machine "q35,hpet=off,smm=${switch[smm]},pic=${switch[pic]}" \
		-object "memory-backend-ram,id=ram,size=${mem}M,reserve=off"
	for ((i = 0; i < 3 + volumes + nics + !cdrom; i++)); do printf '%s\n' -device virtio-rng-pci; done
	if [ $hugepages -ne 0 ]; then
		printf '%s\n' -numa node,nodeid=0,memdev=ram
	else
		printf '%s\n' -machine memory-backend=ram
	fi
	if [ $hugepages -ne 0 ] && [ "$gpus" -gt 0 ]; then
		printf '%s\n' -device pxb-pcie,id=pxb,bus=pcie.0,addr=10,numa_node=0,bus_nr=5
		bus=pxb
	fi
	for ((i = 0; i < gpus + nvswitches; i++)); do
		[ "$i" -lt "$gpus" ] || bus=pcie.0
		port=$((port + 1))
		printf '%s\n' -device "pcie-root-port,id=port$port,bus=$bus,chassis=$port" -device "virtio-rng-pci,bus=port$port"
	done
	[ $hotplug_off -eq 0 ] || printf '%s\n' -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off
	[ "$hole64" = 0 ] || printf '%s\n' -global "q35-pcihost.pci-hole64-size=$hole64"
}

# qemu FOLDER KEY=VALUE...: FOLDER gets the files of that machine.
qemu() {
	local folder=$1 arguments
	shift
	mapfile -t arguments < <(machine "$@")
	"$ROOT/tests/qemu/fw-cfg.pl" "$folder" bwrap --ro-bind "$QEMU_ROOT" / --proc /proc --dev /dev --tmpfs /tmp \
		--bind "$folder" /tmp/out --unshare-all --die-with-parent --clearenv -- \
		/usr/bin/qemu-system-x86_64 "${arguments[@]}"
}

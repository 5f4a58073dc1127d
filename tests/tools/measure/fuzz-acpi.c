/* corpus: vectors/acpi/shapes
 * A shape is what a stranger's VmConfig says. 30 bytes are one: cpus, volumes, nics, gpus, nvswitches (u16 each), QEMU
 * (3 bytes), flags, memory in MiB and hole64 (u64 each). Either it is refused with a reason or all
 * files have their form: tables back to back up to the RSDT, which the RSDP points to. */
#include "acpi.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number(const uint8_t *at, size_t size)
{
	uint64_t value = 0;
	for (size_t i = size; i--;)
		value = value << 8 | at[i];
	return value;
}

static struct shape shape_of(const uint8_t *at)
{
	unsigned flags = at[13];
	return (struct shape){
		.cpus = (unsigned)number(at, 2),
		.volumes = (unsigned)number(at + 2, 2),
		.nics = (unsigned)number(at + 4, 2),
		.gpus = (unsigned)number(at + 6, 2),
		.nvswitches = (unsigned)number(at + 8, 2),
		.qemu = {{at[10], at[11], at[12]}},
		.pic = flags & 1,
		.smm = flags & 2,
		.hotplug_off = flags & 4,
		.hugepages = flags & 8,
		.cdrom = flags & 16,
		.memory = number(at + 14, 8) << 20,
		.hole64 = number(at + 22, 8),
	};
}

static void check(const struct acpi *acpi)
{
	const uint8_t *tables = (const uint8_t *)acpi->tables.data;
	size_t at = 0, last = 0, end = acpi->tables.size;
	if (!end || end % ACPI_TABLES_UNIT || acpi->rsdp.size != ACPI_RSDP_SIZE ||
	    acpi->loader.size != ACPI_LOADER_SIZE)
		abort();
	while (at < end && tables[at]) {
		uint64_t length = number(tables + at + 4, 4);
		if (length < 36 || length > end - at)
			abort();
		last = at;
		at += length;
	}
	if (memcmp(tables + last, "RSDT", 4) != 0 || number((const uint8_t *)acpi->rsdp.data + 16, 4) != last)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct acpi acpi; /* used again and again, as a search does */
	struct err err = {0};
	if (size < 30)
		return 0;
	struct shape shape = shape_of(data);
	acpi_doubt(&shape);
	if (acpi_build(&shape, &acpi, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	check(&acpi);
	return 0;
}

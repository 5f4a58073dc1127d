#include "acpi_parts.h"

#include <string.h>

enum { MIB = 1 << 20, EXPANDER_SLOTS = 32, XAPIC_CPUS = 255 };

void acpi_free(struct acpi *acpi)
{
	bytes_free(&acpi->tables);
	bytes_free(&acpi->rsdp);
	bytes_free(&acpi->loader);
}

bool acpi_before(const struct shape *shape, unsigned major, unsigned minor)
{
	return !shape_version_from(shape->qemu, major, minor);
}

uint64_t acpi_low_memory(uint64_t memory)
{
	return memory < 0xb0000000 ? memory : 0x80000000;
}

uint64_t acpi_hole64_last(const struct shape *shape)
{
	return (ACPI_HOLE64 + shape->hole64 - 1) | (ACPI_HOLE64_UNIT - 1);
}

/* hd1, volumes, NICs, vsock, the share, and the root file system's disk */
static uint64_t endpoints(const struct shape *shape)
{
	return UINT64_C(3) + shape->volumes + shape->nics + !shape->cdrom;
}

unsigned acpi_endpoints(const struct shape *shape)
{
	return (unsigned)endpoints(shape);
}

bool acpi_expander(const struct shape *shape)
{
	return shape->hugepages && shape->gpus;
}

static uint64_t ports(const struct shape *shape)
{
	return (acpi_expander(shape) ? UINT64_C(0) : shape->gpus) + shape->nvswitches;
}

unsigned acpi_ports(const struct shape *shape)
{
	return (unsigned)ports(shape);
}

/* spec: tdx-boot-spec.md 3.10 (11) */
unsigned acpi_port_slot(const struct shape *shape, unsigned k)
{
	unsigned slot = acpi_endpoints(shape) + 1 + k;
	return acpi_expander(shape) && slot >= ACPI_EXPANDER_SLOT ? slot + 1 : slot;
}

static int check_slots(const struct shape *shape, struct err *err)
{
	uint64_t used = endpoints(shape) + ports(shape) + acpi_expander(shape);
	if (used > ACPI_LAST_SLOT)
		return err_bad(err, "%ju devices on the PCI bus: it has %d slots", (uintmax_t)used, ACPI_LAST_SLOT);
	if (!acpi_expander(shape))
		return 0;
	if (shape->gpus > EXPANDER_SLOTS)
		return err_bad(err, "%u GPUs behind the PCI expander: it has %d slots", shape->gpus, EXPANDER_SLOTS);
	if (endpoints(shape) >= ACPI_EXPANDER_SLOT)
		return err_bad(err, "%ju endpoints: with huge pages and GPUs slot %d is the PCI expander's",
			       (uintmax_t)endpoints(shape), ACPI_EXPANDER_SLOT);
	return 0;
}

static int check_memory(const struct shape *shape, struct err *err)
{
	if (!shape->memory || shape->memory % MIB)
		return err_bad(err, "memory: %ju bytes: not a number of MiB", (uintmax_t)shape->memory);
	if (shape->memory > ACPI_HOLE64 - 0x80000000)
		return err_bad(err, "memory: %ju bytes: reaches the 64-bit PCI hole", (uintmax_t)shape->memory);
	if (!shape->hole64 || shape->hole64 - 1 > UINT64_MAX - ACPI_HOLE64)
		return err_bad(err, "64-bit PCI hole: %ju bytes: ends beyond 2^64", (uintmax_t)shape->hole64);
	return 0;
}

int acpi_check(const struct shape *shape, struct err *err)
{
	if (!shape->cpus || shape->cpus > ACPI_CPUS)
		return err_bad(err, "%u CPUs: there can be 1 to %d", shape->cpus, ACPI_CPUS);
	if (acpi_before(shape, 8, 0) || !acpi_before(shape, 11, 0))
		return err_bad(err, "QEMU %u.%u.%u: the tables of 8 to 10 are known", shape->qemu.part[0],
			       shape->qemu.part[1], shape->qemu.part[2]);
	return check_memory(shape, err) ? -1 : check_slots(shape, err);
}

const char *acpi_doubt(const struct shape *shape)
{
	if (acpi_expander(shape) && acpi_before(shape, 10, 0))
		return "GPUs with huge pages below QEMU 10: how the PCI expander's interrupts are written is only "
		       "known for 10";
	if (acpi_expander(shape))
		return "GPUs with huge pages: the firmware gives the PCI expander bus numbers and windows that no "
		       "captured log shows";
	if (shape->nvswitches || shape->gpus > 1)
		return "more than one GPU, or NVSwitches: their BARs may move the 64-bit PCI hole; no captured log "
		       "confirms it";
	if (shape->hugepages && acpi_before(shape, 10, 0))
		return "huge pages below QEMU 10: compared with QEMU 10 only";
	if (acpi_ports(shape) && !shape->hotplug_off && acpi_before(shape, 9, 2))
		return "hot-plug of GPUs below QEMU 9.2: derived from 9.2, compared with nothing";
	if (shape->hole64 % ACPI_HOLE64_UNIT)
		return "a 64-bit PCI hole that is not a number of GiB: QEMU itself makes it larger, other predictions "
		       "may not";
	if (shape->cpus >= XAPIC_CPUS)
		return "255 CPUs and more: no captured log confirms it";
	return NULL;
}

void acpi_table_begin(struct aml *out, const char signature[4], unsigned revision)
{
	aml_put(out, signature, 4);
	aml_le(out, 0, 4);
	aml_le(out, revision, 1);
	PUT(out, "\0" /* the checksum: filled in by the loader, after this was measured */
		 "BOCHS "
		 "BXPC    "
		 "\1\0\0\0"
		 "BXPC"
		 "\1\0\0\0");
}

struct acpi_place acpi_table_end(struct aml *out, size_t at)
{
	struct acpi_place place = {(uint32_t)at, (uint32_t)(out->out->size - at)};
	if (!out->failed)
		for (int i = 0; i < 4; i++)
			out->out->data[at + 4 + i] = (char)(place.size >> 8 * i);
	return place;
}

/* spec: tdx-boot-spec.md 3.8.2 */
static void facs(struct aml *out, const struct shape *shape)
{
	static const char rest[56];
	(void)shape;
	PUT(out, "FACS\x40\0\0\0");
	aml_put(out, rest, sizeof rest);
}

static void mcfg(struct aml *out, const struct shape *shape)
{
	(void)shape;
	acpi_table_begin(out, "MCFG", 1);
	aml_le(out, 0, 8);
	aml_le(out, 0xe0000000, 8);
	PUT(out, "\0\0\x00\xff\0\0\0\0"); /* segment 0, buses 0 to 255 */
}

static void waet(struct aml *out, const struct shape *shape)
{
	(void)shape;
	acpi_table_begin(out, "WAET", 1);
	aml_le(out, 2, 4); /* the PM timer needs no second read */
}

static struct acpi_place table(struct aml *out, void (*write)(struct aml *, const struct shape *),
			       const struct shape *shape)
{
	size_t at = out->out->size;
	write(out, shape);
	return acpi_table_end(out, at);
}

static void rsdt(struct aml *out, struct acpi_layout *layout)
{
	size_t at = out->out->size;
	acpi_table_begin(out, "RSDT", 1);
	for (unsigned i = 0; i < layout->count; i++)
		aml_le(out, layout->listed[i].at, 4);
	layout->rsdt = acpi_table_end(out, at);
}

static void tables(struct aml *out, const struct shape *shape, struct acpi_layout *layout)
{
	table(out, facs, shape);
	layout->dsdt = table(out, acpi_dsdt, shape);
	layout->listed[layout->count++] = table(out, acpi_facp, shape);
	layout->listed[layout->count++] = table(out, acpi_madt, shape);
	if (shape->hugepages)
		layout->listed[layout->count++] = table(out, acpi_srat, shape);
	layout->listed[layout->count++] = table(out, mcfg, shape);
	layout->listed[layout->count++] = table(out, waet, shape);
	rsdt(out, layout);
	static const char zeros[ACPI_TABLES_UNIT];
	aml_put(out, zeros, -out->out->size % ACPI_TABLES_UNIT);
}

static void rsdp(struct aml *out, const struct acpi_layout *layout)
{
	PUT(out, "RSD PTR "
		 "\0"
		 "BOCHS "
		 "\0");
	aml_le(out, layout->rsdt.at, 4);
}

int acpi_build(const struct shape *shape, struct acpi *acpi, struct err *err)
{
	acpi->tables.size = acpi->rsdp.size = acpi->loader.size = 0;
	if (acpi_check(shape, err))
		return -1;
	struct acpi_layout layout = {0};
	struct aml to_tables = {.out = &acpi->tables, .err = err};
	struct aml to_rsdp = {.out = &acpi->rsdp, .err = err}, to_loader = {.out = &acpi->loader, .err = err};
	tables(&to_tables, shape, &layout);
	rsdp(&to_rsdp, &layout);
	acpi_loader(&to_loader, &layout);
	return to_tables.failed || to_rsdp.failed || to_loader.failed ? -1 : 0;
}

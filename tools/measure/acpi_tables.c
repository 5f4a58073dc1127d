/* The tables of fixed form that depend on the shape. spec: tdx-boot-spec.md 3.8.2 */
#include "acpi_parts.h"

#include <string.h>

enum { PM_BASE = 0x600, X2APIC_FROM = 255 };

/* A register in I/O space, of so many bits. */
static void address(struct aml *out, uint8_t width, uint64_t at)
{
	aml_put(out, (uint8_t[]){1, width, 0, 0}, 4);
	aml_le(out, at, 8);
}

static void skip(struct aml *out, size_t size)
{
	static const uint8_t zeros[24];
	aml_put(out, zeros, size);
}

/* PM1a_EVT_BLK to GPE1_BLK: I/O ports of the chipset as the firmware programs them. */
static void ports(struct aml *out)
{
	static const uint16_t ports[] = {PM_BASE, 0, PM_BASE + 4, 0, 0, PM_BASE + 8, PM_BASE + 0x20, 0};
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		aml_le(out, ports[i], 4);
}

/* From offset 116 on: the same registers as 64-bit addresses. */
static void addresses(struct aml *out)
{
	address(out, 8, 0xcf9); /* reset */
	PUT(out, "\x0f\0\0\0");
	aml_le(out, 0, 8);
	aml_le(out, 0x40, 8); /* DSDT */
	address(out, 0x20, PM_BASE);
	skip(out, 12);
	address(out, 0x10, PM_BASE + 4);
	skip(out, 24);
	address(out, 0x20, PM_BASE + 8);
	address(out, 0x80, PM_BASE + 0x20);
	skip(out, 12);
}

void acpi_facp(struct aml *out, const struct shape *shape)
{
	bool smm = shape->smm;
	acpi_table_begin(out, "FACP", 3);
	aml_le(out, 0, 4);    /* FACS */
	aml_le(out, 0x40, 4); /* DSDT */
	PUT(out, "\1\0");
	aml_le(out, 9, 2); /* SCI */
	aml_le(out, smm ? 0xb2 : 0, 4);
	aml_put(out, (uint8_t[]){smm ? 2 : 0, smm ? 3 : 0}, 2);
	aml_le(out, 0, 2);
	ports(out);
	PUT(out, "\4\2\0\4\x10\0\0\0"); /* their lengths */
	aml_le(out, 0xfff, 2);
	aml_le(out, 0xfff, 2);
	skip(out, 8);
	PUT(out, "\x32\2\0\0"); /* century, and PC devices that are there */
	aml_le(out, 0x84a5 | (shape->cpus > 8 ? 0x40000 : 0), 4);
	addresses(out);
}

size_t acpi_cpu_entry(unsigned cpu, uint8_t into[16])
{
	uint8_t low = (uint8_t)cpu, high = (uint8_t)(cpu >> 8);
	if (cpu < X2APIC_FROM) {
		memcpy(into, (uint8_t[]){0x00, 8, low, low, 1, 0, 0, 0}, 8);
		return 8;
	}
	memcpy(into, (uint8_t[16]){0x09, 16, 0, 0, low, high, 0, 0, 1, 0, 0, 0, low, high}, 16);
	return 16;
}

static void override(struct aml *out, uint8_t irq, uint32_t gsi, uint16_t flags)
{
	aml_put(out, (uint8_t[]){0x02, 10, 0, irq}, 4);
	aml_le(out, gsi, 4);
	aml_le(out, flags, 2);
}

/* The PIT's interrupt is 2; which others are overridden changed with 9.2. */
static void overrides(struct aml *out, const struct shape *shape)
{
	bool old = acpi_before(shape, 9, 2);
	override(out, 0, 2, old ? 5 : 0);
	for (uint8_t irq = 1; irq < 16; irq++)
		if (old)
			override(out, irq, irq, 5);
		else if (irq == 5 || (irq >= 9 && irq <= 11))
			override(out, irq, irq, 0x0d);
}

void acpi_madt(struct aml *out, const struct shape *shape)
{
	acpi_table_begin(out, "APIC", 3);
	aml_le(out, 0xfee00000, 4);
	aml_le(out, shape->pic, 4);
	for (unsigned cpu = 0; cpu < shape->cpus; cpu++) {
		uint8_t entry[16];
		aml_put(out, entry, acpi_cpu_entry(cpu, entry));
	}
	PUT(out, "\x01\x0c\0\0\0\0\xc0\xfe\0\0\0\0"); /* I/O APIC at 0xfec00000 */
	overrides(out, shape);
	if (shape->cpus > X2APIC_FROM)
		PUT(out, "\x0a\x0c\0\0\xff\xff\xff\xff\x01\0\0\0"); /* NMI on every CPU's LINT1 */
	else
		PUT(out, "\x04\x06\xff\0\0\x01");
}

static void srat_cpu(struct aml *out, unsigned cpu)
{
	if (cpu < X2APIC_FROM) {
		aml_put(out, (uint8_t[8]){0x00, 16, 0, (uint8_t)cpu, 1}, 8);
		aml_le(out, 0, 8);
		return;
	}
	PUT(out, "\x02\x18\0\0\0\0\0\0");
	aml_le(out, cpu, 4);
	PUT(out, "\1\0\0\0");
	skip(out, 8);
}

/* A range of node 0; one without bytes is none. */
static void srat_memory(struct aml *out, uint64_t base, uint64_t size)
{
	PUT(out, "\x01\x28\0\0\0\0\0\0");
	aml_le(out, size ? base : 0, 8);
	aml_le(out, size, 8);
	aml_le(out, 0, 4);
	aml_le(out, size ? 1 : 0, 4);
	aml_le(out, 0, 8);
}

/* spec: tdx-boot-spec.md 3.8.2 (SRAT), 3.10 (10) */
void acpi_srat(struct aml *out, const struct shape *shape)
{
	uint64_t low = acpi_low_memory(shape->memory), high = shape->memory - low;
	acpi_table_begin(out, "SRAT", 1);
	aml_le(out, 1, 4);
	aml_le(out, 0, 8);
	for (unsigned cpu = 0; cpu < shape->cpus; cpu++)
		srat_cpu(out, cpu);
	srat_memory(out, 0, 0xa0000);
	srat_memory(out, 0x100000, low - 0x100000);
	srat_memory(out, 0x100000000, high);
}

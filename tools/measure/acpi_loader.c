/* spec: tdx-boot-spec.md 3.8.2 (etc/table-loader), 3.10 (9) */
#include "acpi_parts.h"

#include <string.h>

enum {
	COMMAND_SIZE = 128,
	FILE_NAME_SIZE = 56,
	ALLOCATE = 1,
	ADD_POINTER = 2,
	ADD_CHECKSUM = 3,
	ZONE_HIGH = 1,
	ZONE_FSEG = 2,
	CHECKSUM_AT = 9,      /* in a table's header */
	RSDP_CHECKSUM_AT = 8, /* in the RSDP */
	RSDP_RSDT_AT = 16,
	HEADER_SIZE = 36,
	FACP_FACS_AT = 36,
	FACP_DSDT_AT = 40,
	FACP_X_DSDT_AT = 140,
};

static const char tables_file[FILE_NAME_SIZE] = "etc/acpi/tables", rsdp_file[FILE_NAME_SIZE] = "etc/acpi/rsdp";

static void pad(struct aml *out, size_t to)
{
	static const uint8_t zeros[COMMAND_SIZE];
	while (!out->failed && out->out->size < to) {
		size_t left = to - out->out->size;
		aml_put(out, zeros, left < sizeof zeros ? left : sizeof zeros);
	}
}

static void end(struct aml *out)
{
	pad(out, (out->out->size + COMMAND_SIZE - 1) / COMMAND_SIZE * COMMAND_SIZE);
}

static void allocate(struct aml *out, const char *file, uint32_t align, uint8_t zone)
{
	aml_le(out, ALLOCATE, 4);
	aml_put(out, file, FILE_NAME_SIZE);
	aml_le(out, align, 4);
	aml_le(out, zone, 1);
	end(out);
}

static void point(struct aml *out, const char *from, uint32_t at, uint8_t size)
{
	aml_le(out, ADD_POINTER, 4);
	aml_put(out, from, FILE_NAME_SIZE);
	aml_put(out, tables_file, FILE_NAME_SIZE);
	aml_le(out, at, 4);
	aml_le(out, size, 1);
	end(out);
}

static void checksum(struct aml *out, const char *file, uint32_t result, struct acpi_place place)
{
	aml_le(out, ADD_CHECKSUM, 4);
	aml_put(out, file, FILE_NAME_SIZE);
	aml_le(out, result, 4);
	aml_le(out, place.at, 4);
	aml_le(out, place.size, 4);
	end(out);
}

static void checksum_table(struct aml *out, struct acpi_place place)
{
	checksum(out, tables_file, place.at + CHECKSUM_AT, place);
}

void acpi_loader(struct aml *out, const struct acpi_layout *layout)
{
	uint32_t facp = layout->listed[0].at;
	allocate(out, rsdp_file, 16, ZONE_FSEG);
	allocate(out, tables_file, 64, ZONE_HIGH);
	checksum_table(out, layout->dsdt);
	point(out, tables_file, facp + FACP_FACS_AT, 4);
	point(out, tables_file, facp + FACP_DSDT_AT, 4);
	point(out, tables_file, facp + FACP_X_DSDT_AT, 8);
	for (unsigned i = 0; i < layout->count; i++)
		checksum_table(out, layout->listed[i]);
	for (unsigned i = 0; i < layout->count; i++)
		point(out, tables_file, layout->rsdt.at + HEADER_SIZE + 4 * i, 4);
	checksum_table(out, layout->rsdt);
	point(out, rsdp_file, RSDP_RSDT_AT, 4);
	checksum(out, rsdp_file, RSDP_CHECKSUM_AT, (struct acpi_place){0, ACPI_RSDP_SIZE});
	pad(out, ACPI_LOADER_SIZE);
}

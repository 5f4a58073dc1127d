/* The ACPI tables that QEMU gives to the firmware, made here from the VM's shape, without QEMU.
 *
 * The firmware measures three files of fw_cfg into RTMR0 before it touches them: the tables, the RSDP, and the list of
 * commands by which it is to place them. Only what the tables' layout shows matters: how many endpoints there are,
 * never what they are. Three styles of QEMU differ: below 9.2, 9.2 up to 10, and 10.
 *
 * Sources: spec: tdx-boot-spec.md 3.8 (all of it) and 3.10, which wins.
 */
#ifndef MEASURE_ACPI_H
#define MEASURE_ACPI_H

#include "bytes.h"
#include "shape.h"

enum {
	ACPI_TABLES_UNIT = 0x20000, /* bytes, to a multiple of which the tables are zero-padded */
	ACPI_LOADER_SIZE = 4096,
	ACPI_RSDP_SIZE = 20,
	ACPI_CPUS = 4096, /* more are refused */
};

struct acpi {
	struct bytes tables; /* etc/acpi/tables */
	struct bytes rsdp;   /* etc/acpi/rsdp */
	struct bytes loader; /* etc/table-loader */
};

void acpi_free(struct acpi *acpi);
#define cleanup_acpi cleanup(acpi_free)

/* Is it a machine that can be? STATUS_BAD and the reason when not: no CPU or too many, memory that is not whole MiB or
 * reaches the PCI hole, a version of QEMU that is not known here, more devices than slots, a hole out of reach. */
int acpi_check(const struct shape *shape, struct err *err);

/* What makes the answer for this shape less certain than a captured log would, in words; NULL when nothing does.
 * spec: tdx-boot-spec.md 3.10 "Doubtful", 10 */
const char *acpi_doubt(const struct shape *shape);

/* Where memory below 4 GiB ends. spec: tdx-boot-spec.md 3.8.1 */
uint64_t acpi_low_memory(uint64_t memory);

/* Endpoints on the root bus, in slots 1 and up. spec: tdx-boot-spec.md 3.8.1 (ndev) */
unsigned acpi_endpoints(const struct shape *shape);

/* Fills all three; what was in *acpi goes, and its memory is used again, so that many shapes in a row cost no more than
 * their bytes. The caller frees *acpi in any case. STATUS_BAD as acpi_check(). */
int acpi_build(const struct shape *shape, struct acpi *acpi, struct err *err);

#endif

/* What the modules of the ACPI tables share: what they know of the shape, and the parts each writes.
 *
 * Sources: spec: tdx-boot-spec.md 3.8
 */
#ifndef MEASURE_ACPI_PARTS_H
#define MEASURE_ACPI_PARTS_H

#include "acpi.h"
#include "aml.h"

enum {
	ACPI_LISTED = 5,         /* tables that the RSDT may list */
	ACPI_EXPANDER_SLOT = 16, /* of the PCI expander that GPUs are behind when there are huge pages */
	ACPI_LAST_SLOT = 30,     /* the next is the chipset's own */
};
#define ACPI_HOLE64 0x380000000000u  /* where the 64-bit PCI hole begins */
#define ACPI_HOLE64_UNIT 0x40000000u /* it ends at a multiple, whatever size was asked for, says QEMU 10 itself */

/* Where the tables are in their file, in bytes. */
struct acpi_place {
	uint32_t at, size;
};

struct acpi_layout {
	struct acpi_place dsdt, rsdt;
	struct acpi_place listed[ACPI_LISTED]; /* FACP, APIC, SRAT when there is one, MCFG, WAET */
	unsigned count;
};

bool acpi_before(const struct shape *shape, unsigned major, unsigned minor);

/* Is there a PCI expander? */
bool acpi_expander(const struct shape *shape);

/* Where the 64-bit PCI hole ends: its last byte. */
uint64_t acpi_hole64_last(const struct shape *shape);

/* Root ports on the root bus: those of GPUs first, unless they are behind the expander, then of NVSwitches. */
unsigned acpi_ports(const struct shape *shape);

/* The slot of the root port that was made k-th, from 0. */
unsigned acpi_port_slot(const struct shape *shape, unsigned k);

/* A CPU's entry in the MADT, 8 or 16 bytes; returns its size. */
size_t acpi_cpu_entry(unsigned cpu, uint8_t into[16]);

/* The common header with a length that acpi_table_end() fills in. */
void acpi_table_begin(struct aml *out, const char signature[4], unsigned revision);
struct acpi_place acpi_table_end(struct aml *out, size_t at);

void acpi_facp(struct aml *out, const struct shape *shape);
void acpi_madt(struct aml *out, const struct shape *shape);
void acpi_srat(struct aml *out, const struct shape *shape);
void acpi_dsdt(struct aml *out, const struct shape *shape);

/* The _OSC of a PCI host: what of that which the guest asks for it may get. */
void acpi_dsdt_osc(struct aml *out, uint8_t mask);

/* A table of 128 interrupt routes, of four pins for each slot, to the links prefix + letter. prefix has three
 * characters. */
typedef char acpi_letter(unsigned slot, unsigned pin);
void acpi_dsdt_routes(struct aml *out, acpi_letter *letter, const char *prefix);

/* The parts of the DSDT that have a module of their own; the numbers are those of spec: tdx-boot-spec.md 3.8.4. */
void acpi_dsdt_host(struct aml *out, const struct shape *shape);       /* 1 to 3 */
void acpi_dsdt_interrupts(struct aml *out, const struct shape *shape); /* 4 to 6 */
void acpi_dsdt_cpus(struct aml *out, const struct shape *shape);       /* 7 and 8 */
void acpi_dsdt_windows(struct aml *out, const struct shape *shape);    /* 9 and 10 */
void acpi_dsdt_devices(struct aml *out, const struct shape *shape);    /* 13 to 15 */

/* etc/table-loader for those tables; out is empty before. */
void acpi_loader(struct aml *out, const struct acpi_layout *layout);

#endif

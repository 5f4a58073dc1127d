/* The DSDT in the order of its terms: the short ones here, the others in modules of their own.
 * spec: tdx-boot-spec.md 3.8.4; a comment's number is that of the term there. */
#include "acpi_parts.h"

/* 11 */
static void sleep_states(struct aml *out)
{
	OPEN(out, SCOPE, ROOT NO_NAME);
	PUT(out, NAME "_S3_" PACKAGE "\x06\x04" ONE ONE ZERO ZERO);
	PUT(out, NAME "_S4_" PACKAGE "\x08\x04" BYTE "\x02" BYTE "\x02" ZERO ZERO);
	PUT(out, NAME "_S5_" PACKAGE "\x06\x04" ZERO ZERO ZERO ZERO);
	aml_close(out);
}

/* 12 */
static void firmware_configuration(struct aml *out)
{
	struct resources ports = {0};
	resource_io(&ports, 0x510, 1, 0x0c);
	OPEN(out, SCOPE, ROOT TWO_NAMES "_SB_PCI0");
	OPEN(out, DEVICE, "FWCF");
	PUT(out, NAME "_HID" STRING "QEMU0002" END);
	PUT(out, NAME "_STA" BYTE "\x0b");
	aml_resources(out, "_CRS", &ports);
	aml_close(out);
	aml_close(out);
}

void acpi_dsdt(struct aml *out, const struct shape *shape)
{
	acpi_table_begin(out, "DSDT", 1);
	acpi_dsdt_host(out, shape);
	acpi_dsdt_interrupts(out, shape);
	acpi_dsdt_cpus(out, shape);
	acpi_dsdt_windows(out, shape);
	sleep_states(out);
	firmware_configuration(out);
	acpi_dsdt_devices(out, shape);
}

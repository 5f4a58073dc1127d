/* Terms 9 and 10 of the DSDT: the PCI expander, and the addresses that PCI has. spec: tdx-boot-spec.md 3.8.4, 3.10 */
#include "acpi_parts.h"

/* A term of AML is a line here, as it is in its specification. */
/* clang-format off */

enum { EXPANDER_BUS = 5 };

static char expander_letter(unsigned slot, unsigned pin)
{
	return "DABC"[(slot + pin) & 3];
}

/* 9: as it is before the firmware gives it buses and windows. */
static void expander(struct aml *out)
{
	struct resources buses = {0};
	resource_word(&buses, SPACE_BUS, EXPANDER_BUS, EXPANDER_BUS);
	OPEN(out, SCOPE, ROOT "_SB_");
	OPEN(out, DEVICE, "PC05");
	PUT(out, NAME "_UID" BYTE "\x05");
	PUT(out, NAME "_BBN" BYTE "\x05");
	PUT(out, NAME "_HID" PNP "\x0a\x08");
	PUT(out, NAME "_CID" PNP "\x0a\x03");
	acpi_dsdt_osc(out, 0x1f);
	PUT(out, NAME "_PXM" ZERO);
	OPEN(out, METHOD, "_PRT" "\0" RETURN);
	acpi_dsdt_routes(out, expander_letter, "LNK");
	aml_close(out);
	aml_resources(out, "_CRS", &buses);
	aml_close(out);
	aml_close(out);
}

static void host_windows(struct aml *out, const struct shape *shape)
{
	struct resources windows = {0};
	resource_word(&windows, SPACE_BUS, 0, acpi_expander(shape) ? EXPANDER_BUS - 1 : 255);
	resource_io(&windows, 0xcf8, 1, 8);
	resource_word(&windows, SPACE_IO, 0, 0xcf7);
	resource_word(&windows, SPACE_IO, 0xd00, 0xffff);
	resource_memory32(&windows, true, 0xa0000, 0xbffff);
	resource_memory32(&windows, false, (uint32_t)acpi_low_memory(shape->memory), 0xdfffffff);
	resource_memory32(&windows, false, 0xf0000000, 0xfebfffff);
	resource_memory64(&windows, ACPI_HOLE64, acpi_hole64_last(shape));
	aml_resources(out, "_CRS", &windows);
}

static void ports_of(struct aml *out, const char *device, const char *id, size_t id_size, unsigned at, unsigned length)
{
	struct resources ports = {0};
	resource_io(&ports, at, 1, length);
	OPEN(out, DEVICE, "");
	aml_put(out, device, 4);
	PUT(out, NAME "_HID" STRING "PNP0A06" END);
	PUT(out, NAME "_UID" STRING);
	aml_put(out, id, id_size);
	PUT(out, NAME "_STA" BYTE "\x0b");
	aml_resources(out, "_CRS", &ports);
	aml_close(out);
}

void acpi_dsdt_windows(struct aml *out, const struct shape *shape)
{
	static const char gpe[] = "GPE0 resources", hotplug[] = "PCI Hotplug resources";
	if (acpi_expander(shape))
		expander(out);
	OPEN(out, SCOPE, ROOT TWO_NAMES "_SB_PCI0"); /* 10 */
	host_windows(out, shape);
	ports_of(out, "GPE0", gpe, sizeof gpe, 0x620, 0x10);
	if (!shape->hotplug_off)
		ports_of(out, "PHPR", hotplug, sizeof hotplug, 0xcc0, 0x18);
	aml_close(out);
}

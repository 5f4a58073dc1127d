/* Terms 13 to 15 of the DSDT: the devices on the PCI bus, and their hot-plug. spec: tdx-boot-spec.md 3.8.4, 3.10 (11)
 */
#include "acpi_parts.h"

/* A term of AML is a line here, as it is in its specification. */
/* clang-format off */

enum { CHIPSET_SLOT = 0x1f };

/* S and the device number (slot and function) in two digits, four characters with the padding. */
static void device_name(struct aml *out, unsigned slot, unsigned function)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned number = slot << 3 | function;
	aml_put(out, (char[]){'S', digits[number >> 4], digits[number & 15], '_'}, 4);
}

/* Device (…) {Name (_ADR, …)}, and it stays open. */
static void device_open(struct aml *out, unsigned slot, unsigned function)
{
	OPEN(out, DEVICE, "");
	device_name(out, slot, function);
	PUT(out, NAME "_ADR");
	aml_integer(out, slot << 16 | function);
}

static void device(struct aml *out, unsigned slot, unsigned function)
{
	device_open(out, slot, function);
	aml_close(out);
}

/* What lies behind a port that can be plugged. */
static void plugged(struct aml *out)
{
	OPEN(out, SCOPE, "S00_");
	PUT(out, NAME "ASUN" ZERO);
	OPEN(out, METHOD, "_DSM" "\x0c");
	PUT(out, STORE PACKAGE "\x04\x02" ZERO ZERO LOCAL0);
	PUT(out, STORE "BSEL" INDEX LOCAL0 ZERO NOWHERE);
	PUT(out, STORE "ASUN" INDEX LOCAL0 ONE NOWHERE);
	PUT(out, RETURN "PDSM" ARG0 ARG1 ARG2 ARG3 LOCAL0);
	aml_close(out);
	PUT(out, NAME "_SUN" ZERO);
	OPEN(out, METHOD, "_EJ0" "\1" "PCEJ" "BSEL" "_SUN");
	aml_close(out);
	aml_close(out);
}

/* Buses are numbered from the port that was made last. */
static unsigned bus(const struct shape *shape, unsigned k)
{
	return acpi_ports(shape) - 1 - k;
}

static void root_port(struct aml *out, const struct shape *shape, unsigned k)
{
	device_open(out, acpi_port_slot(shape, k), 0);
	device(out, 0, 0);
	if (!shape->hotplug_off) {
		PUT(out, NAME "BSEL");
		aml_integer(out, bus(shape, k));
		plugged(out);
		OPEN(out, METHOD, "DVNT" "\2");
		OPEN(out, IF, AND ARG0 ONE NOWHERE);
		PUT(out, NOTIFY "S00_" ARG1);
		aml_close(out);
		aml_close(out);
	}
	aml_close(out);
}

/* What stands in the device after its name, and its resources. */
#define ISA_DEVICE(out, literal, resources)                                                                            \
	(OPEN(out, DEVICE, literal), aml_resources(out, "_CRS", resources), aml_close(out))
#define PRESENT NAME "_STA" BYTE "\x0f"

static void isa_devices(struct aml *out)
{
	struct resources keyboard = {0}, mouse = {0}, serial = {0}, clock = {0};
	resource_io(&keyboard, 0x60, 1, 1);
	resource_io(&keyboard, 0x64, 1, 1);
	resource_irq(&keyboard, 1);
	resource_irq(&mouse, 12);
	resource_io(&serial, 0x3f8, 0, 8);
	resource_irq(&serial, 4);
	resource_io(&clock, 0x70, 1, 8);
	resource_irq(&clock, 8);
	ISA_DEVICE(out, "KBD_" NAME "_HID" PNP "\x03\x03" PRESENT, &keyboard);
	ISA_DEVICE(out, "MOU_" NAME "_HID" PNP "\x0f\x13" PRESENT, &mouse);
	ISA_DEVICE(out, "COM1" NAME "_HID" PNP "\x05\x01" NAME "_UID" ONE PRESENT, &serial);
	ISA_DEVICE(out, "RTC_" NAME "_HID" PNP "\x0b\x00", &clock);
}

/* The chipset's bridge to what was ISA, SF8. */
static void bridge(struct aml *out)
{
	device_open(out, CHIPSET_SLOT, 0);
	PUT(out, REGION "PIRQ" PCI_CONFIG BYTE "\x60" BYTE "\x0c");
	OPEN(out, SCOPE, ROOT "_SB_");
	OPEN(out, FIELD, NAMES "\x03PCI0SF8_PIRQ" BYTE_PRESERVE);
	PUT(out, "PRQA\x08" "PRQB\x08" "PRQC\x08" "PRQD\x08" NO_NAME "\x20");
	PUT(out, "PRQE\x08" "PRQF\x08" "PRQG\x08" "PRQH\x08");
	aml_close(out);
	aml_close(out);
	isa_devices(out);
	aml_close(out);
}

/* 13: in the order of slots, so a port beyond the expander comes after it. */
static void devices(struct aml *out, const struct shape *shape)
{
	unsigned k = 0, count = acpi_ports(shape);
	OPEN(out, SCOPE, ROOT "_SB_");
	OPEN(out, SCOPE, "PCI0");
	for (unsigned slot = 0; slot <= acpi_endpoints(shape); slot++)
		device(out, slot, 0);
	for (; k < count && acpi_port_slot(shape, k) < ACPI_EXPANDER_SLOT; k++)
		root_port(out, shape, k);
	if (acpi_expander(shape))
		device(out, ACPI_EXPANDER_SLOT, 0);
	for (; k < count; k++)
		root_port(out, shape, k);
	bridge(out);
	device(out, CHIPSET_SLOT, 2);
	device(out, CHIPSET_SLOT, 3);
	aml_close(out);
	aml_close(out);
}

/* 14 */
static void plug_events(struct aml *out, const struct shape *shape)
{
	OPEN(out, SCOPE, ROOT TWO_NAMES "_SB_PCI0");
	for (unsigned k = acpi_ports(shape); k--;) {
		OPEN(out, SCOPE, "");
		device_name(out, acpi_port_slot(shape, k), 0);
		OPEN(out, METHOD, "PCNT" "\0");
		PUT(out, STORE);
		aml_integer(out, bus(shape, k));
		PUT(out, "BNUM");
		PUT(out, "DVNT" "PCIU" ONE);
		PUT(out, "DVNT" "PCID" BYTE "\x03");
		aml_close(out);
		aml_close(out);
	}
	OPEN(out, METHOD, "PCNT" "\0");
	for (unsigned k = acpi_ports(shape); k--;) {
		PUT(out, PARENT TWO_NAMES);
		device_name(out, acpi_port_slot(shape, k), 0);
		PUT(out, "PCNT");
	}
	aml_close(out);
	aml_close(out);
}

/* 15 */
static void plug_interrupt(struct aml *out, const struct shape *shape)
{
	OPEN(out, SCOPE, "_GPE");
	OPEN(out, METHOD, "_E01" "\0");
	if (acpi_ports(shape)) {
		PUT(out, ACQUIRE ROOT NAMES "\x03_SB_PCI0" "BLCK" FOREVER);
		PUT(out, ROOT NAMES "\x03_SB_PCI0" "PCNT");
		PUT(out, RELEASE ROOT NAMES "\x03_SB_PCI0" "BLCK");
	}
	aml_close(out);
	aml_close(out);
}

void acpi_dsdt_devices(struct aml *out, const struct shape *shape)
{
	devices(out, shape);
	if (shape->hotplug_off)
		return;
	if (acpi_ports(shape))
		plug_events(out, shape);
	plug_interrupt(out, shape);
}

/* Terms 4 to 6 of the DSDT: how PCI interrupts are routed. spec: tdx-boot-spec.md 3.8.4 */
#include "acpi_parts.h"

/* A term of AML is a line here, as it is in its specification. */
/* clang-format off */

enum { ROUTES = 128, LINKS = 8 };

void acpi_dsdt_routes(struct aml *out, acpi_letter *letter, const char *prefix)
{
	OPEN(out, PACKAGE, "\x80");
	for (unsigned i = 0; i < ROUTES; i++) {
		unsigned slot = i >> 2, pin = i & 3;
		OPEN(out, PACKAGE, "\x04");
		aml_integer(out, slot << 16 | 0xffff);
		aml_integer(out, pin);
		aml_put(out, prefix, 3);
		aml_put(out, (char[]){letter(slot, pin)}, 1);
		PUT(out, ZERO);
		aml_close(out);
	}
	aml_close(out);
}

/* 5, table(x) */
static char root_letter(unsigned slot, unsigned pin)
{
	bool fixed = slot >= 0x18;
	const char *letters = fixed && slot != 0x18 && slot != 0x1e ? "ABCD" : "EFGH";
	return letters[((fixed ? 0 : slot) + pin) & 3];
}

static void routing(struct aml *out)
{
	OPEN(out, SCOPE, "PCI0");
	PUT(out, NAME "PRTP");
	acpi_dsdt_routes(out, root_letter, "LNK");
	PUT(out, NAME "PRTA");
	acpi_dsdt_routes(out, root_letter, "GSI");
	OPEN(out, METHOD, "_PRT" "\0");
	OPEN(out, IF, L_EQUAL "PICF" ZERO);
	PUT(out, RETURN "PRTP");
	aml_close(out);
	OPEN(out, ELSE, "");
	PUT(out, RETURN "PRTA");
	aml_close(out);
	aml_close(out);
	aml_close(out);
}

static void interrupts(struct aml *out, const char *name, enum interrupt flags, const unsigned *irqs, unsigned count)
{
	struct resources resources = {0};
	resource_interrupt(&resources, flags, irqs, count);
	aml_resources(out, name, &resources);
}

static void link_methods(struct aml *out, enum interrupt flags)
{
	OPEN(out, METHOD, "IQST" "\1");
	OPEN(out, IF, AND BYTE "\x80" ARG0 NOWHERE);
	PUT(out, RETURN BYTE "\x09");
	aml_close(out);
	PUT(out, RETURN BYTE "\x0b");
	aml_close(out);
	OPEN(out, METHOD, "IQCR" "\x09");
	interrupts(out, "PRR0", flags, (unsigned[]){0}, 1);
	PUT(out, DWORD_FIELD "PRR0" BYTE "\x05" "PRRI");
	PUT(out, STORE AND ARG0 BYTE "\x0f" NOWHERE "PRRI");
	PUT(out, RETURN "PRR0");
	aml_close(out);
}

/* LNKA to LNKH: a pin of the chipset that can be given one of three interrupts. */
static void link_device(struct aml *out, unsigned i, enum interrupt flags)
{
	const char pin[4] = {'P', 'R', 'Q', (char)('A' + i)};
	OPEN(out, DEVICE, "LNK");
	aml_put(out, pin + 3, 1);
	PUT(out, NAME "_HID" PNP "\x0c\x0f");
	PUT(out, NAME "_UID");
	aml_integer(out, i);
	interrupts(out, "_PRS", flags, (unsigned[]){5, 10, 11}, 3);
	OPEN(out, METHOD, "_STA" "\0" RETURN "IQST");
	aml_put(out, pin, 4);
	aml_close(out);
	OPEN(out, METHOD, "_DIS" "\0" OR);
	aml_put(out, pin, 4);
	PUT(out, BYTE "\x80");
	aml_put(out, pin, 4);
	aml_close(out);
	OPEN(out, METHOD, "_CRS" "\0" RETURN "IQCR");
	aml_put(out, pin, 4);
	aml_close(out);
	OPEN(out, METHOD, "_SRS" "\1" DWORD_FIELD ARG0 BYTE "\x05" "PRRI" STORE "PRRI");
	aml_put(out, pin, 4);
	aml_close(out);
	aml_close(out);
}

/* GSIA to GSIH: a pin of the I/O APIC. */
static void pin_device(struct aml *out, unsigned i, enum interrupt flags)
{
	unsigned gsi = 0x10 + i;
	OPEN(out, DEVICE, "GSI");
	aml_put(out, (char[]){(char)('A' + i)}, 1);
	PUT(out, NAME "_HID" PNP "\x0c\x0f");
	PUT(out, NAME "_UID");
	aml_integer(out, gsi);
	interrupts(out, "_PRS", flags, &gsi, 1);
	interrupts(out, "_CRS", flags, &gsi, 1);
	OPEN(out, METHOD, "_DIS" "\0");
	aml_close(out);
	OPEN(out, METHOD, "_SRS" "\1");
	aml_close(out);
	aml_close(out);
}

void acpi_dsdt_interrupts(struct aml *out, const struct shape *shape)
{
	enum interrupt flags = acpi_before(shape, 9, 2) ? INTERRUPT_EDGE : INTERRUPT_LEVEL;
	PUT(out, NAME "PICF" ZERO); /* 4 */
	OPEN(out, METHOD, "_PIC" "\1");
	PUT(out, STORE ARG0 "PICF");
	aml_close(out);
	OPEN(out, SCOPE, "_SB_"); /* 5 */
	routing(out);
	link_methods(out, flags);
	for (unsigned i = 0; i < LINKS; i++)
		link_device(out, i, flags);
	for (unsigned i = 0; i < LINKS; i++)
		pin_device(out, i, flags);
	aml_close(out);
	OPEN(out, SCOPE, "_GPE"); /* 6 */
	PUT(out, NAME "_HID" STRING "ACPI0006" END);
	aml_close(out);
}

/* Terms 1 to 3 of the DSDT: debugging, the PCI host, the registers of PCI hot-plug. spec: tdx-boot-spec.md 3.8.4 */
#include "acpi_parts.h"

/* A term of AML is a line here, as it is in its specification. */
/* clang-format off */

/* In order: 33DB4D5B-1FF7-401C-9657-7441C03DD766 (PCI host bridge), E5C937D0-3553-4D7A-9117-EA4D19C3434D (PCI _DSM). */
#define HOST_BRIDGE UUID "\x5b\x4d\xdb\x33\xf7\x1f\x1c\x40\x96\x57\x74\x41\xc0\x3d\xd7\x66"
#define PCI_DSM UUID "\xd0\x37\xc9\xe5\x53\x35\x7a\x4d\x91\x17\xea\x4d\x19\xc3\x43\x4d"
#define BUFFER_OF_0 BUFFER "\x03" ONE ZERO                 /* Buffer (1) {0} */
#define NUMBER_AND_TEXT PACKAGE "\x05\x02" ZERO STRING END /* Package (2) {0, ""} */
#define NOTHING_OF_2 PACKAGE "\x02\x02"                    /* Package (2) {} */
#define ARG4_AT(n) DEREF INDEX ARG4 n NOWHERE

/* 1 */
static void debug(struct aml *out)
{
	OPEN(out, SCOPE, ROOT NO_NAME);
	PUT(out, REGION "DBG_" SYSTEM_IO WORD "\x02\x04" ONE);
	OPEN(out, FIELD, "DBG_" BYTE_PRESERVE "DBGB\x08");
	aml_close(out);
	OPEN(out, METHOD, "DBUG" "\1");
	PUT(out, TO_HEX ARG0 LOCAL0);
	PUT(out, TO_BUFFER LOCAL0 LOCAL0);
	PUT(out, SUBTRACT SIZE_OF LOCAL0 ONE LOCAL1);
	PUT(out, STORE ZERO LOCAL2);
	OPEN(out, WHILE, L_LESS LOCAL2 LOCAL1);
	PUT(out, STORE DEREF INDEX LOCAL0 LOCAL2 NOWHERE "DBGB");
	PUT(out, INCREMENT LOCAL2);
	aml_close(out);
	PUT(out, STORE BYTE "\x0a" "DBGB");
	aml_close(out);
	aml_close(out);
}

void acpi_dsdt_osc(struct aml *out, uint8_t mask)
{
	OPEN(out, METHOD, "_OSC" "\4");
	PUT(out, DWORD_FIELD ARG3 ZERO "CDW1");
	OPEN(out, IF, L_EQUAL ARG0 HOST_BRIDGE);
	PUT(out, DWORD_FIELD ARG3 BYTE "\x04" "CDW2");
	PUT(out, DWORD_FIELD ARG3 BYTE "\x08" "CDW3");
	PUT(out, STORE "CDW3" LOCAL0);
	PUT(out, AND LOCAL0);
	aml_integer(out, mask);
	PUT(out, LOCAL0);
	OPEN(out, IF, L_NOT L_EQUAL ARG1 ONE);
	PUT(out, OR "CDW1" BYTE "\x08" "CDW1");
	aml_close(out);
	OPEN(out, IF, L_NOT L_EQUAL "CDW3" LOCAL0);
	PUT(out, OR "CDW1" BYTE "\x10" "CDW1");
	aml_close(out);
	PUT(out, STORE LOCAL0 "CDW3");
	aml_close(out);
	OPEN(out, ELSE, "");
	PUT(out, OR "CDW1" BYTE "\x04" "CDW1");
	aml_close(out);
	PUT(out, RETURN ARG3);
	aml_close(out);
}

/* How every function of a PCI _DSM begins. */
static void dsm_prelude(struct aml *out)
{
	PUT(out, STORE BUFFER_OF_0 LOCAL0);
	OPEN(out, IF, L_NOT L_EQUAL ARG0 PCI_DSM);
	PUT(out, RETURN LOCAL0);
	aml_close(out);
	OPEN(out, IF, L_LESS ARG1 BYTE "\x02");
	PUT(out, RETURN LOCAL0);
	aml_close(out);
}

static void edsm(struct aml *out)
{
	OPEN(out, METHOD, "EDSM" "\x0d");
	OPEN(out, IF, L_EQUAL ARG2 ZERO);
	dsm_prelude(out);
	PUT(out, STORE BYTE "\x81" INDEX LOCAL0 ZERO NOWHERE);
	PUT(out, RETURN LOCAL0);
	aml_close(out);
	OPEN(out, IF, L_EQUAL ARG2 BYTE "\x07");
	PUT(out, STORE NUMBER_AND_TEXT LOCAL0);
	PUT(out, STORE ARG4_AT(ZERO) LOCAL1);
	PUT(out, STORE LOCAL1 INDEX LOCAL0 ZERO NOWHERE);
	PUT(out, RETURN LOCAL0);
	aml_close(out);
	aml_close(out);
}

/* 2 */
static void host(struct aml *out, const struct shape *shape)
{
	struct resources configuration = {0};
	resource_memory32(&configuration, false, 0xe0000000, 0xefffffff);
	OPEN(out, SCOPE, "_SB_");
	OPEN(out, DEVICE, "PCI0");
	PUT(out, NAME "_HID" PNP "\x0a\x08");
	PUT(out, NAME "_CID" PNP "\x0a\x03");
	PUT(out, NAME "_UID" ZERO);
	acpi_dsdt_osc(out, shape->hotplug_off ? 0x1f : 0x1e);
	edsm(out);
	aml_close(out);
	OPEN(out, DEVICE, "DRAC");
	PUT(out, NAME "_HID" STRING "PNP0C01" END);
	aml_resources(out, "_CRS", &configuration);
	aml_close(out);
	aml_close(out);
}

static void hotplug_registers(struct aml *out)
{
	PUT(out, REGION "PCST" SYSTEM_IO WORD "\xc0\x0c" BYTE "\x08");
	OPEN(out, FIELD, "PCST" DWORD_ZEROS "PCIU\x20" "PCID\x20");
	aml_close(out);
	PUT(out, REGION "SEJ_" SYSTEM_IO WORD "\xc8\x0c" BYTE "\x04");
	OPEN(out, FIELD, "SEJ_" DWORD_ZEROS "B0EJ\x20");
	aml_close(out);
	PUT(out, REGION "BNMR" SYSTEM_IO WORD "\xd0\x0c" BYTE "\x08");
	OPEN(out, FIELD, "BNMR" DWORD_ZEROS "BNUM\x20" "PIDX\x20");
	aml_close(out);
	PUT(out, MUTEX "BLCK" ZERO);
}

static void hotplug_methods(struct aml *out)
{
	OPEN(out, METHOD, "PCEJ" "\2");
	PUT(out, ACQUIRE "BLCK" FOREVER);
	PUT(out, STORE ARG0 "BNUM");
	PUT(out, STORE SHIFT_LEFT ONE ARG1 NOWHERE "B0EJ");
	PUT(out, RELEASE "BLCK");
	PUT(out, RETURN ZERO);
	aml_close(out);
	OPEN(out, METHOD, "AIDX" "\2");
	PUT(out, ACQUIRE "BLCK" FOREVER);
	PUT(out, STORE ARG0 "BNUM");
	PUT(out, STORE SHIFT_LEFT ONE ARG1 NOWHERE "PIDX");
	PUT(out, STORE "PIDX" LOCAL0);
	PUT(out, RELEASE "BLCK");
	PUT(out, RETURN LOCAL0);
	aml_close(out);
}

#define ACPI_INDEX "AIDX" ARG4_AT(ZERO) ARG4_AT(ONE)
#define IS_NONE L_EQUAL LOCAL2 ZERO L_EQUAL LOCAL2 DWORD "\xff\xff\xff\xff"

static void pdsm_functions(struct aml *out)
{
	OPEN(out, IF, L_EQUAL ARG2 ZERO);
	dsm_prelude(out);
	PUT(out, STORE ZERO LOCAL1);
	PUT(out, STORE ACPI_INDEX LOCAL2);
	OPEN(out, IF, L_NOT OR IS_NONE NOWHERE);
	PUT(out, OR LOCAL1 ONE LOCAL1);
	PUT(out, OR LOCAL1 SHIFT_LEFT ONE BYTE "\x07" NOWHERE LOCAL1);
	aml_close(out);
	PUT(out, STORE LOCAL1 INDEX LOCAL0 ZERO NOWHERE);
	PUT(out, RETURN LOCAL0);
	aml_close(out);
}

static void pdsm_index(struct aml *out, bool old)
{
	OPEN(out, IF, L_EQUAL ARG2 BYTE "\x07");
	if (old) {
		PUT(out, STORE NUMBER_AND_TEXT LOCAL0);
		PUT(out, STORE ACPI_INDEX LOCAL2);
		PUT(out, STORE LOCAL2 INDEX LOCAL0 ZERO NOWHERE);
	} else {
		PUT(out, STORE ACPI_INDEX LOCAL2);
		PUT(out, STORE NOTHING_OF_2 LOCAL0);
		OPEN(out, IF, L_NOT L_OR IS_NONE);
		PUT(out, STORE LOCAL2 INDEX LOCAL0 ZERO NOWHERE);
		PUT(out, STORE STRING END INDEX LOCAL0 ONE NOWHERE);
		aml_close(out);
	}
	PUT(out, RETURN LOCAL0);
	aml_close(out);
}

/* 3 */
static void hotplug(struct aml *out, const struct shape *shape)
{
	bool old = acpi_before(shape, 9, 2);
	OPEN(out, SCOPE, TWO_NAMES "_SB_PCI0");
	hotplug_registers(out);
	hotplug_methods(out);
	OPEN(out, METHOD, "PDSM" "\x0d");
	pdsm_functions(out);
	pdsm_index(out, old);
	aml_close(out);
	aml_close(out);
}

void acpi_dsdt_host(struct aml *out, const struct shape *shape)
{
	debug(out);
	host(out, shape);
	if (!shape->hotplug_off)
		hotplug(out, shape);
}

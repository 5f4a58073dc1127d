/* Terms 7 and 8 of the DSDT: the CPUs, and their hot-plug, which is there although no CPU can be added.
 * spec: tdx-boot-spec.md 3.8.4 (7, 8), 3.10 (8) */
#include "acpi_parts.h"

/* A term of AML is a line here, as it is in its specification. */
/* clang-format off */

enum { PROCESSOR_CPUS = 255 }; /* from this id on a CPU is a Device */

#define RESOURCES(name) ROOT NAMES "\x04_SB_PCI0PRES" name
#define LOCK RESOURCES("CPLK")
#define SELECTOR RESOURCES("CSEL")
#define COMMAND RESOURCES("CCMD")
#define DATA RESOURCES("CDAT")
#define ENABLED RESOURCES("CPEN")
#define INSERTED RESOURCES("CINS")
#define REMOVED RESOURCES("CRMV")
#define EJECT RESOURCES("CEJ0")
#define PACKAGE_OF_255 PACKAGE "\x02\xff"

static void registers(struct aml *out)
{
	struct resources ports = {0};
	resource_io(&ports, 0xcd8, 1, 0x0c);
	OPEN(out, DEVICE, ROOT NAMES "\x03_SB_PCI0PRES");
	PUT(out, NAME "_HID" PNP "\x0a\x06");
	PUT(out, NAME "_UID" STRING "CPU Hotplug resources" END);
	PUT(out, MUTEX "CPLK" ZERO);
	aml_resources(out, "_CRS", &ports);
	PUT(out, REGION "PRST" SYSTEM_IO WORD "\xd8\x0c" BYTE "\x0c");
	OPEN(out, FIELD, "PRST" BYTE_ZEROS);
	PUT(out, NO_NAME "\x20" "CPEN\1" "CINS\1" "CRMV\1" "CEJ0\1" "CEJF\1" NO_NAME "\3" "CCMD\x08");
	aml_close(out);
	OPEN(out, FIELD, "PRST" DWORD_PRESERVE "CSEL\x20" NO_NAME "\x20" "CDAT\x20");
	aml_close(out);
	OPEN(out, METHOD, "_INI" "\x08");
	PUT(out, STORE ZERO "CSEL");
	aml_close(out);
	aml_close(out);
}

static void cpu_name(struct aml *out, unsigned cpu)
{
	static const char digits[] = "0123456789ABCDEF";
	aml_put(out, (char[]){'C', digits[cpu >> 8 & 15], digits[cpu >> 4 & 15], digits[cpu & 15]}, 4);
}

static void notify_method(struct aml *out, unsigned cpus)
{
	OPEN(out, METHOD, "CTFY" "\2");
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		OPEN(out, IF, L_EQUAL ARG0);
		aml_integer(out, cpu);
		PUT(out, NOTIFY);
		cpu_name(out, cpu);
		PUT(out, ARG1);
		aml_close(out);
	}
	aml_close(out);
}

static void status_methods(struct aml *out)
{
	OPEN(out, METHOD, "CSTA" "\x09");
	PUT(out, ACQUIRE LOCK FOREVER);
	PUT(out, STORE ARG0 SELECTOR);
	PUT(out, STORE ZERO LOCAL0);
	OPEN(out, IF, L_EQUAL ENABLED ONE);
	PUT(out, STORE BYTE "\x0f" LOCAL0);
	aml_close(out);
	PUT(out, RELEASE LOCK);
	PUT(out, RETURN LOCAL0);
	aml_close(out);
	OPEN(out, METHOD, "CEJ0" "\x09");
	PUT(out, ACQUIRE LOCK FOREVER);
	PUT(out, STORE ARG0 SELECTOR);
	PUT(out, STORE ONE EJECT);
	PUT(out, RELEASE LOCK);
	aml_close(out);
}

/* The next event of the hardware, into the lists of CPUs to be added (CNEW, Local1 of them) and, from QEMU 10 on,
 * removed (CEJL, Local5). */
static void scan_one(struct aml *out, bool old)
{
	PUT(out, STORE LOCAL3 SELECTOR);
	PUT(out, STORE ZERO COMMAND);
	OPEN(out, IF, L_LESS DATA LOCAL3);
	PUT(out, BREAK);
	aml_close(out);
	if (old)
		OPEN(out, IF, L_EQUAL LOCAL1 BYTE "\xff");
	else
		OPEN(out, IF, L_OR L_EQUAL LOCAL1 BYTE "\xff" L_EQUAL LOCAL5 BYTE "\xff");
	PUT(out, STORE ONE LOCAL4);
	PUT(out, BREAK);
	aml_close(out);
	PUT(out, STORE DATA LOCAL3);
	OPEN(out, IF, L_EQUAL INSERTED ONE);
	PUT(out, STORE LOCAL3 INDEX "CNEW" LOCAL1 NOWHERE);
	PUT(out, INCREMENT LOCAL1);
	PUT(out, STORE ONE LOCAL0);
	aml_close(out);
}

static void scan_removed(struct aml *out, bool old)
{
	if (old)
		OPEN(out, ELSE, "");
	OPEN(out, IF, L_EQUAL REMOVED ONE);
	if (old) {
		PUT(out, "CTFY" LOCAL3 BYTE "\x03");
		PUT(out, STORE ONE REMOVED);
	} else {
		PUT(out, STORE LOCAL3 INDEX "CEJL" LOCAL5 NOWHERE);
		PUT(out, INCREMENT LOCAL5);
	}
	PUT(out, STORE ONE LOCAL0);
	aml_close(out);
	if (old)
		aml_close(out);
	PUT(out, INCREMENT LOCAL3);
}

static void scan_all(struct aml *out, const struct shape *shape, bool old)
{
	PUT(out, STORE ZERO LOCAL4);
	PUT(out, STORE ONE LOCAL0);
	PUT(out, STORE ZERO LOCAL1);
	if (!old)
		PUT(out, STORE ZERO LOCAL5);
	OPEN(out, WHILE, L_AND L_EQUAL LOCAL0 ONE L_LESS LOCAL3);
	aml_integer(out, shape->cpus);
	PUT(out, STORE ZERO LOCAL0);
	scan_one(out, old);
	scan_removed(out, old);
	aml_close(out);
}

static void tell_added(struct aml *out)
{
	PUT(out, STORE ZERO LOCAL2);
	OPEN(out, WHILE, L_LESS LOCAL2 LOCAL1);
	PUT(out, STORE DEREF INDEX "CNEW" LOCAL2 NOWHERE LOCAL3);
	PUT(out, "CTFY" LOCAL3 ONE);
	PUT(out, STORE LOCAL3 DEBUG);
	PUT(out, STORE LOCAL3 SELECTOR);
	PUT(out, STORE ONE INSERTED);
	PUT(out, INCREMENT LOCAL2);
	aml_close(out);
}

static void tell_removed(struct aml *out)
{
	PUT(out, STORE ZERO LOCAL2);
	OPEN(out, WHILE, L_LESS LOCAL2 LOCAL5);
	PUT(out, STORE DEREF INDEX "CEJL" LOCAL2 NOWHERE LOCAL3);
	PUT(out, "CTFY" LOCAL3 BYTE "\x03");
	PUT(out, STORE LOCAL3 SELECTOR);
	PUT(out, STORE ONE REMOVED);
	PUT(out, INCREMENT LOCAL2);
	aml_close(out);
}

static void scan_method(struct aml *out, const struct shape *shape)
{
	bool old = acpi_before(shape, 10, 0);
	OPEN(out, METHOD, "CSCN" "\x08");
	PUT(out, ACQUIRE LOCK FOREVER);
	PUT(out, NAME "CNEW" PACKAGE_OF_255);
	if (!old)
		PUT(out, NAME "CEJL" PACKAGE_OF_255);
	PUT(out, STORE ZERO LOCAL3);
	PUT(out, STORE ONE LOCAL4);
	OPEN(out, WHILE, L_EQUAL LOCAL4 ONE);
	scan_all(out, shape, old);
	tell_added(out);
	if (!old)
		tell_removed(out);
	aml_close(out);
	PUT(out, RELEASE LOCK);
	aml_close(out);
}

static void report_method(struct aml *out)
{
	OPEN(out, METHOD, "COST" "\x0c");
	PUT(out, ACQUIRE LOCK FOREVER);
	PUT(out, STORE ARG0 SELECTOR);
	PUT(out, STORE ONE COMMAND);
	PUT(out, STORE ARG1 DATA);
	PUT(out, STORE BYTE "\x02" COMMAND);
	PUT(out, STORE ARG2 DATA);
	PUT(out, RELEASE LOCK);
	aml_close(out);
}

static void cpu_open(struct aml *out, unsigned cpu)
{
	if (cpu < PROCESSOR_CPUS) {
		OPEN(out, PROCESSOR, "");
		cpu_name(out, cpu);
		aml_put(out, (uint8_t[]){(uint8_t)cpu, 0, 0, 0, 0, 0}, 6);
		return;
	}
	OPEN(out, DEVICE, "");
	cpu_name(out, cpu);
	PUT(out, NAME "_HID" STRING "ACPI0007" END);
	PUT(out, NAME "_UID");
	aml_integer(out, cpu);
}

static void cpu_device(struct aml *out, const struct shape *shape, unsigned cpu)
{
	uint8_t entry[16];
	size_t size = acpi_cpu_entry(cpu, entry);
	cpu_open(out, cpu);
	OPEN(out, METHOD, "_STA" "\x08" RETURN "CSTA");
	aml_integer(out, cpu);
	aml_close(out);
	OPEN(out, NAME "_MAT" BUFFER, "");
	aml_integer(out, size);
	aml_put(out, entry, size);
	aml_close(out);
	if (cpu) {
		OPEN(out, METHOD, "_EJ0" "\1" "CEJ0");
		aml_integer(out, cpu);
		aml_close(out);
	}
	OPEN(out, METHOD, "_OST" "\x0b" "COST");
	aml_integer(out, cpu);
	PUT(out, ARG0 ARG1 ARG2);
	aml_close(out);
	if (shape->hugepages)
		PUT(out, NAME "_PXM" ZERO);
	aml_close(out);
}

static void cpus(struct aml *out, const struct shape *shape)
{
	OPEN(out, DEVICE, ROOT TWO_NAMES "_SB_CPUS");
	PUT(out, NAME "_HID" STRING "ACPI0010" END);
	PUT(out, NAME "_CID" PNP "\x0a\x05");
	notify_method(out, shape->cpus);
	status_methods(out);
	scan_method(out, shape);
	report_method(out);
	for (unsigned cpu = 0; cpu < shape->cpus; cpu++)
		cpu_device(out, shape, cpu);
	aml_close(out);
}

void acpi_dsdt_cpus(struct aml *out, const struct shape *shape)
{
	OPEN(out, SCOPE, "_SB_"); /* 7 */
	registers(out);
	cpus(out, shape);
	aml_close(out);
	OPEN(out, METHOD,
	     ROOT TWO_NAMES "_GPE_E02"
			    "\0"); /* 8 */
	PUT(out, ROOT NAMES "\x03_SB_CPUSCSCN");
	aml_close(out);
}

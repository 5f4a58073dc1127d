/* The shape of a VM: what the machine's maker chooses and the registers show.
 *
 * A shape is put together from settings, which come from dstack's VmConfig and from a person's options. Each setting
 * may come more than once, with the same value; a contradiction is refused, since either could be what the VM is.
 *
 * Sources: spec: tdx-boot-spec.md 2.1 (page order, pic), 3.8.1 (inputs of the ACPI tables), 6.3 (VmConfig).
 */
#ifndef MEASURE_SHAPE_H
#define MEASURE_SHAPE_H

#include "json.h"

#include <stdbool.h>
#include <stdint.h>

#define SHAPE_HOLE64 0x800000000u /* bytes; what a hole64 of 0 means */

enum page_order { SINGLE_PASS, TWO_PASS };

struct version {
	unsigned part[3];
};

struct shape {
	unsigned cpus;       /* 1 to 4096 */
	uint64_t memory;     /* bytes, a multiple of 1 MiB */
	struct version qemu; /* 8.0.0 to 10.x */
	bool pic, smm;       /* pic: on below QEMU 9.0.0, off from there, unless said */
	bool hotplug_off;    /* no hot-plug of PCI devices */
	bool hugepages;      /* one NUMA node */
	bool cdrom;          /* the root file system on a CD-ROM, as in dstack 0.3: no verity disk */
	unsigned volumes;    /* verity volumes */
	unsigned nics;       /* default 1 */
	unsigned gpus, nvswitches;
	uint64_t hole64;       /* bytes of the 64-bit PCI hole; never 0 here */
	enum page_order order; /* two-pass below QEMU 9.0.0, single-pass from there, unless said */
};

enum shape_setting {
	SET_CPUS,
	SET_MEMORY, /* bytes */
	SET_QEMU,   /* x * 1000000 + y * 1000 + z */
	SET_PIC,    /* 0 or 1, as all below that are not numbers */
	SET_SMM,
	SET_HOTPLUG_OFF,
	SET_HUGEPAGES,
	SET_GPUS,
	SET_NVSWITCHES,
	SET_NICS,
	SET_VOLUMES,
	SET_HOLE64,     /* bytes */
	SET_PAGE_ORDER, /* enum page_order */
	SETTINGS,
};

/* Begins as zeros: nothing is given. */
struct shape_settings {
	uint64_t value[SETTINGS];
	bool given[SETTINGS];
};

/* "x.y.z" in decimal, each below 1000. STATUS_BAD when text is anything else. */
int shape_version(const char *text, struct version *version, struct err *err);

/* Is it x.y.0 or later? */
bool shape_version_from(struct version version, unsigned x, unsigned y);

/* A setting as an option has it: a number, a size ("2G", "512M", "16T": powers of 1024; 0), a version, "on" or "off",
 * "single" or "two". STATUS_BAD: `'TEXT': reason`, `VALUE contradicts VALUE, given before`. */
int shape_set_text(struct shape_settings *settings, enum shape_setting setting, const char *text, struct err *err);

/* The settings that a VmConfig has, or the configuration around it (member vm_config, an object or its text). Members
 * of other names are no settings and ignored. What would make it another machine than can be predicted is refused:
 * swtpm, an unknown host_share_mode. STATUS_BAD: `MEMBER: reason`. */
int shape_set_config(struct shape_settings *settings, const struct json *config, struct err *err);

/* The VmConfig itself, or NULL: what shape_set_config() reads, for who wants more of it. Owned by the caller. */
struct json *shape_config(const struct json *config, struct err *err);

/* Fills in what is not given. QEMU is 9.1.0 and there is one NIC unless said. STATUS_BAD: `cpus: not given`, `memory:
 * not given`, `qemu: reason`. */
int shape_resolve(const struct shape_settings *settings, struct shape *shape, struct err *err);

/* An object with one member a setting, all of them: cpus, memory (bytes), qemu (text), pic, smm, hotplug_off,
 * hugepages, gpus, nvswitches, nics, volumes, hole64 (bytes), page_order ("single", "two"). */
struct json *shape_json(const struct shape *shape);

#endif

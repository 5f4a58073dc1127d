/* What EDK2 measures of its variables: the structure around a variable that configures the firmware, and the load
 * options that it makes for itself.
 *
 * GUIDs are texts; they are the callers' constants. Each function appends to into and fails only when memory is out.
 *
 * Sources: spec: tdx-boot-spec.md 3.1, 3.4; UEFI Specification 3.1.3 (load options), 10.3 (device paths); TCG PC Client
 * Platform Firmware Profile (UEFI_VARIABLE_DATA).
 */
#ifndef MEASURE_EFI_H
#define MEASURE_EFI_H

#include "bytes.h"

/* UEFI_VARIABLE_DATA. name is ASCII; size 0: the variable does not exist. */
int efi_variable(const char *vendor, const char *name, const void *data, size_t size, struct bytes *into,
		 struct err *err);

/* EFI_LOAD_OPTION of an application inside the firmware: a file in a firmware volume. */
int efi_load_option(uint32_t attributes, const char *description, const char *volume, const char *file,
		    struct bytes *into, struct err *err);

/* ASCII text as UTF-16LE, without a NUL. */
int efi_text(const char *text, struct bytes *into, struct err *err);

/* A GUID in wire form: the first three fields byte-reversed. */
int efi_guid(const char *text, struct bytes *into, struct err *err);

#endif

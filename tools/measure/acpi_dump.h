/* The ACPI blobs as files: as the firmware gets them, and one file a table, for who wants to read them.
 *
 * DIR/tables, DIR/rsdp and DIR/loader are what is measured, where checksums are still zero and pointers are offsets.
 * DIR/NAME.dat is one table with its checksum filled in, so that a disassembler takes it.
 */
#ifndef MEASURE_ACPI_DUMP_H
#define MEASURE_ACPI_DUMP_H

#include "acpi.h"

/* Makes the folder if there is none. Files that are there are replaced. */
int acpi_dump(const struct acpi *acpi, const char *folder, struct err *err);

#endif

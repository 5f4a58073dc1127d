/* What a program was linked of: the names of its compilation units, as its own symbol table has them.
 *
 * So which modules of an archive the linker took needs not be guessed. Only x86-64 ELF files are read; one whose
 * symbols were stripped has no names.
 *
 * Source: System V ABI, "Object Files" (ELF-64): file header, section header, symbol table; STT_FILE.
 */
#ifndef IMAGE_LINKED_H
#define IMAGE_LINKED_H

#include "err.h"

#include <stddef.h>

/* Calls each(context, name) for every unit whose name has no slash, in the order of the table; it may fill *err and
 * return -1, which ends it. STATUS_BAD when it is no such file. */
int linked_units(const void *program, size_t size, int (*each)(void *context, const char *name, struct err *err),
		 void *context, struct err *err);

#endif

/* AML, the byte code of ACPI's definition blocks, written as its own bytes: an opcode is a string literal, a name is
 *its four characters, and what stands side by side in the source stands side by side in the table:
 *
 *	PUT(aml, STORE SHIFT_LEFT ONE ARG1 NOWHERE "PIDX");        Store (ShiftLeft (1, Arg1), PIDX)
 *	OPEN(aml, METHOD, "AIDX" "\2"); … aml_close(aml);          Method (AIDX, 2) { … }
 *
 * Terms that carry their length are opened and closed; all others are put. The encodings are the ones QEMU chooses.
 * The first failure, which is memory only, stays: aml->failed is asked once, at the end.
 *
 * Sources: spec: tdx-boot-spec.md 3.8.3, 3.10 (1 to 6); ACPI 6.5 chapters 6.4 (resources) and 20.
 */
#ifndef MEASURE_AML_H
#define MEASURE_AML_H

#include "bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	AML_DEPTH = 16,
	AML_RESOURCES = 256, /* bytes of a resource template */
};

struct aml {
	struct bytes *out;
	struct err *err;
	bool failed;
	unsigned depth;
	size_t open[AML_DEPTH]; /* where the length of each open term belongs */
};

#define ZERO "\x00"
#define ONE "\x01"
#define BYTE "\x0a"   /* and one byte */
#define WORD "\x0b"   /* and two, little-endian */
#define DWORD "\x0c"  /* and four */
#define STRING "\x0d" /* and text, and END */
#define END "\x00"
#define NOWHERE "\x00" /* a result that is only used as a value */
#define ROOT "\\"
#define PARENT "^"
#define TWO_NAMES "."
#define NAMES "/" /* and how many */
#define NO_NAME "\x00"
#define PNP "\x0c\x41\xd0"      /* EISA id PNPxxxx: and its two bytes */
#define UUID "\x11\x13\x0a\x10" /* Buffer of 16 bytes: and they */

#define NAME "\x08"
#define SCOPE "\x10"
#define BUFFER "\x11"
#define PACKAGE "\x12" /* and how many elements it may have */
#define METHOD "\x14"  /* name, and arguments, plus 8 when it is serialized */
#define MUTEX "\x5b\x01"
#define ACQUIRE "\x5b\x23"
#define FOREVER "\xff\xff"
#define RELEASE "\x5b\x27"
#define DEBUG "\x5b\x31"
#define REGION "\x5b\x80"
#define FIELD "\x5b\x81"
#define DEVICE "\x5b\x82"
#define PROCESSOR "\x5b\x83"

#define LOCAL0 "\x60"
#define LOCAL1 "\x61"
#define LOCAL2 "\x62"
#define LOCAL3 "\x63"
#define LOCAL4 "\x64"
#define LOCAL5 "\x65"
#define ARG0 "\x68"
#define ARG1 "\x69"
#define ARG2 "\x6a"
#define ARG3 "\x6b"
#define ARG4 "\x6c"

#define STORE "\x70"
#define SUBTRACT "\x74"
#define INCREMENT "\x75"
#define SHIFT_LEFT "\x79"
#define AND "\x7b"
#define OR "\x7d"
#define DEREF "\x83"
#define NOTIFY "\x86"
#define SIZE_OF "\x87"
#define INDEX "\x88"
#define DWORD_FIELD "\x8a"
#define L_AND "\x90"
#define L_OR "\x91"
#define L_NOT "\x92"
#define L_EQUAL "\x93"
#define L_LESS "\x95"
#define TO_BUFFER "\x96"
#define TO_HEX "\x98"
#define IF "\xa0"
#define ELSE "\xa1"
#define WHILE "\xa2"
#define RETURN "\xa4"
#define BREAK "\xa5"

/* Region spaces and field flags: access, lock, update rule. */
#define SYSTEM_IO "\x01"
#define PCI_CONFIG "\x02"
#define BYTE_PRESERVE "\x01"
#define DWORD_PRESERVE "\x03"
#define BYTE_ZEROS "\x41"
#define DWORD_ZEROS "\x43"

/* literal: bytes, NULs included. */
#define PUT(aml, literal) aml_put(aml, literal, sizeof(literal) - 1)
#define OPEN(aml, opcode, literal) (PUT(aml, opcode), aml_open(aml), PUT(aml, literal))

void aml_put(struct aml *aml, const void *data, size_t size);

/* size bytes, the lowest first. */
void aml_le(struct aml *aml, uint64_t value, size_t size);

/* An Integer in its shortest form. */
void aml_integer(struct aml *aml, uint64_t value);

/* Lengths are written by aml_close(), which closes what was opened last. */
void aml_open(struct aml *aml);
void aml_close(struct aml *aml);

/* A resource template being collected; zero-initialised. */
struct resources {
	uint8_t bytes[AML_RESOURCES];
	size_t size;
};

enum space { SPACE_MEMORY = 0, SPACE_IO = 1, SPACE_BUS = 2 };
enum interrupt { INTERRUPT_LEVEL = 0x09, INTERRUPT_EDGE = 0x0b };

void resource_io(struct resources *resources, unsigned at, unsigned align, unsigned length);
void resource_irq(struct resources *resources, unsigned irq);
void resource_interrupt(struct resources *resources, enum interrupt flags, const unsigned *irqs, unsigned count);
void resource_word(struct resources *resources, enum space space, unsigned first, unsigned last);
void resource_memory32(struct resources *resources, bool cacheable, uint32_t first, uint32_t last);
void resource_memory64(struct resources *resources, uint64_t first, uint64_t last);

/* Name (NAME, template): name has four characters. */
void aml_resources(struct aml *aml, const char *name, const struct resources *resources);

#endif

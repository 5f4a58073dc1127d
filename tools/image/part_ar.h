/* The members of an ar archive, one after the other.
 *
 * Sources: ar(5); GNU binutils' bfd/archive.c for long names and symbol tables, whose form ar(5) leaves to the system.
 */
#ifndef IMAGE_PART_AR_H
#define IMAGE_PART_AR_H

#include "partform.h"

enum { AR_MAGIC = 8, AR_HEADER = 60 };

struct ar_member {
	struct span name; /* with long names looked up */
	uint64_t at;      /* of the header */
	uint64_t data;    /* where the data begin; a BSD name at their front is not of them */
	uint64_t end;     /* of the data, which may be behind the file's */
	bool symbols;     /* a symbol table */
	bool names;       /* the table of long names */
};

struct ar {
	struct span file, long_names;
	bool thin;   /* the members' data are elsewhere */
	uint64_t at; /* of the next header */
};

bool ar_open(struct span file, struct ar *ar);
bool ar_next(struct ar *ar, struct ar_member *member);

#endif

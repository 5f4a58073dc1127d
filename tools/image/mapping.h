/* What is done to the entries of one input on their way into the table: options of the command line. */
#ifndef IMAGE_MAPPING_H
#define IMAGE_MAPPING_H

#include "err.h"
#include "glob.h"
#include "path.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mapping {
	bool keep_owner;
	uint32_t uid, gid;  /* when the owner is not kept */
	const char *prefix; /* a path as path.h has them; NULL or "": none */
	unsigned strip;     /* components taken from the front; entries with no more than that are left out */
	bool canonical;     /* modes: 0755 for folders and what its owner may execute, else 0644 */
	const struct globs *include, *exclude; /* over the path that results; each covers what is below a match */
};

/* The path in the output: inside name, or in room when there is a prefix; NULL when the entry is left out. *pruned: so
 * is all that may be below it. name is a path of path.h.
 */
int mapping_path(const struct mapping *mapping, const char *name, char room[PATH_LONGEST + 1], const char **path,
		 bool *pruned, struct err *err);

mode_t mapping_mode(const struct mapping *mapping, mode_t mode, bool folder);

#endif

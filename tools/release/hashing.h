/* Digests of many files, on as many threads as there are processors.
 *
 * One task is one digest of one range of a file, so that the two digests of a large layer are computed side by side;
 * the second reader finds the bytes in memory. Larger tasks come first.
 */
#ifndef RELEASE_HASHING_H
#define RELEASE_HASHING_H

#include "digest.h"

struct hash_task {
	int fd; /* the caller's */
	uint64_t offset, size;
	enum digest_algorithm algorithm;
	char *hex;    /* DIGEST_HEX_MAX bytes, filled */
	size_t about; /* the caller's: what it is about */
};

/* Sorts the tasks. Returns 0; or -1 with *about that of a task that failed: the file cannot be read or is too short. */
int hash_all(struct hash_task *tasks, size_t count, size_t *about, struct err *err);

#endif

/* One pass over a tar: digests, entry count and, if asked for, the blob, on several threads.
 *
 * The calling thread reads blocks of CODEC_BLOCK bytes into a ring and counts entries; workers take what can be done:
 * encoding goes on for many blocks at once, while each digest and the writing of the blob is a chain that takes the
 * blocks in order, one at a time. So the bytes do not depend on the number of threads, and a slow reader of the tar
 * leaves the processors to the workers.
 *
 * Memory: at most PIPELINE_SLOTS blocks, each with room for its encoded form.
 * Errors: the first one, of whichever thread, stops all of them and is the one reported.
 */
#ifndef IMAGE_PIPELINE_H
#define IMAGE_PIPELINE_H

#include "codec.h"
#include "digests.h"

enum {
	PIPELINE_SPARE = 6,    /* slots beyond one for each worker: being read, or waiting for a chain */
	PIPELINE_THREADS = 18, /* more would not be fed: the SHA-384 of the tar keeps up with about ten */
	PIPELINE_SLOTS = PIPELINE_THREADS + PIPELINE_SPARE,
};

struct pipeline_job {
	struct source tar;                    /* uncompressed */
	const struct contract *contract;      /* NULL: digests only, no blob */
	int out;                              /* where the blob goes */
	unsigned threads;                     /* workers: 1 to PIPELINE_THREADS */
	void (*progress)(uint64_t tar_bytes); /* called by the calling thread now and then; may be NULL */
};

struct pipeline_result {
	struct digests diff_id;
	struct digests blob; /* untouched when there is none */
	uint64_t entries;
};

int pipeline_run(const struct pipeline_job *job, struct pipeline_result *result, struct err *err);

/* Processors this process may use, 1 to PIPELINE_THREADS. */
unsigned pipeline_processors(void);

#endif

#include "pipeline.h"

#include "entries.h"
#include "file.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

/* In the order in which a worker looks for something to do: what frees slots comes before what fills them. */
enum stage { BLOB_SHA256, BLOB_SHA384, BLOB_WRITE, TAR_SHA256, TAR_SHA384, ENCODE, STAGES };

struct slot {
	uint8_t *tar, *blob;
	size_t tar_size, blob_size;
	bool encoded; /* blob and blob_size may be read */
};

struct chain {
	bool active, busy;
	uint64_t next; /* block it takes next; ENCODE, which is no chain, is never busy */
};

struct pipeline {
	const struct pipeline_job *job;
	pthread_mutex_t lock; /* guards what follows, up to and including failure */
	pthread_cond_t work, space;
	struct slot slots[PIPELINE_SLOTS];
	size_t slot_count;
	struct chain stages[STAGES];
	uint64_t filled; /* blocks read */
	bool ended, failed;
	struct err failure;
	struct hasher *hashers[STAGES];
	uint64_t tar_size, blob_size;
};

static bool makes_blob(const struct pipeline_job *job)
{
	return job->contract && job->contract->codec != CODEC_NONE;
}

static struct slot *slot_of(struct pipeline *p, uint64_t block)
{
	return &p->slots[block % p->slot_count];
}

static void fail(struct pipeline *p, const struct err *err)
{
	pthread_mutex_lock(&p->lock);
	if (!p->failed)
		p->failure = *err;
	p->failed = true;
	pthread_cond_broadcast(&p->work);
	pthread_cond_broadcast(&p->space);
	pthread_mutex_unlock(&p->lock);
}

/* Workers. */

/* With the lock held: something to do, or STAGES. */
static enum stage take(struct pipeline *p, uint64_t *block)
{
	for (enum stage stage = 0; stage < STAGES; stage++) {
		struct chain *chain = &p->stages[stage];
		if (!chain->active || chain->busy || chain->next == p->filled)
			continue;
		if (stage <= BLOB_WRITE && !slot_of(p, chain->next)->encoded)
			continue;
		*block = chain->next;
		if (stage == ENCODE)
			chain->next++;
		else
			chain->busy = true;
		return stage;
	}
	return STAGES;
}

static bool finished(const struct pipeline *p)
{
	for (enum stage stage = 0; stage < STAGES; stage++)
		if (p->stages[stage].active && p->stages[stage].next != p->filled)
			return false;
	return p->ended;
}

static int run_stage(struct pipeline *p, enum stage stage, struct slot *slot, struct encoder *encoder, struct err *err)
{
	switch (stage) {
	case TAR_SHA256:
	case TAR_SHA384:
		hasher_update(p->hashers[stage], slot->tar, slot->tar_size);
		return 0;
	case BLOB_SHA256:
	case BLOB_SHA384:
		hasher_update(p->hashers[stage], slot->blob, slot->blob_size);
		return 0;
	case BLOB_WRITE:
		p->blob_size += slot->blob_size;
		return file_write(p->job->out, slot->blob, slot->blob_size, err) ? err_prefix(err, "blob") : 0;
	default: {
		ssize_t n = encoder_block(encoder, slot->tar, slot->tar_size, slot->blob, err);
		slot->blob_size = n < 0 ? 0 : (size_t)n;
		return n < 0 ? -1 : 0;
	}
	}
}

static void complete(struct pipeline *p, enum stage stage, struct slot *slot)
{
	if (stage == ENCODE) {
		slot->encoded = true;
	} else {
		p->stages[stage].busy = false;
		p->stages[stage].next++;
		pthread_cond_signal(&p->space);
	}
	pthread_cond_broadcast(&p->work);
}

static int work(struct pipeline *p, struct encoder *encoder, struct err *err)
{
	uint64_t block;
	int status = 0;
	pthread_mutex_lock(&p->lock);
	while (!status && !p->failed && !finished(p)) {
		enum stage stage = take(p, &block);
		if (stage == STAGES) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		status = run_stage(p, stage, slot_of(p, block), encoder, err);
		pthread_mutex_lock(&p->lock);
		complete(p, stage, slot_of(p, block));
	}
	pthread_mutex_unlock(&p->lock);
	return status;
}

static void *worker(void *context)
{
	struct pipeline *p = context;
	struct err err;
	cleanup_encoder struct encoder *encoder = makes_blob(p->job) ? encoder_new(p->job->contract, &err) : NULL;
	if ((makes_blob(p->job) && !encoder) || work(p, encoder, &err))
		fail(p, &err);
	return NULL;
}

/* The reader. */

static bool slot_free(const struct pipeline *p)
{
	for (enum stage stage = 0; stage < ENCODE; stage++)
		if (p->stages[stage].active && p->filled - p->stages[stage].next >= p->slot_count)
			return false;
	return true;
}

/* A free slot, or NULL when a worker has failed. */
static struct slot *wait_for_slot(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->failed && !slot_free(p))
		pthread_cond_wait(&p->space, &p->lock);
	struct slot *slot = p->failed ? NULL : slot_of(p, p->filled);
	pthread_mutex_unlock(&p->lock);
	return slot;
}

static void hand_over(struct pipeline *p, struct slot *slot)
{
	bool plain = p->job->contract && !makes_blob(p->job);
	pthread_mutex_lock(&p->lock);
	slot->encoded = plain;
	slot->blob_size = plain ? slot->tar_size : 0;
	p->filled++;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

static int fill(struct pipeline *p, struct slot *slot, struct err *err)
{
	const struct source *tar = &p->job->tar;
	ssize_t n = 1;
	for (slot->tar_size = 0; n > 0 && slot->tar_size < CODEC_BLOCK; slot->tar_size += (size_t)n) {
		n = tar->read(tar->context, slot->tar + slot->tar_size, CODEC_BLOCK - slot->tar_size, err);
		if (n < 0)
			return -1;
	}
	return 0;
}

/* Returns 0 at the end of the tar and when a worker has failed. */
static int read_all(struct pipeline *p, struct entries *entries, struct err *err)
{
	struct slot *slot;
	while ((slot = wait_for_slot(p))) {
		if (fill(p, slot, err) || entries_push(entries, slot->tar, slot->tar_size, err))
			return -1;
		if (!slot->tar_size)
			return 0;
		p->tar_size += slot->tar_size;
		if (p->job->progress)
			p->job->progress(p->tar_size);
		hand_over(p, slot);
	}
	return 0;
}

static void end(struct pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->ended = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

/* Reads with workers beside; they have all stopped when it returns. */
static int run(struct pipeline *p, uint64_t *count, struct err *err)
{
	pthread_t threads[PIPELINE_THREADS];
	unsigned started = 0;
	struct err local;
	cleanup_entries struct entries *entries = entries_new(err);
	if (!entries)
		return -1;
	while (started < p->job->threads && !pthread_create(&threads[started], NULL, worker, p))
		started++;
	if (!started)
		return err_set(err, EX_OSERR, "cannot start a thread");
	if (read_all(p, entries, &local))
		fail(p, &local);
	end(p);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (p->failed) {
		*err = p->failure;
		return -1;
	}
	return entries_end(entries, count, err);
}

/* Setting up. */

static void drop(struct pipeline *p)
{
	for (size_t i = 0; i < p->slot_count; i++) {
		free(p->slots[i].tar);
		if (makes_blob(p->job))
			free(p->slots[i].blob);
	}
	for (enum stage stage = 0; stage < STAGES; stage++)
		hasher_free(p->hashers[stage]);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->space);
	pthread_mutex_destroy(&p->lock);
}

static int begin_hasher(struct pipeline *p, enum stage stage, enum digest_algorithm algorithm, struct err *err)
{
	p->stages[stage].active = true;
	p->hashers[stage] = hasher_new(algorithm, err);
	return p->hashers[stage] ? 0 : -1;
}

static int begin_stages(struct pipeline *p, struct err *err)
{
	p->stages[BLOB_WRITE].active = p->job->contract;
	p->stages[ENCODE].active = makes_blob(p->job);
	if (begin_hasher(p, TAR_SHA256, SHA256, err) || begin_hasher(p, TAR_SHA384, SHA384, err))
		return -1;
	if (!makes_blob(p->job))
		return 0;
	return begin_hasher(p, BLOB_SHA256, SHA256, err) || begin_hasher(p, BLOB_SHA384, SHA384, err) ? -1 : 0;
}

/* A blob that is the tar itself is written from the tar's own memory. */
static int begin_slots(struct pipeline *p, struct err *err)
{
	for (; p->slot_count < p->job->threads + PIPELINE_SPARE; p->slot_count++) {
		struct slot *slot = &p->slots[p->slot_count];
		slot->tar = malloc(CODEC_BLOCK);
		slot->blob = makes_blob(p->job) ? malloc(codec_bound(p->job->contract->codec)) : slot->tar;
		if (!slot->tar || !slot->blob) {
			free(slot->tar);
			if (makes_blob(p->job))
				free(slot->blob);
			return err_system(err, EX_OSERR, "blocks");
		}
	}
	return 0;
}

static void collect(struct pipeline *p, struct pipeline_result *result)
{
	result->diff_id.size = p->tar_size;
	hasher_final_hex(p->hashers[TAR_SHA256], result->diff_id.sha256);
	hasher_final_hex(p->hashers[TAR_SHA384], result->diff_id.sha384);
	if (!p->job->contract)
		return;
	result->blob = result->diff_id;
	if (!makes_blob(p->job))
		return;
	result->blob.size = p->blob_size;
	hasher_final_hex(p->hashers[BLOB_SHA256], result->blob.sha256);
	hasher_final_hex(p->hashers[BLOB_SHA384], result->blob.sha384);
}

int pipeline_run(const struct pipeline_job *job, struct pipeline_result *result, struct err *err)
{
	struct pipeline p = {
		.job = job,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.work = PTHREAD_COND_INITIALIZER,
		.space = PTHREAD_COND_INITIALIZER,
	};
	int status = begin_stages(&p, err) || begin_slots(&p, err) || run(&p, &result->entries, err) ? -1 : 0;
	if (!status)
		collect(&p, result);
	drop(&p);
	return status;
}

unsigned pipeline_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
	return count < 1 ? 1 : count > PIPELINE_THREADS ? PIPELINE_THREADS : (unsigned)count;
}

#include "hashing.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

enum { BLOCK = 256 << 10, THREADS = 16 };

struct work {
	struct hash_task *tasks;
	size_t count;
	size_t next; /* guarded by lock, as are failed and err */
	bool failed;
	struct hash_task *culprit;
	struct err err;
	pthread_mutex_t lock;
};

static int by_size(const void *left, const void *right)
{
	const struct hash_task *a = left, *b = right;
	if (a->size != b->size)
		return a->size < b->size ? 1 : -1;
	return (int)b->algorithm - (int)a->algorithm;
}

static int hash_range(const struct hash_task *task, uint8_t *block, struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(task->algorithm, err);
	if (!hasher)
		return -1;
	for (uint64_t done = 0; done < task->size;) {
		uint64_t left = task->size - done;
		ssize_t got = pread(task->fd, block, left < BLOCK ? left : BLOCK, (off_t)(task->offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_system(err, EX_IOERR, "cannot read");
		if (!got)
			return err_set(err, EX_IOERR, "became shorter while it was read");
		hasher_update(hasher, block, (size_t)got);
		done += (uint64_t)got;
	}
	hasher_final_hex(hasher, task->hex);
	return 0;
}

static struct hash_task *take(struct work *work)
{
	pthread_mutex_lock(&work->lock);
	struct hash_task *task = !work->failed && work->next < work->count ? &work->tasks[work->next++] : NULL;
	pthread_mutex_unlock(&work->lock);
	return task;
}

static void note_failure(struct work *work, struct hash_task *task, const struct err *err)
{
	pthread_mutex_lock(&work->lock);
	if (!work->failed) {
		work->err = *err;
		work->culprit = task;
	}
	work->failed = true;
	pthread_mutex_unlock(&work->lock);
}

static void *run(void *context)
{
	struct work *work = context;
	struct err err;
	struct hash_task *task;
	cleanup_free uint8_t *block = malloc(BLOCK);
	while ((task = take(work)))
		if (!block ? err_system(&err, EX_OSERR, "%d bytes", BLOCK) : hash_range(task, block, &err))
			note_failure(work, task, &err);
	return NULL;
}

static unsigned processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
	return count < 1 ? 1 : count > THREADS ? THREADS : (unsigned)count;
}

int hash_all(struct hash_task *tasks, size_t count, size_t *about, struct err *err)
{
	pthread_t threads[THREADS];
	unsigned started = 0, wanted = processors();
	struct work work = {.tasks = tasks, .count = count, .lock = PTHREAD_MUTEX_INITIALIZER};
	if (count)
		qsort(tasks, count, sizeof *tasks, by_size);
	while (started + 1 < wanted && started + 1 < count && !pthread_create(&threads[started], NULL, run, &work))
		started++;
	run(&work);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (!work.failed)
		return 0;
	*about = work.culprit->about;
	*err = work.err;
	return -1;
}

#include "key_slot.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLAB_SIZE = 1 << 16 }; /* a multiple of every page size there is */

/* What a slot that nobody has begins with. */
struct free_slot {
	struct free_slot *next;
};

static struct free_slot *free_slots;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int add_slab(struct err *err)
{
	uint8_t *at = mmap(NULL, 3 * SLAB_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED || mprotect(at + SLAB_SIZE, SLAB_SIZE, PROT_READ | PROT_WRITE))
		return err_system(err, EX_OSERR, "memory for keys");
	at += SLAB_SIZE;
	/* A container may have no right to lock memory; that the dump leaves it out comes first. */
	if (sodium_mlock(at, SLAB_SIZE))
		madvise(at, SLAB_SIZE, MADV_DONTDUMP);
	for (size_t i = SLAB_SIZE; i > 0; i -= KEY_SLOT_SIZE) {
		struct free_slot *slot = (struct free_slot *)(void *)(at + i - KEY_SLOT_SIZE);
		slot->next = free_slots;
		free_slots = slot;
	}
	return 0;
}

uint8_t *key_slot_new(struct err *err)
{
	pthread_mutex_lock(&lock);
	struct free_slot *slot = free_slots || !add_slab(err) ? free_slots : NULL;
	if (slot)
		free_slots = slot->next;
	pthread_mutex_unlock(&lock);
	return slot ? memset(slot, 0, KEY_SLOT_SIZE) : NULL;
}

void key_slot_free(uint8_t *slot)
{
	if (!slot)
		return;
	sodium_memzero(slot, KEY_SLOT_SIZE);
	struct free_slot *unused = (struct free_slot *)(void *)slot;
	pthread_mutex_lock(&lock);
	unused->next = free_slots;
	free_slots = unused;
	pthread_mutex_unlock(&lock);
}

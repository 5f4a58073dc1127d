#include "loop_timers.h"

#include <stdlib.h>

void loop_timers_free(struct loop_timers *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->heap[i]);
	free(all->heap);
	*all = (struct loop_timers){0};
}

static void put(struct loop_timers *all, size_t place, struct loop_timer *timer)
{
	all->heap[place] = timer;
	timer->place = place;
}

static void rise(struct loop_timers *all, size_t place)
{
	struct loop_timer *timer = all->heap[place];
	for (; place && all->heap[(place - 1) / 2]->at > timer->at; place = (place - 1) / 2)
		put(all, place, all->heap[(place - 1) / 2]);
	put(all, place, timer);
}

static void sink(struct loop_timers *all, size_t place)
{
	struct loop_timer *timer = all->heap[place];
	for (size_t below; (below = 2 * place + 1) < all->count; place = below) {
		if (below + 1 < all->count && all->heap[below + 1]->at < all->heap[below]->at)
			below++;
		if (all->heap[below]->at >= timer->at)
			break;
		put(all, place, all->heap[below]);
	}
	put(all, place, timer);
}

int loop_timers_add(struct loop_timers *all, struct loop_timer *timer, struct err *err)
{
	if (all->count == all->capacity) {
		size_t capacity = 2 * all->capacity + 16;
		struct loop_timer **grown = reallocarray(all->heap, capacity, sizeof(struct loop_timer *));
		if (!grown)
			return err_system(err, EX_OSERR, "%zu timers", capacity);
		all->heap = grown;
		all->capacity = capacity;
	}
	timer->all = all;
	put(all, all->count++, timer);
	rise(all, timer->place);
	return 0;
}

void loop_timers_remove(struct loop_timer *timer)
{
	struct loop_timers *all = timer->all;
	size_t place = timer->place;
	struct loop_timer *last = all->heap[--all->count];
	if (last == timer)
		return;
	put(all, place, last);
	rise(all, place);
	sink(all, last->place);
}

struct loop_timer *loop_timers_next(const struct loop_timers *all)
{
	return all->count ? all->heap[0] : NULL;
}

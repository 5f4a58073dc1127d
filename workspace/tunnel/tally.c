#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PLACES = 32,
	MINUTE = 60000, /* ms */
};

/* What has happened within the last minute. */
struct tally_place {
	char text[256];
	bool is_error;
	size_t more; /* times since it was said */
};

struct tally {
	struct loop *loop;
	struct loop_timer *timer;
	void (*log)(void *context, bool is_error, const char *text);
	void *context;
	struct tally_place places[PLACES];
	size_t count;
};

struct tally *tally_new(struct loop *loop, void (*log)(void *context, bool is_error, const char *text), void *context,
			struct err *err)
{
	struct tally *tally = calloc(1, sizeof *tally);
	if (!tally) {
		err_system(err, EX_OSERR, "log");
		return NULL;
	}
	tally->loop = loop;
	tally->log = log;
	tally->context = context;
	return tally;
}

static void say_rest(struct tally *tally)
{
	char line[sizeof tally->places->text + 40];
	for (size_t i = 0; i < tally->count; i++) {
		const struct tally_place *place = &tally->places[i];
		snprintf(line, sizeof line, "%s (%zu times more)", place->text, place->more);
		if (place->more)
			tally->log(tally->context, place->is_error, line);
	}
	tally->count = 0;
}

static void minute_over(void *context)
{
	struct tally *tally = context;
	tally->timer = NULL;
	say_rest(tally);
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	loop_cancel(tally->timer);
	say_rest(tally);
	free(tally);
}

static struct tally_place *find(struct tally *tally, const char *text)
{
	for (size_t i = 0; i < tally->count; i++)
		if (!strncmp(tally->places[i].text, text, sizeof tally->places[i].text - 1))
			return &tally->places[i];
	return NULL;
}

void tally_note(struct tally *tally, bool is_error, const char *text)
{
	struct err err;
	bool is_last = tally->count == PLACES - 1;
	struct tally_place *place = find(tally, text);
	if (!place && is_last)
		text = "other things";
	if (!place && tally->count == PLACES)
		place = &tally->places[PLACES - 1];
	if (place) {
		place->more++;
		return;
	}
	place = &tally->places[tally->count++];
	*place = (struct tally_place){.is_error = is_error};
	snprintf(place->text, sizeof place->text, "%s", text);
	for (char *at = place->text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	tally->log(tally->context, is_error, place->text);
	if (!tally->timer)
		tally->timer = loop_after(tally->loop, MINUTE, minute_over, tally, &err);
}

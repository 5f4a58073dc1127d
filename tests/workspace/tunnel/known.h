/* Known values in a file, a line each: NAME HEX; and random bytes that are known. */
#ifndef TESTS_TUNNEL_KNOWN_H
#define TESTS_TUNNEL_KNOWN_H

#include "bytes.h"
#include "file.h"
#include "hex.h"
#include "view.h"

#include <sodium.h>
#include <string.h>

enum { KNOWN_MAX = 64 };

struct known {
	const char *name;
	uint8_t *data;
	size_t size;
};

static struct known known[KNOWN_MAX];
static size_t known_count;

static inline void known_free(void)
{
	for (size_t i = 0; i < known_count; i++)
		free(known[i].data);
	known_count = 0;
}

/* text keeps the names. */
static inline void known_read(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *hex = strchr(line, ' ');
		if (!hex || known_count == KNOWN_MAX)
			abort();
		*hex++ = '\0';
		struct known *it = &known[known_count++];
		*it = (struct known){line, malloc(strlen(hex) / 2 + 1), strlen(hex) / 2};
		if (!it->data || hex_read(hex, it->data, it->size))
			abort();
	}
}

/* No bytes when there is none. */
static inline struct view known_of(const char *name)
{
	for (size_t i = 0; i < known_count; i++)
		if (!strcmp(known[i].name, name))
			return view_of(known[i].data, known[i].size);
	return (struct view){0};
}

/* Keys (32 random bytes) are taken from here, in order; everything else random is zeros. */
static struct view known_keys[8];
static size_t known_keys_used;

static inline void known_random_fill(void *into, size_t size)
{
	memset(into, 0, size);
	struct view *next = &known_keys[known_keys_used];
	if (size == 32 && known_keys_used < 8 && next->data) {
		memcpy(into, next->data, size);
		known_keys_used++;
	}
}

static inline const char *known_random_name(void)
{
	return "known";
}

static inline uint32_t known_random_number(void)
{
	return 0;
}

static inline void known_random(void)
{
	static randombytes_implementation implementation = {
		.implementation_name = known_random_name,
		.random = known_random_number,
		.buf = known_random_fill,
	};
	randombytes_set_implementation(&implementation);
}

static inline void known_random_is(struct view first, struct view second, struct view third)
{
	memset(known_keys, 0, sizeof known_keys);
	known_keys[0] = first;
	known_keys[1] = second;
	known_keys[2] = third;
	known_keys_used = 0;
}

#endif

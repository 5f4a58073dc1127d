#include "replay_report.h"

#include "event_payload.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <string.h>

int replay_run(const struct any_log *any, struct replay *replay, struct err *err)
{
	replay->any = any;
	return event_log_replay(&any->log, replay->registers, err);
}

bool replay_has(const struct replay *replay, unsigned rtmr)
{
	return rtmr == 3 || !replay->any->is_cut;
}

static const char *type_name(const struct event *event)
{
	const char *name = event_type_name(event->type);
	return name ? name : "unknown";
}

/* Written as it goes, in json_write()'s form: a tree of tens of thousands of events would cost more than the replay. */

enum { FLUSH_SIZE = 1 << 16 };

static int flush(struct bytes *text, int fd, size_t least, struct err *err)
{
	if (text->size < least)
		return 0;
	size_t size = text->size;
	text->size = 0;
	return file_write(fd, text->data, size, err);
}

static int add(struct bytes *into, const char *text, struct err *err)
{
	return bytes_add(into, text, strlen(text), err);
}

static int add_hex(const void *data, size_t size, struct bytes *into, struct err *err)
{
	enum { CHUNK = 64 };
	char digits[2 * CHUNK + 1];
	for (const uint8_t *from = data; size;) {
		size_t part = size < CHUNK ? size : CHUNK;
		hex_write(from, part, digits);
		if (bytes_add(into, digits, 2 * part, err))
			return -1;
		from += part;
		size -= part;
	}
	return 0;
}

/* As printf's %u, of which there is one for each event. */
static int add_number(uint32_t value, struct bytes *into, struct err *err)
{
	char digits[16], *at = digits + sizeof digits;
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	return bytes_add(into, at, (size_t)(digits + sizeof digits - at), err);
}

static int add_event(const struct event *event, struct hasher *hasher, struct bytes *into, struct err *err)
{
	return add(into, "    {\n      \"explained\": \"", err) ||
			       add(into, explained_name(event_explained(event, hasher)), err) ||
			       add(into, "\",\n      \"name\": ", err) || json_write_string(event->name, into, err) ||
			       add(into, ",\n      \"payload\": \"", err) ||
			       add_hex(event->payload.data, event->payload.size, into, err) ||
			       add(into, "\",\n      \"register\": \"rtmr", err) || add_number(event->imr, into, err) ||
			       add(into, "\",\n      \"sha384\": \"", err) ||
			       add_hex(event->digest, sizeof event->digest, into, err) ||
			       add(into, "\",\n      \"type\": ", err) || add_number(event->type, into, err) ||
			       add(into, ",\n      \"type_name\": \"", err) || add(into, type_name(event), err) ||
			       (event->type == EVENT_RUNTIME && (add(into, "\",\n      \"version\": ", err) ||
								 add_number(event->version, into, err))) ||
			       add(into, event->type == EVENT_RUNTIME ? "\n    }" : "\"\n    }", err)
		       ? -1
		       : 0;
}

static int add_events(const struct event_log *log, struct bytes *into, int fd, struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher || add(into, "  \"events\": [", err))
		return -1;
	for (size_t i = 0; i < log->count; i++)
		if (add(into, i ? ",\n" : "\n", err) || add_event(&log->events[i], hasher, into, err) ||
		    flush(into, fd, FLUSH_SIZE, err))
			return -1;
	return add(into, log->count ? "\n  ],\n" : "],\n", err);
}

static int add_registers(const struct replay *replay, struct bytes *into, struct err *err)
{
	unsigned first = replay->any->is_cut ? 3 : 0;
	if (add(into, "  \"registers\": [\n", err))
		return -1;
	for (unsigned i = first; i < REGISTERS; i++)
		if (bytes_addf(into, err, "    \"rtmr%u\"%s\n", i, i + 1 < REGISTERS ? "," : ""))
			return -1;
	if (add(into, "  ]", err))
		return -1;
	for (unsigned i = first; i < REGISTERS; i++)
		if (bytes_addf(into, err, ",\n  \"rtmr%u\": \"", i) ||
		    add_hex(replay->registers[i], REGISTER_SIZE, into, err) || add(into, "\"", err))
			return -1;
	return 0;
}

int replay_json(const struct replay *replay, int fd, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	const struct any_log *any = replay->any;
	if (bytes_addf(&text, err, "{\n  \"cut\": %s,\n", any->is_cut ? "true" : "false") ||
	    add_events(&any->log, &text, fd, err) ||
	    bytes_addf(&text, err, "  \"format\": \"%s\",\n", log_format_name(any->format)) ||
	    add_registers(replay, &text, err) || add(&text, "\n}\n", err))
		return -1;
	return flush(&text, fd, 0, err);
}

/* The table. */

enum { WORDS_MAX = 60 };

/* A runtime event's name, or what a firmware event's payload says of itself. */
static int add_name(const struct event *event, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes words = {0};
	if (*event->name)
		return add(into, printable(event->name), err);
	if (event_payload_words(event, &words, err))
		return -1;
	bool is_long = words.size > WORDS_MAX;
	return words.size ? bytes_addf(into, err, "%.*s%s", WORDS_MAX, words.data, is_long ? "…" : "") : 0;
}

static int add_row(const struct event *event, struct hasher *hasher, struct bytes *into, struct err *err)
{
	char digest[17];
	hex_write(event->digest, 8, digest);
	if (bytes_addf(into, err, "rtmr%u  %s…  %-9s  %-30s  ", event->imr, digest,
		       explained_name(event_explained(event, hasher)), type_name(event)) ||
	    add_name(event, into, err))
		return -1;
	while (into->data[into->size - 1] == ' ')
		into->size--;
	return add(into, "\n", err);
}

static int add_head(const struct replay *replay, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "format  %s%s\n", log_format_name(replay->any->format),
		       replay->any->is_cut ? ", cut: of rtmr0 to rtmr2 nothing can be said" : ""))
		return -1;
	for (unsigned i = 0; i < REGISTERS; i++)
		if (replay_has(replay, i) &&
		    (bytes_addf(into, err, "rtmr%u   ", i) || add_hex(replay->registers[i], REGISTER_SIZE, into, err) ||
		     add(into, "\n", err)))
			return -1;
	return add(into, "\nevent  digest             explained  type                            name\n", err);
}

int replay_text(const struct replay *replay, int fd, struct err *err)
{
	const struct event_log *log = &replay->any->log;
	cleanup_bytes struct bytes text = {0};
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher || add_head(replay, &text, err))
		return -1;
	for (size_t i = 0; i < log->count; i++)
		if (add_row(&log->events[i], hasher, &text, err) || flush(&text, fd, FLUSH_SIZE, err))
			return -1;
	return flush(&text, fd, 0, err);
}

/* log_format replay FILE: the registers, a line each, then `FORMAT` or `FORMAT cut`. log_format events FILE:
 * `IMR TYPE DIGEST EXPLAINED NAME|WORDS`, a line each. log_format check FILE: what log_check() says. A second operand
 * after FILE is the format, instead of what is found. log_format flips FILE FORMAT: how many of the files that differ
 * in a bit of one byte replay to the same registers. */
#include "log_format.h"

#include "event_payload.h"
#include "file.h"
#include "hex.h"
#include "log_check.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void print_digest(const uint8_t *digest, char end)
{
	char digits[2 * REGISTER_SIZE + 1];
	hex_write(digest, REGISTER_SIZE, digits);
	printf("%s%c", digits, end);
}

static void replay(const struct any_log *log)
{
	struct err err;
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	if (event_log_replay(&log->log, registers, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < REGISTERS; i++)
		print_digest(registers[i], '\n');
	printf("%s%s\n", log_format_name(log->format), log->is_cut ? " cut" : "");
}

static void events(const struct any_log *log)
{
	struct err err;
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, &err);
	if (!hasher)
		die_err(NULL, &err);
	for (size_t i = 0; i < log->log.count; i++) {
		const struct event *event = &log->log.events[i];
		cleanup_bytes struct bytes words = {0};
		if (event_payload_words(event, &words, &err))
			die_err(NULL, &err);
		printf("%u 0x%x ", event->imr, event->type);
		print_digest(event->digest, ' ');
		printf("%s %s|%s\n", explained_name(event_explained(event, hasher)), event->name,
		       words.size ? words.data : "");
	}
}

static bool replays_to(const struct bytes *data, enum log_format format, uint8_t registers[REGISTERS][REGISTER_SIZE])
{
	struct err err;
	cleanup_any_log struct any_log log = {0};
	return !log_format_parse(data->data, data->size, format, &log, &err) &&
	       !event_log_replay(&log.log, registers, &err);
}

static void flips(struct bytes *data, enum log_format format)
{
	uint8_t real[REGISTERS][REGISTER_SIZE], other[REGISTERS][REGISTER_SIZE];
	size_t survived = 0;
	if (!replays_to(data, format, real))
		die(STATUS_BAD, "does not replay");
	for (size_t i = 0; i < data->size; i++) {
		data->data[i] ^= 0x40;
		survived += replays_to(data, format, other) && !memcmp(real, other, sizeof real);
		data->data[i] ^= 0x40;
	}
	printf("%zu\n", survived);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes data = {0};
	cleanup_any_log struct any_log log = {0};
	enum log_format format;
	program_start("log_format");
	if (argc < 3)
		die_usage("replay, events or check; FILE; FORMAT");
	if (file_load(argv[2], LOG_FORMAT_CAP, &data, &err) ||
	    (argc > 3 ? log_format_find(argv[3], &format, &err)
		      : log_format_detect(data.data, data.size, &format, &err)) ||
	    log_format_parse(data.data, data.size, format, &log, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "check") && log_check(&log.log, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "replay"))
		replay(&log);
	if (!strcmp(argv[1], "flips"))
		flips(&data, format);
	if (!strcmp(argv[1], "events"))
		events(&log);
	return finish(STATUS_OK);
}

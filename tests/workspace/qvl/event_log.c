/* event_log digest VERSION NAME PAYLOAD: the digest of a runtime event; PAYLOAD is hexadecimal.
 * event_log replay FILE: the four registers that an event log replays to, a line each, and `cut` behind them when it
 * is. event_log events FILE: `IMR TYPE VERSION DIGEST NAME PAYLOAD`, a line each. */
#include "event_log.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void print_hex(const void *data, size_t size, char end)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!digits)
		die(EX_OSERR, "memory");
	hex_write(data, size, digits);
	printf("%s%c", digits, end);
}

static void digest(const char *version, const char *name, const char *payload)
{
	struct err err;
	uint8_t result[REGISTER_SIZE];
	size_t size = strlen(payload) / 2;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw || hex_read(payload, raw, size))
		die_usage("PAYLOAD: '%s' is not hexadecimal", payload);
	if (event_digest(*version == '2' ? 2 : 1, name, raw, size, result, &err))
		die_err(NULL, &err);
	print_hex(result, sizeof result, '\n');
}

static void replay(const struct event_log *log)
{
	struct err err;
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	if (event_log_replay(log, registers, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < REGISTERS; i++)
		print_hex(registers[i], REGISTER_SIZE, '\n');
	if (event_log_is_cut(log))
		puts("cut");
}

static void events(const struct event_log *log)
{
	for (const struct event *event = log->events; event < log->events + log->count; event++) {
		printf("%u %u %u ", event->imr, event->type, event->version);
		print_hex(event->digest, sizeof event->digest, ' ');
		printf("%s ", event->name);
		print_hex(event->payload.data, event->payload.size, '\n');
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_event_log struct event_log log = {0};
	program_start("event_log");
	if (argc == 5 && !strcmp(argv[1], "digest")) {
		digest(argv[2], argv[3], argv[4]);
		return finish(STATUS_OK);
	}
	if (argc != 3 || (strcmp(argv[1], "replay") && strcmp(argv[1], "events")))
		die_usage("digest VERSION NAME PAYLOAD, replay FILE or events FILE");
	if (file_load(argv[2], 2 * EVENT_LOG_CAP, &text, &err) || event_log_parse(text.data, text.size, &log, &err))
		die_err(argv[2], &err);
	(*argv[1] == 'r' ? replay : events)(&log);
	return finish(STATUS_OK);
}

/* measured json FILE: an array of predicted events, read and written again.
 * measured replay FILE: for each register how many of its events are in its value, that value, and `whole` or `cut`. */
#include "measured.h"

#include "hex.h"
#include "program.h"

#include <string.h>

static void print_json(const struct measured *measured)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = measured_json(measured);
	if (json_write(json, true, &text, &err))
		die_err(NULL, &err);
	fputs(text.data, stdout);
}

static void replay(const struct measured *measured)
{
	struct err err;
	for (unsigned i = 0; i < REGISTERS; i++) {
		uint8_t value[REGISTER_SIZE];
		char digits[2 * REGISTER_SIZE + 1];
		bool whole;
		int count = measured_replay(measured, i, value, &whole, &err);
		if (count < 0)
			die_err(NULL, &err);
		hex_write(value, sizeof value, digits);
		printf("%d %s %s\n", count, digits, whole ? "whole" : "cut");
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_measured struct measured measured = {0};
	program_start("measured");
	if (argc != 3 || (strcmp(argv[1], "json") && strcmp(argv[1], "replay")))
		die_usage("json FILE or replay FILE");
	cleanup_json struct json *json = json_load(argv[2], &err);
	if (!json || measured_parse(json, &measured, &err))
		die_err(argv[2], &err);
	(*argv[1] == 'j' ? print_json : replay)(&measured);
	return finish(STATUS_OK);
}

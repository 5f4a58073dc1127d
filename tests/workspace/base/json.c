/* json FILE: prints the canonical form, or the reason and exits with its status. */
#include "json.h"
#include "program.h"

#include <stdio.h>

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("json");
	if (argc != 2)
		die_usage("one FILE");
	cleanup_json struct json *json = json_load(argv[1], &err);
	if (!json || json_write(json, false, &text, &err))
		die_err(argv[1], &err);
	puts(text.data);
	return finish(STATUS_OK);
}

/* json FILE [indent]: prints the canonical form, or the reason and exits with its status. */
#include "json.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("json");
	bool indent = argc == 3 && !strcmp(argv[2], "indent");
	if (argc != 2 && !indent)
		die_usage("one FILE");
	cleanup_json struct json *json = json_load(argv[1], &err);
	if (!json || json_write(json, indent, &text, &err))
		die_err(argv[1], &err);
	printf(indent ? "%s" : "%s\n", text.data);
	return finish(STATUS_OK);
}

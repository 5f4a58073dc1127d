/* bundle FILE: what kettle makes of a vector: FILE.txt is what esbuild printed, FILE.json its record of an app.ts. */
#include "bundle.h"
#include "file.h"
#include "imports.h"
#include "program.h"

#include <string.h>

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("bundle");
	if (argc != 2)
		die_usage("one FILE");
	if (file_load(argv[1], 1 << 20, &text, &err))
		die_err(argv[1], &err);
	bool is_printed = strstr(argv[1], ".txt") != NULL;
	if (is_printed ? bundle_reason(text.data, &err) : imports_check(text.data, text.size, "app.ts", "", &err))
		die_err(NULL, &err);
	return finish(STATUS_OK);
}

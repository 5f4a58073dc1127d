/* linked FILE: the compilation units of a program, one a line. */
#include "linked.h"

#include "file.h"
#include "program.h"

static int print(void *context, const char *name, struct err *err)
{
	(void)context, (void)err;
	puts(printable(name));
	return 0;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes program = {0};
	program_start("linked");
	if (argc != 2)
		die_usage("one FILE is wanted");
	if (file_load(argv[1], 64 << 20, &program, &err) ||
	    linked_units(program.data ? program.data : "", program.size, print, NULL, &err))
		die_err(argv[1], &err);
	return finish(STATUS_OK);
}

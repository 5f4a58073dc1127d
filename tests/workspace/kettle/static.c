/* static FOLDER: the digest of its files. */
#include "static.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	cleanup_statics struct statics statics = {0};
	program_start("static");
	if (argc != 2)
		die_usage("one FOLDER");
	if (statics_load(argv[1], &statics, &err))
		die_err(NULL, &err);
	puts(statics.digest);
	return finish(STATUS_OK);
}

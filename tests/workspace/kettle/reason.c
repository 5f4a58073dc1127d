/* reason FILE: why the worker that printed it did not serve. */
#include "reason.h"

#include "file.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("reason");
	if (argc != 2)
		die_usage("one FILE");
	if (file_load(argv[1], 1 << 20, &text, &err))
		die_err(argv[1], &err);
	reason_find(text.data, &err);
	die_err(NULL, &err);
}

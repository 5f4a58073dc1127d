/* lock FILE: what the lock names, `ALGORITHM HEX NAME VERSION LINE`. */
#include "lock.h"

#include "file.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_lock struct lock lock = {0};
	program_start("lock");
	if (argc != 2)
		die_usage("one FILE is wanted");
	if (file_load(argv[1], LOCK_CAP, &text, &err) ||
	    lock_parse(argv[1], text.data ? text.data : "", text.size, &lock, &err))
		die_err(argv[1], &err);
	for (size_t i = 0; i < lock.count; i++)
		printf("%s %s %s %s %zu\n", lock.packages[i].algorithm, lock.packages[i].hex, lock.packages[i].name,
		       lock.packages[i].version, lock.packages[i].line);
	return finish(STATUS_OK);
}

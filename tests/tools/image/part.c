/* part FILE [OFFSET...]: for each offset, on the command line or one a line on stdin, `FORMAT: NAME` or `none`.
 * part --range FILE OFFSET: the first byte so named, and how many there are.
 * part --list FILE FILE: the parts that differ, or `none`.
 */
#include "part.h"

#include "file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void say(const struct bytes *file, uint64_t offset)
{
	struct part part;
	if (part_at(file->data, file->size, offset, &part))
		printf("%s: %s\n", part.format, part.name);
	else
		puts("none");
}

static int say_list(const char *first, const char *second)
{
	struct err err;
	char text[PART_LIST];
	cleanup_bytes struct bytes a = {0}, b = {0};
	if (file_load(first, INT64_C(1) << 30, &a, &err) || file_load(second, INT64_C(1) << 30, &b, &err))
		return 1;
	int any = part_list(a.data, a.size, b.data, b.size, text);
	puts(any ? text : "none");
	return any || !*text ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct err err;
	struct part part;
	uint64_t offset;
	cleanup_bytes struct bytes file = {0};
	bool range = argc == 4 && !strcmp(argv[1], "--range");
	if (argc == 4 && !strcmp(argv[1], "--list"))
		return say_list(argv[2], argv[3]);
	if (argc < 2 || file_load(argv[range ? 2 : 1], INT64_C(1) << 30, &file, &err))
		return 1;
	if (range) {
		if (!part_at(file.data, file.size, strtoull(argv[3], NULL, 0), &part))
			return 1;
		printf("%" PRIu64 " %" PRIu64 "\n", part.at, part.size);
		return 0;
	}
	for (int i = 2; i < argc; i++)
		say(&file, strtoull(argv[i], NULL, 0));
	while (argc == 2 && scanf("%" SCNu64, &offset) == 1)
		say(&file, offset);
	return 0;
}

/* cause FILE FILE [PATH], cause --field NAME A B: `CAUSE: EVIDENCE` or `none`. */
#include "cause.h"

#include "file.h"

#include <stdio.h>
#include <string.h>

static int say(const struct evidence *evidence)
{
	char text[CAUSE_TEXT];
	const char *cause = cause_guess(evidence, text);
	if (!cause && *text)
		return 1;
	printf("%s%s%s\n", cause ? cause : "none", cause ? ": " : "", text);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes a = {0}, b = {0};
	if (argc == 5 && !strcmp(argv[1], "--field"))
		return say(&(struct evidence){.path = "a/file", .field = argv[2], .a = argv[3], .b = argv[4]});
	if (argc < 3 || file_load(argv[1], 1 << 28, &a, &err) || file_load(argv[2], 1 << 28, &b, &err))
		return 1;
	struct evidence evidence = {.path = argc > 3 ? argv[3] : "a/file",
				    .content_a = a.data,
				    .content_b = b.data,
				    .size_a = a.size,
				    .size_b = b.size};
	while (evidence.offset < a.size && evidence.offset < b.size &&
	       a.data[evidence.offset] == b.data[evidence.offset])
		evidence.offset++;
	return say(&evidence);
}

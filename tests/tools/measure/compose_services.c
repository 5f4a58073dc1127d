/* compose_services [pin IMAGE] FILE: what a docker-compose text is found to run: `LINE KEY VALUE` a line, and `unsure
 * LINE REASON`. pin: the text with its image replaced. */
#include "compose_services.h"
#include "compose_write.h"
#include "file.h"
#include "program.h"

#include <string.h>

static void scan(const char *text)
{
	struct err err;
	cleanup_services struct services services = {0};
	if (services_scan(text, &services, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < services.count; i++) {
		const struct service_line *line = &services.lines[i];
		printf("%zu %s %.*s\n", line->line, line->key, (int)line->size, text + line->offset);
	}
	if (services.unsure)
		printf("unsure %zu %s\n", services.unsure_line, services.unsure);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0}, pinned = {0};
	program_start("compose_services");
	if (argc != 2 && (argc != 4 || strcmp(argv[1], "pin")))
		die_usage("[pin IMAGE] FILE");
	if (file_load(argv[argc - 1], 1 << 20, &text, &err) || bytes_add(&text, "", 0, &err) ||
	    (argc == 4 && compose_pin(text.data, argv[2], &pinned, &err)))
		die_err(argv[argc - 1], &err);
	if (argc == 4)
		fputs(pinned.data, stdout);
	else
		scan(text.data);
	return finish(STATUS_OK);
}

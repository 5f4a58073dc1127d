/* The search for a VM's shape, for the tests in search.bats.
 *
 *	search LAYOUT < QUESTION
 *
 * LAYOUT: A or B, of the firmware's memory. A line of the question is `rtmr0 HEX`, `hob HEX`, `loader HEX`, `rsdp HEX`,
 * `tables HEX`, `before HEX`, `after HEX` (each as often as there are such events), or `stop N`: end after N shapes.
 * Prints the shape, or "none"; what it took goes to standard error. Exit status: 0 found, 1 not found.
 */
#include "search.h"
#include "hex.h"
#include "program.h"

#include <string.h>

enum { EVENTS = 16 };

struct question {
	uint8_t seen[5][SHA384_SIZE], before[EVENTS][SHA384_SIZE], after[EVENTS][SHA384_SIZE];
	uint64_t stop;
};

static const struct hob_ranges layouts[] = {
	{{{0x800000, 0x806000}, {0x809000, 0x80b000}, {0x80b000, 0x80d000}, {0x810000, 0x820000}}, 4, 0x809000},
	{{{0x800000, 0x806000}, {0x809000, 0x80b000}, {0x80b000, 0x80d000}, {0x811000, 0x820000}}, 4, 0x809000},
};

static void read_digest(const char *hex, uint8_t into[SHA384_SIZE])
{
	if (hex_read(hex, into, SHA384_SIZE))
		die_usage("%s: not a digest", hex);
}

static void read_line(char *name, struct search *search, struct question *question)
{
	const uint8_t **seen[] = {&search->rtmr0, &search->hob, &search->loader, &search->rsdp, &search->tables};
	static const char *const names[] = {"rtmr0", "hob", "loader", "rsdp", "tables"};
	name[strcspn(name, "\n")] = '\0';
	char *hex = strchr(name, ' ');
	if (!hex)
		die_usage("%s: no value", name);
	*hex++ = '\0';
	if (!strcmp(name, "stop"))
		question->stop = strtoull(hex, NULL, 10);
	else if (!strcmp(name, "before") && search->before_count < EVENTS)
		read_digest(hex, question->before[search->before_count++]);
	else if (!strcmp(name, "after") && search->after_count < EVENTS)
		read_digest(hex, question->after[search->after_count++]);
	else
		for (size_t i = 0; i < 5; i++)
			if (!strcmp(name, names[i])) {
				read_digest(hex, question->seen[i]);
				*seen[i] = question->seen[i];
			}
}

static bool go_on(void *context, const struct search_count *count)
{
	const struct question *question = context;
	return !question->stop || count->shapes < question->stop;
}

static void print(const struct search_result *result)
{
	const struct shape *shape = &result->shape;
	printf("cpus=%u mem=%ju qemu=%u.%u.%u pic=%d smm=%d hotplug_off=%d hugepages=%d cdrom=%d volumes=%u nics=%u "
	       "gpus=%u "
	       "nvswitches=%u hole64=%ju%s\n",
	       shape->cpus, (uintmax_t)(shape->memory >> 20), shape->qemu.part[0], shape->qemu.part[1],
	       shape->qemu.part[2], shape->pic, shape->smm, shape->hotplug_off, shape->hugepages, shape->cdrom,
	       shape->volumes, shape->nics, shape->gpus, shape->nvswitches, (uintmax_t)(shape->hole64 >> 30),
	       result->is_memory_seen ? "" : " or other memory");
}

int main(int argc, char **argv)
{
	program_start("search");
	if (argc != 2)
		die_usage("the layout is missing");
	struct question question = {0};
	struct search search = {
		.before = question.before,
		.after = question.after,
		.ranges = &layouts[argv[1][0] == 'B'],
		.start = {.cpus = 1, .memory = 2048u << 20, .qemu = {{9, 2, 1}}, .nics = 1, .hole64 = SHAPE_HOLE64},
		.progress = go_on,
		.context = &question,
	};
	char line[256];
	while (fgets(line, sizeof line, stdin))
		read_line(line, &search, &question);
	struct search_result result;
	struct err err;
	int found = search_shape(&search, &result, &err);
	if (found < 0)
		die_err(NULL, &err);
	if (found)
		print(&result);
	else
		puts("none");
	fprintf(stderr, "%ju shapes, %ju tables, %.2f seconds: %.0f tables a second\n", (uintmax_t)result.count.shapes,
		(uintmax_t)result.count.tables, result.count.seconds,
		(double)result.count.tables / result.count.seconds);
	return finish(found ? STATUS_OK : STATUS_FALSE);
}

#include "explain.h"

#include "path.h"

#include <string.h>

static const char other_cmdline[] = "if the command line changes";
static const char other_firmware[] = "if that part of the firmware changes";
static const char other_length[] = "if its length changes";
static const char other_member[] = "if that member changes";
static const char other_order[] = "if the order of pages changes";
static const char other_setting[] = "if that setting of the VM changes";

/* A word of varies_with, and what it stands for. */
static const struct {
	const char *word;
	enum os_file file;
} os_words[] = {
	{"firmware", OS_FIRMWARE},
	{"kernel", OS_KERNEL},
	{"initrd", OS_INITRD},
	{"cmdline", OS_METADATA},
};

static int add_os_file(struct explain *explain, enum os_file which, const char *member, struct err *err)
{
	struct graph *graph = &explain->graph;
	const struct values *values = &graph->values;
	char at[64];
	snprintf(at, sizeof at, ".tdx.os_image.%s", member);
	const char *name = which == OS_METADATA ? "metadata.json" : values_text(values, "%s.name", at);
	if (!name)
		return 0;
	struct thing *thing = graph_add(graph, "OS image file", name, values_text(values, "%s.sha256", at), NULL, err);
	explain->os_files[which] = thing;
	if (!thing || graph_leaf(graph, thing, ALWAYS, NULL, err, ".tdx.os_image.os_image_hash"))
		return -1;
	thing->place = graph_text(graph, err, "OS_IMAGE/%s", thing->name);
	return thing->place ? graph_digests(graph, thing, at, other_length, err) : -1;
}

static int add_os_image(struct explain *explain, struct err *err)
{
	struct graph *graph = &explain->graph;
	if (!values_text(&graph->values, ".tdx.os_image.version"))
		return 0;
	if (add_os_file(explain, OS_FIRMWARE, "firmware", err) || add_os_file(explain, OS_KERNEL, "kernel", err) ||
	    add_os_file(explain, OS_INITRD, "initrd", err) || add_os_file(explain, OS_METADATA, "metadata", err))
		return -1;
	static const char *const members[] = {"cmdline",       "is_dev",      "version",
					      "firmware.name", "kernel.name", "initrd.name"};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (graph_leaf(graph, explain->os_files[OS_METADATA], MAY, other_member, err, ".tdx.os_image.%s",
			       members[i]))
			return -1;
	return 0;
}

/* images/IMAGE/deploy/NAME.json, when it is the file that was used: build/deploy/vm/ has a copy of that. */
static struct thing *add_shape(struct explain *explain, const char *name, struct err *err)
{
	char used[PATH_LONGEST], source[PATH_LONGEST];
	cleanup_bytes struct bytes a = {0}, b = {0};
	snprintf(used, sizeof used, "build/deploy/vm/%s.json", name);
	snprintf(source, sizeof source, "images/%s/deploy/%s.json", explain->image, name);
	if (!source_exists(explain, source))
		return source_thing(explain, used, err);
	if (!source_exists(explain, used))
		return source_thing(explain, source, err);
	if (source_load(explain, used, &a, err) || source_load(explain, source, &b, err))
		return NULL;
	bool same = a.size == b.size && !memcmp(a.data, b.data, a.size);
	return source_thing(explain, same ? source : used, err);
}

struct machine {
	struct explain *explain;
	char at[64];
	const char *name;
	struct thing *shape, *registers[3];
};

/* A file of the OS image an event varies with. */
static int add_os_cause(struct machine *machine, struct thing *event, const char *name, enum os_file which,
			const char *word, struct err *err)
{
	struct thing *file = machine->explain->os_files[which];
	if (!strcmp(name, word))
		return graph_link(event, file, which == OS_INITRD ? ALWAYS : MADE, NULL, err);
	return graph_link(event, file, MAY,
			  which == OS_INITRD     ? other_length
			  : which == OS_METADATA ? other_cmdline
						 : other_firmware,
			  err);
}

static int add_causes(struct machine *machine, struct thing *event, const char *name, const char *at, struct err *err)
{
	struct graph *graph = &machine->explain->graph;
	const char *word, *settings = NULL;
	for (size_t i = 0; (word = values_text(&graph->values, "%s.varies_with[%zu]", at, i)); i++) {
		size_t k = 0;
		while (k < sizeof os_words / sizeof *os_words && strcmp(word, os_words[k].word))
			k++;
		if (k < sizeof os_words / sizeof *os_words) {
			if (add_os_cause(machine, event, name, os_words[k].file, word, err))
				return -1;
			continue;
		}
		settings = settings ? graph_text(graph, err, "%s, %s", settings, word)
				    : graph_text(graph, err, "if of these one changes: %s", word);
		if (!settings)
			return -1;
	}
	return settings ? graph_link(event, machine->shape, MAY, settings, err) : 0;
}

/* number: its place in its register, which is which. */
static struct thing *add_event(struct machine *machine, size_t i, const char *which, size_t number, struct err *err)
{
	struct graph *graph = &machine->explain->graph;
	const struct values *values = &graph->values;
	char at[96];
	snprintf(at, sizeof at, "%s.events[%zu]", machine->at, i);
	const char *text = values_text(values, "%s.name", at), *name = text ? text : "";
	const char *title = graph_text(graph, err, "%s:%zu@%s %s", which, number, machine->name, name);
	struct thing *event = title ? graph_add(graph, "event", title, values_text(values, "%s.sha384", at),
						values_text(values, "%s.source", at), err)
				    : NULL;
	if (!event || graph_leaf(graph, event, ALWAYS, NULL, err, "%s.sha384", at) ||
	    graph_leaf(graph, event, ALWAYS, NULL, err, "%s.payload", at))
		return NULL;
	return add_causes(machine, event, name, at, err) ? NULL : event;
}

static int add_events(struct machine *machine, struct err *err)
{
	struct graph *graph = &machine->explain->graph;
	const char *which;
	for (size_t i = 0; (which = values_text(&graph->values, "%s.events[%zu].register", machine->at, i)); i++) {
		bool is_ours = !strncmp(which, "rtmr", 4) && which[4] >= '0' && which[4] <= '2' && !which[5];
		struct thing *reg = is_ours ? machine->registers[which[4] - '0'] : NULL;
		if (!reg)
			return err_bad(err, "%s.events[%zu].register: not rtmr0 to rtmr2", machine->at, i);
		struct thing *event = add_event(machine, i, which, reg->from_count, err);
		if (!event || graph_link(reg, event, ALWAYS, NULL, err))
			return -1;
	}
	return 0;
}

/* The sections of the firmware, and what the order of its pages makes of them. */
static int add_sections(struct machine *machine, struct err *err)
{
	static const char *const members[] = {"address", "measured", "offset", "raw_size", "sha384", "size", "type"};
	struct graph *graph = &machine->explain->graph;
	struct thing *firmware = machine->explain->os_files[OS_FIRMWARE];
	struct thing *sections = graph_add(graph, "firmware sections", machine->name, NULL, NULL, err);
	struct thing *pages = graph_add(graph, "pages", machine->name, NULL, NULL, err);
	if (!sections || !pages ||
	    graph_leaf(graph, sections, ALWAYS, NULL, err, "%s.firmware.td_hob_witness", machine->at) ||
	    graph_leaf(graph, pages, ALWAYS, NULL, err, "%s.firmware.page_order", machine->at))
		return -1;
	for (size_t i = 0; values_text(&graph->values, "%s.firmware.sections[%zu].type", machine->at, i); i++) {
		for (size_t k = 0; k < sizeof members / sizeof *members; k++)
			if (graph_leaf(graph, sections, ALWAYS, NULL, err, "%s.firmware.sections[%zu].%s", machine->at,
				       i, members[k]))
				return -1;
		if (graph_leaf(graph, pages, ALWAYS, NULL, err, "%s.firmware.sections[%zu].mrtd_after", machine->at, i))
			return -1;
	}
	return graph_link(sections, firmware, MAY, other_firmware, err) ||
			       graph_link(pages, firmware, MAY, other_firmware, err) ||
			       graph_link(pages, machine->shape, MAY, other_order, err)
		       ? -1
		       : 0;
}

/* MRTD: pages of the firmware, in an order that the VM's maker chooses. */
static int add_mrtd(struct machine *machine, struct err *err)
{
	struct graph *graph = &machine->explain->graph;
	const char *title = graph_text(graph, err, "mrtd@%s", machine->name);
	const char *value = values_text(&graph->values, "%s.mrtd", machine->at);
	struct thing *mrtd = title ? graph_add(graph, "register", title, value, NULL, err) : NULL;
	if (!mrtd || graph_leaf(graph, mrtd, ALWAYS, NULL, err, "%s.mrtd", machine->at) ||
	    graph_link(mrtd, machine->explain->os_files[OS_FIRMWARE], MADE, NULL, err) ||
	    graph_link(mrtd, machine->shape, MAY, other_order, err))
		return -1;
	return add_sections(machine, err);
}

/* What is said of the machine besides its values. */
static int add_remarks(struct machine *machine, struct err *err)
{
	static const char *const members[] = {"vm", "notes", "confidence"};
	struct explain *explain = machine->explain;
	struct graph *graph = &explain->graph;
	char at[96];
	struct thing *remarks = graph_add(graph, "remarks", machine->name, NULL, NULL, err);
	if (!remarks || graph_link(remarks, machine->shape, ALWAYS, NULL, err))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		snprintf(at, sizeof at, "%s.%s", machine->at, members[i]);
		if (graph_leaves(graph, i ? remarks : machine->shape, MAY, i ? other_member : other_setting, at, err))
			return -1;
	}
	for (size_t i = 0; i < sizeof explain->os_files / sizeof *explain->os_files; i++)
		if (graph_link(remarks, explain->os_files[i], MAY, other_member, err))
			return -1;
	return 0;
}

static int add_machine(struct machine *machine, struct err *err)
{
	static const char *const names[] = {"rtmr0", "rtmr1", "rtmr2"};
	struct graph *graph = &machine->explain->graph;
	machine->shape = add_shape(machine->explain, machine->name, err);
	if (!machine->shape || add_mrtd(machine, err))
		return -1;
	for (unsigned r = 0; r < 3; r++) {
		const char *value = values_text(&graph->values, "%s.%s", machine->at, names[r]);
		const char *title = graph_text(graph, err, "%s@%s", names[r], machine->name);
		machine->registers[r] = title ? graph_add(graph, "register", title, value, NULL, err) : NULL;
		if (!machine->registers[r] ||
		    graph_leaf(graph, machine->registers[r], ALWAYS, NULL, err, "%s.%s", machine->at, names[r]))
			return -1;
	}
	return add_events(machine, err) || add_remarks(machine, err) ? -1 : 0;
}

int explain_machines(struct explain *explain, struct err *err)
{
	const char *name;
	if (add_os_image(explain, err))
		return -1;
	for (size_t i = 0; (name = values_text(&explain->graph.values, ".tdx.vms[%zu].name", i)); i++) {
		struct machine machine = {.explain = explain, .name = name};
		snprintf(machine.at, sizeof machine.at, ".tdx.vms[%zu]", i);
		if (add_machine(&machine, err))
			return -1;
	}
	return 0;
}

/* shape [config=FILE] [NAME=VALUE]...: the shape that these settings make, as JSON; NAME as in JSON. */
#include "shape.h"

#include "program.h"

#include <string.h>

static const char *const names[SETTINGS] = {
	[SET_CPUS] = "cpus",
	[SET_MEMORY] = "memory",
	[SET_QEMU] = "qemu",
	[SET_PIC] = "pic",
	[SET_SMM] = "smm",
	[SET_HOTPLUG_OFF] = "hotplug_off",
	[SET_GPUS] = "gpus",
	[SET_HUGEPAGES] = "hugepages",
	[SET_NVSWITCHES] = "nvswitches",
	[SET_NICS] = "nics",
	[SET_VOLUMES] = "volumes",
	[SET_HOLE64] = "hole64",
	[SET_PAGE_ORDER] = "page_order",
};

static void set(struct shape_settings *settings, char *argument)
{
	struct err err;
	const char *name = strsep(&argument, "=");
	if (!argument)
		die_usage("%s: no value", name);
	if (!strcmp(name, "config")) {
		cleanup_json struct json *config = json_load(argument, &err);
		if (!config || shape_set_config(settings, config, &err))
			die_err(argument, &err);
		return;
	}
	for (enum shape_setting i = 0; i < SETTINGS; i++)
		if (!strcmp(name, names[i])) {
			if (shape_set_text(settings, i, argument, &err))
				die_err(name, &err);
			return;
		}
	die_usage("%s: no such setting", name);
}

int main(int argc, char **argv)
{
	struct err err;
	struct shape_settings settings = {0};
	struct shape shape;
	cleanup_bytes struct bytes text = {0};
	program_start("shape");
	for (int i = 1; i < argc; i++)
		set(&settings, argv[i]);
	if (shape_resolve(&settings, &shape, &err))
		die_err(NULL, &err);
	cleanup_json struct json *json = shape_json(&shape);
	if (json_write(json, false, &text, &err))
		die_err(NULL, &err);
	puts(text.data);
	return finish(STATUS_OK);
}

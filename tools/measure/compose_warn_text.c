/* compose_warn.h: what the docker-compose text is warned of. */
#include "compose_services.h"
#include "compose_warn.h"

#include <ctype.h>
#include <string.h>

enum { VARIABLES_NAMED = 32 }; /* further ones are not named each */

#define FILE_NAME "docker_compose_file"

/* NAME@sha256:HEX? */
static bool is_pinned(const char *image, size_t size)
{
	static const char mark[] = "@sha256:";
	size_t tail = sizeof mark - 1 + 2 * SHA256_SIZE;
	if (size <= tail || memcmp(image + size - tail, mark, sizeof mark - 1))
		return false;
	for (const char *at = image + size - 2 * SHA256_SIZE; at < image + size; at++)
		if (!strchr("0123456789abcdef", *at))
			return false;
	return true;
}

static int warn_image(const char *text, const struct service_line *line, struct warnings *warnings, struct err *err)
{
	const char *image = text + line->offset;
	int shown = line->size < 200 ? (int)line->size : 200;
	if (memchr(image, '$', line->size))
		return warnings_add(warnings, err, "image-variable",
				    FILE_NAME
				    ": line %zu: image '%.*s' has a variable: what runs is chosen from outside, "
				    "and not measured",
				    line->line, shown, image);
	if (!is_pinned(image, line->size))
		return warnings_add(warnings, err, "image-not-pinned",
				    FILE_NAME ": line %zu: image '%.*s' is not pinned by @sha256: what it leads to can "
					      "change",
				    line->line, shown, image);
	return 0;
}

static bool is_value(const char *text, const struct service_line *line, const char *value)
{
	return line->size == strlen(value) && !memcmp(text + line->offset, value, line->size);
}

static const struct {
	const char *key, *value; /* NULL: any but the one in `but` */
	const char *but, *code, *why;
} risky[] = {
	{"build", NULL, NULL, "build", "an image that is built in the VM: what is in it is not measured"},
	{"include", NULL, NULL, "other-file", "brings in text from elsewhere, which is not measured"},
	{"extends", NULL, NULL, "other-file", "may bring in text from elsewhere, which is not measured"},
	{"env_file", NULL, NULL, "env-file", "values from a file that is not measured"},
	{"privileged", NULL, "false", "privileged", "a container that can do what the VM's root can"},
	{"network_mode", "host", NULL, "host-namespace", "the VM's own network"},
	{"pid", "host", NULL, "host-namespace", "the VM's own processes"},
};

/* `$NAME` or `${`; `$$` is how a text has a `$`. */
static bool has_variable(const char *text, size_t size)
{
	for (const char *at = text; at + 1 < text + size; at++) {
		if (*at == '$' && (at[1] == '{' || at[1] == '_' || isalpha((unsigned char)at[1])))
			return true;
		at += *at == '$' && at[1] == '$';
	}
	return false;
}

static int warn_line(const char *text, const struct service_line *line, struct warnings *warnings, struct err *err)
{
	if (!strcmp(line->key, "image"))
		return warn_image(text, line, warnings, err);
	bool starts = !strcmp(line->key, "command") || !strcmp(line->key, "entrypoint");
	if (starts && has_variable(text + line->offset, line->size))
		return warnings_add(warnings, err, "command-variable",
				    FILE_NAME ": line %zu: %s has a variable: what runs may be chosen from outside",
				    line->line, line->key);
	for (size_t i = 0; i < sizeof risky / sizeof *risky; i++) {
		if (strcmp(line->key, risky[i].key) || (risky[i].value && !is_value(text, line, risky[i].value)) ||
		    (risky[i].but && is_value(text, line, risky[i].but)))
			continue;
		return warnings_add(warnings, err, risky[i].code, FILE_NAME ": line %zu: %s: %s", line->line, line->key,
				    risky[i].why);
	}
	return 0;
}

static int warn_services(const char *text, struct warnings *warnings, struct err *err)
{
	cleanup_services struct services services = {0};
	if (services_scan(text, &services, err))
		return -1;
	for (size_t i = 0; i < services.count; i++)
		if (warn_line(text, &services.lines[i], warnings, err))
			return -1;
	if (!services.unsure)
		return 0;
	return warnings_add(warnings, err, "unsure",
			    FILE_NAME ": line %zu: %s: there may be images and settings that were not seen",
			    services.unsure_line, services.unsure);
}

/* Of the variable that begins at `$`: its name, and how much of the text it takes; 0 when it is none. */
static size_t variable_at(const char *text, const char **name, size_t *size)
{
	const char *at = text + 1;
	*size = 0;
	if (*at == '$')
		return 2; /* `$$` is how a text has a `$` */
	if (*at == '{')
		at++;
	*name = at;
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	*size = (size_t)(at - *name);
	return *size ? (size_t)(at - text) : 1;
}

struct variables {
	const char *names[VARIABLES_NAMED];
	size_t sizes[VARIABLES_NAMED], count;
};

static bool is_new(struct variables *variables, const char *name, size_t size)
{
	for (size_t i = 0; i < variables->count; i++)
		if (variables->sizes[i] == size && !memcmp(variables->names[i], name, size))
			return false;
	if (variables->count == VARIABLES_NAMED)
		return false;
	variables->names[variables->count] = name;
	variables->sizes[variables->count++] = size;
	return true;
}

static bool is_comment(const char *line)
{
	return line[strspn(line, " ")] == '#';
}

/* Each variable once. A whole line of comment has none. */
static int warn_variables(const char *text, struct warnings *warnings, struct err *err)
{
	struct variables variables = {0};
	const char *name = NULL;
	size_t size = 0;
	for (const char *at = text; *at;) {
		if ((at == text || at[-1] == '\n') && is_comment(at)) {
			at += strcspn(at, "\n");
			at += *at == '\n';
			continue;
		}
		size_t taken = *at == '$' ? variable_at(at, &name, &size) : 1;
		if (*at == '$' && size && is_new(&variables, name, size) &&
		    warnings_add(warnings, err, "variable",
				 FILE_NAME ": variable %.*s: what it becomes is not measured",
				 (int)(size < 200 ? size : 200), name))
			return -1;
		at += taken;
	}
	if (variables.count < VARIABLES_NAMED)
		return 0;
	return warnings_add(warnings, err, "variable", FILE_NAME ": %d variables, and perhaps more", VARIABLES_NAMED);
}

int compose_warn_text(const char *text, struct warnings *warnings, struct err *err)
{
	if (warn_services(text, warnings, err) || warn_variables(text, warnings, err))
		return -1;
	if (strstr(text, "docker.sock") || strstr(text, "containerd.sock"))
		if (warnings_add(warnings, err, "docker-socket",
				 FILE_NAME ": the container engine's socket is in it: who has it can run anything"))
			return -1;
	for (const char *at = text; (at = strstr(at, "/:/")); at++)
		if (at > text && strchr(" \"'-[", at[-1]))
			return warnings_add(warnings, err, "root-mounted",
					    FILE_NAME ": the VM's root folder is mounted into a container");
	return 0;
}

#include "definition.h"

#include "file.h"

#include <regex.h>
#include <string.h>

/* Text of one member, of each item of an array, each name of a set (an object of empty objects), or each name of a map
 * (an object of texts).
 */
enum shape { TEXT, TEXTS, SET, MAP };

struct rule {
	const char *name;
	enum shape shape;
	const char *pattern; /* POSIX extended; NULL: any text */
	const char *reason;  /* when the text does not match */
};

#define ID "(0|[1-9][0-9]{0,8}|[a-z_][a-z0-9_-]*)"
#define PORT "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
/* A component that is neither "." nor "..". */
#define COMPONENT "([^./][^/]*|\\.[^./][^/]*|\\.\\.[^/]+)"

/* spec: OCI image-spec config.md, Properties. The members of `config` that fix what runs; the others are for builders
 * or for other systems.
 */
static const struct rule config_rules[] = {
	{"User", TEXT, "^" ID "(:" ID ")?$", "not USER or USER:GROUP, each a number or a name"},
	{"ExposedPorts", SET, "^" PORT "/(tcp|udp)$", "not a port as 3001/tcp"},
	{"Env", TEXTS, "^[A-Za-z_][A-Za-z0-9_]*=", "not NAME=value"},
	{"Entrypoint", TEXTS, NULL, NULL},
	{"Cmd", TEXTS, NULL, NULL},
	{"Volumes", SET, "^(/" COMPONENT ")+$", "not an absolute path in its shortest form"},
	{"WorkingDir", TEXT, "^(/|(/" COMPONENT ")+)$", "not an absolute path in its shortest form"},
	{"Labels", MAP, "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$", "not a label's name"},
	{"StopSignal", TEXT, "^(SIG[A-Z][A-Z0-9]*([+-][0-9]+)?|[1-9][0-9]?)$", "not a signal as SIGTERM"},
	{NULL, TEXT, NULL, NULL},
};

static const struct rule platform_rules[] = {
	{"os", TEXT, "^[a-z0-9]+$", "not an operating system's name"},
	{"architecture", TEXT, "^[a-z0-9]+$", "not an architecture's name"},
	{NULL, TEXT, NULL, NULL},
};

/* spec: OCI image-spec annotations.md, Rules: reverse domain notation */
static const struct rule annotation_rule = {
	"annotations", MAP, "^[a-z0-9]+([-_][a-z0-9]+)*(\\.[A-Za-z0-9]+([-_][A-Za-z0-9]+)*)+(/[A-Za-z0-9._-]+)?$",
	"not a name in reverse domain notation"};

static int check_text(const struct rule *rule, const char *text, struct err *err)
{
	regex_t pattern;
	if (!rule->pattern)
		return 0;
	if (regcomp(&pattern, rule->pattern, REG_EXTENDED | REG_NOSUB))
		return err_set(err, EX_OSERR, "pattern");
	bool matches = !regexec(&pattern, text, 0, NULL, 0);
	regfree(&pattern);
	return matches ? 0 : err_bad(err, "'%.200s': %s", text, rule->reason);
}

/* spec: OCI image-spec annotations.md: the pre-defined names. created and revision are of the build, not of the
 * content: they would give one content many digests. ref.name belongs to the index.
 */
static int check_reserved(const char *name, struct err *err)
{
	static const char prefix[] = "org.opencontainers.";
	static const char *const known[] = {"authors",  "url",   "documentation", "source",      "version",   "vendor",
					    "licenses", "title", "description",   "base.digest", "base.name", NULL};
	if (strncmp(name, prefix, strlen(prefix)))
		return 0;
	const char *rest = name + strlen(prefix);
	if (!strcmp(rest, "image.created") || !strcmp(rest, "image.revision"))
		return err_bad(err, "%s: would vary with time or commit", name);
	for (const char *const *at = known; *at; at++)
		if (!strncmp(rest, "image.", 6) && !strcmp(rest + 6, *at))
			return 0;
	return err_bad(err, "%s: reserved by the OCI image-spec", name);
}

static int check_texts(const struct rule *rule, const struct json *array, struct err *err)
{
	for (size_t i = 0; i < json_length(array); i++) {
		cleanup_json struct json *item = json_at(array, i);
		if (!item)
			return err_set(err, EX_OSERR, "memory is out");
		if (json_kind(item) != JSON_STRING)
			return err_bad(err, "%zu: not a string", i);
		if (check_text(rule, json_text(item), err))
			return err_prefix(err, "%zu", i);
	}
	return 0;
}

static int check_named(const struct rule *rule, const struct json *object, const char *name, struct err *err)
{
	if (check_text(rule, name, err))
		return -1;
	if (rule->shape == MAP && check_reserved(name, err))
		return -1;
	cleanup_json struct json *value = json_get(object, name);
	if (!value)
		return err_set(err, EX_OSERR, "memory is out");
	if (rule->shape == MAP && json_kind(value) != JSON_STRING)
		return err_bad(err, "%s: not a string", name);
	if (rule->shape == SET && (json_kind(value) != JSON_OBJECT || json_length(value)))
		return err_bad(err, "%s: not an empty object", name);
	return 0;
}

static int check_names(const struct rule *rule, const struct json *object, struct err *err)
{
	cleanup_free char **names = json_names(object, err);
	if (!names)
		return -1;
	for (char **name = names; *name; name++)
		if (check_named(rule, object, *name, err))
			return -1;
	return 0;
}

static int check_member(const struct rule *rule, const struct json *value, struct err *err)
{
	static const enum json_kind kinds[] = {JSON_STRING, JSON_ARRAY, JSON_OBJECT, JSON_OBJECT};
	int status;
	if (json_kind(value) != kinds[rule->shape])
		return err_bad(err, "%s: not %s", rule->name, json_kind_name(kinds[rule->shape]));
	if (rule->shape == TEXT)
		status = check_text(rule, json_text(value), err);
	else if (rule->shape == TEXTS)
		status = check_texts(rule, value, err);
	else
		status = check_names(rule, value, err);
	return status ? err_prefix(err, "%s", rule->name) : 0;
}

/* Every member by its rule, and no member without one. */
static int check_object(const struct rule *rules, const struct json *object, struct err *err)
{
	cleanup_free char **names = json_names(object, err);
	if (!names)
		return -1;
	for (char **name = names; *name; name++) {
		const struct rule *rule = rules;
		while (rule->name && strcmp(rule->name, *name))
			rule++;
		if (!rule->name)
			return err_bad(err, "%s: unknown member", *name);
		cleanup_json struct json *value = json_get(object, *name);
		if (!value)
			return err_set(err, EX_OSERR, "memory is out");
		if (check_member(rule, value, err))
			return -1;
	}
	return 0;
}

/* Of two variables of one name a shell takes one and a program the other. */
static int check_env(const struct json *config, struct err *err)
{
	cleanup_json struct json *env = json_get(config, "Env");
	cleanup_json struct json *seen = json_object();
	for (size_t i = 0; env && i < json_length(env); i++) {
		cleanup_json struct json *item = json_at(env, i);
		cleanup_free char *name = item ? strndup(json_text(item), strcspn(json_text(item), "=")) : NULL;
		if (!name || !seen)
			return err_set(err, EX_OSERR, "memory is out");
		cleanup_json struct json *earlier = json_get(seen, name);
		if (earlier)
			return err_bad(err, "Env: %zu: '%s': set twice", i, name);
		json_set(seen, name, json_boolean(true));
	}
	return 0;
}

static int read_platform(const struct json *json, struct definition *definition, struct err *err)
{
	definition->platform = json_need(json, "platform", JSON_OBJECT, err);
	if (!definition->platform)
		return -1;
	cleanup_json struct json *os = json_need(definition->platform, "os", JSON_STRING, err);
	cleanup_json struct json *architecture =
		os ? json_need(definition->platform, "architecture", JSON_STRING, err) : NULL;
	if (!architecture || check_object(platform_rules, definition->platform, err))
		return err_prefix(err, "platform");
	return 0;
}

static int read_config(const struct json *json, struct definition *definition, struct err *err)
{
	definition->config = json_get(json, "config");
	if (!definition->config)
		return 0;
	if (json_kind(definition->config) != JSON_OBJECT)
		return err_bad(err, "config: not an object");
	if (check_object(config_rules, definition->config, err) || check_env(definition->config, err))
		return err_prefix(err, "config");
	return 0;
}

static int read_name(const struct json *json, struct definition *definition, struct err *err)
{
	static const struct rule rule = {"name", TEXT, "^[a-z0-9]+([._-][a-z0-9]+)*$", "not a name as kettle-launcher"};
	cleanup_json struct json *name = json_need(json, "name", JSON_STRING, err);
	if (!name || check_member(&rule, name, err))
		return -1;
	definition->name = strdup(json_text(name));
	return definition->name ? 0 : err_system(err, EX_OSERR, "name");
}

static int read_definition(const struct json *json, struct definition *definition, struct err *err)
{
	static const char schema[] = "kettle-dstack/image/1";
	static const char *const members[] = {"schema", "name", "platform", "config", "annotations", NULL};
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *says = json_need(json, "schema", JSON_STRING, err);
	if (!says)
		return -1;
	if (strcmp(json_text(says), schema))
		return err_bad(err, "schema: '%.200s': not %s", json_text(says), schema);
	if (json_only(json, members, err) || read_name(json, definition, err) || read_platform(json, definition, err) ||
	    read_config(json, definition, err))
		return -1;
	definition->annotations = json_get(json, "annotations");
	return definition->annotations ? check_member(&annotation_rule, definition->annotations, err) : 0;
}

int definition_parse(const char *text, size_t size, struct definition *definition, struct err *err)
{
	*definition = (struct definition){0};
	cleanup_json struct json *json = json_parse(text, size, err);
	if (json && !read_definition(json, definition, err))
		return 0;
	definition_free(definition);
	return -1;
}

int definition_load(const char *path, struct definition *definition, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	*definition = (struct definition){0};
	if (file_load(path, JSON_CAP, &text, err))
		return -1;
	return definition_parse(text.data ? text.data : "", text.size, definition, err);
}

void definition_free(struct definition *definition)
{
	free(definition->name);
	json_free(definition->platform);
	json_free(definition->config);
	json_free(definition->annotations);
	*definition = (struct definition){0};
}

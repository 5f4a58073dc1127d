#include "compose_warn.h"

#include <stdarg.h>
#include <string.h>

void warnings_free(struct warnings *warnings)
{
	for (size_t i = 0; i < warnings->count; i++)
		free(warnings->list[i].text);
	free(warnings->list);
	*warnings = (struct warnings){0};
}

int warnings_add(struct warnings *warnings, struct err *err, const char *code, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	struct warning *list = reallocarray(warnings->list, warnings->count + 1, sizeof *list);
	if (!list)
		return err_system(err, EX_OSERR, "warnings");
	warnings->list = list;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return err_system(err, EX_OSERR, "warnings");
	list[warnings->count++] = (struct warning){code, text};
	return 0;
}

/* Names of which it is known, or as good as known, that they choose a program, a library, an image or where one is
 * from. */
static const char *const choosing[] = {
	"KETTLE_MANIFEST",
	"KETTLE_STATIC",
	"PATH",
	"IFS",
	"ENV",
	"BASH_ENV",
	"SHELL",
	"NODE_OPTIONS",
	"NODE_PATH",
	"NODE_EXTRA_CA_CERTS",
	"PYTHONPATH",
	"PYTHONSTARTUP",
	"PYTHONHOME",
	"PERL5LIB",
	"PERL5OPT",
	"RUBYLIB",
	"RUBYOPT",
	"CLASSPATH",
	"JAVA_OPTS",
	"JDK_JAVA_OPTIONS",
	"IMAGE",
	"TAG",
	"ENTRYPOINT",
	"COMMAND",
	"CMD",
	"SSL_CERT_FILE",
	"SSL_CERT_DIR",
	"HTTP_PROXY",
	"HTTPS_PROXY",
	"ALL_PROXY",
	"http_proxy",
	"https_proxy",
	"all_proxy",
	"DOCKER_HOST",
	"COMPOSE_FILE",
	"JAVA_TOOL_OPTIONS",
	NULL,
};
static const char *const choosing_begin[] = {"LD_",         "DYLD_", "GIT_",     "NPM_CONFIG_",
					     "npm_config_", "PIP_",  "COMPOSE_", NULL};
static const char *const choosing_end[] = {"_IMAGE",    "_TAG",    "_URL",     "_DIGEST",  "_VERSION",
					   "_MANIFEST", "_SCRIPT", "_COMMAND", "_PRELOAD", "_REPO",
					   "_REF",      "_BRANCH", "_COMMIT",  NULL};

bool compose_chooses_code(const char *variable)
{
	size_t size = strlen(variable);
	for (const char *const *name = choosing; *name; name++)
		if (!strcmp(variable, *name))
			return true;
	for (const char *const *begin = choosing_begin; *begin; begin++)
		if (!strncmp(variable, *begin, strlen(*begin)))
			return true;
	for (const char *const *end = choosing_end; *end; end++)
		if (size > strlen(*end) && !strcmp(variable + size - strlen(*end), *end))
			return true;
	return false;
}

/* spec: rtmr3-spec.md 4.4; 10: images for development let these in */
static int warn_variable(const char *name, struct warnings *warnings, struct err *err)
{
	static const char *const dev[] = {"DSTACK_AUTHORIZED_KEYS", "DSTACK_ROOT_PASSWORD", "DSTACK_ROOT_PUBLIC_KEY",
					  NULL};
	for (const char *const *it = dev; *it; it++)
		if (!strcmp(name, *it))
			return warnings_add(
				warnings, err, "dev-image",
				"allowed_envs: %s lets whoever deploys log in, as images for development do", name);
	if (!compose_chooses_code(name))
		return 0;
	return warnings_add(
		warnings, err, "env-chooses-code",
		"allowed_envs: %.200s can choose what runs; its value is not measured and can change at any time",
		name);
}

static int warn_variables(const struct compose *compose, struct warnings *warnings, struct err *err)
{
	cleanup_json struct json *names = compose_get(compose, "allowed_envs");
	for (size_t i = 0; names && i < json_length(names); i++) {
		cleanup_json struct json *name = json_at(names, i);
		if (warn_variable(json_text(name), warnings, err))
			return -1;
	}
	return 0;
}

/* Words by which a script fetches what it runs. */
static const char *downloads(const char *script)
{
	static const char *const words[] = {"curl",         "wget",        "git clone", "docker pull", "docker run",
					    "pip install",  "npm install", "npx ",      "apt-get",     "apk add",
					    "bash <(",      "/dev/tcp/",   "skopeo",    "docker load", "nerdctl run",
					    "nerdctl pull", NULL};
	for (const char *const *word = words; *word; word++)
		if (strstr(script, *word))
			return *word;
	return NULL;
}

static int warn_script(const char *member, const char *script, struct warnings *warnings, struct err *err)
{
	const char *word = downloads(script);
	if (!*script)
		return 0;
	if (word)
		return warnings_add(warnings, err, "script-downloads",
				    "%s: has '%s': what a script fetches is not measured", member, word);
	return warnings_add(warnings, err, "script", "%s: runs as root in the VM; read it", member);
}

static int warn_scripts(const struct compose *compose, struct warnings *warnings, struct err *err)
{
	static const char *const members[] = {"pre_launch_script", "bash_script", "init_script"};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		cleanup_json struct json *script = compose_get(compose, members[i]);
		if (!script)
			continue;
		if (json_kind(script) == JSON_STRING && warn_script(members[i], json_text(script), warnings, err))
			return -1;
		for (size_t at = 0; at < json_length(script); at++) {
			cleanup_json struct json *one = json_at(script, at);
			if (warn_script(members[i], json_text(one), warnings, err))
				return -1;
		}
	}
	return 0;
}

static const struct {
	const char *member;
	bool risky;
	const char *code, *why;
} flags[] = {
	{"public_logs", true, "public-logs", "true: everybody can read what the containers log"},
	{"public_sysinfo", true, "public-sysinfo", "true: everybody can read the VM's state"},
	{"public_tcbinfo", false, "no-tcbinfo", "false: nobody can fetch this text from the VM to check it"},
	{"secure_time", false, "host-time", "false: the VM's clock is what its host says"},
	{"no_instance_id", false, "instance-id", "false: RTMR3 has a random number and cannot be predicted whole"},
};

static int warn_flags(const struct compose *compose, struct warnings *warnings, struct err *err)
{
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (compose_flag(compose, flags[i].member) == flags[i].risky &&
		    warnings_add(warnings, err, flags[i].code, "%s: %s", flags[i].member, flags[i].why))
			return -1;
	bool has_keys = compose->provider == PROVIDER_KMS || compose->provider == PROVIDER_LOCAL;
	if (has_keys && !compose->provider_id.size)
		return warnings_add(
			warnings, err, "any-key-provider",
			"key_provider_id: not given: any key provider will do, so check the event key-provider");
	return 0;
}

/* spec: rtmr3-spec.md 12.11, and what 4.3 calls deprecated or removed */
static int warn_doubts(const struct compose *compose, struct warnings *warnings, struct err *err)
{
	static const char *const doubtful[] = {"requirements", "init_script"};
	cleanup_json struct json *features = compose_get(compose, "features");
	cleanup_free char **names = json_names(compose->json, err);
	for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful; i++) {
		cleanup_json struct json *member = compose_get(compose, doubtful[i]);
		if (member && json_kind(member) == JSON_NULL &&
		    warnings_add(warnings, err, "null", "%s: null: what dstack measures for it is not known",
				 doubtful[i]))
			return -1;
	}
	if (features && json_length(features) &&
	    warnings_add(warnings, err, "features", "features: deprecated, and not looked at here"))
		return -1;
	for (char **name = names; name && *name; name++)
		if (!compose_knows(*name) &&
		    warnings_add(warnings, err, "unknown-member", "%.200s: not a member that is known", *name))
			return -1;
	return names ? 0 : -1;
}

static bool is_runner(const struct compose *compose, const char *name)
{
	cleanup_json struct json *runner = compose_get(compose, "runner");
	return !strcmp(json_text(runner), name);
}

int compose_warn(const struct compose *compose, struct warnings *warnings, struct err *err)
{
	cleanup_json struct json *text = compose_get(compose, "docker_compose_file");
	cleanup_json struct json *script = compose_get(compose, "bash_script");
	bool bash = is_runner(compose, "bash");
	if (bash ? !script : !text)
		if (warnings_add(warnings, err, "nothing-to-run", "%s: missing, and the runner is for it",
				 bash ? "bash_script" : "docker_compose_file"))
			return -1;
	if (text && compose_warn_text(json_text(text), warnings, err))
		return -1;
	return warn_variables(compose, warnings, err) || warn_scripts(compose, warnings, err) ||
			       warn_flags(compose, warnings, err) || warn_doubts(compose, warnings, err)
		       ? -1
		       : 0;
}

#include "judge_options.h"

#include "certificate.h"
#include "file.h"
#include "judging.h"
#include "moment.h"
#include "pem.h"

#include <string.h>
#include <sys/stat.h>

void judge_options_free(struct judge_options *options)
{
	demands_free(&options->demands);
}

static int load_expected(const char *path, struct demands *demands, struct err *err)
{
	cleanup_bytes struct bytes file = {0};
	if (file_load(path, DEMAND_CAP, &file, err) ||
	    demands_parse(demands, file.data ? file.data : "", file.size, err))
		return err_prefix(err, "%s", path);
	return 0;
}

/* What was said on the command line is wrong use, not malformed input. */
static int used_wrongly(const char *option, struct err *err)
{
	if (err->status == STATUS_BAD)
		err->status = EX_USAGE;
	return err_prefix(err, "%s", option);
}

/* NAME=VALUE, or else a file. */
static int take_expected(const char *text, struct demands *demands, struct err *err)
{
	const char *equals = strchr(text, '=');
	if (!equals)
		return load_expected(text, demands, err);
	cleanup_free char *name = strndup(text, (size_t)(equals - text));
	if (!name)
		return err_system(err, EX_OSERR, "--expected");
	return demands_add(demands, name, equals + 1, err) ? used_wrongly("--expected", err) : 0;
}

static int take_words(const char *text, struct judge_options *options, struct err *err)
{
	cleanup_free char *copy = strdup(text);
	char *rest = copy;
	if (!copy)
		return err_system(err, EX_OSERR, "--require");
	options->has_words = true;
	for (char *name; (name = strsep(&rest, ","));) {
		enum word word;
		if (word_find(name, &word))
			return err_set(err, EX_USAGE, "--require: '%s' is none of verify, check, judge", name);
		options->words[word] = true;
	}
	return 0;
}

static int take(int option, const char *value, struct judge_options *options, struct err *err)
{
	switch (option) {
	case JUDGE_COLLATERAL:
		options->collateral = value;
		return 0;
	case JUDGE_RELEASE:
		options->release = value;
		return 0;
	case JUDGE_POLICY:
		options->policy = value;
		return 0;
	case JUDGE_ROOT:
		options->root = value;
		return 0;
	case JUDGE_AT:
		options->has_time = true;
		return moment_parse(value, &options->now, err) ? used_wrongly("--at", err) : 0;
	case JUDGE_REQUIRE:
		return take_words(value, options, err);
	default:
		return take_expected(value, &options->demands, err);
	}
}

int judge_option(int option, const char *value, struct judge_options *options, struct err *err)
{
	if (option < JUDGE_COLLATERAL || option > JUDGE_REQUIRE)
		return 0;
	return take(option, value, options, err) ? -1 : 1;
}

static int load_root(const char *path, struct judge_inputs *inputs, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	inputs->trust = trust_intel();
	if (!path)
		return 0;
	if (file_load(path, CERTIFICATE_CAP, &text, err))
		return err_prefix(err, "%s", path);
	struct view rest = view_of(text.data, text.size);
	if (pem_take(&rest, &inputs->root, err))
		return err_prefix(err, "%s", path);
	if (rest.size)
		return err_bad(err, "%s: more than one certificate", path);
	inputs->trust = trust_other(view_of(inputs->root.data, inputs->root.size));
	return 0;
}

static int load_policy(const char *path, struct policy *policy, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	policy_default(policy);
	if (path &&
	    (file_load(path, JSON_CAP, &text, err) || policy_parse(text.data ? text.data : "", text.size, policy, err)))
		return err_prefix(err, "%s", path);
	return 0;
}

/* A folder has the file. */
static int load_release(const char *path, struct json **release, struct err *err)
{
	struct stat status;
	bool is_folder = !stat(path, &status) && S_ISDIR(status.st_mode);
	cleanup_bytes struct bytes name = {0}, text = {0};
	if (bytes_addf(&name, err, is_folder ? "%s/measurements.json" : "%s", path) ||
	    file_load(name.data, RELEASE_CAP, &text, err))
		return err_prefix(err, "%s", path);
	*release = json_parse(text.data ? text.data : "", text.size, err);
	return !*release || release_check(*release, err) ? err_prefix(err, "%s", name.data) : 0;
}

int judge_inputs_load(const struct judge_options *options, struct judge_inputs *inputs, struct err *err)
{
	if (load_root(options->root, inputs, err) || load_policy(options->policy, &inputs->policy, err))
		return -1;
	if (options->collateral && collateral_load(options->collateral, &inputs->collateral, err))
		return err_prefix(err, "%s", options->collateral);
	return options->release ? load_release(options->release, &inputs->release, err) : 0;
}

void judge_inputs_free(struct judge_inputs *inputs)
{
	collateral_free(&inputs->collateral);
	policy_free(&inputs->policy);
	json_free(inputs->release);
	bytes_free(&inputs->root);
}

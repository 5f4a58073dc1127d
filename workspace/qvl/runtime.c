#include "runtime.h"

#include "bytes.h"

#include <string.h>

/* spec: rtmr3-spec.md 2 */
static const struct runtime_step row_0_3_1[] = {
	{"rootfs-hash", ONCE},  {"app-id", ONCE},      {"upgraded-app-id", ONCE},
	{"ca-cert-hash", ONCE}, {"instance-id", ONCE}, {NULL, ONCE},
};
static const struct runtime_step row_0_3_3[] = {
	{"rootfs-hash", ONCE},  {"app-id", ONCE},      {"compose-hash", ONCE},
	{"ca-cert-hash", ONCE}, {"instance-id", ONCE}, {NULL, ONCE},
};
static const struct runtime_step row_0_4_0_0[] = {
	{"system-preparing", ONCE}, {"rootfs-hash", ONCE},  {"app-id", ONCE},
	{"compose-hash", ONCE},     {"instance-id", ONCE},  {"boot-mr-done", ONCE},
	{"key-provider", ONCE},     {"system-ready", ONCE}, {NULL, ONCE},
};
static const struct runtime_step row_0_4_2[] = {
	{"system-preparing", ONCE}, {"app-id", ONCE},       {"compose-hash", ONCE},
	{"instance-id", ONCE},      {"boot-mr-done", ONCE}, {"mr-kms", ANY_NUMBER},
	{"key-provider", ONCE},     {"system-ready", ONCE}, {NULL, ONCE},
};
static const struct runtime_step row_0_5_1[] = {
	{"system-preparing", ONCE}, {"app-id", ONCE},       {"compose-hash", ONCE},          {"instance-id", ONCE},
	{"boot-mr-done", ONCE},     {"mr-kms", ANY_NUMBER}, {"os-image-hash", AT_MOST_ONCE}, {"key-provider", ONCE},
	{"system-ready", ONCE},     {NULL, ONCE},
};
static const struct runtime_step row_0_5_5[] = {
	{"system-preparing", ONCE},      {"app-id", ONCE},       {"compose-hash", ONCE},
	{"instance-id", ONCE},           {"boot-mr-done", ONCE}, {"mr-kms", ANY_NUMBER},
	{"os-image-hash", AT_MOST_ONCE}, {"key-provider", ONCE}, {"storage-fs", ONCE},
	{"system-ready", ONCE},          {NULL, ONCE},
};
static const struct runtime_step row_0_6[] = {
	{"system-preparing", ONCE},
	{"app-id", ONCE},
	{"compose-hash", ONCE},
	{"init-script-hash", ANY_NUMBER},
	{"gpu-policy-hash", ONCE},
	{"gpu-attestation", AT_MOST_ONCE},
	{"instance-id", ONCE},
	{"boot-mr-done", ONCE},
	{"os-image-hash", AT_MOST_ONCE},
	{"key-provider", ONCE},
	{"storage-fs", ONCE},
	{"system-ready", ONCE},
	{NULL, ONCE},
};

const struct runtime runtimes[] = {
	{"0.3.1", row_0_3_1, false},     {"0.3.2", row_0_3_1, false},  {"0.3.3", row_0_3_3, false},
	{"0.3.4", row_0_3_3, false},     {"0.3.5", row_0_3_3, false},  {"0.3.6", row_0_3_3, false},
	{"0.4.0.0", row_0_4_0_0, false}, {"0.4.2", row_0_4_2, false},  {"0.5.0", row_0_4_2, false},
	{"0.5.1", row_0_5_1, false},     {"0.5.2", row_0_5_1, false},  {"0.5.3", row_0_5_1, false},
	{"0.5.4", row_0_5_1, false},     {"0.5.5", row_0_5_5, false},  {"0.5.6", row_0_5_5, false},
	{"0.5.7", row_0_5_5, false},     {"0.5.8", row_0_5_5, false},  {"0.5.9", row_0_5_5, false},
	{"0.5.10", row_0_5_5, false},    {"0.5.11", row_0_5_5, false}, {"0.6", row_0_6, true},
	{"0.6.0", row_0_6, true},        {"main", row_0_6, true},      {NULL, NULL, false},
};

static int refuse_version(const char *version, struct err *err)
{
	cleanup_bytes struct bytes list = {0};
	for (const struct runtime *runtime = runtimes; runtime->version; runtime++)
		if (bytes_addf(&list, err, "%s%s", list.size ? ", " : "", runtime->version))
			return -1;
	return err_bad(err, "'%.64s' is none of %s", version, list.data);
}

const struct runtime *runtime_find(const char *version, struct err *err)
{
	for (const struct runtime *runtime = runtimes; runtime->version; runtime++)
		if (!strcmp(runtime->version, version))
			return runtime;
	refuse_version(version, err);
	return NULL;
}

bool runtime_fits(const struct runtime *runtime, const char *const names[], size_t count)
{
	size_t i = 0;
	for (const struct runtime_step *step = runtime->steps; step->name; step++) {
		size_t seen = 0;
		while (i < count && !strcmp(names[i], step->name) && (step->occurs == ANY_NUMBER || !seen)) {
			seen++;
			i++;
		}
		if (step->occurs == ONCE && !seen)
			return false;
	}
	return i == count;
}

const char *runtime_occurs_name(enum runtime_occurs occurs)
{
	static const char *const names[] = {"once", "at-most-once", "any-number"};
	return names[occurs];
}

bool runtime_is_reserved(const char *name)
{
	for (const struct runtime *runtime = runtimes; runtime->version; runtime++)
		for (const struct runtime_step *step = runtime->steps; step->name; step++)
			if (!strcmp(step->name, name))
				return true;
	return false;
}

/* spec: rtmr3-spec.md 1.2, 11.1, 12.7 */
int runtime_check_name(const char *name, struct err *err)
{
	if (!*name)
		return err_bad(err, "an event without a name");
	if (!bytes_are_utf8(name, strlen(name)))
		return err_bad(err, "not UTF-8");
	for (const char *at = name; *at; at++)
		if (*at == ':' || (unsigned char)*at < 0x20 || *at == 0x7f ||
		    (*at == '\xc2' && (unsigned char)at[1] < 0xa0))
			return err_bad(err,
				       "a colon or control character in an event's name, which could hide another");
	if (runtime_is_reserved(name))
		return err_bad(err, "one of dstack's own events, which no application has");
	return 0;
}

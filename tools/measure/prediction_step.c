#include "prediction_step.h"

#include "compose_policy.h"
#include "hex.h"

#include <string.h>

#define SHA256_PATTERN "[0-9a-f]{64}"
#define ID_PATTERN "[0-9a-f]{40}"

struct step {
	const struct facts *facts;
	const struct runtime_step *step;
	struct prediction *prediction;
	struct err *err;
};

static int put(const struct step *s, const void *payload, size_t size, const char *source, const char *varies_with)
{
	struct measured_event event = {.name = s->step->name,
				       .payload = payload,
				       .payload_size = size,
				       .source = source,
				       .varies_with = varies_with};
	return prediction_put(s->prediction, s->prediction->event_version, &event, s->err);
}

/* what: of what the payload is, in words. */
static int put_unknown(const struct step *s, enum check check, const char *value, const char *what,
		       const char *varies_with)
{
	cleanup_bytes struct bytes hashed = {0};
	const char *how_often = s->step->occurs == ONCE           ? ""
				: s->step->occurs == AT_MOST_ONCE ? ", or the event is not there"
								  : ", any number of such events";
	if (bytes_addf(&hashed, s->err, "not known: %s%s; checked against %s%s%s", what, how_often, check_name(check),
		       value ? " " : "", value ? value : ""))
		return -1;
	struct measured_event event = {.rtmr = 3,
				       .type = EVENT_RUNTIME,
				       .name = s->step->name,
				       .hashed = hashed.data,
				       .source = "the VM, when it boots",
				       .varies_with = varies_with};
	if (measured_add(&s->prediction->measured, &event, s->err))
		return -1;
	return prediction_check(s->prediction, s->step->name, check, s->step->occurs, value, s->err);
}

static int put_absent(const struct step *s)
{
	return prediction_check(s->prediction, s->step->name, CHECK_ABSENT, s->step->occurs, NULL, s->err);
}

static int note(const struct step *s, const char *code, const char *text)
{
	return warnings_add(&s->prediction->notes, s->err, code, "%s: %s", s->step->name, text);
}

static bool may_be_kms(const struct step *s)
{
	return !s->prediction->is_provider_known || s->prediction->provider == PROVIDER_KMS;
}

static int step_empty(const struct step *s)
{
	return put(s, "", 0, "dstack", "");
}

static int step_compose_hash(const struct step *s)
{
	return put(s, s->facts->compose_hash, SHA256_SIZE, "app-compose.json", "app-compose.json");
}

/* spec: rtmr3-spec.md 2.1: the compose hash, cut */
static int step_upgraded(const struct step *s)
{
	return put(s, s->facts->compose_hash, APP_ID_SIZE, "app-compose.json", "app-compose.json");
}

/* spec: rtmr3-spec.md 5 */
static int step_app_id(const struct step *s)
{
	const struct fact *given = &s->facts->app_id;
	bool kms = may_be_kms(s);
	if (given->state == NOT_KNOWN && kms)
		return put_unknown(s, CHECK_PATTERN, ID_PATTERN,
				   "20 bytes, given at deployment or the begin of a first compose hash",
				   "app-id given at deployment");
	if (given->state == NOT_KNOWN && s->facts->runtime->is_main &&
	    note(s, "default", "the begin of the compose hash, unless another is given at deployment"))
		return -1;
	if (given->state == NOT_KNOWN)
		return step_upgraded(s);
	if (!kms && !s->facts->runtime->is_main && memcmp(given->value.data, s->facts->compose_hash, APP_ID_SIZE))
		return err_bad(s->err, "not the begin of the compose hash, which it is without a KMS");
	return put(s, given->value.data, APP_ID_SIZE, "app-id given", "app-id given at deployment");
}

/* Before 0.4.2 there is always one. spec: rtmr3-spec.md 4.3, 5 */
static int step_instance_id(const struct step *s)
{
	static const char random[] = "20 bytes, random", disk[] = "the VM's disk";
	const struct fact *given = &s->facts->instance_id;
	const struct compose *compose = s->facts->compose;
	const char *version = s->facts->runtime->version;
	bool always = !strncmp(version, "0.3.", 4) || !strcmp(version, "0.4.0.0");
	bool none = !always && compose && compose_flag(compose, "no_instance_id");
	bool certain = always || compose;
	if (given->state == KNOWN_ABSENT && certain && !none)
		return err_bad(s->err, "none, and %s",
			       always ? "this release always has one" : "app-compose.json has one");
	if (given->state == KNOWN && none)
		return err_bad(s->err, "given, and app-compose.json says no_instance_id");
	if (none || given->state == KNOWN_ABSENT)
		return put(s, "", 0, "app-compose.json: no_instance_id", "app-compose.json");
	if (given->state == KNOWN)
		return put(s, given->value.data, APP_ID_SIZE, "instance id given", disk);
	return put_unknown(s, CHECK_PATTERN, certain ? ID_PATTERN : "(" ID_PATTERN ")?", random, disk);
}

/* A hash that is given, or is not known. */
static int step_hash(const struct step *s, const struct fact *given, const char *what, const char *varies_with)
{
	if (given->state == KNOWN)
		return put(s, given->value.data, SHA256_SIZE, "hash given", varies_with);
	return put_unknown(s, CHECK_PATTERN, SHA256_PATTERN, what, varies_with);
}

static int step_rootfs(const struct step *s)
{
	return step_hash(s, &s->facts->rootfs_hash, "32 bytes, the root file system's hash", "OS image");
}

/* spec: rtmr3-spec.md 2.1: of nothing, without a KMS */
static int step_ca_cert(const struct step *s)
{
	uint8_t nothing[SHA256_SIZE];
	const struct fact *given = &s->facts->ca_cert_hash;
	if (digest_raw(SHA256, "", 0, nothing, s->err))
		return -1;
	if (given->state != KNOWN && !may_be_kms(s))
		return put(s, nothing, sizeof nothing, "no KMS: SHA-256 of nothing", "KMS");
	if (given->state == KNOWN && !may_be_kms(s) && memcmp(given->value.data, nothing, sizeof nothing))
		return err_bad(s->err, "not that of nothing, and app-compose.json has no KMS");
	return step_hash(s, given, "32 bytes, SHA-256 of the KMS's CA certificate", "KMS");
}

/* spec: rtmr3-spec.md 2.1: as many as KMSs that answered with an attestation */
static int step_mr_kms(const struct step *s)
{
	const struct fact *given = &s->facts->mr_kms;
	if (given->state == KNOWN && !may_be_kms(s))
		return err_bad(s->err, "given, and the keys come from no KMS");
	if (given->state == KNOWN_ABSENT || !may_be_kms(s))
		return put_absent(s);
	if (given->state == NOT_KNOWN)
		return put_unknown(s, CHECK_PATTERN, SHA256_PATTERN, "32 bytes, mr_aggregated of the KMS's VM", "KMS");
	for (size_t at = 0; at < given->value.size; at += SHA256_SIZE)
		if (put(s, given->value.data + at, SHA256_SIZE, "mr_aggregated of the KMS, given", "KMS"))
			return -1;
	return 0;
}

/* spec: rtmr3-spec.md 12.10 */
static int step_os_image(const struct step *s)
{
	const struct fact *given = &s->facts->os_image_hash;
	if (given->state == KNOWN && !may_be_kms(s))
		return note(s, "not-measured", "given, and only a KMS answers with one") ? -1 : put_absent(s);
	if (given->state == KNOWN_ABSENT || !may_be_kms(s))
		return put_absent(s);
	return step_hash(s, given, "32 bytes, the OS image's hash as the KMS answers it", "KMS, OS image");
}

/* The event's text with whatever id, in hexadecimal. */
static int provider_pattern(const struct step *s, struct bytes *pattern)
{
	static const char any[] = "7b226e616d65223a22([0-9a-f]{2})+227d";
	enum key_provider provider = s->prediction->provider;
	cleanup_bytes struct bytes text = {0};
	if (!s->prediction->is_provider_known)
		return bytes_addf(pattern, s->err, "%s", any);
	if (key_provider_payload(provider, NULL, 0, &text, s->err))
		return -1;
	cleanup_free char *digits = malloc(2 * text.size + 1);
	if (!digits)
		return err_system(s->err, EX_OSERR, "pattern");
	hex_write(text.data, text.size, digits);
	digits[2 * (text.size - strlen("\"}"))] = '\0';
	return bytes_addf(pattern, s->err, "%s%s227d", digits,
			  provider == PROVIDER_LOCAL ? "(3[0-9]|6[1-6]){64}" : "((3[0-9]|6[1-6]){2})+");
}

static int step_key_provider(const struct step *s)
{
	const struct fact *given = &s->facts->key_provider;
	enum key_provider provider = s->prediction->provider;
	cleanup_bytes struct bytes text = {0};
	if (given->state == KNOWN)
		return put(s, given->value.data, given->value.size, "key provider given", "key provider");
	if (may_be_kms(s) || provider == PROVIDER_LOCAL) {
		if (provider_pattern(s, &text))
			return -1;
		return put_unknown(s, CHECK_PATTERN, text.data, "JSON with the key provider's name and id",
				   "key provider");
	}
	if (key_provider_payload(provider, NULL, 0, &text, s->err))
		return -1;
	return put(s, text.data, text.size, "app-compose.json", "app-compose.json");
}

/* spec: rtmr3-spec.md 2.1: the compose's, else the kernel command line's, else zfs */
static int step_storage(const struct step *s)
{
	const struct fact *given = &s->facts->storage_fs;
	cleanup_json struct json *member = s->facts->compose ? compose_get(s->facts->compose, "storage_fs") : NULL;
	const char *text = member ? json_text(member) : given->state == KNOWN ? given->value.data : "zfs";
	if (member && given->state == KNOWN && strcmp(text, given->value.data))
		return err_bad(s->err, "given as %s, and app-compose.json says %s", given->value.data, text);
	if (!member && given->state != KNOWN && !s->facts->compose)
		return put_unknown(s, CHECK_ANY_OF, "7a6673 65787434", "zfs or ext4",
				   "app-compose.json, kernel command line");
	if (!member && given->state != KNOWN &&
	    note(s, "default", "zfs, unless the kernel's command line has dstack.storage_fs="))
		return -1;
	return put(s, text, strlen(text),
		   member                  ? "app-compose.json"
		   : given->state == KNOWN ? "storage given"
					   : "dstack's default",
		   "app-compose.json, kernel command line");
}

static int step_init_scripts(const struct step *s)
{
	uint8_t hashes[INIT_SCRIPTS][SHA256_SIZE];
	size_t count;
	if (compose_init_scripts(s->facts->compose, hashes, &count, s->err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (put(s, hashes[i], SHA256_SIZE, "app-compose.json: init_script", "app-compose.json"))
			return -1;
	return count ? 0 : put_absent(s);
}

static int step_gpu_policy(const struct step *s)
{
	uint8_t hash[SHA256_SIZE];
	if (compose_gpu_policy(s->facts->compose, hash, s->err))
		return -1;
	return put(s, hash, sizeof hash, "app-compose.json: requirements", "app-compose.json");
}

static int step_gpu_attestation(const struct step *s)
{
	if (!s->facts->has_gpus)
		return put_absent(s);
	return put_unknown(s, CHECK_PRESENT, NULL, "JSON with the GPUs' evidence", "GPUs");
}

static const struct {
	const char *name;
	int (*make)(const struct step *s);
} makers[] = {
	{"system-preparing", step_empty},
	{"rootfs-hash", step_rootfs},
	{"app-id", step_app_id},
	{"upgraded-app-id", step_upgraded},
	{"compose-hash", step_compose_hash},
	{"init-script-hash", step_init_scripts},
	{"gpu-policy-hash", step_gpu_policy},
	{"gpu-attestation", step_gpu_attestation},
	{"ca-cert-hash", step_ca_cert},
	{"instance-id", step_instance_id},
	{"boot-mr-done", step_empty},
	{"mr-kms", step_mr_kms},
	{"os-image-hash", step_os_image},
	{"key-provider", step_key_provider},
	{"storage-fs", step_storage},
	{"system-ready", step_empty},
};

int prediction_step(const struct facts *facts, const struct runtime_step *step, struct prediction *prediction,
		    struct err *err)
{
	struct step s = {facts, step, prediction, err};
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (!strcmp(makers[i].name, step->name))
			return makers[i].make(&s);
	return err_set(err, EX_SOFTWARE, "an event nobody knows how to predict");
}

#include "prediction.h"

#include "compose_policy.h"
#include "hex.h"
#include "prediction_step.h"

#include <string.h>

void facts_free(struct facts *facts)
{
	struct fact *all[] = {&facts->app_id,        &facts->instance_id, &facts->key_provider, &facts->storage_fs,
			      &facts->os_image_hash, &facts->rootfs_hash, &facts->ca_cert_hash, &facts->mr_kms};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		bytes_free(&all[i]->value);
}

void prediction_free(struct prediction *prediction)
{
	measured_free(&prediction->measured);
	for (size_t i = 0; i < prediction->check_count; i++)
		free(prediction->checks[i].value);
	free(prediction->checks);
	warnings_free(&prediction->notes);
	*prediction = (struct prediction){0};
}

const char *check_name(enum check check)
{
	static const char *const names[] = {"exact", "any-of", "present", "absent", "pattern"};
	return names[check];
}

int prediction_check(struct prediction *prediction, const char *event, enum check check, enum runtime_occurs occurs,
		     const char *value, struct err *err)
{
	struct event_check *checks = reallocarray(prediction->checks, prediction->check_count + 1, sizeof *checks);
	char *copy = value ? strdup(value) : NULL;
	if (checks)
		prediction->checks = checks;
	if (!checks || (value && !copy)) {
		free(copy);
		return err_system(err, EX_OSERR, "checks");
	}
	checks[prediction->check_count++] = (struct event_check){event, check, occurs, copy};
	return 0;
}

int prediction_put(struct prediction *prediction, unsigned version, const struct measured_event *event, struct err *err)
{
	struct measured_event known = *event;
	known.rtmr = 3;
	known.type = EVENT_RUNTIME;
	known.known = true;
	known.hashed = version == 2 ? "canonical JSON of name, payload and type" : "type, name and payload";
	if (!known.payload)
		known.payload = "";
	if (event_digest(version, known.name, known.payload, known.payload_size, known.digest, err) ||
	    measured_add(&prediction->measured, &known, err))
		return -1;
	cleanup_free char *digits = malloc(2 * known.payload_size + 1);
	if (!digits)
		return err_system(err, EX_OSERR, "payload");
	hex_write(known.payload, known.payload_size, digits);
	/* The name lives as long as the event's copy. */
	const char *name = prediction->measured.events[prediction->measured.count - 1].name;
	return prediction_check(prediction, name, CHECK_EXACT, ONCE, digits, err);
}

static bool has_event(const struct prediction *prediction, const char *name)
{
	for (size_t i = 0; i < prediction->measured.count; i++)
		if (!strcmp(prediction->measured.events[i].name, name))
			return true;
	return false;
}

int prediction_add(struct prediction *prediction, unsigned version, const char *name, const struct bytes *payload,
		   const char *source, struct err *err)
{
	struct measured_event event = {.name = name,
				       .payload = payload->data,
				       .payload_size = payload->size,
				       .source = source,
				       .varies_with = source};
	if (runtime_check_name(name, err))
		return -1;
	if (has_event(prediction, name))
		return err_bad(err, "an event of that name is there already");
	return prediction_put(prediction, version, &event, err);
}

/* spec: rtmr3-spec.md 1.3 */
static int take_event_version(const struct facts *facts, struct prediction *prediction, struct err *err)
{
	cleanup_json struct json *member = facts->compose ? compose_get(facts->compose, "event_log_version") : NULL;
	bool second = member && json_double(member) == 2;
	prediction->event_version = second && facts->runtime->is_main ? 2 : 1;
	if (!facts->event_version)
		return 0;
	if (facts->event_version == 2 && !facts->runtime->is_main)
		return err_bad(err, "event version 2: dstack %s has version 1 alone", facts->runtime->version);
	/* spec: rtmr3-spec.md 12.11: no VM does, and the specification has a known answer of it */
	if (facts->compose && facts->event_version != prediction->event_version &&
	    warnings_add(&prediction->notes, err, "event-version",
			 "event version %u, as asked for: app-compose.json makes it %u", facts->event_version,
			 prediction->event_version))
		return -1;
	prediction->event_version = facts->event_version;
	return 0;
}

/* spec: rtmr3-spec.md 4.3, 12.11 */
static int check_compose(const struct facts *facts, struct prediction *prediction, struct err *err)
{
	bool is_main = facts->runtime->is_main;
	if (!facts->compose && is_main)
		return err_bad(err,
			       "dstack %s: the compose hash is not enough: init scripts and GPU policy are needed too",
			       facts->runtime->version);
	if (!facts->compose)
		return 0;
	if (facts->compose->manifest_version == 3 && !is_main)
		return err_bad(err, "manifest_version 3: dstack %s does not know it", facts->runtime->version);
	if (is_main && compose_is_doubtful(facts->compose))
		return warnings_add(
			&prediction->notes, err, "uncertain",
			"app-compose.json has an empty or null init_script or null requirements: what dstack "
			"makes of it is not known");
	return 0;
}

static int note_other_id(const struct compose *compose, const struct bytes *id, struct prediction *prediction,
			 struct err *err)
{
	const struct bytes *wanted = &compose->provider_id;
	if (!wanted->size || (wanted->size == id->size && !memcmp(wanted->data, id->data, id->size)))
		return 0;
	return warnings_add(&prediction->notes, err, "other-id",
			    "key-provider: the id is not the key_provider_id of app-compose.json");
}

/* By the feature of that name, which 0.3 had for it; until when dstack looks at it is not known. spec:
 * rtmr3-spec.md 4.3
 */
static bool may_want_kms(const struct compose *compose)
{
	cleanup_json struct json *said = compose_get(compose, "key_provider");
	cleanup_json struct json *features = compose_get(compose, "features");
	bool found = false;
	for (size_t i = 0; features && i < json_length(features); i++) {
		cleanup_json struct json *feature = json_at(features, i);
		found |= !strcmp(json_text(feature), "kms");
	}
	return found && !said && compose->provider != PROVIDER_KMS;
}

/* spec: rtmr3-spec.md 4.3, 12.9 */
static int take_provider(const struct facts *facts, struct prediction *prediction, struct err *err)
{
	cleanup_bytes struct bytes id = {0};
	const struct compose *compose = facts->compose;
	const struct bytes *given = &facts->key_provider.value;
	bool other = compose && may_want_kms(compose);
	prediction->is_provider_known = (compose && !other) || facts->key_provider.state == KNOWN;
	prediction->provider = compose ? compose->provider : PROVIDER_NONE;
	if (other && warnings_add(&prediction->notes, err, "features",
				  "app-compose.json has the feature kms: whether dstack takes its keys from a KMS for "
				  "that is not known"))
		return -1;
	if (facts->key_provider.state != KNOWN)
		return 0;
	if (key_provider_parse(given->data ? given->data : "", given->size, &prediction->provider, &id, err))
		return -1;
	if (!compose)
		return 0;
	if (compose->provider != prediction->provider && !(other && prediction->provider == PROVIDER_KMS))
		return err_bad(err, "%s, and app-compose.json asks for %s", key_provider_name(prediction->provider),
			       key_provider_name(compose->provider));
	return note_other_id(compose, &id, prediction, err);
}

int prediction_make(const struct facts *facts, struct prediction *prediction, struct err *err)
{
	prediction->runtime = facts->runtime;
	memcpy(prediction->compose_hash, facts->compose_hash, SHA256_SIZE);
	if (take_event_version(facts, prediction, err) || check_compose(facts, prediction, err))
		return -1;
	if (take_provider(facts, prediction, err))
		return err_prefix(err, "key provider");
	for (const struct runtime_step *step = facts->runtime->steps; step->name; step++) {
		if (prediction_step(facts, step, prediction, err))
			return err_prefix(err, "%s", step->name);
		if (!strcmp(step->name, "boot-mr-done"))
			prediction->boot_events = prediction->measured.count;
	}
	return 0;
}

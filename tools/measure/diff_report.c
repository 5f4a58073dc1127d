#include "diff_report.h"

#include "event_payload.h"
#include "hex.h"
#include "program.h"

#include <string.h>

bool diff_says_something(const struct diff *diff)
{
	for (unsigned i = 0; i < TARGETS; i++)
		if (diff->divergences->compared[i])
			return true;
	return false;
}

/* The two digests or values; NULL where there is none. */
static const uint8_t *expected_digest(const struct diff *diff, const struct divergence *d)
{
	if (d->expected)
		return d->expected->known ? d->expected->digest : NULL;
	return d->kind == DIVERGENCE_VALUE && diff->expected->has[d->target] ? diff->expected->value[d->target] : NULL;
}

static const uint8_t *observed_digest(const struct diff *diff, const struct divergence *d)
{
	if (d->observed)
		return d->observed->digest;
	return d->kind == DIVERGENCE_VALUE ? diff->observed->value[d->target] : NULL;
}

static struct json *digest_json(const uint8_t *digest)
{
	return digest ? json_hex(digest, SHA384_SIZE) : json_null();
}

/* Our name for what was expected, else the log's, else what the payload says. NULL when memory is out. */
static char *name_of(const struct divergence *d)
{
	struct err err;
	cleanup_bytes struct bytes words = {0};
	if (d->expected)
		return strdup(d->expected->name);
	if (*d->observed->name)
		return strdup(d->observed->name);
	if (event_payload_words(d->observed, &words, &err))
		return NULL;
	return words.size ? steal(&words.data) : strdup("");
}

static struct json *event_json(const struct diff *diff, const struct divergence *d)
{
	struct json *json = json_object();
	bool is_event = d->expected || d->observed;
	uint32_t type = d->expected ? d->expected->type : d->observed ? d->observed->type : 0;
	const char *type_name = event_type_name(type);
	cleanup_free char *name = is_event ? name_of(d) : NULL;
	json_set(json, "register", json_string(target_name(d->target)));
	json_set(json, "kind", json_string(divergence_kind_name(d->kind)));
	json_set(json, "index", is_event ? json_number(d->index) : json_null());
	json_set(json, "name", !is_event ? json_null() : name ? json_string(name) : NULL);
	json_set(json, "type", is_event ? json_number(type) : json_null());
	json_set(json, "type_name", is_event ? json_string(type_name ? type_name : "unknown") : json_null());
	json_set(json, "expected", digest_json(expected_digest(diff, d)));
	json_set(json, "observed", digest_json(observed_digest(diff, d)));
	json_set(json, "cause", json_string(d->cause));
	return json;
}

static struct json *lines_json(const struct bytes *lines)
{
	struct json *array = json_array();
	cleanup_free char *copy = strdup(lines->size ? lines->data : "");
	char *rest = copy, *line;
	if (!copy)
		json_add(array, NULL);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			json_add(array, json_string(line));
	return array;
}

struct json *diff_json(const struct diff *diff)
{
	const struct divergences *divergences = diff->divergences;
	struct json *json = json_object(), *list = json_array(), *compared = json_array();
	for (size_t i = 0; i < divergences->count; i++)
		json_add(list, event_json(diff, &divergences->items[i]));
	for (unsigned i = 0; i < TARGETS; i++)
		if (divergences->compared[i])
			json_add(compared, json_string(target_name(i)));
	json_set(json, "equal", json_boolean(!divergences->count && diff_says_something(diff)));
	json_set(json, "first", divergences->count ? event_json(diff, &divergences->items[0]) : json_null());
	json_set(json, "divergences", list);
	json_set(json, "compared", compared);
	json_set(json, "notes", lines_json(&divergences->notes));
	if (diff->finding)
		json_set(json, "shape", shape_finding_json(diff->finding));
	return json;
}

static int add_digest(const char *label, const uint8_t *digest, struct bytes *into, struct err *err)
{
	char digits[2 * SHA384_SIZE + 1];
	if (!digest)
		return 0;
	hex_write(digest, SHA384_SIZE, digits);
	return bytes_addf(into, err, "    %s %s\n", label, digits);
}

static int add_divergence(const struct diff *diff, const struct divergence *d, struct bytes *into, struct err *err)
{
	if (d->kind == DIVERGENCE_VALUE) {
		if (bytes_addf(into, err, "%s differs\n", target_name(d->target)))
			return -1;
	} else {
		cleanup_free char *name = name_of(d);
		if (!name)
			return err_system(err, EX_OSERR, "name");
		const char *type = event_type_name(d->expected ? d->expected->type : d->observed->type);
		if (bytes_addf(into, err, "%s event %zu %s: %s%s%s\n", target_name(d->target), d->index,
			       printable(*name ? name : "without a name"), divergence_kind_name(d->kind),
			       type ? ", " : "", type ? type : ""))
			return -1;
	}
	return add_digest("expected", expected_digest(diff, d), into, err) ||
			       add_digest("observed", observed_digest(diff, d), into, err) ||
			       bytes_addf(into, err, "    %s\n", printable(d->cause))
		       ? -1
		       : 0;
}

int diff_text(const struct diff *diff, struct bytes *into, struct err *err)
{
	const struct divergences *divergences = diff->divergences;
	if (!divergences->count && diff_says_something(diff)) {
		if (bytes_addf(into, err, "equal:"))
			return -1;
		for (unsigned i = 0; i < TARGETS; i++)
			if (divergences->compared[i] && bytes_addf(into, err, " %s", target_name(i)))
				return -1;
		if (bytes_addf(into, err, "\n"))
			return -1;
	}
	for (size_t i = 0; i < divergences->count; i++)
		if (bytes_addf(into, err, "%s", i ? "" : "first: ") ||
		    add_divergence(diff, &divergences->items[i], into, err))
			return -1;
	if (diff->finding && (bytes_addf(into, err, "\n") || shape_finding_text(diff->finding, into, err)))
		return -1;
	return divergences->notes.size ? bytes_addf(into, err, "\n%s", divergences->notes.data) : 0;
}

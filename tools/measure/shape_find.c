#include "shape_find.h"

#include "event_payload.h"
#include "hex.h"

#include <string.h>

static int set_member(const struct json *vm, const char *name, enum shape_setting setting,
		      struct shape_settings *settings, struct err *err)
{
	cleanup_json struct json *member = json_get(vm, name);
	if (!member || json_kind(member) == JSON_NULL)
		return 0;
	if (json_kind(member) == JSON_STRING)
		return shape_set_text(settings, setting, json_text(member), err) ? err_prefix(err, "%s", name) : 0;
	double value = json_kind(member) == JSON_NUMBER ? json_double(member) : json_true(member);
	bool is_whole = json_kind(member) == JSON_BOOLEAN || (json_kind(member) == JSON_NUMBER && value >= 0 &&
							      value <= JSON_WHOLE && value == (double)(uint64_t)value);
	if (!is_whole)
		return err_bad(err, "%s: neither a whole number, a boolean nor text", name);
	settings->value[setting] = (uint64_t)value;
	settings->given[setting] = true;
	return 0;
}

/* What shape_json() writes, read. */
static int read_shape(const struct json *vm, struct shape *shape, struct err *err)
{
	static const char *const members[SETTINGS] = {
		[SET_CPUS] = "cpus",
		[SET_MEMORY] = "memory",
		[SET_QEMU] = "qemu",
		[SET_PIC] = "pic",
		[SET_SMM] = "smm",
		[SET_HOTPLUG_OFF] = "hotplug_off",
		[SET_HUGEPAGES] = "hugepages",
		[SET_GPUS] = "gpus",
		[SET_NVSWITCHES] = "nvswitches",
		[SET_NICS] = "nics",
		[SET_VOLUMES] = "volumes",
		[SET_HOLE64] = "hole64",
		[SET_PAGE_ORDER] = "page_order",
	};
	struct shape_settings settings = {0};
	for (unsigned i = 0; i < SETTINGS; i++)
		if (set_member(vm, members[i], (enum shape_setting)i, &settings, err))
			return err_prefix(err, "vm");
	return shape_resolve(&settings, shape, err) ? err_prefix(err, "vm") : 0;
}

static int read_ranges(const struct json *firmware, struct hob_ranges *ranges, struct err *err)
{
	uint8_t raw[WITNESS_CAP];
	cleanup_json struct json *witness = firmware ? json_get(firmware, "td_hob_witness") : NULL;
	if (!witness || json_kind(witness) == JSON_NULL)
		return 0;
	size_t size = json_kind(witness) == JSON_STRING ? strlen(json_text(witness)) / 2 : 0;
	if (!size || size > sizeof raw || hex_read(json_text(witness), raw, size))
		return err_bad(err, "firmware: td_hob_witness: not hexadecimal digits of at most %d bytes",
			       WITNESS_CAP);
	return witness_decode(raw, size, ranges, err) ? err_prefix(err, "firmware: td_hob_witness") : 1;
}

/* The three that are marked as ACPI's. spec: tdx-boot-spec.md 3.10 (14, 15): by payload, never by type alone */
static bool is_acpi(const struct event *event)
{
	static const char mark[] = "ACPI DATA";
	return event->imr == 0 && event->type == EV_PLATFORM_CONFIG_FLAGS && event->payload.size == sizeof mark - 1 &&
	       !memcmp(event->payload.data, mark, sizeof mark - 1);
}

/* True when the log has a TD HOB or all three tables. */
static bool ask_by_log(const struct event_log *log, bool has_ranges, struct search *search)
{
	const uint8_t **const acpi[] = {&search->loader, &search->rsdp, &search->tables};
	size_t count = 0;
	for (size_t i = 0; i < log->count; i++) {
		const struct event *event = &log->events[i];
		if (event->imr == 0 && event->type == EV_EFI_HANDOFF_TABLES2 && has_ranges && !search->hob)
			search->hob = event->digest;
		if (is_acpi(event) && count++ < 3)
			*acpi[count - 1] = event->digest;
	}
	if (count != 3)
		search->loader = search->rsdp = search->tables = NULL;
	return search->hob || search->tables;
}

/* The expected events around those that the shape changes; one block each. */
struct around {
	uint8_t (*before)[SHA384_SIZE], (*after)[SHA384_SIZE];
};

static void around_free(struct around *around)
{
	free(around->before);
	free(around->after);
}

/* False when the prediction's events are not in that order, or not all known. spec: tdx-boot-spec.md 3.1 */
static bool ask_by_value(const struct expected *expected, struct around *around, struct search *search)
{
	static const char *const varying[] = {"td-hob", "acpi-loader", "acpi-rsdp", "acpi-tables"};
	size_t seen = 0;
	for (size_t i = 0; i < expected->measured.count; i++) {
		const struct measured_event *event = &expected->measured.events[i];
		if (event->rtmr != 0)
			continue;
		if (seen < 4 && !strcmp(event->name, varying[seen])) {
			seen++;
			continue;
		}
		if (!event->known || (seen != 1 && seen != 4))
			return false;
		size_t *count = seen == 1 ? &search->before_count : &search->after_count;
		memcpy((seen == 1 ? around->before : around->after)[(*count)++], event->digest, SHA384_SIZE);
	}
	search->before = (const uint8_t(*)[SHA384_SIZE])around->before;
	search->after = (const uint8_t(*)[SHA384_SIZE])around->after;
	return seen == 4;
}

static bool may_go_on(void *context, const struct search_count *count)
{
	const uint64_t *limit = context;
	return !*limit || count->shapes < *limit;
}

/* Tables of no known shape: the memory may still be told. */
static int find_memory(const struct search *all, struct shape_finding *finding, struct err *err)
{
	struct search_result result = {0};
	struct search search = {.hob = all->hob,
				.ranges = all->ranges,
				.start = all->start,
				.progress = all->progress,
				.context = all->context};
	int found = search_shape(&search, &result, err);
	finding->memory = found == 1 ? result.shape.memory : 0;
	return found < 0 ? -1 : 0;
}

int shape_find(const struct expected *expected, const struct observed *observed, uint64_t limit,
	       struct shape_finding *finding, const char **why, struct err *err)
{
	struct hob_ranges ranges;
	struct search search = {.progress = may_go_on, .context = &limit};
	size_t size = expected->measured.count + 1;
	cleanup(around_free) struct around around = {calloc(size, SHA384_SIZE), calloc(size, SHA384_SIZE)};
	if (!around.before || !around.after)
		return err_system(err, EX_OSERR, "events");
	*finding = (struct shape_finding){0};
	*why = "the prediction has no vm to begin with";
	if (!expected->vm)
		return 0;
	int has_ranges = read_ranges(expected->firmware, &ranges, err);
	if (has_ranges < 0 || read_shape(expected->vm, &search.start, err))
		return -1;
	search.ranges = has_ranges ? &ranges : NULL;
	finding->expected = search.start;
	finding->is_from_log = observed_has_events(observed, 0) && ask_by_log(&observed->any.log, has_ranges, &search);
	if (!finding->is_from_log) {
		*why = "it takes rtmr0, observed, and of the prediction its events and firmware.td_hob_witness";
		if (!observed->has[TARGET_RTMR0] || !has_ranges || !ask_by_value(expected, &around, &search))
			return 0;
		search.rtmr0 = observed->value[TARGET_RTMR0];
	}
	int found = search_shape(&search, &finding->result, err);
	finding->found = found == 1;
	return found < 0 || (!found && search.hob && find_memory(&search, finding, err)) ? -1 : 1;
}

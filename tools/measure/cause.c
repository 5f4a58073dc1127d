#include "cause.h"

#include <string.h>

/* 2147483648 as "2 GiB". */
static int add_size(double bytes, struct bytes *into, struct err *err)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	uint64_t size = (uint64_t)bytes;
	unsigned unit = 0;
	for (; size && size % 1024 == 0 && unit < 4; unit++)
		size /= 1024;
	return bytes_addf(into, err, "%llu %s", (unsigned long long)size, units[unit]);
}

/* A setting as it was expected, in words; nothing when the shape does not say. */
static int add_setting(const struct json *vm, const char *member, const char *before, const char *after,
		       struct bytes *into, struct err *err)
{
	cleanup_json struct json *value = vm ? json_get(vm, member) : NULL;
	if (!value)
		return 0;
	if (bytes_addf(into, err, "%s%s", into->size ? ", " : "", before))
		return -1;
	if (json_kind(value) == JSON_STRING)
		return bytes_addf(into, err, "%s%s", json_text(value), after);
	if (json_kind(value) == JSON_BOOLEAN)
		return bytes_addf(into, err, "%s%s", json_true(value) ? "on" : "off", after);
	if (json_kind(value) != JSON_NUMBER)
		return bytes_addf(into, err, "?%s", after);
	if (!strcmp(member, "memory") || !strcmp(member, "hole64"))
		return add_size(json_double(value), into, err) || bytes_addf(into, err, "%s", after) ? -1 : 0;
	return bytes_addf(into, err, "%.0f%s", json_double(value), after);
}

/* varies_with's words, and the members of the shape behind each. */
static const struct setting {
	const char *word, *member, *before, *after;
} settings[] = {
	{"memory", "memory", "", ""},
	{"cpus", "cpus", "", " CPU(s)"},
	{"qemu", "qemu", "QEMU ", ""},
	{"pic", "pic", "pic ", ""},
	{"smm", "smm", "smm ", ""},
	{"hotplug", "hotplug_off", "hotplug_off ", ""},
	{"hugepages", "hugepages", "huge pages ", ""},
	{"gpus", "gpus", "", " GPU(s)"},
	{"gpus", "nvswitches", "", " NVSwitch(es)"},
	{"devices", "nics", "", " NIC(s)"},
	{"devices", "volumes", "", " volume(s)"},
	{"hole64", "hole64", "a 64-bit hole of ", ""},
};

static bool has_word(const char *words, const char *word)
{
	size_t size = strlen(word);
	for (const char *at = words; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ',')) {
		at += strspn(at, " ");
		if (strcspn(at, ",") == size && !strncmp(at, word, size))
			return true;
	}
	return false;
}

/* `varies with memory, firmware; expected 2 GiB` */
static int add_varies(const struct json *vm, const char *words, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes expected = {0};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (has_word(words, settings[i].word) &&
		    add_setting(vm, settings[i].member, settings[i].before, settings[i].after, &expected, err))
			return -1;
	if (bytes_addf(into, err, "varies with %s", words))
		return -1;
	return expected.size ? bytes_addf(into, err, "; expected %s", expected.data) : 0;
}

static int add_source(const struct measured_event *event, struct bytes *into, struct err *err)
{
	return *event->source ? bytes_addf(into, err, "; from: %s", event->source) : 0;
}

/* A payload as text where it is, else in hexadecimal, and no more of it than fits a line. */
static int add_payload(const void *payload, size_t size, struct bytes *into, struct err *err)
{
	enum { SHOWN = 64 };
	const uint8_t *at = payload;
	size_t shown = size < SHOWN ? size : SHOWN, plain = 0;
	if (!size)
		return bytes_addf(into, err, "nothing");
	while (plain < shown && at[plain] >= 0x20 && at[plain] < 0x7f)
		plain++;
	for (size_t i = 0; i < shown; i++)
		if (bytes_addf(into, err, plain == shown ? "%c" : "%02x", at[i]))
			return -1;
	return bytes_addf(into, err, "%s", shown < size ? "…" : "");
}

static int add_payloads(const struct measured_event *event, const struct event *observed, struct bytes *into,
			struct err *err)
{
	if (observed->type != EVENT_RUNTIME || !event->payload)
		return 0;
	return bytes_addf(into, err, "; its payload is ") ||
			       add_payload(observed->payload.data, observed->payload.size, into, err) ||
			       bytes_addf(into, err, " instead of ") ||
			       add_payload(event->payload, event->payload_size, into, err)
		       ? -1
		       : 0;
}

int cause_different(const struct expected *expected, const struct measured_event *event, const struct event *observed,
		    struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "%s ", event->name))
		return -1;
	if (*event->varies_with ? add_varies(expected->vm, event->varies_with, into, err)
				: bytes_addf(into, err, "is constant, so this is %s",
					     event->rtmr == 3 ? "another release, or other settings"
							      : "other firmware or another release"))
		return -1;
	return add_payloads(event, observed, into, err) || add_source(event, into, err) ? -1 : 0;
}

int cause_missing(const struct measured_event *event, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "%s was expected%s%s", event->name, *event->hashed ? ", of " : "", event->hashed) ||
	    add_source(event, into, err))
		return -1;
	return event->rtmr == 3 && !strcmp(event->name, "system-ready")
		       ? bytes_addf(into, err, "; the boot did not finish")
		       : 0;
}

/* spec: tdx-boot-spec.md 3.5 */
bool cause_is_newer_firmware(const struct event *event)
{
	static const char mark[] = "QEMU FW CFG";
	return event->imr == 0 && (event->type == EV_EFI_HANDOFF_TABLES ||
				   (event->type == EV_PLATFORM_CONFIG_FLAGS && event->payload.size > sizeof mark &&
				    !memcmp(event->payload.data, mark, sizeof mark)));
}

int cause_unexpected(const struct event *event, bool is_after_boot, struct bytes *into, struct err *err)
{
	if (is_after_boot)
		return bytes_addf(into, err, "an event of the application's: it comes after system-ready");
	if (cause_is_newer_firmware(event))
		return bytes_addf(into, err,
				  "firmware of edk2-stable202505 and later measures this, in a layout of 17 "
				  "events");
	return bytes_addf(into, err, "%s",
			  event->imr == 3 ? "dstack's release or its settings are not those expected"
					  : "other firmware, or another kernel, than expected");
}

/* What any of the register's events varies with, each word once. */
static int collect_words(const struct expected *expected, unsigned rtmr, struct bytes *words, struct err *err)
{
	for (size_t i = 0; i < expected->measured.count; i++) {
		const struct measured_event *event = &expected->measured.events[i];
		cleanup_free char *copy = strdup(event->varies_with);
		char *rest = copy, *word;
		if (!copy)
			return err_system(err, EX_OSERR, "words");
		while (event->rtmr == rtmr && (word = strsep(&rest, ",")))
			if (*(word += strspn(word, " ")) && !has_word(words->size ? words->data : "", word) &&
			    bytes_addf(words, err, "%s%s", words->size ? ", " : "", word))
				return -1;
	}
	return 0;
}

static int cause_mrtd(const struct expected *expected, struct bytes *into, struct err *err)
{
	cleanup_json struct json *order = expected->firmware ? json_get(expected->firmware, "page_order") : NULL;
	if (bytes_addf(into, err, "mrtd varies with firmware and the order in which pages are added"))
		return -1;
	return order && json_kind(order) == JSON_STRING
		       ? bytes_addf(into, err, "; expected %s pass%s", json_text(order),
				    strcmp(json_text(order), "two") ? "" : "es")
		       : 0;
}

int cause_value(const struct expected *expected, unsigned target, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes words = {0};
	if (target == TARGET_MRTD)
		return cause_mrtd(expected, into, err);
	if (collect_words(expected, target - TARGET_RTMR0, &words, err))
		return -1;
	if (!words.size)
		return bytes_addf(into, err, "%s differs; without events on both sides no more can be said",
				  target_name(target));
	return bytes_addf(into, err, "%s ", target_name(target)) || add_varies(expected->vm, words.data, into, err) ? -1
														    : 0;
}

#include "event_payload.h"

#include <string.h>

const char *explained_name(enum explained explained)
{
	static const char *const names[] = {"not known", "yes", "no"};
	return names[explained];
}

static bool hashes_to(const void *data, size_t size, struct hasher *hasher, const uint8_t *digest)
{
	uint8_t value[REGISTER_SIZE];
	hasher_update(hasher, data, size);
	hasher_final(hasher, value);
	return !memcmp(value, digest, sizeof value);
}

static uint64_t little64(const uint8_t *at)
{
	uint64_t value = 0;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

/* UEFI_VARIABLE_DATA: GUID, length of the name in units of UTF-16, length of the data, name, data. Nothing else.
 * spec: tdx-boot-spec.md 3.4 */
struct variable {
	const uint8_t *name, *data;
	size_t name_size, data_size;
};

static bool read_variable(const struct bytes *payload, struct variable *variable)
{
	enum { NAME_AT = 32 };
	const uint8_t *from = (const uint8_t *)payload->data;
	if (payload->size < NAME_AT)
		return false;
	uint64_t left = payload->size - NAME_AT, units = little64(from + 16), data = little64(from + 24);
	if (units > left / 2 || data != left - 2 * units)
		return false;
	variable->name = from + NAME_AT;
	variable->name_size = 2 * units;
	variable->data = variable->name + variable->name_size;
	variable->data_size = data;
	return true;
}

/* spec: tdx-boot-spec.md 3.1: of BootOrder and Boot#### only the data is hashed */
static enum explained explain_boot(const struct event *event, struct hasher *hasher)
{
	struct variable variable;
	if (!read_variable(&event->payload, &variable))
		return EXPLAINED_NOT_KNOWN;
	return hashes_to(variable.data, variable.data_size, hasher, event->digest) ? EXPLAINED_YES : EXPLAINED_NO;
}

enum explained event_explained(const struct event *event, struct hasher *hasher)
{
	/* Whoever fills a struct event computes this digest, and refuses another. */
	if (event->type == EVENT_RUNTIME)
		return EXPLAINED_YES;
	if (!event->payload.size)
		return EXPLAINED_NOT_KNOWN;
	if (hashes_to(event->payload.data, event->payload.size, hasher, event->digest))
		return EXPLAINED_YES;
	if (event->type == EV_EFI_VARIABLE_BOOT)
		return explain_boot(event, hasher);
	/* spec: tdx-boot-spec.md 8: of firmware's events these, and only these, are digests of their payload */
	return event->type == EV_SEPARATOR || event->type == EV_EFI_ACTION ||
			       event->type == EV_EFI_VARIABLE_DRIVER_CONFIG
		       ? EXPLAINED_NO
		       : EXPLAINED_NOT_KNOWN;
}

/* Words. */

static int add_quoted(const char *text, size_t size, struct bytes *into, struct err *err)
{
	while (size && !text[size - 1]) /* some count their NUL */
		size--;
	for (size_t i = 0; i < size; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return 0;
	return size ? bytes_addf(into, err, "\"%.*s\"", (int)size, text) : 0;
}

static int add_variable(const struct variable *variable, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "variable "))
		return -1;
	for (size_t i = 0; i < variable->name_size; i += 2) {
		char c = (char)variable->name[i];
		bool plain = c > 0x20 && c < 0x7f && !variable->name[i + 1];
		if (bytes_addf(into, err, "%c", plain ? c : '?'))
			return -1;
	}
	return 0;
}

static bool is_variable(uint32_t type)
{
	return type == EV_EFI_VARIABLE_DRIVER_CONFIG || type == EV_EFI_VARIABLE_BOOT ||
	       type == EV_EFI_VARIABLE_AUTHORITY;
}

int event_payload_words(const struct event *event, struct bytes *into, struct err *err)
{
	const struct bytes *payload = &event->payload;
	const uint8_t *data = (const uint8_t *)payload->data;
	struct variable variable;
	if (is_variable(event->type))
		return read_variable(payload, &variable) ? add_variable(&variable, into, err) : 0;
	/* A string of a length given before it: spec: tdx-boot-spec.md 3.2 */
	if (event->type == EV_EFI_PLATFORM_FIRMWARE_BLOB2 || event->type == EV_EFI_HANDOFF_TABLES2)
		return payload->size > 1 && data[0] < payload->size ? add_quoted(payload->data + 1, data[0], into, err)
								    : 0;
	/* u32 number, u32 size, text: spec: tdx-boot-spec.md 5 */
	if (event->type == EV_EVENT_TAG)
		return payload->size > 8 ? add_quoted(payload->data + 8, payload->size - 8, into, err) : 0;
	return payload->size ? add_quoted(payload->data, payload->size, into, err) : 0;
}

#include "message_shape.h"

#include "cbor_profile.h"

#include <math.h>
#include <string.h>

void message_free(struct message *message)
{
	free(message->headers);
	free(message->protocols);
	message->headers = NULL;
	message->protocols = NULL;
	message->header_count = message->protocol_count = 0;
}

static bool is_named(struct view text, const char *name)
{
	return view_is(text, view_of(name, strlen(name)));
}

static int read_view(const struct member *member, const struct item *item, struct message *message, struct err *err)
{
	bool is_text = member->kind == MEMBER_TEXT;
	if (item->kind != (is_text ? ITEM_TEXT : ITEM_BYTES))
		return err_bad(err, "no %s", is_text ? "text" : "bytes");
	if (item->bytes.size < member->low || item->bytes.size > member->high)
		return err_bad(err, "%zu bytes", item->bytes.size);
	*(struct view *)((char *)message + member->at) = item->bytes;
	return 0;
}

static int read_content(const struct member *member, const struct item *item, struct message *message, struct err *err)
{
	bool is_text = item->kind == ITEM_TEXT && member->kind == MEMBER_CONTENT;
	if (!is_text && item->kind != ITEM_BYTES)
		return err_bad(err, "no %s", member->kind == MEMBER_CONTENT ? "text or bytes" : "bytes");
	if (item->bytes.size > member->high)
		return err_bad(err, "%zu bytes", item->bytes.size);
	message->body = (struct content){is_text ? CONTENT_TEXT : CONTENT_BYTES, item->bytes};
	return 0;
}

static int read_number(const struct member *member, const struct item *item, struct message *message, struct err *err)
{
	uint32_t *at = (uint32_t *)((char *)message + member->at);
	if (item->kind != ITEM_NUMBER)
		return err_bad(err, "no number");
	double number = item->number;
	/* Of JavaScript's, where it may be fractional, or infinite. */
	if (member->kind == MEMBER_TIMEOUT && number >= 0)
		number = number > UINT32_MAX ? UINT32_MAX : floor(number);
	if (!(number >= member->low && number <= member->high) || number != floor(number))
		return err_bad(err, "no number of %u to %u", member->low, member->high);
	*at = (uint32_t)number;
	return 0;
}

static int read_event(const struct item *item, struct message *message, struct err *err)
{
	for (enum ws_event event = WS_EVENT_OPEN; item->kind == ITEM_TEXT && event <= WS_EVENT_ERROR; event++)
		if (is_named(item->bytes, message_event_name(event))) {
			message->event = event;
			return 0;
		}
	return err_bad(err, "none of open, close, error");
}

static int read_protocols(const struct item *item, struct view inside, struct message *message, struct err *err)
{
	/* As in the constructor of a WebSocket, where one may stand for a list of it. */
	size_t count = item->kind == ITEM_TEXT ? 1 : item->count;
	if ((item->kind != ITEM_TEXT && item->kind != ITEM_ARRAY) || count > MESSAGE_PROTOCOLS)
		return err_bad(err, "no list of at most %d texts", MESSAGE_PROTOCOLS);
	message->protocols = calloc(count ? count : 1, sizeof *message->protocols);
	if (!message->protocols)
		return err_system(err, EX_OSERR, "%zu protocols", count);
	for (size_t i = 0; i < count; i++) {
		struct item one = item->kind == ITEM_TEXT ? *item : item_take(&inside);
		if (one.kind != ITEM_TEXT)
			return err_bad(err, "no list of at most %d texts", MESSAGE_PROTOCOLS);
		message->protocols[message->protocol_count++] = one.bytes;
	}
	return 0;
}

/* The values of one header: of an array all. */
static int read_values(struct view name, struct view *left, struct message *message, struct err *err)
{
	struct item value = item_take(left);
	size_t count = value.kind == ITEM_ARRAY ? value.count : 1;
	for (size_t i = 0; i < count; i++) {
		struct item one = value.kind == ITEM_ARRAY ? item_take(left) : value;
		if (one.kind == ITEM_UNDEFINED)
			continue;
		if (one.kind != ITEM_TEXT)
			return err_bad(err, "a value that is no text");
		if (message->header_count == MESSAGE_HEADERS)
			return err_bad(err, "more than %d", MESSAGE_HEADERS);
		message->headers[message->header_count++] = (struct message_header){name, one.bytes};
	}
	return 0;
}

static size_t count_values(const struct item *map, struct view inside)
{
	size_t count = 0;
	for (size_t i = 0; i < map->count; i++) {
		item_skip(&inside);
		struct view value = inside;
		struct item item = item_take(&value);
		count += item.kind == ITEM_ARRAY ? item.count : 1;
		item_skip(&inside);
	}
	return count > MESSAGE_HEADERS ? MESSAGE_HEADERS : count;
}

static int read_headers(const struct item *item, struct view inside, struct message *message, struct err *err)
{
	if (item->kind != ITEM_MAP)
		return err_bad(err, "no map");
	size_t count = count_values(item, inside);
	message->headers = calloc(count ? count : 1, sizeof *message->headers);
	if (!message->headers)
		return err_system(err, EX_OSERR, "%zu headers", count);
	for (size_t i = 0; i < item->count; i++) {
		struct view name = item_take(&inside).bytes;
		if (read_values(name, &inside, message, err))
			return -1;
	}
	return 0;
}

static int read_data_type(const struct item *item, struct message *message, struct err *err)
{
	bool is_text = message->body.kind == CONTENT_TEXT;
	if (item->kind != ITEM_TEXT || !is_named(item->bytes, is_text ? "string" : "arraybuffer"))
		return err_bad(err, "not what data is");
	return 0;
}

static int read_flag(const struct member *member, const struct item *item, struct message *message, struct err *err)
{
	if (item->kind != ITEM_BOOL)
		return err_bad(err, "neither true nor false");
	*(bool *)((char *)message + member->at) = item->is_true;
	return 0;
}

/* inside: what follows the item's head. */
static int read_member(const struct member *member, const struct item *item, struct view inside,
		       struct message *message, struct err *err)
{
	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_BYTES:
		return read_view(member, item, message, err);
	case MEMBER_CONTENT:
	case MEMBER_DATA:
		return read_content(member, item, message, err);
	case MEMBER_DATA_TYPE:
		return read_data_type(item, message, err);
	case MEMBER_HEADERS:
		return read_headers(item, inside, message, err);
	case MEMBER_PROTOCOLS:
		return read_protocols(item, inside, message, err);
	case MEMBER_FLAG:
		return read_flag(member, item, message, err);
	case MEMBER_NUMBER:
	case MEMBER_TIMEOUT:
		return read_number(member, item, message, err);
	case MEMBER_EVENT:
		return read_event(item, message, err);
	case MEMBER_NULL:
		break;
	}
	return 0;
}

/* Where the value of each member of a shape begins in a map whose head was taken. */
static void locate(const struct shape *shape, struct view inside, size_t pairs, struct view values[SHAPE_MEMBERS])
{
	for (; pairs; pairs--) {
		struct view key = item_take(&inside).bytes;
		for (size_t i = 0; i < SHAPE_MEMBERS && shape->members[i].name; i++)
			if (is_named(key, shape->members[i].name))
				values[i] = inside;
		item_skip(&inside);
	}
}

/* spec: tunnel-spec.md 4, "CBOR": undefined is absent; so is null where a member may be. */
static int read_members(const struct shape *shape, struct view inside, size_t pairs, struct message *message,
			struct err *err)
{
	struct view values[SHAPE_MEMBERS] = {0};
	locate(shape, inside, pairs, values);
	for (size_t i = 0; i < SHAPE_MEMBERS && shape->members[i].name; i++) {
		const struct member *member = &shape->members[i];
		struct item item = {.kind = ITEM_UNDEFINED};
		if (values[i].data)
			item = item_take(&values[i]);
		bool is_absent = item.kind == ITEM_UNDEFINED || (item.kind == ITEM_NULL && !member->is_needed);
		if (is_absent && member->is_needed)
			return err_bad(err, "%s: missing", member->name);
		if (!is_absent && read_member(member, &item, values[i], message, err))
			return err_prefix(err, "%s", member->name);
	}
	return message_agrees(message, err);
}

static int read_type(struct view inside, size_t pairs, enum message_type *type, struct err *err)
{
	struct item item = {.kind = ITEM_UNDEFINED};
	for (bool is_found = false; pairs && !is_found; pairs--) {
		is_found = is_named(item_take(&inside).bytes, "type");
		if (is_found)
			item = item_take(&inside);
		else
			item_skip(&inside);
	}
	for (*type = 0; item.kind == ITEM_TEXT && *type < MESSAGE_TYPES; (*type)++)
		if (is_named(item.bytes, message_name(*type)))
			return 0;
	return err_bad(err, "type: %s", item.kind == ITEM_TEXT ? "unknown" : "no text");
}

int message_read(const void *data, size_t size, struct message *message, struct err *err)
{
	*message = (struct message){.version = 1};
	struct view all = view_of(data, size);
	if (profile_check(all, err))
		return -1;
	struct item map = item_take(&all);
	if (map.kind != ITEM_MAP)
		return err_bad(err, "CBOR: no map");
	if (read_type(all, map.count, &message->type, err))
		return -1;
	const struct shape *shape = message_shape(message->type);
	if (read_members(shape, all, map.count, message, err))
		return err_prefix(err, "%s", shape->name);
	return 0;
}

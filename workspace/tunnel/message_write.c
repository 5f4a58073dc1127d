#include "message_shape.h"

#include "cbor_write.h"

#include <string.h>
#include <strings.h>

static const struct view *view_at(const struct member *member, const struct message *message)
{
	return (const struct view *)((const char *)message + member->at);
}

static uint32_t number_at(const struct member *member, const struct message *message)
{
	return *(const uint32_t *)((const char *)message + member->at);
}

static bool flag_at(const struct member *member, const struct message *message)
{
	return *(const bool *)((const char *)message + member->at);
}

static bool is_there(const struct member *member, const struct message *message)
{
	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_BYTES:
		return view_at(member, message)->data;
	case MEMBER_CONTENT:
	case MEMBER_DATA:
		return message->body.kind != CONTENT_NONE;
	case MEMBER_PROTOCOLS:
		return message->protocol_count;
	case MEMBER_FLAG:
		return member->is_needed || flag_at(member, message);
	case MEMBER_NUMBER:
	case MEMBER_TIMEOUT:
		/* A version is only spoken of when there is more than one. */
		return number_at(member, message) > (member->at == offsetof(struct message, version) ? 1 : 0);
	case MEMBER_DATA_TYPE:
	case MEMBER_HEADERS:
	case MEMBER_EVENT:
	case MEMBER_NULL:
		break;
	}
	return true;
}

static bool is_same_name(const struct message_header *a, const struct message_header *b)
{
	return a->name.size == b->name.size &&
	       !strncasecmp((const char *)a->name.data, (const char *)b->name.data, a->name.size);
}

/* Of the headers with this one's name, case aside: which it is, from 0; how many there are. */
static size_t among(const struct message *message, size_t at, size_t *count)
{
	size_t before = 0;
	*count = 0;
	for (size_t i = 0; i < message->header_count; i++)
		if (is_same_name(&message->headers[i], &message->headers[at])) {
			before += i < at;
			(*count)++;
		}
	return before;
}

static void put_values(const struct message *message, size_t first, size_t count, struct writer *writer)
{
	put_text(writer, message->headers[first].name);
	if (count > 1)
		put_array(writer, count);
	for (size_t i = first; i < message->header_count; i++)
		if (is_same_name(&message->headers[i], &message->headers[first]))
			put_text(writer, message->headers[i].value);
}

static void put_headers(const struct message *message, struct writer *writer)
{
	size_t count, names = 0;
	for (size_t i = 0; i < message->header_count; i++)
		names += !among(message, i, &count);
	put_map(writer, (uint16_t)names);
	for (size_t i = 0; i < message->header_count; i++)
		if (!among(message, i, &count))
			put_values(message, i, count, writer);
}

static void put_content(const struct content *content, struct writer *writer)
{
	if (content->kind == CONTENT_TEXT)
		put_text(writer, content->bytes);
	else
		put_bytes(writer, content->bytes);
}

static void put_protocols(const struct message *message, struct writer *writer)
{
	put_array(writer, message->protocol_count);
	for (size_t i = 0; i < message->protocol_count; i++)
		put_text(writer, message->protocols[i]);
}

static void put_member(const struct member *member, const struct message *message, struct writer *writer)
{
	put_string(writer, member->name);
	switch (member->kind) {
	case MEMBER_TEXT:
		put_text(writer, *view_at(member, message));
		break;
	case MEMBER_BYTES:
		put_bytes(writer, *view_at(member, message));
		break;
	case MEMBER_CONTENT:
	case MEMBER_DATA:
		put_content(&message->body, writer);
		break;
	case MEMBER_DATA_TYPE:
		put_string(writer, message->body.kind == CONTENT_TEXT ? "string" : "arraybuffer");
		break;
	case MEMBER_HEADERS:
		put_headers(message, writer);
		break;
	case MEMBER_PROTOCOLS:
		put_protocols(message, writer);
		break;
	case MEMBER_FLAG:
		put_bool(writer, flag_at(member, message));
		break;
	case MEMBER_NUMBER:
	case MEMBER_TIMEOUT:
		put_number(writer, number_at(member, message));
		break;
	case MEMBER_EVENT:
		put_string(writer, message_event_name(message->event));
		break;
	case MEMBER_NULL:
		put_null(writer);
		break;
	}
}

static const struct member *next(const struct shape *shape, const struct member *member, const struct message *message)
{
	const struct member *end = shape->members + SHAPE_MEMBERS;
	for (member = member ? member + 1 : shape->members; member < end && member->name; member++)
		if (is_there(member, message))
			return member;
	return NULL;
}

size_t message_put(const struct message *message, uint8_t *at)
{
	const struct shape *shape = message_shape(message->type);
	struct writer writer = {.at = at};
	uint16_t pairs = 1;
	for (const struct member *member = NULL; (member = next(shape, member, message));)
		pairs++;
	put_map(&writer, pairs);
	put_string(&writer, "type");
	put_string(&writer, shape->name);
	for (const struct member *member = NULL; (member = next(shape, member, message));)
		put_member(member, message, &writer);
	return writer.size;
}

static int check_text(struct view text, struct err *err)
{
	return bytes_are_utf8(text.data, text.size) ? 0 : err_bad(err, "text that is not UTF-8");
}

static int check_texts(const struct message *message, struct err *err)
{
	for (size_t i = 0; i < message->header_count; i++)
		if (check_text(message->headers[i].name, err) || check_text(message->headers[i].value, err))
			return err_prefix(err, "headers");
	for (size_t i = 0; i < message->protocol_count; i++)
		if (check_text(message->protocols[i], err))
			return err_prefix(err, "protocols");
	return 0;
}

static int check_content(const struct member *member, const struct message *message, struct err *err)
{
	const struct content *content = &message->body;
	if (content->bytes.size > member->high)
		return err_bad(err, "%zu bytes", content->bytes.size);
	if (content->kind == CONTENT_TEXT && member->kind == MEMBER_DATA)
		return err_bad(err, "no bytes");
	return content->kind == CONTENT_TEXT ? check_text(content->bytes, err) : 0;
}

static int check_member(const struct member *member, const struct message *message, struct err *err)
{
	if (member->kind == MEMBER_TEXT || member->kind == MEMBER_BYTES) {
		const struct view *view = view_at(member, message);
		if (view->size < member->low || view->size > member->high)
			return err_bad(err, "%zu bytes", view->size);
		return member->kind == MEMBER_TEXT ? check_text(*view, err) : 0;
	}
	if (member->kind == MEMBER_CONTENT || member->kind == MEMBER_DATA)
		return check_content(member, message, err);
	if (member->kind == MEMBER_NUMBER &&
	    (number_at(member, message) < member->low || number_at(member, message) > member->high))
		return err_bad(err, "no number of %u to %u", member->low, member->high);
	return 0;
}

static int check_members(const struct message *message, const struct shape *shape, struct err *err)
{
	if (message->header_count > MESSAGE_HEADERS)
		return err_bad(err, "headers: more than %d", MESSAGE_HEADERS);
	if (message->protocol_count > MESSAGE_PROTOCOLS)
		return err_bad(err, "protocols: more than %d", MESSAGE_PROTOCOLS);
	for (const struct member *member = shape->members; member < shape->members + SHAPE_MEMBERS && member->name;
	     member++) {
		if (member->is_needed && !is_there(member, message))
			return err_bad(err, "%s: missing", member->name);
		if (is_there(member, message) && check_member(member, message, err))
			return err_prefix(err, "%s", member->name);
	}
	return check_texts(message, err) || message_agrees(message, err) ? -1 : 0;
}

int message_check(const struct message *message, struct err *err)
{
	const struct shape *shape = message_shape(message->type);
	return check_members(message, shape, err) ? err_prefix(err, "%s", shape->name) : 0;
}

int message_write(const struct message *message, struct bytes *into, struct err *err)
{
	if (message_check(message, err))
		return -1;
	uint8_t *at = bytes_extend(into, message_put(message, NULL), err);
	if (!at)
		return -1;
	message_put(message, at);
	return 0;
}

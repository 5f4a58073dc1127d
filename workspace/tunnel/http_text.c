#include "http_head.h"

#include <string.h>
#include <strings.h>

bool http_same_view(struct view a, struct view b)
{
	return a.size == b.size && (!a.size || !strncasecmp((const char *)a.data, (const char *)b.data, a.size));
}

bool http_same(struct view a, const char *b)
{
	return http_same_view(a, view_of(b, strlen(b)));
}

bool http_is_alias(struct view name, const char *of)
{
	if (name.size != strlen(of))
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!(name.data[i] == '_' && of[i] == '-') &&
		    !http_same_view(view_of(name.data + i, 1), view_of(of + i, 1)))
			return false;
	return true;
}

static bool is_tchar(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_tchar(text.data[i]))
			return false;
	return text.size;
}

bool http_is_field_value(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7f)
			return false;
	return true;
}

bool http_list_next(struct view *list, struct view *item)
{
	while (list->size && (http_is_blank(list->data[0]) || list->data[0] == ','))
		*list = view_of(list->data + 1, list->size - 1);
	if (!list->size) /* of no data, maybe */
		return false;
	const uint8_t *comma = memchr(list->data, ',', list->size);
	*item = view_of(list->data, comma ? (size_t)(comma - list->data) : list->size);
	*list = view_of(list->data + item->size, list->size - item->size);
	while (item->size && http_is_blank(item->data[item->size - 1]))
		item->size--;
	return item->size;
}

struct view http_head_value(const struct http_head *head, const char *name)
{
	struct view found = {0};
	for (size_t i = 0; i < head->header_count; i++) {
		if (!http_same(head->headers[i].name, name))
			continue;
		if (found.data)
			return (struct view){0};
		found = head->headers[i].value;
	}
	return found;
}

/* spec: RFC 9110 7.6.1 */
bool http_is_hop_by_hop(const struct message_header *headers, size_t count, struct view name)
{
	static const char *const always[] = {"connection", "keep-alive", "proxy-connection", "te",
					     "trailer",    "upgrade",    "transfer-encoding"};
	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (http_same(name, always[i]))
			return true;
	if (http_same(name, "host") || http_same(name, "content-length"))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct view list = headers[i].value, item;
		if (!http_same(headers[i].name, "connection"))
			continue;
		while (http_list_next(&list, &item))
			if (http_same_view(item, name))
				return true;
	}
	return false;
}

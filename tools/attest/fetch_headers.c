#include "fetch_headers.h"

#include <ctype.h>
#include <string.h>

enum { HEADER_CAP = 64 << 10 };

/* What view_of_text() copied. */
static void free_view(struct view view)
{
	free((void *)(uintptr_t)view.data);
}

void fetch_headers_free(struct fetch_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		free_view(headers->list[i].name);
		free_view(headers->list[i].value);
	}
	headers->count = 0;
}

bool fetch_is_token(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)text[i]) && (!text[i] || !strchr("!#$%&'*+-.^_`|~", text[i])))
			return false;
	return size;
}

static bool is_value(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

static bool is_same(struct view view, const char *name, size_t size)
{
	return view.size == size && !strncasecmp((const char *)view.data, name, size);
}

bool fetch_headers_have(const struct fetch_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++)
		if (is_same(headers->list[i].name, name, strlen(name)))
			return true;
	return false;
}

/* Behind the last one of its name. */
static size_t place_of(const struct fetch_headers *headers, const char *name, size_t size)
{
	for (size_t i = headers->count; i > 0; i--)
		if (is_same(headers->list[i - 1].name, name, size))
			return i;
	return headers->count;
}

int fetch_headers_add(struct fetch_headers *headers, const char *text, struct err *err)
{
	size_t name = strcspn(text, ":");
	if (!text[name] || !fetch_is_token(text, name))
		return err_bad(err, "'%.100s': not NAME: VALUE", text);
	const char *value = text + name + 1 + strspn(text + name + 1, " \t");
	size_t size = strlen(value);
	while (size && strchr(" \t", value[size - 1]))
		size--;
	if (!is_value(value) || size > HEADER_CAP || !bytes_are_utf8(value, size))
		return err_bad(err, "%.*s: a value that no header can have", (int)name, text);
	if (headers->count == MESSAGE_HEADERS)
		return err_bad(err, "more than %d headers", MESSAGE_HEADERS);
	size_t at = place_of(headers, text, name);
	char *names = strndup(text, name), *values = strndup(value, size);
	if (!names || !values) {
		free(names);
		free(values);
		return err_system(err, EX_OSERR, "header");
	}
	memmove(&headers->list[at + 1], &headers->list[at], (headers->count++ - at) * sizeof *headers->list);
	headers->list[at] = (struct message_header){view_of(names, name), view_of(values, size)};
	return 0;
}

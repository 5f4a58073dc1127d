#include "bytes.h"
#include "partform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* In the order they are tried: what has a magic first, and text, which most others would also be, last. */
static const struct {
	const char *name;
	bool (*part)(struct span file, uint64_t offset, struct naming *naming);
} formats[] = {
	{"ELF", elf_part}, {"gzip", gzip_part}, {"zstd", zstd_part}, {"ar", ar_part},     {"zip", zip_part},
	{"tar", tar_part}, {"PEM", pem_part},   {"DER", der_part},   {"JSON", json_part}, {"text", text_part},
};

uint64_t span_little(struct span span, uint64_t at, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = bytes; span_has(span, at, bytes) && i-- > 0;)
		value = value << 8 | span.data[at + i];
	return value;
}

uint64_t span_big(struct span span, uint64_t at, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; span_has(span, at, bytes) && i < bytes; i++)
		value = value << 8 | span.data[at + i];
	return value;
}

bool span_begins(struct span span, const void *magic, size_t size)
{
	return span.size >= size && !memcmp(span.data, magic, size);
}

struct span span_string(struct span span, uint64_t at)
{
	struct span rest = span_cut(span, at, span.size);
	const uint8_t *end = rest.size ? memchr(rest.data, 0, rest.size) : NULL;
	return end ? (struct span){rest.data, (size_t)(end - rest.data)} : rest;
}

uint64_t fields_size(const struct field *fields, unsigned width)
{
	uint64_t size = 0;
	for (; fields->name; fields++)
		size += fields->size[width];
	return size;
}

bool naming_field(struct naming *naming, const struct field *fields, unsigned width, uint64_t at, uint64_t offset)
{
	for (; fields->name; at += fields->size[width], fields++)
		if (holds(at, fields->size[width], offset)) {
			naming_range(naming, at, fields->size[width]);
			naming_add(naming, "%s", fields->name);
			return true;
		}
	return false;
}

void naming_add(struct naming *naming, const char *format, ...)
{
	size_t room = sizeof naming->part->name - naming->length;
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(naming->part->name + naming->length, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		naming->length += (size_t)n < room ? (size_t)n : room - 1;
}

void naming_text(struct naming *naming, struct span text)
{
	enum { HEAD = 24, TAIL = 40 };
	const char *at = (const char *)text.data;
	if (text.size <= HEAD + 3 + TAIL)
		naming_add(naming, "%.*s", (int)text.size, at);
	else
		naming_add(naming, "%.*s...%.*s", HEAD, at, TAIL, at + text.size - TAIL);
}

void naming_range(struct naming *naming, uint64_t at, uint64_t size)
{
	naming->part->at = naming->base + at;
	naming->part->size = size;
}

/* The name of the format that knows the file, or NULL. */
static const char *look(struct span file, uint64_t offset, struct naming *naming)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (formats[i].part(file, offset, naming))
			return formats[i].name;
	return NULL;
}

void naming_inside(struct naming *naming, struct span file, uint64_t at, uint64_t size, uint64_t offset)
{
	struct naming inner = *naming;
	inner.base += at;
	inner.depth++;
	naming_range(naming, at, size);
	naming_add(&inner, ": ");
	if (inner.depth < PART_DEPTH && look(span_cut(file, at, size), offset - at, &inner)) {
		naming->length = inner.length;
		return;
	}
	naming->part->name[naming->length] = '\0';
	naming_add(naming, " (+%#llx)", (unsigned long long)(offset - at));
}

/* Bytes of the character at text, 0 for what is none or would not be seen as one. */
static size_t character(const char *text)
{
	uint8_t lead = (uint8_t)*text;
	size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (strnlen(text, size) < size || !bytes_are_utf8(text, size))
		return 0;
	bool control = lead < ' ' || lead == 0x7f || (lead == 0xc2 && (uint8_t)text[1] < 0xa0);
	return control ? 0 : size;
}

void text_make_readable(char *text)
{
	for (size_t size; *text; text += size ? size : 1) {
		size = character(text);
		if (!size)
			*text = '?';
	}
}

/* The range is the file's and has the byte, whatever the file says of its own sizes. */
static void make_true(struct part *part, uint64_t size, uint64_t offset)
{
	if (!holds(part->at, part->size, offset)) {
		part->at = offset;
		part->size = 1;
	}
	if (part->size > size - part->at)
		part->size = size - part->at;
}

int part_at(const void *data, size_t size, uint64_t offset, struct part *part)
{
	struct naming naming = {.part = part};
	*part = (struct part){0};
	if (offset >= size)
		return 0;
	const char *format = look((struct span){data, size}, offset, &naming);
	if (!format)
		return 0;
	snprintf(part->format, sizeof part->format, "%s", format);
	text_make_readable(part->name);
	make_true(part, size, offset);
	return 1;
}

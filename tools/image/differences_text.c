/* Differences for a person: one line each, outermost cause first. */
#include "differences.h"

#include <string.h>

enum { SHOWN = 300 }; /* bytes of a value */

/* What would end the line or drive a terminal, and what is not UTF-8, as \xHH; a backslash doubled. */
static int add_text(struct bytes *into, const char *text, struct err *err)
{
	for (size_t n; *text; text += n) {
		unsigned char c = (unsigned char)*text;
		for (n = 1; n < 4 && ((unsigned char)text[n] & 0xc0) == 0x80;)
			n++;
		bool plain = c < 0x80 ? c >= 0x20 && c != 0x7f && c != '\\'
				      : bytes_are_utf8(text, n) && !(c == 0xc2 && (unsigned char)text[1] < 0xa0);
		n = c < 0x80 || !plain ? 1 : n;
		if (plain ? bytes_add(into, text, n, err) : bytes_addf(into, err, c == '\\' ? "\\\\" : "\\x%02x", c))
			return -1;
	}
	return 0;
}

static int add_part(struct bytes *into, const struct differences_part *part, struct err *err)
{
	if (bytes_addf(into, err, "%s", part->name) || (part->number && bytes_addf(into, err, " %u", part->number)))
		return -1;
	if (part->title &&
	    (bytes_add(into, " (", 2, err) || add_text(into, part->title, err) || bytes_add(into, ")", 1, err)))
		return -1;
	return bytes_add(into, ": ", 2, err);
}

/* A value as JSON, cut at a character when it is long. */
static int add_value(struct bytes *into, const struct json *value, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (json_write(value, false, &text, err))
		return -1;
	size_t size = text.size;
	if (size > SHOWN)
		for (size = SHOWN; size && ((unsigned char)text.data[size] & 0xc0) == 0x80;)
			size--;
	text.data[size] = '\0';
	for (char *at = text.data; *at; at++) /* the others JSON has escaped already */
		if (*at == 0x7f)
			*at = '?';
	return bytes_addf(into, err, "%s%s", text.data, size < text.size ? "..." : "");
}

static int add_values(struct bytes *into, const struct difference *difference, struct err *err)
{
	const struct json *only = difference->first ? difference->first : difference->second;
	if (difference->first && difference->second)
		return add_value(into, difference->first, err) || bytes_addf(into, err, " is not ") ||
				       add_value(into, difference->second, err)
			       ? -1
			       : 0;
	if (bytes_addf(into, err, "only in the %s", difference->first ? "first" : "second"))
		return -1;
	if (json_kind(only) == JSON_BOOLEAN && json_true(only)) /* its being there is all there is to say */
		return 0;
	return bytes_add(into, ": ", 2, err) || add_value(into, only, err) ? -1 : 0;
}

static int add_hex(struct bytes *into, const struct spot *spot, int side, struct err *err)
{
	for (size_t i = 0; i < spot->have[side]; i++) {
		bool here = spot->from + i == spot->offset;
		if (bytes_addf(into, err, here ? "%s[%02x]" : "%s%02x", i ? " " : "", spot->context[side][i]))
			return -1;
	}
	if (spot->from + spot->have[side] == spot->offset)
		return bytes_addf(into, err, "%s[end]", spot->have[side] ? " " : "");
	return 0;
}

static int add_spot(struct bytes *into, const struct spot *spot, struct err *err)
{
	if (bytes_addf(into, err, "from byte %llu (0x%llx), ", (unsigned long long)spot->offset,
		       (unsigned long long)spot->offset))
		return -1;
	uint64_t shorter = spot->size[0] < spot->size[1] ? spot->size[0] : spot->size[1];
	if (spot->offset < shorter && bytes_addf(into, err, "%llu of %llu differ%s: ", (unsigned long long)spot->count,
						 (unsigned long long)shorter, spot->count == 1 ? "s" : ""))
		return -1;
	if (spot->offset == shorter &&
	    bytes_addf(into, err, "where the %s ends: ", spot->size[0] == shorter ? "first" : "second"))
		return -1;
	return add_hex(into, spot, 0, err) || bytes_addf(into, err, " is not ") || add_hex(into, spot, 1, err) ? -1 : 0;
}

static int add_what(struct bytes *into, const struct difference *difference, struct err *err)
{
	const struct part *parts = difference->parts;
	if (!parts[0].name[0] && !parts[1].name[0])
		return 0;
	const struct part *first = parts[0].name[0] ? &parts[0] : &parts[1];
	if (bytes_addf(into, err, "; in %s ", first->format) || add_text(into, first->name, err))
		return -1;
	if (first != parts || !parts[1].name[0] || !strcmp(parts[0].name, parts[1].name))
		return 0;
	return bytes_addf(into, err, ", in the second %s ", parts[1].format) || add_text(into, parts[1].name, err) ? -1
														   : 0;
}

/* A field by which a thing is there or not, which the line says without it. */
static bool is_presence(const char *field)
{
	return !strcmp(field, "entry") || !strcmp(field, "layer") || !strcmp(field, "file");
}

static int add_difference(struct bytes *into, const struct difference *difference, struct err *err)
{
	bool is_unreadable = !strcmp(difference->field, "unreadable");
	if (difference->path && (add_text(into, difference->path, err) || bytes_add(into, ": ", 2, err)))
		return -1;
	if (is_unreadable)
		return bytes_addf(into, err, "the %s cannot be read: ", difference->first ? "first" : "second") ||
				       add_text(into,
						json_text(difference->first ? difference->first : difference->second),
						err)
			       ? -1
			       : 0;
	if (!is_presence(difference->field) &&
	    (add_text(into, difference->field, err) || bytes_add(into, ": ", 2, err)))
		return -1;
	if ((difference->first || difference->second) && add_values(into, difference, err))
		return -1;
	if (difference->spot && (difference->first || difference->second) && bytes_add(into, ", ", 2, err))
		return -1;
	if (difference->spot && add_spot(into, difference->spot, err))
		return -1;
	if (add_what(into, difference, err))
		return -1;
	if (difference->list && (bytes_add(into, "; differing ", 12, err) || add_text(into, difference->list, err)))
		return -1;
	if (!difference->cause)
		return 0;
	return bytes_addf(into, err, "; cause: %s: ", difference->cause) || add_text(into, difference->evidence, err)
		       ? -1
		       : 0;
}

static int add_more(struct bytes *into, const struct differences_part *part, struct err *err)
{
	if (!part->more)
		return 0;
	return add_part(into, part, err) || bytes_addf(into, err, "and %zu more\n", part->more) ? -1 : 0;
}

int differences_text(const struct differences *differences, struct bytes *into, struct err *err)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *difference = &differences->list[i];
		const struct differences_part *part = &differences->parts[difference->part];
		if ((!i && bytes_addf(into, err, "first difference: ")) || add_part(into, part, err) ||
		    add_difference(into, difference, err) ||
		    bytes_addf(into, err, difference->follows ? " (follows)\n" : "\n"))
			return -1;
	}
	for (size_t i = 0; i < differences->part_count; i++)
		if (add_more(into, &differences->parts[i], err))
			return -1;
	return 0;
}

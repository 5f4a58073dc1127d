#include "part_der.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 24 };

/* spec: X.690 8.1.2, 8.1.3: tags of one byte or more, lengths of the definite form */
bool der_read(struct span file, uint64_t at, uint64_t end, struct der *der)
{
	struct span span = span_cut(file, 0, end);
	der->at = at;
	der->tag = (uint8_t)span_big(span, at, 1);
	if (!span_has(span, at++, 2))
		return false;
	if ((der->tag & 31) == 31)
		while (span_has(span, at, 2) && (span.data[at++] & 0x80))
			;
	uint64_t length = span_big(span, at++, 1);
	if (length == 0x80 || length > 0x84)
		return false;
	if (length > 0x80) {
		unsigned bytes = (unsigned)length - 0x80;
		if (!span_has(span, at, bytes))
			return false;
		length = span_big(span, at, bytes);
		at += bytes;
	}
	der->body = at;
	der->end = at + length;
	return span_has(span, at, length);
}

bool der_values(struct span file, uint64_t at, uint64_t end)
{
	struct der der;
	while (at < end) {
		if (!der_read(file, at, end, &der))
			return false;
		at = der.end;
	}
	return true;
}

static const char *tag_name(uint8_t tag, char text[static 16])
{
	static const char *const universal[] = {
		[1] = "BOOLEAN",        [2] = "INTEGER",
		[3] = "BIT STRING",     [4] = "OCTET STRING",
		[5] = "NULL",           [6] = "OBJECT",
		[10] = "ENUMERATED",    [12] = "UTF8String",
		[16] = "SEQUENCE",      [17] = "SET",
		[18] = "NumericString", [19] = "PrintableString",
		[20] = "T61String",     [22] = "IA5String",
		[23] = "UTCTime",       [24] = "GeneralizedTime",
		[26] = "VisibleString", [28] = "UniversalString",
		[30] = "BMPString",     [31] = NULL,
	};
	if (tag < 0x40 && universal[tag & 31])
		return universal[tag & 31];
	snprintf(text, 16, tag >> 6 == 2 ? "[%u]" : "tag %#x", tag >> 6 == 2 ? tag & 31u : tag);
	return text;
}

/* spec: X.690 8.19: seven bits a byte; the first number holds two */
static void add_oid(struct span oid, struct naming *naming)
{
	const char *name = der_oid_name(oid);
	uint64_t value = 0;
	bool first = true;
	if (name) {
		naming_add(naming, "%s", name);
		return;
	}
	for (size_t i = 0; i < oid.size && i < 40; i++) {
		value = value << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		unsigned top = value < 80 ? (unsigned)value / 40 : 2;
		if (first)
			naming_add(naming, "%u.%llu", top, (unsigned long long)value - 40 * top);
		else
			naming_add(naming, ".%llu", (unsigned long long)value);
		first = false;
		value = 0;
	}
}

/* The identifier that a value begins with, if it does. */
static struct span leading_oid(struct span file, const struct der *der)
{
	struct der oid;
	if (!der_read(file, der->body, der->end, &oid) || oid.tag != DER_OID)
		return (struct span){0};
	return span_cut(file, oid.body, oid.end - oid.body);
}

static void add_value(struct span file, const struct der *der, const struct shape *shape, unsigned index,
		      struct naming *naming)
{
	char tag[16];
	struct span oid = leading_oid(file, der);
	if (shape && shape->kind == SHAPE_MANY_BY_OID && oid.size) {
		naming_add(naming, ": ");
		add_oid(oid, naming);
	} else if (shape && *shape->name) {
		naming_add(naming, ": %s", shape->name);
		if (shape->kind == SHAPE_MANY)
			naming_add(naming, " %u", index);
	} else if (!shape) {
		naming_add(naming, ": item %u (%s)", index, tag_name(der->tag, tag));
	}
}

/* Are there values inside? An OCTET STRING, and what has a tag of a context, may wrap some. */
static bool has_inside(struct span file, const struct der *der)
{
	bool may = (der->tag & 0x20) || der->tag == DER_OCTETS;
	return may && der->body < der->end && der_values(file, der->body, der->end);
}

/* Goes down from *der to the byte; false when that is in its own tag or length, or it is what holds the byte. */
static bool step(struct span file, struct der *der, const struct shape **inside, uint64_t offset, struct naming *naming)
{
	struct der child = {.end = der->body};
	const struct shape *next = *inside, *shape = NULL;
	unsigned index = 0;
	if (offset < der->body || !has_inside(file, der))
		return false;
	while (child.end <= offset && der_read(file, child.end, der->end, &child)) {
		shape = der_fit(&next, child.tag);
		index++;
	}
	if (child.end <= offset)
		return false;
	add_value(file, &child, shape, index, naming);
	*der = child;
	*inside = shape ? shape->inside : NULL;
	return true;
}

bool der_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct der der;
	if (!span_begins(file, "\x30", 1) || !der_read(file, 0, file.size, &der) || der.end != file.size ||
	    der.body == der.end || !der_values(file, der.body, der.end))
		return false;
	const struct shape *root = der_root(file, &der), *inside = root ? root->inside : NULL;
	naming_add(naming, "%s", root ? root->name : "SEQUENCE");
	for (int depth = 0; depth < DEPTH && step(file, &der, &inside, offset, naming); depth++)
		;
	bool head = offset < der.body;
	naming_range(naming, head ? der.at : der.body, head ? der.body - der.at : der.end - der.body);
	if (head)
		naming_add(naming, offset == der.at ? ": tag" : ": length");
	return true;
}

/* The value inside that is called so, also inside of what has no name; its shape, or NULL. */
static const struct shape *find(struct span file, const struct der *der, const struct shape *inside, const char *name,
				struct der *found)
{
	struct der child;
	for (uint64_t at = der->body; at < der->end && der_read(file, at, der->end, &child); at = child.end) {
		const struct shape *shape = der_fit(&inside, child.tag), *deeper = NULL;
		if (!shape)
			return NULL;
		const char *oid = der_oid_name(leading_oid(file, &child));
		const char *called = shape->kind == SHAPE_MANY_BY_OID ? oid : shape->name;
		*found = child;
		if (called && !strcmp(called, name))
			return shape;
		if (shape->kind == SHAPE_MANY && shape->inside &&
		    (deeper = find(file, &child, shape->inside, name, found)))
			return deeper;
	}
	return NULL;
}

/* The value that the names lead to, one inside the other. */
static bool find_path(struct span file, const char *const path[], struct der *found)
{
	if (!der_read(file, 0, file.size, found))
		return false;
	const struct shape *shape = der_root(file, found);
	for (; *path && shape; path++) {
		struct der outer = *found;
		shape = shape->inside ? find(file, &outer, shape->inside, *path, found) : NULL;
	}
	return shape;
}

bool der_subject(struct span file, struct naming *naming)
{
	struct der value;
	if (!find_path(file, (const char *[]){"tbsCertificate", "subject", "commonName", "value", NULL}, &value) &&
	    !find_path(file, (const char *[]){"tbsCertificate", "subject", "organizationName", "value", NULL}, &value))
		return false;
	naming_text(naming, span_cut(file, value.body, value.end - value.body));
	return true;
}

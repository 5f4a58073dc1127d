#include "der.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	LONG_TAG = 0x1f,
	LONG_LENGTH = 0x80,
	LENGTH_BYTES = 4,
};

bool der_has(struct view rest, unsigned tag)
{
	return rest.size && rest.data[0] == tag;
}

/* The length at the front of *rest, taken off it. */
static int take_length(struct view *rest, const char *name, uint64_t *length, struct err *err)
{
	unsigned first = rest->size ? rest->data[0] : LONG_LENGTH;
	unsigned more = first & LONG_LENGTH ? first & ~LONG_LENGTH : 0;
	if (!rest->size || more >= rest->size)
		return err_bad(err, "%s: cut short in its length", name);
	if (first == LONG_LENGTH)
		return err_bad(err, "%s: of indefinite length", name);
	if (more > LENGTH_BYTES)
		return err_bad(err, "%s: length of %u bytes", name, more);
	*length = more ? 0 : first;
	for (unsigned i = 1; i <= more; i++)
		*length = *length << 8 | rest->data[i];
	if (more && (*length < LONG_LENGTH || !rest->data[1]))
		return err_bad(err, "%s: length %" PRIu64 " in more bytes than it needs", name, *length);
	*rest = view_of(rest->data + 1 + more, rest->size - 1 - more);
	return 0;
}

int der_next(struct view *rest, const char *name, struct der *item, struct err *err)
{
	struct view at = *rest;
	uint64_t length = 0;
	if (!at.size)
		return err_bad(err, "%s: missing", name);
	item->tag = at.data[0];
	if ((item->tag & LONG_TAG) == LONG_TAG)
		return err_bad(err, "%s: tag of more than one byte", name);
	at = view_of(at.data + 1, at.size - 1);
	if (take_length(&at, name, &length, err))
		return -1;
	if (length > at.size)
		return err_bad(err, "%s: %" PRIu64 " bytes long, and %zu are left", name, length, at.size);
	item->content = view_of(at.data, (size_t)length);
	item->whole = view_of(rest->data, (size_t)(at.data - rest->data) + item->content.size);
	*rest = view_of(at.data + length, at.size - (size_t)length);
	return 0;
}

int der_take_whole(struct view *rest, unsigned tag, const char *name, struct der *item, struct err *err)
{
	if (rest->size && rest->data[0] != tag)
		return err_bad(err, "%s: tag 0x%02x, not 0x%02x", name, rest->data[0], tag);
	return der_next(rest, name, item, err);
}

int der_take(struct view *rest, unsigned tag, const char *name, struct view *content, struct err *err)
{
	struct der item;
	if (der_take_whole(rest, tag, name, &item, err))
		return -1;
	*content = item.content;
	return 0;
}

int der_end(struct view rest, const char *name, struct err *err)
{
	return rest.size ? err_bad(err, "%s: %zu bytes behind its end", name, rest.size) : 0;
}

/* X.690 8.3.2: the first nine bits are not all the same */
static int take_shortest(struct view *rest, unsigned tag, const char *name, struct view *content, struct err *err)
{
	if (der_take(rest, tag, name, content, err))
		return -1;
	const uint8_t *at = content->data;
	if (!content->size)
		return err_bad(err, "%s: a number of no bytes", name);
	if (content->size > 1 && ((!at[0] && !(at[1] & 0x80)) || (at[0] == 0xff && at[1] & 0x80)))
		return err_bad(err, "%s: a number in more bytes than it needs", name);
	return 0;
}

int der_take_integer(struct view *rest, const char *name, struct view *content, struct err *err)
{
	return take_shortest(rest, DER_INTEGER, name, content, err);
}

int der_take_number(struct view *rest, unsigned tag, uint32_t max, const char *name, uint32_t *value, struct err *err)
{
	struct view content;
	uint64_t number = 0;
	if (take_shortest(rest, tag, name, &content, err))
		return -1;
	if (content.data[0] & 0x80)
		return err_bad(err, "%s: negative", name);
	for (size_t i = 0; i < content.size && number <= max; i++)
		number = number << 8 | content.data[i];
	if (number > max)
		return err_bad(err, "%s: above %" PRIu32, name, max);
	*value = (uint32_t)number;
	return 0;
}

int der_take_octets(struct view *rest, size_t size, const char *name, struct view *content, struct err *err)
{
	if (der_take(rest, DER_OCTET_STRING, name, content, err))
		return -1;
	return content->size == size ? 0 : err_bad(err, "%s: %zu bytes, not %zu", name, content->size, size);
}

int der_take_boolean(struct view *rest, const char *name, bool *value, struct err *err)
{
	struct view content;
	if (der_take(rest, DER_BOOLEAN, name, &content, err))
		return -1;
	if (content.size != 1 || (content.data[0] && content.data[0] != 0xff))
		return err_bad(err, "%s: a BOOLEAN that is neither 00 nor ff", name);
	*value = content.data[0];
	return 0;
}

int der_take_bits(struct view *rest, const char *name, struct view *content, struct err *err)
{
	struct view bits;
	if (der_take(rest, DER_BIT_STRING, name, &bits, err))
		return -1;
	if (!bits.size || bits.data[0])
		return err_bad(err, "%s: a BIT STRING with unused bits", name);
	*content = view_of(bits.data + 1, bits.size - 1);
	return 0;
}

void der_oid_text(struct view oid, char *text, size_t size)
{
	uint64_t arc = 0;
	size_t used = 0;
	bool is_first = true;
	text[0] = 0;
	for (size_t i = 0; i < oid.size && used < size; i++) {
		arc = arc << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		if (is_first) {
			unsigned top = arc < 80 ? (unsigned)arc / 40 : 2;
			used += (size_t)snprintf(text + used, size - used, "%u.%" PRIu64, top, arc - 40 * top);
		} else
			used += (size_t)snprintf(text + used, size - used, ".%" PRIu64, arc);
		is_first = false;
		arc = 0;
	}
}

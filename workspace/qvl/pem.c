#include "pem.h"

#include "base64.h"

#include <string.h>

enum { LINE = 64 };

/* What a block is of. */
struct label {
	const char *name;
	struct view begin, end;
};
#define LABEL(name)                                                                                                    \
	{                                                                                                              \
		name, view_of_literal("-----BEGIN " name "-----"), view_of_literal("-----END " name "-----")           \
	}

static bool begins(struct view text, const struct label *label)
{
	return text.size >= label->begin.size && !memcmp(text.data, label->begin.data, label->begin.size);
}

/* A line without its end, taken off *rest; false when none is complete. */
static bool take_line(struct view *rest, struct view *line)
{
	const uint8_t *feed = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
	if (!feed)
		return false;
	*line = view_of(rest->data, (size_t)(feed - rest->data));
	*rest = view_of(feed + 1, rest->size - line->size - 1);
	if (line->size && line->data[line->size - 1] == '\r')
		line->size--;
	return true;
}

/* Lines of base64 up to the end's. */
static int take_body(struct view *rest, const struct label *label, struct bytes *text, struct err *err)
{
	struct view line;
	size_t before = LINE;
	for (unsigned number = 2;; number++) {
		if (!take_line(rest, &line))
			return err_bad(err, "line %u: not complete, and no END %s yet", number, label->name);
		if (view_is(line, label->end))
			return 0;
		if (!line.size || line.size > LINE || before != LINE)
			return err_bad(err, "line %u: %zu characters behind %zu, and all but the last have %d", number,
				       line.size, before, LINE);
		before = line.size;
		if (bytes_add(text, line.data, line.size, err))
			return -1;
	}
}

static int take(struct view *rest, const struct label *label, struct bytes *der, struct err *err)
{
	struct view line;
	cleanup_bytes struct bytes text = {0};
	if (!take_line(rest, &line) || !view_is(line, label->begin))
		return err_bad(err, "line 1: not BEGIN %s", label->name);
	if (take_body(rest, label, &text, err))
		return -1;
	if (!text.size)
		return err_bad(err, "line 2: no base64");
	return base64_read(text.data, text.size, der, err);
}

bool pem_is(struct view text)
{
	return begins(text, &(struct label)LABEL("CERTIFICATE"));
}

int pem_take(struct view *rest, struct bytes *der, struct err *err)
{
	return take(rest, &(struct label)LABEL("CERTIFICATE"), der, err);
}

bool pem_is_crl(struct view text)
{
	return begins(text, &(struct label)LABEL("X509 CRL"));
}

int pem_take_crl(struct view *rest, struct bytes *der, struct err *err)
{
	return take(rest, &(struct label)LABEL("X509 CRL"), der, err);
}

#include "document.h"

#include "hex.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

int document_open(const char *text, size_t size, struct json_view *object, struct err *err)
{
	if (size > DOCUMENT_CAP)
		return err_bad(err, "larger than %d bytes", DOCUMENT_CAP);
	if (json_view(text, size, object, err))
		return -1;
	return json_view_kind(*object) == JSON_OBJECT ? 0 : err_bad(err, "not an object");
}

int document_member(struct json_view object, const char *name, enum json_kind kind, struct json_view *member,
		    struct err *err)
{
	*member = json_view_member(object, name);
	if (!member->text)
		return err_bad(err, "%s: missing", name);
	return json_view_kind(*member) == kind ? 0 : err_bad(err, "%s: not %s", name, json_kind_name(kind));
}

/* spec: quote-spec.md 7.6: 5.0 and 5e0 are no integers as anybody writes them */
int document_number(struct json_view object, const char *name, uint32_t max, uint32_t *value, struct err *err)
{
	enum { DIGITS = 10 };
	struct json_view member;
	uint64_t number = 0;
	if (document_member(object, name, JSON_NUMBER, &member, err))
		return -1;
	size_t at = 0;
	for (; at < member.size && at < DIGITS && member.text[at] >= '0' && member.text[at] <= '9'; at++)
		number = 10 * number + (uint64_t)(member.text[at] - '0');
	if (at < member.size || number > max)
		return err_bad(err, "%s: not a whole number from 0 to %" PRIu32, name, max);
	*value = (uint32_t)number;
	return 0;
}

int document_svn(struct json_view object, const char *name, uint16_t *svn, struct err *err)
{
	uint32_t value;
	if (document_number(object, name, UINT16_MAX, &value, err))
		return -1;
	*svn = (uint16_t)value;
	return 0;
}

/* What the string says, cut where it does not fit: false. */
static bool text_copy(struct json_view string, char *into, size_t size, struct err *err, int *status)
{
	cleanup_bytes struct bytes text = {0};
	*status = json_view_string(string, &text, err);
	if (*status || text.size >= size)
		return false;
	memcpy(into, text.data, text.size + 1);
	return true;
}

int document_text(struct json_view object, const char *name, char *into, size_t size, struct err *err)
{
	struct json_view member;
	int status;
	if (document_member(object, name, JSON_STRING, &member, err))
		return -1;
	if (!text_copy(member, into, size, err, &status))
		return status ? -1 : err_bad(err, "%s: more than %zu characters", name, size - 1);
	for (const char *c = into; *c; c++)
		if (*c < ' ' || *c > '~')
			return err_bad(err, "%s: a character that is not printable ASCII", name);
	return 0;
}

int document_hex(struct json_view object, const char *name, uint8_t *into, size_t size, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	struct json_view member;
	if (document_member(object, name, JSON_STRING, &member, err) || json_view_string(member, &text, err))
		return -1;
	return hex_read(text.data, into, size) ? err_bad(err, "%s: not %zu hexadecimal digits", name, 2 * size) : 0;
}

/* The number in the digits from here on: the form has been looked at. */
static int digits(const char *text, size_t count)
{
	int value = 0;
	for (size_t i = 0; i < count; i++)
		value = 10 * value + text[i] - '0';
	return value;
}

/* Of numbers that are no time, timegm() makes another one. */
static bool read_date(const char *text, int64_t *seconds)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	for (size_t i = 0; i < sizeof form; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	struct tm wanted = {.tm_year = digits(text, 4) - 1900,
			    .tm_mon = digits(text + 5, 2) - 1,
			    .tm_mday = digits(text + 8, 2),
			    .tm_hour = digits(text + 11, 2),
			    .tm_min = digits(text + 14, 2),
			    .tm_sec = digits(text + 17, 2)};
	struct tm tm = wanted;
	*seconds = timegm(&tm);
	return wanted.tm_year >= 70 && tm.tm_mon == wanted.tm_mon && tm.tm_mday == wanted.tm_mday &&
	       tm.tm_hour == wanted.tm_hour && tm.tm_min == wanted.tm_min && tm.tm_sec == wanted.tm_sec;
}

int document_date(struct json_view object, const char *name, char text[TCB_DATE_SIZE + 1], int64_t *seconds,
		  struct err *err)
{
	struct json_view member;
	int64_t at;
	int status;
	if (document_member(object, name, JSON_STRING, &member, err))
		return -1;
	if (!text_copy(member, text, TCB_DATE_SIZE + 1, err, &status) || !read_date(text, &at))
		return status ? -1 : err_bad(err, "%s: not a time as 2018-05-21T10:45:10Z", name);
	if (seconds)
		*seconds = at;
	return 0;
}

size_t document_count(struct json_view array)
{
	struct json_view item;
	size_t count = 0;
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item);)
		count++;
	return count;
}

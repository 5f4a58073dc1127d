#include "moment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t last = 253402300799; /* 9999-12-31T23:59:59Z */

static bool is_like(const char *text, const char *form)
{
	for (; *form; text++, form++)
		if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
			return false;
	return true;
}

static int number(const char *text, int digits)
{
	int value = 0;
	while (digits--)
		value = 10 * value + (*text++ - '0');
	return value;
}

/* "Z" or "+02:00", and the end. */
static int take_zone(const char *text, int64_t *offset)
{
	*offset = 0;
	if (!strcmp(text, "Z") || !strcmp(text, "z"))
		return 0;
	if (strlen(text) != 6 || !(is_like(text, "+00:00") || is_like(text, "-00:00")))
		return -1;
	int hours = number(text + 1, 2), minutes = number(text + 4, 2);
	*offset = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60 ? 0 : -1;
}

static int parse_date(const char *text, int64_t *seconds)
{
	int64_t offset;
	if (!is_like(text, "0000-00-00T00:00:00"))
		return -1;
	struct tm tm = {
		.tm_year = number(text, 4) - 1900,
		.tm_mon = number(text + 5, 2) - 1,
		.tm_mday = number(text + 8, 2),
		.tm_hour = number(text + 11, 2),
		.tm_min = number(text + 14, 2),
		.tm_sec = number(text + 17, 2),
	};
	struct tm given = tm;
	const char *rest = text + 19;
	if (*rest == '.' && rest[1] >= '0' && rest[1] <= '9')
		rest += 1 + strspn(rest + 1, "0123456789");
	*seconds = timegm(&tm);
	/* What is no date, timegm() makes another of. */
	if (tm.tm_mon != given.tm_mon || tm.tm_mday != given.tm_mday || tm.tm_hour != given.tm_hour ||
	    tm.tm_min != given.tm_min || tm.tm_sec != given.tm_sec || take_zone(rest, &offset))
		return -1;
	*seconds -= offset;
	return 0;
}

int moment_parse(const char *text, int64_t *seconds, struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	bool is_number = digits && digits < 13 && !text[digits];
	*seconds = 0;
	for (size_t i = 0; is_number && i < digits; i++)
		*seconds = 10 * *seconds + (text[i] - '0');
	if ((!is_number && parse_date(text, seconds)) || *seconds < 0 || *seconds > last)
		return err_bad(err, "'%s': neither seconds since 1970 nor a date as 2026-08-28T05:21:24Z", text);
	return 0;
}

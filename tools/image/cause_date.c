#include "causeform.h"

#include <ctype.h>
#include <string.h>

/* Forms of a date or time of day, the longest first. Letters stand for: Y year of four digits, y of two, M month, D
 * day, d day that may have one digit or a space in front, h m s, B the month's English name, A the weekday's, Z a
 * zone's letters, U seconds since 1970 of ten digits. The rest stand for themselves.
 */
static const char *const forms[] = {
	"A B d h:m:s Z Y",
	"A B d h:m:s Y",
	"A, d B Y h:m:s",
	"A d B Y h:m:s",
	"A, d B Y",
	"B d Y h:m:s",
	"d B Y h:m:s",
	"Y-M-DTh:m:sZ",
	"Y-M-DTh:m:s",
	"Y-M-D h:m:s",
	"Y-M-DTh:m",
	"Y-M-D h:m",
	"B d h:m:s",
	"B d, Y",
	"B d Y",
	"d B Y",
	"d-B-Y",
	"YMDThms",
	"YMDhms",
	"Y-M-D",
	"Y/M/D",
	"M/D/Y",
	"D/M/Y",
	"D.M.Y",
	"yMDhmsZ",
	"h:m:s",
	"U",
	"YMD",
};

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
				     "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/* A name, or its first three letters. Returns its length. */
static size_t name(struct span span, uint64_t at, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t size = strlen(names[i]); size >= 3; size = size > 3 ? 3 : 0)
			if (span_has(span, at, size) && !memcmp(span.data + at, names[i], size))
				return size;
	return 0;
}

static size_t number(struct span span, uint64_t at, unsigned count, uint64_t least, uint64_t most)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!span_has(span, at + i, 1) || !isdigit(span.data[at + i]))
			return 0;
		value = value * 10 + (span.data[at + i] - '0');
	}
	return value >= least && value <= most ? count : 0;
}

static size_t day(struct span span, uint64_t at)
{
	size_t two = number(span, at, 2, 1, 31);
	if (two)
		return two;
	bool space = span_has(span, at, 1) && span.data[at] == ' ';
	size_t one = number(span, at + space, 1, 1, 9);
	return one ? one + space : 0;
}

static size_t zone(struct span span, uint64_t at)
{
	size_t size = 0;
	while (size < 5 && span_has(span, at + size, 1) && isupper(span.data[at + size]))
		size++;
	return size;
}

static size_t letter(char form, struct span span, uint64_t at)
{
	switch (form) {
	case 'Y':
		return number(span, at, 4, 1970, 2107);
	case 'y':
	case 'm':
		return number(span, at, 2, 0, form == 'm' ? 59 : 99);
	case 'M':
		return number(span, at, 2, 1, 12);
	case 'D':
		return number(span, at, 2, 1, 31);
	case 'd':
		return day(span, at);
	case 'h':
		return number(span, at, 2, 0, 23);
	case 's':
		return number(span, at, 2, 0, 60);
	case 'U':
		return number(span, at, 10, 1000000000, 2208988799); /* 2001 to 2039 */
	case 'B':
		return name(span, at, months, 12);
	case 'A':
		return name(span, at, weekdays, 7);
	case 'Z':
		return zone(span, at);
	default:
		return span_has(span, at, 1) && span.data[at] == (uint8_t)form;
	}
}

static bool is_digit_at(struct span span, uint64_t at)
{
	return span_has(span, at, 1) && isdigit(span.data[at]);
}

/* Does a number go on, or are there more of them, as in an address? */
static bool goes_on(struct span span, uint64_t end)
{
	return is_digit_at(span, end) ||
	       (span_has(span, end, 1) && span.data[end] == ':' && is_digit_at(span, end + 1));
}

/* Length of the date of that form. */
static size_t match(const char *form, struct span span, uint64_t at)
{
	uint64_t end = at;
	bool behind_colon = at && span.data[at - 1] == ':' && *form == 'h';
	if (behind_colon || (at && isdigit(span.data[at - 1]) && is_digit_at(span, at)))
		return 0;
	for (; *form; form++) {
		size_t size = letter(*form, span, end);
		if (!size)
			return 0;
		end += size;
	}
	return goes_on(span, end) ? 0 : end - at;
}

/* Does the word that is all digits also stand alone? In a digest, ten digits may follow each other. */
static bool stands_alone(struct span span, uint64_t at, size_t size)
{
	return !(at && isalnum(span.data[at - 1])) && !(span_has(span, at + size, 1) && isalnum(span.data[at + size]));
}

static const char *try(const char *form, struct span a, struct span b, uint64_t at, uint64_t differs, char *text)
{
	size_t size_a = match(form, a, at), size_b = match(form, b, at);
	bool bare = !strpbrk(form, " -/:.");
	if (!size_a || !size_b || at + size_a <= differs || at + size_b <= differs)
		return NULL;
	if (bare && (!stands_alone(a, at, size_a) || !stands_alone(b, at, size_b)))
		return NULL;
	return cause_both(CAUSE_TIME, span_cut(a, at, size_a), span_cut(b, at, size_b), text);
}

/* Both have a date of one form there, and the byte that differs is in it. */
static const char *dates(struct span a, struct span b, uint64_t differs, char *text)
{
	enum { BACK = 40 };
	for (uint64_t at = differs > BACK ? differs - BACK : 0; at <= differs; at++)
		for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
			const char *cause = try(forms[i], a, b, at, differs, text);
			if (cause)
				return cause;
		}
	return NULL;
}

/* Beginnings of the months' names in German, French, Spanish and Italian, without those that are as in English. */
static const char *const foreign[12] = {
	"jän ene gen",  "feb fév fev", "mär mrz mar", "apr avr abr", "mai may mag", "juin jun giu",
	"juil jul lug", "aug aoû ago", "sep set",     "okt oct ott", "nov",         "dez déc dic",
};

static struct span word(struct span span, uint64_t at)
{
	uint64_t from = at, end = at;
	while (from && (isalpha(span.data[from - 1]) || span.data[from - 1] >= 0x80))
		from--;
	while (end < span.size && (isalpha(span.data[end]) || span.data[end] >= 0x80))
		end++;
	return span_cut(span, from, end - from);
}

/* The number of the month of which this is an English name; 12 for none. */
static unsigned english(struct span span)
{
	unsigned i = 0;
	while (i < 12 && (name(span, 0, &months[i], 1) != span.size || !span.size))
		i++;
	return i;
}

static bool is_foreign(struct span span, unsigned month)
{
	for (const char *at = foreign[month]; *at; at += strspn(at, " ")) {
		size_t size = strcspn(at, " ");
		if (span.size >= size && span.size < 16 && !strncasecmp((const char *)span.data, at, size))
			return true;
		at += size;
	}
	return false;
}

/* One month in two languages. */
static const char *month_names(struct span a, struct span b, uint64_t differs, char *text)
{
	struct span left = word(a, differs), right = word(b, differs);
	unsigned first = english(left), second = english(right);
	if ((first < 12 && second == 12 && is_foreign(right, first)) ||
	    (second < 12 && first == 12 && is_foreign(left, second)))
		return cause_both(CAUSE_LOCALE, left, right, text);
	return NULL;
}

const char *cause_date(const struct pair *pair, char *text)
{
	struct span a, b;
	uint64_t differs;
	pair_runs(pair, &a, &b, &differs);
	const char *cause = dates(a, b, differs, text);
	return cause ? cause : month_names(a, b, differs, text);
}

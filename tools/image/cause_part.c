#include "causeform.h"
#include "part_der.h"

#include <stdio.h>
#include <string.h>

/* The same field of both files, and its bytes. */
struct values {
	const char *name;
	struct span a, b;
	const struct pair *pair;
};

static int64_t digits(struct span span, int base)
{
	int64_t value = 0;
	size_t i = 0;
	while (i < span.size && span.data[i] == ' ')
		i++;
	for (; i < span.size && i < 18 && span.data[i] >= '0' && span.data[i] < '0' + base; i++)
		value = value * base + (span.data[i] - '0');
	return value;
}

static const char *of_little(const struct values *values, char *text)
{
	return cause_times((int64_t)span_little(values->a, 0, 4), (int64_t)span_little(values->b, 0, 4), text);
}

/* Decimal in ar, octal in tar, which ends its field with a NUL. */
static const char *of_digits(const struct values *values, char *text)
{
	int base = values->a.size == 12 && !values->a.data[11] ? 8 : 10;
	return cause_times(digits(values->a, base), digits(values->b, base), text);
}

/* spec: APPNOTE.TXT 4.4.6: date and time as MS-DOS had them, of no time zone */
static void dos_text(struct span span, char into[static 32])
{
	unsigned time = (unsigned)span_little(span, 0, 2), date = (unsigned)span_little(span, 2, 2);
	snprintf(into, 32, "%04u-%02u-%02uT%02u:%02u:%02u", 1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11,
		 time >> 5 & 63, time % 32 * 2);
}

static const char *of_dos(const struct values *values, char *text)
{
	char a[32], b[32];
	dos_text(values->a, a);
	dos_text(values->b, b);
	cause_say(text, "%s and %s", a, b);
	return CAUSE_TIME;
}

/* spec: Info-ZIP extrafld.txt, "Extended Timestamp": id, size, flags, then the times */
static const char *of_extra(const struct values *values, char *text)
{
	struct span a = span_cut(values->a, 5, 4), b = span_cut(values->b, 5, 4);
	const char *cause = cause_times((int64_t)span_little(a, 0, 4), (int64_t)span_little(b, 0, 4), text);
	if (cause)
		return cause;
	cause_say(text, "the time of last access, or of creation, in %s", values->name);
	return CAUSE_TIME;
}

static const char *of_owner(const struct values *values, char *text)
{
	return cause_both(CAUSE_OWNER, span_string(values->a, 0), span_string(values->b, 0), text);
}

static const char *of_name(const struct values *values, char *text)
{
	cause_say(text, "%s", values->name);
	return CAUSE_OWNER;
}

/* It is text, of a form that can be read. */
static const char *of_asn1_time(const struct values *values, char *text)
{
	return cause_both(CAUSE_TIME, values->a, values->b, text);
}

static void hex(struct span span, char into[static 48])
{
	*into = '\0';
	for (size_t i = 0; i < span.size && i < 20; i++)
		sprintf(into + 2 * i, "%02x", span.data[i]);
}

/* spec: RFC 5280 4.1.2.2: nothing says that it is random, but eight bytes and more are not counted */
static const char *of_serial(const struct values *values, char *text)
{
	char a[48], b[48];
	if (values->a.size < 8 || values->b.size < 8)
		return NULL;
	hex(values->a, a);
	hex(values->b, b);
	cause_say(text, "serial numbers %s and %s", a, b);
	return CAUSE_RANDOM;
}

static const char *of_build_id(const struct values *values, char *text)
{
	char a[48], b[48];
	const char *cause = cause_elf(values->pair, text);
	if (cause || !elf_same_but_notes(values->pair))
		return cause;
	hex(values->a, a);
	hex(values->b, b);
	cause_say(text, "%s and %s, and no other section differs", a, b);
	return CAUSE_BUILD_ID;
}

static const char *of_compiler(const struct values *values, char *text)
{
	return cause_both(CAUSE_COMPILER, span_string(values->a, 0), span_string(values->b, 0), text);
}

/* spec: RFC 1952 2.3.1: XFL tells how hard the compressor tried, OS where it ran */
static const char *of_codec(const struct values *values, char *text)
{
	cause_say(text, "%s: %u and %u: another compressor, level or system", values->name,
		  (unsigned)span_little(values->a, 0, 1), (unsigned)span_little(values->b, 0, 1));
	return CAUSE_CODEC;
}

/* Without -n gzip writes name and time. */
static const char *of_gzip_flags(const struct values *values, char *text)
{
	int64_t a = (int64_t)span_little(values->pair->a, 4, 4), b = (int64_t)span_little(values->pair->b, 4, 4);
	return strcmp(values->name, "header: FLG") ? NULL : cause_times(a, b, text);
}

static const char *of_checksum(const struct values *values, char *text)
{
	cause_say(text, "%s: of other bytes that differ", values->name);
	return CAUSE_DIGEST;
}

static const char *of_attributes(const struct values *values, char *text)
{
	char a[16], b[16];
	/* spec: APPNOTE.TXT 4.4.15, and Info-ZIP: the upper half is the mode of a file made on Unix */
	snprintf(a, sizeof a, "%04o", (unsigned)span_little(values->a, 2, 2) & 07777);
	snprintf(b, sizeof b, "%04o", (unsigned)span_little(values->b, 2, 2) & 07777);
	return cause_field("mode", a, b, text);
}

static const char *of_ar_mode(const struct values *values, char *text)
{
	char a[16], b[16];
	snprintf(a, sizeof a, "%04o", (unsigned)digits(values->a, 8) & 07777);
	snprintf(b, sizeof b, "%04o", (unsigned)digits(values->b, 8) & 07777);
	return cause_field("mode", a, b, text);
}

static const struct {
	const char *name;
	const char *(*look)(const struct values *values, char *text);
} fields[] = {
	{"MTIME", of_little},
	{"FLG", of_gzip_flags},
	{"XFL", of_codec},
	{"OS", of_codec},
	{"mtime", of_digits},
	{"modification time", of_dos},
	{"time stamps", of_extra},
	{"Unix owner", of_name},
	{"external attributes", of_attributes},
	{"mode", of_ar_mode},
	{"uid", of_owner},
	{"gid", of_owner},
	{"uname", of_owner},
	{"gname", of_owner},
	{"notBefore", of_asn1_time},
	{"notAfter", of_asn1_time},
	{"thisUpdate", of_asn1_time},
	{"nextUpdate", of_asn1_time},
	{"revocationDate", of_asn1_time},
	{"serialNumber", of_serial},
	{"build ID", of_build_id},
	{"compiler version", of_compiler},
	{"CRC32", of_checksum},
	{"CRC-32", of_checksum},
	{"Content_Checksum", of_checksum},
	{"chksum", of_checksum},
};

/* spec: CPython Lib/importlib/_bootstrap_external.py: magic with CR LF, flags of 0, time of the source */
static const char *of_python(const struct pair *pair, char *text)
{
	size_t size = pair->path ? strlen(pair->path) : 0;
	if (size < 4 || strcmp(pair->path + size - 4, ".pyc") || !holds(8, 4, pair->offset) ||
	    span_little(pair->a, 2, 2) != 0x0a0d || span_little(pair->a, 4, 4))
		return NULL;
	return cause_times((int64_t)span_little(pair->a, 8, 4), (int64_t)span_little(pair->b, 8, 4), text);
}

/* The bytes that the two blocks of PEM stand for. */
static const char *of_pem(const struct pair *pair, char *text)
{
	cleanup_bytes struct bytes a = {0}, b = {0};
	uint64_t place_a, place_b;
	if (pair->depth >= CAUSE_UNPACKS || !pem_decode(pair->a, pair->offset, &a, &place_a) ||
	    !pem_decode(pair->b, pair->offset, &b, &place_b))
		return NULL;
	struct pair inside = {
		{(const uint8_t *)a.data, a.size}, {(const uint8_t *)b.data, b.size}, 0, NULL, pair->depth + 1};
	while (inside.offset < a.size && inside.offset < b.size && a.data[inside.offset] == b.data[inside.offset])
		inside.offset++;
	return cause_part(&inside, text);
}

static bool both_part(const struct pair *pair, struct part *a, struct part *b)
{
	return part_at(pair->a.data, pair->a.size, pair->offset, a) &&
	       part_at(pair->b.data, pair->b.size, pair->offset, b) && !strcmp(a->format, b->format) &&
	       !strcmp(a->name, b->name);
}

/* In DER what is longer makes all around it longer: the first difference that is not in a length. */
static bool behind_lengths(struct pair *pair, struct part *a, struct part *b)
{
	enum { LENGTHS = 8 };
	size_t most = pair->a.size < pair->b.size ? pair->a.size : pair->b.size;
	bool found = both_part(pair, a, b);
	uint64_t at = pair->offset;
	for (int i = 0; i < LENGTHS && found && !strcmp(a->format, "DER") && name_ends(a->name, "length"); i++) {
		while (++at < most && pair->a.data[at] == pair->b.data[at])
			;
		pair->offset = at;
		found = at < most && both_part(pair, a, b);
	}
	return found;
}

const char *cause_part(const struct pair *pair, char *text)
{
	struct part a, b;
	struct pair at = *pair;
	if (!behind_lengths(&at, &a, &b))
		return of_python(pair, text);
	struct values values = {a.name, span_cut(pair->a, a.at, a.size), span_cut(pair->b, b.at, b.size), &at};
	if (!strcmp(a.format, "text") || !strcmp(a.format, "JSON"))
		return NULL;
	if (!strcmp(a.format, "PEM"))
		return of_pem(&at, text);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (name_ends(a.name, fields[i].name))
			return fields[i].look(&values, text);
	return NULL;
}

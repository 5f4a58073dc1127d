#include "certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { KEY_IDENTIFIER = 0x80 }; /* [0], primitive */

/* 2.5.4.3 */
static const uint8_t common_name[] = {0x55, 0x04, 0x03};

static int take_extension(struct view *rest, struct certificate_extension *extension, struct err *err)
{
	struct view inside;
	extension->is_critical = false;
	if (der_take(rest, DER_SEQUENCE, "extension", &inside, err) ||
	    der_take(&inside, DER_OID, "extension's id", &extension->oid, err))
		return -1;
	bool is_given = der_has(inside, DER_BOOLEAN);
	if (is_given && der_take_boolean(&inside, "extension's criticality", &extension->is_critical, err))
		return -1;
	/* X.690 11.5: what is the default is not written */
	if (is_given && !extension->is_critical)
		return err_bad(err, "extension's criticality: the default, which DER leaves out");
	return der_take(&inside, DER_OCTET_STRING, "extension's value", &extension->value, err) ||
			       der_end(inside, "extension", err)
		       ? -1
		       : 0;
}

bool certificate_extension(struct view *rest, struct certificate_extension *extension)
{
	struct err err;
	return rest->size && !take_extension(rest, extension, &err);
}

bool certificate_find(const struct certificate *it, struct view oid, struct view *value)
{
	struct certificate_extension extension;
	for (struct view rest = it->extensions; certificate_extension(&rest, &extension);) {
		if (!view_is(extension.oid, oid))
			continue;
		*value = extension.value;
		return true;
	}
	return false;
}

int certificate_check_extensions(struct view rest, struct err *err)
{
	struct certificate_extension seen[CERTIFICATE_EXTENSIONS];
	char text[64];
	for (size_t count = 0; rest.size; count++) {
		if (count == CERTIFICATE_EXTENSIONS)
			return err_bad(err, "more than %d extensions", CERTIFICATE_EXTENSIONS);
		if (take_extension(&rest, &seen[count], err))
			return -1;
		for (size_t i = 0; i < count; i++) {
			if (!view_is(seen[i].oid, seen[count].oid))
				continue;
			der_oid_text(seen[i].oid, text, sizeof text);
			return err_bad(err, "extension %s: given twice", text);
		}
	}
	return 0;
}

/* spec: RFC 5280 4.2.1.1; the key's id alone is what Intel writes */
int certificate_authority_key_id(struct view value, struct view *id, struct err *err)
{
	struct view inside;
	return der_take(&value, DER_SEQUENCE, "authority key id", &inside, err) ||
			       der_end(value, "authority key id", err) ||
			       der_take(&inside, KEY_IDENTIFIER, "authority key id", id, err) ||
			       der_end(inside, "authority key id", err)
		       ? -1
		       : 0;
}

static int take_version(struct view *rest, struct err *err)
{
	struct view inside;
	uint32_t version;
	if (!der_has(*rest, DER_CONTEXT(0)))
		return err_bad(err, "version 1, not 3");
	if (der_take(rest, DER_CONTEXT(0), "version", &inside, err) ||
	    der_take_number(&inside, DER_INTEGER, 255, "version", &version, err) || der_end(inside, "version", err))
		return -1;
	return version == 2 ? 0 : err_bad(err, "version %" PRIu32 ", not 3", version + 1);
}

static int take_sequence(struct view *rest, const char *name, struct view *whole, struct err *err)
{
	struct der item;
	if (der_take_whole(rest, DER_SEQUENCE, name, &item, err))
		return -1;
	*whole = item.whole;
	return 0;
}

static int take_time(struct view *rest, const char *name, struct view *whole, struct err *err)
{
	struct der item;
	unsigned tag = der_has(*rest, DER_GENERALIZED_TIME) ? DER_GENERALIZED_TIME : DER_UTC_TIME;
	char text[CERTIFICATE_TIME_SIZE + 1];
	int64_t seconds;
	if (der_take_whole(rest, tag, name, &item, err))
		return -1;
	*whole = item.whole;
	return certificate_time(*whole, text, &seconds, err) ? err_prefix(err, "%s", name) : 0;
}

static int take_validity(struct view *rest, struct certificate *it, struct err *err)
{
	struct view inside;
	return der_take(rest, DER_SEQUENCE, "validity", &inside, err) ||
			       take_time(&inside, "notBefore", &it->not_before, err) ||
			       take_time(&inside, "notAfter", &it->not_after, err) || der_end(inside, "validity", err)
		       ? -1
		       : 0;
}

static int take_extensions(struct view *rest, struct certificate *it, struct err *err)
{
	struct view inside;
	if (!rest->size)
		return 0;
	if (der_take(rest, DER_CONTEXT(3), "extensions", &inside, err) ||
	    der_take(&inside, DER_SEQUENCE, "extensions", &it->extensions, err) || der_end(inside, "extensions", err) ||
	    certificate_check_extensions(it->extensions, err))
		return -1;
	return it->extensions.size ? 0 : err_bad(err, "extensions: none in the list of them");
}

/* TBSCertificate, RFC 5280 4.1; algorithm is the one within. */
static int split_signed(struct view inside, struct certificate *it, struct view *algorithm, struct err *err)
{
	return take_version(&inside, err) || der_take_integer(&inside, "serial", &it->serial, err) ||
			       take_sequence(&inside, "algorithm", algorithm, err) ||
			       take_sequence(&inside, "issuer", &it->issuer, err) || take_validity(&inside, it, err) ||
			       take_sequence(&inside, "subject", &it->subject, err) ||
			       take_sequence(&inside, "public key", &it->public_key, err) ||
			       take_extensions(&inside, it, err) || der_end(inside, "signed part", err)
		       ? -1
		       : 0;
}

int certificate_parse(struct view der, struct certificate *it, struct err *err)
{
	struct view rest = der, inside, algorithm;
	struct der signed_part;
	*it = (struct certificate){.bytes = der};
	if (der.size > CERTIFICATE_CAP)
		return err_bad(err, "larger than %d bytes", CERTIFICATE_CAP);
	if (der_take(&rest, DER_SEQUENCE, "certificate", &inside, err) || der_end(rest, "certificate", err) ||
	    der_take_whole(&inside, DER_SEQUENCE, "signed part", &signed_part, err) ||
	    take_sequence(&inside, "algorithm", &it->algorithm, err) ||
	    der_take_bits(&inside, "signature", &it->signature, err) || der_end(inside, "signature", err) ||
	    split_signed(signed_part.content, it, &algorithm, err))
		return -1;
	it->signed_bytes = signed_part.whole;
	return view_is(algorithm, it->algorithm)
		       ? 0
		       : err_bad(err, "algorithm: another one within the signed part than behind it");
}

/* Two digits, or -1. */
static int two(const uint8_t *at)
{
	return at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9' ? -1 : (at[0] - '0') * 10 + at[1] - '0';
}

/* Numbers that are a time which exists: mktime's kind would turn the 31st of February into another day. */
static bool is_time(const struct tm *tm)
{
	struct tm again = *tm;
	return timegm(&again) != -1 && again.tm_mon == tm->tm_mon && again.tm_mday == tm->tm_mday &&
	       again.tm_hour == tm->tm_hour && again.tm_min == tm->tm_min && again.tm_sec == tm->tm_sec;
}

/* spec: RFC 5280 4.1.2.5: YYMMDDHHMMSSZ to 2049, YYYYMMDDHHMMSSZ from 2050 on */
static bool read_time(const struct der *item, struct tm *tm)
{
	bool is_long = item->tag == DER_GENERALIZED_TIME;
	const uint8_t *at = item->content.data;
	int part[7] = {19};
	if (item->content.size != (is_long ? 15u : 13u) || at[item->content.size - 1] != 'Z')
		return false;
	for (unsigned i = is_long ? 0 : 1; i < 7; i++, at += 2)
		if ((part[i] = two(at)) < 0)
			return false;
	if (!is_long && part[1] < 50)
		part[0] = 20;
	*tm = (struct tm){.tm_year = part[0] * 100 + part[1] - 1900,
			  .tm_mon = part[2] - 1,
			  .tm_mday = part[3],
			  .tm_hour = part[4],
			  .tm_min = part[5],
			  .tm_sec = part[6]};
	return tm->tm_year >= (is_long ? 150 : 70) && is_time(tm);
}

int certificate_time(struct view time, char text[CERTIFICATE_TIME_SIZE + 1], int64_t *seconds, struct err *err)
{
	struct der item;
	struct tm tm;
	if (der_next(&time, "time", &item, err) || der_end(time, "time", err))
		return -1;
	if ((item.tag != DER_UTC_TIME && item.tag != DER_GENERALIZED_TIME) || !read_time(&item, &tm))
		return err_bad(err, "not a time as certificates have it");
	strftime(text, CERTIFICATE_TIME_SIZE + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
	*seconds = timegm(&tm);
	return 0;
}

/* RDNSequence: SETs of SEQUENCEs of an id and a string. */
struct view certificate_common_name(struct view name)
{
	struct err err;
	struct view rdns, set, pair, oid;
	struct der text;
	if (der_take(&name, DER_SEQUENCE, "name", &rdns, &err))
		return (struct view){0};
	while (rdns.size) {
		if (der_take(&rdns, DER_SET, "name", &set, &err) || der_take(&set, DER_SEQUENCE, "name", &pair, &err) ||
		    der_take(&pair, DER_OID, "name", &oid, &err) || der_next(&pair, "name", &text, &err))
			break;
		if (view_is(oid, view_of(common_name, sizeof common_name)))
			return text.content;
	}
	return (struct view){0};
}

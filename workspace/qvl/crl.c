#include "crl.h"

#include "certificate.h"

#include <inttypes.h>

/* Within 2.5.29: spec: RFC 5280 5.2 */
enum {
	ID_CE_SIZE = 3,
	CRL_NUMBER = 20,
	DELTA_CRL_INDICATOR = 27,
	ISSUING_DISTRIBUTION_POINT = 28,
	AUTHORITY_KEY_ID = 35,
	CRL_NUMBER_SIZE = 20,
};

/* The last number of an id below 2.5.29; 0 for any other. */
static unsigned id_ce(struct view oid)
{
	return oid.size == ID_CE_SIZE && oid.data[0] == 0x55 && oid.data[1] == 0x1d ? oid.data[2] : 0;
}

static int refuse_extension(const struct certificate_extension *extension, const char *reason, struct err *err)
{
	char text[64];
	der_oid_text(extension->oid, text, sizeof text);
	return err_bad(err, "extension %s: %s", text, reason);
}

/* spec: RFC 5280 5.2.3 */
static int take_number(struct view value, bool *is_there, struct err *err)
{
	struct view number;
	if (der_take_integer(&value, "CRL number", &number, err) || der_end(value, "CRL number", err))
		return -1;
	*is_there = true;
	return number.size <= CRL_NUMBER_SIZE && !(number.data[0] & 0x80)
		       ? 0
		       : err_bad(err, "CRL number: negative, or of more than %d bytes", CRL_NUMBER_SIZE);
}

/* spec: quote-spec.md 7.8 */
static int read_extensions(struct view rest, struct crl *it, struct err *err)
{
	struct certificate_extension extension;
	bool has_number = false, has_key_id = false;
	while (certificate_extension(&rest, &extension)) {
		unsigned id = id_ce(extension.oid);
		if (id == DELTA_CRL_INDICATOR || id == ISSUING_DISTRIBUTION_POINT)
			return refuse_extension(&extension, "a list of a part only", err);
		if (extension.is_critical && id != CRL_NUMBER && id != AUTHORITY_KEY_ID)
			return refuse_extension(&extension, "critical, and unknown", err);
		if (id == CRL_NUMBER && take_number(extension.value, &has_number, err))
			return -1;
		if (id != AUTHORITY_KEY_ID)
			continue;
		has_key_id = true;
		if (certificate_authority_key_id(extension.value, &it->authority_key_id, err))
			return -1;
	}
	if (!has_number)
		return err_bad(err, "no CRL number");
	return has_key_id ? 0 : err_bad(err, "no authority key id");
}

static int take_extensions(struct view *rest, struct crl *it, struct err *err)
{
	struct view inside, list;
	if (der_take(rest, DER_CONTEXT(0), "extensions", &inside, err) ||
	    der_take(&inside, DER_SEQUENCE, "extensions", &list, err) || der_end(inside, "extensions", err) ||
	    certificate_check_extensions(list, err))
		return -1;
	return read_extensions(list, it, err);
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

/* spec: RFC 5280 5.3: what is critical in an entry may say that it is of another issuer */
static int check_entry_extensions(struct view *rest, struct err *err)
{
	struct view list;
	struct certificate_extension extension;
	if (!rest->size)
		return 0;
	if (der_take(rest, DER_SEQUENCE, "extensions", &list, err) || certificate_check_extensions(list, err))
		return -1;
	while (certificate_extension(&list, &extension))
		if (extension.is_critical)
			return refuse_extension(&extension, "critical, and unknown", err);
	return 0;
}

static int check_entries(struct crl *it, struct err *err)
{
	struct view rest = it->revoked, entry, serial, date;
	for (; rest.size; it->revoked_count++)
		if (der_take(&rest, DER_SEQUENCE, "entry", &entry, err) ||
		    der_take_integer(&entry, "serial", &serial, err) || take_time(&entry, "date", &date, err) ||
		    check_entry_extensions(&entry, err) || der_end(entry, "entry", err))
			return err_prefix(err, "entry %zu", it->revoked_count + 1);
	return 0;
}

static int take_revoked(struct view *rest, struct crl *it, struct err *err)
{
	if (!der_has(*rest, DER_SEQUENCE))
		return 0;
	if (der_take(rest, DER_SEQUENCE, "revoked certificates", &it->revoked, err))
		return -1;
	return it->revoked.size ? check_entries(it, err) : err_bad(err, "revoked certificates: a list of none");
}

/* spec: quote-spec.md 7.8; RFC 5280 5.1.2.1 */
static int take_version(struct view *rest, struct err *err)
{
	uint32_t version;
	if (!der_has(*rest, DER_INTEGER))
		return err_bad(err, "version 1, not 2");
	if (der_take_number(rest, DER_INTEGER, 255, "version", &version, err))
		return -1;
	return version == 1 ? 0 : err_bad(err, "version %" PRIu32 ", not 2", version + 1);
}

static int take_next_update(struct view *rest, struct crl *it, struct err *err)
{
	if (!der_has(*rest, DER_UTC_TIME) && !der_has(*rest, DER_GENERALIZED_TIME))
		return err_bad(err, "nextUpdate: missing");
	return take_time(rest, "nextUpdate", &it->next_update, err);
}

/* TBSCertList, RFC 5280 5.1; algorithm is the one within. */
static int split_signed(struct view inside, struct crl *it, struct view *algorithm, struct err *err)
{
	struct der item;
	if (take_version(&inside, err) || der_take_whole(&inside, DER_SEQUENCE, "algorithm", &item, err))
		return -1;
	*algorithm = item.whole;
	if (der_take_whole(&inside, DER_SEQUENCE, "issuer", &item, err))
		return -1;
	it->issuer = item.whole;
	return take_time(&inside, "thisUpdate", &it->this_update, err) || take_next_update(&inside, it, err) ||
			       take_revoked(&inside, it, err) || take_extensions(&inside, it, err) ||
			       der_end(inside, "signed part", err)
		       ? -1
		       : 0;
}

int crl_parse(struct view der, struct crl *it, struct err *err)
{
	struct view rest = der, inside, algorithm;
	struct der signed_part, outer;
	*it = (struct crl){.bytes = der};
	if (der.size > CRL_CAP)
		return err_bad(err, "larger than %d bytes", CRL_CAP);
	if (der_take(&rest, DER_SEQUENCE, "CRL", &inside, err) || der_end(rest, "CRL", err) ||
	    der_take_whole(&inside, DER_SEQUENCE, "signed part", &signed_part, err) ||
	    der_take_whole(&inside, DER_SEQUENCE, "algorithm", &outer, err) ||
	    der_take_bits(&inside, "signature", &it->signature, err) || der_end(inside, "signature", err) ||
	    split_signed(signed_part.content, it, &algorithm, err))
		return -1;
	it->signed_bytes = signed_part.whole;
	it->algorithm = outer.whole;
	return view_is(algorithm, it->algorithm)
		       ? 0
		       : err_bad(err, "algorithm: another one within the signed part than behind it");
}

bool crl_revokes(const struct crl *it, struct view serial)
{
	struct err err;
	struct view entry, number;
	for (struct view rest = it->revoked; rest.size;) {
		if (der_take(&rest, DER_SEQUENCE, "entry", &entry, &err) ||
		    der_take_integer(&entry, "serial", &number, &err))
			return true; /* not what crl_parse() took */
		if (view_is(number, serial))
			return true;
	}
	return false;
}

/* A CRL from a stranger. Every view of what is accepted lies within the input, and a serial that is in it is found.
 *
 * corpus: vectors/crl */
#include "crl.h"

#include "certificate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct view inner, struct view all)
{
	if (inner.size && (inner.data < all.data || inner.size > (size_t)(all.data + all.size - inner.data)))
		abort();
}

static void check_time(struct view time)
{
	struct err err;
	char text[CERTIFICATE_TIME_SIZE + 1];
	int64_t seconds;
	if (certificate_time(time, text, &seconds, &err))
		abort();
}

static void check_entries(const struct crl *it)
{
	struct err err;
	struct view entry, serial, rest = it->revoked;
	size_t count = 0;
	for (; rest.size; count++)
		if (der_take(&rest, DER_SEQUENCE, "entry", &entry, &err) ||
		    der_take_integer(&entry, "serial", &serial, &err) || !crl_revokes(it, serial))
			abort();
	if (count != it->revoked_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct crl it;
	struct view der = view_of(data, size);
	if (crl_parse(der, &it, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	within(it.signed_bytes, der);
	within(it.revoked, it.signed_bytes);
	within(it.issuer, it.signed_bytes);
	within(it.authority_key_id, it.signed_bytes);
	within(it.signature, der);
	check_time(it.this_update);
	check_time(it.next_update);
	check_entries(&it);
	if (crl_revokes(&it, (struct view){0}))
		abort();
	return 0;
}

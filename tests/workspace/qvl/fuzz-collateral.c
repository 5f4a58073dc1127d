/* Collateral, a served answer and a CRL, from a stranger. What is taken is, written and read again, the same.
 *
 * corpus: vectors/collateral */
#include "collateral.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct bytes *a, const struct bytes *b)
{
	if (a->size != b->size || (a->size && memcmp(a->data, b->data, a->size)))
		abort();
}

static void same_document(const struct signed_document *a, const struct signed_document *b)
{
	same(&a->text, &b->text);
	same(&a->issuer_chain, &b->issuer_chain);
	if (memcmp(a->signature, b->signature, sizeof a->signature))
		abort();
}

static void check_collateral(const char *text, size_t size)
{
	struct err err = {0};
	cleanup_collateral struct collateral first = {0}, second = {0};
	cleanup_bytes struct bytes written = {0};
	if (collateral_parse(text, size, &first, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return;
	}
	if (collateral_write(&first, &written, &err) || collateral_parse(written.data, written.size, &second, &err))
		abort();
	same_document(&first.tcb_info, &second.tcb_info);
	same_document(&first.qe_identity, &second.qe_identity);
	same(&first.root_crl, &second.root_crl);
	same(&first.pck_crl, &second.pck_crl);
	same(&first.pck_chain, &second.pck_chain);
	same(&first.pck_crl_chain, &second.pck_crl_chain);
}

/* The object is a piece of the answer, from { to }. */
static void check_answer(const char *text, size_t size)
{
	struct err err = {0};
	cleanup(signed_document_free) struct signed_document document = {0};
	if (signed_document_parse(text, size, "tcbInfo", &document, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return;
	}
	const struct bytes *inner = &document.text;
	if (inner->size < 2 || inner->data[0] != '{' || inner->data[inner->size - 1] != '}' ||
	    !memmem(text, size, inner->data, inner->size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_bytes struct bytes der = {0};
	check_collateral((const char *)data, size);
	check_answer((const char *)data, size);
	if (crl_decode(data, size, &der, &err) ? err.status != STATUS_BAD : !der.size || der.size > size)
		abort();
	return 0;
}

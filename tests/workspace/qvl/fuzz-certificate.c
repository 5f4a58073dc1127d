/* A certificate, Intel's extension and a chain, from a stranger. Every view of what is accepted lies within the input,
 * and whatever a certificate is said to be, there is an answer or a reason.
 *
 * corpus: vectors/certificate */
#include "certificate.h"

#include "certificate_check.h"
#include "certificate_form.h"
#include "pck_chain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct view inner, struct view all)
{
	if (inner.size && (inner.data < all.data || inner.size > (size_t)(all.data + all.size - inner.data)))
		abort();
}

static void check_form(const struct certificate *it, bool is_ca, int path_length)
{
	struct err err = {0};
	const char *reason = NULL;
	struct certificate_form form = {is_ca, path_length};
	bool holds;
	if (certificate_form_check(it, &form, &reason, &err) && (err.status != STATUS_BAD || !*err.text || !reason))
		abort();
	if (certificate_verify(it, it->signed_bytes, it->signature, &holds, &err))
		abort();
}

static void check_certificate(struct view der)
{
	struct err err = {0};
	struct certificate it;
	struct certificate_extension extension;
	if (certificate_parse(der, &it, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return;
	}
	within(it.signed_bytes, der);
	within(it.public_key, it.signed_bytes);
	within(it.signature, der);
	within(certificate_common_name(it.subject), it.subject);
	struct view rest = it.extensions;
	while (certificate_extension(&rest, &extension))
		within(extension.value, it.extensions);
	if (rest.size)
		abort();
	check_form(&it, true, NO_PATH_LENGTH);
	check_form(&it, true, 0);
	check_form(&it, false, NO_PATH_LENGTH);
}

static void check_extension(struct view value)
{
	struct err err = {0};
	struct pck_extension it;
	if (pck_extension_parse(value, &it, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return;
	}
	within(it.cpu_svn, value);
	if (it.ppid.size != 16 || it.cpu_svn.size != 16 || it.fmspc.size != 6 || it.pce_id.size != 2 || it.sgx_type > 2)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct view all = view_of(data, size);
	cleanup_pck_chain struct pck_chain pem = {0}, der = {0};
	struct quote_certification certification = {.type = CERTIFICATION_PCK_CHAIN, .data = all};
	check_certificate(all);
	check_extension(all);
	if (!pck_chain_parse(&certification, &pem, &err) && pem.der.size >= size)
		abort();
	if (!pck_chain_parse_der(all, &der, &err) && der.der.size != size)
		abort();
	return 0;
}

#include "pck_chain.h"

#include "pem.h"

#include <string.h>

void pck_chain_free(struct pck_chain *chain)
{
	bytes_free(&chain->der);
}

/* One certificate in PEM off the front; size is that of its DER. */
static int take_pem(struct view *rest, struct pck_chain *chain, size_t *size, struct err *err)
{
	size_t before = chain->der.size;
	if (pem_take(rest, &chain->der, err))
		return -1;
	*size = chain->der.size - before;
	return 0;
}

static int check_rest(struct view rest, struct err *err)
{
	for (size_t i = 0; i < rest.size; i++)
		if (rest.data[i] && rest.data[i] != '\n')
			return err_bad(err, "something else than line feeds and NULs behind the certificates");
	return 0;
}

/* spec: quote-spec.md 7.3 */
static int take_extension(struct pck_chain *chain, struct err *err)
{
	struct view value;
	for (size_t i = 0; i < chain->count; i++) {
		bool has = certificate_find(&chain->certificates[i], pck_extension_oid(), &value);
		if (has && i)
			return err_bad(err, "certificate %zu: has an SGX extension, as only the PCK's may", i + 1);
		if (!has && !i)
			return err_bad(err, "certificate 1: has no SGX extension: not a PCK's");
		if (has && pck_extension_parse(value, &chain->extension, err))
			return err_prefix(err, "certificate 1");
	}
	return 0;
}

/* The bytes no longer move: sizes become views. */
static int split(struct pck_chain *chain, const size_t sizes[PCK_CHAIN_MAX], struct err *err)
{
	const uint8_t *at = (const uint8_t *)chain->der.data;
	for (size_t i = 0; i < chain->count; at += sizes[i], i++)
		if (certificate_parse(view_of(at, sizes[i]), &chain->certificates[i], err))
			return err_prefix(err, "certificate %zu", i + 1);
	return take_extension(chain, err);
}

int pck_chain_parse(const struct quote_certification *certification, struct pck_chain *chain, struct err *err)
{
	size_t sizes[PCK_CHAIN_MAX] = {0};
	struct view rest = certification->data;
	size_t least = certification->type == CERTIFICATION_PCK_CHAIN ? 2 : 1;
	size_t most = certification->type == CERTIFICATION_PCK_CHAIN ? PCK_CHAIN_MAX : 1;
	*chain = (struct pck_chain){0};
	if (certification->type != CERTIFICATION_PCK_CHAIN && certification->type != CERTIFICATION_PCK_LEAF)
		return err_bad(err, "certification data of type %u have no certificate", certification->type);
	for (; chain->count < least || (chain->count < most && pem_is(rest)); chain->count++)
		if (take_pem(&rest, chain, &sizes[chain->count], err))
			return err_prefix(err, "certificate %zu", chain->count + 1);
	return check_rest(rest, err) || split(chain, sizes, err) ? -1 : 0;
}

bool pck_chain_is_der(struct view data)
{
	return der_has(data, DER_SEQUENCE);
}

int pck_chain_parse_der(struct view data, struct pck_chain *chain, struct err *err)
{
	struct der items[PCK_CHAIN_MAX];
	size_t sizes[PCK_CHAIN_MAX] = {0};
	*chain = (struct pck_chain){0};
	for (size_t i = 0; i < PCK_CHAIN_MAX; i++)
		if (der_take_whole(&data, DER_SEQUENCE, "certificate", &items[i], err))
			return -1;
	if (der_end(data, "certificates", err))
		return -1;
	for (size_t i = PCK_CHAIN_MAX; i > 0; i--) {
		const struct view *whole = &items[i - 1].whole;
		sizes[chain->count++] = whole->size;
		if (bytes_add(&chain->der, whole->data, whole->size, err))
			return -1;
	}
	return split(chain, sizes, err);
}

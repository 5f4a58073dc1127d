#include "pcs.h"

#include "hex.h"
#include "http.h"

#include <string.h>

enum { REDIRECTS = 3, REPETITIONS = 2 };

/* One of the things a PCS has. */
struct item {
	const char *what;
	const char *const *chains; /* the header with its issuer chain, by all its names; NULL: none */
	size_t cap;
};

static const char *const tcb_info_chains[] = {"tcb-info-issuer-chain", "sgx-tcb-info-issuer-chain", NULL};
static const char *const identity_chains[] = {"sgx-enclave-identity-issuer-chain", NULL};
static const char *const crl_chains[] = {"sgx-pck-crl-issuer-chain", NULL};
static const struct item tcb_info_item = {"TCB info", tcb_info_chains, PCS_DOCUMENT_CAP};
static const struct item identity_item = {"QE identity", identity_chains, PCS_DOCUMENT_CAP};
static const struct item pck_crl_item = {"PCK CRL", crl_chains, PCS_CRL_CAP};
static const struct item root_crl_item = {"root CRL", NULL, PCS_CRL_CAP};

static int judge_status(int status, const struct item *item, struct err *err)
{
	if (status == 200)
		return 0;
	if (status == 404)
		return err_bad(err, "%s: the server has none (status 404)%s", item->what,
			       item == &root_crl_item ? "; a PCS keeps it elsewhere: --root-crl-from" : "");
	bool may_pass = status >= 500 || status == 429;
	return err_set(err, may_pass ? EX_TEMPFAIL : STATUS_BAD, "%s: the server answers with status %d", item->what,
		       status);
}

static int ask(const struct pcs *pcs, const struct item *item, const char *url, struct http_answer *answer,
	       struct err *err)
{
	const struct http_request request = {
		.method = "GET",
		.url = url,
		.kept = item->chains,
		.cap = item->cap,
		.seconds = pcs->seconds,
		.redirects = REDIRECTS,
		.repetitions = REPETITIONS,
	};
	if (pcs->progress)
		pcs->progress(item->what);
	return http_exchange(&request, answer, err) ? err_prefix(err, "%s", item->what)
						    : judge_status(answer->status, item, err);
}

/* spec: RFC 3986 2.1. A plus is one: base64 has it. */
static int percent_decode(const char *text, struct bytes *into, struct err *err)
{
	for (; *text; text++) {
		char c = *text;
		if (c == '%') {
			int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
			if (low < 0)
				return err_bad(err, "'%%' without two hexadecimal digits");
			c = (char)(high << 4 | low);
			text += 2;
		}
		if (bytes_add(into, &c, 1, err))
			return -1;
	}
	return collateral_chain_check(into, err);
}

static int take_chain(const struct http_answer *answer, const struct item *item, struct bytes *chain, struct err *err)
{
	const char *value = NULL;
	for (const char *const *name = item->chains; *name && !value; name++)
		value = http_header(answer, *name);
	if (!value)
		return err_bad(err, "%s: no issuer chain: the answer has no header %s", item->what, *item->chains);
	return percent_decode(value, chain, err) ? err_prefix(err, "%s: %s", item->what, *item->chains) : 0;
}

static int fetch_document(const struct pcs *pcs, const struct item *item, const char *member, const char *url,
			  struct signed_document *document, struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	if (ask(pcs, item, url, &answer, err))
		return -1;
	if (signed_document_parse(answer.body.data, answer.body.size, member, document, err))
		return err_prefix(err, "%s", item->what);
	return take_chain(&answer, item, &document->issuer_chain, err);
}

/* chain is NULL for a CRL that comes without. */
static int fetch_crl(const struct pcs *pcs, const struct item *item, const char *url, struct bytes *crl,
		     struct bytes *chain, struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	if (ask(pcs, item, url, &answer, err))
		return -1;
	if (crl_decode(answer.body.data, answer.body.size, crl, err))
		return err_prefix(err, "%s", item->what);
	return chain ? take_chain(&answer, item, chain, err) : 0;
}

/* A URL below the base. */
static char *url_of(const struct pcs *pcs, const char *path, const char *query, struct err *err)
{
	char *url;
	size_t size = strlen(pcs->base);
	while (size && pcs->base[size - 1] == '/')
		size--;
	if (asprintf(&url, "%.*s/%s%s%s", (int)size, pcs->base, path, *query ? "?" : "", query) >= 0)
		return url;
	err_system(err, EX_OSERR, "memory");
	return NULL;
}

static int fetch_tcb_info(const struct pcs *pcs, struct signed_document *document, struct err *err)
{
	char path[64], query[64], fmspc[2 * FMSPC_SIZE + 1];
	hex_write(pcs->platform.fmspc, FMSPC_SIZE, fmspc);
	snprintf(path, sizeof path, "%s/certification/v4/tcb", platform_tee(&pcs->platform));
	snprintf(query, sizeof query, "fmspc=%s%s%s", fmspc, pcs->update ? "&update=" : "",
		 pcs->update ? pcs->update : "");
	cleanup_free char *url = url_of(pcs, path, query, err);
	if (!url)
		return -1;
	return fetch_document(pcs, &tcb_info_item, "tcbInfo", url, document, err) ? err_prefix(err, "%s", url) : 0;
}

static int fetch_identity(const struct pcs *pcs, struct signed_document *document, struct err *err)
{
	char path[64], query[64];
	snprintf(path, sizeof path, "%s/certification/v4/qe/identity", platform_tee(&pcs->platform));
	snprintf(query, sizeof query, "%s%s", pcs->update ? "update=" : "", pcs->update ? pcs->update : "");
	cleanup_free char *url = url_of(pcs, path, query, err);
	if (!url)
		return -1;
	return fetch_document(pcs, &identity_item, "enclaveIdentity", url, document, err) ? err_prefix(err, "%s", url)
											  : 0;
}

static int fetch_pck_crl(const struct pcs *pcs, struct collateral *collateral, struct err *err)
{
	char query[64];
	snprintf(query, sizeof query, "ca=%s&encoding=der", platform_ca(&pcs->platform));
	cleanup_free char *url = url_of(pcs, "sgx/certification/v4/pckcrl", query, err);
	if (!url)
		return -1;
	return fetch_crl(pcs, &pck_crl_item, url, &collateral->pck_crl, &collateral->pck_crl_chain, err)
		       ? err_prefix(err, "%s", url)
		       : 0;
}

static int fetch_root_crl(const struct pcs *pcs, struct bytes *crl, struct err *err)
{
	cleanup_free char *url =
		pcs->root_crl ? strdup(pcs->root_crl) : url_of(pcs, "sgx/certification/v4/rootcacrl", "", err);
	if (!url)
		return pcs->root_crl ? err_system(err, EX_OSERR, "memory") : -1;
	return fetch_crl(pcs, &root_crl_item, url, crl, NULL, err) ? err_prefix(err, "%s", url) : 0;
}

int pcs_fetch(const struct pcs *pcs, struct collateral *collateral, struct err *err)
{
	*collateral = (struct collateral){0};
	return fetch_tcb_info(pcs, &collateral->tcb_info, err) || fetch_identity(pcs, &collateral->qe_identity, err) ||
			       fetch_pck_crl(pcs, collateral, err) || fetch_root_crl(pcs, &collateral->root_crl, err)
		       ? -1
		       : 0;
}

#include "platform.h"

#include "file.h"
#include "pck_chain.h"
#include "quote_input.h"

#include <string.h>

const char *platform_ca(const struct platform *platform)
{
	return platform->is_processor ? "processor" : "platform";
}

int platform_ca_read(const char *name, struct platform *platform, struct err *err)
{
	platform->is_processor = !strcmp(name, "processor");
	return platform->is_processor || !strcmp(name, "platform")
		       ? 0
		       : err_bad(err, "'%s' is neither platform nor processor", name);
}

const char *platform_tee(const struct platform *platform)
{
	return platform->is_tdx ? "tdx" : "sgx";
}

int platform_tee_read(const char *name, struct platform *platform, struct err *err)
{
	platform->is_tdx = !strcmp(name, "tdx");
	return platform->is_tdx || !strcmp(name, "sgx") ? 0 : err_bad(err, "'%s' is neither sgx nor tdx", name);
}

/* spec: quote-spec.md 2.3, 3.1: by the common name of who issued the PCK's certificate */
static int read_issuer(const struct certificate *pck, struct platform *platform, struct err *err)
{
	struct view name = certificate_common_name(pck->issuer);
	platform->is_processor = view_is(name, view_of_literal("Intel SGX PCK Processor CA"));
	if (platform->is_processor || view_is(name, view_of_literal("Intel SGX PCK Platform CA")))
		return 0;
	return err_bad(err, "the PCK's certificate is issued by '%.*s', no CA of PCKs", (int)name.size,
		       (const char *)name.data);
}

static int read_chain(const struct quote *quote, struct platform *platform, struct err *err)
{
	cleanup_pck_chain struct pck_chain chain = {0};
	const struct quote_certification *certification = &quote->certification;
	if (certification->type < CERTIFICATION_PCK_LEAF)
		return err_bad(err, "the quote does not carry its PCK's certificate: name --fmspc and --ca");
	if (pck_chain_is_der(certification->data) ? pck_chain_parse_der(certification->data, &chain, err)
						  : pck_chain_parse(certification, &chain, err))
		return -1;
	memcpy(platform->fmspc, chain.extension.fmspc.data, FMSPC_SIZE);
	return read_issuer(&chain.certificates[0], platform, err);
}

int platform_of_quote(const char *path, struct platform *platform, struct err *err)
{
	cleanup_bytes struct bytes file = {0}, bytes = {0};
	enum quote_form form;
	struct quote quote;
	if (file_load(path, QUOTE_INPUT_CAP, &file, err) ||
	    quote_input_read(file.data, file.size, &form, &bytes, err) ||
	    quote_parse_padded(bytes.data, bytes.size, &quote, err))
		return -1;
	platform->is_tdx = quote.body != BODY_SGX;
	return read_chain(&quote, platform, err);
}

#include "tdx_document.h"

#include "cbor.h"

#include <string.h>

#define VARIANT "pre202505" /* the only firmware layout that is known */

static void need_text(struct cbor *cbor, const char *key, const char *value)
{
	size_t size;
	cbor_key(cbor, key);
	const char *text = cbor_text(cbor, key, CBOR_CAP, &size);
	if (size != strlen(value) || memcmp(text, value, size))
		cbor_fail(cbor, key, "is not supported");
}

static void digest(struct cbor *cbor, const char *key, uint8_t into[SHA384_SIZE])
{
	cbor_key(cbor, key);
	cbor_exactly(cbor, key, into, SHA384_SIZE);
}

static void version(struct cbor *cbor)
{
	cbor_key(cbor, "version");
	if (cbor_uint(cbor, "version", UINT64_MAX) != TDX_DOCUMENT_VERSION)
		cbor_fail(cbor, "version", "is not 3");
}

/* spec: tdx-boot-spec.md 3.9 */
int tdx_document_parse(const void *data, size_t size, struct tdx_document *document, struct err *err)
{
	struct cbor cbor = cbor_reader(data, size, err);
	size_t witness_size;
	*document = (struct tdx_document){0};
	cbor_map(&cbor, "document", 3);
	version(&cbor);
	cbor_key(&cbor, "image");
	cbor_map(&cbor, "image", 3);
	digest(&cbor, "cmdline_sha384", document->cmdline);
	digest(&cbor, "kernel_authenticode", document->kernel);
	digest(&cbor, "initrd_sha384", document->initrd);
	cbor_key(&cbor, "tdvf");
	cbor_map(&cbor, "tdvf", 3);
	need_text(&cbor, "ovmf", VARIANT);
	cbor_key(&cbor, "mrtd");
	cbor_map(&cbor, "mrtd", 2);
	digest(&cbor, "single_pass", document->mrtd[SINGLE_PASS]);
	digest(&cbor, "two_pass", document->mrtd[TWO_PASS]);
	cbor_key(&cbor, "td_hob");
	const uint8_t *witness = cbor_bytes(&cbor, "td_hob", WITNESS_CAP, &witness_size);
	if (cbor_end(&cbor))
		return -1;
	return witness_decode(witness, witness_size, &document->hob, err) ? err_prefix(err, "td_hob") : 0;
}

static int put_digest(struct bytes *into, const char *key, const uint8_t value[SHA384_SIZE], struct err *err)
{
	return cbor_put_text(into, key, err) ? -1 : cbor_put_bytes(into, value, SHA384_SIZE, err);
}

static int put_map(struct bytes *into, const char *key, size_t pairs, struct err *err)
{
	return cbor_put_text(into, key, err) ? -1 : cbor_put_map(into, pairs, err);
}

static int put_text(struct bytes *into, const char *key, const char *value, struct err *err)
{
	return cbor_put_text(into, key, err) ? -1 : cbor_put_text(into, value, err);
}

int tdx_document_write(const struct tdx_document *document, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes witness = {0};
	if (witness_encode(&document->hob, &witness, err) || cbor_put_map(into, 3, err) ||
	    cbor_put_text(into, "version", err) || cbor_put_uint(into, TDX_DOCUMENT_VERSION, err) ||
	    put_map(into, "image", 3, err) || put_digest(into, "cmdline_sha384", document->cmdline, err) ||
	    put_digest(into, "kernel_authenticode", document->kernel, err) ||
	    put_digest(into, "initrd_sha384", document->initrd, err) || put_map(into, "tdvf", 3, err) ||
	    put_text(into, "ovmf", VARIANT, err) || put_map(into, "mrtd", 2, err) ||
	    put_digest(into, "single_pass", document->mrtd[SINGLE_PASS], err) ||
	    put_digest(into, "two_pass", document->mrtd[TWO_PASS], err) || cbor_put_text(into, "td_hob", err))
		return -1;
	return cbor_put_bytes(into, witness.data, witness.size, err);
}

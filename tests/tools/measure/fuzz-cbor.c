/* corpus: vectors/cbor
 * A measurement document comes with a VM's configuration. What is accepted is written again to the same bytes; for
 * SEV-SNP to the same image, since blanks around a command line are dropped. */
#include "cbor.h"
#include "snp.h"
#include "tdx_document.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void refused(const struct err *err)
{
	if (err->status != STATUS_BAD || !*err->text)
		abort();
}

static void tdx(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct tdx_document document;
	cleanup_bytes struct bytes again = {0};
	if (tdx_document_parse(data, size, &document, &err))
		refused(&err);
	else if (tdx_document_write(&document, &again, &err) || again.size != size || memcmp(again.data, data, size))
		abort();
}

static void snp(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_snp_image struct snp_image image = {0}, same = {0};
	cleanup_bytes struct bytes again = {0};
	if (snp_document_parse(data, size, &image, &err)) {
		refused(&err);
		return;
	}
	if (snp_document_write(&image, &again, &err) || snp_document_parse(again.data, again.size, &same, &err) ||
	    strcmp(image.cmdline, same.cmdline) || image.count != same.count ||
	    memcmp(image.sections, same.sections, image.count * sizeof *image.sections))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tdx(data, size);
	snp(data, size);
	return 0;
}

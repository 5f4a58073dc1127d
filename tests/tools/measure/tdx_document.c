/* tdx_document FILE: the digests of a measurement.tdx.cbor (command line, kernel, initrd, MRTD single-pass, two-pass)
 * and the TD HOB's witness, a line each. It is written again, to the same bytes. */
#include "tdx_document.h"
#include "cbor.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void print(const void *data, size_t size)
{
	char digits[2 * WITNESS_CAP + 1];
	hex_write(data, size, digits);
	puts(digits);
}

int main(int argc, char **argv)
{
	struct err err;
	struct tdx_document document;
	cleanup_bytes struct bytes file = {0}, again = {0}, witness = {0};
	program_start("tdx_document");
	if (argc != 2)
		die_usage("a FILE");
	if (file_load(argv[1], CBOR_CAP, &file, &err) || tdx_document_parse(file.data, file.size, &document, &err) ||
	    tdx_document_write(&document, &again, &err) || witness_encode(&document.hob, &witness, &err))
		die_err(argv[1], &err);
	if (again.size != file.size || memcmp(again.data, file.data, file.size))
		die(EX_SOFTWARE, "%s: is written differently", argv[1]);
	print(document.cmdline, SHA384_SIZE);
	print(document.kernel, SHA384_SIZE);
	print(document.initrd, SHA384_SIZE);
	print(document.mrtd[SINGLE_PASS], SHA384_SIZE);
	print(document.mrtd[TWO_PASS], SHA384_SIZE);
	print(witness.data, witness.size);
	return finish(STATUS_OK);
}

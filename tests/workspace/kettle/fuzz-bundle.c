/* corpus: vectors/bundle
 * What esbuild printed and recorded holds text of the app's choice. */
#include "bundle.h"
#include "imports.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_free char *text = strndup((const char *)data, size);
	if (!text || bundle_reason(text, &err) != -1 || (err.status != STATUS_BAD && err.status != EX_OSERR) ||
	    !*err.text)
		abort();
	if (imports_check((const char *)data, size, "app.ts", text, &err) && err.status != STATUS_BAD)
		abort();
	return 0;
}

/* corpus: vectors/worker
 * What workerd prints holds text of the app's choice, and so does what the log makes lines of. */
#include "log.h"
#include "reason.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_free char *text = strndup((const char *)data, size);
	if (!text || reason_find(text, &err) != -1 || (err.status != STATUS_BAD && err.status != EX_OSERR) ||
	    strchr(err.text, '\n') || strncmp(err.text, err.status == STATUS_BAD ? "the app" : "workerd", 7))
		abort();
	for (int format = LOG_TEXT; format <= LOG_JSON; format++)
		for (size_t at = 0, fits; at < size; at += fits)
			if ((fits = log_fit(format, (const char *)data + at, size - at)) < 1 || fits > size - at)
				abort();
	return 0;
}

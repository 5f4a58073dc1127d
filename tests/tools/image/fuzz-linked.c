/* corpus: vectors/linked
 *
 * Names of units are texts without a slash; a program is read or refused with a reason.
 */
#include "linked.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check(void *context, const char *name, struct err *err)
{
	(void)context, (void)err;
	assert(*name && !strchr(name, '/'));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	if (linked_units(data, size, check, NULL, &err))
		assert(err.status == STATUS_BAD && *err.text);
	return 0;
}

/* A QE identity from a stranger.
 *
 * corpus: vectors/qe-identity */
#include "qe_identity.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_qe_identity struct qe_identity identity = {0};
	if (qe_identity_parse((const char *)data, size, &identity, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (strlen(identity.issued_text) != TCB_DATE_SIZE || strlen(identity.next_update_text) != TCB_DATE_SIZE ||
	    identity.issued < 0 || identity.next_update < 0)
		abort();
	for (size_t i = 0; i < identity.levels.count; i++) {
		enum tcb_status status = identity.levels.list[i].status;
		if (status != TCB_UP_TO_DATE && status != TCB_OUT_OF_DATE && status != TCB_REVOKED)
			abort();
	}
	return 0;
}

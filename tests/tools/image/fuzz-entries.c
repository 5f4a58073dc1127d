/* corpus: vectors/entries
 *
 * Counting entries ends in a count or a reason, and in the same one however the bytes are cut.
 */
#include "entries.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_in_pieces(const uint8_t *data, size_t size, size_t piece, uint64_t *count, struct err *err)
{
	cleanup_entries struct entries *entries = entries_new(err);
	assert(entries);
	for (size_t at = 0; at < size; at += piece)
		if (entries_push(entries, data + at, size - at < piece ? size - at : piece, err))
			return -1;
	return entries_end(entries, count, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 7, 511, 513};
	uint64_t whole = 0, cut = 0;
	struct err whole_err = {0}, cut_err = {0};
	int status = count_in_pieces(data, size, size ? size : 1, &whole, &whole_err);
	assert(status == 0 || whole_err.status == STATUS_BAD);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		assert(count_in_pieces(data, size, pieces[i], &cut, &cut_err) == status);
		assert(cut == whole && !strcmp(cut_err.text, whole_err.text));
	}
	return 0;
}

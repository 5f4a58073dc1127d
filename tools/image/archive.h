/* Tars into the table. The one place that knows libarchive.
 *
 * Any variant of tar that libarchive reads (v7, ustar, pax, GNU), and any compression: gzip and zstd by the codec
 * module, which verifies their checksums, the others (bzip2, xz, lzma, lzip, lz4, compress) by libarchive, without
 * those of its filters that run other programs.
 *
 * Refused besides what tree.h refuses: an archive without its end (two blocks of zeros), anything but zeros after it,
 * headers that are cut short or contradict themselves (tarhead.h), sparse maps that do, and whatever libarchive itself
 * warns about. libarchive needs the locale that program_start() sets, else it cannot take names that are not ASCII.
 */
#ifndef IMAGE_ARCHIVE_H
#define IMAGE_ARCHIVE_H

#include "codec.h"
#include "range.h"
#include "tree.h"

/* An entry as the archive has it. Pointers are good until the next one is asked for. */
struct archived {
	struct found found;       /* of a hard link, mode, owner and time too */
	const char *user, *group; /* names of the owner; NULL: none */
	int64_t time_ns;          /* what found.time leaves out */
	int64_t from, to;         /* of its headers, in the range; its data follow */
};

/* Called with each entry, in the archive's order. What found.pieces points to is the arena's. */
struct visitor {
	int (*entry)(void *context, const struct archived *archived, struct err *err);
	void *context;
	struct arena *arena;
	bool open_ended; /* an archive without its end, or the padding before it, is fine: some writers forget it */
};

/* Every entry of the archive in a range. *end: where the archive's end begins, which may be behind
 * the range when it is open-ended; may be NULL. */
int archive_walk(const struct range *range, const struct visitor *visitor, int64_t *end, struct err *err);

/* The archive in a range of the descriptor of the input that tree_begin() began. */
int archive_scan(struct tree *tree, const struct mapping *mapping, const struct range *range, struct err *err);

/* The decompressed stream of whatever compression there is; what has none passes unchanged. */
struct unpacker;
struct unpacker *unpacker_open(struct source from, struct err *err);
void unpacker_close(struct unpacker *unpacker);
CLEANUP_DEFINE(unpacker, struct unpacker *, NULL, unpacker_close)
#define cleanup_unpacker cleanup(cleanup_unpacker_at)
struct source source_of_unpacker(struct unpacker *unpacker);

/* The library's own version text, for --version. */
const char *archive_library(void);

#endif

#include "archive.h"

#include "path.h"
#include "tarhead.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

CLEANUP_DEFINE(archive, struct archive *, NULL, archive_read_free)
#define cleanup_archive cleanup(cleanup_archive_at)

/* Small, since between small files most of what is read ahead is read in vain. */
enum { WINDOW = 16 << 10 };

struct scan {
	const struct visitor *visitor;
	struct range range;
	int64_t size; /* of the range and the zeros that are taken to be behind it */
	struct archive *archive;
	struct archive_entry *entry;
	int64_t from, to; /* of the headers of the entry, in the range */
	struct tarhead head;
	struct xattr *xattrs;
	size_t xattr_room;
	char *scratch;
	size_t scratch_room;
	/* What the library reads from */
	int64_t at, window_at;
	size_t window_size;
	struct err err;
	bool failed;
	char window[WINDOW];
};

const char *archive_library(void)
{
	return archive_version_details();
}

static ssize_t read_on(struct scan *scan, struct err *err)
{
	if (scan->at < scan->range.size || scan->at == scan->size)
		return range_read(&scan->range, scan->at, scan->window, WINDOW, err);
	int64_t left = scan->size - scan->at;
	memset(scan->window, 0, (size_t)left);
	return left;
}

static la_ssize_t feed(struct archive *archive, void *context, const void **data)
{
	struct scan *scan = context;
	ssize_t n = read_on(scan, &scan->err);
	*data = scan->window;
	if (n < 0) {
		scan->failed = true;
		archive_set_error(archive, EIO, "%s", scan->err.text);
		return -1;
	}
	scan->window_at = scan->at;
	scan->window_size = (size_t)n;
	scan->at += n;
	return n;
}

static la_int64_t pass(struct archive *archive, void *context, la_int64_t request)
{
	struct scan *scan = context;
	(void)archive;
	int64_t left = scan->size - scan->at;
	int64_t passed = request < left ? request : left;
	scan->at += passed;
	return passed;
}

/* Bytes of the range: from the window when they are still in it. */
static const void *peek(struct scan *scan, int64_t at, size_t size, struct err *err)
{
	if (at >= scan->window_at && at + (int64_t)size <= scan->window_at + (int64_t)scan->window_size)
		return scan->window + (at - scan->window_at);
	if (!scan->scratch || scan->scratch_room < size) {
		free(scan->scratch);
		scan->scratch_room = 0;
		scan->scratch = malloc(size ? size : 1);
		if (!scan->scratch) {
			err_system(err, EX_OSERR, "headers");
			return NULL;
		}
		scan->scratch_room = size;
	}
	ssize_t n = range_read(&scan->range, at, scan->scratch, size, err);
	if (n >= 0 && (size_t)n < size)
		err_bad(err, "at byte %lld: truncated", (long long)at);
	return n < 0 || (size_t)n < size ? NULL : scan->scratch;
}

/* Why the library stopped at a header: in our words when we see it too, since its words change with its versions. */
static int failure(struct scan *scan, struct err *err)
{
	const char *text = archive_error_string(scan->archive);
	int64_t left = scan->range.size - scan->from;
	size_t size = left < TARHEAD_LARGEST ? (size_t)left : TARHEAD_LARGEST;
	cleanup_tarhead struct tarhead head = {0};
	if (scan->failed) {
		*err = scan->err;
		return -1;
	}
	if (archive_errno(scan->archive) == ENOMEM)
		return err_set(err, EX_OSERR, "memory is out");
	const void *data = peek(scan, scan->from, size, err);
	if (!data)
		return -1;
	if (tarhead_read(data, size, &head, err))
		return err_prefix(err, "at byte %lld", (long long)scan->from);
	return err_bad(err, "at byte %lld: %s", (long long)scan->from, text ? text : "not a tar that can be read");
}

static int read_head(struct scan *scan, struct err *err)
{
	int64_t size = scan->to - scan->from;
	if (size > TARHEAD_LARGEST)
		return err_bad(err, "headers larger than %d bytes", TARHEAD_LARGEST);
	tarhead_free(&scan->head);
	scan->head = (struct tarhead){0};
	const void *data = peek(scan, scan->from, (size_t)size, err);
	return data ? tarhead_read(data, (size_t)size, &scan->head, err) : -1;
}

static int set_xattrs(struct scan *scan, struct found *found, struct err *err)
{
	size_t count = (size_t)archive_entry_xattr_reset(scan->entry);
	if (count > scan->xattr_room) {
		struct xattr *grown = realloc(scan->xattrs, count * sizeof *grown);
		if (!grown)
			return err_system(err, EX_OSERR, "extended attributes");
		scan->xattrs = grown;
		scan->xattr_room = count;
	}
	for (size_t i = 0; i < count; i++) {
		struct xattr *xattr = &scan->xattrs[i];
		if (archive_entry_xattr_next(scan->entry, &xattr->name, &xattr->value, &xattr->size) != ARCHIVE_OK ||
		    !xattr->name)
			return err_bad(err, "extended attribute without a name");
	}
	found->xattrs = scan->xattrs;
	found->xattr_count = count;
	return 0;
}

/* The data that follow the headers must all be there. */
static int set_plain(const struct scan *scan, struct found *found, struct err *err)
{
	if (scan->head.end != scan->to - scan->from || scan->head.stored != found->size)
		return err_bad(err, "size lies, or headers that cannot be understood");
	if (found->size > scan->range.size - scan->to)
		return err_bad(err, "truncated: %lld of %lld bytes are there", (long long)(scan->range.size - scan->to),
			       (long long)found->size);
	found->where = WHERE_RANGE;
	found->at = scan->range.at + scan->to;
	return 0;
}

/* The piece is where the library says it stands; the bytes prove it. */
static int check_piece(struct scan *scan, const struct piece *piece, const void *data, struct err *err)
{
	const void *there = peek(scan, piece->at - scan->range.at, (size_t)piece->size, err);
	if (!there)
		return -1;
	return memcmp(there, data, (size_t)piece->size) ? err_bad(err, "sparse map cannot be followed") : 0;
}

static int add_piece(struct bytes *list, const struct piece *piece, int64_t *end, int64_t size, struct err *err)
{
	if (piece->from < *end || piece->from > size || piece->size > size - piece->from)
		return err_bad(err, "size lies: sparse map goes beyond the file, or back");
	*end = piece->from + piece->size;
	return bytes_add(list, piece, sizeof *piece, err);
}

/* Does the map promise what is stored? The library passes over what does not fit, and a map of one piece that is all.
 * It is counted before the reset, which else would keep a pointer to what the count frees.
 */
static int check_map(struct archive_entry *entry, int64_t stored, int64_t size, struct err *err)
{
	int count = archive_entry_sparse_count(entry);
	int64_t promised = count ? 0 : size, from, length;
	archive_entry_sparse_reset(entry);
	while (count && archive_entry_sparse_next(entry, &from, &length) == ARCHIVE_OK)
		promised += length;
	return promised == stored ? 0
				  : err_bad(err, "size lies: sparse map promises %lld bytes, %lld are stored",
					    (long long)promised, (long long)stored);
}

static int read_pieces(struct scan *scan, struct bytes *list, int64_t size, struct err *err)
{
	int64_t end = 0, stored = scan->head.stored;
	if (scan->head.type != 'S') /* a map in front of the data counts as data, one in header blocks does not */
		stored -= scan->to - scan->from - scan->head.end;
	if (check_map(scan->entry, stored, size, err))
		return -1;
	for (;;) {
		const void *data;
		size_t length;
		la_int64_t from;
		int status = archive_read_data_block(scan->archive, &data, &length, &from);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK)
			return failure(scan, err);
		int64_t at = scan->range.at + archive_filter_bytes(scan->archive, 0);
		struct piece piece = {.from = from, .size = (int64_t)length, .at = at};
		if (!length)
			continue;
		if (check_piece(scan, &piece, data, err) || add_piece(list, &piece, &end, size, err))
			return -1;
		stored -= (int64_t)length;
	}
	return stored ? err_bad(err, "size lies: sparse map leaves out what is stored") : 0;
}

static int set_pieces(struct scan *scan, struct found *found, struct err *err)
{
	cleanup_bytes struct bytes list = {0};
	if (found->size < 0)
		return err_bad(err, "size is negative");
	if (read_pieces(scan, &list, found->size, err))
		return -1;
	struct pieces *pieces =
		arena_take(scan->visitor->arena, sizeof *pieces + list.size, _Alignof(struct pieces), err);
	if (!pieces)
		return -1;
	pieces->count = list.size / sizeof(struct piece);
	if (list.size)
		memcpy(pieces->piece, list.data, list.size);
	found->where = WHERE_PIECES;
	found->pieces = pieces;
	return 0;
}

static int set_file(struct scan *scan, struct found *found, struct err *err)
{
	/* A name that ends with a slash makes a folder of an old archive's file. */
	if (archive_entry_filetype(scan->entry) == AE_IFDIR) {
		found->kind = KIND_FOLDER;
		return scan->head.stored ? err_bad(err, "size lies: a folder with data") : 0;
	}
	found->size = archive_entry_size(scan->entry);
	return scan->head.sparse ? set_pieces(scan, found, err) : set_plain(scan, found, err);
}

static int set_kind(struct scan *scan, struct found *found, struct err *err)
{
	static const enum kind kinds[] = {
		['2'] = KIND_SYMLINK, ['3'] = KIND_CHARACTER_DEVICE, ['4'] = KIND_BLOCK_DEVICE, ['5'] = KIND_FOLDER,
		['6'] = KIND_FIFO,
	};
	const char *own = scan->head.has_target ? scan->head.target.data : NULL;
	char type = scan->head.type;
	if (type == '0' || type == 'S')
		return set_file(scan, found, err);
	if (scan->head.sparse)
		return err_bad(err, "sparse map for an entry that has no data");
	if (type == '1') {
		found->hard_link = own ? own : archive_entry_hardlink(scan->entry);
		return found->hard_link ? 0 : err_bad(err, "hard link to nothing");
	}
	found->kind = kinds[(unsigned char)type];
	found->target = own ? own : archive_entry_symlink(scan->entry);
	found->device[0] = archive_entry_rdevmajor(scan->entry);
	found->device[1] = archive_entry_rdevminor(scan->entry);
	return 0;
}

static int add(struct scan *scan, struct err *err)
{
	const char *raw = archive_entry_pathname(scan->entry);
	struct archived archived = {
		.found = {.name = raw,
			  .kind = KIND_FILE,
			  .mode = archive_entry_perm(scan->entry),
			  .uid = archive_entry_uid(scan->entry),
			  .gid = archive_entry_gid(scan->entry),
			  .time = archive_entry_mtime(scan->entry)},
		.user = archive_entry_uname(scan->entry),
		.group = archive_entry_gname(scan->entry),
		.time_ns = archive_entry_mtime_nsec(scan->entry),
		.from = scan->from,
		.to = scan->to,
	};
	struct found *found = &archived.found;
	if (read_head(scan, err))
		return err_prefix(err, PATH_SHOWN, raw ? raw : "?");
	if (scan->head.has_path)
		found->name = scan->head.path.data;
	if (!found->name)
		return err_bad(err, "at byte %lld: an entry without a name", (long long)scan->from);
	if (set_kind(scan, found, err) || set_xattrs(scan, found, err))
		return err_prefix(err, PATH_SHOWN, found->name);
	return scan->visitor->entry(scan->visitor->context, &archived, err);
}

static int only_zeros(struct scan *scan, int64_t at, struct err *err)
{
	for (;;) {
		ssize_t n = range_read(&scan->range, at, scan->window, WINDOW, err);
		if (n <= 0)
			return (int)n;
		if (scan->window[0] || memcmp(scan->window, scan->window + 1, (size_t)n - 1))
			return err_bad(err, "at byte %lld: trailing garbage behind the archive's end", (long long)at);
		at += n;
	}
}

/* The library takes the end of the file for the end of the archive, and one block of zeros for two. */
static int check_end(struct scan *scan, struct err *err)
{
	int64_t taken = scan->to - scan->from;
	if (taken == 0)
		return err_bad(err, "truncated: the archive's end is missing");
	if (scan->size - scan->from < 2 * TAR_BLOCK)
		return err_bad(err, "truncated: half of the archive's end is missing");
	if (taken > 2 * TAR_BLOCK)
		return err_bad(err, "at byte %lld: extended header without an entry", (long long)scan->from);
	return only_zeros(scan, scan->to, err);
}

static int start(struct scan *scan, struct err *err)
{
	struct archive *a = scan->archive;
	if (archive_read_support_format_tar(a) != ARCHIVE_OK || archive_read_set_read_callback(a, feed) != ARCHIVE_OK ||
	    archive_read_set_skip_callback(a, pass) != ARCHIVE_OK ||
	    archive_read_set_callback_data(a, scan) != ARCHIVE_OK || archive_read_open1(a) != ARCHIVE_OK)
		return failure(scan, err);
	return 0;
}

/* Moves over the data of the entry before, so that what the next header takes can be seen. Returns as the library. */
static int next(struct scan *scan)
{
	if (scan->entry && archive_read_data_skip(scan->archive) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	scan->from = archive_filter_bytes(scan->archive, 0);
	int status = archive_read_next_header(scan->archive, &scan->entry);
	scan->to = archive_filter_bytes(scan->archive, 0);
	return status;
}

static int scan_all(struct scan *scan, struct err *err)
{
	for (;;) {
		int status = next(scan);
		if (status == ARCHIVE_EOF)
			return check_end(scan, err);
		if (status != ARCHIVE_OK)
			return failure(scan, err);
		if (add(scan, err))
			return -1;
	}
}

static int check_start(struct scan *scan, struct err *err)
{
	ssize_t n = range_read(&scan->range, 0, scan->window, TAR_BLOCK, err);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_bad(err, "empty");
	if (n < TAR_BLOCK)
		return err_bad(err, "truncated, or not an archive");
	return tarblock_sum(scan->window) != SUM_WRONG
		       ? 0
		       : err_bad(err, "not a tar, or compressed in a way not supported");
}

int archive_walk(const struct range *range, const struct visitor *visitor, int64_t *end, struct err *err)
{
	cleanup_free struct scan *scan = calloc(1, sizeof *scan);
	cleanup_archive struct archive *archive = archive_read_new();
	if (!scan || !archive)
		return err_system(err, EX_OSERR, "reading");
	*scan = (struct scan){.visitor = visitor, .range = *range, .size = range->size, .archive = archive};
	if (visitor->open_ended && range->size <= INT64_MAX - 3 * TAR_BLOCK)
		scan->size += (TAR_BLOCK - range->size % TAR_BLOCK) % TAR_BLOCK + 2 * TAR_BLOCK;
	int status = check_start(scan, err) || start(scan, err) || scan_all(scan, err) ? -1 : 0;
	if (!status && end)
		*end = scan->from;
	tarhead_free(&scan->head);
	free(scan->scratch);
	free(scan->xattrs);
	return status;
}

struct planting {
	struct tree *tree;
	const struct mapping *mapping;
};

static int plant(void *context, const struct archived *archived, struct err *err)
{
	const struct planting *planting = context;
	return tree_add(planting->tree, planting->mapping, &archived->found, NULL, err);
}

int archive_scan(struct tree *tree, const struct mapping *mapping, const struct range *range, struct err *err)
{
	struct planting planting = {tree, mapping};
	struct visitor visitor = {.entry = plant, .context = &planting, .arena = &tree->arena};
	return archive_walk(range, &visitor, NULL, err);
}

#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

CLEANUP_DEFINE(archive, struct archive *, NULL, archive_read_free)
#define cleanup_archive cleanup(cleanup_archive_at)

enum { STEP = 64 << 10 };

struct unpacker {
	struct decoder *decoder;
	struct archive *archive;
	struct err err; /* of the decoder, on its way through libarchive */
	bool failed, over;
	int64_t given; /* bytes the library was given */
	char window[STEP];
};

static la_ssize_t feed(struct archive *archive, void *context, const void **data)
{
	struct unpacker *unpacker = context;
	ssize_t n = decoder_read(unpacker->decoder, unpacker->window, STEP, &unpacker->err);
	*data = unpacker->window;
	if (n < 0) {
		unpacker->failed = true;
		archive_set_error(archive, EIO, "%s", unpacker->err.text);
	}
	unpacker->given += n > 0 ? n : 0;
	return n;
}

static int failure(struct unpacker *unpacker, struct err *err)
{
	const char *text = archive_error_string(unpacker->archive);
	if (unpacker->failed) {
		*err = unpacker->err;
		return -1;
	}
	if (archive_errno(unpacker->archive) == ENOMEM)
		return err_set(err, EX_OSERR, "decompressing: memory is out");
	return err_bad(err, "cannot decompress: %s", text ? text : "unknown reason");
}

static int start(struct unpacker *unpacker, struct err *err)
{
	struct archive *a = unpacker->archive = archive_read_new();
	struct archive_entry *entry;
	if (!a)
		return err_set(err, EX_OSERR, "decompressing: memory is out");
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_compress(a);
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	if (archive_read_open(a, unpacker, NULL, feed, NULL) != ARCHIVE_OK)
		return failure(unpacker, err);
	int status = archive_read_next_header(a, &entry);
	unpacker->over = status == ARCHIVE_EOF;
	return status == ARCHIVE_OK || unpacker->over ? 0 : failure(unpacker, err);
}

struct unpacker *unpacker_open(struct source from, struct err *err)
{
	cleanup_unpacker struct unpacker *unpacker = calloc(1, sizeof *unpacker);
	if (!unpacker) {
		err_system(err, EX_OSERR, "decompressing");
		return NULL;
	}
	unpacker->decoder = decoder_open(from, err);
	if (!unpacker->decoder || start(unpacker, err))
		return NULL;
	return steal(&unpacker);
}

void unpacker_close(struct unpacker *unpacker)
{
	cleanup_archive_at(&unpacker->archive);
	cleanup_decoder_at(&unpacker->decoder);
	free(unpacker);
}

/* The filters stop where their format ends. What the library has not taken by then belongs to nobody. */
static int check_end(struct unpacker *unpacker, struct err *err)
{
	const void *data;
	int64_t taken = archive_filter_bytes(unpacker->archive, -1);
	if (feed(unpacker->archive, unpacker, &data) < 0)
		return failure(unpacker, err);
	if (unpacker->given > taken)
		return err_bad(err, "trailing garbage behind the compressed archive");
	return 0;
}

static ssize_t unpack(void *context, void *into, size_t size, struct err *err)
{
	struct unpacker *unpacker = context;
	if (unpacker->over)
		return 0;
	la_ssize_t n = archive_read_data(unpacker->archive, into, size);
	if (n < 0 || unpacker->failed)
		return failure(unpacker, err);
	if (n == 0) {
		unpacker->over = true;
		return check_end(unpacker, err);
	}
	return n;
}

struct source source_of_unpacker(struct unpacker *unpacker)
{
	return (struct source){unpack, unpacker};
}

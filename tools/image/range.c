#include "range.h"

#include "bytes.h"
#include "file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { STEP = 256 << 10 };

ssize_t range_read(const struct range *range, int64_t offset, void *into, size_t size, struct err *err)
{
	size_t done = 0;
	if (offset >= range->size)
		return 0;
	if ((uint64_t)(range->size - offset) < size)
		size = (size_t)(range->size - offset);
	while (done < size) {
		ssize_t n = pread(range->fd, (char *)into + done, size - done, range->at + offset + (int64_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(err, EX_IOERR, "cannot read");
		if (n == 0)
			return err_bad(err, "became shorter while being read");
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int range_of_file(int fd, struct range *range, struct err *err)
{
	struct stat st;
	off_t start = lseek(fd, 0, SEEK_CUR);
	if (start < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, "cannot read");
	*range = (struct range){fd, start, start < st.st_size ? st.st_size - start : 0};
	return 0;
}

static ssize_t walk_on(void *context, void *into, size_t size, struct err *err)
{
	struct walk *walk = context;
	ssize_t n = range_read(&walk->range, walk->done, into, size, err);
	walk->done += n > 0 ? n : 0;
	return n;
}

struct source source_of_walk(struct walk *walk)
{
	return (struct source){walk_on, walk};
}

static int spool_open(struct spool *spool, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	cleanup_bytes struct bytes name = {0};
	if (!folder || !*folder)
		folder = "/tmp";
	spool->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd >= 0)
		return 0;
	if (bytes_addf(&name, err, "%s/tar-normalize.XXXXXX", folder))
		return -1;
	spool->fd = mkostemp(name.data, O_CLOEXEC); /* not every file system has files without a name */
	if (spool->fd < 0)
		return err_system(err, EX_CANTCREAT, "%s: cannot make a temporary file", folder);
	unlink(name.data);
	return 0;
}

static bool zeros(const char *data, size_t size)
{
	return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}

static int put(struct spool *spool, const char *data, size_t size, struct err *err)
{
	if ((uint64_t)spool->size + size > spool->cap)
		return err_bad(err, "more than %llu bytes when decompressed (see --max-size)",
			       (unsigned long long)spool->cap);
	if (!zeros(data, size)) {
		if (lseek(spool->fd, spool->size, SEEK_SET) < 0)
			return err_system(err, EX_IOERR, "temporary file");
		if (file_write(spool->fd, data, size, err))
			return err_prefix(err, "temporary file");
	}
	spool->size += (int64_t)size;
	return 0;
}

int spool_add(struct spool *spool, struct source source, struct range *range, struct err *err)
{
	cleanup_free char *data = malloc(STEP);
	if (!data)
		return err_system(err, EX_OSERR, "reading");
	if (spool->fd < 0 && spool_open(spool, err))
		return -1;
	int64_t start = spool->size;
	for (;;) {
		ssize_t n = source.read(source.context, data, STEP, err);
		if (n < 0 || (n > 0 && put(spool, data, (size_t)n, err)))
			return -1;
		if (n == 0)
			break;
	}
	/* Zeros at the end were skipped, but have to be readable. */
	if (ftruncate(spool->fd, spool->size))
		return err_system(err, EX_IOERR, "temporary file");
	*range = (struct range){spool->fd, start, spool->size - start};
	return 0;
}

void spool_close(struct spool *spool)
{
	cleanup_fd_at(&spool->fd);
	spool->fd = -1;
}

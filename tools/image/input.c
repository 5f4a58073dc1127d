#include "input.h"

#include "archive.h"
#include "deb.h"
#include "file.h"
#include "folder.h"
#include "mtree.h"
#include "path.h"
#include "tarblock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool ends_with(const char *path, const char *end)
{
	size_t size = strlen(path), length = strlen(end);
	return size > length && !strcmp(path + size - length, end);
}

/* What messages call an input. */
static const char *shown(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

/* A range of a plain tar is used where it is. Anything else is decompressed into the spool. */
static int plain(const struct range *range, bool *is, struct err *err)
{
	char block[TAR_BLOCK];
	ssize_t n = range_read(range, 0, block, sizeof block, err);
	*is = n == TAR_BLOCK && tarblock_sum(block) != SUM_WRONG;
	return n < 0 ? -1 : 0;
}

static int unpack(struct spool *spool, struct source source, struct range *range, struct err *err)
{
	cleanup_unpacker struct unpacker *unpacker = unpacker_open(source, err);
	return unpacker ? spool_add(spool, source_of_unpacker(unpacker), range, err) : -1;
}

/* The tar in a range, which is then a range of the spool if it was compressed. */
static int settle(struct spool *spool, struct range *range, struct err *err)
{
	bool is;
	if (plain(range, &is, err))
		return -1;
	struct walk walk = {.range = *range};
	return is ? 0 : unpack(spool, source_of_walk(&walk), range, err);
}

static int package(struct spool *spool, struct range *range, struct err *err)
{
	struct range data;
	if (deb_data(range, &data, err))
		return -1;
	*range = data;
	return settle(spool, range, err) ? err_prefix(err, "data.tar") : 0;
}

static int locate(struct spool *spool, int *fd, bool deb, struct range *range, struct err *err)
{
	struct stat st;
	if (fstat(*fd, &st))
		return err_system(err, EX_IOERR, "cannot read");
	off_t start = lseek(*fd, 0, SEEK_CUR);
	if (S_ISREG(st.st_mode) && start >= 0 && start <= st.st_size) {
		*range = (struct range){*fd, start, st.st_size - start};
		return deb ? package(spool, range, err) : settle(spool, range, err);
	}
	if (!deb)
		return unpack(spool, source_of_fd(fd), range, err);
	return spool_add(spool, source_of_fd(fd), range, err) || package(spool, range, err) ? -1 : 0;
}

static int add_archive(struct tree *tree, struct spool *spool, const struct mapping *mapping, const char *path,
		       struct err *err)
{
	struct range range;
	cleanup_fd int fd = file_open(path, err);
	if (fd < 0 || locate(spool, &fd, ends_with(path, ".deb"), &range, err))
		return -1;
	bool own = range.fd == fd;
	if (own)
		steal_fd(&fd);
	return tree_begin(tree, shown(path), range.fd, own, err) || archive_scan(tree, mapping, &range, err) ? -1 : 0;
}

static int add_folder(struct tree *tree, const struct mapping *mapping, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_IOERR, "cannot open");
	return tree_begin(tree, path, fd, true, err) || folder_scan(tree, mapping, path, err) ? -1 : 0;
}

static int add_list(struct tree *tree, const struct mapping *mapping, const char *path, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, MTREE_LARGEST, &text, err) || tree_begin(tree, path, AT_FDCWD, false, err))
		return -1;
	tree->origins[tree->origin_count - 1].follow = true;
	return mtree_scan(tree, mapping, text.data ? text.data : "", text.size, err);
}

static int add(struct tree *tree, struct spool *spool, const struct mapping *mapping, const char *path, struct err *err)
{
	struct stat st;
	if (strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode))
		return add_folder(tree, mapping, path, err);
	if (ends_with(path, ".mtree"))
		return add_list(tree, mapping, path, err);
	return add_archive(tree, spool, mapping, path, err);
}

int input_add(struct tree *tree, struct spool *spool, const struct mapping *mapping, const char *path, struct err *err)
{
	if (add(tree, spool, mapping, path, err) || tree_end(tree, err))
		return err_prefix(err, PATH_SHOWN, shown(path));
	return 0;
}

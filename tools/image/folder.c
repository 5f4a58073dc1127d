#include "folder.h"

#include "bytes.h"
#include "path.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

CLEANUP_DEFINE(folder, DIR *, NULL, closedir)
#define cleanup_folder cleanup(cleanup_folder_at)

/* A folder still to be listed. It is opened by its path, so that depth costs no descriptors, and must still be the
 * one that was seen.
 */
struct pending {
	const char *path; /* "." for the folder itself */
	dev_t device;
	ino_t inode;
};

/* A file that has more names. */
struct shared {
	dev_t device;
	ino_t inode;
	struct node *node;
};

struct scan {
	struct tree *tree;
	const struct mapping *mapping;
	const char *folder;
	int fd;
	struct bytes pending; /* struct pending, a stack */
	struct bytes shared;  /* struct shared */
	struct bytes full;    /* the path of an entry from outside, which attributes are asked by */
	struct bytes names, values;
	struct bytes xattrs; /* struct xattr */
};

int folder_watch(struct tree *tree, const char *path, const struct stat *st, struct found *found, struct err *err)
{
	struct watched *watched = arena_new(&tree->arena, struct watched, err);
	if (!watched)
		return -1;
	*watched = (struct watched){path, st->st_dev, st->st_ino, st->st_mtim.tv_sec, st->st_mtim.tv_nsec};
	found->size = st->st_size;
	found->where = WHERE_FILE;
	found->watched = watched;
	return 0;
}

static int room_for(struct bytes *bytes, size_t size, struct err *err)
{
	static const char block[256];
	bytes->size = 0;
	while (bytes->capacity < size)
		if (bytes_add(bytes, block, sizeof block, err))
			return -1;
	bytes->size = 0;
	return 0;
}

/* Values go one behind the other, and get their addresses when all are there. */
static int read_xattr(struct scan *scan, const char *name, struct err *err)
{
	cleanup_free char *value = malloc(XATTRS_LARGEST);
	if (!value)
		return err_system(err, EX_OSERR, "extended attribute %s", name);
	ssize_t size = lgetxattr(scan->full.data, name, value, XATTRS_LARGEST);
	if (size < 0)
		return err_system(err, EX_IOERR, "extended attribute %s", name);
	struct xattr xattr = {name, NULL, (size_t)size};
	return bytes_add(&scan->values, value, (size_t)size, err) ||
	       bytes_add(&scan->xattrs, &xattr, sizeof xattr, err);
}

static int list_names(struct scan *scan, struct err *err)
{
	for (;;) {
		ssize_t size = llistxattr(scan->full.data, scan->names.data, scan->names.capacity);
		if (size >= 0) {
			scan->names.size = (size_t)size;
			return 0;
		}
		if (errno == ENOTSUP)
			return 0;
		if (errno != ERANGE)
			return err_system(err, EX_IOERR, "extended attributes");
		if (room_for(&scan->names, 2 * scan->names.capacity, err))
			return -1;
	}
}

static int read_xattrs(struct scan *scan, const char *path, struct found *found, struct err *err)
{
	scan->full.size = scan->values.size = scan->xattrs.size = 0;
	if (bytes_addf(&scan->full, err, "%s/%s", scan->folder, path) || room_for(&scan->names, 1024, err) ||
	    list_names(scan, err))
		return -1;
	for (const char *name = scan->names.data; name < scan->names.data + scan->names.size; name += strlen(name) + 1)
		if (xattrs_keeps(scan->tree->limits.xattrs, name) && read_xattr(scan, name, err))
			return -1;
	found->xattrs = (struct xattr *)(void *)scan->xattrs.data;
	found->xattr_count = scan->xattrs.size / sizeof(struct xattr);
	const char *value = scan->values.data;
	for (size_t i = 0; i < found->xattr_count; value += found->xattrs[i++].size)
		found->xattrs[i].value = value;
	return 0;
}

static int set_kind(struct scan *scan, const char *path, const struct stat *st, char target[LINK_LONGEST + 2],
		    struct found *found, struct err *err)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		found->kind = KIND_FILE;
		return folder_watch(scan->tree, path, st, found, err);
	case S_IFDIR:
		found->kind = KIND_FOLDER;
		return 0;
	case S_IFLNK: {
		ssize_t n = readlinkat(scan->fd, path, target, LINK_LONGEST + 1);
		if (n < 0)
			return err_system(err, EX_IOERR, "cannot read");
		target[n] = '\0';
		found->kind = KIND_SYMLINK;
		found->target = target;
		return 0;
	}
	case S_IFIFO:
		found->kind = KIND_FIFO;
		return 0;
	case S_IFCHR:
	case S_IFBLK:
		found->kind = S_ISCHR(st->st_mode) ? KIND_CHARACTER_DEVICE : KIND_BLOCK_DEVICE;
		found->device[0] = major(st->st_rdev);
		found->device[1] = minor(st->st_rdev);
		return 0;
	default:
		return err_bad(err, "a socket has no place in a tar");
	}
}

static int note(struct scan *scan, const char *path, const struct stat *st, struct node *node, struct err *err)
{
	if (S_ISDIR(st->st_mode)) {
		struct pending pending = {path, st->st_dev, st->st_ino};
		return bytes_add(&scan->pending, &pending, sizeof pending, err);
	}
	struct shared shared = {st->st_dev, st->st_ino, node};
	return st->st_nlink > 1 ? bytes_add(&scan->shared, &shared, sizeof shared, err) : 0;
}

static int add(struct scan *scan, const char *path, const struct stat *st, struct err *err)
{
	char target[LINK_LONGEST + 2];
	struct node *node;
	struct found found = {
		.name = path,
		.kept = true,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.time = st->st_mtim.tv_sec,
	};
	if (set_kind(scan, path, st, target, &found, err) || read_xattrs(scan, path, &found, err))
		return err_prefix(err, PATH_SHOWN, path);
	return tree_add(scan->tree, scan->mapping, &found, &node, err) || note(scan, path, st, node, err) ? -1 : 0;
}

/* What is left out is not looked at: it may be what a tar cannot hold, or not for us to read. */
static int list_path(struct scan *scan, const char *path, struct err *err)
{
	char room[PATH_LONGEST + 1];
	const char *mapped;
	bool pruned;
	struct stat st;
	if (mapping_path(scan->mapping, path, room, &mapped, &pruned, err))
		return err_prefix(err, PATH_SHOWN, path);
	if (pruned)
		return 0;
	if (fstatat(scan->fd, path, &st, AT_SYMLINK_NOFOLLOW))
		return err_system(err, EX_IOERR, PATH_SHOWN, path);
	if (mapped)
		return add(scan, path, &st, err);
	return S_ISDIR(st.st_mode) ? note(scan, path, &st, NULL, err) : 0;
}

static int list_entry(struct scan *scan, const struct pending *in, const char *name, struct err *err)
{
	bool top = !strcmp(in->path, ".");
	size_t before = top ? 0 : strlen(in->path) + 1, size = strlen(name);
	if (before + size > PATH_LONGEST)
		return err_bad(err, PATH_SHOWN "/%s: path longer than %d bytes", in->path, name, PATH_LONGEST);
	char *path = arena_take(&scan->tree->arena, before + size + 1, 1, err);
	if (!path)
		return -1;
	if (!top)
		*stpcpy(path, in->path) = '/';
	memcpy(path + before, name, size);
	return list_path(scan, path, err);
}

static int list(struct scan *scan, const struct pending *in, struct err *err)
{
	struct stat st;
	cleanup_fd int fd = openat(scan->fd, in->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, PATH_SHOWN, in->path);
	if (st.st_dev != in->device || st.st_ino != in->inode)
		return err_bad(err, PATH_SHOWN ": changed while being read", in->path);
	cleanup_folder DIR *folder = fdopendir(fd);
	if (!folder)
		return err_system(err, EX_OSERR, PATH_SHOWN, in->path);
	steal_fd(&fd);
	for (;;) {
		errno = 0;
		const struct dirent *item = readdir(folder);
		if (!item)
			return errno ? err_system(err, EX_IOERR, PATH_SHOWN, in->path) : 0;
		if (strcmp(item->d_name, ".") && strcmp(item->d_name, "..") && list_entry(scan, in, item->d_name, err))
			return -1;
	}
}

static int by_inode(const void *a, const void *b)
{
	const struct shared *left = a, *right = b;
	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	return left->inode == right->inode ? 0 : left->inode < right->inode ? -1 : 1;
}

/* Names of one inode get one node. */
static void join(struct scan *scan)
{
	struct shared *shared = (struct shared *)(void *)scan->shared.data;
	size_t count = scan->shared.size / sizeof *shared;
	if (count)
		qsort(shared, count, sizeof *shared, by_inode);
	for (size_t i = 1; i < count; i++)
		if (!by_inode(&shared[i - 1], &shared[i]))
			shared[i].node->same = shared[i - 1].node->same ? shared[i - 1].node->same : shared[i - 1].node;
}

static int scan_all(struct scan *scan, struct err *err)
{
	struct stat st;
	if (fstat(scan->fd, &st))
		return err_system(err, EX_IOERR, "cannot read");
	if (note(scan, ".", &st, NULL, err))
		return -1;
	while (scan->pending.size) {
		struct pending in;
		scan->pending.size -= sizeof in;
		memcpy(&in, scan->pending.data + scan->pending.size, sizeof in);
		if (list(scan, &in, err))
			return -1;
	}
	join(scan);
	return 0;
}

int folder_scan(struct tree *tree, const struct mapping *mapping, const char *folder, struct err *err)
{
	int fd = tree->origins[tree->origin_count - 1].fd;
	struct scan scan = {.tree = tree, .mapping = mapping, .folder = folder, .fd = fd};
	int status = scan_all(&scan, err);
	bytes_free(&scan.pending);
	bytes_free(&scan.shared);
	bytes_free(&scan.full);
	bytes_free(&scan.names);
	bytes_free(&scan.values);
	bytes_free(&scan.xattrs);
	return status;
}

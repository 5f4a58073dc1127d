#include "layout.h"

#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* The blob being written. No digest looks like it. */
static const char unnamed[] = "unnamed";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path) && errno != ENOENT ? -1 : 0;
}

/* Does not follow links. */
static int remove_tree(const char *path, struct err *err)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		return err_system(err, EX_CANTCREAT, "%s: cannot remove", path);
	return 0;
}

enum contents { EMPTY, OF_A_LAYOUT, FOREIGN };

/* A layout that was being removed may have lost any of its names but one. */
static enum contents contents(int folder)
{
	enum contents found = EMPTY;
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	while (dir && found != OF_A_LAYOUT && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		if (!strcmp(name, "oci-layout") || !strcmp(name, "blobs") || !strcmp(name, "index.json"))
			found = OF_A_LAYOUT;
		else if (strcmp(name, ".") && strcmp(name, ".."))
			found = FOREIGN;
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return dir ? found : FOREIGN;
}

/* spec: OCI image-spec image-layout.md: the file oci-layout must exist */
static int check_place(const char *path, struct err *err)
{
	struct stat st;
	if (lstat(path, &st))
		return errno == ENOENT ? 0 : err_system(err, EX_CANTCREAT, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return err_bad(err, "%s: is there and not a folder", path);
	cleanup_fd int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_system(err, EX_CANTCREAT, "%s", path);
	if (!faccessat(folder, "oci-layout", F_OK, 0) || contents(folder) == EMPTY)
		return 0;
	return err_bad(err, "%s: is there and not an OCI layout", path);
}

/* Is this the folder that has the name? */
static bool has_name(int folder, const char *path)
{
	struct stat mine, named;
	return !fstat(folder, &mine) && !lstat(path, &named) && mine.st_ino == named.st_ino &&
	       mine.st_dev == named.st_dev;
}

/* PATH.partial, empty and locked. Who holds the lock of the folder that has the name owns the name. */
static int begin_partial(struct layout *layout, struct err *err)
{
	for (;;) {
		if (mkdir(layout->partial, 0755) && errno != EEXIST)
			return err_system(err, EX_CANTCREAT, "%s: cannot make", layout->partial);
		cleanup_fd int folder = open(layout->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (folder < 0 && errno == ENOENT)
			continue;
		if (folder < 0 || flock(folder, LOCK_EX))
			return err_system(err, EX_CANTCREAT, "%s", layout->partial);
		if (!has_name(folder, layout->partial))
			continue;
		if (contents(folder) == FOREIGN)
			return err_bad(err, "%s: is there and not an unfinished layout", layout->partial);
		if (contents(folder) == EMPTY) {
			layout->folder = steal_fd(&folder);
			return 0;
		}
		if (remove_tree(layout->partial, err))
			return -1;
	}
}

static int name_places(const char *path, struct layout *layout, struct err *err)
{
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	layout->path = strndup(path, size);
	if (!layout->path || asprintf(&layout->partial, "%s.partial", layout->path) < 0) {
		layout->partial = NULL;
		return err_system(err, EX_OSERR, "%s", path);
	}
	const char *slash = strrchr(layout->path, '/'), *last = slash ? slash + 1 : layout->path;
	if (!*last || !strcmp(last, ".") || !strcmp(last, ".."))
		return err_set(err, EX_USAGE, "'%s': a layout wants a folder with a name", path);
	return 0;
}

static int put(int folder, const char *name, const void *data, size_t size, struct err *err)
{
	cleanup_fd int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || fchmod(fd, 0644))
		return err_system(err, EX_CANTCREAT, "%s: cannot make", name);
	if (file_write(fd, data, size, err))
		return err_prefix(err, "%s", name);
	return close(steal_fd(&fd)) ? err_system(err, EX_IOERR, "%s: cannot finish", name) : 0;
}

/* Modes are set again since the umask has taken from them. */
static int make_folders(struct layout *layout, struct err *err)
{
	static const char version[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	if (fchmod(layout->folder, 0755) || mkdirat(layout->folder, "blobs", 0755) ||
	    fchmodat(layout->folder, "blobs", 0755, 0) || mkdirat(layout->folder, "blobs/sha256", 0755) ||
	    fchmodat(layout->folder, "blobs/sha256", 0755, 0))
		return err_system(err, EX_CANTCREAT, "%s: cannot make", layout->partial);
	layout->blobs = openat(layout->folder, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layout->blobs < 0)
		return err_system(err, EX_CANTCREAT, "%s/blobs/sha256", layout->partial);
	return put(layout->folder, "oci-layout", version, strlen(version), err);
}

int layout_begin(const char *path, struct layout *layout, struct err *err)
{
	*layout = LAYOUT_NONE;
	if (name_places(path, layout, err) || check_place(layout->path, err) || begin_partial(layout, err))
		return -1;
	return make_folders(layout, err);
}

int layout_blob_open(const struct layout *layout, struct err *err)
{
	cleanup_fd int fd = openat(layout->blobs, unnamed, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || fchmod(fd, 0644))
		return err_system(err, EX_CANTCREAT, "%s: cannot make a blob", layout->partial);
	return steal_fd(&fd);
}

int layout_blob_name(const struct layout *layout, const struct digests *digests, struct err *err)
{
	if (renameat(layout->blobs, unnamed, layout->blobs, digests->sha256))
		return err_system(err, EX_CANTCREAT, "%s: cannot name a blob", layout->partial);
	return 0;
}

int layout_blob_add(const struct layout *layout, const void *data, size_t size, struct digests *digests,
		    struct err *err)
{
	if (digests_of(data, size, digests, err))
		return -1;
	return put(layout->blobs, digests->sha256, data, size, err);
}

/* Both names keep their locks until all is done: what now has the name PATH.partial is being removed. Where the file
 * system cannot exchange names, PATH is missing for a moment, but never half-done.
 */
static int take_place(struct layout *layout, struct err *err)
{
	cleanup_fd int old = open(layout->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (old >= 0 && !flock(old, LOCK_EX) &&
	    !renameat2(AT_FDCWD, layout->partial, AT_FDCWD, layout->path, RENAME_EXCHANGE))
		return remove_tree(layout->partial, err);
	if (old >= 0 && errno != EINVAL && errno != ENOSYS)
		return err_system(err, EX_CANTCREAT, "%s: cannot replace", layout->path);
	if (old >= 0 && remove_tree(layout->path, err))
		return -1;
	if (rename(layout->partial, layout->path))
		return err_system(err, EX_CANTCREAT, "%s: cannot make", layout->path);
	return 0;
}

int layout_commit(struct layout *layout, const void *index, size_t size, struct err *err)
{
	if (put(layout->folder, "index.json", index, size, err) || take_place(layout, err))
		return -1;
	free(steal(&layout->partial));
	return 0;
}

void layout_drop(struct layout *layout)
{
	struct err ignored;
	if (layout->partial && layout->folder >= 0)
		remove_tree(layout->partial, &ignored);
	cleanup_fd_at(&layout->folder);
	cleanup_fd_at(&layout->blobs);
	free(layout->path);
	free(layout->partial);
	*layout = LAYOUT_NONE;
}

#include "static.h"

#include "file.h"
#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

void statics_free(struct statics *statics)
{
	for (size_t i = 0; i < statics->count; i++) {
		free(statics->files[i].path);
		bytes_free(&statics->files[i].content);
	}
	free(statics->files);
	*statics = (struct statics){0};
}

CLEANUP_DEFINE(dir, DIR *, NULL, closedir)
#define cleanup_dir cleanup(cleanup_dir_at)

static int name_check(const char *path, struct err *err)
{
	if (!bytes_are_utf8(path, strlen(path)))
		return err_bad(err, "%s: the name is not UTF-8", path);
	for (const char *at = path; *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\x7f' || *at == '\\')
			return err_bad(err, "%s: the name has a control character or a backslash", path);
	return 0;
}

/* Takes the file over under that path. */
static int add(struct statics *statics, int fd, const char *path, struct err *err)
{
	if (statics->count == STATIC_FILES)
		return err_bad(err, "more than %d files", STATIC_FILES);
	struct static_file *files = reallocarray(statics->files, statics->count + 1, sizeof *files);
	if (!files)
		return err_system(err, EX_OSERR, "%s", path);
	statics->files = files;
	struct static_file *file = &files[statics->count];
	*file = (struct static_file){.path = strdup(path)};
	if (!file->path)
		return err_system(err, EX_OSERR, "%s", path);
	statics->count++;
	if (file_read(fd, STATIC_BYTES, &file->content, err))
		return err_prefix(err, "%s", path);
	statics->size += file->content.size;
	return statics->size > STATIC_BYTES ? err_bad(err, "larger than %d bytes together", STATIC_BYTES) : 0;
}

static int read_folder(struct statics *statics, int *fd, const char *path, int depth, struct err *err);

/* Not waiting for the other end of a FIFO, and not following a link. */
static int read_entry(struct statics *statics, int folder, const char *name, const char *path, int depth,
		      struct err *err)
{
	struct stat st;
	if (name_check(path, err))
		return -1;
	cleanup_fd int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_other = fd < 0 && (errno == ELOOP || errno == ENXIO);
	if ((fd < 0 && !is_other) || (fd >= 0 && fstat(fd, &st)))
		return err_system(err, EX_IOERR, "%s", path);
	if (!is_other && S_ISDIR(st.st_mode))
		return read_folder(statics, &fd, path, depth + 1, err);
	if (is_other || !S_ISREG(st.st_mode))
		return err_bad(err, "%s: neither a file nor a folder", path);
	return add(statics, fd, path, err);
}

/* Takes the descriptor over. */
static int read_folder(struct statics *statics, int *fd, const char *path, int depth, struct err *err)
{
	struct dirent *entry;
	if (depth > STATIC_DEPTH)
		return err_bad(err, "%s: more than %d folders deep", path, STATIC_DEPTH);
	cleanup_dir DIR *dir = fdopendir(*fd);
	if (!dir)
		return err_system(err, EX_IOERR, "%s", path);
	steal_fd(fd);
	while (errno = 0, (entry = readdir(dir))) {
		char below[PATH_MAX];
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", entry->d_name) >= PATH_MAX)
			return err_bad(err, "%s: too long a path", path);
		if (read_entry(statics, dirfd(dir), entry->d_name, below, depth, err))
			return -1;
	}
	return errno ? err_system(err, EX_IOERR, "%s", path) : 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

static int digest(struct statics *statics, struct err *err)
{
	cleanup_bytes struct bytes list = {0};
	for (size_t i = 0; i < statics->count; i++) {
		const struct static_file *file = &statics->files[i];
		char hex[DIGEST_HEX_MAX];
		if (digest_bytes(SHA256, file->content.data, file->content.size, hex, err) ||
		    bytes_addf(&list, err, "%s  %s\n", hex, file->path))
			return -1;
	}
	return digest_bytes(SHA256, list.data, list.size, statics->digest, err);
}

int statics_load(const char *folder, struct statics *statics, struct err *err)
{
	cleanup_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_IOERR, "%s: cannot open the folder of static files", folder);
	if (read_folder(statics, &fd, "", 0, err))
		return err_prefix(err, "%s", folder);
	if (!statics->count)
		return err_bad(err, "%s: there is no file in it", folder);
	qsort(statics->files, statics->count, sizeof *statics->files, compare);
	return digest(statics, err);
}

int statics_write(const struct statics *statics, const char *folder, struct err *err)
{
	for (size_t i = 0; i < statics->count; i++) {
		const struct bytes *content = &statics->files[i].content;
		char name[32];
		snprintf(name, sizeof name, "static-%zu", i);
		if (folder_save(folder, name, content->data, content->size, err))
			return -1;
	}
	return 0;
}

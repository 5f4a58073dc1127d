#include "release.h"

#include "file.h"
#include "hashing.h"
#include "sums.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

enum {
	SMALL = 256 << 10, /* bytes of a blob that is read at once: a manifest, a config */
	LARGE_FILES = 500, /* since each is a descriptor */
};

void release_free(struct release *release)
{
	for (size_t i = 0; i < release->count; i++) {
		free(release->files[i].path);
		bytes_free(&release->files[i].text);
	}
	free(release->files);
	cleanup_fd_at(&release->folder);
	*release = RELEASE_NONE;
}

static int add_file(struct release *release, const char *path, const struct stat *st, struct err *err)
{
	if (release->count == RELEASE_FILES)
		return err_bad(err, "over %d files", RELEASE_FILES);
	if (release->count == release->capacity) {
		size_t capacity = release->capacity ? 2 * release->capacity : 64;
		struct release_file *files = reallocarray(release->files, capacity, sizeof *files);
		if (!files)
			return err_system(err, EX_OSERR, "%zu files", capacity);
		release->files = files;
		release->capacity = capacity;
	}
	struct release_file *file = &release->files[release->count];
	*file = (struct release_file){.path = strdup(path), .size = (uint64_t)st->st_size, .was = *st};
	if (!file->path)
		return err_system(err, EX_OSERR, "%s", path);
	file->is_blob = !strncmp(path, "oci/blobs/", strlen("oci/blobs/"));
	file->by_content = !strcmp(path, "inputs.tar");
	release->count++;
	return 0;
}

static int list(struct release *release, int parent, const char *path, unsigned depth, struct err *err);

/* One name of a folder; prefix is the folder's path with a slash, or empty. */
static int list_name(struct release *release, int folder, const char *prefix, const char *name, unsigned depth,
		     struct err *err)
{
	struct stat st;
	cleanup_free char *path = NULL;
	if (asprintf(&path, "%s%s", prefix, name) < 0) {
		path = NULL;
		return err_system(err, EX_OSERR, "%s", name);
	}
	if (!sums_path(path, strlen(path)))
		return err_bad(err, "%s: not a name that a release may have", path);
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_system(err, EX_IOERR, "%s", path);
	if (S_ISREG(st.st_mode))
		return add_file(release, path, &st, err);
	if (!S_ISDIR(st.st_mode))
		return err_bad(err, "%s: neither a plain file nor a folder", path);
	return depth == RELEASE_DEPTH ? err_bad(err, "%s: too deep", path)
				      : list(release, folder, path, depth + 1, err);
}

/* What is in a folder that is open; takes it over. */
static int list_open(struct release *release, int fd, const char *prefix, unsigned depth, struct err *err)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int status = 0;
	if (!dir) {
		close(fd);
		return err_system(err, EX_IOERR, "%s", prefix);
	}
	while (!status && (errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			status = list_name(release, dirfd(dir), prefix, entry->d_name, depth, err);
	if (!status && errno)
		status = err_system(err, EX_IOERR, "%s", prefix);
	closedir(dir);
	return status;
}

/* path: of the folder in the release; its last part is the name in parent. */
static int list(struct release *release, int parent, const char *path, unsigned depth, struct err *err)
{
	const char *slash = strrchr(path, '/');
	int fd = openat(parent, slash ? slash + 1 : path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_IOERR, "%s", path);
	cleanup_free char *prefix = NULL;
	if (asprintf(&prefix, "%s/", path) < 0) {
		prefix = NULL;
		close(fd);
		return err_system(err, EX_OSERR, "%s", path);
	}
	return list_open(release, fd, prefix, depth, err);
}

static int by_path(const void *left, const void *right)
{
	return strcmp(((const struct release_file *)left)->path, ((const struct release_file *)right)->path);
}

int release_open(const char *path, struct release *release, struct err *err)
{
	*release = RELEASE_NONE;
	release->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (release->folder < 0 && errno == ENOTDIR)
		return err_bad(err, "not a folder");
	if (release->folder < 0)
		return err_system(err, EX_IOERR, "cannot open");
	int fd = fcntl(release->folder, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return err_system(err, EX_OSERR, "cannot open");
	if (list_open(release, fd, "", 0, err))
		return -1;
	if (!release->count)
		return err_bad(err, "there are no files in it");
	qsort(release->files, release->count, sizeof *release->files, by_path);
	return 0;
}

static int to_path(const void *key, const void *item)
{
	return strcmp(key, ((const struct release_file *)item)->path);
}

struct release_file *release_find(const struct release *release, const char *path)
{
	return release->count ? bsearch(path, release->files, release->count, sizeof *release->files, to_path) : NULL;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int check_unchanged(const struct release_file *file, int fd, struct err *err)
{
	struct stat now;
	if (fstat(fd, &now))
		return err_system(err, EX_IOERR, "%s", file->path);
	return is_same(&now, &file->was) ? 0 : err_set(err, EX_IOERR, "%s: changed while it was read", file->path);
}

int release_fd(const struct release *release, const struct release_file *file, struct err *err)
{
	int fd = openat(release->folder, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		err_system(err, EX_IOERR, "%s: cannot open", file->path);
	return fd;
}

int release_text(const struct release *release, struct release_file *file, struct err *err)
{
	if (file->loaded)
		return 0;
	cleanup_fd int fd = release_fd(release, file, err);
	if (fd < 0)
		return -1;
	if (file_read(fd, RELEASE_TEXT, &file->text, err))
		return err_prefix(err, "%s", file->path);
	const char *data = file->text.data ? file->text.data : "";
	if (check_unchanged(file, fd, err) || digest_bytes(SHA256, data, file->text.size, file->sha256, err) ||
	    (file->is_blob && digest_bytes(SHA384, data, file->text.size, file->sha384, err)))
		return -1;
	file->loaded = true;
	return 0;
}

static size_t add_tasks(struct release_file *file, size_t index, int fd, struct hash_task *tasks)
{
	size_t count = 0;
	tasks[count++] = (struct hash_task){fd, 0, file->size, SHA256, file->sha256, index};
	if (file->is_blob)
		tasks[count++] = (struct hash_task){fd, 0, file->size, SHA384, file->sha384, index};
	return count;
}

/* Loads documents, and opens what is to be hashed; fds has a place for each file, -1 where nothing is to do. */
static int prepare(struct release *release, int *fds, struct hash_task *tasks, size_t *count, struct err *err)
{
	uint64_t texts = 0;
	for (size_t i = 0; i < release->count; i++) {
		struct release_file *file = &release->files[i];
		if (file->loaded || file->by_content)
			continue;
		if (!file->is_blob || file->size <= SMALL) {
			if ((texts += file->size) > RELEASE_TEXTS)
				return err_bad(err, "over %d bytes besides the layers", RELEASE_TEXTS);
			if (release_text(release, file, err))
				return -1;
			continue;
		}
		if (*count > 2 * LARGE_FILES)
			return err_bad(err, "over %d large files", LARGE_FILES);
		fds[i] = release_fd(release, file, err);
		if (fds[i] < 0 || check_unchanged(file, fds[i], err))
			return -1;
		*count += add_tasks(file, i, fds[i], tasks + *count);
	}
	return 0;
}

static int hash(struct release *release, int *fds, struct hash_task *tasks, struct err *err)
{
	size_t count = 0, about = 0;
	if (prepare(release, fds, tasks, &count, err))
		return -1;
	if (hash_all(tasks, count, &about, err))
		return err_prefix(err, "%s", release->files[about].path);
	for (size_t i = 0; i < release->count; i++)
		if (fds[i] >= 0 && check_unchanged(&release->files[i], fds[i], err))
			return -1;
	return 0;
}

int release_hash(struct release *release, struct err *err)
{
	cleanup_free int *fds = calloc(release->count + 1, sizeof *fds);
	cleanup_free struct hash_task *tasks = calloc(2 * release->count + 1, sizeof *tasks);
	if (!fds || !tasks)
		return err_system(err, EX_OSERR, "%zu files", release->count);
	for (size_t i = 0; i < release->count; i++)
		fds[i] = -1;
	int status = hash(release, fds, tasks, err);
	for (size_t i = 0; i < release->count; i++)
		cleanup_fd_at(&fds[i]);
	return status;
}

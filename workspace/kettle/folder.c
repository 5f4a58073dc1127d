#include "folder.h"

#include "bytes.h"
#include "file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

char *folder_work(struct err *err)
{
	const char *parent = getenv("TMPDIR");
	cleanup_free char *path = NULL;
	if (!parent || !*parent)
		parent = "/tmp";
	if (asprintf(&path, "%s/kettle.XXXXXX", parent) < 0) {
		path = NULL;
		err_system(err, EX_OSERR, "path");
		return NULL;
	}
	char *absolute = mkdtemp(path) ? realpath(path, NULL) : NULL;
	if (!absolute)
		err_system(err, EX_CANTCREAT, "%s: cannot make a work folder", parent);
	return absolute;
}

int folder_save(const char *folder, const char *name, const void *data, size_t size, struct err *err)
{
	cleanup_free char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return err_system(err, EX_OSERR, "path");
	}
	if (!file_save(path, data, size, err))
		return 0;
	err->status = EX_CANTCREAT;
	return err_prefix(err, "%s", path);
}

static void clear(const char *path, bool are_sockets_kept)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		bool is_socket = !fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISSOCK(st.st_mode);
		if (!is_socket || !are_sockets_kept)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

void folder_clear(const char *path)
{
	clear(path, true);
}

void folder_remove(char **path)
{
	if (*path) {
		clear(*path, false);
		rmdir(*path);
	}
	free(steal(path));
}

/* As mkdir -p. The last failure counts, since a parent may be there without being ours to look into. */
static int make_all(const char *name)
{
	char *path = strdup(name);
	if (!path)
		return -1;
	for (char *at = path; *at; at++) {
		if (at == path || *at != '/')
			continue;
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	int status = mkdir(path, 0700);
	free(path);
	return status;
}

int folder_data(const char *name, char **path, struct err *err)
{
	if (make_all(name) && errno != EEXIST)
		return err_system(err, EX_CANTCREAT, "%s: cannot make the data folder", name);
	cleanup_fd int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS))
		return err_system(err, EX_CANTCREAT, "%s: cannot write to the data folder", name);
	/* A file system without locks is no reason not to serve. */
	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return err_set(err, EX_TEMPFAIL, "%s: the data folder is in use by another kettle", name);
	*path = realpath(name, NULL);
	if (!*path)
		return err_system(err, EX_CANTCREAT, "%s: cannot find the data folder", name);
	if (!bytes_are_utf8(*path, strlen(*path)))
		return err_bad(err, "%s: the data folder's name is not UTF-8, and workerd takes no other", name);
	return steal_fd(&fd);
}

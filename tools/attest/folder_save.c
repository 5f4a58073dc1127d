#include "folder_save.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Only files of ours are removed: who named another folder by mistake loses nothing. */
static void folder_remove(const char *path)
{
	int saved = errno;
	cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (size_t i = 0; fd >= 0 && collateral_file_name(i); i++)
		unlinkat(fd, collateral_file_name(i), 0);
	rmdir(path);
	errno = saved;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; collateral_file_name(i); i++)
		if (!strcmp(name, collateral_file_name(i)))
			return true;
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* 1: there is a folder that may be replaced; 0: there is nothing. */
static int look(const char *path, struct err *err)
{
	DIR *folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0 : err_system(err, EX_CANTCREAT, "cannot be replaced");
	int status = 1;
	for (struct dirent *entry; status > 0 && (entry = readdir(folder));)
		if (!is_ours(entry->d_name))
			status = err_set(err, EX_CANTCREAT, "not replaced: '%s' in it is no file of collateral",
					 entry->d_name);
	closedir(folder);
	return status;
}

static int give_name(const char *made, const char *path, bool is_there, struct err *err)
{
	mode_t mask = umask(0);
	umask(mask);
	if (chmod(made, 0777 & ~mask) ||
	    renameat2(AT_FDCWD, made, AT_FDCWD, path, is_there ? RENAME_EXCHANGE : RENAME_NOREPLACE))
		return err_system(err, EX_CANTCREAT, "cannot rename into place");
	return 0;
}

/* Through a link, to the folder it leads to: a rename would replace the link. */
static char *plain_path(const char *path)
{
	char *plain = access(path, F_OK) ? strdup(path) : realpath(path, NULL);
	for (size_t size = plain ? strlen(plain) : 0; size > 1 && plain[size - 1] == '/';)
		plain[--size] = '\0';
	return plain;
}

int folder_save(const struct collateral *collateral, const char *path, struct err *err)
{
	cleanup_free char *plain = plain_path(path), *made = NULL;
	if (!plain || asprintf(&made, "%s.XXXXXX", plain) < 0) {
		made = NULL;
		return err_system(err, EX_OSERR, "memory");
	}
	int is_there = look(plain, err);
	if (is_there < 0)
		return -1;
	if (!mkdtemp(made))
		return err_system(err, EX_CANTCREAT, "cannot make");
	int status = collateral_write_folder(collateral, made, err) || give_name(made, plain, is_there, err) ? -1 : 0;
	if (status || is_there)
		folder_remove(made);
	return status;
}

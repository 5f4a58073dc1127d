#include "keypair.h"

#include "file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char private_end[] = ".pem", public_end[] = ".pub";

bool keypair_is_name(const char *path)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t size = strlen(name);
	return size > strlen(private_end) && !strcmp(name + size - strlen(private_end), private_end);
}

/* A file beside path that only its owner reads. */
static int open_beside(const char *path, char **temporary, struct err *err)
{
	if (asprintf(temporary, "%s.XXXXXX", path) < 0) {
		*temporary = NULL;
		return err_system(err, EX_OSERR, "cannot make");
	}
	int fd = mkostemp(*temporary, O_CLOEXEC);
	if (fd < 0) {
		err_system(err, EX_CANTCREAT, "cannot make");
		free(steal(temporary));
	}
	return fd;
}

static int write_half(const struct key *key, bool is_private, const char *passphrase, int fd, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (is_private ? key_write_private(key, passphrase, fd, err)
		       : key_write_public(key, &text, err) || file_write(fd, text.data, text.size, err) ||
				 (fchmod(fd, 0644) && err_system(err, EX_CANTCREAT, "mode")))
		return -1;
	return fsync(fd) ? err_system(err, EX_IOERR, "cannot write") : 0;
}

/* link() and not rename(): what has the name keeps it. */
static int save(const struct key *key, bool is_private, const char *path, const char *passphrase, struct err *err)
{
	cleanup_free char *temporary = NULL;
	cleanup_fd int fd = open_beside(path, &temporary, err);
	if (fd < 0)
		return -1;
	int status = write_half(key, is_private, passphrase, fd, err);
	if (!status && link(temporary, path))
		status = err_system(err, EX_CANTCREAT, "cannot make");
	unlink(temporary);
	return status;
}

int keypair_save(const struct key *key, const char *path, const char *passphrase, struct err *err)
{
	cleanup_free char *public = strdup(path);
	if (!public)
		return err_system(err, EX_OSERR, "names");
	strcpy(public + strlen(public) - strlen(private_end), public_end);
	if (!access(public, F_OK))
		return err_set(err, EX_CANTCREAT, "%s: is there already", public);
	if (save(key, true, path, passphrase, err))
		return err_prefix(err, "%s", path);
	if (!save(key, false, public, NULL, err))
		return 0;
	unlink(path);
	return err_prefix(err, "%s", public);
}

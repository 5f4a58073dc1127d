#include "file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int file_open(const char *path, struct err *err)
{
	struct stat st;
	cleanup_fd int fd =
		strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, "cannot open");
	if (S_ISDIR(st.st_mode))
		return err_bad(err, "is a folder");
	return steal_fd(&fd);
}

ssize_t file_fill(int fd, void *into, size_t size, struct err *err)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = read(fd, (char *)into + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(err, EX_IOERR, "cannot read");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int file_read(int fd, size_t cap, struct bytes *into, struct err *err)
{
	char block[65536];
	size_t total = 0;
	for (;;) {
		ssize_t n = file_fill(fd, block, sizeof block, err);
		if (n <= 0)
			return (int)n;
		total += (size_t)n;
		if (total > cap)
			return err_bad(err, "larger than %zu bytes", cap);
		if (bytes_add(into, block, (size_t)n, err))
			return -1;
	}
}

int file_load(const char *path, size_t cap, struct bytes *into, struct err *err)
{
	cleanup_fd int fd = file_open(path, err);
	return fd < 0 ? -1 : file_read(fd, cap, into, err);
}

int file_write(int fd, const void *data, size_t size, struct err *err)
{
	const char *at = data;
	while (size) {
		ssize_t n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(err, EX_IOERR, "cannot write");
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A device or a pipe is written to as it is: a rename would replace it. Returns 1 when it was one, 0 when not, -1. */
static int open_special(struct output *output, const char *path, struct err *err)
{
	struct stat st;
	if (stat(path, &st) || S_ISREG(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode))
		return err_set(err, EX_CANTCREAT, "is a folder");
	output->fd = open(path, O_WRONLY | O_CLOEXEC);
	return output->fd < 0 ? err_system(err, EX_CANTCREAT, "cannot open") : 1;
}

/* Beside output->path, to be renamed to it. */
static int open_temporary(struct output *output, struct err *err)
{
	if (!output->path || asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return err_system(err, EX_OSERR, "cannot make");
	}
	output->fd = mkostemp(output->temporary, O_CLOEXEC);
	if (output->fd < 0) {
		err_system(err, EX_CANTCREAT, "cannot make");
		free(steal(&output->temporary));
		return -1;
	}
	mode_t mask = umask(0);
	umask(mask);
	fchmod(output->fd, 0666 & ~mask); /* what open() would have given */
	return 0;
}

int output_open(struct output *output, const char *path, struct err *err)
{
	*output = OUTPUT_NONE;
	if (!path || !strcmp(path, "-")) {
		output->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		return output->fd < 0 ? err_system(err, EX_CANTCREAT, "standard output") : 0;
	}
	int opened = open_special(output, path, err);
	if (opened)
		return opened < 0 ? -1 : 0;
	/* Through a link, to the file it leads to: a rename would replace the link, even /dev/stdout. */
	output->path = access(path, F_OK) ? strdup(path) : realpath(path, NULL);
	return open_temporary(output, err);
}

int output_commit(struct output *output, struct err *err)
{
	int fd = steal_fd(&output->fd);
	if (close(fd))
		return err_system(err, EX_IOERR, "cannot finish");
	if (!output->temporary)
		return 0;
	if (rename(output->temporary, output->path))
		return err_system(err, EX_CANTCREAT, "cannot rename into place");
	free(steal(&output->temporary));
	return 0;
}

void output_drop(struct output *output)
{
	cleanup_fd_at(&output->fd);
	output->fd = -1;
	if (output->temporary)
		unlink(output->temporary);
	free(steal(&output->temporary));
	free(steal(&output->path));
}

int file_save(const char *path, const void *data, size_t size, struct err *err)
{
	cleanup_output struct output output = OUTPUT_NONE;
	if (output_open(&output, path, err) || file_write(output.fd, data, size, err))
		return -1;
	return output_commit(&output, err);
}

int file_replace(const char *path, const void *data, size_t size, struct err *err)
{
	cleanup_output struct output output = OUTPUT_NONE;
	output.path = strdup(path);
	if (open_temporary(&output, err) || file_write(output.fd, data, size, err))
		return -1;
	return output_commit(&output, err);
}

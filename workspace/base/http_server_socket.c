#include "http_server_socket.h"

#include "cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* Text that has to fit. */
static int put(struct sockaddr_un *address, const char *folder, const char *name)
{
	int n = snprintf(address->sun_path, sizeof address->sun_path, "%s%s", folder, name);
	errno = ENAMETOOLONG;
	return (size_t)n < sizeof address->sun_path ? 0 : -1;
}

/* A path too long for an address is said through its folder, which *folder then holds. */
static int address_of(const char *path, struct sockaddr_un *address, int *folder)
{
	const char *name = strrchr(path, '/');
	char held[32];
	address->sun_family = AF_UNIX;
	if (!name || strlen(path) < sizeof address->sun_path)
		return put(address, "", path);
	cleanup_free char *parent = strndup(path, (size_t)(name - path));
	*folder = parent ? open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (*folder < 0)
		return -1;
	snprintf(held, sizeof held, "/proc/self/fd/%d", *folder);
	return put(address, held, name);
}

/* Whether it is the address of a socket nobody serves: whoever made it ended without removing it. */
static int is_left_over(const struct sockaddr_un *address)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;
	return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) && errno == ECONNREFUSED &&
	       !lstat(address->sun_path, &st) && S_ISSOCK(st.st_mode);
}

static int bind_private(int fd, const struct sockaddr_un *address)
{
	mode_t mask = umask(0177);
	int status = bind(fd, (const struct sockaddr *)address, sizeof *address);
	if (status && errno == EADDRINUSE) {
		if (is_left_over(address) && !unlink(address->sun_path))
			status = bind(fd, (const struct sockaddr *)address, sizeof *address);
		else
			errno = EADDRINUSE;
	}
	umask(mask);
	return status;
}

int http_server_listen(const char *path, struct err *err)
{
	struct sockaddr_un address = {0};
	cleanup_fd int folder = -1, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || address_of(path, &address, &folder) || bind_private(fd, &address))
		return err_system(err, EX_CANTCREAT, "%s: cannot listen", path);
	if (listen(fd, SOMAXCONN)) {
		err_system(err, EX_CANTCREAT, "%s: cannot listen", path);
		return unlink(path), -1;
	}
	return steal_fd(&fd);
}

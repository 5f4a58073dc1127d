#include "backend.h"

#include "cleanup.h"
#include "http_url.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

void backend_place_free(struct backend_place *place)
{
	free(place->socket);
	free(place->host);
	free(place->authority);
	*place = (struct backend_place){0};
}

static int resolve(const char *name, struct backend_place *place, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char address[INET6_ADDRSTRLEN];
	int status = getaddrinfo(name, NULL, &hints, &found);
	if (!status) {
		status = getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0,
				     NI_NUMERICHOST);
		freeaddrinfo(found);
	}
	if (status)
		return err_set(err, EX_NOHOST, "%s: %s", name, gai_strerror(status));
	place->host = strdup(address);
	return place->host ? 0 : err_system(err, EX_OSERR, "host");
}

static int parse_url(const char *text, struct backend_place *place, struct err *err)
{
	struct http_url url;
	char authority[HTTP_HOST_MAX + 16];
	if (http_url_parse(text, &url, err))
		return -1;
	if (url.is_tls || strcmp(url.target, "/") != 0)
		return err_bad(err, url.is_tls ? "a backend is not reached by https" : "a backend's URL has no path");
	http_url_authority(&url, authority);
	place->port = url.port;
	place->authority = strdup(authority);
	return place->authority ? resolve(url.host, place, err) : err_system(err, EX_OSERR, "host");
}

static int parse_path(const char *path, struct backend_place *place, struct err *err)
{
	struct sockaddr_un address;
	if (!*path || strlen(path) >= sizeof address.sun_path)
		return err_bad(err, "the path of a socket has 1 to %zu bytes", sizeof address.sun_path - 1);
	place->socket = strdup(path);
	place->authority = strdup("localhost");
	return place->socket && place->authority ? 0 : err_system(err, EX_OSERR, "path");
}

int backend_place_parse(const char *text, struct backend_place *place, struct err *err)
{
	static const char unix_scheme[] = "unix:";
	*place = (struct backend_place){0};
	int status = strncmp(text, unix_scheme, strlen(unix_scheme)) == 0
			     ? parse_path(text + strlen(unix_scheme), place, err)
			     : parse_url(text, place, err);
	if (status)
		backend_place_free(place);
	return status;
}

static socklen_t address_of(const struct backend_place *place, struct sockaddr_storage *address)
{
	struct sockaddr_un *path = (struct sockaddr_un *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	*address = (struct sockaddr_storage){0};
	if (place->socket) {
		path->sun_family = AF_UNIX;
		strncpy(path->sun_path, place->socket, sizeof path->sun_path - 1);
		return sizeof *path;
	}
	if (inet_pton(AF_INET, place->host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)place->port);
		return sizeof *four;
	}
	inet_pton(AF_INET6, place->host, &six->sin6_addr);
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)place->port);
	return sizeof *six;
}

int backend_connect(const struct backend_place *place, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t size = address_of(place, &address);
	cleanup_fd int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || (connect(fd, (struct sockaddr *)&address, size) && errno != EINPROGRESS))
		return err_system(err, EX_TEMPFAIL, "cannot connect");
	if (!place->socket)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	return steal_fd(&fd);
}

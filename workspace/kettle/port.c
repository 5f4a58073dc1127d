#include "port.h"

#include "quote.h"
#include "tunnel_server.h"
#include "worker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static int bind_any(int family, unsigned port)
{
	static const int on = 1, off = 0;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address = {.any.sa_family = (sa_family_t)family};
	socklen_t size = family == AF_INET6 ? sizeof address.v6 : sizeof address.v4;
	if (family == AF_INET6)
		address.v6.sin6_port = htons((uint16_t)port);
	else
		address.v4.sin_port = htons((uint16_t)port);
	cleanup_fd int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
		return -1;
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off))
		return -1;
	return bind(fd, &address.any, size) ? -1 : steal_fd(&fd);
}

int port_open(struct port *port, const struct port_settings *settings, struct err *err)
{
	port->settings = settings;
	port->listener = bind_any(AF_INET6, settings->number);
	if (port->listener < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		port->listener = bind_any(AF_INET, settings->number);
	if (port->listener < 0)
		return err_system(err, EX_OSERR, "port %u", settings->number);
	return pipe2(port->start, O_CLOEXEC) ? err_system(err, EX_OSERR, "pipe") : 0;
}

/* In the process for quotes. */
static int make_quote(void *context, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
		      struct tunnel_evidence *evidence, struct err *err)
{
	cleanup_agent_quote struct agent_quote quote = {0};
	(void)context;
	if (quote_make(key, nonce, &quote, err))
		return -1;
	*evidence = (struct tunnel_evidence){quote.quote, quote.event_log, quote.vm_config};
	quote = (struct agent_quote){0};
	return 0;
}

static void log_line(void *context, bool is_error, const char *text)
{
	(void)context;
	dprintf(is_error ? STDERR_FILENO : STDOUT_FILENO, "%s\n", text);
}

/* SIGTERM, by which a front is asked to stop, as a descriptor. */
static int stop_signal(struct err *err)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	int fd = sigprocmask(SIG_BLOCK, &set, NULL) ? -1 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_system(err, EX_OSERR, "signals") : fd;
}

static int serve(const struct port *port, int stop, struct err *err)
{
	struct backend_place plain = {0}, inner = {0};
	const struct tunnel_server server = {
		.listener = port->listener,
		.backend = &plain,
		.inner = &inner,
		.quote = make_quote,
		.quote_seconds = 2 * AGENT_SECONDS,
		.log = log_line,
		.start = port->start[0],
		.stop = stop,
		.key_seconds = port->settings->key_seconds,
		.drain_seconds = FRONT_GRACE_SECONDS - 1, /* the rest is for goodbyes */
		.only_version_2 = port->settings->only_version_2,
		.encrypted = port->settings->encrypted,
	};
	int status = -1;
	if (!backend_place_parse("unix:" WORKER_PLAIN_SOCKET, &plain, err) &&
	    !backend_place_parse("unix:" WORKER_TUNNEL_SOCKET, &inner, err))
		status = tunnel_serve(&server, err);
	backend_place_free(&plain);
	backend_place_free(&inner);
	return status;
}

static int run(void *context)
{
	struct err err;
	prctl(PR_SET_NAME, "kettle-tunnel", 0, 0, 0);
	cleanup_fd int stop = stop_signal(&err);
	if (stop >= 0 && !serve(context, stop, &err))
		return 0;
	log_line(NULL, true, err.text);
	return err.status;
}

int port_serve(struct port *port, struct supervisor *supervisor, const char *folder, struct err *err)
{
	static const char *environment[] = {NULL};
	const struct child child = {
		.run = run,
		.context = port,
		.folder = folder,
		.is_front = true,
		.input = -1,
		.output = STDOUT_FILENO,
		.errors = STDERR_FILENO,
		.kept = {port->listener, port->start[0]},
		.ready = -1,
	};
	if (listen(port->listener, SOMAXCONN))
		return err_system(err, EX_OSERR, "port %u", port->settings->number);
	return supervise_aside(supervisor, "tunnel", &child, environment, err);
}

void port_start(struct port *port)
{
	cleanup_fd_at(&port->start[1]);
	port->start[1] = -1;
}

void port_close(struct port *port)
{
	int *ours[] = {&port->listener, &port->start[0], &port->start[1]};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		cleanup_fd_at(ours[i]);
		*ours[i] = -1;
	}
}

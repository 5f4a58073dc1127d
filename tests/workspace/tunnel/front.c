/* front [OPTION]... PORT PLACE: the public port, for front.bats.
 *
 *     -e PATH  for tunnels only (may be repeated)
 *     -n N     connections at most
 *     -h S     seconds for a head
 *     -s S     seconds in which nothing moves
 *
 * PORT 0: one that is free. Prints "listening PORT", each tunnel as "tunnel SIZE" with what was read, and each line of
 * the log as "log: TEXT". A tunnel is answered with "HTTP/1.1 101 tunnel" and ends. SIGTERM drains; then "done".
 */
#include "front.h"

#include "program.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static struct loop *loop;
static struct front *front;
static bool is_done;

static void tunnel(void *context, int fd, const void *read_so_far, size_t size)
{
	static const char answer[] = "HTTP/1.1 101 tunnel\r\n\r\n";
	(void)context;
	printf("tunnel %zu\n", size);
	fwrite(read_so_far, 1, size, stdout);
	fflush(stdout);
	if (write(fd, answer, strlen(answer)) < 0)
		perror("tunnel");
	close(fd);
}

static void tell(void *context, const char *text)
{
	(void)context;
	printf("log: %s\n", text);
	fflush(stdout);
}

static void done(void *context)
{
	(void)context;
	puts("done");
	is_done = true;
}

static void stop(void *context, uint32_t events)
{
	struct signalfd_siginfo info;
	(void)events;
	if (read(*(int *)context, &info, sizeof info) == sizeof info)
		front_drain(front, done);
}

static int listen_at(const char *port, unsigned *got)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024))
		die(EX_OSERR, "cannot listen");
	getsockname(fd, (struct sockaddr *)&address, &(socklen_t){sizeof address});
	*got = ntohs(address.sin_port);
	return fd;
}

static void options(int argc, char **argv, struct front_settings *settings, const char **paths)
{
	for (int c; (c = getopt(argc, argv, "e:n:h:s:w:")) >= 0;) {
		if (c == 'e')
			*paths++ = optarg;
		else if (c == 'n')
			settings->connections = (size_t)atoi(optarg);
		else if (c == 'h')
			settings->head_seconds = (unsigned)atoi(optarg);
		else if (c == 'w')
			settings->stall_seconds = (unsigned)atoi(optarg);
		else
			settings->silent_seconds = (unsigned)atoi(optarg);
	}
}

int main(int argc, char **argv)
{
	static const char *paths[64];
	struct front_settings settings = {
		.connections = 20000, .head_seconds = 10, .encrypted = paths, .tunnel = tunnel, .log = tell};
	struct backend_place place;
	struct err err;
	sigset_t set;
	unsigned port;
	program_start("front");
	options(argc, argv, &settings, paths);
	if (argc - optind != 2)
		die_usage("PORT PLACE are wanted");
	if (backend_place_parse(argv[optind + 1], &place, &err))
		die_err(argv[optind + 1], &err);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int signals = signalfd(-1, &set, SFD_CLOEXEC);
	settings.listener = listen_at(argv[optind], &port);
	settings.backend = &place;
	loop = loop_new(&err);
	front = loop ? front_new(loop, &settings, &err) : NULL;
	if (!front || !loop_watch(loop, signals, EPOLLIN, stop, &signals, &err))
		die_err(NULL, &err);
	printf("listening %u\n", port);
	fflush(stdout);
	while (!is_done)
		if (loop_turn(loop, -1, &err))
			die_err(NULL, &err);
	front_free(front);
	loop_free(loop);
	backend_place_free(&place);
	return finish(0);
}

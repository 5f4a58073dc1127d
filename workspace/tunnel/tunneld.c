/* tunneld: the server of tunnels as a program of its own, in front of an HTTP backend. */
#include "agent.h"
#include "key_binding.h"
#include "program.h"
#include "tunnel_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static const char help[] =
	"usage: tunneld --listen HOST:PORT --backend URL [OPTION...]\n"
	"\n"
	"Serves an HTTP backend through an attested, encrypted tunnel: WebSockets at /__ra__ are tunnels, whose key "
	"is\n"
	"in the quote of the confidential VM; everything else passes through as it is. Log lines go to standard "
	"error,\n"
	"`listening on HOST:PORT` to standard output. SIGTERM ends it when what is under way is answered.\n"
	"\n"
	"  --listen HOST:PORT     where clients connect; port 0: any that is free\n"
	"  --backend URL          http://HOST:PORT or unix:PATH\n"
	"  --inner URL            another backend for what comes through tunnels\n"
	"  --agent SOCKET         the dstack guest agent that makes quotes (default: where it usually is)\n"
	"  --encrypted-only PATH  plain requests for it are answered with 403; /a/ is all below; may be repeated\n"
	"  --version-2-only       clients that know only version 1 are refused\n"
	"\n"
	"Limits:\n"
	"  --connections N        tunnels, plain connections, requests of all tunnels (10240)\n"
	"  --requests N           of one tunnel at once (128)\n"
	"  --sockets N            WebSockets in one tunnel at once (32)\n"
	"  --memory BYTES         of bodies kept for one tunnel (33554432)\n"
	"  --message BYTES        of a tunnel's message, so of a body in version 1 (16777216)\n"
	"  --held BYTES           of bodies and parts of messages, of all tunnels (536870912)\n"
	"  --key-seconds N        a key's life (86400)\n"
	"  --quotes N             a minute for clients that send a nonce, in all (60)\n"
	"  --ping-seconds N       of silence before a ping (30)\n"
	"  --silent-seconds N     of silence before a tunnel is given up (60)\n"
	"  --handshake-seconds N  for a tunnel's handshake (30)\n"
	"  --drain-seconds N      for what is under way at SIGTERM (20)\n"
	"\n"
	"  --help                 prints this\n"
	"  --version              prints the version\n"
	"\n"
	"Example: tunneld --listen 0.0.0.0:3001 --backend http://127.0.0.1:8080 --encrypted-only /api/\n"
	"\n"
	"Exit status: 0 stopped by a signal, 2 malformed URL, 64 used wrongly, 70-75 the system failed.\n";

struct program {
	struct tunnel_server server;
	struct backend_place backend, inner;
	struct agent agent;
	const char *listen;
	const char **encrypted;
	size_t encrypted_count;
	char address[128];
};

static int quote(void *context, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
		 struct tunnel_evidence *evidence, struct err *err)
{
	struct program *program = context;
	struct agent found = {0};
	uint8_t report_data[KEY_BINDING_SIZE];
	struct agent_quote made = {0};
	bool is_named = program->agent.socket;
	if (!is_named && agent_find(&found, err)) /* it may have come up since */
		return -1;
	if (key_binding(key, nonce, report_data, err) ||
	    agent_quote(is_named ? &program->agent : &found, report_data, &made, err))
		return -1;
	evidence->quote = made.quote;
	evidence->event_log = made.event_log;
	evidence->vm_config = made.vm_config;
	return 0;
}

static void on_log(void *context, bool is_error, const char *text)
{
	(void)context, (void)is_error;
	warn("%s", text);
}

static void on_listening(void *context)
{
	const struct program *program = context;
	printf("listening on %s\n", program->address);
	fflush(stdout);
}

/* HOST:PORT, [HOST]:PORT: the host's text, and where the port begins. */
static char *listen_split(const char *text, const char **port)
{
	const char *colon = strrchr(text, ':');
	bool is_bracketed = colon && *text == '[' && colon > text + 1 && colon[-1] == ']';
	if (!colon || colon == text || !colon[1] || (!is_bracketed && strchr(text, ':') != colon))
		die_usage("--listen: '%s' is not HOST:PORT", text);
	*port = colon + 1;
	char *host = strndup(text + is_bracketed, (size_t)(colon - text) - 2 * (size_t)is_bracketed);
	if (!host)
		die(EX_OSERR, "memory");
	return host;
}

static void listen_name(struct program *program, int fd)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof at;
	char host[64], port[8];
	if (getsockname(fd, (struct sockaddr *)&at, &size) ||
	    getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV))
		die(EX_OSERR, "%s: cannot tell its address", program->listen);
	bool is_v6 = at.ss_family == AF_INET6;
	snprintf(program->address, sizeof program->address, "%s%s%s:%s", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
		 port);
}

static int listen_at(struct program *program)
{
	const char *port;
	cleanup_free char *host = listen_split(program->listen, &port);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found;
	option_number("--listen", port, 65535);
	int why = getaddrinfo(host, port, &hints, &found), on = 1;
	if (why)
		die(EX_NOHOST, "%s: %s", program->listen, gai_strerror(why));
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
	    bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, 4096))
		die(EX_CANTCREAT, "%s: cannot listen: %s", program->listen, strerror(errno));
	freeaddrinfo(found);
	listen_name(program, fd);
	return fd;
}

static int signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die(EX_OSERR, "signals: %s", strerror(errno));
	return fd;
}

static void take_place(const char *option, const char *text, struct backend_place *place)
{
	struct err err;
	backend_place_free(place);
	*place = (struct backend_place){0};
	if (backend_place_parse(text, place, &err))
		die_err(option, &err);
}

static void take_encrypted(struct program *program, const char *path)
{
	if (*path != '/')
		die_usage("--encrypted-only: '%s' does not begin with '/'", path);
	program->encrypted = realloc(program->encrypted, (program->encrypted_count + 2) * sizeof *program->encrypted);
	if (!program->encrypted)
		die(EX_OSERR, "memory");
	program->encrypted[program->encrypted_count++] = path;
	program->encrypted[program->encrypted_count] = NULL;
	program->server.encrypted = program->encrypted;
}

enum { LISTEN = 256, BACKEND, INNER, AGENT, ENCRYPTED, VERSION_2, HELP, PRINT_VERSION, SIZES, SECONDS = SIZES + 10 };

static const struct option options[] = {
	{"listen", required_argument, NULL, LISTEN},
	{"backend", required_argument, NULL, BACKEND},
	{"inner", required_argument, NULL, INNER},
	{"agent", required_argument, NULL, AGENT},
	{"encrypted-only", required_argument, NULL, ENCRYPTED},
	{"version-2-only", no_argument, NULL, VERSION_2},
	{"connections", required_argument, NULL, SIZES},
	{"requests", required_argument, NULL, SIZES + 1},
	{"sockets", required_argument, NULL, SIZES + 2},
	{"memory", required_argument, NULL, SIZES + 3},
	{"message", required_argument, NULL, SIZES + 4},
	{"held", required_argument, NULL, SIZES + 5},
	{"key-seconds", required_argument, NULL, SECONDS},
	{"quotes", required_argument, NULL, SECONDS + 1},
	{"ping-seconds", required_argument, NULL, SECONDS + 2},
	{"silent-seconds", required_argument, NULL, SECONDS + 3},
	{"handshake-seconds", required_argument, NULL, SECONDS + 4},
	{"drain-seconds", required_argument, NULL, SECONDS + 5},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, PRINT_VERSION},
	{NULL, 0, NULL, 0},
};

/* A limit that is a number: from 1, since 0 is "as usual" for the server. */
static void take_limit(struct program *program, int option, const char *name)
{
	struct tunnel_server *server = &program->server;
	size_t *const sizes[] = {&server->connections, &server->requests,   &server->sockets,
				 &server->memory,      &server->sealed_cap, &server->held_cap};
	unsigned *const seconds[] = {&server->key_seconds,    &server->quotes_a_minute,   &server->ping_seconds,
				     &server->silent_seconds, &server->handshake_seconds, &server->drain_seconds};
	static const size_t most[] = {1000000, 4096, 4096, (size_t)4 << 30, 256 << 20, (size_t)64 << 30};
	size_t value = option_number(name, optarg, option < SECONDS ? most[option - SIZES] : 1000000);
	if (!value || (option == SIZES + 4 && value < TUNNEL_CAP_LEAST))
		die_usage("--%s: at least %d", name, option == SIZES + 4 ? TUNNEL_CAP_LEAST : 1);
	if (option < SECONDS)
		*sizes[option - SIZES] = value;
	else
		*seconds[option - SECONDS] = (unsigned)value;
}

static void take_option(struct program *program, int option, int index)
{
	switch (option) {
	case LISTEN:
		program->listen = optarg;
		break;
	case BACKEND:
		take_place("--backend", optarg, &program->backend);
		program->server.backend = &program->backend;
		break;
	case INNER:
		take_place("--inner", optarg, &program->inner);
		program->server.inner = &program->inner;
		break;
	case AGENT:
		program->agent.socket = optarg;
		break;
	case ENCRYPTED:
		take_encrypted(program, optarg);
		break;
	case VERSION_2:
		program->server.only_version_2 = true;
		break;
	case HELP:
		print_help(help);
	case PRINT_VERSION:
		print_version(NULL);
	case '?':
		die_option();
	default:
		take_limit(program, option, options[index].name);
	}
}

int main(int argc, char **argv)
{
	struct program program = {.server = {.quote = quote, .log = on_log, .on_listening = on_listening, .start = -1}};
	struct err err;
	int option, index = 0;
	program_start("tunneld");
	while ((option = getopt_long(argc, argv, "", options, &index)) != -1)
		take_option(&program, option, index);
	if (optind < argc)
		die_usage("'%s' is more than was expected", argv[optind]);
	if (!program.listen || !program.server.backend)
		die_usage("--listen and --backend are needed");
	program.server.context = &program;
	program.server.stop = signals();
	program.server.listener = listen_at(&program);
	int status = tunnel_serve(&program.server, &err);
	if (status)
		die_err(NULL, &err);
	close(program.server.listener);
	close(program.server.stop);
	backend_place_free(&program.backend);
	backend_place_free(&program.inner);
	free(program.encrypted);
	return finish(0);
}

#include "worker.h"

#include "file.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
	START_SECONDS =
		60, /* a start takes well under one; an app that never ends its first turn would take for ever */
	ENTRY_CAP = 1 << 20,
};

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
	cleanup_fd int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
		return -1;
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off))
		return -1;
	return bind(fd, &address.any, size) ? -1 : steal_fd(&fd);
}

int worker_bind(unsigned port, struct err *err)
{
	int fd = bind_any(AF_INET6, port);
	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		fd = bind_any(AF_INET, port);
	return fd < 0 ? err_system(err, EX_OSERR, "port %u", port) : fd;
}

/* spec: Cap'n Proto schema language, text literals: as in C. Whatever is not plain ASCII goes in as a number. */
static int add_text(struct bytes *into, const char *text, struct err *err)
{
	if (bytes_add(into, "\"", 1, err))
		return -1;
	for (; *text; text++) {
		bool is_plain = *text >= ' ' && *text <= '~' && *text != '"' && *text != '\\';
		if (is_plain ? bytes_add(into, text, 1, err) : bytes_addf(into, err, "\\x%02x", (unsigned char)*text))
			return -1;
	}
	return bytes_add(into, "\"", 1, err);
}

int worker_configuration(const char *data, unsigned port, struct bytes *into, struct err *err)
{
	/* uniqueKey names the data's subfolder, as the published kettle has it. Without preventEviction the object
	 * would be dropped when idle, and the app's variables and its onInit() with it. */
	static const char before[] =
		"using Workerd = import \"/workerd/workerd.capnp\";\n"
		"const config :Workerd.Config = (\n"
		"  services = [\n"
		"    (name = \"app\", worker = (\n"
		"      modules = [\n"
		"        (name = \"entry.js\", esModule = embed \"entry.js\"),\n"
		"        (name = \"app.js\", esModule = embed \"app.js\")],\n"
		"      compatibilityDate = \"2025-11-05\",\n"
		"      compatibilityFlags = [\"nodejs_compat\", \"new_module_registry\"],\n"
		"      bindings = [(name = \"HONO_DO\", durableObjectNamespace = \"HonoDurableObject\")],\n"
		"      durableObjectNamespaces = [(className = \"HonoDurableObject\",\n"
		"        uniqueKey = \"hono-durable-object\", enableSql = true, preventEviction = true)],\n"
		"      durableObjectStorage = (localDisk = \"do-storage\"))),\n"
		"    (name = \"do-storage\", disk = (writable = true, path = ";
	if (bytes_add(into, before, strlen(before), err) || add_text(into, data, err))
		return -1;
	return bytes_addf(into, err,
			  "))],\n"
			  "  sockets = [(name = \"http\", address = \"*:%u\", http = (), service = \"app\")]\n"
			  ");\n",
			  port);
}

/* Puts the configuration and what it embeds beside app.js. */
static int write_folder(const struct worker *worker, struct err *err)
{
	cleanup_bytes struct bytes configuration = {0}, entry = {0};
	cleanup_free char *configuration_path = NULL, *entry_path = NULL;
	if (asprintf(&configuration_path, "%s/worker.capnp", worker->folder) < 0 ||
	    asprintf(&entry_path, "%s/entry.js", worker->folder) < 0)
		return err_system(err, EX_OSERR, "path");
	if (worker_configuration(worker->data, worker->port, &configuration, err))
		return -1;
	if (file_save(configuration_path, configuration.data, configuration.size, err))
		return err_prefix(err, "%s", configuration_path);
	if (file_load(worker->parts->entry, ENTRY_CAP, &entry, err))
		return err_prefix(err, "%s", worker->parts->entry);
	return file_save(entry_path, entry.data, entry.size, err) ? err_prefix(err, "%s", entry_path) : 0;
}

/* While our copy of the socket is open, connections would be taken that a stopped worker never answers. */
static void is_serving(void *context)
{
	struct worker *worker = context;
	close(steal_fd(&worker->socket));
	worker->on_ready(worker->context);
}

int worker_run(const struct supervisor *supervisor, struct worker *worker, struct end *end, struct err *err)
{
	char socket_option[40], control_option[40];
	int control[2];
	const char *const environment[] = {"TZ=UTC", NULL};
	if (write_folder(worker, err))
		return -1;
	if (listen(worker->socket, SOMAXCONN))
		return err_system(err, EX_OSERR, "port %u", worker->port);
	if (pipe2(control, O_CLOEXEC))
		return err_system(err, EX_OSERR, "pipe");
	snprintf(socket_option, sizeof socket_option, "--socket-fd=http=%d", worker->socket);
	snprintf(control_option, sizeof control_option, "--control-fd=%d", control[1]);
	const char *const arguments[] = {worker->parts->workerd,
					 "serve",
					 "worker.capnp",
					 "config",
					 socket_option,
					 control_option,
					 worker->is_verbose ? "--verbose" : NULL,
					 NULL};
	struct child child = {
		.arguments = arguments,
		.folder = worker->folder, /* workerd takes no argument that is not UTF-8, and TMPDIR may be anything */
		.input = -1,
		.output = STDOUT_FILENO,
		.errors = STDERR_FILENO,
		.kept = {worker->socket, control[1]},
		.ready = control[0],
		.limit = START_SECONDS,
		.on_ready = is_serving,
		.context = worker,
	};
	int status = supervise(supervisor, &child, environment, end, err);
	close(control[0]);
	close(control[1]);
	return status;
}

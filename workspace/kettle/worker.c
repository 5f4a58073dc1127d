#include "worker.h"

#include "file.h"
#include "folder.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
	START_SECONDS =
		60, /* a start takes well under one; an app that never ends its first turn would take for ever */
	SCRIPT_CAP = 1 << 20,
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

/* The worker with the static files: each a binding by its path, so that the service is one fixed text. */
static int add_files(const struct statics *statics, struct bytes *into, struct err *err)
{
	static const char before[] = "    (name = \"nowhere\", network = (allow = [])),\n"
				     "    (name = \"static-files\", worker = (\n"
				     "      modules = [(name = \"files.js\", esModule = embed \"files.js\")],\n"
				     "      compatibilityDate = \"2025-11-05\", globalOutbound = \"nowhere\",\n"
				     "      bindings = [\n";
	if (bytes_add(into, before, strlen(before), err))
		return -1;
	for (size_t i = 0; i < statics->count; i++) {
		cleanup_free char *name = NULL;
		if (asprintf(&name, "/%s", statics->files[i].path) < 0) {
			name = NULL;
			return err_system(err, EX_OSERR, "path");
		}
		if (bytes_addf(into, err, "        (name = ") || add_text(into, name, err) ||
		    bytes_addf(into, err, ", data = embed \"static-%zu\"),\n", i))
			return -1;
	}
	return bytes_addf(into, err, "      ])),\n");
}

static int configuration(const struct worker *worker, struct bytes *into, struct err *err)
{
	/* uniqueKey names the data's subfolder, as the published kettle has it. Without preventEviction the object
	 * would be dropped when idle, and the app's variables and its onInit() with it. A WebSocket that the client
	 * closed, and the app did not, would otherwise stay open for ever, and the worker would wait for it at its end.
	 */
	static const char before[] =
		"using Workerd = import \"/workerd/workerd.capnp\";\n"
		"const config :Workerd.Config = (\n"
		"  services = [\n"
		"    (name = \"app\", worker = (\n"
		"      modules = [\n"
		"        (name = \"entry.js\", esModule = embed \"entry.js\"),\n"
		"        (name = \"app.js\", esModule = embed \"app.js\")],\n"
		"      compatibilityDate = \"2025-11-05\",\n"
		"      compatibilityFlags = [\"nodejs_compat\", \"new_module_registry\",\n"
		"        \"web_socket_auto_reply_to_close\"],\n"
		"      durableObjectNamespaces = [(className = \"HonoDurableObject\",\n"
		"        uniqueKey = \"hono-durable-object\", enableSql = true, preventEviction = true)],\n"
		"      durableObjectStorage = (localDisk = \"do-storage\"),\n"
		"      bindings = [\n"
		"        (name = \"HONO_DO\", durableObjectNamespace = \"HonoDurableObject\"),\n"
		"        (name = \"QUOTE_SERVICE\", service = \"quote-service\"),\n";
	static const char files[] = "        (name = \"STATIC_FILES\", service = \"static-files\"),\n";
	if (bytes_add(into, before, strlen(before), err))
		return -1;
	if (worker->statics && bytes_add(into, files, strlen(files), err))
		return -1;
	if (bytes_addf(into, err,
		       "      ])),\n"
		       "    (name = \"quote-service\", external = (address = \"unix:" WORKER_QUOTE_SOCKET
		       "\", http = ())),\n"))
		return -1;
	if (worker->statics && add_files(worker->statics, into, err))
		return -1;
	if (bytes_addf(into, err, "    (name = \"do-storage\", disk = (writable = true, path = ") ||
	    add_text(into, worker->data, err))
		return -1;
	return bytes_addf(into, err,
			  "))],\n"
			  "  sockets = [(name = \"http\", address = \"*:%u\", http = (), service = \"app\")]\n"
			  ");\n",
			  worker->port);
}

/* A file of kettle's own, put beside what embeds it. */
static int copy(const struct worker *worker, const char *from, const char *name, struct err *err)
{
	cleanup_bytes struct bytes content = {0};
	if (file_load(from, SCRIPT_CAP, &content, err))
		return err_prefix(err, "%s", from);
	return folder_save(worker->folder, name, content.data, content.size, err);
}

/* Puts the configuration and what it embeds beside app.js. */
static int write_folder(const struct worker *worker, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (configuration(worker, &text, err) ||
	    folder_save(worker->folder, "worker.capnp", text.data, text.size, err) ||
	    copy(worker, worker->parts->entry, "entry.js", err))
		return -1;
	if (!worker->statics)
		return 0;
	return copy(worker, worker->parts->files, "files.js", err)
		       ? -1
		       : statics_write(worker->statics, worker->folder, err);
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

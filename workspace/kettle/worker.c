#include "worker.h"

#include "file.h"
#include "folder.h"

#include <fcntl.h>
#include <string.h>

enum {
	START_SECONDS =
		60, /* a start takes well under one; an app that never ends its first turn would take for ever */
	SCRIPT_CAP = 1 << 20,
};

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
			  "  sockets = [\n"
			  "    (name = \"plain\", address = \"unix:" WORKER_PLAIN_SOCKET
			  "\", http = (), service = \"app\"),\n"
			  "    (name = \"tunnelled\", address = \"unix:" WORKER_TUNNEL_SOCKET "\", http = (),\n"
			  "      service = (name = \"app\", entrypoint = \"Tunnelled\"))]\n"
			  ");\n");
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

int worker_run(const struct supervisor *supervisor, const struct worker *worker, struct end *end, struct err *err)
{
	char control_option[40];
	int control[2];
	const char *const environment[] = {"TZ=UTC", NULL};
	if (write_folder(worker, err))
		return -1;
	if (pipe2(control, O_CLOEXEC))
		return err_system(err, EX_OSERR, "pipe");
	snprintf(control_option, sizeof control_option, "--control-fd=%d", control[1]);
	const char *const arguments[] = {worker->parts->workerd,
					 "serve",
					 "worker.capnp",
					 "config",
					 control_option,
					 worker->is_verbose ? "--verbose" : NULL,
					 NULL};
	struct child child = {
		.arguments = arguments,
		.folder = worker->folder, /* workerd takes no argument that is not UTF-8, and TMPDIR may be anything */
		.input = -1,
		.output = STDOUT_FILENO,
		.errors = STDERR_FILENO,
		.kept = {control[1], -1},
		.ready = control[0],
		.ready_lines = 2, /* one a socket */
		.limit = START_SECONDS,
		.on_ready = worker->on_ready,
		.context = worker->context,
	};
	int status = supervise(supervisor, &child, environment, end, err);
	close(control[0]);
	close(control[1]);
	return status;
}

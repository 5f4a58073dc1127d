#include "measure.h"

#include "file.h"
#include "hex.h"
#include "json.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

void measure_free(struct measure_event events[MEASURE_EVENTS])
{
	for (size_t i = 0; i < MEASURE_EVENTS; i++)
		bytes_free(&events[i].payload);
}

static int digest_payload(const char *sha256, struct bytes *payload, struct err *err)
{
	uint8_t raw[SHA256_SIZE];
	if (hex_read(sha256, raw, sizeof raw))
		return err_bad(err, "not a SHA-256");
	return bytes_add(payload, raw, sizeof raw, err);
}

static int config_payload(const struct measured *what, struct bytes *payload, struct err *err)
{
	uint8_t raw[SHA256_SIZE];
	cleanup_json struct json *config = json_object();
	if (!config)
		return err_system(err, EX_OSERR, "settings");
	/* What is not UTF-8 would be replaced in writing, and two folders have one event. */
	if (!bytes_are_utf8(what->data, strlen(what->data)))
		return err_bad(err, "db_dir: not UTF-8");
	if (what->static_sha256 && hex_read(what->static_sha256, raw, sizeof raw))
		return err_bad(err, "static_sha256: not a SHA-256");
	json_set(config, "db_dir", json_string(what->data));
	json_set(config, "port", json_number(what->port));
	json_set(config, "require_measured", json_boolean(what->is_required));
	json_set(config, "static_sha256",
		 what->static_sha256 ? json_string(what->static_sha256) : json_parse("null", 4, err));
	return json_write(config, false, payload, err);
}

int measure_events(const struct measured *what, struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	events[0].name = "kettle-manifest";
	events[1].name = "kettle-app";
	events[2].name = "kettle-config";
	if (digest_payload(what->manifest_sha256, &events[0].payload, err))
		return err_prefix(err, "%s", events[0].name);
	if (digest_payload(what->app_sha256, &events[1].payload, err))
		return err_prefix(err, "%s", events[1].name);
	if (config_payload(what, &events[2].payload, err))
		return err_prefix(err, "%s", events[2].name);
	for (size_t i = 0; i < MEASURE_EVENTS; i++)
		if (event_digest(1, events[i].name, events[i].payload.data, events[i].payload.size, events[i].digest,
				 err))
			return -1;
	return 0;
}

int measure_line(const struct measure_event *event, struct bytes *into, struct err *err)
{
	char digest[2 * REGISTER_SIZE + 1];
	cleanup_free char *payload = malloc(2 * event->payload.size + 1);
	if (!payload)
		return err_system(err, EX_OSERR, "line");
	hex_write(event->payload.data, event->payload.size, payload);
	hex_write(event->digest, sizeof event->digest, digest);
	return bytes_addf(into, err, "event %s payload %s digest %s", event->name, payload, digest);
}

static int kernel_read(const char *path, uint8_t value[REGISTER_SIZE], struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, value, REGISTER_SIZE);
	if (n < 0)
		return err_system(err, EX_IOERR, "%s: cannot read", path);
	return n == REGISTER_SIZE ? 0 : err_bad(err, "%s: %zd bytes instead of %d", path, n, REGISTER_SIZE);
}

/* The kernel takes a digest only whole and at offset 0. */
static int kernel_extend(const char *path, const uint8_t digest[REGISTER_SIZE], struct err *err)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, digest, REGISTER_SIZE) != REGISTER_SIZE)
		return err_system(err, EX_IOERR, "%s: cannot extend", path);
	return 0;
}

const struct measure_register measure_kernel = {
	.path = "/sys/devices/virtual/misc/tdx_guest/measurements/rtmr3:sha384",
	.read = kernel_read,
	.extend = kernel_extend,
};

/* A quote that was made now: nobody can have kept one over these report data. */
static int fresh_quote(const struct agent *agent, struct agent_quote *quote, struct err *err)
{
	static const char tag[] = "kettle-measured-v1:";
	uint8_t nonce[32], report_data[REPORT_DATA_SIZE];
	cleanup_hasher struct hasher *hasher = hasher_new(SHA512, err);
	if (!hasher)
		return -1;
	if (getrandom(nonce, sizeof nonce, 0) != sizeof nonce)
		return err_system(err, EX_OSERR, "random bytes");
	hasher_update(hasher, tag, strlen(tag));
	hasher_update(hasher, nonce, sizeof nonce);
	hasher_final(hasher, report_data);
	return agent_quote(agent, report_data, quote, err);
}

static bool is_same(const struct event *logged, const struct measure_event *ours)
{
	return !strcmp(logged->name, ours->name) && logged->payload.size == ours->payload.size &&
	       !memcmp(logged->payload.data, ours->payload.data, ours->payload.size);
}

/* The last runtime events of the log are ours: events of other registers may stand between. */
static bool ends_with(const struct event_log *log, const struct measure_event events[MEASURE_EVENTS])
{
	size_t left = MEASURE_EVENTS;
	for (size_t i = log->count; i-- > 0 && left;)
		if (log->events[i].imr == 3 && !is_same(&log->events[i], &events[--left]))
			return false;
	return !left;
}

static int confirm_log(const struct agent *agent, const struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	cleanup_agent_quote struct agent_quote quote = {0};
	cleanup_event_log struct event_log log = {0};
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	if (fresh_quote(agent, &quote, err))
		return -1;
	if (event_log_parse(quote.event_log.data, quote.event_log.size, &log, err))
		return err_prefix(err, "%s: event log", agent_place(agent));
	if (event_log_replay(&log, registers, err))
		return -1;
	if (memcmp(registers[3], quote.rtmr3, REGISTER_SIZE))
		return err_bad(err, "%s: its event log does not replay to RTMR3 of its quote", agent_place(agent));
	if (!ends_with(&log, events))
		return err_bad(err, "%s: the agent took the events and RTMR3 does not end with them",
			       agent_place(agent));
	return 0;
}

static int by_kernel(const struct agent *agent, const struct measure_register *kernel,
		     const struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	cleanup_agent_quote struct agent_quote quote = {0};
	uint8_t wanted[REGISTER_SIZE], value[REGISTER_SIZE];
	if (kernel->read(kernel->path, wanted, err))
		return -1;
	for (size_t i = 0; i < MEASURE_EVENTS; i++)
		if (kernel->extend(kernel->path, events[i].digest, err) ||
		    register_extend(wanted, events[i].digest, err))
			return -1;
	if (kernel->read(kernel->path, value, err))
		return -1;
	if (memcmp(value, wanted, REGISTER_SIZE))
		return err_bad(err, "%s: it took the events and does not have them, or not them alone", kernel->path);
	if (!agent_place(agent))
		return 0;
	if (fresh_quote(agent, &quote, err))
		return -1;
	return memcmp(value, quote.rtmr3, REGISTER_SIZE)
		       ? err_bad(err, "%s: RTMR3 of its quote is not that of %s", agent_place(agent), kernel->path)
		       : 0;
}

/* The number of events the agent took; fewer than all: err says why. */
static size_t emit(const struct agent *agent, const struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	size_t taken = 0;
	while (taken < MEASURE_EVENTS &&
	       !agent_emit(agent, events[taken].name, events[taken].payload.data, events[taken].payload.size, err))
		taken++;
	return taken;
}

static int extend(const struct agent *agent, const struct measure_register *kernel,
		  const struct measure_event events[MEASURE_EVENTS], enum measure_how *how, struct err *err)
{
	struct err no_call, no_file;
	size_t taken = emit(agent, events, &no_call);
	*how = MEASURED_BY_AGENT;
	if (taken == MEASURE_EVENTS)
		return confirm_log(agent, events, err);
	/* Once the agent may have taken one, another way would make the register say it twice. */
	if (taken || no_call.status != EX_UNAVAILABLE || agent->is_simulator) {
		*err = no_call;
		return -1;
	}
	*how = MEASURED_BY_KERNEL;
	if (!by_kernel(agent, kernel, events, &no_file))
		return 0;
	return err_set(err, STATUS_FALSE, "%.480s; %.480s", no_call.text, no_file.text);
}

int measure_extend(const struct agent *agent, const struct measure_register *kernel,
		   const struct measure_event events[MEASURE_EVENTS], enum measure_how *how, struct err *err)
{
	int status = extend(agent, kernel, events, how, err);
	if (!status && agent->is_simulator)
		status = err_bad(err,
				 "%s: DSTACK_SIMULATOR_ENDPOINT names it, and a simulator's registers prove nothing",
				 agent_place(agent));
	if (status)
		err->status = STATUS_FALSE;
	return status;
}

struct task {
	const struct agent *agent;
	const struct measure_event *events;
	int result; /* a memory file */
};

/* What the child leaves there. Its bytes are from where hostile ones were read. */
struct outcome {
	enum measure_how how;
	int status;
	struct err err;
};

static int run(void *context)
{
	const struct task *task = context;
	struct outcome outcome = {0};
	struct err ignored;
	outcome.status = measure_extend(task->agent, &measure_kernel, task->events, &outcome.how, &outcome.err);
	return file_write(task->result, &outcome, sizeof outcome, &ignored) ? EX_IOERR : STATUS_OK;
}

static int judge_end(const struct end *end, int result, enum measure_how *how, struct err *err)
{
	struct outcome outcome;
	if (end->signal)
		return err_set(err, 128 + end->signal, "stopped by SIG%s", sigabbrev_np(end->signal));
	if (end->is_late)
		return err_set(err, STATUS_FALSE, "not done after %d seconds", MEASURE_SECONDS);
	if (end->status || pread(result, &outcome, sizeof outcome, 0) != sizeof outcome)
		return err_set(err, STATUS_FALSE, "what asks the agent ended with status %d", end_status(end));
	*how = outcome.how == MEASURED_BY_KERNEL ? MEASURED_BY_KERNEL : MEASURED_BY_AGENT;
	outcome.err.text[sizeof outcome.err.text - 1] = '\0';
	return outcome.status ? err_set(err, STATUS_FALSE, "%s", outcome.err.text) : 0;
}

int measure_supervised(const struct supervisor *supervisor, const struct agent *agent,
		       const struct measure_event events[MEASURE_EVENTS], enum measure_how *how, struct err *err)
{
	static const char *const environment[] = {NULL};
	struct task task = {agent, events, -1};
	struct end end;
	cleanup_fd int result = memfd_create("measured", MFD_CLOEXEC);
	if (result < 0)
		return err_system(err, EX_OSERR, "memory file");
	task.result = result;
	struct child child = {
		.run = run,
		.context = &task,
		.input = -1,
		.output = -1,
		.errors = -1,
		.kept = {result, -1},
		.ready = -1,
		.limit = MEASURE_SECONDS,
	};
	return supervise(supervisor, &child, environment, &end, err) ? -1 : judge_end(&end, result, how, err);
}

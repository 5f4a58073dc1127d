/* measure [OPTION...] COMMAND ARGUMENT...: what kettle asks of an agent, and what it measures.
 *
 *     find                    where the agent is, and `simulator` when it is one
 *     quote REPORT_DATA       RTMR3 of the quote, the event log, the VM configuration
 *     emit NAME PAYLOAD       extends RTMR3
 *     events MANIFEST APP STATIC DATA PORT REQUIRED
 *                               a line for each event; STATIC may be -, REQUIRED is true or something else
 *     extend MANIFEST APP STATIC DATA PORT REQUIRED
 *                               extends RTMR3 by them and says how; `not measured: ` and why
 *
 * -s SOCKET   the agent, as if found at one of the usual places; else the one that is found
 * -r FILE     a register of the kernel's: 48 bytes that really extend; -l FILE: one that takes everything and stays;
 *             -k FILE: a file of that path, used as the kernel's is; else the kernel's own
 * -c          extend in a child, as kettle does */
#include "measure.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static int file_register_extend(const char *path, const uint8_t digest[REGISTER_SIZE], struct err *err)
{
	uint8_t value[REGISTER_SIZE];
	if (measure_kernel.read(path, value, err) || register_extend(value, digest, err))
		return -1;
	return file_save(path, value, sizeof value, err);
}

static int lazy_register_extend(const char *path, const uint8_t digest[REGISTER_SIZE], struct err *err)
{
	(void)path, (void)digest, (void)err;
	return 0;
}

static void print_hex(const void *data, size_t size)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!digits)
		die(EX_OSERR, "memory");
	hex_write(data, size, digits);
	puts(digits);
}

static int find(const struct agent *agent)
{
	puts(agent_place(agent) ? agent_place(agent) : "none");
	if (agent->is_simulator)
		puts("simulator");
	return STATUS_OK;
}

static int quote(const struct agent *agent, const char *digits)
{
	struct err err;
	uint8_t report_data[REPORT_DATA_SIZE];
	cleanup_agent_quote struct agent_quote quote = {0};
	if (hex_read(digits, report_data, sizeof report_data))
		die_usage("REPORT_DATA: 128 hexadecimal digits");
	if (agent_quote(agent, report_data, &quote, &err))
		die_err(NULL, &err);
	print_hex(quote.rtmr3, sizeof quote.rtmr3);
	puts(quote.event_log.data);
	puts(quote.vm_config.data ? quote.vm_config.data : "");
	print_hex(quote.quote.data, quote.quote.size);
	return STATUS_OK;
}

static int emit(const struct agent *agent, const char *name, const char *digits)
{
	struct err err;
	uint8_t payload[256];
	size_t size = strlen(digits) / 2;
	if (size > sizeof payload || hex_read(digits, payload, size))
		die_usage("PAYLOAD: hexadecimal digits");
	if (agent_emit(agent, name, payload, size, &err))
		die_err(NULL, &err);
	return STATUS_OK;
}

static void make_events(char **argv, struct measure_event events[MEASURE_EVENTS])
{
	struct err err;
	struct measured what = {
		.manifest_sha256 = argv[0],
		.app_sha256 = argv[1],
		.static_sha256 = strcmp(argv[2], "-") ? argv[2] : NULL,
		.data = argv[3],
		.port = (unsigned)option_number("PORT", argv[4], 65535),
		.is_required = !strcmp(argv[5], "true"),
	};
	if (measure_events(&what, events, &err))
		die_err(NULL, &err);
}

static int print_events(const struct measure_event events[MEASURE_EVENTS])
{
	struct err err;
	for (size_t i = 0; i < MEASURE_EVENTS; i++) {
		cleanup_bytes struct bytes line = {0};
		if (measure_line(&events[i], &line, &err))
			die_err(NULL, &err);
		puts(line.data);
	}
	return STATUS_OK;
}

static int extend(const struct agent *agent, const struct measure_register *kernel, bool in_child,
		  const struct measure_event events[MEASURE_EVENTS])
{
	struct supervisor supervisor = {0};
	struct err err;
	enum measure_how how;
	if (in_child && supervise_begin(&supervisor, &err))
		die_err(NULL, &err);
	int status = in_child ? measure_supervised(&supervisor, agent, events, &how, &err)
			      : measure_extend(agent, kernel, events, &how, &err);
	if (status)
		die_err("not measured", &err);
	puts(how == MEASURED_BY_AGENT ? "agent" : "kernel");
	return STATUS_OK;
}

static int command(const struct agent *agent, const struct measure_register *kernel, bool in_child, int argc,
		   char **argv)
{
	struct measure_event events[MEASURE_EVENTS] = {0};
	if (argc == 1 && !strcmp(*argv, "find"))
		return find(agent);
	if (argc == 2 && !strcmp(*argv, "quote"))
		return quote(agent, argv[1]);
	if (argc == 3 && !strcmp(*argv, "emit"))
		return emit(agent, argv[1], argv[2]);
	if (argc != 7)
		die_usage("COMMAND?");
	make_events(argv + 1, events);
	int status = strcmp(*argv, "events") ? extend(agent, kernel, in_child, events) : print_events(events);
	measure_free(events);
	return status;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_agent struct agent agent = {0};
	struct measure_register kernel = measure_kernel;
	bool in_child = false;
	program_start("measure");
	for (int option; (option = getopt(argc, argv, "s:r:l:k:c")) >= 0;) {
		if (option == 's')
			agent.socket = strdup(optarg);
		else if (option == 'c')
			in_child = true;
		else if (option == '?')
			die_option();
		else
			kernel.path = optarg;
		if (option == 'r')
			kernel.extend = file_register_extend;
		if (option == 'l')
			kernel.extend = lazy_register_extend;
	}
	if (!agent.socket && agent_find(&agent, &err))
		die_err(NULL, &err);
	return finish(command(&agent, &kernel, in_child, argc - optind, argv + optind));
}

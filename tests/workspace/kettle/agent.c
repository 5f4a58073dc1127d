/* agent [OPTION...] SOCKET FIXTURE: a dstack guest agent of software, for tests.
 *
 * It listens on SOCKET, prints `listening` when it does, and ends, removing SOCKET, on SIGTERM or SIGINT. SOCKET is
 * mode 0600: a test whose client is another user makes it 0666.
 *
 * FIXTURE is a folder of ../shared/vectors/quotes with quote.bin (version 4), event_log.json and, if there is one,
 * vm_config.json: what this agent starts from. Its RTMR3 really extends: every EmitEvent appends an event to the log
 * and changes the register, and GetQuote puts the register and the report data into the captured quote, whose signature
 * therefore does not hold any more; with --authority it does.
 *
 *     POST /GetQuote {"report_data": HEX}                   quote, event_log, report_data, vm_config
 *     POST /EmitEvent {"event": NAME, "payload": HEX}       an empty answer
 *     POST /Info {}                                         app_id, compose_hash, instance_id, tcb_info, vm_config, ...
 *     POST /Version {}                                      version, rev
 *
 * --authority FOLDER  a set of the test authority (tests/workspace/qvl/authority.c) with a quote of version 4:
 * platform, attributes and certificates are that quote's, measurements are FIXTURE's, and every quote is signed anew
 * with the set's attestation key: it verifies with the set's collateral under the set's root
 * --calls FILE      appends each call: its path, a blank, its body
 * --registers FILE  holds RTMR3 in hexadecimal, always the current one
 * --mode MODE       normal            as above
 *                   old               has no EmitEvent: 404
 *                   hang              takes connections and requests, answers nothing
 *                   error             500 with {"error": TEXT} to everything
 *                   lie-report-data   the quote has other report data than was asked for
 *                   lie-quote         the quote is not one
 *                   lie-json          every answer is cut off in the middle
 *                   lie-log           the event log lacks its last event
 *                   silent-emit       200 to EmitEvent, and nothing is extended (as dstack's own simulator)
 *
 * spec: rtmr3-spec.md 1.1, 1.2 (register, digest), 3.1 (log), 8 (report data), 9 (calls); quote-spec.md 1.2 (offsets).
 */
#include "der.h"
#include "digest.h"
#include "file.h"
#include "hex.h"
#include "http_server.h"
#include "json.h"
#include "p256.h"
#include "program.h"
#include "signature.h"

#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

enum {
	EVENT_TYPE = 0x08000001,
	MEASURED_AT = 184,  /* MRTD, and whatever follows it */
	REGISTERS_AT = 376, /* RTMR0 to RTMR3, one after the other */
	RTMR3_AT = 520,
	REPORT_DATA_AT = 568,
	REPORT_DATA_SIZE = 64,
	QUOTE_LEAST = 632, /* what is signed */
	SIGNATURE_AT = 636,
	CAP = 1 << 20,
};

enum mode { NORMAL, OLD, HANG, ERROR, LIE_REPORT_DATA, LIE_QUOTE, LIE_JSON, LIE_LOG, SILENT_EMIT, MODES };

static const char *const mode_names[MODES] = {"normal",    "old",      "hang",    "error",      "lie-report-data",
					      "lie-quote", "lie-json", "lie-log", "silent-emit"};

struct simulator {
	enum mode mode;
	struct bytes quote; /* its RTMR3 is the register */
	struct key *key;    /* signs it; or NULL */
	struct bytes vm_config;
	struct json *log;
	const char *calls, *registers;
	int stop;
};

static void registers_save(const struct simulator *it)
{
	struct err err;
	char text[2 * SHA384_SIZE + 2];
	if (!it->registers)
		return;
	hex_write(it->quote.data + RTMR3_AT, SHA384_SIZE, text);
	strcat(text, "\n");
	if (file_save(it->registers, text, strlen(text), &err))
		die_err(it->registers, &err);
}

static void call_save(const struct simulator *it, const struct http_server_request *request)
{
	struct err err;
	cleanup_bytes struct bytes line = {0};
	cleanup_fd int fd = it->calls ? open(it->calls, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (!it->calls)
		return;
	if (fd < 0 || bytes_addf(&line, &err, "%s %s\n", request->path, request->body) ||
	    file_write(fd, line.data, line.size, &err))
		die(EX_IOERR, "%s: cannot append", it->calls);
}

/* Bytes from a hexadecimal member, at most cap of them: their number, or -1. A 0x in front is taken. */
static int take_hex(const struct json *object, const char *name, uint8_t *into, size_t cap, struct err *err)
{
	cleanup_json struct json *member = json_need(object, name, JSON_STRING, err);
	if (!member)
		return -1;
	const char *text = json_text(member);
	text += strncmp(text, "0x", 2) ? 0 : 2;
	size_t size = strlen(text) / 2;
	if (size > cap || hex_read(text, into, size))
		return err_bad(err, "%s: not hexadecimal digits of at most %zu bytes", name, cap);
	return (int)size;
}

/* The array without its last item. */
static struct json *without_last(const struct json *log)
{
	struct json *cut = json_array();
	for (size_t i = 0; i + 1 < json_length(log); i++)
		json_add(cut, json_at(log, i));
	return cut;
}

/* JSON in a string, as the agent gives its log. */
static struct json *json_in_string(struct json *value, struct err *err)
{
	cleanup_json struct json *held = value;
	cleanup_bytes struct bytes text = {0};
	return json_write(held, false, &text, err) ? NULL : json_string(text.data);
}

/* The next INTEGER of an ECDSA signature, in 32 bytes. */
static int take_half(struct view *rest, char *into, struct err *err)
{
	struct view number;
	if (der_take_integer(rest, "signature", &number, err))
		return -1;
	size_t skipped = number.size > P256_SIGNATURE_SIZE / 2 ? 1 : 0, size = number.size - skipped;
	memset(into, 0, P256_SIGNATURE_SIZE / 2);
	memcpy(into + P256_SIGNATURE_SIZE / 2 - size, number.data + skipped, size);
	return 0;
}

/* spec: quote-spec.md 1.3: r ‖ s over header and body. */
static int sign(struct simulator *it, struct err *err)
{
	cleanup_bytes struct bytes signature = {0};
	struct view inside;
	if (!it->key)
		return 0;
	if (signature_make(it->key, SIGNATURE_SHA256, it->quote.data, QUOTE_LEAST, &signature, err))
		return -1;
	struct view rest = view_of(signature.data, signature.size);
	return der_take(&rest, DER_SEQUENCE, "signature", &inside, err) ||
			       take_half(&inside, it->quote.data + SIGNATURE_AT, err) ||
			       take_half(&inside, it->quote.data + SIGNATURE_AT + P256_SIGNATURE_SIZE / 2, err)
		       ? -1
		       : 0;
}

static struct json *get_quote(struct simulator *it, const struct json *request, struct err *err)
{
	uint8_t report_data[REPORT_DATA_SIZE] = {0}; /* filled with zeros */
	if (take_hex(request, "report_data", report_data, sizeof report_data, err) < 0)
		return NULL;
	memcpy(it->quote.data + REPORT_DATA_AT, report_data, sizeof report_data);
	if (it->mode == LIE_REPORT_DATA)
		it->quote.data[REPORT_DATA_AT + REPORT_DATA_SIZE - 1] ^= 1;
	if (sign(it, err))
		return NULL;
	struct json *answer = json_object();
	struct json *log = it->mode == LIE_LOG ? without_last(it->log) : json_copy(it->log);
	json_set(answer, "quote",
		 it->mode == LIE_QUOTE ? json_string("6e6f742061") : json_hex(it->quote.data, it->quote.size));
	json_set(answer, "event_log", json_in_string(log, err));
	json_set(answer, "report_data", json_hex(report_data, sizeof report_data));
	json_set(answer, "vm_config", json_string(it->vm_config.data));
	return answer;
}

/* spec: rtmr3-spec.md 1.2: SHA384(type, little-endian ‖ ":" ‖ NAME ‖ ":" ‖ PAYLOAD). */
static int digest_event(const char *name, const uint8_t *payload, size_t size, uint8_t *digest, struct err *err)
{
	static const uint8_t type[] = {EVENT_TYPE & 0xff, EVENT_TYPE >> 8 & 0xff, EVENT_TYPE >> 16 & 0xff,
				       EVENT_TYPE >> 24};
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, type, sizeof type);
	hasher_update(hasher, ":", 1);
	hasher_update(hasher, name, strlen(name));
	hasher_update(hasher, ":", 1);
	hasher_update(hasher, payload, size);
	hasher_final(hasher, digest);
	return 0;
}

/* spec: rtmr3-spec.md 1.1 */
static int extend(struct simulator *it, const uint8_t *digest, struct err *err)
{
	uint8_t *rtmr3 = (uint8_t *)it->quote.data + RTMR3_AT;
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, rtmr3, SHA384_SIZE);
	hasher_update(hasher, digest, SHA384_SIZE);
	hasher_final(hasher, rtmr3);
	registers_save(it);
	return 0;
}

static int emit_event(struct simulator *it, const struct json *request, struct err *err)
{
	static uint8_t payload[CAP];
	uint8_t digest[SHA384_SIZE];
	cleanup_json struct json *name = json_need(request, "event", JSON_STRING, err);
	int size = name ? take_hex(request, "payload", payload, sizeof payload, err) : -1;
	if (size < 0)
		return -1;
	if (it->mode == SILENT_EMIT)
		return 0;
	if (digest_event(json_text(name), payload, (size_t)size, digest, err) || extend(it, digest, err))
		return -1;
	struct json *event = json_object();
	json_set(event, "imr", json_number(3));
	json_set(event, "event_type", json_number(EVENT_TYPE));
	json_set(event, "digest", json_hex(digest, sizeof digest));
	json_set(event, "event", json_copy(name));
	json_set(event, "event_payload", json_hex(payload, (size_t)size));
	json_add(it->log, event);
	return 0;
}

/* The payload of the first event of that name, "" when there is none. */
static struct json *payload_of(const struct json *log, const char *name)
{
	for (size_t i = 0; i < json_length(log); i++) {
		cleanup_json struct json *event = json_at(log, i), *called = json_get(event, "event");
		if (called && !strcmp(json_text(called), name))
			return json_get(event, "event_payload");
	}
	return json_string("");
}

static struct json *info(const struct simulator *it, struct err *err)
{
	static const char *const events[][2] = {{"app_id", "app-id"},
						{"compose_hash", "compose-hash"},
						{"instance_id", "instance-id"},
						{"os_image_hash", "os-image-hash"}};
	struct json *answer = json_object(), *tcb = json_object();
	for (int i = 0; i < 4; i++) {
		char name[] = {'r', 't', 'm', 'r', (char)('0' + i), '\0'};
		json_set(tcb, name, json_hex(it->quote.data + REGISTERS_AT + i * SHA384_SIZE, SHA384_SIZE));
	}
	json_set(tcb, "event_log", json_copy(it->log));
	for (size_t i = 0; i < sizeof events / sizeof *events; i++)
		json_set(answer, events[i][0], payload_of(it->log, events[i][1]));
	json_set(answer, "app_name", json_string("simulated"));
	json_set(answer, "app_cert", json_string(""));
	json_set(answer, "tcb_info", json_in_string(tcb, err));
	json_set(answer, "vm_config", json_string(it->vm_config.data));
	return answer;
}

static struct json *version(void)
{
	struct json *answer = json_object();
	json_set(answer, "version", json_string("0.5.5"));
	json_set(answer, "rev", json_string("simulated"));
	return answer;
}

static int fail(struct http_server_answer *answer, int status, const char *reason)
{
	struct err err;
	cleanup_json struct json *body = json_object();
	answer->status = status;
	json_set(body, "error", json_string(reason));
	return json_write(body, false, &answer->body, &err);
}

/* Any call but EmitEvent. NULL with nothing in *err is one there is not. */
static struct json *give(struct simulator *it, const char *path, const struct json *request, struct err *err)
{
	if (!strcmp(path, "/GetQuote"))
		return get_quote(it, request, err);
	if (!strcmp(path, "/Info"))
		return info(it, err);
	return strcmp(path, "/Version") ? NULL : version();
}

static int answer_call(struct simulator *it, const struct http_server_request *request,
		       struct http_server_answer *answer)
{
	struct err err = {0};
	cleanup_json struct json *asked = json_parse(request->body, request->body_size, &err);
	if (!asked || json_kind(asked) != JSON_OBJECT)
		return fail(answer, 400, asked ? "not an object" : err.text);
	if (!strcmp(request->path, "/EmitEvent") && it->mode != OLD)
		return emit_event(it, asked, &err) ? fail(answer, 400, err.text) : 0;
	cleanup_json struct json *body = give(it, request->path, asked, &err);
	if (!body)
		return err.status ? fail(answer, 400, err.text) : fail(answer, 404, "Method not found");
	return json_write(body, false, &answer->body, &err);
}

static int answer(void *context, const struct http_server_request *request, struct http_server_answer *answer)
{
	struct simulator *it = context;
	call_save(it, request);
	answer->status = 200;
	if (it->mode == HANG) {
		struct pollfd polled = {it->stop, POLLIN, 0};
		poll(&polled, 1, -1);
		return -1;
	}
	if (it->mode == ERROR)
		return fail(answer, 500, "failed to get quote: tdx device is busy");
	if (strcmp(request->method, "POST") != 0)
		return fail(answer, 405, "Method not allowed");
	int status = answer_call(it, request, answer);
	if (it->mode == LIE_JSON)
		answer->body.size /= 2;
	return status;
}

static void listening(void *context)
{
	(void)context;
	puts("listening");
	finish(0);
}

static void load(const char *folder, const char *name, struct bytes *into)
{
	struct err err;
	cleanup_free char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		die(EX_OSERR, "memory");
	if (file_load(path, CAP, into, &err))
		die_err(path, &err);
}

static void load_quote(const char *folder, struct bytes *quote)
{
	static const uint8_t head[8] = {4, 0, 2, 0, 0x81, 0, 0, 0}; /* version 4, ECDSA P-256, TDX */
	load(folder, "quote.bin", quote);
	if (quote->size < SIGNATURE_AT + P256_SIGNATURE_SIZE || memcmp(quote->data, head, sizeof head) != 0)
		die(STATUS_BAD, "%s: quote.bin: not a TDX quote of version 4", folder);
}

static void open_fixture(struct simulator *it, const char *folder)
{
	struct err err;
	struct stat st;
	cleanup_bytes struct bytes log = {0};
	cleanup_free char *config = NULL;
	load_quote(folder, &it->quote);
	load(folder, "event_log.json", &log);
	if (asprintf(&config, "%s/vm_config.json", folder) < 0 || bytes_add(&it->vm_config, "", 0, &err))
		die(EX_OSERR, "memory");
	if (!stat(config, &st))
		load(folder, "vm_config.json", &it->vm_config);
	it->log = json_parse(log.data ? log.data : "", log.size, &err);
	if (!it->log)
		die_err("event_log.json", &err);
}

/* The authority's quote with what the fixture's says was measured. */
static void open_authority(struct simulator *it, const char *folder)
{
	struct err err;
	cleanup_bytes struct bytes fixture = it->quote;
	cleanup_free char *path = NULL;
	it->quote = (struct bytes){0};
	load_quote(folder, &it->quote);
	memcpy(it->quote.data + MEASURED_AT, fixture.data + MEASURED_AT, QUOTE_LEAST - MEASURED_AT);
	if (asprintf(&path, "%s/attestation.pem", folder) < 0)
		die(EX_OSERR, "memory");
	it->key = key_load_private(path, NULL, &err);
	if (!it->key)
		die_err(path, &err);
}

static enum mode mode_of(const char *name)
{
	for (int mode = 0; mode < MODES; mode++)
		if (!strcmp(mode_names[mode], name))
			return (enum mode)mode;
	die_usage("--mode: there is no '%s'", name);
}

/* What ends it, in one descriptor. */
static int stop_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void take_options(struct simulator *it, const char **authority, int argc, char **argv)
{
	static const struct option options[] = {{"mode", required_argument, NULL, 'm'},
						{"calls", required_argument, NULL, 'c'},
						{"registers", required_argument, NULL, 'r'},
						{"authority", required_argument, NULL, 'a'},
						{0}};
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'm':
			it->mode = mode_of(optarg);
			break;
		case 'c':
			it->calls = optarg;
			break;
		case 'r':
			it->registers = optarg;
			break;
		case 'a':
			*authority = optarg;
			break;
		default:
			die_option();
		}
	}
	if (argc - optind != 2)
		die_usage("two arguments: SOCKET FIXTURE");
}

int main(int argc, char **argv)
{
	struct simulator it = {.stop = stop_signals()};
	const char *authority = NULL;
	struct err err;
	program_start("agent");
	take_options(&it, &authority, argc, argv);
	open_fixture(&it, argv[optind + 1]);
	if (authority)
		open_authority(&it, authority);
	registers_save(&it);
	struct http_server server = {.socket = argv[optind],
				     .cap = CAP,
				     .seconds = 60,
				     .answer = answer,
				     .context = &it,
				     .on_listening = listening,
				     .stop = it.stop};
	if (http_serve(&server, &err))
		die_err(NULL, &err);
	json_free(it.log);
	key_free(it.key);
	bytes_free(&it.quote);
	bytes_free(&it.vm_config);
	return 0;
}

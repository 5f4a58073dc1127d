#include "agent.h"

#include "hex.h"
#include "http.h"
#include "http_url.h"
#include "json.h"

#include <string.h>
#include <sys/stat.h>

/* spec: rtmr3-spec.md 9, in the order in which they are tried */
static const char *const sockets[] = {"/var/run/dstack.sock", "/run/dstack.sock", "/var/run/dstack/dstack.sock",
				      "/run/dstack/dstack.sock"};

/* spec: quote-spec.md 1.1, 1.2. Bytes. */
enum {
	HEADER_SIZE = 48,
	DESCRIPTOR_SIZE = 6, /* of version 5: type and size of the body */
	TEE_TDX = 0x81,
	BODY_TDX_10 = 2,
	BODY_TDX_15 = 3,
	BODY_TDX_10_SIZE = 584,
	BODY_TDX_15_SIZE = 648,
	RTMR3_AT = 472, /* in the body */
	REPORT_DATA_AT = 520,
};

void agent_free(struct agent *agent)
{
	free(agent->socket);
	free(agent->url);
	*agent = (struct agent){0};
}

void agent_quote_free(struct agent_quote *quote)
{
	bytes_free(&quote->quote);
	bytes_free(&quote->event_log);
	bytes_free(&quote->vm_config);
}

static int set(char **at, const char *value, size_t size, struct err *err)
{
	*at = strndup(value, size);
	return *at ? 0 : err_system(err, EX_OSERR, "agent");
}

static int find_simulator(const char *named, struct agent *agent, struct err *err)
{
	struct http_url url;
	const char *path = !strncmp(named, "unix:", 5) ? named + 5 : named;
	size_t size = strlen(named);
	agent->is_simulator = true;
	if (!strncmp(named, "http://", 7)) {
		if (http_url_parse(named, &url, err))
			return err_prefix(err, "DSTACK_SIMULATOR_ENDPOINT");
		if (!http_url_is_loopback(&url))
			return err_bad(err, "DSTACK_SIMULATOR_ENDPOINT: '%s' is not on this machine", named);
		while (named[size - 1] == '/')
			size--;
		return set(&agent->url, named, size, err);
	}
	if (*path == '/' || *path == '.')
		return set(&agent->socket, path, strlen(path), err);
	return err_bad(err, "DSTACK_SIMULATOR_ENDPOINT: '%s' is neither http://…, unix:PATH, nor a path from / or .",
		       named);
}

int agent_find(struct agent *agent, struct err *err)
{
	const char *named = getenv("DSTACK_SIMULATOR_ENDPOINT");
	struct stat st;
	if (named && *named)
		return find_simulator(named, agent, err);
	for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
		/* A container runtime makes a folder of what it was to mount and did not find. */
		if (!stat(sockets[i], &st) && S_ISSOCK(st.st_mode))
			return set(&agent->socket, sockets[i], strlen(sockets[i]), err);
	return 0;
}

const char *agent_place(const struct agent *agent)
{
	return agent->socket ? agent->socket : agent->url;
}

/* dstack answers a method it does not have with 400, as any error, and says so in words only. Other things than methods
 * are "not found" too, when a call fails half way. */
static bool is_no_method(int status, const char *reason)
{
	static const char *const words[] = {"method not found", "service not found", "unknown method"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(reason, words[i]))
			return true;
	return status == 404 || status == 405 || status == 501 || !strncasecmp(reason, "not found", 9);
}

static int refusal(const struct http_answer *answer, struct err *err)
{
	struct err ignored;
	const char *text = answer->body.data ? answer->body.data : "";
	cleanup_json struct json *json = json_parse(text, answer->body.size, &ignored);
	cleanup_json struct json *error = json ? json_get(json, "error") : NULL;
	bool is_said = error && json_kind(error) == JSON_STRING;
	const char *reason = is_said ? json_text(error) : "";
	int status = is_no_method(answer->status, reason) ? EX_UNAVAILABLE : EX_TEMPFAIL;
	return err_set(err, status, "refused with status %d%s%.300s", answer->status, is_said ? ": " : "", reason);
}

static int exchange(const struct agent *agent, const char *method, const struct json *question,
		    struct http_answer *answer, struct err *err)
{
	static const char *const headers[] = {"content-type", "application/json", NULL};
	cleanup_bytes struct bytes body = {0};
	cleanup_free char *url = NULL;
	if (json_write(question, false, &body, err))
		return -1;
	if (asprintf(&url, "%s/%s", agent->url ? agent->url : "http://localhost", method) < 0)
		return err_system(err, EX_OSERR, "URL");
	struct http_request request = {
		.method = "POST",
		.url = url,
		.socket = agent->socket,
		.headers = headers,
		.body = body.data,
		.body_size = body.size,
		.cap = AGENT_ANSWER_CAP,
		.seconds = AGENT_SECONDS,
	};
	if (http_exchange(&request, answer, err))
		return -1;
	return answer->status == 200 ? 0 : refusal(answer, err);
}

/* Every failure of a call says where and what it was. */
static int call(const struct agent *agent, const char *method, const struct json *question, struct http_answer *answer,
		struct err *err)
{
	if (!agent_place(agent))
		return err_set(err, EX_UNAVAILABLE, "there is no guest agent: no socket at %s", sockets[0]);
	if (exchange(agent, method, question, answer, err))
		return err_prefix(err, "%s: %s", agent_place(agent), method);
	return 0;
}

static unsigned little(const char *at, int size)
{
	unsigned value = 0;
	while (size-- > 0)
		value = value << 8 | (unsigned char)at[size];
	return value;
}

/* The TD report in a quote, or NULL when it is none of TDX. */
static const char *quote_body(const struct bytes *quote)
{
	const char *data = quote->data;
	/* Room for the body of either version: behind that of version 4 there is a signature at least. */
	if (quote->size < HEADER_SIZE + DESCRIPTOR_SIZE + BODY_TDX_10_SIZE || little(data + 4, 4) != TEE_TDX)
		return NULL;
	if (little(data, 2) == 4)
		return data + HEADER_SIZE;
	unsigned type = little(data + HEADER_SIZE, 2), size = little(data + HEADER_SIZE + 2, 4);
	bool is_body =
		(type == BODY_TDX_10 && size == BODY_TDX_10_SIZE) || (type == BODY_TDX_15 && size == BODY_TDX_15_SIZE);
	if (little(data, 2) != 5 || !is_body || quote->size < (size_t)HEADER_SIZE + DESCRIPTOR_SIZE + size)
		return NULL;
	return data + HEADER_SIZE + DESCRIPTOR_SIZE;
}

static int take_quote(const struct json *answer, const uint8_t *report_data, struct agent_quote *quote, struct err *err)
{
	cleanup_json struct json *member = json_need(answer, "quote", JSON_STRING, err);
	if (!member)
		return -1;
	const char *digits = json_text(member);
	digits += !strncmp(digits, "0x", 2) ? 2 : 0;
	size_t size = strlen(digits) / 2;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "quote");
	if (size > AGENT_QUOTE_CAP || hex_read(digits, raw, size))
		return err_bad(err, "quote: not hexadecimal digits of at most %d bytes", AGENT_QUOTE_CAP);
	if (bytes_add(&quote->quote, raw, size, err))
		return -1;
	const char *body = quote_body(&quote->quote);
	if (!body)
		return err_bad(err, "quote: not a TDX quote of version 4 or 5");
	if (memcmp(body + REPORT_DATA_AT, report_data, REPORT_DATA_SIZE))
		return err_bad(err, "quote: its report data is not what was asked for");
	memcpy(quote->rtmr3, body + RTMR3_AT, REGISTER_SIZE);
	return 0;
}

static int log_check(const struct bytes *text, struct err *err)
{
	cleanup_json struct json *log = json_parse(text->data, text->size, err);
	if (!log)
		return err_prefix(err, "event_log");
	return json_kind(log) == JSON_ARRAY ? 0 : err_bad(err, "event_log: not an array");
}

/* A string that holds the JSON, or, from some versions, the JSON itself. */
static int take_log(const struct json *answer, struct agent_quote *quote, struct err *err)
{
	cleanup_json struct json *member = json_get(answer, "event_log");
	struct bytes *log = &quote->event_log;
	if (!member)
		return err_bad(err, "event_log: missing");
	bool is_text = json_kind(member) == JSON_STRING;
	if (!is_text && json_kind(member) != JSON_ARRAY)
		return err_bad(err, "event_log: neither a string nor an array");
	const char *text = is_text ? json_text(member) : "";
	if (is_text ? bytes_add(log, text, strlen(text), err) : json_write(member, false, log, err))
		return -1;
	if (log->size > AGENT_LOG_CAP)
		return err_bad(err, "event_log: larger than %d bytes", AGENT_LOG_CAP);
	return is_text ? log_check(log, err) : 0;
}

static int take_config(const struct json *answer, struct agent_quote *quote, struct err *err)
{
	cleanup_json struct json *member = json_get(answer, "vm_config");
	if (!member || json_kind(member) == JSON_NULL)
		return 0;
	if (json_kind(member) != JSON_STRING || strlen(json_text(member)) > VM_CONFIG_CAP)
		return err_bad(err, "vm_config: not a string of at most %d bytes", VM_CONFIG_CAP);
	const char *text = json_text(member);
	if (*text && json_check(text, strlen(text), err))
		return err_prefix(err, "vm_config");
	return bytes_add(&quote->vm_config, text, strlen(text), err);
}

int agent_quote_parse(const char *text, size_t size, const uint8_t report_data[REPORT_DATA_SIZE],
		      struct agent_quote *quote, struct err *err)
{
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (take_quote(json, report_data, quote, err) || take_log(json, quote, err))
		return -1;
	return take_config(json, quote, err);
}

int agent_quote(const struct agent *agent, const uint8_t report_data[REPORT_DATA_SIZE], struct agent_quote *quote,
		struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	cleanup_json struct json *question = json_object();
	char digits[2 * REPORT_DATA_SIZE + 1];
	if (!question)
		return err_system(err, EX_OSERR, "question");
	hex_write(report_data, REPORT_DATA_SIZE, digits);
	json_set(question, "report_data", json_string(digits));
	if (call(agent, "GetQuote", question, &answer, err))
		return -1;
	if (agent_quote_parse(answer.body.data ? answer.body.data : "", answer.body.size, report_data, quote, err))
		return err_prefix(err, "%s: GetQuote", agent_place(agent));
	return 0;
}

int agent_emit(const struct agent *agent, const char *event, const void *payload, size_t size, struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	cleanup_json struct json *question = json_object();
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!question || !digits)
		return err_system(err, EX_OSERR, "question");
	hex_write(payload, size, digits);
	json_set(question, "event", json_string(event));
	json_set(question, "payload", json_string(digits));
	return call(agent, "EmitEvent", question, &answer, err);
}

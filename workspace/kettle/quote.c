#include "quote.h"

#include "base64.h"
#include "http_server.h"
#include "json.h"
#include "key_binding.h"

#include <string.h>

/* The member's bytes. -1 when it is not an array of exactly so many numbers from 0 to 255. */
static int take_bytes(const struct json *object, const char *name, uint8_t *into, size_t size, struct err *err)
{
	cleanup_json struct json *array = json_need(object, name, JSON_ARRAY, err);
	if (!array)
		return -1;
	if (json_length(array) != size)
		return err_bad(err, "%s: %zu items, not %zu", name, json_length(array), size);
	for (size_t i = 0; i < size; i++) {
		cleanup_json struct json *item = json_at(array, i);
		double value = item && json_kind(item) == JSON_NUMBER ? json_double(item) : -1;
		if (!(value >= 0 && value <= 255) || value != (uint8_t)value)
			return err_bad(err, "%s: %zu: not a whole number from 0 to 255", name, i);
		into[i] = (uint8_t)value;
	}
	return 0;
}

int quote_request_parse(const char *text, size_t size, struct quote_request *request, struct err *err)
{
	static const char *const members[] = {"publicKey", "nonce", NULL};
	*request = (struct quote_request){0};
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return err_prefix(err, "not JSON");
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (json_only(json, members, err) || take_bytes(json, "publicKey", request->key, X25519_KEY_SIZE, err))
		return -1;
	cleanup_json struct json *nonce = json_get(json, "nonce");
	request->has_nonce = nonce;
	return nonce ? take_bytes(json, "nonce", request->nonce, QUOTE_NONCE_SIZE, err) : 0;
}

int quote_make(const uint8_t key[X25519_KEY_SIZE], const uint8_t *nonce, struct agent_quote *quote, struct err *err)
{
	uint8_t report_data[REPORT_DATA_SIZE];
	cleanup_agent struct agent agent = {0};
	if (agent_find(&agent, err)) {
		err->status = err->status == STATUS_BAD ? EX_UNAVAILABLE : err->status;
		return -1;
	}
	if (!agent_place(&agent))
		return err_set(err, EX_UNAVAILABLE,
			       "no dstack guest agent: no socket at /var/run/dstack.sock or where other versions have "
			       "theirs; in a container, mount /var/run/dstack.sock");
	return key_binding(key, nonce, report_data, err) ? -1 : agent_quote(&agent, report_data, quote, err);
}

/* Writes the JSON, which it takes over. Should memory be out, the status alone has to do. */
static void answer_json(struct http_server_answer *answer, int status, struct json *json)
{
	struct err err;
	cleanup_json struct json *held = json;
	answer->status = held && !json_write(held, false, &answer->body, &err) ? status : 500;
}

static void answer_error(struct http_server_answer *answer, int status, const char *text)
{
	struct json *json = json_object();
	json_set(json, "error", json_string(text));
	answer_json(answer, status, json);
}

static struct json *null(void)
{
	struct err err;
	return json_parse("null", 4, &err);
}

static void answer_quote(struct http_server_answer *answer, const struct agent_quote *quote)
{
	struct err err;
	cleanup_bytes struct bytes base64 = {0};
	struct json *json = json_object();
	bool is_written = !base64_write(quote->quote.data, quote->quote.size, &base64, &err);
	json_set(json, "event_log", json_string(quote->event_log.data));
	json_set(json, "quote", is_written ? json_string(base64.data) : NULL);
	json_set(json, "runtime_data", null());
	json_set(json, "tee_type", json_string("tdx"));
	json_set(json, "verifier_data", null());
	json_set(json, "vm_config", quote->vm_config.size ? json_string(quote->vm_config.data) : null());
	answer_json(answer, 200, json);
}

static int status_of(const struct err *err)
{
	static const struct {
		int status, answer;
	} known[] = {{EX_UNAVAILABLE, 501}, {STATUS_BAD, 502}, {EX_TEMPFAIL, 504}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].status == err->status)
			return known[i].answer;
	return 500;
}

static void post_quote(const struct http_server_request *asked, struct http_server_answer *answer)
{
	struct err err;
	struct quote_request request;
	cleanup_agent_quote struct agent_quote quote = {0};
	if (quote_request_parse(asked->body, asked->body_size, &request, &err))
		answer_error(answer, err.status == STATUS_BAD ? 400 : 500, err.text);
	else if (quote_make(request.key, request.has_nonce ? request.nonce : NULL, &quote, &err))
		answer_error(answer, status_of(&err), err.text);
	else
		answer_quote(answer, &quote);
}

static void get_health(const struct http_server_request *asked, struct http_server_answer *answer)
{
	struct err err;
	cleanup_agent struct agent agent = {0};
	(void)asked;
	if (agent_find(&agent, &err)) {
		answer_error(answer, 500, err.text);
		return;
	}
	struct json *json = json_object();
	json_set(json, "agent",
		 json_string(!agent_place(&agent) ? "absent"
			     : agent.is_simulator ? "simulator"
						  : "present"));
	json_set(json, "service", json_string("quote"));
	json_set(json, "status", json_string("ok"));
	json_set(json, "tee_type", json_string("tdx"));
	answer_json(answer, 200, json);
}

static int answer(void *context, const struct http_server_request *request, struct http_server_answer *answer)
{
	static const struct {
		const char *method, *path;
		void (*answer)(const struct http_server_request *request, struct http_server_answer *answer);
	} calls[] = {{"POST", "/quote", post_quote}, {"GET", "/healthz", get_health}};
	(void)context;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (strcmp(request->path, calls[i].path) != 0)
			continue;
		if (!strcmp(request->method, calls[i].method)) {
			calls[i].answer(request, answer);
			return 0;
		}
		answer->allow = calls[i].method;
		answer_error(answer, 405, "there is no such method here");
		return 0;
	}
	answer_error(answer, 404, "there is POST /quote and GET /healthz");
	return 0;
}

int quote_serve(const struct quote_service *service, struct err *err)
{
	struct http_server server = {
		.socket = service->socket,
		.cap = QUOTE_REQUEST_CAP,
		.seconds = 2 * AGENT_SECONDS,
		.answer = answer,
		.is_forked = true,
		.context = service->context,
		.on_listening = service->on_listening,
		.stop = service->stop,
	};
	return http_serve(&server, err);
}

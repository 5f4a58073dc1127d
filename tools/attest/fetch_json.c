/* What tunnel-fetch found out, as a document. */
#include "base64.h"
#include "fetch.h"

#include <string.h>

/* Text where it is one, so that a person can read it. */
static void add_body(struct json *json, const struct bytes *body, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	const char *data = body->data ? body->data : "";
	bool is_text = strlen(data) == body->size && bytes_are_utf8(data, body->size);
	if (!is_text && base64_write(body->data, body->size, &text, err))
		json_set(json, "body", NULL);
	else
		json_set(json, "body", json_string(is_text ? data : text.data));
	json_set(json, "body_encoding", json_string(is_text ? "text" : "base64"));
}

static struct json *answer_json(const struct fetch *fetch, struct err *err)
{
	if (!fetch->is_whole)
		return json_null();
	struct json *json = json_object();
	add_body(json, &fetch->body, err);
	json_set(json, "headers", json_copy(fetch->answer_headers));
	json_set(json, "status", json_number((uint64_t)fetch->status));
	json_set(json, "status_text", json_string(fetch->status_text.data ? fetch->status_text.data : ""));
	return json;
}

static struct json *tunnel_json(const struct fetch *fetch)
{
	const struct tunnel_session *session = &fetch->session;
	struct json *json = json_object();
	json_set(json, "nonce", json_boolean(!session->options->no_nonce));
	json_set(json, "public_key",
		 session->judge.has_offer ? json_hex(session->judge.public_key, TUNNEL_KEY_SIZE) : json_null());
	json_set(json, "url", json_string(session->url));
	json_set(json, "verified", json_boolean(session->version && !session->options->insecure));
	json_set(json, "version", session->version ? json_number((uint64_t)session->version) : json_null());
	return json;
}

struct json *fetch_json(const struct fetch *fetch, struct err *err)
{
	struct json *json = json_object();
	const struct tunnel_judge *judge = &fetch->session.judge;
	json_set(json, "response", answer_json(fetch, err));
	json_set(json, "schema", json_string("kettle-dstack/tunnel-fetch/1"));
	json_set(json, "tunnel", tunnel_json(fetch));
	json_set(json, "verdict", judge->has_answer ? tunnel_judge_json(judge, err) : json_null());
	if (json_whole(json))
		return json;
	json_free(json);
	err_set(err, EX_OSERR, "out of memory");
	return NULL;
}

#include "http_answer.h"

#include "http_url.h"

#include <libwebsockets.h>
#include <string.h>

void http_answer_free(struct http_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		free(answer->headers[i].name);
		free(answer->headers[i].value);
	}
	free(answer->headers);
	free(answer->url);
	bytes_free(&answer->body);
	*answer = (struct http_answer){0};
}

const char *http_header(const struct http_answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->count; i++)
		if (!strcmp(answer->headers[i].name, name))
			return answer->headers[i].value;
	return NULL;
}

static int header_keep(struct http_answer *answer, const char *name, const char *value, struct err *err)
{
	struct http_header *grown = reallocarray(answer->headers, answer->count + 1, sizeof *grown);
	if (!grown)
		return err_system(err, EX_OSERR, "headers");
	answer->headers = grown;
	struct http_header *header = &grown[answer->count];
	*header = (struct http_header){strdup(name), strdup(value)};
	answer->count++;
	return header->name && header->value ? 0 : err_system(err, EX_OSERR, "headers");
}

/* A header's value, or "" when it is not there. One that is too long cannot be used and is as good as none. */
static const char *header_copy(struct lws *wsi, int token, const char *name, char *into, int size)
{
	char named[80];
	int named_size = snprintf(named, sizeof named, "%s:", name);
	int got = token >= 0 ? lws_hdr_copy(wsi, into, size, (enum lws_token_indexes)token)
			     : lws_hdr_custom_copy(wsi, into, size, named, named_size);
	if (got < 0)
		*into = '\0';
	return into;
}

static int headers_keep(struct http_answer *answer, struct lws *wsi, struct err *err)
{
	static const struct {
		const char *name;
		int token; /* -1: none of libwebsockets' own */
	} kept[] = {{"location", WSI_TOKEN_HTTP_LOCATION},
		    {"retry-after", WSI_TOKEN_HTTP_RETRY_AFTER},
		    {"content-type", WSI_TOKEN_HTTP_CONTENT_TYPE},
		    {"x-oauth-scopes", -1},
		    {"x-ratelimit-remaining", -1},
		    {"x-ratelimit-reset", -1}};
	char value[HTTP_URL_MAX + 1];
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (*header_copy(wsi, kept[i].token, kept[i].name, value, sizeof value) &&
		    header_keep(answer, kept[i].name, value, err))
			return -1;
	return 0;
}

/* Those that the caller asked for. */
static int wanted_keep(struct http_answer *answer, struct lws *wsi, const char *const *names, struct err *err)
{
	if (!names)
		return 0;
	cleanup_free char *value = malloc(HTTP_VALUE_MAX + 1);
	if (!value)
		return err_system(err, EX_OSERR, "headers");
	for (; *names; names++)
		if (*header_copy(wsi, -1, *names, value, HTTP_VALUE_MAX + 1) && header_keep(answer, *names, value, err))
			return -1;
	return 0;
}

/* How the answer's body ends must be clear from its headers, and clear to everyone. spec: RFC 9112 section 6.3 */
static int framing_check(struct lws *wsi, size_t cap, bool *is_chunked, struct err *err)
{
	char coding[64], encoding[64], length[32];
	header_copy(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING, "", coding, sizeof coding);
	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_ENCODING, "", encoding, sizeof encoding);
	header_copy(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, "", length, sizeof length);
	*is_chunked = !strcmp(coding, "chunked");
	if (*encoding && strcasecmp(encoding, "identity"))
		return err_bad(err, "an answer in a content encoding that was not asked for");
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) && !*is_chunked)
		return err_bad(err, "an answer in a transfer coding that is not supported");
	if (*is_chunked && lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
		return err_bad(err, "an answer with two lengths");
	size_t digits = strspn(length, "0123456789");
	if (length[digits] || (!digits && !*is_chunked))
		return err_bad(err, "an answer that does not say how long it is");
	if (digits > 18 || (digits && strtoull(length, NULL, 10) > cap))
		return err_bad(err, "larger than %zu bytes", cap);
	return 0;
}

int http_answer_begin(struct http_answer *answer, struct lws *wsi, const struct http_request *request, bool *is_chunked,
		      struct err *err)
{
	answer->status = (int)lws_http_client_http_response(wsi);
	if (answer->status < 100 || answer->status > 999)
		return err_bad(err, "not an HTTP answer");
	if (headers_keep(answer, wsi, err) || wanted_keep(answer, wsi, request->kept, err))
		return -1;
	/* spec: RFC 9110 sections 15.3.5 and 15.4.5 */
	if (answer->status == 204 || answer->status == 304)
		return 0;
	return framing_check(wsi, request->cap, is_chunked, err) ? -1 : 1;
}

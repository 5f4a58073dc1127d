/* What the service says when it does not do what it was asked to. */
#include "gist.h"

#include "json.h"

#include <string.h>
#include <time.h>

/* What the service wrote, for the person: not all of it, and nothing when it has our token in it. */
static const char *quotable(const struct gist_service *service, const char *text)
{
	return *service->token.text && strstr(text, service->token.text) ? "" : text;
}

/* The "message" of an answer; "" when there is none that can be shown. */
static char *message_of(const struct gist_service *service, const struct http_answer *answer)
{
	struct err ignored;
	char *copy = NULL;
	cleanup_json struct json *json =
		json_parse(answer->body.data ? answer->body.data : "", answer->body.size, &ignored);
	cleanup_json struct json *message = json ? json_need(json, "message", JSON_STRING, &ignored) : NULL;
	const char *text = message ? quotable(service, json_text(message)) : "";
	return asprintf(&copy, "%.200s", text) < 0 ? NULL : copy;
}

static bool has_scope(const char *list, const char *scope)
{
	size_t size = strlen(scope);
	while (*list) {
		list += strspn(list, ", ");
		size_t length = strcspn(list, ", ");
		if (length == size && !strncmp(list, scope, size))
			return true;
		list += length;
	}
	return false;
}

/* 0 when the header is not there or no number that can be a time. */
static time_t number_header(const struct http_answer *answer, const char *name)
{
	const char *text = http_header(answer, name);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	return digits && digits <= 10 && !text[digits] ? (time_t)strtoll(text, NULL, 10) : 0;
}

static bool is_rate_limit(const struct http_answer *answer, const char *message)
{
	const char *remaining = http_header(answer, "x-ratelimit-remaining");
	if (answer->status == 429)
		return true;
	return answer->status == 403 && (http_header(answer, "retry-after") || strcasestr(message, "rate limit") ||
					 (remaining && !strcmp(remaining, "0")));
}

static int say_rate_limit(const struct http_answer *answer, struct err *err)
{
	char text[64] = "";
	time_t pause = number_header(answer, "retry-after"), at = number_header(answer, "x-ratelimit-reset");
	struct tm tm;
	if (pause)
		at = time(NULL) + pause;
	if (at && gmtime_r(&at, &tm))
		strftime(text, sizeof text, "after %Y-%m-%d %H:%M:%S UTC", &tm);
	return err_set(err, EX_TEMPFAIL, "too many requests were made with this token: try again %s",
		       *text ? text : "in a few minutes");
}

int gist_scope_check(const struct gist_service *service, const char *scopes, struct err *err)
{
	if (has_scope(scopes, "gist"))
		return 0;
	return err_bad(err, "the token (%s) lacks the scope gist, it has: %.200s; make one that has it at %s",
		       service->token.from, *scopes ? quotable(service, scopes) : "none", service->page);
}

/* A classic token's scopes are told in a header; a fine-grained one has permissions, which are not. */
static int say_forbidden(const struct gist_service *service, const struct http_answer *answer, const char *message,
			 struct err *err)
{
	const char *scopes = http_header(answer, "x-oauth-scopes");
	if (scopes && gist_scope_check(service, scopes, err))
		return -1;
	if (strstr(message, "Resource not accessible"))
		return err_bad(err,
			       "the token (%s) may not make gists: give it the permission to write gists, or make "
			       "one at %s",
			       service->token.from, service->page);
	if (answer->status == 404)
		return err_bad(err,
			       "not found: this is no such API, or the token (%s) lacks the scope gist: make one at %s",
			       service->token.from, service->page);
	return err_bad(err, "forbidden%s%s", *message ? ": " : "", message);
}

int gist_refusal(const struct gist_service *service, const struct http_answer *answer, struct err *err)
{
	cleanup_free char *held = message_of(service, answer);
	const char *message = held ? held : "";
	int status = answer->status;
	if (status == 401)
		return err_bad(err, "the token (%s) is wrong or has expired: make another at %s", service->token.from,
			       service->page);
	if (is_rate_limit(answer, message))
		return say_rate_limit(answer, err);
	if (status == 403 || status == 404)
		return say_forbidden(service, answer, message, err);
	if (status == 413)
		return err_bad(err, "the file is too large for a gist here");
	if (status == 422)
		return err_bad(err, "the file is not accepted, it may be too large: %s",
			       *message ? message : "no reason given");
	if (status >= 300 && status < 400)
		return err_bad(err, "answers with a redirect (%d): this is no such API", status);
	return err_set(err, status >= 500 ? EX_TEMPFAIL : STATUS_BAD, "answers with status %d%s%s%s", status,
		       *message ? ": " : "", message, status >= 500 ? "; try again later" : "");
}

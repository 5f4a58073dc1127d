#include "gist.h"

#include "app.h"
#include "http_url.h"
#include "json.h"

#include <string.h>
#include <time.h>

enum {
	ANSWER_CAP = 8 << 20, /* an answer holds a megabyte of the file, in JSON */
	CREATE_SECONDS = 300, /* five megabytes over a slow line */
	SHORT_SECONDS = 60,   /* for what is small, or comes from a content delivery network */
	ATTEMPTS = 4,         /* at a download, the first after nothing, each after twice as long */
	FIRST_PAUSE_MS = 250,
};

void gist_service_free(struct gist_service *service)
{
	free(service->api);
	free(service->host);
	free(service->page);
	token_wipe(&service->token);
	*service = (struct gist_service){0};
}

/* At GitHub the API's host is that of the pages with "api." in front; at an Enterprise server it is the same. */
static int service_fill(struct gist_service *service, const struct http_url *url, struct err *err)
{
	static const char page[] = "/settings/tokens/new?scopes=gist&description=kettle";
	const char *scheme = url->is_tls ? "https" : "http";
	char host[HTTP_HOST_MAX + 16];
	http_url_authority(url, host);
	const char *site = strncmp(host, "api.", 4) ? host : host + 4;
	service->is_plain = !url->is_tls;
	service->host = strdup(host);
	if (asprintf(&service->page, "%s://%s%s", scheme, site, page) < 0)
		service->page = NULL;
	if (asprintf(&service->api, "%s://%s%s", scheme, host, url->target) < 0)
		service->api = NULL;
	return service->host && service->page && service->api ? 0 : err_system(err, EX_OSERR, "URL");
}

int gist_service_open(const char *api, struct gist_service *service, struct err *err)
{
	struct http_url url;
	struct err reason;
	if (http_url_parse(api, &url, &reason) || strpbrk(api, "?#"))
		return err_set(err, EX_USAGE, "'%s' is not the URL of an API, as %s or https://HOST/api/v3", api,
			       GIST_API);
	for (size_t size = strlen(url.target); size && url.target[size - 1] == '/'; size--)
		url.target[size - 1] = '\0';
	return service_fill(service, &url, err);
}

/* One request to the API, whose answer must have the status that is asked for. Repeated even when it makes a gist: one
 * that was made unseen is secret and does no harm, and who has to try again by hand leaves it behind as well. */
static int ask(const struct gist_service *service, const char *path, const struct bytes *body, int status,
	       struct http_answer *answer, struct err *err)
{
	char authorization[sizeof service->token.text + 16];
	cleanup_free char *url = NULL;
	if (asprintf(&url, "%s%s", service->api, path) < 0) {
		url = NULL;
		return err_system(err, EX_OSERR, "URL");
	}
	const char *headers[] = {"Authorization",
				 authorization,
				 "Accept",
				 "application/vnd.github+json",
				 "X-GitHub-Api-Version",
				 "2022-11-28",
				 body ? "Content-Type" : NULL,
				 "application/json",
				 NULL};
	struct http_request request = {.method = body ? "POST" : "GET",
				       .url = url,
				       .headers = headers,
				       .body = body ? body->data : NULL,
				       .body_size = body ? body->size : 0,
				       .cap = ANSWER_CAP,
				       .seconds = body ? CREATE_SECONDS : SHORT_SECONDS,
				       .repetitions = 2};
	snprintf(authorization, sizeof authorization, "Bearer %s", service->token.text);
	int failed = http_exchange(&request, answer, err);
	explicit_bzero(authorization, sizeof authorization);
	if (!failed && answer->status != status)
		failed = gist_refusal(service, answer, err);
	return failed ? err_prefix(err, "%s", url) : 0;
}

int gist_token_check(const struct gist_service *service, struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	if (ask(service, "/user", NULL, 200, &answer, err))
		return -1;
	/* Tokens that have permissions rather than scopes say none at all. */
	const char *scopes = http_header(&answer, "x-oauth-scopes");
	return scopes && *scopes ? gist_scope_check(service, scopes, err) : 0;
}

static struct json *creation(const struct gist_file *file)
{
	struct json *whole = json_object(), *files = json_object(), *one = json_object();
	json_set(one, "content", json_string(file->text));
	json_set(files, file->name, one);
	json_set(whole, "description", json_string(file->description));
	json_set(whole, "public", json_boolean(false));
	json_set(whole, "files", files);
	return whole;
}

char *gist_create(const struct gist_service *service, const struct gist_file *file, struct err *err)
{
	cleanup_bytes struct bytes body = {0};
	cleanup_http_answer struct http_answer answer = {0};
	cleanup_json struct json *json = creation(file);
	if (json_write(json, false, &body, err) || ask(service, "/gists", &body, 201, &answer, err))
		return NULL;
	char *url = gist_raw_url(answer.body.data ? answer.body.data : "", answer.body.size, file->name,
				 service->is_plain, err);
	if (!url)
		err_prefix(err, "%s/gists: the answer", service->api);
	return url;
}

/* What comes after the last dot of the last segment, with it; "" when there is none. size: of the path in text. */
static const char *extension(const char *text, size_t size, size_t *length)
{
	for (size_t i = size; i > 0 && text[i - 1] != '/'; i--) {
		if (text[i - 1] != '.')
			continue;
		*length = size - (i - 1);
		return text + i - 1;
	}
	*length = 0;
	return "";
}

static int raw_url_check(const char *url, const char *name, bool is_plain, struct err *err)
{
	size_t mine, theirs;
	const char *wanted = extension(name, strlen(name), &mine);
	const char *found = extension(url, strcspn(url, "?"), &theirs);
	if (strncmp(url, "https://", 8) && !(is_plain && !strncmp(url, "http://", 7)))
		return err_bad(err, "not an https:// URL");
	for (const char *at = url; *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("#\"<>\\^`{|}", *at))
			return err_bad(err, "a character that no URL of a file has");
	if (mine != theirs || strncmp(wanted, found, mine))
		return err_bad(err, "does not end in '%s'", wanted);
	return 0;
}

char *gist_raw_url(const char *text, size_t size, const char *name, bool is_plain, struct err *err)
{
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return NULL;
	cleanup_json struct json *files = json_need(json, "files", JSON_OBJECT, err);
	cleanup_json struct json *file = files ? json_need(files, name, JSON_OBJECT, err) : NULL;
	cleanup_json struct json *url = file ? json_need(file, "raw_url", JSON_STRING, err) : NULL;
	if (url && raw_url_check(json_text(url), name, is_plain, err)) {
		err_prefix(err, "raw_url");
		return NULL;
	}
	char *copy = url ? strdup(json_text(url)) : NULL;
	if (url && !copy)
		err_system(err, EX_OSERR, "URL");
	return copy;
}

bool gist_url_is_fixed(const char *url)
{
	for (const char *raw = strstr(url, "/raw/"); raw; raw = strstr(raw + 1, "/raw/"))
		if (strspn(raw + 5, "0123456789abcdef") >= 40)
			return true;
	return false;
}

/* 0: there, and the same. 1: not so, and err says why; it may come. -1: no use to ask again. */
static int compare(const char *url, const char *sha256, struct err *err)
{
	cleanup_http_answer struct http_answer answer = {0};
	char found[DIGEST_HEX_MAX];
	struct http_request request = {.method = "GET",
				       .url = url,
				       .cap = APP_CAP,
				       .seconds = SHORT_SECONDS,
				       .redirects = 5,
				       .repetitions = 2};
	if (http_exchange(&request, &answer, err))
		return -1;
	if (answer.status != 200) {
		err_set(err, EX_TEMPFAIL, "what was published cannot be read, by a launcher neither: status %d",
			answer.status);
		return 1;
	}
	if (digest_bytes(SHA256, answer.body.data, answer.body.size, found, err))
		return -1;
	if (strcmp(found, sha256)) {
		err_set(err, STATUS_FALSE, "what was published is not the file: its sha256 is %s, not %s", found,
			sha256);
		return 1;
	}
	return 0;
}

int gist_confirm(const char *url, const char *sha256, struct err *err)
{
	long pause = FIRST_PAUSE_MS;
	int status = compare(url, sha256, err);
	for (int attempt = 1; status > 0 && attempt < ATTEMPTS; attempt++, pause *= 2) {
		nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000}, NULL);
		status = compare(url, sha256, err);
	}
	return status ? err_prefix(err, "%s", url) : 0;
}

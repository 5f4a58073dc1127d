/* corpus: vectors/gist
 * What a service of gists answers is hostile until compared. A URL that is taken from it must be one that can be
 * fetched and written with a pin behind it; whatever else it says becomes one status and one text without our token. */
#include "gist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_url(const char *text, size_t size, const char *name, bool is_plain)
{
	struct err err = {0};
	cleanup_free char *url = gist_raw_url(text, size, name, is_plain, &err);
	if (!url) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return;
	}
	if (strncmp(url, "https://", 8) && (!is_plain || strncmp(url, "http://", 7)))
		abort();
	if (strpbrk(url, "# \r\n\"") || !strstr(url, strrchr(name, '.')))
		abort();
	gist_url_is_fixed(url);
}

/* The body, and the same bytes as headers, since they are as little to be trusted. */
static void check_refusal(const struct gist_service *service, const char *text, size_t size, int status)
{
	struct err err = {0};
	cleanup_free char *body = strndup(text, size), *header = strndup(text, size);
	static const char *const names[] = {"retry-after", "x-ratelimit-reset", "x-oauth-scopes"};
	struct http_header headers[sizeof names / sizeof *names];
	if (!body || !header)
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		headers[i].name = strdup(names[i]);
		headers[i].value = header;
	}
	struct http_answer answer = {.status = status, .body = {.data = body, .size = strlen(body)}};
	for (answer.count = 0; answer.count <= sizeof names / sizeof *names; answer.count++) {
		answer.headers = headers;
		if (gist_refusal(service, &answer, &err) != -1 || !*err.text)
			abort();
		if (err.status != STATUS_BAD && err.status != EX_TEMPFAIL)
			abort();
		if (strstr(err.text, service->token.text))
			abort();
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		free(headers[i].name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 301, 401, 403, 404, 413, 418, 422, 429, 500};
	const char *text = (const char *)data;
	cleanup_gist_service struct gist_service service = {0};
	struct err err;
	if (gist_service_open(GIST_API, &service, &err))
		return 0;
	strcpy(service.token.text, "content");
	strcpy(service.token.from, "GITHUB_TOKEN");
	check_url(text, size, "app.ts", false);
	check_url(text, size, "manifest.json", true);
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		check_refusal(&service, text, size, statuses[i]);
	return 0;
}

/* URLs: what is accepted is plain ASCII without blanks, and is read back as the same; a reference found there, too.
 *
 * corpus: vectors/url
 */
#include "http_url.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct http_url *url)
{
	struct err err;
	struct http_url again;
	cleanup_free char *text = http_url_text(url, &err);
	if (!text)
		abort();
	for (const char *at = text; *at; at++)
		if (*at <= ' ' || *at > '~')
			abort();
	if (*url->target != '/' || !*url->host || strpbrk(url->host, "/?#@[]%") || url->port < 1 || url->port > 65535)
		abort();
	if (http_url_parse(text, &again, &err))
		abort();
	if (!http_url_is_same_origin(url, &again) || strcmp(url->target, again.target))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct http_url base, url;
	cleanup_free char *text = strndup((const char *)data, size);
	if (!text || http_url_parse("https://example.com/a/b?c", &base, &err))
		abort();
	int status = http_url_parse(text, &url, &err);
	if (!status)
		check(&url);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	if (!http_url_join(&base, text, &url, &err))
		check(&url);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	return 0;
}

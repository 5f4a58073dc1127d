#include "http_proxy.h"

#include "hex.h"

#include <string.h>

static const char *variable(const char *const *names, const char **found)
{
	for (; *names; names++) {
		const char *value = getenv(*names);
		if (!value || !*value)
			continue;
		*found = *names;
		return value;
	}
	return NULL;
}

/* Is host the listed name, or below it? */
static bool is_covered(const char *host, const char *listed, size_t size)
{
	size_t host_size = strlen(host);
	while (size && *listed == '.') {
		listed++;
		size--;
	}
	if (!size || size > host_size || strncasecmp(host + host_size - size, listed, size))
		return false;
	return size == host_size || host[host_size - size - 1] == '.';
}

static bool is_exempt(const char *host)
{
	static const char *const names[] = {"no_proxy", "NO_PROXY", NULL}, separators[] = ", \t";
	const char *found, *at = variable(names, &found);
	while (at && *at) {
		size_t size = strcspn(at, separators);
		if ((size == 1 && *at == '*') || is_covered(host, at, size))
			return true;
		at += size;
		at += strspn(at, separators);
	}
	return false;
}

static int login_read(const char *text, size_t size, struct http_proxy *proxy, struct err *err)
{
	size_t out = 0;
	for (size_t i = 0; i < size; i++) {
		int high = text[i] == '%' && i + 2 < size ? hex_digit(text[i + 1]) : -1;
		int low = high < 0 ? -1 : hex_digit(text[i + 2]);
		char c = low < 0 ? text[i] : (char)(high << 4 | low);
		if (c < ' ' || out + 1 >= sizeof proxy->login)
			return err_bad(err, "its user and password have control characters, or more than %zu bytes",
				       sizeof proxy->login - 1);
		proxy->login[out++] = c;
		i += low < 0 ? 0 : 2;
	}
	proxy->login[out] = '\0';
	return 0;
}

static int proxy_read(const char *text, struct http_proxy *proxy, struct err *err)
{
	static const char http[] = "http://";
	char url[HTTP_URL_MAX];
	if (!strncasecmp(text, http, strlen(http)))
		text += strlen(http);
	else if (strstr(text, "://"))
		return err_bad(err, "only http:// proxies are supported");
	size_t authority = strcspn(text, "/");
	const char *at = memrchr(text, '@', authority);
	*proxy->login = '\0';
	if (at && login_read(text, (size_t)(at - text), proxy, err))
		return -1;
	const char *host = at ? at + 1 : text;
	size_t size = authority - (size_t)(host - text);
	const char *bracket = memchr(host, ']', size);
	const char *name_end = bracket ? bracket : host;
	/* Without a port it is 1080, as for curl. */
	bool has_port = memchr(name_end, ':', size - (size_t)(name_end - host));
	snprintf(url, sizeof url, "%s%.*s%s", http, (int)size, host, has_port ? "" : ":1080");
	return http_url_parse(url, &proxy->url, err);
}

int http_proxy_find(const struct http_url *url, struct http_proxy *proxy, struct err *err)
{
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
	const char *found = NULL;
	if (!url->is_tls || http_url_is_loopback(url) || is_exempt(url->host))
		return 0;
	const char *text = variable(names, &found);
	if (!text)
		return 0;
	return proxy_read(text, proxy, err) ? err_prefix(err, "%s", found) : 1;
}

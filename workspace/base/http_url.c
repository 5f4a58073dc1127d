#include "http_url.h"

#include "hex.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

static unsigned own_port(bool is_tls)
{
	return is_tls ? 443 : 80;
}

/* What RFC 3986 has in a path and a query, '[' and ']' with it, which many write as they are. */
static bool is_target_character(char c)
{
	return c > ' ' && c <= '~' && !strchr("\"<>\\^`{|}#", c);
}

static int target_read(const char *text, struct http_url *url, struct err *err)
{
	size_t size = strcspn(text, "#");
	bool is_bare = *text != '/'; /* nothing, or a query alone */
	for (size_t i = 0; i < size; i++) {
		if (!is_target_character(text[i]))
			return err_bad(err, "not a URL: a character that must be percent-encoded");
		if (text[i] == '%' && (hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0))
			return err_bad(err, "not a URL: '%%' without two hexadecimal digits");
	}
	if (size + is_bare > HTTP_URL_MAX)
		return err_bad(err, "a URL longer than %d characters", HTTP_URL_MAX);
	snprintf(url->target, sizeof url->target, "%s%.*s", is_bare ? "/" : "", (int)size, text);
	return 0;
}

static int port_read(const char *text, size_t size, struct http_url *url, struct err *err)
{
	unsigned port = 0;
	for (size_t i = 0; i < size && port <= 65535; i++)
		port = isdigit((unsigned char)text[i]) ? 10 * port + (unsigned)(text[i] - '0') : 65536;
	if (port < 1 || port > 65535)
		return err_bad(err, "not a URL: its port is not a number from 1 to 65535");
	url->port = port;
	return 0;
}

static bool is_host_name(const char *host)
{
	size_t size = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-._");
	return size && !host[size] && isalnum((unsigned char)*host);
}

static bool is_ipv6(const char *host)
{
	struct in6_addr address;
	return inet_pton(AF_INET6, host, &address) == 1;
}

/* spec: RFC 3986 section 3.2 */
static int authority_read(const char *text, size_t size, struct http_url *url, struct err *err)
{
	bool is_bracketed = *text == '[';
	const char *end = text + size, *host = text + is_bracketed;
	const char *host_end = memchr(host, is_bracketed ? ']' : ':', (size_t)(end - host));
	if (memchr(text, '@', size))
		return err_bad(err, "a URL with a user or a password is not supported");
	if (!host_end && is_bracketed)
		return err_bad(err, "not a URL: '[' without ']'");
	host_end = host_end ? host_end : end;
	size_t host_size = (size_t)(host_end - host);
	if (host_size > HTTP_HOST_MAX)
		return err_bad(err, "a host name longer than %d characters", HTTP_HOST_MAX);
	for (size_t i = 0; i < host_size; i++)
		url->host[i] = (char)tolower((unsigned char)host[i]);
	url->host[host_size] = '\0';
	if (!(is_bracketed ? is_ipv6(url->host) : is_host_name(url->host)) || strlen(url->host) != host_size)
		return err_bad(err, "not a URL: '%.*s' is not a host", (int)host_size, host);
	host_end += is_bracketed;
	if (host_end == end)
		return 0;
	if (*host_end != ':')
		return err_bad(err, "not a URL: '%.*s' after the host", (int)(end - host_end), host_end);
	return port_read(host_end + 1, (size_t)(end - host_end - 1), url, err);
}

int http_url_parse(const char *text, struct http_url *url, struct err *err)
{
	static const char http[] = "http://", https[] = "https://";
	url->is_tls = !strncasecmp(text, https, strlen(https));
	if (!url->is_tls && strncasecmp(text, http, strlen(http)))
		return err_bad(err, "not an https:// URL");
	url->port = own_port(url->is_tls);
	const char *authority = text + strlen(url->is_tls ? https : http);
	size_t size = strcspn(authority, "/?#");
	if (authority_read(authority, size, url, err))
		return -1;
	return target_read(authority + size, url, err);
}

void http_url_authority(const struct http_url *url, char into[HTTP_HOST_MAX + 16])
{
	bool is_bracketed = strchr(url->host, ':');
	char port[8] = "";
	if (url->port != own_port(url->is_tls))
		snprintf(port, sizeof port, ":%u", url->port);
	snprintf(into, HTTP_HOST_MAX + 16, "%s%s%s%s", is_bracketed ? "[" : "", url->host, is_bracketed ? "]" : "",
		 port);
}

char *http_url_text(const struct http_url *url, struct err *err)
{
	char authority[HTTP_HOST_MAX + 16], *text;
	http_url_authority(url, authority);
	if (asprintf(&text, "http%s://%s%s", url->is_tls ? "s" : "", authority, url->target) >= 0)
		return text;
	err_system(err, EX_OSERR, "URL");
	return NULL;
}

static bool has_dot_dot(const char *path, size_t size)
{
	for (const char *at = path, *end = path + size; at < end;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t segment = (size_t)((slash ? slash : end) - at);
		if (segment == 2 && !memcmp(at, "..", 2))
			return true;
		at += segment + 1;
	}
	return false;
}

/* spec: RFC 3986 section 5.2.4, but for '..': "/./" is a slash, and so is "/." at the end. */
static void drop_dots(char *target)
{
	char *end = target + strcspn(target, "?#"), *out = target, *in = target;
	while (in < end) {
		bool is_dot = in[0] == '/' && in[1] == '.' && (in + 2 == end || in[2] == '/');
		if (!is_dot)
			*out++ = *in++;
		else if ((in += 2) == end)
			*out++ = '/';
	}
	memmove(out, end, strlen(end) + 1);
}

/* How much of base's target is kept in front of reference. spec: RFC 3986 section 5.2.2 */
static size_t kept(const char *target, const char *reference)
{
	size_t path = strcspn(target, "?");
	if (*reference == '/')
		return 0;
	if (*reference == '?')
		return path;
	while (target[path - 1] != '/') /* it begins with one */
		path--;
	return path;
}

int http_url_join(const struct http_url *base, const char *reference, struct http_url *url, struct err *err)
{
	char merged[HTTP_URL_MAX + 1];
	size_t segment = strcspn(reference, "/?#");
	if (!strncmp(reference, "//", 2)) {
		int size = snprintf(merged, sizeof merged, "http%s:%s", base->is_tls ? "s" : "", reference);
		return size < (int)sizeof merged ? http_url_parse(merged, url, err)
						 : err_bad(err, "a URL longer than %d characters", HTTP_URL_MAX);
	}
	if (memchr(reference, ':', segment))
		return http_url_parse(reference, url, err);
	if (!*reference || *reference == '#')
		return err_bad(err, "empty");
	if (has_dot_dot(reference, strcspn(reference, "?#")))
		return err_bad(err, "'..' in a relative URL");
	int size =
		snprintf(merged, sizeof merged, "%.*s%s", (int)kept(base->target, reference), base->target, reference);
	if (size >= (int)sizeof merged)
		return err_bad(err, "a URL longer than %d characters", HTTP_URL_MAX);
	drop_dots(merged);
	url->is_tls = base->is_tls;
	url->port = base->port;
	memmove(url->host, base->host, sizeof url->host);
	return target_read(merged, url, err);
}

bool http_url_is_loopback(const struct http_url *url)
{
	struct in_addr address;
	struct in6_addr address6;
	if (inet_pton(AF_INET, url->host, &address) == 1)
		return ntohl(address.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, url->host, &address6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&address6);
	return !strcmp(url->host, "localhost");
}

bool http_url_is_same_origin(const struct http_url *a, const struct http_url *b)
{
	return a->is_tls == b->is_tls && a->port == b->port && !strcmp(a->host, b->host);
}

#include "forwarded.h"

#include "http_head.h"

#include <ctype.h>
#include <string.h>

/* The port in a Host header; NULL: none is there. */
static const char *port_in(const char *host)
{
	const char *colon = strrchr(host, ':'), *bracket = strrchr(host, ']');
	bool is_port = colon && colon > bracket && colon[1] && colon[1 + strspn(colon + 1, "0123456789")] == '\0';
	return is_port ? colon + 1 : NULL;
}

static const char *proto_of(const struct http_head *head)
{
	struct view list = http_head_value(head, "x-forwarded-proto"), item;
	return http_list_next(&list, &item) && http_same(item, "https") ? "https" : "http";
}

int forwarded_read(struct view upgrade, struct forwarded *forwarded, struct err *err)
{
	size_t looked = 0, size = 0;
	cleanup_free struct http_head *head = malloc(sizeof *head);
	if (!head)
		return err_system(err, EX_OSERR, "head");
	if (http_head_size(upgrade, &looked, &size, err) ||
	    (size && http_request_read(view_of(upgrade.data, size), head, err)))
		return err_prefix(err, "upgrade");
	if (!size)
		return err_bad(err, "upgrade: not a whole head");
	struct view host = http_head_value(head, "host");
	forwarded->host = strndup(host.data ? (const char *)host.data : "", host.size);
	if (!forwarded->host)
		return err_system(err, EX_OSERR, "host");
	forwarded->proto = proto_of(head);
	forwarded->port = port_in(forwarded->host);
	if (!forwarded->port)
		forwarded->port = strcmp(forwarded->proto, "https") ? "80" : "443";
	return 0;
}

void forwarded_free(struct forwarded *forwarded)
{
	free(forwarded->host);
	*forwarded = (struct forwarded){0};
}

/* Whatever tells of proxies is ours to say. An alias is one for a backend that makes variables of headers. */
static bool is_ours(struct view name)
{
	static const char *const names[] = {"host", "forwarded", "via", "x-real-ip"};
	static const char prefix[] = "x-forwarded";
	struct view begin = view_of(name.data, name.size < strlen(prefix) ? name.size : strlen(prefix));
	if (http_is_alias(begin, prefix))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (http_is_alias(name, names[i]))
			return true;
	return false;
}

static struct message_header header(const char *name, const char *value)
{
	return (struct message_header){view_of(name, strlen(name)), view_of(value, strlen(value))};
}

size_t forwarded_headers(const struct forwarded *forwarded, const struct message_header *given, size_t count,
			 struct message_header *into)
{
	size_t kept = 0;
	/* Hop by hop is said of the client's headers alone: else it could name ours. */
	for (size_t i = 0; i < count; i++)
		if (!is_ours(given[i].name) && !http_is_hop_by_hop(given, count, given[i].name))
			into[kept++] = given[i];
	into[kept++] = header("host", forwarded->host);
	into[kept++] = header("x-forwarded-proto", forwarded->proto);
	into[kept++] = header("x-forwarded-host", forwarded->host);
	into[kept++] = header("x-forwarded-port", forwarded->port);
	return kept;
}

/* spec: RFC 3986 3: behind scheme and authority, without the fragment. */
struct view forwarded_target(struct view url, char *into)
{
	const char *at = (const char *)url.data, *end = at + url.size;
	const char *fragment = memchr(at, '#', url.size);
	size_t scheme = 0, size = 0;
	end = fragment ? fragment : end;
	while (at + scheme < end && (isalnum((unsigned char)at[scheme]) || strchr("+-.", at[scheme])))
		scheme++;
	if (end - at - (ptrdiff_t)scheme >= 3 && scheme && !memcmp(at + scheme, "://", 3))
		for (at += scheme + 3; at < end && *at != '/' && *at != '?';)
			at++;
	if (at == end || *at != '/')
		into[size++] = '/';
	if (at < end && *at != '/' && *at != '?')
		return (struct view){0};
	for (; at < end; at++) {
		if (*at <= ' ' || *at > '~')
			return (struct view){0};
		into[size++] = *at;
	}
	into[size] = '\0';
	return view_of(into, size);
}

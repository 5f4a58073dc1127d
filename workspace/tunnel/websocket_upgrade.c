#include "websocket_upgrade.h"

#include "base64.h"
#include "digest.h"
#include "http_head.h"

#include <string.h>

/* spec: RFC 6455 1.3 */
static const char accept_suffix[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static struct view text_view(const char *text)
{
	return view_of(text, strlen(text));
}

static int add_header(struct bytes *into, const char *name, const char *value, struct err *err)
{
	if (!http_is_token(text_view(name)) || !http_is_field_value(text_view(value)))
		return err_bad(err, "a header that is none");
	return bytes_addf(into, err, "%s: %s\r\n", name, value);
}

static bool is_target(const char *text)
{
	size_t graphic = 0;
	while (text[graphic] > ' ' && text[graphic] < 0x7f)
		graphic++;
	return *text == '/' && !text[graphic];
}

int upgrade_write(const struct upgrade *upgrade, const uint8_t nonce[UPGRADE_NONCE_SIZE], struct bytes *into,
		  struct err *err)
{
	cleanup_bytes struct bytes key = {0};
	if (!is_target(upgrade->target))
		return err_bad(err, "a target that is none");
	if (base64_write(nonce, UPGRADE_NONCE_SIZE, &key, err) ||
	    bytes_addf(into, err, "GET %s HTTP/1.1\r\n", upgrade->target) ||
	    add_header(into, "Host", upgrade->authority, err) || add_header(into, "Upgrade", "websocket", err) ||
	    add_header(into, "Connection", "Upgrade", err) || add_header(into, "Sec-WebSocket-Key", key.data, err) ||
	    add_header(into, "Sec-WebSocket-Version", "13", err))
		return -1;
	if (upgrade->protocols && add_header(into, "Sec-WebSocket-Protocol", upgrade->protocols, err))
		return -1;
	for (const char *const *header = upgrade->headers; header && *header; header += 2)
		if (add_header(into, header[0], header[1], err))
			return -1;
	return bytes_add(into, "\r\n", 2, err);
}

/* spec: RFC 6455 4.2.2 */
int upgrade_accept(const uint8_t nonce[UPGRADE_NONCE_SIZE], char accept[UPGRADE_ACCEPT_SIZE + 1], struct err *err)
{
	cleanup_bytes struct bytes text = {0}, coded = {0};
	uint8_t digest[SHA1_SIZE];
	if (base64_write(nonce, UPGRADE_NONCE_SIZE, &text, err) ||
	    bytes_add(&text, accept_suffix, strlen(accept_suffix), err) ||
	    digest_sha1(text.data, text.size, digest, err) || base64_write(digest, sizeof digest, &coded, err))
		return -1;
	memcpy(accept, coded.data, UPGRADE_ACCEPT_SIZE + 1);
	return 0;
}

static size_t count(const struct http_head *head, const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < head->header_count; i++)
		count += http_same(head->headers[i].name, name);
	return count;
}

static bool is_offered(struct view name, const char *protocols)
{
	struct view list = text_view(protocols ? protocols : ""), item;
	while (http_list_next(&list, &item))
		if (view_is(item, name))
			return true;
	return false;
}

static int read_protocol(const struct http_head *head, const char *protocols, struct view *protocol, struct err *err)
{
	static const char name[] = "Sec-WebSocket-Protocol";
	*protocol = (struct view){0};
	if (!count(head, name))
		return 0;
	*protocol = http_head_value(head, name);
	if (!protocol->data || !is_offered(*protocol, protocols))
		return err_bad(err, "the server chose a protocol that was not offered");
	return 0;
}

/* spec: RFC 6455 4.1, what a client checks of the answer */
int upgrade_read(struct view bytes, const char *accept, const char *protocols, struct view *protocol, struct err *err)
{
	struct http_head head;
	if (http_response_read(bytes, false, &head, err))
		return err_prefix(err, "the server's answer");
	if (head.status != 101)
		return err_bad(err, "the server answered with status %d", head.status);
	if (!head.upgrade.data || !http_same(head.upgrade, "websocket") || !head.asks_upgrade || head.minor != 1)
		return err_bad(err, "the server upgrades to something else");
	struct view value = http_head_value(&head, "Sec-WebSocket-Accept");
	if (!value.data || !view_is(value, text_view(accept)))
		return err_bad(err, "the server's Sec-WebSocket-Accept is of another key");
	if (count(&head, "Sec-WebSocket-Extensions"))
		return err_bad(err, "the server chose an extension, and none was offered");
	return read_protocol(&head, protocols, protocol, err);
}

/* The client's handshake, and whose a message is. */
#include "hex.h"
#include "key_binding.h"
#include "tunnel_client_parts.h"

#include <string.h>
#include <sys/random.h>

enum {
	DEFAULT_SECONDS = 30,
	DEFAULT_SILENT = 60,
	PREFIX_SIZE = 8,
	CODE_NORMAL = 1000,
	CODE_PROTOCOL = 1002,
	CODE_POLICY = 1008,
	CODE_OURS = 1011
};

static int draw(void *into, size_t size, struct err *err)
{
	return getrandom(into, size, 0) == (ssize_t)size ? 0 : err_system(err, EX_OSERR, "no random bytes");
}

static int set_up(struct tunnel_client *client, struct err *err)
{
	uint8_t prefix[PREFIX_SIZE];
	const struct tunnel_client_settings *settings = &client->settings;
	if (draw(client->nonce, sizeof client->nonce, err) || draw(prefix, sizeof prefix, err))
		return -1;
	hex_write(prefix, sizeof prefix, client->prefix);
	struct channel_settings channel = {
		.role = CHANNEL_CLIENT,
		.only_version_2 = settings->only_version_2,
		.no_version_2 = settings->no_version_2,
		.nonce = settings->sends_nonce ? client->nonce : NULL,
		.sealed_cap = settings->sealed_cap,
	};
	client->channel = channel_new(&channel, err);
	return client->channel ? 0 : -1;
}

struct tunnel_client *client_new(const struct tunnel_client_settings *settings, const struct tunnel_wire *wire,
				 int64_t now, struct err *err)
{
	struct tunnel_client *client = calloc(1, sizeof *client);
	if (!client)
		return err_system(err, EX_OSERR, "tunnel"), NULL;
	client->settings = *settings;
	client->wire = *wire;
	client->now = now;
	client->deadline = now + 1000 * (int64_t)(settings->seconds ? settings->seconds : DEFAULT_SECONDS);
	client->settings.silent_seconds = settings->silent_seconds ? settings->silent_seconds : DEFAULT_SILENT;
	if (!set_up(client, err))
		return client;
	client_free(client);
	return NULL;
}

void client_free(struct tunnel_client *client)
{
	if (!client)
		return;
	client->state = CLIENT_OVER;
	requests_over(client, NULL);
	sockets_over(client, NULL);
	requests_sweep(client);
	sockets_sweep(client);
	message_free(&client->taken.message);
	channel_free(client->channel);
	free(client);
}

int tunnel_client_version(const struct tunnel_client *client)
{
	return channel_version(client->channel);
}

void client_over(struct tunnel_client *client, int code, const struct err *err)
{
	if (client->state == CLIENT_OVER)
		return;
	client->state = CLIENT_OVER;
	client->has_why = err;
	if (err)
		client->why = *err;
	requests_over(client, err ? &client->why : NULL);
	sockets_over(client, err ? &client->why : NULL);
	client->wire.close(client->wire.context, code);
}

void tunnel_client_close(struct tunnel_client *client)
{
	client_over(client, CODE_NORMAL, NULL);
}

void client_stray(struct tunnel_client *client, const char *what)
{
	struct err err;
	if (channel_version(client->channel) < 2 && ++client->strays <= CLIENT_STRAYS)
		return;
	err_bad(&err, "refused: %s", what);
	client_over(client, CODE_POLICY, &err);
}

/* Room for the WebSocket's own head. */
static int reserve(struct bytes *frame, struct err *err)
{
	static const char room[WEBSOCKET_HEADROOM];
	return bytes_add(frame, room, sizeof room, err);
}

static int write_frame(struct tunnel_client *client, int (*append)(struct channel *, struct bytes *, struct err *),
		       struct err *err)
{
	struct bytes frame = {0};
	if (!reserve(&frame, err) && !append(client->channel, &frame, err))
		return client->wire.send(client->wire.context, &frame, err);
	bytes_free(&frame);
	return -1;
}

int client_send(struct tunnel_client *client, const struct message *message, struct err *err)
{
	struct bytes frame = {0};
	if (!reserve(&frame, err) && !channel_seal(client->channel, message, &frame, err))
		return client->wire.send(client->wire.context, &frame, err);
	bytes_free(&frame);
	return -1;
}

void client_connected(struct tunnel_client *client)
{
	struct err err;
	if (client->state != CLIENT_CONNECTING)
		return;
	client->state = CLIENT_SHAKING;
	if (write_frame(client, channel_hello, &err))
		client_over(client, CODE_OURS, &err);
}

/* spec: tunnel-spec.md 1.2, 4: the key is made when the evidence was found good, and not before */
static int judge(struct tunnel_client *client, const struct message *offer, struct err *err)
{
	uint8_t report_data[KEY_BINDING_SIZE];
	const struct tunnel_client_settings *settings = &client->settings;
	if (offer->public_key.size != TUNNEL_KEY_SIZE)
		return err_bad(err, "refused: a key of another size");
	if (key_binding(offer->public_key.data, settings->sends_nonce ? client->nonce : NULL, report_data, err))
		return -1;
	if (settings->judge(settings->context, offer, report_data, settings->sends_nonce, err))
		return err_prefix(err, "refused");
	return write_frame(client, channel_accept, err);
}

static void take_offer(struct tunnel_client *client, const struct message *offer)
{
	struct err err;
	int status = judge(client, offer, &err);
	if (client->state == CLIENT_OVER)
		return;
	if (status) {
		client_over(client, CODE_POLICY, &err);
		return;
	}
	client->state = CLIENT_OPEN;
	client->wire.settle(client->wire.context, channel_frame_cap(client->channel));
	if (client->settings.opened)
		client->settings.opened(client->settings.context);
}

static void take_payload(struct tunnel_client *client, const struct message *message)
{
	switch (message->type) {
	case HTTP_RESPONSE:
	case HTTP_CHUNK:
	case HTTP_WINDOW:
	case HTTP_CANCEL:
		requests_take(client, message);
		break;
	case WS_EVENT:
	case WS_MESSAGE:
	case WS_CLOSE:
		sockets_take(client, message);
		break;
	case CLIENT_KX_READY:
	case SERVER_KX:
	case CLIENT_KX:
	case ENC:
	case HTTP_REQUEST:
	case WS_CONNECT:
	case MESSAGE_TYPES:
		client_stray(client, "a message that only a client sends");
		break;
	}
}

/* Of version 1 it is passed over, as the channel counts it. Who speaks version 2 alone need not wait for more. */
static void take_ignored(struct tunnel_client *client, struct err *err)
{
	if (client->state != CLIENT_SHAKING || !client->settings.only_version_2)
		return;
	err_prefix(err, "refused");
	client_over(client, CODE_PROTOCOL, err);
}

/* A frame that does not open is no mistake of the server's: somebody changed it, or is somebody else. */
static void take_end(struct tunnel_client *client, struct err *err)
{
	if (client->taken.code == CODE_POLICY && err->status == STATUS_BAD)
		err->status = STATUS_FALSE;
	err_prefix(err, "refused");
	client_over(client, client->taken.code, err);
}

void client_take(struct tunnel_client *client, uint8_t *frame, size_t size, bool is_binary)
{
	struct err err = {0};
	requests_sweep(client);
	sockets_sweep(client);
	if (client->state == CLIENT_OVER)
		return;
	if (!is_binary) {
		client_stray(client, "a message of text");
		return;
	}
	int result = channel_take(client->channel, frame, size, &client->taken, &err);
	if (result == CHANNEL_OFFERED && client->state == CLIENT_SHAKING)
		take_offer(client, &client->taken.message);
	else if (result == CHANNEL_PAYLOAD && client->state == CLIENT_OPEN)
		take_payload(client, &client->taken.message);
	else if (result == CHANNEL_OVER)
		take_end(client, &err);
	else if (result < 0)
		client_over(client, CODE_OURS, &err);
	else if (result == CHANNEL_IGNORED)
		take_ignored(client, &err);
	else
		client_stray(client, "a message at the wrong time");
}

void client_drained(struct tunnel_client *client)
{
	if (client->state != CLIENT_OPEN)
		return;
	requests_drained(client);
	if (client->state == CLIENT_OPEN)
		sockets_drained(client);
}

void client_tick(struct tunnel_client *client, int64_t now)
{
	struct err err;
	requests_sweep(client);
	sockets_sweep(client);
	client->now = now;
	if (client->state == CLIENT_OPEN)
		requests_tick(client);
	if (client->state == CLIENT_OPEN)
		sockets_tick(client);
	if (client->state >= CLIENT_OPEN || now < client->deadline)
		return;
	err_set(&err, EX_TEMPFAIL, "%s in time",
		client->state == CLIENT_CONNECTING ? "no connection" : "no answer to the handshake");
	client_over(client, CODE_POLICY, &err);
}

struct view client_id(const struct tunnel_client *client, uint64_t number, char text[CLIENT_ID_SIZE])
{
	int size = snprintf(text, CLIENT_ID_SIZE, "%s-%llu", client->prefix, (unsigned long long)number);
	return view_of(text, (size_t)size);
}

uint64_t client_id_number(const struct tunnel_client *client, struct view id)
{
	char text[CLIENT_ID_SIZE];
	size_t at = 2 * PREFIX_SIZE + 1;
	uint64_t number = 0;
	for (; at < id.size && number <= client->ids && id.data[at] >= '0' && id.data[at] <= '9'; at++)
		number = 10 * number + (uint64_t)(id.data[at] - '0');
	return number && number <= client->ids && view_is(id, client_id(client, number, text)) ? number : 0;
}

/* corpus: vectors/tunnel-message/good
 * Every input is given to both ends at every stage: in clear before the handshake's end, in clear after it, and as the
 * plaintext of a frame that opens. Nothing but a payload that the other end may send comes out. */
#include "channel_state.h"
#include "hand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(struct channel *channel, const uint8_t *data, size_t size, struct bytes *frame)
{
	struct err err = {0};
	struct channel_taken taken = {0};
	frame->size = 0;
	hand_must(!bytes_add(frame, data, size, &err));
	int result = channel_take(channel, (uint8_t *)frame->data, frame->size, &taken, &err);
	hand_must(result >= CHANNEL_IGNORED && result <= CHANNEL_OVER);
	hand_must((result == CHANNEL_IGNORED || result == CHANNEL_OVER) == (*err.text && err.status == STATUS_BAD) ||
		  result == CHANNEL_ASKED);
	hand_must((result == CHANNEL_OVER) == (taken.code >= 1002 && taken.code <= 1009));
	hand_must(result != CHANNEL_PAYLOAD || taken.message.type >= HTTP_REQUEST);
	message_free(&taken.message);
	return result;
}

static struct channel *make(enum channel_role role, struct tunnel_key *key)
{
	struct err err;
	struct channel *channel = channel_new(&(struct channel_settings){.role = role, .key = key}, &err);
	hand_must(channel);
	return channel;
}

static void before_handshake(const uint8_t *data, size_t size)
{
	static struct tunnel_key *key;
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	hand_must(key || (key = tunnel_key_new(&err)));
	struct channel *server = make(CHANNEL_SERVER, key), *client = make(CHANNEL_CLIENT, NULL);
	hand_must(take(server, data, size, &frame) != CHANNEL_OPENED);
	hand_must(!channel_hello(client, &frame, &err));
	if (take(client, data, size, &frame) == CHANNEL_OFFERED && channel_accept(client, &frame, &err))
		hand_must(err.status == STATUS_BAD && !channel_is_open(client));
	channel_free(server);
	channel_free(client);
}

/* The server has offered its key, and this comes instead of the client's. */
static void instead_of_key(int version, const uint8_t *data, size_t size)
{
	static struct tunnel_key *key;
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	hand_must(key || (key = tunnel_key_new(&err)));
	struct channel *server = make(CHANNEL_SERVER, key);
	struct channel_taken taken = {0};
	hand_write(&(struct message){.type = CLIENT_KX_READY, .version = version}, &frame);
	hand_must(hand_give(server, &frame, &taken) == CHANNEL_ASKED);
	hand_must(!channel_offer(server, &(struct message){.quote = view_of_literal("q")}, &frame, &err));
	hand_must(take(server, data, size, &frame) != CHANNEL_OPENED);
	message_free(&taken.message);
	channel_free(server);
}

static void after_handshake(enum channel_role role, int version, const uint8_t *data, size_t size)
{
	static struct {
		struct channel *channel;
		struct hand hand;
	} kept[2][2];
	cleanup_bytes struct bytes sealed = {0}, frame = {0};
	__typeof__(&kept[0][0]) it = &kept[role][version - 1];
	for (int is_sealed = 0; is_sealed <= 1; is_sealed++) {
		if (!it->channel)
			it->channel = hand_open(&it->hand, role, version);
		if (is_sealed)
			hand_seal(&it->hand, data, size, &sealed);
		int result = take(it->channel, is_sealed ? (uint8_t *)sealed.data : data,
				  is_sealed ? sealed.size : size, &frame);
		hand_must(result == CHANNEL_PAYLOAD || result == CHANNEL_IGNORED || result == CHANNEL_OVER);
		hand_must(result != CHANNEL_PAYLOAD || is_sealed);
		/* As if nothing had been: a handshake for each input would take most of the time. */
		it->channel->stage = STAGE_OPEN;
		it->channel->refused = 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	before_handshake(data, size);
	for (int version = 1; version <= 2; version++) {
		instead_of_key(version, data, size);
		after_handshake(CHANNEL_SERVER, version, data, size);
		after_handshake(CHANNEL_CLIENT, version, data, size);
	}
	return 0;
}

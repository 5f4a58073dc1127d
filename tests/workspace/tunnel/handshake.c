/* handshake FILE: both ends of a connection of vectors/tunnel, each alone, with its secrets: what it says and what it
 * understands is, byte for byte, what stands there. */
#include "channel.h"
#include "known.h"
#include "seal.h"

#include "../base/unit.h"

static int version;

static bool is_known(const struct bytes *frame, const char *name)
{
	struct view value = known_of(name);
	return value.data && view_is(view_of(frame->data, frame->size), value);
}

/* A copy, since taking decrypts in place. */
static int take(struct channel *channel, const char *name, struct bytes *copy, struct channel_taken *taken)
{
	struct err err;
	struct view value = known_of(name);
	copy->size = 0;
	if (!value.data || bytes_add(copy, value.data, value.size, &err))
		abort();
	int result = channel_take(channel, (uint8_t *)copy->data, copy->size, taken, &err);
	if (result != CHANNEL_ASKED && result != CHANNEL_OFFERED && result != CHANNEL_OPENED &&
	    result != CHANNEL_PAYLOAD)
		fprintf(stderr, "%s: %s\n", name, err.text);
	return result;
}

/* Frame `number` of a direction, as it is sealed and as it is opened, says what its plaintext does. */
static bool check_frame(struct channel *from, struct channel *to, const char *direction, int number)
{
	struct err err;
	char sealed[32], plain[40];
	cleanup_bytes struct bytes copy = {0}, again = {0};
	struct channel_taken taken = {0};
	snprintf(sealed, sizeof sealed, "%s_%d", direction, number);
	snprintf(plain, sizeof plain, "%s_%d_plain", direction, number);
	if (!known_of(sealed).data)
		return false;
	CHECK(take(to, sealed, &copy, &taken) == CHANNEL_PAYLOAD);
	CHECK(!message_write(&taken.message, &again, &err) && is_known(&again, plain));
	again.size = 0;
	CHECK(!channel_seal(from, &taken.message, &again, &err));
	CHECK(version == 1 || is_known(&again, sealed));
	message_free(&taken.message);
	return true;
}

static struct channel *server(void)
{
	struct err err;
	struct channel_taken taken = {0};
	cleanup_bytes struct bytes copy = {0}, frame = {0};
	struct tunnel_key *key = tunnel_key_of(known_of("server_secret").data, &err);
	struct channel *channel = channel_new(&(struct channel_settings){.role = CHANNEL_SERVER, .key = key}, &err);
	tunnel_key_free(key);
	CHECK(take(channel, "client_kx_ready", &copy, &taken) == CHANNEL_ASKED);
	CHECK(view_is(taken.message.nonce, known_of("nonce")));
	uint8_t quote[48];
	for (uint8_t i = 0; i < sizeof quote; i++)
		quote[i] = i;
	struct message evidence = {.quote = view_of(quote, sizeof quote),
				   .event_log = view_of_literal("[]"),
				   .vm_config = view_of_literal("{}")};
	known_random_is(known_of("server_share_secret"), (struct view){0}, (struct view){0});
	CHECK(!channel_offer(channel, &evidence, &frame, &err) && is_known(&frame, "server_kx"));
	CHECK(take(channel, "client_kx", &copy, &taken) == CHANNEL_OPENED);
	CHECK(channel_is_open(channel) && channel_version(channel) == version);
	message_free(&taken.message);
	return channel;
}

static struct channel *client(void)
{
	struct err err;
	struct channel_taken taken = {0};
	cleanup_bytes struct bytes copy = {0}, frame = {0};
	struct channel *channel = channel_new(&(struct channel_settings){.role = CHANNEL_CLIENT,
									 .no_version_2 = version == 1,
									 .nonce = known_of("nonce").data},
					      &err);
	CHECK(!channel_hello(channel, &frame, &err) && is_known(&frame, "client_kx_ready"));
	CHECK(take(channel, "server_kx", &copy, &taken) == CHANNEL_OFFERED);
	CHECK(taken.message.quote.size == 48 && view_is(taken.message.event_log, view_of_literal("[]")));
	if (version == 2)
		known_random_is(known_of("client_share_secret"), known_of("key"), known_of("sealing_secret"));
	else
		known_random_is(known_of("key"), known_of("sealing_secret"), (struct view){0});
	frame.size = 0;
	CHECK(!channel_accept(channel, &frame, &err) && is_known(&frame, "client_kx"));
	CHECK(channel_is_open(channel) && channel_version(channel) == version);
	message_free(&taken.message);
	return channel;
}

/* The keys alone, where a mistake in the rest cannot hide. */
static void check_keys(void)
{
	struct err err;
	uint8_t secret[2 * SEAL_KEY_SIZE], to_server[SEAL_KEY_SIZE], to_client[SEAL_KEY_SIZE], share[SEAL_KEY_SIZE];
	memcpy(secret, known_of("key").data, SEAL_KEY_SIZE);
	seal_public(known_of("client_share_secret").data, share);
	CHECK(!seal_shared(known_of("server_share_secret").data, share, secret + SEAL_KEY_SIZE, &err));
	CHECK(view_is(view_of(secret + SEAL_KEY_SIZE, SEAL_KEY_SIZE), known_of("shared")));
	struct transcript *transcript = transcript_new(&err);
	transcript_add(transcript, known_of("client_kx_ready"));
	transcript_add(transcript, known_of("server_kx"));
	transcript_add(transcript, known_of("client_kx"));
	transcript_keys(transcript, secret, to_server, to_client);
	CHECK(view_is(view_of(to_server, sizeof to_server), known_of("key_to_server")));
	CHECK(view_is(view_of(to_client, sizeof to_client), known_of("key_to_client")));
	transcript_free(transcript);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	known_random();
	if (argc != 2 || file_load(argv[1], 1 << 20, &text, &err))
		return EX_USAGE;
	known_read(text.data);
	version = known_of("transcript").data ? 2 : 1;
	struct channel *there = server(), *here = client();
	int to_server = 0, to_client = 0;
	while (check_frame(here, there, "to_server", to_server))
		to_server++;
	while (check_frame(there, here, "to_client", to_client))
		to_client++;
	CHECK(to_server >= 2 && to_client >= 2);
	if (version == 2)
		check_keys();
	channel_free(there);
	channel_free(here);
	known_free();
	return unit_end();
}

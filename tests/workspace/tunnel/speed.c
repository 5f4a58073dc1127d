/* speed [SECONDS]: what a channel costs over its cipher, in one process: for each size of a body a line
 *
 *     VERSION BYTES MB/s-OF-CIPHER MB/s-OF-CHANNEL ADDED%
 *
 * where both seal and open, in turns; then `memory BYTES`, of an idle open channel and its keys.
 */
#include "hand.h"

#include <malloc.h>
#include <stdio.h>
#include <time.h>

enum { IDLE = 10000 };

static double now(void)
{
	struct timespec it;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &it);
	return (double)it.tv_sec + (double)it.tv_nsec / 1e9;
}

struct ends {
	struct channel *server, *client;
	struct bytes frame;
	struct channel_taken taken;
};

static void open_ends(struct ends *ends, int version)
{
	struct err err;
	struct tunnel_key *key = tunnel_key_new(&err);
	*ends = (struct ends){0};
	ends->server = channel_new(&(struct channel_settings){.role = CHANNEL_SERVER, .key = key}, &err);
	ends->client =
		channel_new(&(struct channel_settings){.role = CHANNEL_CLIENT, .no_version_2 = version == 1}, &err);
	hand_must(ends->server && ends->client && !channel_hello(ends->client, &ends->frame, &err));
	hand_must(hand_give(ends->server, &ends->frame, &ends->taken) == CHANNEL_ASKED);
	ends->frame.size = 0;
	hand_must(!channel_offer(ends->server, &(struct message){.quote = view_of_literal("q")}, &ends->frame, &err));
	hand_must(hand_give(ends->client, &ends->frame, &ends->taken) == CHANNEL_OFFERED);
	ends->frame.size = 0;
	hand_must(!channel_accept(ends->client, &ends->frame, &err));
	hand_must(hand_give(ends->server, &ends->frame, &ends->taken) == CHANNEL_OPENED);
	tunnel_key_free(key);
}

static void close_ends(struct ends *ends)
{
	channel_free(ends->server);
	channel_free(ends->client);
	bytes_free(&ends->frame);
	message_free(&ends->taken.message);
}

/* One frame from the server to the client. */
static void by_channel(struct ends *ends, struct view body)
{
	struct err err;
	struct message answer = {.type = HTTP_RESPONSE,
				 .id = view_of_literal("1764182400000abcdefghi"),
				 .status = 200,
				 .status_text = view_of_literal("OK"),
				 .body = {CONTENT_BYTES, body}};
	ends->frame.size = 0;
	hand_must(!channel_seal(ends->server, &answer, &ends->frame, &err));
	hand_must(hand_give(ends->client, &ends->frame, &ends->taken) == CHANNEL_PAYLOAD);
}

/* What has to be copied for it is counted, too. */
static void by_cipher(int version, uint8_t *sealed, uint8_t *opened, struct view body)
{
	static const uint8_t nonce[BOX_NONCE_SIZE], key[SEAL_KEY_SIZE];
	uint8_t *end = sealed + body.size;
	memcpy(sealed, body.data, body.size);
	if (version == 1)
		seal_box(sealed, body.size, end, nonce, key);
	else
		hand_must(aead_seal(sealed, body.size, end, nonce, key));
	memcpy(opened, sealed, body.size);
	hand_must(version == 1 ? seal_box_open(opened, body.size, end, nonce, key)
			       : aead_open(opened, body.size, end, nonce, key));
}

/* In turns, so that a machine that is busy for a while is so for both. */
static void compare(int version, size_t size, double seconds)
{
	struct ends ends;
	uint8_t *body = calloc(1, size), *sealed = malloc(size + AEAD_TAG_SIZE), *opened = malloc(size);
	double box = 0, channel = 0, rounds = 0, start = now();
	hand_must(body && sealed && opened);
	open_ends(&ends, version);
	while (now() - start < seconds) {
		double first = now();
		by_cipher(version, sealed, opened, view_of(body, size));
		double second = now();
		by_channel(&ends, view_of(body, size));
		channel += now() - second;
		box += second - first;
		rounds++;
	}
	printf("%d %zu %.0f %.0f %.1f%%\n", version, size, (double)size * rounds / box / 1e6,
	       (double)size * rounds / channel / 1e6, 100 * (channel / box - 1));
	close_ends(&ends);
	free(body);
	free(sealed);
	free(opened);
}

/* Servers with one client each, whose own memory is given back first. */
static void print_memory(void)
{
	static struct channel *open[IDLE];
	struct err err;
	struct hand hand;
	struct tunnel_key *key = tunnel_key_new(&err);
	size_t before = mallinfo2().uordblks;
	for (size_t i = 0; i < IDLE; i++) {
		open[i] = channel_new(&(struct channel_settings){.role = CHANNEL_SERVER, .key = key}, &err);
		hand_must(open[i]);
		hand = (struct hand){.version = 1 + i % 2};
		hand_be_client(&hand, open[i]);
	}
	/* Of the key's memory of what it has opened, each channel has its part; a slot is beside malloc's. */
	printf("memory %zu\n", (mallinfo2().uordblks - before) / IDLE + 64);
	for (size_t i = 0; i < IDLE; i++)
		channel_free(open[i]);
	tunnel_key_free(key);
}

int main(int argc, char **argv)
{
	struct err err;
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.5;
	hand_must(!seal_start(&err));
	for (int version = 1; version <= 2; version++)
		for (size_t size = 1 << 10; size <= 4 << 20; size *= 4)
			compare(version, size, seconds);
	print_memory();
	return 0;
}

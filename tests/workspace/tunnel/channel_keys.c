/* Keys that are none, keys that were used before, keys that are changed meanwhile. */
#include "ends.h"

/* Points whose multiples by any key are zero, and the same with the bit that X25519 does not look at.
 * Source: the curve's points of order 1, 2, 4, 8 and their forms that are not reduced, as in
 * https://cr.yp.to/ecdh.html. */
static const char *const small_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void read_point(const char *hex, bool is_high, uint8_t point[TUNNEL_KEY_SIZE])
{
	for (size_t i = 0; i < TUNNEL_KEY_SIZE; i++) {
		unsigned byte = 0;
		CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1);
		point[i] = (uint8_t)byte;
	}
	point[TUNNEL_KEY_SIZE - 1] |= is_high ? 0x80 : 0;
}

static void test_small_order_at_client(const uint8_t *point)
{
	struct ends ends;
	uint8_t good[TUNNEL_KEY_SIZE] = {9};
	begin(&ends, usual, usual, NULL);
	hello(&ends);
	CHECK(give_offer(&ends, 1, point, NULL) == CHANNEL_OFFERED);
	ends.frame.size = 0;
	CHECK(channel_accept(ends.client, &ends.frame, &ends.err) && ends.err.status == STATUS_BAD && !ends.frame.size);
	CHECK(says(&ends, "server_kx: x25519PublicKey: an X25519 key of small order"));
	CHECK(!channel_is_open(ends.client));
	end(&ends);

	begin(&ends, usual, usual, NULL);
	hello(&ends);
	CHECK(give_offer(&ends, 2, good, point) == CHANNEL_OFFERED);
	ends.frame.size = 0;
	CHECK(channel_accept(ends.client, &ends.frame, &ends.err) && ends.err.status == STATUS_BAD && !ends.frame.size);
	CHECK(says(&ends, "server_kx: share: an X25519 key of small order"));
	end(&ends);
}

/* The sealed key begins with a key of its own. */
static void test_small_order_at_server(const uint8_t *point)
{
	struct ends ends;
	struct message kx;
	uint8_t sealed[SEALED_KEY_SIZE];
	begin(&ends, usual, usual, NULL);
	shake(&ends);
	CHECK(!message_read(ends.frame.data, ends.frame.size, &kx, &ends.err));
	kx.share = view_of(point, TUNNEL_KEY_SIZE);
	memcpy(sealed, kx.sealed_key.data, sizeof sealed);
	kx.sealed_key = view_of(sealed, sizeof sealed);
	hand_write(&kx, &ends.frame);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1002, "client_kx: share: an X25519 key of small order"));
	end(&ends);

	begin(&ends, (struct channel_settings){.no_version_2 = true}, usual, NULL);
	shake(&ends);
	memcpy(sealed, point, TUNNEL_KEY_SIZE);
	hand_write(&(struct message){.type = CLIENT_KX, .sealed_key = view_of(sealed, sizeof sealed)}, &ends.frame);
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "client_kx: the sealed key does not open"));
	end(&ends);
}

static void test_small_order(void)
{
	for (size_t i = 0; i < 2 * (sizeof small_order / sizeof *small_order); i++) {
		uint8_t point[TUNNEL_KEY_SIZE];
		read_point(small_order[i / 2], i % 2, point);
		test_small_order_at_client(point);
		test_small_order_at_server(point);
	}
}

/* A whole connection, recorded, is played to another channel of the same key. */
static void test_connection_again(int version)
{
	struct err err;
	struct ends first, second;
	cleanup_bytes struct bytes ready = {0}, kx = {0}, request = {0};
	struct tunnel_key *key = tunnel_key_new(&err);
	begin(&first, (struct channel_settings){.no_version_2 = version == 1}, usual, key);
	begin(&second, (struct channel_settings){.no_version_2 = version == 1}, usual, key);
	hello(&first);
	keep(&first, &ready);
	CHECK(give(&first, first.server) == CHANNEL_ASKED);
	offer(&first);
	CHECK(give(&first, first.client) == CHANNEL_OFFERED);
	accept(&first);
	keep(&first, &kx);
	CHECK(give(&first, first.server) == CHANNEL_OPENED);
	seal(&first, first.client, HTTP_REQUEST);
	keep(&first, &request);
	CHECK(give(&first, first.server) == CHANNEL_PAYLOAD);

	again(&second, &ready);
	CHECK(give(&second, second.server) == CHANNEL_ASKED);
	offer(&second);
	again(&second, &kx);
	int result = give(&second, second.server);
	CHECK(says(&second, "client_kx: a sealed key that was used before"));
	CHECK(version == 1 ? result == CHANNEL_IGNORED : result == CHANNEL_OVER);
	again(&second, &request);
	CHECK(give(&second, second.server) != CHANNEL_PAYLOAD);
	end(&first);
	end(&second);
	tunnel_key_free(key);
}

/* The same where the server could not know, since the key it has is a new copy: its share saves it. */
static void test_connection_again_elsewhere(int version)
{
	struct err err;
	struct ends first, second;
	uint8_t secret[TUNNEL_KEY_SIZE] = {1};
	cleanup_bytes struct bytes ready = {0}, kx = {0}, request = {0};
	struct tunnel_key *one = tunnel_key_of(secret, &err), *two = tunnel_key_of(secret, &err);
	begin(&first, (struct channel_settings){.no_version_2 = version == 1}, usual, one);
	begin(&second, (struct channel_settings){.no_version_2 = version == 1}, usual, two);
	hello(&first);
	keep(&first, &ready);
	CHECK(give(&first, first.server) == CHANNEL_ASKED);
	offer(&first);
	CHECK(give(&first, first.client) == CHANNEL_OFFERED);
	accept(&first);
	keep(&first, &kx);
	seal(&first, first.client, HTTP_REQUEST);
	keep(&first, &request);

	again(&second, &ready);
	CHECK(give(&second, second.server) == CHANNEL_ASKED);
	offer(&second);
	again(&second, &kx);
	CHECK(give(&second, second.server) == CHANNEL_OPENED);
	again(&second, &request);
	CHECK(give(&second, second.server) == (version == 1 ? CHANNEL_PAYLOAD : CHANNEL_OVER));
	end(&first);
	end(&second);
	tunnel_key_free(one);
	tunnel_key_free(two);
}

static void test_key_is_kept(void)
{
	struct err err;
	struct ends ends;
	struct tunnel_key *first = tunnel_key_new(&err), *second = tunnel_key_new(&err);
	begin(&ends, usual, usual, first);
	hello(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED);
	channel_rekey(ends.server, second);
	tunnel_key_free(first);
	offer(&ends);
	CHECK(give(&ends, ends.client) == CHANNEL_OFFERED);
	CHECK(!memcmp(ends.taken.message.public_key.data, tunnel_key_public(second), TUNNEL_KEY_SIZE));
	/* From now on it is what was promised, whatever the server does with it. */
	tunnel_key_free(second);
	struct tunnel_key *third = tunnel_key_new(&err);
	channel_rekey(ends.server, third);
	tunnel_key_free(third);
	accept(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	end(&ends);
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_small_order();
	for (int version = 1; version <= 2; version++) {
		test_connection_again(version);
		test_connection_again_elsewhere(version);
	}
	test_key_is_kept();
	return unit_end();
}

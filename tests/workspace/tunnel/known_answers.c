/* known_answers FILE: takes the secrets and messages of vectors/tunnel/known-answers.txt and prints, as NAME HEX, what
 * our code makes of them. known_answers.py does the same with libsodium, known_answers.cjs with packages from npm. */
#include "aead.h"
#include "cbor_write.h"
#include "key_binding.h"
#include "known.h"
#include "message.h"
#include "seal.h"

#include "../base/unit.h"

static void print(const char *name, const void *data, size_t size)
{
	char hex[1024];
	hex_write(data, size, hex);
	printf("%s %s\n", name, hex);
}

static void print_box(void)
{
	struct err err;
	uint8_t key[SEAL_KEY_SIZE], shared[SEAL_KEY_SIZE], sealed[SEALED_KEY_SIZE], opened[SEAL_KEY_SIZE];
	seal_public(known_of("ephemeral_secret").data, key);
	print("ephemeral_public", key, sizeof key);
	seal_public(known_of("recipient_secret").data, key);
	print("recipient_public", key, sizeof key);
	CHECK(!seal_shared(known_of("ephemeral_secret").data, key, shared, &err));
	print("shared", shared, sizeof shared);
	known_random_is(known_of("ephemeral_secret"), (struct view){0}, (struct view){0});
	CHECK(!seal_key(known_of("message").data, key, sealed, &err));
	print("sealed", sealed, sizeof sealed);
	CHECK(!seal_key_open(known_of("sealed").data, key, known_of("recipient_secret").data, opened, &err));
	print("message", opened, sizeof opened);
}

static void print_message(const char *name, const struct message *message)
{
	struct err err;
	cleanup_bytes struct bytes bytes = {0};
	CHECK(!message_write(message, &bytes, &err));
	print(name, bytes.data, bytes.size);
}

/* The tag comes first. */
static void print_secretbox(void)
{
	uint8_t box[BOX_TAG_SIZE + 24];
	const uint8_t *nonce = known_of("secretbox_nonce").data, *key = known_of("secretbox_key").data;
	memcpy(box + BOX_TAG_SIZE, known_of("client_kx_ready").data, 24);
	seal_box(box + BOX_TAG_SIZE, 24, box, nonce, key);
	print("ciphertext", box, sizeof box);
	CHECK(seal_box_open(box + BOX_TAG_SIZE, 24, box, nonce, key));
	CHECK(!memcmp(box + BOX_TAG_SIZE, known_of("client_kx_ready").data, 24));
}

/* The tag comes last. */
static void print_gcm(void)
{
	static const uint8_t zeros[AEAD_KEY_SIZE];
	uint8_t box[64 + AEAD_TAG_SIZE], tag[AEAD_TAG_SIZE];
	const uint8_t *nonce = known_of("gcm_nonce").data, *key = known_of("gcm_key").data;
	memcpy(box, known_of("gcm_plain").data, 64);
	CHECK(aead_seal(box, 64, box + 64, nonce, key));
	print("gcm_sealed", box, sizeof box);
	CHECK(aead_open(box, 64, box + 64, nonce, key) && !memcmp(box, known_of("gcm_plain").data, 64));
	CHECK(aead_seal(box, 0, tag, zeros, zeros) && aead_open(box, 0, tag, zeros, zeros));
	print("gcm_nothing", tag, sizeof tag);
	/* One bit of the tag, the text, the nonce or the key: nothing is left of what it would have been. */
	for (size_t i = 0; i < 64 + AEAD_TAG_SIZE + AEAD_NONCE_SIZE + AEAD_KEY_SIZE; i++) {
		uint8_t all[64 + AEAD_TAG_SIZE + AEAD_NONCE_SIZE + AEAD_KEY_SIZE];
		uint8_t *its_nonce = all + 64 + AEAD_TAG_SIZE, *its_key = its_nonce + AEAD_NONCE_SIZE;
		memcpy(all, known_of("gcm_sealed").data, 64 + AEAD_TAG_SIZE);
		memcpy(its_nonce, nonce, AEAD_NONCE_SIZE);
		memcpy(its_key, key, AEAD_KEY_SIZE);
		all[i] ^= (uint8_t)(1 << i % 8);
		CHECK(!aead_open(all, 64, all + 64, its_nonce, its_key));
		for (size_t k = 0; k < 64; k++)
			CHECK(!all[k]);
	}
}

static void print_messages(void)
{
	uint8_t bytes[64];
	struct writer writer = {.at = bytes};
	print_message("client_kx_ready", &(struct message){.type = CLIENT_KX_READY});
	print_message("enc", &(struct message){.type = ENC,
					       .box_nonce = known_of("secretbox_nonce"),
					       .ciphertext = known_of("ciphertext")});
	/* Three bytes are no sealed key, so there is no such message. */
	put_map(&writer, 2);
	put_string(&writer, "type");
	put_string(&writer, "client_kx");
	put_string(&writer, "sealedSymmetricKey");
	put_bytes(&writer, view_of_literal("\1\2\3"));
	print("client_kx_010203", bytes, writer.size);
}

static void print_bindings(void)
{
	struct err err;
	uint8_t value[KEY_BINDING_SIZE];
	const uint8_t *key = known_of("recipient_public").data;
	CHECK(!key_binding(key, known_of("binding_nonce").data, value, &err));
	print("binding", value, sizeof value);
	CHECK(!key_binding(key, NULL, value, &err));
	print("binding_without_nonce", value, sizeof value);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	known_random();
	if (argc != 2 || file_load(argv[1], 1 << 20, &text, &err) || seal_start(&err))
		return EX_USAGE;
	known_read(text.data);
	print_box();
	print_secretbox();
	print_gcm();
	print_messages();
	print_bindings();
	known_free();
	return unit_end();
}

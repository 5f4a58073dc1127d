/* corpus: vectors/tunnel-message
 * A message is whatever the other end writes, in clear even what anybody between does. What is taken keeps what readers
 * rely on, and can be written so that it reads the same. */
#include "message.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static bool is_text(struct view view)
{
	return bytes_are_utf8(view.data, view.size);
}

static void check(const struct message *it)
{
	must(it->type >= 0 && it->type < MESSAGE_TYPES && it->version >= 1 && it->version <= 255);
	must((it->type < HTTP_REQUEST) == !it->id.data && it->id.size <= MESSAGE_ID && is_text(it->id));
	must(!it->nonce.data || it->nonce.size == TUNNEL_NONCE_SIZE);
	must((it->type == SERVER_KX) == (it->public_key.size == TUNNEL_KEY_SIZE));
	must((it->type == CLIENT_KX) == (it->sealed_key.size == SEALED_KEY_SIZE));
	must((it->type == ENC) == (it->ciphertext.size >= BOX_TAG_SIZE && it->box_nonce.size == BOX_NONCE_SIZE));
	must(it->header_count <= MESSAGE_HEADERS && it->protocol_count <= MESSAGE_PROTOCOLS);
	for (size_t i = 0; i < it->header_count; i++)
		must(is_text(it->headers[i].name) && is_text(it->headers[i].value));
	must((it->type == HTTP_RESPONSE) == (it->status >= 100 && it->status <= 599));
	must(it->body.kind != CONTENT_TEXT || is_text(it->body.bytes));
	must(it->type != HTTP_CHUNK || it->body.bytes.size <= MESSAGE_CHUNK);
	must((it->type == HTTP_WINDOW) == (it->credit >= 1 && it->credit <= MESSAGE_CREDIT));
	must(!it->code || (it->code >= 1000 && it->code <= 4999));
}

static void check_again(const struct message *message)
{
	struct err err;
	struct message again;
	cleanup_bytes struct bytes first = {0}, second = {0};
	must(!message_write(message, &first, &err));
	must(!message_read(first.data, first.size, &again, &err) && again.type == message->type);
	check(&again);
	must(!message_write(&again, &second, &err));
	must(first.size == second.size && !memcmp(first.data, second.data, first.size));
	message_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct message message;
	if (message_read(data, size, &message, &err)) {
		must(err.status == STATUS_BAD && *err.text);
	} else {
		check(&message);
		check_again(&message);
	}
	message_free(&message);
	return 0;
}

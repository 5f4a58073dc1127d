/* CBOR as cbor-x writes it in Node, byte for byte: map heads of 16 bits, byte strings with tag 64, the rest minimal.
 *
 * A writer without memory counts the bytes; one with as many writes them. So neither can fail.
 *
 * Source: spec: tunnel-spec.md 1.5.
 */
#ifndef TUNNEL_CBOR_WRITE_H
#define TUNNEL_CBOR_WRITE_H

#include "view.h"

struct writer {
	uint8_t *at; /* NULL: nothing is written */
	size_t size; /* written so far */
};

void put_map(struct writer *writer, uint16_t pairs);
void put_array(struct writer *writer, size_t count);
void put_text(struct writer *writer, struct view text);
void put_string(struct writer *writer, const char *text);
void put_bytes(struct writer *writer, struct view bytes);
void put_bytes_head(struct writer *writer, size_t size); /* the bytes are the caller's to put */
void put_number(struct writer *writer, uint32_t number);
void put_bool(struct writer *writer, bool is_true);
void put_null(struct writer *writer);

/* As they are. */
void put_raw(struct writer *writer, struct view bytes);

#endif

#include "cbor_write.h"

#include <cbor.h>
#include <string.h>

enum { HEAD_SIZE = 9 };

void put_raw(struct writer *writer, struct view bytes)
{
	if (writer->at && bytes.size)
		memcpy(writer->at + writer->size, bytes.data, bytes.size);
	writer->size += bytes.size;
}

/* libcbor has no map head of a fixed width; an integer's differs in the major type alone. */
void put_map(struct writer *writer, uint16_t pairs)
{
	uint8_t head[HEAD_SIZE];
	size_t size = cbor_encode_uint16(pairs, head, sizeof head);
	head[0] |= 0xa0;
	put_raw(writer, view_of(head, size));
}

void put_array(struct writer *writer, size_t count)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_array_start(count, head, sizeof head)));
}

void put_text(struct writer *writer, struct view text)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_string_start(text.size, head, sizeof head)));
	put_raw(writer, text);
}

void put_string(struct writer *writer, const char *text)
{
	put_text(writer, view_of(text, strlen(text)));
}

void put_bytes_head(struct writer *writer, size_t size)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_tag(64, head, sizeof head)));
	put_raw(writer, view_of(head, cbor_encode_bytestring_start(size, head, sizeof head)));
}

void put_bytes(struct writer *writer, struct view bytes)
{
	put_bytes_head(writer, bytes.size);
	put_raw(writer, bytes);
}

void put_number(struct writer *writer, uint32_t number)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_uint(number, head, sizeof head)));
}

void put_bool(struct writer *writer, bool is_true)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_bool(is_true, head, sizeof head)));
}

void put_null(struct writer *writer)
{
	uint8_t head[HEAD_SIZE];
	put_raw(writer, view_of(head, cbor_encode_null(head, sizeof head)));
}

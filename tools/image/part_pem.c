/* spec: RFC 7468 2, 3: blocks of base64 between lines of a label, with any text between them */
#include "base64.h"
#include "part_der.h"

#include <string.h>

struct block {
	struct span label;
	uint64_t at, body, body_end, end; /* of the first line, of the base64, of the last line */
	unsigned number;                  /* among the blocks of its label */
};

static const char begin_mark[] = "-----BEGIN ", end_mark[] = "-----END ", dashes[] = "-----";

static const uint8_t *find(struct span file, uint64_t at, const char *text)
{
	struct span rest = span_cut(file, at, file.size);
	return memmem(rest.data, rest.size, text, strlen(text));
}

static uint64_t line_end(struct span file, uint64_t at)
{
	const uint8_t *end = find(file, at, "\n");
	return end ? (uint64_t)(end - file.data) + 1 : file.size;
}

/* The next block from `at` on. */
static bool block_next(struct span file, uint64_t at, struct block *block)
{
	const uint8_t *begin = find(file, at, begin_mark);
	if (!begin)
		return false;
	block->at = (uint64_t)(begin - file.data);
	uint64_t label = block->at + strlen(begin_mark);
	block->body = line_end(file, label);
	const uint8_t *label_end = find(file, label, dashes), *end = find(file, block->body, end_mark);
	if (!label_end || !end || label_end >= file.data + block->body)
		return false;
	block->label = span_cut(file, label, (uint64_t)(label_end - file.data) - label);
	block->body_end = (uint64_t)(end - file.data);
	block->end = line_end(file, block->body_end);
	return true;
}

/* The block that holds the byte, or else comes behind it. */
static bool block_find(struct span file, uint64_t offset, struct block *found)
{
	struct block block = {0};
	unsigned certificates = 0, others = 0;
	for (uint64_t at = 0; block_next(file, at, &block); at = block.end) {
		bool certificate = block.label.size == 11 && !memcmp(block.label.data, "CERTIFICATE", 11);
		block.number = certificate ? ++certificates : ++others;
		*found = block;
		if (offset < block.end)
			return true;
	}
	return false;
}

/* The bytes of a block, and which of them the character at offset tells of. */
static bool decode(struct span file, const struct block *block, uint64_t offset, struct bytes *der, uint64_t *place)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	*place = 0;
	for (uint64_t i = block->body; i < block->body_end; i++) {
		if (i == offset)
			*place = text.size * 3 / 4;
		if (!strchr(" \t\r\n", file.data[i] ? file.data[i] : 'x') && bytes_add(&text, file.data + i, 1, &err))
			return false;
	}
	return text.size && !base64_read(text.data, text.size, der, &err) && *place < der->size;
}

bool pem_decode(struct span file, uint64_t offset, struct bytes *der, uint64_t *place)
{
	struct block block;
	return block_find(file, offset, &block) && holds(block.body, block.body_end - block.body, offset) &&
	       decode(file, &block, offset, der, place);
}

static void add_label(const struct block *block, const struct bytes *der, struct naming *naming)
{
	struct span span = {(const uint8_t *)der->data, der->size};
	naming_text(naming, block->label);
	naming_add(naming, " %u", block->number);
	size_t length = naming->length;
	naming_add(naming, " (");
	if (der->size && der_subject(span, naming)) {
		naming_add(naming, ")");
		return;
	}
	naming->length = length;
	naming->part->name[length] = '\0';
}

static void in_block(struct span file, const struct block *block, uint64_t offset, struct naming *naming)
{
	cleanup_bytes struct bytes der = {0};
	uint64_t place;
	bool good = decode(file, block, offset, &der, &place);
	add_label(block, &der, naming);
	naming_add(naming, ": ");
	if (offset < block->body || offset >= block->body_end) {
		naming_add(naming, offset < block->body ? "first line" : "last line");
		return;
	}
	struct naming inner = *naming;
	struct part ignored = *naming->part; /* its range is of decoded bytes */
	inner.part = &ignored;
	if (good && der_part((struct span){(const uint8_t *)der.data, der.size}, place, &inner))
		naming_add(naming, "%s",
			   strstr(ignored.name + naming->length, ": ") + 2); /* the label says what it is */
	else
		naming_add(naming, good ? "base64" : "not base64");
}

bool pem_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct block block = {0};
	if (!block_next(file, 0, &block) || (block.at && file.data[block.at - 1] != '\n'))
		return false;
	if (!block_find(file, offset, &block)) {
		naming_range(naming, block.end, file.size - block.end);
		naming_add(naming, "text behind the last block");
	} else if (offset < block.at) {
		naming_range(naming, offset, block.at - offset);
		naming_add(naming, "text in front of ");
		naming_text(naming, block.label);
		naming_add(naming, " %u", block.number);
	} else {
		naming_range(naming, block.at, block.end - block.at);
		in_block(file, &block, offset, naming);
	}
	return true;
}

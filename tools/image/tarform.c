#include "tarform.h"

#include <string.h>

/* spec: POSIX.1-2017 pax, ustar Interchange Format: offset and size of the fields of a header block */
enum {
	NAME_AT = 0,
	NAME_SIZE = 100,
	MODE_AT = 100,
	MODE_SIZE = 8,
	UID_AT = 108,
	UID_SIZE = 8,
	GID_AT = 116,
	GID_SIZE = 8,
	SIZE_AT = 124,
	SIZE_SIZE = 12,
	TIME_AT = 136,
	TIME_SIZE = 12,
	SUM_AT = 148,
	SUM_SIZE = 8,
	TYPE_AT = 156,
	LINK_AT = 157,
	LINK_SIZE = 100,
	MAGIC_AT = 257,
	MAGIC_SIZE = 8,
	MAJOR_AT = 329,
	MINOR_AT = 337,
	DEVICE_SIZE = 8,
};

static const uint64_t seven_digits = 07777777, eleven_digits = 077777777777;

/* What a header block says; whatever does not fit is in the pax header and here a placeholder. */
struct block {
	const char *name;
	bool slash;
	const char *link;
	char type;
	uint32_t mode;
	uint64_t uid, gid, size, time;
	uint32_t major, minor;
};

/* Octal digits with leading zeros up to a final NUL; zero stands for what does not fit. */
static void put_octal(char *field, size_t size, uint64_t value)
{
	field[--size] = '\0';
	if (value >> (3 * size))
		value = 0;
	for (; size--; value >>= 3)
		field[size] = (char)('0' + (value & 7));
}

/* The first bytes of text, then NULs. */
static void put_text(char *field, size_t size, const char *text)
{
	memcpy(field, text, strnlen(text, size));
}

static void put_name(char *field, const struct block *block)
{
	size_t size = strlen(block->name);
	put_text(field, NAME_SIZE, block->name);
	if (block->slash && size < NAME_SIZE)
		field[size] = '/';
}

static void put_sum(char *header)
{
	unsigned sum = 0;
	memset(header + SUM_AT, ' ', SUM_SIZE);
	for (size_t i = 0; i < TARFORM_BLOCK; i++)
		sum += (unsigned char)header[i];
	put_octal(header + SUM_AT, SUM_SIZE - 1, sum); /* six digits, NUL, and the space stays */
}

static int add_block(const struct block *block, struct bytes *into, struct err *err)
{
	char header[TARFORM_BLOCK] = {0};
	put_name(header + NAME_AT, block);
	put_octal(header + MODE_AT, MODE_SIZE, block->mode);
	put_octal(header + UID_AT, UID_SIZE, block->uid);
	put_octal(header + GID_AT, GID_SIZE, block->gid);
	put_octal(header + SIZE_AT, SIZE_SIZE, block->size);
	put_octal(header + TIME_AT, TIME_SIZE, block->time);
	header[TYPE_AT] = block->type;
	put_text(header + LINK_AT, LINK_SIZE, block->link);
	memcpy(header + MAGIC_AT, "ustar\00000", MAGIC_SIZE);
	put_octal(header + MAJOR_AT, DEVICE_SIZE, block->major);
	put_octal(header + MINOR_AT, DEVICE_SIZE, block->minor);
	put_sum(header);
	return bytes_add(into, header, sizeof header, err);
}

/* spec: POSIX.1-2017 pax, pax Extended Header: the length counts its own digits. */
static int add_record(struct bytes *records, const char *key, const void *value, size_t size, struct err *err)
{
	size_t rest = 1 + strlen(key) + 1 + size + 1, length = rest, digits;
	do {
		digits = (size_t)snprintf(NULL, 0, "%zu", length);
		length = rest + digits;
	} while (digits != (size_t)snprintf(NULL, 0, "%zu", length));
	return bytes_addf(records, err, "%zu %s=", length, key) || bytes_add(records, value, size, err) ||
			       bytes_add(records, "\n", 1, err)
		       ? -1
		       : 0;
}

static int add_number(struct bytes *records, const char *key, uint64_t value, uint64_t fits, struct err *err)
{
	char text[24];
	int size = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return value > fits ? add_record(records, key, text, (size_t)size, err) : 0;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

static int add_text(struct bytes *records, const char *key, const char *text, bool slash, struct err *err)
{
	cleanup_bytes struct bytes whole = {0};
	if (strlen(text) + slash <= NAME_SIZE && is_ascii(text))
		return 0;
	if (bytes_addf(&whole, err, "%s%s", text, slash ? "/" : ""))
		return -1;
	return add_record(records, key, whole.data, whole.size, err);
}

static int add_xattrs(struct bytes *records, const struct xattrs *xattrs, struct err *err)
{
	const char *at = xattrs ? xattrs->data : NULL;
	for (uint32_t i = 0; xattrs && i < xattrs->count; i++) {
		struct xattr xattr = xattrs_next(&at);
		cleanup_bytes struct bytes key = {0};
		if (bytes_addf(&key, err, "SCHILY.xattr.%s", xattr.name) ||
		    add_record(records, key.data, xattr.value, xattr.size, err))
			return -1;
	}
	return 0;
}

/* In the order of their keys' bytes: capitals come first. */
static int add_records(const struct block *block, const struct xattrs *xattrs, struct bytes *records, struct err *err)
{
	if (add_xattrs(records, xattrs, err) || add_number(records, "gid", block->gid, seven_digits, err) ||
	    add_text(records, "linkpath", block->link, false, err) ||
	    add_text(records, "path", block->name, block->slash, err) ||
	    add_number(records, "size", block->size, eleven_digits, err) ||
	    add_number(records, "uid", block->uid, seven_digits, err))
		return -1;
	return 0;
}

static int add_pax(const struct bytes *records, struct bytes *into, struct err *err)
{
	static const char zeros[TARFORM_BLOCK];
	struct block block = {.name = "PaxHeader", .link = "", .type = 'x', .mode = 0644, .size = records->size};
	if (add_block(&block, into, err) || bytes_add(into, records->data, records->size, err))
		return -1;
	return bytes_add(into, zeros, -records->size % TARFORM_BLOCK, err);
}

int64_t tarform_size(const struct entry *entry)
{
	return entry->node->kind == KIND_FILE && !entry_is_link(entry) ? entry->node->size : 0;
}

static struct block block_of(const struct entry *entry)
{
	static const char types[] = {
		[KIND_FILE] = '0',         [KIND_FOLDER] = '5', [KIND_SYMLINK] = '2', [KIND_CHARACTER_DEVICE] = '3',
		[KIND_BLOCK_DEVICE] = '4', [KIND_FIFO] = '6',
	};
	const struct node *node = entry->node;
	struct block block = {
		.name = entry->path,
		.slash = node->kind == KIND_FOLDER,
		.link = "",
		.type = entry_is_link(entry) ? '1' : types[node->kind],
		.mode = node->mode,
		.uid = node->uid,
		.gid = node->gid,
		.size = (uint64_t)tarform_size(entry),
		.time = (uint64_t)node->time,
	};
	if (entry_is_link(entry))
		block.link = node->first;
	else if (node->kind == KIND_SYMLINK)
		block.link = node->target;
	else if (node->kind == KIND_CHARACTER_DEVICE || node->kind == KIND_BLOCK_DEVICE) {
		block.major = node->device[0];
		block.minor = node->device[1];
	}
	return block;
}

int tarform_header(const struct entry *entry, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes records = {0};
	struct block block = block_of(entry);
	if (add_records(&block, entry->node->xattrs, &records, err))
		return -1;
	if (records.size && add_pax(&records, into, err))
		return -1;
	return add_block(&block, into, err);
}

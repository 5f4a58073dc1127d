#include "tarform.h"

#include <string.h>

/* spec: POSIX.1-2017 pax, ustar Interchange Format */
struct ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char chksum[8];
	char typeflag;
	char linkname[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[155];
	char unused[12];
};
_Static_assert(sizeof(struct ustar) == TARFORM_BLOCK, "the fields fill a block");

enum { NAME_SIZE = 100 };

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

static void put_name(struct ustar *header, const struct block *block)
{
	size_t size = strlen(block->name);
	put_text(header->name, NAME_SIZE, block->name);
	if (block->slash && size < NAME_SIZE)
		header->name[size] = '/';
}

static void put_sum(struct ustar *header)
{
	unsigned sum = 0;
	memset(header->chksum, ' ', sizeof header->chksum);
	for (size_t i = 0; i < sizeof *header; i++)
		sum += ((const unsigned char *)header)[i];
	put_octal(header->chksum, sizeof header->chksum - 1, sum); /* six digits, NUL, and the space stays */
}

static int add_block(const struct block *block, struct bytes *into, struct err *err)
{
	struct ustar header = {.typeflag = block->type, .magic = "ustar", .version = {'0', '0'}};
	put_name(&header, block);
	put_octal(header.mode, sizeof header.mode, block->mode);
	put_octal(header.uid, sizeof header.uid, block->uid);
	put_octal(header.gid, sizeof header.gid, block->gid);
	put_octal(header.size, sizeof header.size, block->size);
	put_octal(header.mtime, sizeof header.mtime, block->time);
	put_text(header.linkname, NAME_SIZE, block->link);
	put_octal(header.devmajor, sizeof header.devmajor, block->major);
	put_octal(header.devminor, sizeof header.devminor, block->minor);
	put_sum(&header);
	return bytes_add(into, &header, sizeof header, err);
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

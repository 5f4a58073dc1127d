#include "bundle.h"

#include <stdbool.h>
#include <string.h>

enum {
	BLOCK = 512,
	NAME = 100,    /* bytes of a header's field */
	PATH = 160,    /* what an input's path and its NUL fit into */
	PREFIX = 7,    /* bytes of "sha256/" */
	AT_SIZE = 124, /* of fields */
	AT_TIME = 136,
	AT_TYPE = 156,
	NUMBER = 12, /* bytes of a long number */
};

struct cursor {
	int fd;
	uint64_t at, size;
	bool has_time;
	uint64_t time;   /* of every entry */
	char last[PATH]; /* path */
	struct bundle *bundle;
};

void bundle_free(struct bundle *bundle)
{
	free(bundle->inputs);
	*bundle = (struct bundle){0};
}

static int read_at(const struct cursor *cursor, uint64_t at, void *into, size_t size, struct err *err)
{
	if (at > cursor->size || cursor->size - at < size)
		return err_bad(err, "truncated");
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(cursor->fd, (char *)into + done, size - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? err_system(err, EX_IOERR, "cannot read") : err_bad(err, "truncated");
		done += (size_t)got;
	}
	return 0;
}

static int next_block(struct cursor *cursor, uint8_t block[BLOCK], struct err *err)
{
	if (read_at(cursor, cursor->at, block, BLOCK, err))
		return -1;
	cursor->at += BLOCK;
	return 0;
}

/* What must be zeros up to the next whole block. */
static int skip_padding(struct cursor *cursor, struct err *err)
{
	uint8_t padding[BLOCK];
	static const uint8_t zeros[BLOCK];
	size_t size = (BLOCK - cursor->at % BLOCK) % BLOCK;
	if (read_at(cursor, cursor->at, padding, size, err))
		return -1;
	if (memcmp(padding, zeros, size))
		return err_bad(err, "padding is not zeros");
	cursor->at += size;
	return 0;
}

/* Octal digits that fill the field but for a NUL. */
static int read_number(const uint8_t *field, size_t size, uint64_t *value, struct err *err)
{
	*value = 0;
	for (size_t i = 0; i + 1 < size; i++) {
		if (field[i] < '0' || field[i] > '7')
			return err_bad(err, "a number is not octal");
		*value = *value << 3 | (uint64_t)(field[i] - '0');
	}
	return field[size - 1] ? err_bad(err, "a number has no end") : 0;
}

/* spec: docs/layer-format.md, Header block */
static void write_header(const char *path, char type, unsigned mode, uint64_t size, uint64_t time, uint8_t block[BLOCK])
{
	char *text = (char *)block;
	unsigned sum = 0;
	memset(block, 0, BLOCK);
	memcpy(text, path, strnlen(path, NAME));
	snprintf(text + 100, 8, "%07o", mode);
	snprintf(text + 108, 8, "%07o", 0);
	snprintf(text + 116, 8, "%07o", 0);
	snprintf(text + AT_SIZE, NUMBER, "%011llo", (unsigned long long)size);
	snprintf(text + AT_TIME, NUMBER, "%011llo", (unsigned long long)time);
	memset(text + 148, ' ', 8);
	text[AT_TYPE] = type;
	memcpy(text + 257,
	       "ustar\0"
	       "00",
	       8);
	snprintf(text + 329, 8, "%07o", 0);
	snprintf(text + 337, 8, "%07o", 0);
	for (size_t i = 0; i < BLOCK; i++)
		sum += block[i];
	snprintf(text + 148, 7, "%06o", sum);
	text[155] = ' ';
}

/* The header is the one that path, type, size and the time of all give. */
static int check_header(struct cursor *cursor, const uint8_t block[BLOCK], const char *path, uint64_t size,
			struct err *err)
{
	uint8_t expected[BLOCK];
	char type = (char)block[AT_TYPE];
	unsigned mode = type == '5' ? 0755 : type == 'x' ? 0644 : 0444;
	if (type != 'x' && !cursor->has_time) {
		if (read_number(block + AT_TIME, NUMBER, &cursor->time, err))
			return -1;
		cursor->has_time = true;
	}
	write_header(path, type, mode, size, type == 'x' ? 0 : cursor->time, expected);
	return memcmp(block, expected, BLOCK) ? err_bad(err, "a header has another form than a bundle's") : 0;
}

/* `sha256/` or `sha512/`, and where asked the digits. */
static bool is_path(const char *path, bool of_file, enum digest_algorithm *algorithm)
{
	if (strncmp(path, "sha256/", PREFIX) && strncmp(path, "sha512/", PREFIX))
		return false;
	*algorithm = path[3] == '2' ? SHA256 : SHA512;
	size_t digits = of_file ? 2 * digest_size(*algorithm) : 0;
	return strspn(path + PREFIX, "0123456789abcdef") == digits && !path[PREFIX + digits];
}

static int add_input(struct cursor *cursor, const char *path, enum digest_algorithm algorithm, uint64_t size,
		     struct err *err)
{
	struct bundle *bundle = cursor->bundle;
	if (bundle->count == BUNDLE_INPUTS)
		return err_bad(err, "over %d inputs", BUNDLE_INPUTS);
	if (bundle->count == bundle->capacity) {
		size_t capacity = bundle->capacity ? 2 * bundle->capacity : 256;
		struct bundle_input *inputs = reallocarray(bundle->inputs, capacity, sizeof *inputs);
		if (!inputs)
			return err_system(err, EX_OSERR, "inputs");
		bundle->inputs = inputs;
		bundle->capacity = capacity;
	}
	struct bundle_input *input = &bundle->inputs[bundle->count++];
	*input = (struct bundle_input){.algorithm = algorithm, .offset = cursor->at, .size = size};
	snprintf(input->hex, sizeof input->hex, "%s", path + PREFIX);
	return 0;
}

/* Paths ascend, a folder's without its slash, so a folder comes before what is in it. */
static int check_order(struct cursor *cursor, const char *path, struct err *err)
{
	if (strcmp(cursor->last, path) >= 0)
		return err_bad(err, "%s: not in order, or twice", path);
	snprintf(cursor->last, sizeof cursor->last, "%s", path);
	return 0;
}

static int read_file(struct cursor *cursor, const uint8_t block[BLOCK], const char *path, struct err *err)
{
	uint64_t size;
	enum digest_algorithm algorithm;
	if (!is_path(path, true, &algorithm))
		return err_bad(err, "a file that is not named by a digest");
	if (check_order(cursor, path, err) || read_number(block + AT_SIZE, NUMBER, &size, err) ||
	    check_header(cursor, block, path, size, err))
		return -1;
	if (size > cursor->size - cursor->at)
		return err_bad(err, "%s: truncated", path);
	if (add_input(cursor, path, algorithm, size, err))
		return -1;
	cursor->at += size;
	return skip_padding(cursor, err);
}

/* A path over 100 bytes: a record in front of the header. spec: docs/layer-format.md, Pax header */
static int read_long(struct cursor *cursor, uint8_t block[BLOCK], struct err *err)
{
	enum { RECORD = 145 }; /* bytes of `145 path=sha512/HEX` and a line feed */
	static const char before[] = "145 path=";
	char path[PATH] = "";
	uint8_t record[BLOCK];
	if (check_header(cursor, block, "PaxHeader", RECORD, err) || read_at(cursor, cursor->at, record, RECORD, err))
		return -1;
	cursor->at += RECORD;
	if (memcmp(record, before, strlen(before)) || record[RECORD - 1] != '\n')
		return err_bad(err, "a pax header has another form than a bundle's");
	memcpy(path, record + strlen(before), RECORD - strlen(before) - 1);
	if (skip_padding(cursor, err) || next_block(cursor, block, err))
		return -1;
	return block[AT_TYPE] == '0' ? read_file(cursor, block, path, err)
				     : err_bad(err, "a pax header that is not before a file");
}

static int read_entry(struct cursor *cursor, uint8_t block[BLOCK], struct err *err)
{
	char path[PATH] = "";
	enum digest_algorithm algorithm;
	memcpy(path, block, NAME);
	switch (block[AT_TYPE]) {
	case '5':
		if (!is_path(path, false, &algorithm))
			return err_bad(err, "a folder that is neither sha256 nor sha512");
		return check_order(cursor, path, err) || check_header(cursor, block, path, 0, err) ? -1 : 0;
	case 'x':
		return read_long(cursor, block, err);
	case '0':
		return strlen(path) < NAME ? read_file(cursor, block, path, err)
					   : err_bad(err, "a long path without its pax header");
	default:
		return err_bad(err, "an entry that is neither file nor folder");
	}
}

int bundle_read(int fd, uint64_t size, struct bundle *bundle, struct err *err)
{
	static const uint8_t zeros[BLOCK];
	uint8_t block[BLOCK];
	struct cursor cursor = {.fd = fd, .size = size, .bundle = bundle};
	*bundle = (struct bundle){0};
	for (;;) {
		uint64_t at = cursor.at;
		if (next_block(&cursor, block, err))
			return -1;
		if (!memcmp(block, zeros, BLOCK))
			break;
		if (read_entry(&cursor, block, err))
			return err_prefix(err, "at %llu", (unsigned long long)at);
	}
	if (next_block(&cursor, block, err))
		return -1;
	return memcmp(block, zeros, BLOCK) || cursor.at != size ? err_bad(err, "something behind its end") : 0;
}

int bundle_has(const struct bundle *bundle, enum digest_algorithm algorithm, const char *hex)
{
	for (size_t i = 0; i < bundle->count; i++)
		if (bundle->inputs[i].algorithm == algorithm && !strcmp(bundle->inputs[i].hex, hex))
			return 1;
	return 0;
}

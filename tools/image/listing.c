#include "listing.h"

#include "content.h"
#include "digests.h"
#include "hex.h"
#include "json.h"
#include "tarform.h"

#include <time.h>

static bool is_device(const struct node *node)
{
	return node->kind == KIND_CHARACTER_DEVICE || node->kind == KIND_BLOCK_DEVICE;
}

static void mode_text(const struct entry *entry, char text[11])
{
	static const char types[] = {
		[KIND_FILE] = '-',         [KIND_FOLDER] = 'd', [KIND_SYMLINK] = 'l', [KIND_CHARACTER_DEVICE] = 'c',
		[KIND_BLOCK_DEVICE] = 'b', [KIND_FIFO] = 'p',
	};
	unsigned mode = entry->node->mode;
	text[0] = entry_is_link(entry) ? 'h' : types[entry->node->kind];
	for (int i = 0; i < 9; i++)
		text[1 + i] = mode >> (8 - i) & 1 ? "rwx"[i % 3] : '-';
	if (mode & 04000)
		text[3] = mode & 0100 ? 's' : 'S';
	if (mode & 02000)
		text[6] = mode & 0010 ? 's' : 'S';
	if (mode & 01000)
		text[9] = mode & 0001 ? 't' : 'T';
	text[10] = '\0';
}

/* Control characters: ASCII's, and those of Latin-1, which in UTF-8 are c2 80 to c2 9f. Bytes, 0 for any other. */
static size_t control(const char *at)
{
	unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];
	if (c == 0xc2 && next < 0xa0)
		return 2;
	return c < 0x20 || c == 0x7f;
}

static int add_printable(struct bytes *into, const char *before, const char *text, struct err *err)
{
	if (bytes_addf(into, err, "%s", before))
		return -1;
	size_t from = into->size;
	if (bytes_addf(into, err, "%s", text))
		return -1;
	for (char *at = into->data + from; *at; at++)
		for (size_t n = control(at); n; n--)
			at[n - 1] = '?';
	return 0;
}

int listing_line(const struct entry *entry, struct bytes *into, struct err *err)
{
	const struct node *node = entry->node;
	char mode[11], time[32], size[32];
	time_t seconds = node->time;
	struct tm tm;
	mode_text(entry, mode);
	strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S", gmtime_r(&seconds, &tm));
	if (is_device(node))
		snprintf(size, sizeof size, "%u,%u", node->device[0], node->device[1]);
	else
		snprintf(size, sizeof size, "%lld", (long long)tarform_size(entry));
	if (bytes_addf(into, err, "%s %u:%u %s %s", mode, node->uid, node->gid, size, time) ||
	    add_printable(into, " ", entry->path, err))
		return -1;
	if (node->kind == KIND_FOLDER && bytes_add(into, "/", 1, err))
		return -1;
	if (entry_is_link(entry) && add_printable(into, " link to ", node->first, err))
		return -1;
	if (!entry_is_link(entry) && node->target && add_printable(into, " -> ", node->target, err))
		return -1;
	return bytes_add(into, "\n", 1, err);
}

static struct json *xattrs_json(const struct xattrs *xattrs)
{
	struct json *object = json_object();
	const char *at = xattrs->data;
	for (uint32_t i = 0; i < xattrs->count; i++) {
		struct xattr xattr = xattrs_next(&at);
		char *text = malloc(2 * xattr.size + 1);
		if (text)
			hex_write(xattr.value, xattr.size, text);
		json_set(object, xattr.name, text ? json_string(text) : NULL);
		free(text);
	}
	return object;
}

static int add_digests(const struct tree *tree, const struct node *node, struct json *object, struct err *err)
{
	enum { STEP = 64 << 10 };
	struct digests digests;
	cleanup_free char *block = malloc(STEP);
	cleanup_digester struct digester digester = {0};
	cleanup_content struct content content = CONTENT_NONE;
	if (!block)
		return err_system(err, EX_OSERR, "digests");
	if (digester_begin(&digester, err) || content_open(&content, tree, node, err))
		return -1;
	for (ssize_t n; (n = content_read(&content, block, STEP, err));) {
		if (n < 0)
			return -1;
		digester_add(&digester, block, (size_t)n);
	}
	digester_end(&digester, &digests);
	json_set(object, "sha256", json_string(digests.sha256));
	json_set(object, "sha384", json_string(digests.sha384));
	return content_check(&content, err);
}

static void add_fields(const struct entry *entry, struct json *object)
{
	static const char *const types[] = {"file", "folder", "symlink", "character-device", "block-device", "fifo"};
	const struct node *node = entry->node;
	char mode[8];
	snprintf(mode, sizeof mode, "%04o", node->mode);
	json_set(object, "path", json_string(entry->path));
	json_set(object, "type", json_string(entry_is_link(entry) ? "hardlink" : types[node->kind]));
	json_set(object, "mode", json_string(mode));
	json_set(object, "uid", json_number(node->uid));
	json_set(object, "gid", json_number(node->gid));
	json_set(object, "size", json_number((uint64_t)tarform_size(entry)));
	json_set(object, "mtime", json_number((uint64_t)node->time));
	if (entry_is_link(entry))
		json_set(object, "link", json_string(node->first));
	else if (node->target)
		json_set(object, "link", json_string(node->target));
	if (node->xattrs)
		json_set(object, "xattrs", xattrs_json(node->xattrs));
	if (is_device(node)) {
		struct json *device = json_array();
		json_add(device, json_number(node->device[0]));
		json_add(device, json_number(node->device[1]));
		json_set(object, "device", device);
	}
}

int listing_json(const struct tree *tree, const struct entry *entry, struct bytes *into, struct err *err)
{
	cleanup_json struct json *object = json_object();
	if (!object)
		return err_set(err, EX_OSERR, "memory is out");
	add_fields(entry, object);
	if (entry->node->kind == KIND_FILE && !entry_is_link(entry) && add_digests(tree, entry->node, object, err))
		return -1;
	return json_write(object, false, into, err);
}

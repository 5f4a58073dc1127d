#include "cbor_profile.h"

#include "bytes.h"

#include <cbor.h>

/* What libcbor's decoder says of one head. */
struct head {
	struct item item;
	const char *refused; /* why it is not of the profile */
	bool is_tag;
};

static void is_unsigned8(void *head, uint8_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = value};
}

static void is_unsigned16(void *head, uint16_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = value};
}

static void is_unsigned32(void *head, uint32_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = value};
}

static void is_unsigned64(void *head, uint64_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = (double)value};
}

static void is_negative8(void *head, uint8_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = -1. - value};
}

static void is_negative16(void *head, uint16_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = -1. - value};
}

static void is_negative32(void *head, uint32_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = -1. - value};
}

static void is_negative64(void *head, uint64_t value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = -1. - (double)value};
}

static void is_double(void *head, double value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NUMBER, .number = value};
}

static void is_bytes(void *head, cbor_data data, size_t size)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_BYTES, .bytes = view_of(data, size)};
}

static void is_text(void *head, cbor_data data, size_t size)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_TEXT, .bytes = view_of(data, size)};
}

static void is_array(void *head, size_t count)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_ARRAY, .count = count};
}

static void is_map(void *head, size_t count)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_MAP, .count = count};
}

static void is_bool(void *head, bool value)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_BOOL, .is_true = value};
}

static void is_null(void *head)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_NULL};
}

static void is_undefined(void *head)
{
	((struct head *)head)->item = (struct item){.kind = ITEM_UNDEFINED};
}

static void is_tag(void *head, uint64_t value)
{
	((struct head *)head)->is_tag = true;
	if (value != 64)
		((struct head *)head)->refused = "a tag other than 64";
}

static void is_indefinite(void *head)
{
	((struct head *)head)->refused = "an indefinite length";
}

static void is_small_float(void *head, float value)
{
	(void)value;
	((struct head *)head)->refused = "a half or single float";
}

static const struct cbor_callbacks callbacks = {
	.uint8 = is_unsigned8,
	.uint16 = is_unsigned16,
	.uint32 = is_unsigned32,
	.uint64 = is_unsigned64,
	.negint8 = is_negative8,
	.negint16 = is_negative16,
	.negint32 = is_negative32,
	.negint64 = is_negative64,
	.byte_string_start = is_indefinite,
	.byte_string = is_bytes,
	.string = is_text,
	.string_start = is_indefinite,
	.indef_array_start = is_indefinite,
	.array_start = is_array,
	.indef_map_start = is_indefinite,
	.map_start = is_map,
	.tag = is_tag,
	.float2 = is_small_float,
	.float4 = is_small_float,
	.float8 = is_double,
	.undefined = is_undefined,
	.null = is_null,
	.boolean = is_bool,
	.indef_break = is_indefinite,
};

/* One head, without the tag that may stand before a byte string. NULL, or why not. */
static const char *take(struct view *left, struct item *item)
{
	struct head head = {.refused = NULL};
	bool is_tagged = false;
	do {
		is_tagged = head.is_tag;
		head.is_tag = false;
		struct cbor_decoder_result result = cbor_stream_decode(left->data, left->size, &callbacks, &head);
		if (result.status == CBOR_DECODER_NEDATA)
			return "cut off";
		if (result.status != CBOR_DECODER_FINISHED)
			return "a head that CBOR does not have";
		if (head.refused)
			return head.refused;
		if (is_tagged && (head.is_tag || head.item.kind != ITEM_BYTES))
			return "tag 64 before what is no byte string";
		*left = view_of(left->data + result.read, left->size - result.read);
	} while (head.is_tag);
	*item = head.item;
	return NULL;
}

struct walk {
	struct view all, left;
	size_t items, key_count;
	struct view keys[PROFILE_ITEMS]; /* of the maps that are open */
};

static int refuse(const struct walk *walk, const char *why, struct err *err)
{
	return err_bad(err, "CBOR: %s at offset %zu", why, walk->all.size - walk->left.size);
}

static int walk_head(struct walk *walk, struct item *item, struct err *err)
{
	if (++walk->items > PROFILE_ITEMS)
		return refuse(walk, "too many items", err);
	struct view left = walk->left;
	const char *why = take(&left, item);
	if (!why && item->kind == ITEM_TEXT && !bytes_are_utf8(item->bytes.data, item->bytes.size))
		why = "text that is not UTF-8";
	if (why)
		return refuse(walk, why, err);
	walk->left = left;
	return 0;
}

static int walk_key(struct walk *walk, size_t first, struct err *err)
{
	struct view before = walk->left;
	struct item key;
	const char *why = NULL;
	if (walk_head(walk, &key, err))
		return -1;
	if (key.kind != ITEM_TEXT)
		why = "a key that is no text";
	for (size_t i = first; i < walk->key_count && !why; i++)
		if (view_is(walk->keys[i], key.bytes))
			why = "a key for the second time";
	if (why) {
		walk->left = before;
		return refuse(walk, why, err);
	}
	walk->keys[walk->key_count++] = key.bytes;
	return 0;
}

static int walk_item(struct walk *walk, unsigned depth, struct err *err)
{
	struct item item;
	if (walk_head(walk, &item, err))
		return -1;
	bool is_map = item.kind == ITEM_MAP;
	if (!is_map && item.kind != ITEM_ARRAY)
		return 0;
	if (depth == PROFILE_DEPTH)
		return refuse(walk, "nested too deeply", err);
	if (item.count > walk->left.size / (is_map ? 2 : 1))
		return refuse(walk, "more items than bytes", err);
	size_t first = walk->key_count;
	for (size_t i = 0; i < item.count; i++)
		if ((is_map && walk_key(walk, first, err)) || walk_item(walk, depth + 1, err))
			return -1;
	walk->key_count = first;
	return 0;
}

/* spec: tunnel-spec.md 4, "CBOR" */
int profile_check(struct view all, struct err *err)
{
	struct walk walk; /* not set: its keys are as large as a stack likes */
	walk.all = walk.left = all;
	walk.items = walk.key_count = 0;
	if (walk_item(&walk, 0, err))
		return -1;
	return walk.left.size ? refuse(&walk, "bytes after the end", err) : 0;
}

struct item item_take(struct view *left)
{
	struct item item = {.kind = ITEM_UNDEFINED};
	take(left, &item);
	return item;
}

void item_skip(struct view *left)
{
	for (size_t wanted = 1; wanted; wanted--) {
		struct item item = item_take(left);
		wanted += item.kind == ITEM_MAP ? 2 * item.count : item.count;
	}
}

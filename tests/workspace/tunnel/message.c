/* message FOLDER: every FOLDER/good/NAME.cbor says what NAME.txt does, and says the same when it was written again;
 * every FOLDER/should-fail/NAME.cbor is refused for the reason in NAME.cbor.reason. And what is too large for a file.
 */
#include "message_shape.h"

#include "bytes.h"
#include "file.h"

#include "../base/unit.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

static void show_text(struct bytes *into, const char *name, struct view text)
{
	struct err err;
	bytes_addf(into, &err, "%s: \"%.*s\"\n", name, (int)text.size, (const char *)text.data);
}

static void show_bytes(struct bytes *into, const char *name, struct view bytes)
{
	struct err err;
	bytes_addf(into, &err, "%s: x", name);
	for (size_t i = 0; i < bytes.size; i++)
		bytes_addf(into, &err, "%02x", bytes.data[i]);
	bytes_add(into, "\n", 1, &err);
}

static void show_content(struct bytes *into, const char *name, const struct content *content)
{
	if (content->kind != CONTENT_NONE)
		(content->kind == CONTENT_TEXT ? show_text : show_bytes)(into, name, content->bytes);
}

static void show_headers(struct bytes *into, const struct message *message)
{
	struct err err;
	for (size_t i = 0; i < message->header_count; i++) {
		const struct message_header *it = &message->headers[i];
		bytes_addf(into, &err, "header %.*s: \"%.*s\"\n", (int)it->name.size, (const char *)it->name.data,
			   (int)it->value.size, (const char *)it->value.data);
	}
}

static void show_number(struct bytes *into, const struct member *member, uint32_t number)
{
	struct err err;
	if (number && !(member->at == offsetof(struct message, version) && number == 1))
		bytes_addf(into, &err, "%s: %u\n", member->name, number);
}

static void show_member(struct bytes *into, const struct member *member, const struct message *message)
{
	struct err err;
	const char *at = (const char *)message + member->at;
	const struct view *view = (const struct view *)(const void *)at;
	bool is_true;
	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_BYTES:
		if (view->data)
			(member->kind == MEMBER_TEXT ? show_text : show_bytes)(into, member->name, *view);
		break;
	case MEMBER_CONTENT:
	case MEMBER_DATA:
		show_content(into, member->name, &message->body);
		break;
	case MEMBER_DATA_TYPE:
		bytes_addf(into, &err, "dataType: \"%s\"\n",
			   message->body.kind == CONTENT_TEXT ? "string" : "arraybuffer");
		break;
	case MEMBER_HEADERS:
		show_headers(into, message);
		break;
	case MEMBER_PROTOCOLS:
		for (size_t i = 0; i < message->protocol_count; i++)
			show_text(into, member->name, message->protocols[i]);
		break;
	case MEMBER_FLAG:
		is_true = *(const bool *)at;
		if (is_true || member->is_needed)
			bytes_addf(into, &err, "%s: %s\n", member->name, is_true ? "true" : "false");
		break;
	case MEMBER_NUMBER:
	case MEMBER_TIMEOUT:
		show_number(into, member, *(const uint32_t *)(const void *)at);
		break;
	case MEMBER_EVENT:
		bytes_addf(into, &err, "eventType: \"%s\"\n", message_event_name(message->event));
		break;
	case MEMBER_NULL:
		break;
	}
}

static void show(struct bytes *into, const struct message *message)
{
	struct err err;
	const struct shape *shape = message_shape(message->type);
	into->size = 0;
	bytes_addf(into, &err, "type: \"%s\"\n", shape->name);
	for (size_t i = 0; i < SHAPE_MEMBERS && shape->members[i].name; i++)
		show_member(into, &shape->members[i], message);
}

/* Of memory that ends where the message does. */
static uint8_t *exact(const struct bytes *bytes)
{
	uint8_t *copy = malloc(bytes->size ? bytes->size : 1);
	if (!copy)
		abort();
	if (bytes->size)
		memcpy(copy, bytes->data, bytes->size);
	return copy;
}

static void check_again(const char *path, const struct message *message, const struct bytes *expected)
{
	struct err err;
	struct message again = {0};
	cleanup_bytes struct bytes written = {0}, shown = {0};
	bool is_same = !message_write(message, &written, &err) && written.size == message_put(message, NULL) &&
		       !message_read(written.data, written.size, &again, &err);
	if (is_same)
		show(&shown, &again);
	if (!is_same || strcmp(shown.data, expected->data))
		fprintf(stderr, "%s: written again, it is\n%s", path, is_same ? shown.data : err.text);
	CHECK(is_same && !strcmp(shown.data, expected->data));
	message_free(&again);
}

static void check_good(const char *path, const struct bytes *cbor, const struct bytes *expected)
{
	struct err err;
	struct message message;
	cleanup_bytes struct bytes shown = {0};
	cleanup_free uint8_t *copy = exact(cbor);
	if (message_read(copy, cbor->size, &message, &err)) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		unit_failures++;
	} else {
		show(&shown, &message);
		if (strcmp(shown.data, expected->data))
			fprintf(stderr, "%s: is\n%s", path, shown.data);
		CHECK(!strcmp(shown.data, expected->data));
		check_again(path, &message, expected);
	}
	message_free(&message);
}

static void check_bad(const char *path, const struct bytes *cbor, struct bytes *reason)
{
	struct err err = {0};
	struct message message;
	cleanup_free uint8_t *copy = exact(cbor);
	reason->data[strcspn(reason->data, "\n")] = '\0';
	int status = message_read(copy, cbor->size, &message, &err);
	bool is_right = status == -1 && err.status == STATUS_BAD && *reason->data &&
			!strncmp(err.text, reason->data, strlen(reason->data));
	if (!is_right)
		fprintf(stderr, "%s: %s\n", path, status ? err.text : "is taken");
	CHECK(is_right);
	message_free(&message);
}

static int is_cbor(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);
	return size > 5 && !strcmp(entry->d_name + size - 5, ".cbor");
}

static int check_folder(const char *folder, bool is_good)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_cbor, alphasort);
	for (int i = 0; i < count; i++) {
		struct err err;
		char path[PATH_MAX], other[PATH_MAX + 8];
		cleanup_bytes struct bytes cbor = {0}, beside = {0};
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		int stem = (int)strlen(path) - (is_good ? (int)strlen(".cbor") : 0);
		snprintf(other, sizeof other, "%.*s%s", stem, path, is_good ? ".txt" : ".reason");
		if (file_load(path, 1 << 20, &cbor, &err) || file_load(other, 1 << 20, &beside, &err)) {
			fprintf(stderr, "%s\n", err.text);
			unit_failures++;
		} else if (is_good) {
			check_good(path, &cbor, &beside);
		} else {
			check_bad(path, &cbor, &beside);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count;
}

static bool is_refused(const struct message *message, const char *reason)
{
	struct err err = {0};
	cleanup_bytes struct bytes bytes = {0};
	return message_write(message, &bytes, &err) && err.status == STATUS_BAD && !strcmp(err.text, reason) &&
	       !bytes.size;
}

/* What the reader would refuse is not written. */
static void test_write_refuses(void)
{
	struct message_header header = {view_of_literal("a"), view_of_literal("\xff")};
	struct message request = {.type = HTTP_REQUEST, .method = view_of_literal("GET"), .url = view_of_literal("/")};
	CHECK(is_refused(&request, "http_request: requestId: missing"));
	request.id = view_of_literal("");
	CHECK(is_refused(&request, "http_request: requestId: 0 bytes"));
	request.id = view_of_literal("1");
	request.headers = &header;
	request.header_count = 1;
	CHECK(is_refused(&request, "http_request: headers: text that is not UTF-8"));
	request.header_count = MESSAGE_HEADERS + 1;
	CHECK(is_refused(&request, "http_request: headers: more than 256"));
	request.header_count = 0;
	request.body = (struct content){CONTENT_TEXT, view_of_literal("\xff")};
	CHECK(is_refused(&request, "http_request: body: text that is not UTF-8"));
	request.body.kind = CONTENT_BYTES;
	request.is_streamed = true;
	CHECK(is_refused(&request, "http_request: body: there, and is_streamed too"));
	CHECK(is_refused(&(struct message){.type = WS_CLOSE, .id = view_of_literal("1"), .code = 5000},
			 "ws_close: code: no number of 1000 to 4999"));
	CHECK(is_refused(&(struct message){.type = HTTP_CHUNK, .id = view_of_literal("1"), .body = {CONTENT_BYTES}},
			 "http_chunk: data: none, and not the last"));
	CHECK(is_refused(&(struct message){.type = HTTP_CHUNK, .id = view_of_literal("1"), .body = {CONTENT_TEXT}},
			 "http_chunk: data: no bytes"));
}

/* Header names are one whatever their case and place. */
static void test_headers(void)
{
	struct err err;
	struct message again;
	cleanup_bytes struct bytes bytes = {0}, shown = {0};
	struct message_header headers[] = {{view_of_literal("Set-Cookie"), view_of_literal("1")},
					   {view_of_literal("b"), view_of_literal("2")},
					   {view_of_literal("set-cookie"), view_of_literal("3")}};
	struct message answer = {.type = HTTP_RESPONSE,
				 .id = view_of_literal("1"),
				 .status = 200,
				 .status_text = view_of_literal(""),
				 .headers = headers,
				 .header_count = 3};
	CHECK(!message_write(&answer, &bytes, &err) && !message_read(bytes.data, bytes.size, &again, &err));
	show(&shown, &again);
	CHECK(strstr(shown.data, "header Set-Cookie: \"1\"\nheader Set-Cookie: \"3\"\nheader b: \"2\"\n"));
	message_free(&again);
}

/* A chunk of the most bytes, and of one more; written by hand, since ours would not. */
static void test_chunk_size(void)
{
	static const uint8_t front[] = "\xa4\x64type\x6ahttp_chunk\x69requestId\x61\x31\x64last\xf5\x64"
				       "data\x5a";
	for (uint32_t size = MESSAGE_CHUNK; size <= MESSAGE_CHUNK + 1; size++) {
		struct err err = {0};
		struct message message;
		cleanup_bytes struct bytes bytes = {0};
		uint8_t head[4] = {0, size >> 16, (size >> 8) & 0xff, size & 0xff};
		CHECK(!bytes_add(&bytes, front, sizeof front - 1, &err) && !bytes_add(&bytes, head, 4, &err));
		void *data = bytes_extend(&bytes, size, &err);
		memset(data, 0, size);
		bool is_taken = !message_read(bytes.data, bytes.size, &message, &err);
		CHECK(is_taken == (size == MESSAGE_CHUNK));
		CHECK(is_taken || !strcmp(err.text, "http_chunk: data: 262145 bytes"));
		CHECK(!is_taken || (message.body.bytes.size == size && message.is_last));
		message_free(&message);
	}
}

int main(int argc, char **argv)
{
	char folder[PATH_MAX];
	if (argc != 2)
		return EX_USAGE;
	snprintf(folder, sizeof folder, "%s/good", argv[1]);
	CHECK(check_folder(folder, true) >= 50);
	snprintf(folder, sizeof folder, "%s/should-fail", argv[1]);
	CHECK(check_folder(folder, false) >= 250);
	test_write_refuses();
	test_headers();
	test_chunk_size();
	return unit_end();
}

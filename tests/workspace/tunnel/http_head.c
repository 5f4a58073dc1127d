/* http_head read FILE...: each file's message on a line: what it is, the size of its body, its headers; or why not.
 * What it is comes from the name: .request, .response, .head (an answer to HEAD). http_head paths RULE... -- PATH...:
 * each path on a line, "yes" or "no" in front: is it of the rules? */
#include "http_message.h"

#include "file.h"
#include "http_target.h"
#include "program.h"

static size_t all(size_t from, size_t size)
{
	(void)from;
	return size;
}

static enum message_kind kind_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	if (dot && !strcmp(dot, ".request"))
		return MESSAGE_REQUEST;
	return dot && !strcmp(dot, ".head") ? MESSAGE_TO_HEAD : MESSAGE_RESPONSE;
}

static void print(struct view text)
{
	fwrite(text.data, 1, text.size, stdout);
}

static void show(const struct http_head *head, size_t size)
{
	if (head->method.size) {
		print(head->method);
		putchar(' ');
		print(head->target);
	} else {
		printf("%d", head->status);
	}
	printf(" %zu", size);
	for (size_t i = 0; i < head->header_count; i++) {
		printf(" [");
		print(head->headers[i].name);
		putchar('=');
		print(head->headers[i].value);
		putchar(']');
	}
	putchar('\n');
}

static void read_one(const char *path)
{
	cleanup_bytes struct bytes data = {0};
	struct message_seen seen;
	struct err err;
	if (file_load(path, 1 << 20, &data, &err))
		die_err(path, &err);
	if (message_see(kind_of(path), (uint8_t *)data.data, data.size, all, &seen))
		puts(seen.text);
	else if (seen.used < data.size)
		puts("bytes behind its end");
	else
		show(&seen.head, seen.content.size);
	bytes_free(&seen.content);
}

static void judge_paths(char **arguments)
{
	const char *rules[16] = {NULL};
	for (int i = 0; i < 15 && strcmp(*arguments, "--") != 0; i++)
		rules[i] = *arguments++;
	while (*++arguments)
		printf("%s %s\n", http_path_is_of(view_of(*arguments, strlen(*arguments)), rules) ? "yes" : "no",
		       *arguments);
}

int main(int argc, char **argv)
{
	program_start("http_head");
	if (argc > 2 && !strcmp(argv[1], "paths"))
		judge_paths(argv + 2);
	else
		for (int i = 2; i < argc; i++)
			read_one(argv[i]);
	return finish(0);
}

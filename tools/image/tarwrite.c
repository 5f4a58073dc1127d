#include "tarwrite.h"

#include "content.h"
#include "file.h"
#include "tarform.h"

#include <fcntl.h>
#include <string.h>

enum { ROOM = 1 << 20 };

struct writer {
	int fd;
	const char *name;
	struct bytes header;
	size_t used;
	char room[ROOM];
};

static int flush(struct writer *writer, struct err *err)
{
	size_t size = writer->used;
	writer->used = 0;
	return file_write(writer->fd, writer->room, size, err) ? err_prefix(err, "%s", writer->name) : 0;
}

/* data NULL: zeros. */
static int put(struct writer *writer, const char *data, size_t size, struct err *err)
{
	while (size) {
		size_t part = ROOM - writer->used < size ? ROOM - writer->used : size;
		if (data)
			memcpy(writer->room + writer->used, data, part);
		else
			memset(writer->room + writer->used, 0, part);
		data = data ? data + part : NULL;
		writer->used += part;
		size -= part;
		if (writer->used == ROOM && flush(writer, err))
			return -1;
	}
	return 0;
}

static int put_content(struct writer *writer, const struct tree *tree, const struct node *node, struct err *err)
{
	cleanup_content struct content content = CONTENT_NONE;
	if (content_open(&content, tree, node, err))
		return -1;
	while (content.done < node->size) {
		ssize_t n = content_read(&content, writer->room + writer->used, ROOM - writer->used, err);
		if (n < 0)
			return -1;
		writer->used += (size_t)n;
		if (writer->used == ROOM && flush(writer, err))
			return -1;
	}
	return content_check(&content, err);
}

static int put_entry(struct writer *writer, const struct tree *tree, const struct entry *entry, struct err *err)
{
	int64_t size = tarform_size(entry);
	writer->header.size = 0;
	if (tarform_header(entry, &writer->header, err) || put(writer, writer->header.data, writer->header.size, err))
		return -1;
	if (!size)
		return 0;
	if (put_content(writer, tree, entry->node, err))
		return -1;
	return put(writer, NULL, (size_t)(-size & (TARFORM_BLOCK - 1)), err);
}

static int put_all(struct writer *writer, const struct tree *tree, struct err *err)
{
	for (size_t i = 0; i < tree->count; i++)
		if (put_entry(writer, tree, tree->entries[i], err))
			return -1;
	return put(writer, NULL, 2 * TARFORM_BLOCK, err) || flush(writer, err) ? -1 : 0;
}

int tar_write(const struct tree *tree, int fd, const char *name, struct err *err)
{
	cleanup_free struct writer *writer = malloc(sizeof *writer);
	if (!writer)
		return err_system(err, EX_OSERR, "writing");
	writer->fd = fd;
	writer->name = name;
	writer->header = (struct bytes){0};
	writer->used = 0;
	fcntl(fd, F_SETPIPE_SZ, ROOM); /* fewer turns when it is a pipe, nothing when it is not */
	int status = put_all(writer, tree, err);
	bytes_free(&writer->header);
	return status;
}

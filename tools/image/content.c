#include "content.h"

#include "path.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int changed(const struct content *content, struct err *err)
{
	return err_bad(err, PATH_SHOWN ": " PATH_SHOWN ": changed while being read", content->origin->name,
		       content->node->watched->path);
}

int content_check(const struct content *content, struct err *err)
{
	struct stat st;
	if (content->fd < 0)
		return 0;
	const struct watched *was = content->node->watched;
	if (fstat(content->fd, &st))
		return err_system(err, EX_IOERR, PATH_SHOWN ": " PATH_SHOWN, content->origin->name, was->path);
	if (!S_ISREG(st.st_mode) || st.st_dev != was->device || st.st_ino != was->inode ||
	    st.st_size != content->node->size || st.st_mtim.tv_sec != was->changed ||
	    st.st_mtim.tv_nsec != was->changed_ns)
		return changed(content, err);
	return 0;
}

int content_open(struct content *content, const struct tree *tree, const struct node *node, struct err *err)
{
	*content = (struct content){.node = node, .origin = &tree->origins[node->origin], .fd = -1};
	if (node->where != WHERE_FILE)
		return 0;
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (content->origin->follow ? 0 : O_NOFOLLOW);
	content->fd = openat(content->origin->fd, node->watched->path, flags);
	if (content->fd < 0)
		return err_system(err, EX_IOERR, PATH_SHOWN ": " PATH_SHOWN, content->origin->name,
				  node->watched->path);
	return content_check(content, err);
}

void content_close(struct content *content)
{
	cleanup_fd_at(&content->fd);
	content->fd = -1;
}

/* Bytes at an offset of a descriptor; the end of the file comes too early, since the table knows the size. */
static ssize_t read_at(const struct content *content, int fd, void *into, size_t size, int64_t at, struct err *err)
{
	ssize_t n;
	do
		n = pread(fd, into, size, at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_system(err, EX_IOERR, PATH_SHOWN ": cannot read", content->origin->name);
	if (n == 0)
		return err_bad(err, PATH_SHOWN ": shorter than it was", content->origin->name);
	return n;
}

static ssize_t read_pieces(struct content *content, void *into, size_t size, struct err *err)
{
	const struct pieces *pieces = content->node->pieces;
	const struct piece *piece = pieces->piece + content->piece;
	for (; content->piece < pieces->count; content->piece++, piece++)
		if (piece->from + piece->size > content->done)
			break;
	int64_t hole =
		content->piece < pieces->count ? piece->from - content->done : content->node->size - content->done;
	if (hole > 0) {
		size = (uint64_t)hole < size ? (size_t)hole : size;
		memset(into, 0, size);
		return (ssize_t)size;
	}
	int64_t left = piece->from + piece->size - content->done;
	size = (uint64_t)left < size ? (size_t)left : size;
	return read_at(content, content->origin->fd, into, size, piece->at - hole, err);
}

ssize_t content_read(struct content *content, void *into, size_t size, struct err *err)
{
	const struct node *node = content->node;
	uint64_t left = (uint64_t)(node->size - content->done);
	ssize_t n;
	if (left < size)
		size = (size_t)left;
	if (!size)
		return 0;
	switch ((enum where)node->where) {
	case WHERE_PIECES:
		n = read_pieces(content, into, size, err);
		break;
	case WHERE_FILE:
		n = read_at(content, content->fd, into, size, content->done, err);
		break;
	default:
		n = read_at(content, content->origin->fd, into, size, node->at + content->done, err);
	}
	if (n > 0)
		content->done += n;
	return n;
}

static int fill(struct content *content, char *into, size_t size, struct err *err)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = content_read(content, into + done, size - done, err);
		if (n <= 0)
			return (int)n;
		done += (size_t)n;
	}
	return 0;
}

int content_equal(const struct tree *tree, const struct node *a, const struct node *b, struct err *err)
{
	enum { STEP = 64 << 10 };
	cleanup_content struct content left = CONTENT_NONE, right = CONTENT_NONE;
	cleanup_free char *both = malloc(2 * STEP);
	if (!both)
		return err_system(err, EX_OSERR, "comparing");
	if (a->size != b->size)
		return 0;
	if (content_open(&left, tree, a, err) || content_open(&right, tree, b, err))
		return -1;
	while (left.done < a->size) {
		int64_t rest = a->size - left.done;
		size_t size = rest < STEP ? (size_t)rest : STEP;
		if (fill(&left, both, size, err) || fill(&right, both + STEP, size, err))
			return -1;
		if (memcmp(both, both + STEP, size))
			return 0;
	}
	return 1;
}

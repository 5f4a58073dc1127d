/* The bytes of a file of the table, from front to back, wherever they are. */
#ifndef IMAGE_CONTENT_H
#define IMAGE_CONTENT_H

#include "tree.h"

struct content {
	const struct node *node;
	const struct origin *origin;
	int fd; /* of a file of its own; else -1 */
	int64_t done;
	size_t piece; /* first piece that ends behind done */
};
#define CONTENT_NONE ((struct content){.fd = -1})

/* Refuses a file that is not as it was when it was listed. */
int content_open(struct content *content, const struct tree *tree, const struct node *node, struct err *err);

/* Up to size bytes; 0 only at the end. A file that has become shorter is an error. */
ssize_t content_read(struct content *content, void *into, size_t size, struct err *err);

/* Releases. At the end of the bytes, content_check() first says whether the file is still as it was. */
int content_check(const struct content *content, struct err *err);
void content_close(struct content *content);
#define cleanup_content cleanup(content_close)

/* Compares: 1 equal, 0 not, -1 error. */
int content_equal(const struct tree *tree, const struct node *a, const struct node *b, struct err *err);

#endif

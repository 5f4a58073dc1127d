/* Two entries of one path. */
#include "content.h"
#include "path.h"
#include "tree.h"

#include <string.h>

struct node *node_of(struct entry *entry)
{
	struct node *node = entry->node;
	while (node->same) {
		if (node->same->same)
			node->same = node->same->same;
		node = node->same;
	}
	return entry->node = node;
}

/* What differs besides content, or NULL. Folders may differ in time: the later one counts. */
static const char *difference(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind)
		return "type";
	if (a->mode != b->mode)
		return "mode";
	if (a->uid != b->uid || a->gid != b->gid)
		return "owner";
	if (!xattrs_equal(a->xattrs, b->xattrs))
		return "extended attributes";
	if (a->kind == KIND_FOLDER)
		return NULL;
	if (a->kind == KIND_SYMLINK && strcmp(a->target, b->target))
		return "link target";
	if (a->kind == KIND_FILE && a->size != b->size)
		return "size";
	if ((a->kind == KIND_CHARACTER_DEVICE || a->kind == KIND_BLOCK_DEVICE) &&
	    (a->device[0] != b->device[0] || a->device[1] != b->device[1]))
		return "device number";
	if (a->time != b->time)
		return "time";
	return NULL;
}

static int conflict(const struct tree *tree, const struct entry *a, const struct entry *b, const char *what,
		    struct err *err)
{
	const char *path = a->path ? a->path : a->name;
	const char *one = tree->origins[a->origin < b->origin ? a->origin : b->origin].name;
	const char *other = tree->origins[a->origin < b->origin ? b->origin : a->origin].name;
	if (a->origin == b->origin)
		return err_bad(err, PATH_SHOWN ": twice in " PATH_SHOWN ", with different %s", path, one, what);
	return err_bad(err, PATH_SHOWN ": in " PATH_SHOWN " and in " PATH_SHOWN ", with different %s", path, one, other,
		       what);
}

int tree_merge(struct tree *tree, struct entry *a, struct entry *b, struct err *err)
{
	struct node *left = node_of(a), *right = node_of(b);
	if (left == right)
		return 0;
	const char *what = difference(left, right);
	if (!what && left->kind == KIND_FILE) {
		int equal = content_equal(tree, left, right, err);
		if (equal < 0)
			return -1;
		what = equal ? NULL : "content";
	}
	if (what)
		return conflict(tree, a, b, what, err);
	if (left->time < right->time)
		left->time = right->time;
	right->same = left;
	return 0;
}

bool entry_is_link(const struct entry *entry)
{
	return entry->node->first && entry->node->first != entry->path;
}

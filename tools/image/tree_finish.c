/* From what the inputs hold to what the output holds. */
#include "path.h"
#include "tree.h"

#include <string.h>

static int by_name(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int order = strcmp(left->name, right->name);
	/* Of one name, what is no link comes first: links to that name mean it. */
	return order ? order : !!left->link - !!right->link;
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(struct entry *const *)a)->path, (*(struct entry *const *)b)->path);
}

/* The first entry of that name among sorted ones, or NULL. */
static struct entry *named(struct entry **sorted, size_t count, const char *name)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(sorted[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && !strcmp(sorted[low]->name, name) ? sorted[low] : NULL;
}

/* Follows links to links. Every entry on the way gets the node, so that a chain is walked once. */
static int resolve(struct entry **sorted, size_t count, struct entry *entry, struct err *err)
{
	struct entry *end = entry;
	for (size_t steps = 0; end && end->link; steps++) {
		if (steps > count)
			return err_bad(err, PATH_SHOWN ": hard links in a circle", entry->name);
		end = named(sorted, count, end->link);
	}
	if (!end)
		return err_bad(err, PATH_SHOWN ": hard link to nothing", entry->name);
	if (end->node->kind == KIND_FOLDER)
		return err_bad(err, PATH_SHOWN ": hard link to a folder", entry->name);
	while (entry != end) {
		struct entry *next = named(sorted, count, entry->link);
		entry->node = end->node;
		entry->link = NULL;
		entry = next;
	}
	return 0;
}

static int resolve_all(struct tree *tree, struct entry **sorted, size_t count, struct err *err)
{
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 0; i < count; i++)
		if (sorted[i]->link && resolve(sorted, count, sorted[i], err))
			return -1;
	/* A name that is there twice must mean one thing, also when no path of it stays. */
	for (size_t i = 1; i < count; i++)
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name) && tree_merge(tree, sorted[i - 1], sorted[i], err))
			return -1;
	return 0;
}

int tree_end(struct tree *tree, struct err *err)
{
	size_t count = tree->count - tree->input, kept = 0;
	if (!count)
		return 0;
	struct entry **entries = tree->entries + tree->input;
	bool links = false;
	for (size_t i = 0; i < count; i++)
		links = links || entries[i]->link;
	if (links && resolve_all(tree, entries, count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (entries[i]->path)
			entries[kept++] = entries[i];
	tree->count = tree->input + kept;
	return 0;
}

/* Sorts by path and makes one entry of those with the same. */
static int sort_and_merge(struct tree *tree, struct err *err)
{
	struct entry **entries = tree->entries;
	size_t kept = 0;
	if (tree->count)
		qsort(entries, tree->count, sizeof *entries, by_path);
	for (size_t i = 0; i < tree->count; i++) {
		if (!kept || strcmp(entries[kept - 1]->path, entries[i]->path))
			entries[kept++] = entries[i];
		else if (tree_merge(tree, entries[kept - 1], entries[i], err))
			return -1;
	}
	tree->count = kept;
	return 0;
}

/* The entry whose path is the first size bytes of path, among the first count entries. */
static struct entry *at_path(const struct tree *tree, size_t count, const char *path, size_t size)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = tree->entries[middle]->path;
		int order = strncmp(other, path, size);
		if (!order && !other[size])
			return tree->entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int make_folder(struct tree *tree, const char *path, size_t size, struct err *err)
{
	static const struct mapping as_is = {.keep_owner = true};
	char name[PATH_LONGEST + 1];
	*(char *)mempcpy(name, path, size) = '\0';
	struct found found = {.name = name, .kind = KIND_FOLDER, .mode = 0755, .time = tree->limits.epoch};
	return tree_add(tree, &as_is, &found, NULL, err);
}

/* Makes the folders above the entry that are missing among the first count entries. known is the parent of the entry
 * before, or NULL: most entries have the same, and what is above it is there too.
 */
static int need_parents(struct tree *tree, size_t count, struct entry *entry, const char **known, struct err *err)
{
	const char *path = entry->path, *nearest = NULL;
	size_t size = strlen(path);
	while ((size = path_parent(path, size))) {
		if (*known && !strncmp(*known, path, size) && ((*known)[size] == '/' || !(*known)[size]))
			break;
		struct entry *parent = at_path(tree, count, path, size);
		if (parent && node_of(parent)->kind != KIND_FOLDER)
			return err_bad(err,
				       PATH_SHOWN " (" PATH_SHOWN "): below " PATH_SHOWN " (" PATH_SHOWN
						  "), which is not a folder",
				       path, tree->origins[entry->origin].name, parent->path,
				       tree->origins[parent->origin].name);
		if (!parent && make_folder(tree, path, size, err))
			return -1;
		if (!nearest)
			nearest = parent ? parent->path : tree->entries[tree->count - 1]->path;
		if (parent)
			break;
	}
	if (nearest)
		*known = nearest;
	return 0;
}

static int need_all_parents(struct tree *tree, struct err *err)
{
	size_t count = tree->count;
	const char *known = NULL;
	for (size_t i = 0; i < count; i++)
		if (need_parents(tree, count, tree->entries[i], &known, err))
			return -1;
	return tree->count > count ? sort_and_merge(tree, err) : 0;
}

static int refuse(const struct tree *tree, const struct entry *entry, const char *why, struct err *err)
{
	return err_bad(err, PATH_SHOWN " (" PATH_SHOWN "): %s", entry->path, tree->origins[entry->origin].name, why);
}

static int check_node(struct tree *tree, const struct entry *entry, const struct node *node, struct err *err)
{
	if (node->kind == KIND_FIFO && !tree->limits.devices)
		return refuse(tree, entry, "a FIFO is not wanted (see --devices)", err);
	if ((node->kind == KIND_CHARACTER_DEVICE || node->kind == KIND_BLOCK_DEVICE) && !tree->limits.devices)
		return refuse(tree, entry, "a device node is not wanted (see --devices)", err);
	if (node->kind == KIND_FILE && (uint64_t)node->size > tree->limits.size - tree->size)
		return refuse(tree, entry, "with it, files are larger than --max-size allows", err);
	tree->size += (uint64_t)node->size;
	return 0;
}

/* The first path of each node has its content. */
static int name_nodes(struct tree *tree, struct err *err)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct node *node = node_of(tree->entries[i]);
		if (node->kind == KIND_FOLDER || node->first)
			continue;
		node->first = tree->entries[i]->path;
		if (check_node(tree, tree->entries[i], node, err))
			return -1;
	}
	return 0;
}

int tree_finish(struct tree *tree, struct err *err)
{
	if (sort_and_merge(tree, err) || need_all_parents(tree, err))
		return -1;
	return name_nodes(tree, err);
}

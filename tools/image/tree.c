#include "tree.h"

#include "bytes.h"
#include "path.h"

#include <string.h>

void tree_free(struct tree *tree)
{
	for (uint32_t i = 0; i < tree->origin_count; i++) {
		if (tree->origins[i].owned)
			close(tree->origins[i].fd);
		free(tree->origins[i].name);
	}
	free(tree->origins);
	free(tree->entries);
	arena_free(&tree->arena);
	*tree = (struct tree){0};
}

int tree_begin(struct tree *tree, const char *name, int fd, bool owned, struct err *err)
{
	struct origin *grown = realloc(tree->origins, (tree->origin_count + 1) * sizeof *grown);
	char *copy = strdup(name);
	if (grown)
		tree->origins = grown;
	if (!grown || !copy) {
		free(copy);
		if (owned)
			close(fd);
		return err_system(err, EX_OSERR, "table of inputs");
	}
	tree->origins[tree->origin_count++] = (struct origin){.name = copy, .fd = fd, .owned = owned};
	tree->input = tree->count;
	return 0;
}

static struct entry *append(struct tree *tree, struct err *err)
{
	if (tree->count >= tree->limits.entries) {
		err_bad(err, "more than %llu entries", (unsigned long long)tree->limits.entries);
		return NULL;
	}
	if (tree->count == tree->room) {
		size_t room = tree->room ? 2 * tree->room : 1024;
		struct entry **grown = realloc(tree->entries, room * sizeof *grown);
		if (!grown) {
			err_system(err, EX_OSERR, "table of entries");
			return NULL;
		}
		tree->entries = grown;
		tree->room = room;
	}
	struct entry *entry = arena_new(&tree->arena, struct entry, err);
	if (entry) {
		entry->origin = tree->origin_count - 1;
		tree->entries[tree->count++] = entry;
	}
	return entry;
}

/* The name as the table has it; NULL and no error for the root. */
static int cleaned(struct tree *tree, const char *raw, bool kept, bool folder, const char **name, struct err *err)
{
	struct path path;
	*name = NULL;
	if (path_parse(raw, &path, err))
		return -1;
	if (path.slash && path.size && !folder)
		return err_bad(err, "empty component in path");
	if (kept && path.size && !path.text[path.size])
		*name = path.text;
	else if (path.size && !(*name = arena_text(&tree->arena, path.text, path.size, err)))
		return -1;
	return 0;
}

/* Appends an entry; *entry is NULL for the root, which is never stored. */
static int add_name(struct tree *tree, const struct mapping *mapping, const char *raw, bool kept, bool folder,
		    struct entry **entry, struct err *err)
{
	const char *name;
	*entry = NULL;
	if (cleaned(tree, raw, kept, folder, &name, err))
		return -1;
	if (!name)
		return folder ? 0 : err_bad(err, "the root is not a folder");
	char room[PATH_LONGEST + 1];
	const char *path;
	bool pruned;
	if (mapping_path(mapping, name, room, &path, &pruned, err))
		return -1;
	if (path == room && !(path = arena_text(&tree->arena, room, strlen(room), err)))
		return -1;
	/* What is left out needs no record, unless it is a file whose other names may stay. */
	if (!path && folder)
		return 0;
	*entry = append(tree, err);
	if (!*entry)
		return -1;
	(*entry)->path = path;
	(*entry)->name = name;
	return 0;
}

static int set_owner(struct node *node, const struct mapping *mapping, const struct found *found, struct err *err)
{
	if (found->uid < 0 || found->uid >= UINT32_MAX || found->gid < 0 || found->gid >= UINT32_MAX)
		return err_bad(err, "owner %lld:%lld is not between 0 and %u", (long long)found->uid,
			       (long long)found->gid, UINT32_MAX - 1);
	node->uid = mapping->keep_owner ? (uint32_t)found->uid : mapping->uid;
	node->gid = mapping->keep_owner ? (uint32_t)found->gid : mapping->gid;
	return 0;
}

static int set_target(struct node *node, struct tree *tree, const char *target, struct err *err)
{
	size_t size = target ? strnlen(target, LINK_LONGEST + 1) : 0;
	if (!size)
		return err_bad(err, "symbolic link without a target");
	if (size > LINK_LONGEST)
		return err_bad(err, "symbolic link's target is longer than %d bytes", LINK_LONGEST);
	if (!bytes_are_utf8(target, size))
		return err_bad(err, "symbolic link's target is not UTF-8");
	node->target = arena_text(&tree->arena, target, size, err);
	return node->target ? 0 : -1;
}

static int set_device(struct node *node, const struct found *found, struct err *err)
{
	for (int i = 0; i < 2 && found->kind != KIND_FIFO; i++) {
		if (found->device[i] < 0 || found->device[i] > DEVICE_LARGEST)
			return err_bad(err, "device number is not between 0 and %d", DEVICE_LARGEST);
		node->device[i] = (uint32_t)found->device[i];
	}
	return 0;
}

static int set_content(struct node *node, const struct found *found, struct err *err)
{
	if (found->size < 0 || (uint64_t)found->size > SIZE_LARGEST)
		return err_bad(err, "size %lld is not between 0 and %llu", (long long)found->size,
			       (unsigned long long)SIZE_LARGEST);
	node->size = found->size;
	node->where = (uint8_t)(found->size ? found->where : WHERE_NONE);
	if (found->where == WHERE_PIECES)
		node->pieces = found->pieces;
	else if (found->where == WHERE_FILE)
		node->watched = found->watched;
	else
		node->at = found->at;
	return 0;
}

static int set_kind(struct node *node, struct tree *tree, const struct found *found, struct err *err)
{
	switch (found->kind) {
	case KIND_FILE:
		return set_content(node, found, err);
	case KIND_SYMLINK:
		node->mode = 0777; /* no system looks at it, and writers disagree about it */
		return set_target(node, tree, found->target, err);
	case KIND_FOLDER:
		return 0;
	default:
		return set_device(node, found, err);
	}
}

static struct node *make_node(struct tree *tree, const struct mapping *mapping, const struct found *found,
			      struct err *err)
{
	struct node *node = arena_new(&tree->arena, struct node, err);
	if (!node)
		return NULL;
	int64_t time = found->time < 0 ? 0 : found->time;
	node->time = time < tree->limits.epoch ? time : tree->limits.epoch;
	node->mode = (uint16_t)mapping_mode(mapping, found->mode, found->kind == KIND_FOLDER);
	node->kind = (uint8_t)found->kind;
	node->origin = tree->origin_count - 1;
	if (set_owner(node, mapping, found, err) || set_kind(node, tree, found, err) ||
	    xattrs_pack(&tree->arena, tree->limits.xattrs, found->xattrs, found->xattr_count, &node->xattrs, err))
		return NULL;
	return node;
}

static int add(struct tree *tree, const struct mapping *mapping, const struct found *found, struct node **node,
	       struct err *err)
{
	struct entry *entry;
	if (add_name(tree, mapping, found->name, found->kept, found->kind == KIND_FOLDER && !found->hard_link, &entry,
		     err))
		return -1;
	if (!entry)
		return 0;
	if (!found->hard_link) {
		*node = entry->node = make_node(tree, mapping, found, err);
		return *node ? 0 : -1;
	}
	if (cleaned(tree, found->hard_link, false, true, &entry->link, err))
		return err_prefix(err, "hard link's target");
	return entry->link ? 0 : err_bad(err, "hard link to a folder");
}

int tree_add(struct tree *tree, const struct mapping *mapping, const struct found *found, struct node **node,
	     struct err *err)
{
	struct node *made = NULL;
	if (add(tree, mapping, found, &made, err))
		return err_prefix(err, PATH_SHOWN, found->name);
	if (node)
		*node = made;
	return 0;
}

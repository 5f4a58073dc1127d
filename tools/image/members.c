#include "members.h"

#include "content.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void members_free(struct members *members)
{
	free(members->list);
	tree_free(&members->tree);
	*members = (struct members){0};
}

const char *member_type(const struct member *member)
{
	static const char *const types[] = {"file", "folder", "symlink", "character-device", "block-device", "fifo"};
	return member->link ? "hardlink" : types[member->node.kind];
}

static const char *keep(struct members *members, const char *text, struct err *err)
{
	return text ? arena_text(&members->tree.arena, text, strlen(text), err) : "";
}

static int set_names(struct members *members, struct member *member, const struct archived *archived, struct err *err)
{
	struct path path;
	struct err local;
	const struct found *found = &archived->found;
	member->name = keep(members, found->name, err);
	member->user = member->name ? keep(members, archived->user, err) : NULL;
	member->group = member->user ? keep(members, archived->group, err) : NULL;
	if (!member->group)
		return -1;
	for (member->path = member->name; !strncmp(member->path, "./", 2) && member->path[2];)
		member->path += 2;
	if (!path_parse(member->name, &path, &local) &&
	    !(member->path =
		      arena_text(&members->tree.arena, path.size ? path.text : ".", path.size ? path.size : 1, err)))
		return -1;
	if (found->hard_link && !(member->link = keep(members, found->hard_link, err)))
		return -1;
	return found->target && !(member->node.target = keep(members, found->target, err)) ? -1 : 0;
}

static void set_content(struct node *node, const struct found *found)
{
	node->size = found->size;
	node->where = (uint8_t)(found->size ? found->where : WHERE_NONE);
	if (found->where == WHERE_PIECES)
		node->pieces = found->pieces;
	else
		node->at = found->at;
}

static int add(void *context, const struct archived *archived, struct err *err)
{
	static const struct globs all = {"**", NULL};
	struct members *members = context;
	const struct found *found = &archived->found;
	if (members->count == MEMBERS_MOST)
		return err_bad(err, "more than %d entries", MEMBERS_MOST);
	if (members->count == members->room) {
		size_t room = members->room ? 2 * members->room : 1024;
		struct member **grown = realloc(members->list, room * sizeof *grown);
		if (!grown)
			return err_system(err, EX_OSERR, "table of entries");
		members->list = grown;
		members->room = room;
	}
	struct member *member = arena_new(&members->tree.arena, struct member, err);
	if (!member)
		return -1;
	*member = (struct member){
		.node = {.time = found->time, .mode = (uint16_t)found->mode, .kind = (uint8_t)found->kind},
		.uid = found->uid,
		.gid = found->gid,
		.time_ns = archived->time_ns,
		.device = {found->device[0], found->device[1]},
		.from = archived->from,
		.to = archived->to,
	};
	if (found->kind == KIND_FILE && !found->hard_link)
		set_content(&member->node, found);
	if (set_names(members, member, archived, err) ||
	    xattrs_pack(&members->tree.arena, &all, found->xattrs, found->xattr_count, &member->node.xattrs, err))
		return err_prefix(err, PATH_SHOWN, found->name);
	if (members->count)
		members->list[members->count - 1]->end = member->from;
	members->list[members->count++] = member;
	return 0;
}

int members_read(const struct range *range, struct members *members, struct err *err)
{
	struct visitor visitor = {add, members, &members->tree.arena, true};
	members->range = *range;
	if (tree_begin(&members->tree, "tar", range->fd, false, err) ||
	    archive_walk(range, &visitor, &members->end, err))
		return -1;
	if (members->count)
		members->list[members->count - 1]->end = members->end;
	return 0;
}

/* Content. */

void member_content_drop(struct member_content *content)
{
	if (content->map)
		munmap(content->map, content->map_size);
	free(content->copy);
	*content = (struct member_content){0};
}

static int map(const struct members *members, const struct node *node, struct member_content *content, struct err *err)
{
	int64_t before = node->at % sysconf(_SC_PAGESIZE);
	content->map_size = (size_t)(node->size + before);
	content->map = mmap(NULL, content->map_size, PROT_READ, MAP_PRIVATE, members->range.fd, node->at - before);
	if (content->map == MAP_FAILED) {
		content->map = NULL;
		return err_system(err, EX_OSERR, "comparing");
	}
	content->data = (const char *)content->map + before;
	return 0;
}

static int load(const struct members *members, const struct node *node, struct member_content *content, struct err *err)
{
	cleanup_content struct content from = CONTENT_NONE;
	size_t size = (size_t)node->size, done = 0;
	char *copy = content->copy = malloc(size ? size : 1);
	if (!copy)
		return err_system(err, EX_OSERR, "comparing");
	if (content_open(&from, &members->tree, node, err))
		return -1;
	while (done < size) {
		ssize_t n = content_read(&from, copy + done, size - done, err);
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	content->data = copy;
	return 0;
}

int member_content(const struct members *members, const struct member *member, struct member_content *content,
		   struct err *err)
{
	const struct node *node = &member->node;
	bool mapped = members->is_private && node->where == WHERE_RANGE && node->size > MEMBERS_LOADED;
	if (node->size > (mapped ? MEMBERS_MAPPED : MEMBERS_LOADED))
		return 0;
	return mapped ? map(members, node, content, err) : load(members, node, content, err);
}

/* Pairs. */

static int by_path(const void *a, const void *b)
{
	const struct member *left = *(struct member *const *)a, *right = *(struct member *const *)b;
	int order = strcmp(left->path, right->path);
	return order ? order : left->from < right->from ? -1 : left->from > right->from;
}

/* By path, and those of one path as they come. NULL when memory is out. */
static struct member **sorted(const struct members *members, struct err *err)
{
	struct member **list = malloc((members->count + 1) * sizeof *list);
	if (!list) {
		err_system(err, EX_OSERR, "table of entries");
		return NULL;
	}
	if (members->count) {
		memcpy(list, members->list, members->count * sizeof *list);
		qsort(list, members->count, sizeof *list, by_path);
	}
	for (size_t i = 1; i < members->count; i++)
		if (!strcmp(list[i - 1]->path, list[i]->path))
			list[i]->turn = list[i - 1]->turn + 1;
	list[members->count] = NULL;
	return list;
}

void members_pairs_free(struct members_pairs *pairs)
{
	free(pairs->pairs);
	*pairs = (struct members_pairs){0};
}

static int order_of(const struct member *first, const struct member *second)
{
	if (!first || !second)
		return first ? -1 : 1;
	int order = strcmp(first->path, second->path);
	return order ? order : (first->turn > second->turn) - (first->turn < second->turn);
}

int members_pair(const struct members *first, const struct members *second, struct members_pairs *pairs,
		 struct err *err)
{
	cleanup_free struct member **left = sorted(first, err);
	cleanup_free struct member **right = left ? sorted(second, err) : NULL;
	if (!right)
		return -1;
	pairs->pairs = malloc((first->count + second->count + 1) * sizeof *pairs->pairs);
	if (!pairs->pairs)
		return err_system(err, EX_OSERR, "table of entries");
	for (struct member **a = left, **b = right; *a || *b;) {
		int order = order_of(*a, *b);
		pairs->pairs[pairs->count++] =
			(struct member_pair){order <= 0 ? *a : NULL, order >= 0 ? *b : NULL, false};
		a += order <= 0;
		b += order >= 0;
	}
	return 0;
}

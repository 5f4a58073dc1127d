#include "explain.h"

#include "digest.h"
#include "file.h"
#include "linked.h"
#include "path.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char unknown_sources[] = "if it is compiled into it: the program is not in the tree, or another";
static const char two_rooms[] = "if it is the one of its name that is linked";

static int full_path(const struct explain *explain, const char *path, char into[2 * PATH_LONGEST])
{
	struct path parsed;
	struct err unused;
	if (path_parse(path, &parsed, &unused) || parsed.slash || !parsed.size)
		return -1;
	int size = snprintf(into, 2 * PATH_LONGEST, "%s/%s", explain->tree, path);
	return size < 0 || size >= 2 * PATH_LONGEST ? -1 : 0;
}

bool source_exists(const struct explain *explain, const char *path)
{
	char full[2 * PATH_LONGEST];
	struct stat st;
	return !full_path(explain, path, full) && !stat(full, &st) && S_ISREG(st.st_mode);
}

int source_load(const struct explain *explain, const char *path, struct bytes *into, struct err *err)
{
	char full[2 * PATH_LONGEST];
	if (full_path(explain, path, full))
		return err_bad(err, PATH_SHOWN ": not a path in the tree", path);
	if (file_load(full, SOURCE_CAP, into, err))
		return err_prefix(err, PATH_SHOWN, path);
	return into->data ? 0 : bytes_add(into, "", 0, err);
}

/* The folder of `inputs` whose digest a file is in. */
static struct thing *folder_of(const struct explain *explain, const char *path)
{
	const struct graph *graph = &explain->graph;
	for (size_t i = 0; i < graph->count; i++) {
		const struct thing *thing = graph->things[i];
		size_t size = thing->place ? strlen(thing->place) : 0;
		if (!strcmp(thing->what, "inputs") && !strncmp(path, thing->place, size) && path[size] == '/')
			return graph->things[i];
	}
	return NULL;
}

/* A lock's own digests. */
static int lock_leaves(struct explain *explain, struct thing *thing, struct err *err)
{
	struct graph *graph = &explain->graph;
	char path[64];
	const char *lock;
	for (size_t i = 0; (lock = values_text(&graph->values, ".inputs.locks[%zu].path", i)); i++) {
		snprintf(path, sizeof path, ".inputs.locks[%zu].digest", i);
		if (!strcmp(lock, thing->place) && graph_digests(graph, thing, path, NULL, err))
			return -1;
		if (!strcmp(lock, thing->place))
			thing->value = values_text(&graph->values, "%s.sha256", path);
	}
	return 0;
}

struct thing *source_thing(struct explain *explain, const char *path, struct err *err)
{
	struct graph *graph = &explain->graph;
	struct thing *thing = graph_find(graph, "source", path);
	if (thing)
		return thing;
	thing = graph_add(graph, "source", path, NULL, path, err);
	if (!thing || lock_leaves(explain, thing, err) ||
	    graph_link(folder_of(explain, path), thing, ALWAYS, NULL, err))
		return NULL;
	return thing;
}

/* A program being explained: where it is compiled, and where its modules may be. */
struct rooms {
	struct explain *explain;
	struct thing *program;
	char own[PATH_LONGEST];
};

static bool is_linked(const struct thing *program, const struct thing *source)
{
	for (size_t i = 0; i < program->from_count; i++)
		if (program->from[i].from == source)
			return true;
	return false;
}

static int add_source(struct rooms *rooms, const char *path, enum surely surely, const char *why, struct err *err);

/* A header is found beside the file that names it, or in what every room may use. */
static int add_header(struct rooms *rooms, const char *beside, const char *name, size_t size, enum surely surely,
		      const char *why, struct err *err)
{
	char path[PATH_LONGEST];
	const char *const folders[] = {beside, "workspace/base", "workspace/qvl"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		int folder = i ? (int)strlen(folders[i]) : (int)path_parent(beside, strlen(beside));
		int length = snprintf(path, sizeof path, "%.*s/%.*s", folder, folders[i], (int)size, name);
		if (length > 0 && (size_t)length < sizeof path && source_exists(rooms->explain, path))
			return add_source(rooms, path, surely, why, err);
	}
	return 0;
}

static int add_headers(struct rooms *rooms, const char *path, enum surely surely, const char *why, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (source_load(rooms->explain, path, &text, err))
		return -1;
	for (const char *at = text.data; at; at = strchr(at, '\n')) {
		at += strspn(at, "\n \t");
		if (*at != '#')
			continue;
		const char *word = at + 1 + strspn(at + 1, " \t");
		const char *name = strncmp(word, "include", 7) ? NULL : word + 7 + strspn(word + 7, " \t");
		size_t size = name && *name == '"' ? strcspn(name + 1, "\"\n") : 0;
		if (size && size < 256 && add_header(rooms, path, name + 1, size, surely, why, err))
			return -1;
	}
	return 0;
}

static int add_source(struct rooms *rooms, const char *path, enum surely surely, const char *why, struct err *err)
{
	struct thing *source = source_thing(rooms->explain, path, err);
	if (!source)
		return -1;
	if (is_linked(rooms->program, source))
		return 0;
	if (graph_link(rooms->program, source, surely, why, err))
		return -1;
	return add_headers(rooms, path, surely, why, err);
}

/* A unit of a library, as of libc's start files, is in none of the rooms. */
static int add_unit(void *context, const char *name, struct err *err)
{
	struct rooms *rooms = context;
	const char *const folders[] = {rooms->own, "workspace/base", "workspace/qvl"};
	char found[3][PATH_LONGEST];
	size_t count = 0;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		int size = snprintf(found[count], PATH_LONGEST, "%s/%s", folders[i], name);
		if (size < PATH_LONGEST && (!i || strcmp(folders[i], rooms->own)) &&
		    source_exists(rooms->explain, found[count]))
			count++;
	}
	for (size_t i = 0; i < count; i++)
		if (add_source(rooms, found[i], count > 1 ? MAY : MADE, count > 1 ? two_rooms : NULL, err))
			return -1;
	return 0;
}

/* Every source of a room, when it is not known which are in the program. */
static int add_room(struct rooms *rooms, const char *room, struct err *err)
{
	char path[2 * PATH_LONGEST];
	struct dirent **list;
	if (full_path(rooms->explain, room, path))
		return 0;
	int count = scandir(path, &list, NULL, alphasort), failed = 0;
	for (int i = 0; i < count; i++) {
		size_t size = strlen(list[i]->d_name);
		snprintf(path, sizeof path, "%s/%s", room, list[i]->d_name);
		if (!failed && size > 2 && !strcmp(list[i]->d_name + size - 2, ".c"))
			failed = add_source(rooms, path, MAY, unknown_sources, err);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return failed;
}

/* The room whose program is called so: tools/WING/NAME.c or workspace/NAME/NAME.c. */
static bool find_room(const struct explain *explain, const char *name, char room[PATH_LONGEST])
{
	static const char *const wings[] = {"tools/image", "tools/measure", "tools/release", "tools/attest"};
	char path[PATH_LONGEST];
	snprintf(room, PATH_LONGEST, "workspace/%.200s", name);
	for (size_t i = 0;; i++) {
		int size = snprintf(path, sizeof path, "%s/%.200s.c", room, name);
		if (size > 0 && (size_t)size < sizeof path && source_exists(explain, path))
			return true;
		if (i == sizeof wings / sizeof *wings)
			return false;
		strcpy(room, wings[i]);
	}
}

/* 1: it is there, and the one that is wanted. */
static int load_program(const struct explain *explain, const char *path, const char *digest, struct bytes *into,
			struct err *err)
{
	char found[DIGEST_HEX_MAX];
	if (!source_exists(explain, path))
		return 0;
	if (source_load(explain, path, into, err) || digest_bytes(SHA256, into->data, into->size, found, err))
		return -1;
	return !digest || !strcmp(found, digest);
}

static int add_sources(struct rooms *rooms, const char *path, const char *digest, struct err *err)
{
	cleanup_bytes struct bytes program = {0};
	struct err unused;
	int known = load_program(rooms->explain, path, digest, &program, err);
	if (known < 0)
		return -1;
	if (known && !linked_units(program.data, program.size, add_unit, rooms, &unused) && rooms->program->from_count)
		return 0;
	return add_room(rooms, rooms->own, err) || add_room(rooms, "workspace/base", err) ||
			       add_room(rooms, "workspace/qvl", err)
		       ? -1
		       : 0;
}

struct thing *program_thing(struct explain *explain, const char *path, const char *digest, struct err *err)
{
	struct thing *thing = graph_find(&explain->graph, "program", path);
	const char *base = strrchr(path, '/');
	struct rooms rooms = {explain, thing, ""};
	if (thing)
		return thing;
	rooms.program = graph_add(&explain->graph, "program", path, digest, path, err);
	if (!rooms.program)
		return NULL;
	if (find_room(explain, base ? base + 1 : path, rooms.own) && add_sources(&rooms, path, digest, err))
		return NULL;
	return rooms.program;
}

const char *const *made_by(const char *path)
{
	static const char *const all[] = {".", NULL};
	static const char *const layers[] = {".application", ".image.layers", NULL};
	static const char *const normalize[] = {".application", ".image.layers", ".inputs", NULL};
	static const char *const image[] = {".image", NULL};
	static const char *const deployment[] = {".deployment", NULL};
	static const char *const rtmr3[] = {".tdx.rtmr3", NULL};
	static const char *const machines[] = {".tdx.os_image", ".tdx.vms", NULL};
	static const struct {
		const char *path;
		const char *const *values;
	} makers[] = {
		{"GNUmakefile", all},
		{"build/builder/bin/compose-digest", deployment},
		{"build/builder/bin/image-assemble", image},
		{"build/builder/bin/rtmr3-predict", rtmr3},
		{"build/builder/bin/tar-normalize", normalize},
		{"build/builder/bin/tdx-predict", machines},
		{"images/builder/debian.lock", all}, /* compiler, libraries, time stamps */
		{"mk/builder-run.sh", all},
		{"mk/builder-unpack.sh", all},
		{"mk/builder.mk", all},
		{"mk/config.mk", all},
		{"mk/deploy.sh", deployment},
		{"mk/image.mk", image},
		{"mk/layer.sh", layers},
		{"mk/lock-list.awk", all},
		{"mk/lock-list.sh", all},
		{"mk/measurements.jq", all},
		{"mk/measurements.mk", all},
		{"mk/measurements.sh", all},
		{"mk/rules.mk", all},
		{"mk/tools.mk", all},
	};
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (!strcmp(path, makers[i].path))
			return makers[i].values;
	return NULL;
}

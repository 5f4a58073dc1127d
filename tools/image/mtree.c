#include "mtree.h"

#include "folder.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_LONGEST = 16 << 10 };

static const char *const keywords[MTREE_KEYWORDS] = {
	"type", "mode", "uid", "gid", "time", "link", "device", "contents", "size",
};
static const char *const ignored[] = {"uname", "gname", "nlink", "tags"};

static int keyword_of(const char *word, size_t size)
{
	for (int i = 0; i < MTREE_KEYWORDS; i++)
		if (strlen(keywords[i]) == size && !memcmp(keywords[i], word, size))
			return i;
	return -1;
}

static bool is_ignored(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		if (strlen(ignored[i]) == size && !memcmp(ignored[i], word, size))
			return true;
	return false;
}

/* Splits off the next word, in place; NULL at the end of the line. */
static char *word(char **at)
{
	char *start = *at + strspn(*at, " \t");
	if (!*start)
		return NULL;
	*at = start + strcspn(start, " \t");
	if (**at)
		*(*at)++ = '\0';
	return start;
}

/* spec: mtree(5): a backslash and three octal digits stand for a byte; two backslashes for one. In place. */
static int unescape(char *text, struct err *err)
{
	char *to = text;
	for (const char *at = text; *at; at++) {
		if (*at != '\\') {
			*to++ = *at;
		} else if (at[1] == '\\') {
			*to++ = *++at;
		} else {
			int value = 0;
			for (int i = 1; i <= 3; i++) {
				if (at[i] < '0' || at[i] > (i == 1 ? '3' : '7'))
					return err_bad(err, "backslash without three octal digits");
				value = value * 8 + (at[i] - '0');
			}
			if (!value)
				return err_bad(err, "\\000 in a word");
			*to++ = (char)value;
			at += 3;
		}
	}
	*to = '\0';
	return 0;
}

static int set_words(char *at, struct mtree_entry *line, struct err *err)
{
	char *text;
	while ((text = word(&at))) {
		char *equals = strchr(text, '=');
		size_t size = equals ? (size_t)(equals - text) : strlen(text);
		int which = keyword_of(text, size);
		if (is_ignored(text, size))
			continue;
		if (which < 0)
			return err_bad(err, "unknown keyword %s", text);
		if (!equals)
			return err_bad(err, PATH_SHOWN ": no value", text);
		if (unescape(equals + 1, err))
			return -1;
		line->value[which] = equals + 1;
	}
	return 0;
}

/* A number in [0, most]; up to stop, or the end of the text when stop is NULL. */
static int number(const char *text, int base, int64_t most, const char **stop, const char *what, int64_t *value,
		  struct err *err)
{
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, base);
	if (text[0] < '0' || text[0] > '9' || errno || number > most || (!stop && *end))
		return err_bad(err, "%s=" PATH_SHOWN ": not a number from 0 to %lld", what, text, (long long)most);
	*value = number;
	if (stop)
		*stop = end;
	return 0;
}

static int optional(const struct mtree_entry *line, enum mtree_keyword which, int64_t most, int64_t *value,
		    struct err *err)
{
	*value = 0;
	return line->value[which] ? number(line->value[which], 10, most, NULL, keywords[which], value, err) : 0;
}

static int set_time(const char *text, struct found *found, struct err *err)
{
	const char *rest;
	if (!text)
		return 0;
	if (number(text, 10, INT64_MAX, &rest, "time", &found->time, err))
		return -1;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	return *rest ? err_bad(err, "time=%s: not a time", text) : 0;
}

static int set_contents(struct tree *tree, const struct mtree_entry *line, struct found *found, struct err *err)
{
	const char *contents = line->value[MTREE_CONTENTS];
	struct stat st;
	int64_t size;
	if (!contents)
		return err_bad(err, "file without contents=");
	if (stat(contents, &st))
		return err_system(err, EX_IOERR, PATH_SHOWN, contents);
	if (!S_ISREG(st.st_mode))
		return err_bad(err, PATH_SHOWN ": not a file", contents);
	const char *path = arena_text(&tree->arena, contents, strlen(contents), err);
	if (!path || folder_watch(tree, path, &st, found, err) || optional(line, MTREE_SIZE, INT64_MAX, &size, err))
		return -1;
	if (line->value[MTREE_SIZE] && size != found->size)
		return err_bad(err, PATH_SHOWN ": %lld bytes, not %lld", contents, (long long)found->size,
			       (long long)size);
	return 0;
}

static int set_device(const char *text, struct found *found, struct err *err)
{
	const char *rest;
	if (!text)
		return err_bad(err, "device node without device=");
	if (number(text, 10, DEVICE_LARGEST, &rest, "device", &found->device[0], err))
		return -1;
	if (*rest != ',')
		return err_bad(err, "device=%s: not MAJOR,MINOR", text);
	return number(rest + 1, 10, DEVICE_LARGEST, NULL, "device", &found->device[1], err);
}

static int set_kind(struct tree *tree, const struct mtree_entry *line, struct found *found, struct err *err)
{
	static const struct {
		const char *name;
		enum kind kind;
	} kinds[] = {
		{"file", KIND_FILE},          {"dir", KIND_FOLDER},
		{"link", KIND_SYMLINK},       {"char", KIND_CHARACTER_DEVICE},
		{"block", KIND_BLOCK_DEVICE}, {"fifo", KIND_FIFO},
	};
	const char *type = line->value[MTREE_TYPE];
	size_t i = 0;
	if (!type)
		return err_bad(err, "no type=");
	while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].name, type))
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		return err_bad(err, "type=%s: unknown", type);
	found->kind = kinds[i].kind;
	found->target = line->value[MTREE_LINK];
	if (found->kind == KIND_FILE)
		return set_contents(tree, line, found, err);
	if (found->kind == KIND_CHARACTER_DEVICE || found->kind == KIND_BLOCK_DEVICE)
		return set_device(line->value[MTREE_DEVICE], found, err);
	return 0;
}

static int set_numbers(const struct mtree_entry *line, struct found *found, struct err *err)
{
	int64_t mode = 0;
	if (line->value[MTREE_MODE] && number(line->value[MTREE_MODE], 8, 07777, NULL, "mode", &mode, err))
		return -1;
	if (!line->value[MTREE_MODE] && found->kind != KIND_SYMLINK)
		return err_bad(err, "no mode=");
	found->mode = (uint32_t)mode;
	if (optional(line, MTREE_UID, UINT32_MAX - 1, &found->uid, err) ||
	    optional(line, MTREE_GID, UINT32_MAX - 1, &found->gid, err))
		return -1;
	return set_time(line->value[MTREE_TIME], found, err);
}

struct scan {
	struct tree *tree;
	const struct mapping *mapping;
};

static int add_entry(void *context, const struct mtree_entry *entry, struct err *err)
{
	const struct scan *scan = context;
	struct found found = {.name = entry->name};
	if (set_kind(scan->tree, entry, &found, err) || set_numbers(entry, &found, err))
		return err_prefix(err, PATH_SHOWN, entry->name);
	return tree_add(scan->tree, scan->mapping, &found, NULL, err);
}

/* A list being read. /set changes the defaults, which point into a copy of the line that set them, in the arena. */
struct reading {
	struct arena *arena;
	struct mtree_entry defaults;
	int (*each)(void *context, const struct mtree_entry *entry, struct err *err);
	void *context;
};

static int set_defaults(struct reading *reading, char *at, struct err *err)
{
	char *copy = arena_text(reading->arena, at, strlen(at), err);
	return copy ? set_words(copy, &reading->defaults, err) : -1;
}

static int unset_defaults(struct reading *reading, char *at, struct err *err)
{
	char *name;
	while ((name = word(&at))) {
		int which = keyword_of(name, strlen(name));
		if (which < 0 && !is_ignored(name, strlen(name)))
			return err_bad(err, "unknown keyword %s", name);
		if (which >= 0)
			reading->defaults.value[which] = NULL;
	}
	return 0;
}

static int read_line(struct reading *reading, size_t number, char *at, struct err *err)
{
	struct mtree_entry entry = reading->defaults;
	char *name = word(&at);
	if (!name || *name == '#')
		return 0;
	if (!strcmp(name, "/set"))
		return set_defaults(reading, at, err);
	if (!strcmp(name, "/unset"))
		return unset_defaults(reading, at, err);
	if (unescape(name, err) || set_words(at, &entry, err))
		return err_prefix(err, PATH_SHOWN, name);
	if (name[0] != '.' || (name[1] && name[1] != '/'))
		return err_bad(err, PATH_SHOWN ": not a full path: it has to begin with ./", name);
	entry.line = number;
	entry.name = name;
	return reading->each(reading->context, &entry, err);
}

int mtree_read(const char *text, size_t size, struct arena *arena,
	       int (*each)(void *context, const struct mtree_entry *entry, struct err *err), void *context,
	       struct err *err)
{
	struct reading reading = {.arena = arena, .each = each, .context = context};
	char line[LINE_LONGEST];
	const char *end = text + size;
	for (size_t number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);
		if (length >= sizeof line || memchr(text, '\0', length))
			return err_bad(err, "line %zu: too long, or with a NUL", number);
		*(char *)mempcpy(line, text, length) = '\0';
		if (read_line(&reading, number, line, err))
			return err_prefix(err, "line %zu", number);
		text += length + (stop != NULL);
	}
	return 0;
}

int mtree_scan(struct tree *tree, const struct mapping *mapping, const char *text, size_t size, struct err *err)
{
	struct scan scan = {tree, mapping};
	return mtree_read(text, size, &tree->arena, add_entry, &scan, err);
}

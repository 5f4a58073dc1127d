#include "lock.h"

#include "base64.h"
#include "hex.h"
#include "json_view.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { SHA512_BYTES = 64, WORDS = 6, LINE_MAX_HERE = 4096 };

void lock_free(struct lock *lock)
{
	arena_free(&lock->arena);
	free(lock->packages);
	*lock = (struct lock){0};
}

static int add(struct lock *lock, struct lock_package package, struct err *err)
{
	if (lock->count == LOCK_PACKAGES)
		return err_bad(err, "more than %d packages", LOCK_PACKAGES);
	if (lock->count == lock->room) {
		size_t room = lock->room ? 2 * lock->room : 64;
		struct lock_package *packages = realloc(lock->packages, room * sizeof *packages);
		if (!packages)
			return err_system(err, EX_OSERR, "packages");
		lock->packages = packages;
		lock->room = room;
	}
	const char **texts[] = {&package.name, &package.version, &package.hex};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!(*texts[i] = arena_text(&lock->arena, *texts[i], strlen(*texts[i]), err)))
			return -1;
	lock->packages[lock->count++] = package;
	return 0;
}

static bool consists_of(const char *text, const char *first, const char *rest)
{
	return *text && strchr(first, *text) && !text[1 + strspn(text + 1, rest)];
}

static bool is_version(const char *text)
{
	return consists_of(text, DIGITS LOWER UPPER, DIGITS LOWER UPPER ".+:~-");
}

/* debian.lock */

/* In place, at single spaces; the number of words, or 0 when they are not so separated. */
static size_t split(char *line, char *words[WORDS])
{
	size_t count = 0;
	if (*line == ' ' || strstr(line, "  ") || strchr(line, '\t') || !*line || line[strlen(line) - 1] == ' ')
		return 0;
	for (char *word; (word = strsep(&line, " ")); count++)
		if (count < WORDS)
			words[count] = word;
	return count;
}

static bool is_pool_path(const char *text)
{
	size_t size = strlen(text);
	return !strncmp(text, "pool/", 5) && size > 9 && !strcmp(text + size - 4, ".deb") && !strstr(text, "//") &&
	       !strstr(text, "/.") && !text[strspn(text, DIGITS LOWER UPPER "@+.~_/-")];
}

static int debian_package(struct lock *lock, char *words[], size_t count, size_t line, struct err *err)
{
	if (count != WORDS)
		return err_bad(err, "NAME VERSION ARCH SIZE SHA256 PATH were expected, not %zu words", count);
	if (strlen(words[0]) < 2 || !consists_of(words[0], DIGITS LOWER, DIGITS LOWER "+.-"))
		return err_bad(err, "'%.100s' is not a package name", words[0]);
	if (!is_version(words[1]))
		return err_bad(err, "%.100s: '%.100s' is not a version", words[0], words[1]);
	if (!consists_of(words[2], DIGITS LOWER, DIGITS LOWER "-"))
		return err_bad(err, "%.100s: '%.100s' is not an architecture", words[0], words[2]);
	if (strlen(words[3]) > 12 || !consists_of(words[3], "123456789", DIGITS))
		return err_bad(err, "%.100s: '%.100s' is not a size in bytes", words[0], words[3]);
	if (strlen(words[4]) != 64 || words[4][strspn(words[4], "0123456789abcdef")])
		return err_bad(err, "%.100s: '%.100s' is not a SHA-256 in lower-case hex", words[0], words[4]);
	if (!is_pool_path(words[5]))
		return err_bad(err, "%.100s: '%.100s' is not the path of a package in the pool", words[0], words[5]);
	struct lock_package package = {words[0], words[1], "sha256", words[4], line};
	return add(lock, package, err);
}

struct debian {
	bool format;
	char last[LINE_MAX_HERE];
};

static int debian_line(struct lock *lock, struct debian *debian, char *text, size_t line, struct err *err)
{
	char *words[WORDS], whole[LINE_MAX_HERE];
	strcpy(whole, text);
	if (*text == '#')
		return 0;
	size_t count = split(text, words);
	if (!count)
		return err_bad(err, "words are separated by one space");
	if (!debian->format) {
		debian->format = !strcmp(whole, "format 1");
		return debian->format ? 0 : err_bad(err, "'format 1' was expected first, not '%.100s'", whole);
	}
	if (!lock->epoch_line) {
		if (count != 2 || strcmp(words[0], "epoch") || !consists_of(words[1], "123456789", DIGITS))
			return err_bad(err, "'epoch SECONDS' was expected after the format");
		lock->epoch_line = line;
		return 0;
	}
	if (debian_package(lock, words, count, line, err))
		return -1;
	if (strcmp(whole, debian->last) <= 0)
		return err_bad(err, "%.100s: not sorted after the line before it", words[0]);
	strcpy(debian->last, whole);
	return 0;
}

static int parse_debian(const char *text, size_t size, struct lock *lock, struct err *err)
{
	struct debian debian = {0};
	char copy[LINE_MAX_HERE];
	const char *end = text + size;
	size_t line = 1;
	for (; text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);
		if (length >= sizeof copy || memchr(text, '\0', length))
			return err_bad(err, "line %zu: too long, or with a NUL", line);
		*(char *)mempcpy(copy, text, length) = '\0';
		if (debian_line(lock, &debian, copy, line, err))
			return err_prefix(err, "line %zu", line);
		text += length + (stop != NULL);
	}
	return lock->epoch_line ? 0 : err_bad(err, "line %zu: ends before its format and epoch", line - (line > 1));
}

/* package-lock.json */

static int text_of(struct json_view object, const char *member, struct bytes *into, struct err *err)
{
	struct json_view view = json_view_member(object, member);
	if (!view.text || json_view_kind(view) != JSON_STRING)
		return err_bad(err, "%s: missing, or not a string", member);
	return json_view_string(view, into, err);
}

/* package.json's os, cpu and libc: "linux", or "!win32". */
static bool allows(struct json_view package, const char *member, const char *value)
{
	struct json_view list = json_view_member(package, member), rest, item;
	bool positive = false;
	if (!list.text || json_view_kind(list) != JSON_ARRAY)
		return true;
	for (rest = json_view_inside(list); json_view_next(&rest, NULL, &item);) {
		if (json_view_kind(item) != JSON_STRING)
			continue;
		if (json_view_is(item, value))
			return true;
		bool negative = item.size > 2 && item.text[1] == '!';
		if (negative && item.size == strlen(value) + 3 && !memcmp(item.text + 2, value, strlen(value)))
			return false;
		positive |= !negative;
	}
	return !positive;
}

static bool is_input(struct json_view package)
{
	struct json_view optional = json_view_member(package, "optional");
	if (optional.text && json_view_kind(optional) == JSON_BOOLEAN && *optional.text == 't')
		return false;
	return allows(package, "os", "linux") && allows(package, "cpu", "x64") && allows(package, "libc", "glibc");
}

static bool is_npm_name(const char *name)
{
	const char *slash = strchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	if (slash && (*name != '@' || slash == name + 1))
		return false;
	return consists_of(base, DIGITS LOWER UPPER "_", DIGITS LOWER UPPER "+.~_-") &&
	       !name[strspn(name, DIGITS LOWER UPPER "@+.~_/-")];
}

static int integrity_hex(const char *text, size_t size, char hex[2 * SHA512_BYTES + 1], struct err *err)
{
	cleanup_bytes struct bytes digest = {0};
	if (strncmp(text, "sha512-", 7))
		return err_bad(err, "integrity: not a SHA-512 as npm writes it");
	if (base64_read(text + 7, size - 7, &digest, err))
		return err_prefix(err, "integrity");
	if (digest.size != SHA512_BYTES)
		return err_bad(err, "integrity: not a SHA-512 as npm writes it");
	hex_write(digest.data, digest.size, hex);
	return 0;
}

static int npm_package(struct lock *lock, const char *key, struct json_view package, size_t line, struct err *err)
{
	cleanup_bytes struct bytes name = {0}, version = {0}, integrity = {0};
	char hex[2 * SHA512_BYTES + 1];
	const char *last = key, *marker = "node_modules/";
	for (const char *at; (at = strstr(last, marker));)
		last = at + strlen(marker);
	if (strncmp(key, marker, strlen(marker)))
		return err_bad(err, "not the place of a package");
	if (json_view_member(package, "name").text ? text_of(package, "name", &name, err)
						   : bytes_add(&name, last, strlen(last), err))
		return -1;
	if (json_view_member(package, "resolved").text || json_view_member(package, "link").text)
		return err_bad(err, "a lock has digests and no places");
	if (text_of(package, "version", &version, err) || text_of(package, "integrity", &integrity, err))
		return -1;
	if (!name.size || strlen(name.data) != name.size || !is_npm_name(name.data))
		return err_bad(err, "not the place of a package");
	if (!version.size || !is_version(version.data))
		return err_bad(err, "version: not one");
	if (!integrity.size || integrity_hex(integrity.data, integrity.size, hex, err))
		return integrity.size ? -1 : err_bad(err, "integrity: empty");
	struct lock_package entry = {name.data, version.data, "sha512", hex, line};
	return add(lock, entry, err);
}

static size_t lines_to(const char *text, const char *at)
{
	size_t line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static int parse_npm(const char *text, size_t size, struct lock *lock, struct err *err)
{
	struct json_view top, rest, name, package;
	if (json_view(text, size, &top, err))
		return -1;
	struct json_view version = json_view_member(top, "lockfileVersion"),
			 packages = json_view_member(top, "packages");
	if (!version.text || version.size != 1 || *version.text != '3')
		return err_bad(err, "lockfileVersion: only 3 can be read");
	if (!packages.text || json_view_kind(packages) != JSON_OBJECT)
		return err_bad(err, "packages: missing, or not an object");
	const char *before = text;
	size_t line = 1;
	for (rest = json_view_inside(packages); json_view_next(&rest, &name, &package);) {
		cleanup_bytes struct bytes key = {0};
		line += lines_to(before, name.text) - 1;
		before = name.text;
		if (json_view_string(name, &key, err))
			return -1;
		if (!key.size || json_view_kind(package) != JSON_OBJECT || !is_input(package))
			continue;
		if (npm_package(lock, key.data, package, line, err))
			return err_prefix(err, "line %zu: %.100s", line, key.data);
	}
	return 0;
}

int lock_parse(const char *name, const char *text, size_t size, struct lock *lock, struct err *err)
{
	const char *base = strrchr(name, '/');
	if (!strcmp(base ? base + 1 : name, "package-lock.json"))
		return parse_npm(text, size, lock, err);
	return parse_debian(text, size, lock, err);
}

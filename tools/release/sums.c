#include "sums.h"

#include <string.h>

void sums_free(struct sums *sums)
{
	for (size_t i = 0; i < sums->count; i++)
		free(sums->items[i].path);
	free(sums->items);
	*sums = (struct sums){0};
}

/* A part of a path between slashes. */
static int part_is_fine(const char *part, size_t size)
{
	return size && !(size == 1 && part[0] == '.') && !(size == 2 && part[0] == '.' && part[1] == '.');
}

int sums_path(const char *path, size_t size)
{
	if (!size || size > SUMS_PATH || !bytes_are_utf8(path, size))
		return 0;
	for (size_t i = 0, from = 0; i <= size; i++) {
		if (i < size && (path[i] == '\\' || (unsigned char)path[i] < ' ' || path[i] == 0x7f))
			return 0;
		if (i < size && path[i] != '/')
			continue;
		if (!part_is_fine(path + from, i - from))
			return 0;
		from = i + 1;
	}
	return 1;
}

static int is_digest(const char *text)
{
	return strspn(text, "0123456789abcdef") >= 2 * SHA256_SIZE;
}

/* One line, without its line feed. */
static int parse_line(const char *line, size_t size, struct sum *sum, struct err *err)
{
	static const size_t before = 2 * SHA256_SIZE + 2;
	if (size < before || !is_digest(line))
		return err_bad(err, "no SHA-256 in lower-case hexadecimal");
	if (line[before - 2] != ' ' || line[before - 1] != ' ')
		return err_bad(err, "no two spaces behind the digest");
	if (!sums_path(line + before, size - before))
		return err_bad(err, "not a path that a release may have");
	memcpy(sum->sha256, line, 2 * SHA256_SIZE);
	sum->sha256[2 * SHA256_SIZE] = 0;
	sum->path = strndup(line + before, size - before);
	return sum->path ? 0 : err_system(err, EX_OSERR, "%zu bytes", size);
}

static int add_line(const char *line, size_t size, struct sums *sums, struct err *err)
{
	struct sum *sum = &sums->items[sums->count];
	if (parse_line(line, size, sum, err))
		return -1;
	sums->count++;
	if (sums->count > 1 && strcmp(sum[-1].path, sum->path) >= 0)
		return err_bad(err, "%s: not sorted by path, or twice", sum->path);
	return 0;
}

/* How many line feeds? */
static size_t count_lines(const char *text, size_t size)
{
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

int sums_parse(const char *text, size_t size, struct sums *sums, struct err *err)
{
	*sums = (struct sums){0};
	if (!size)
		return err_bad(err, "empty");
	if (size > SUMS_CAP)
		return err_bad(err, "over %d bytes", SUMS_CAP);
	if (text[size - 1] != '\n')
		return err_bad(err, "no line feed at its end");
	size_t lines = count_lines(text, size);
	if (lines > SUMS_LINES)
		return err_bad(err, "over %d lines", SUMS_LINES);
	if (!(sums->items = calloc(lines, sizeof *sums->items)))
		return err_system(err, EX_OSERR, "%zu lines", lines);
	for (size_t at = 0, number = 1; at < size; number++) {
		const char *line = text + at;
		size_t length = (size_t)((const char *)memchr(line, '\n', size - at) - line);
		if (add_line(line, length, sums, err))
			return err_prefix(err, "line %zu", number);
		at += length + 1;
	}
	return 0;
}

static int by_path(const void *key, const void *item)
{
	return strcmp(key, ((const struct sum *)item)->path);
}

const struct sum *sums_find(const struct sums *sums, const char *path)
{
	return sums->count ? bsearch(path, sums->items, sums->count, sizeof *sums->items, by_path) : NULL;
}

#include "compose_services.h"

#include <ctype.h>
#include <string.h>

const char *const services_keys[] = {"image",   "build",        "privileged", "include",    "extends", "env_file",
				     "command", "network_mode", "pid",        "entrypoint", NULL};
enum { KEYS_ANYWHERE = 5 }; /* so many of them matter wherever they stand on a line */

/* A part of the text. */
struct span {
	const char *at, *end;
};

struct scan {
	const char *text;
	struct services *services;
	struct err *err;
	size_t line;
	/* The text block that is being passed over: column of what it belongs to, and of its own lines once one was
	 * seen. */
	bool in_block;
	size_t parent, column;
	bool after_image; /* the line before was one, and parent is its column */
};

void services_free(struct services *services)
{
	free(services->lines);
	*services = (struct services){0};
}

static void unsure(struct scan *scan, const char *why)
{
	if (scan->services->unsure)
		return;
	scan->services->unsure = why;
	scan->services->unsure_line = scan->line;
}

static size_t blanks(struct span span)
{
	const char *at = span.at;
	while (at < span.end && *at == ' ')
		at++;
	return (size_t)(at - span.at);
}

static bool begins(struct span span, const char *with)
{
	size_t size = strlen(with);
	return (size_t)(span.end - span.at) >= size && !memcmp(span.at, with, size);
}

static bool is_blank(const char *at, const char *end)
{
	return at == end || *at == ' ' || *at == '\t';
}

/* Where a quoted text ends: behind its last quote, or NULL when that is not on the line. */
static const char *quote_end(struct span span)
{
	char quote = *span.at;
	for (const char *at = span.at + 1; at < span.end; at++) {
		if (*at == '\\' && quote == '"')
			at++;
		else if (*at == quote && quote == '\'' && at + 1 < span.end && at[1] == quote)
			at++;
		else if (*at == quote)
			return at + 1;
	}
	return NULL;
}

/* Where a flow collection ends, as quote_end(). */
static const char *flow_end(struct span span)
{
	size_t depth = 0;
	for (const char *at = span.at; at < span.end; at++) {
		const char *behind = at + 1;
		bool begins_text = at > span.at && strchr(" ,[{:\t", at[-1]);
		if ((*at == '"' || *at == '\'') && begins_text)
			behind = quote_end((struct span){at, span.end});
		else if (*at == '#' && at > span.at && is_blank(at - 1, span.end))
			return NULL;
		else if (*at == '{' || *at == '[')
			depth++;
		else if ((*at == '}' || *at == ']') && !--depth)
			return behind;
		if (!behind)
			return NULL;
		at = behind - 1;
	}
	return NULL;
}

/* Nothing but blanks and a comment. */
static bool is_done(struct span span)
{
	size_t n = 0;
	while (span.at + n < span.end && is_blank(span.at + n, span.end))
		n++;
	return span.at + n == span.end || (span.at[n] == '#' && n);
}

/* The key of a `KEY: VALUE`, without quotes; span becomes what is behind the colon. */
static bool take_key(struct span *span, struct span *key)
{
	const char *at = span->at, *end = span->end;
	bool quoted = at < end && (*at == '"' || *at == '\'');
	if (quoted) {
		at = quote_end(*span);
		if (!at)
			return false;
		*key = (struct span){span->at + 1, at - 1};
		while (at < end && is_blank(at, end))
			at++;
	} else {
		while (at < end && !(*at == ':' && is_blank(at + 1, end)) &&
		       !(*at == '#' && at > span->at && is_blank(at - 1, end)))
			at++;
		*key = (struct span){span->at, at};
		while (key->end > key->at && is_blank(key->end - 1, end))
			key->end--;
	}
	if (at == end || *at != ':' || !is_blank(at + 1, end))
		return false;
	span->at = at + 1;
	return true;
}

static bool is_key(struct span key, const char *name)
{
	return (size_t)(key.end - key.at) == strlen(name) && !memcmp(key.at, name, strlen(name));
}

/* Is a watched key's name here, as in `{image: x}` or `"image" :`? */
static bool hides_key(struct span span)
{
	for (const char *at = span.at; at < span.end; at++) {
		if (at > span.at && (isalnum((unsigned char)at[-1]) || strchr("_-.", at[-1])))
			continue;
		for (size_t i = 0; i < KEYS_ANYWHERE; i++) {
			struct span behind = {at + strlen(services_keys[i]), span.end};
			if (!begins((struct span){at, span.end}, services_keys[i]))
				continue;
			if (behind.at < span.end && (*behind.at == '"' || *behind.at == '\''))
				behind.at++;
			behind.at += blanks(behind);
			if (behind.at < span.end && *behind.at == ':')
				return true;
		}
	}
	return false;
}

/* "\u0069mage": a key that is written otherwise than it reads. */
static bool hides_escape(struct span span)
{
	for (const char *at = span.at; at < span.end; at++) {
		if (*at != '"')
			continue;
		const char *end = quote_end((struct span){at, span.end});
		if (!end)
			return memchr(at, '\\', (size_t)(span.end - at));
		struct span behind = {end, span.end};
		behind.at += blanks(behind);
		if (behind.at < span.end && *behind.at == ':' && memchr(at, '\\', (size_t)(end - at)))
			return true;
		at = end - 1;
	}
	return false;
}

static bool begins_block(struct span value)
{
	const char *at = value.at;
	if (at == value.end || (*at != '|' && *at != '>'))
		return false;
	at++;
	if (at < value.end && (*at == '-' || *at == '+'))
		at++;
	return is_done((struct span){at, value.end});
}

/* Anchors and tags before a value. */
static void pass_properties(struct span *value)
{
	value->at += blanks(*value);
	while (value->at < value->end && (*value->at == '&' || *value->at == '!')) {
		while (value->at < value->end && !is_blank(value->at, value->end))
			value->at++;
		value->at += blanks(*value);
	}
}

/* The value alone, its comment and quotes left out. */
static int add_line(struct scan *scan, const char *key, struct span value)
{
	struct services *services = scan->services;
	struct service_line *lines = reallocarray(services->lines, services->count + 1, sizeof *lines);
	if (!lines)
		return err_system(scan->err, EX_OSERR, "services");
	services->lines = lines;
	lines[services->count++] =
		(struct service_line){key, scan->line, (size_t)(value.at - scan->text), (size_t)(value.end - value.at)};
	return 0;
}

static struct span trim(struct span value)
{
	value.at += blanks(value);
	if (value.at < value.end && (*value.at == '"' || *value.at == '\'')) {
		const char *end = quote_end(value);
		return end ? (struct span){value.at + 1, end - 1} : value;
	}
	for (const char *at = value.at; at < value.end; at++)
		if (*at == '#' && (at == value.at || is_blank(at - 1, value.end)))
			value.end = at;
	while (value.end > value.at && is_blank(value.end - 1, value.end))
		value.end--;
	return value;
}

static int take_value(struct scan *scan, struct span key, struct span value)
{
	for (const char *const *name = services_keys; *name; name++) {
		if (!is_key(key, *name))
			continue;
		struct span trimmed = trim(value);
		bool image = !strcmp(*name, "image");
		if (image && (trimmed.at == trimmed.end || strchr("*&!|>{[%@`", *trimmed.at) ||
			      memchr(trimmed.at, '\\', (size_t)(trimmed.end - trimmed.at))))
			unsure(scan, "an image whose name is not plain text on the line");
		scan->after_image = image;
		return add_line(scan, *name, trimmed);
	}
	return 0;
}

static void check_value(struct scan *scan, struct span value)
{
	const char *end = value.at;
	pass_properties(&value);
	if (value.at == value.end)
		return;
	if (*value.at == '"' || *value.at == '\'')
		end = quote_end(value);
	else if (*value.at == '{' || *value.at == '[')
		end = flow_end(value);
	else if (*value.at == '|' || *value.at == '>')
		end = NULL; /* with a tag, an anchor or a column of its own */
	else
		return;
	if (!end || !is_done((struct span){end, value.end}))
		unsure(scan, "a value that does not end on its line");
}

static bool is_document_mark(struct span line)
{
	return begins(line, "---") || begins(line, "...");
}

/* A line that is no comment and in no text block. */
static int take_line(struct scan *scan, struct span line)
{
	struct span rest = {line.at + blanks(line), line.end}, key;
	const char *element = rest.at;
	if (scan->after_image && rest.at > line.at + scan->parent)
		unsure(scan, "an image whose name may go on");
	scan->after_image = false;
	if (is_document_mark(line)) {
		if (!is_done((struct span){line.at + 3, line.end}))
			unsure(scan, "a document that begins on the line of its mark");
		return 0;
	}
	while (rest.at < rest.end && *rest.at == '-' && is_blank(rest.at + 1, rest.end)) {
		element = rest.at++;
		rest.at += blanks(rest);
	}
	if (rest.at < rest.end && (strchr("?%\t", *rest.at)))
		unsure(scan, "a key that is not plain");
	if (hides_escape(rest))
		unsure(scan, "a key with an escape");
	struct span value = rest;
	if (rest.at < rest.end && !strchr("{[", *rest.at) && take_key(&value, &key)) {
		element = rest.at;
		if (strchr("&!*", *rest.at))
			unsure(scan, "an anchor, alias or tag before a key");
		if (take_value(scan, key, value))
			return -1;
	}
	value.at += blanks(value);
	if (hides_key(value))
		unsure(scan, "a key that is not the first of its line");
	scan->in_block = begins_block(value);
	scan->parent = (size_t)(element - line.at);
	scan->column = 0;
	if (!scan->in_block)
		check_value(scan, value);
	return 0;
}

/* Is the line one of the text block? */
static bool is_passed_over(struct scan *scan, struct span line)
{
	size_t column = blanks(line);
	if (!scan->in_block || line.at + column == line.end)
		return scan->in_block;
	if (!scan->column)
		scan->column = column > scan->parent ? column : 0;
	scan->in_block = scan->column && column >= scan->column;
	return scan->in_block;
}

/* spec: YAML 1.2.2 section 5.4: those of YAML 1.1 that are none in 1.2, and the carriage return alone */
static void check_line_ends(struct scan *scan, struct span line)
{
	for (const char *at = line.at; at < line.end; at++)
		if (*at == '\r' || !strncmp(at, "\xc2\x85", 2) || !strncmp(at, "\xe2\x80\xa8", 3) ||
		    !strncmp(at, "\xe2\x80\xa9", 3))
			unsure(scan, "a line end that not every reader takes for one");
}

int services_scan(const char *text, struct services *services, struct err *err)
{
	struct scan scan = {.text = text, .services = services, .err = err};
	for (const char *at = text, *end = text + strlen(text); at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct span line = {at, newline ? newline : end};
		at = newline ? newline + 1 : end;
		if (line.end > line.at && line.end[-1] == '\r')
			line.end--;
		scan.line++;
		check_line_ends(&scan, line);
		if (is_passed_over(&scan, line) || is_done(line) || line.at[blanks(line)] == '#')
			continue;
		if (take_line(&scan, line))
			return -1;
	}
	return 0;
}

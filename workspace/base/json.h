/* JSON. The one place that knows libjq, behind a strict reader.
 *
 * Reading refuses, by offset, what other readers disagree about: anything outside RFC 8259's grammar, text that is
 * not UTF-8, a byte order mark, duplicate member names, an escaped lone surrogate or NUL, nesting over JSON_DEPTH,
 * a second value. Numbers are doubles; whole numbers are exact up to 2^53.
 *
 * Writing is canonical: members sorted by the bytes of their names, no white space (or two spaces of indentation where
 * asked), UTF-8, only `"`, `\`, and what is below U+0020 escaped, whole numbers up to 2^53 without point or exponent.
 *
 * Ownership: every `struct json *` returned is the caller's to free; a setter takes a value over, NULL values included
 * (a NULL anywhere makes the write fail, so builders need only one check at the end).
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "bytes.h"

#include <stdbool.h>

enum {
	JSON_DEPTH = 64,
	JSON_CAP = 16 << 20, /* bytes a file may have */
};
#define JSON_WHOLE 9007199254740992.0 /* 2^53: up to here a double holds every whole number */

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json;
void json_free(struct json *json);
CLEANUP_DEFINE(json, struct json *, NULL, json_free)
#define cleanup_json cleanup(cleanup_json_at)

/* NULL, and the offset and reason in err, when it is not strict JSON. */
struct json *json_parse(const char *text, size_t size, struct err *err);
struct json *json_load(const char *path, struct err *err);

/* The grammar alone, for a caller that has a parser of its own: 0 or -1. */
int json_check(const char *text, size_t size, struct err *err);

enum json_kind json_kind(const struct json *json);
const char *json_kind_name(enum json_kind kind);

/* Values of the kind asked for; the caller has looked at json_kind(). The string lives as long as json. */
const char *json_text(const struct json *json);
double json_double(const struct json *json);
bool json_true(const struct json *json);

/* Members or items; 0 for what is neither object nor array. */
size_t json_length(const struct json *json);

/* A member or an item, or NULL when there is none, or json is of another kind. No error: absence may be fine. */
struct json *json_get(const struct json *object, const char *name);
struct json *json_at(const struct json *array, size_t index);

/* A value below, by the names on the way: "image.manifest.sha256". NULL when there is none. */
struct json *json_below(const struct json *json, const char *path);

/* The same for a string: a copy, or NULL when there is none or it is none. */
char *json_text_below(const struct json *json, const char *path);

/* A member that must be there and of that kind, else NULL and `NAME: missing` or `NAME: not a string`. */
struct json *json_need(const struct json *object, const char *name, enum json_kind kind, struct err *err);

/* Member names in order, up to and including the NULL that ends them. Freed with one free(). */
char **json_names(const struct json *object, struct err *err);

/* Refuses members outside the NULL-terminated list: `NAME: unknown member`. */
int json_only(const struct json *object, const char *const names[], struct err *err);

struct json *json_object(void);
struct json *json_array(void);
struct json *json_string(const char *text);
struct json *json_hex(const void *data, size_t size); /* a string of lower-case hexadecimal */
struct json *json_number(uint64_t value);             /* NULL over 2^53 */
struct json *json_null(void);
struct json *json_boolean(bool value);
struct json *json_copy(const struct json *json);
void json_set(struct json *object, const char *name, struct json *value);
void json_add(struct json *array, struct json *value);

/* False for NULL, and for what a NULL was put into. */
bool json_whole(const struct json *json);

/* Appends the canonical text; indent: two spaces a level and a final newline. */
int json_write(const struct json *json, bool indent, struct bytes *into, struct err *err);

/* Appends a string's canonical text, with its quotes: for what is too large for a tree. */
int json_write_string(const char *text, struct bytes *into, struct err *err);

#endif

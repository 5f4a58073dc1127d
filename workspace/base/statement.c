#include "statement.h"

#include <math.h>
#include <string.h>

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

static const char algorithm[] = "sha256:";

void statement_free(struct statement *statement)
{
	for (size_t i = 0; i < statement->count; i++)
		free(statement->subjects[i].name);
	free(statement->subjects);
	free(statement->type);
	json_free(statement->predicate);
	*statement = (struct statement){0};
}

static bool is_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") == 2 * SHA256_SIZE && strlen(text) == 2 * SHA256_SIZE;
}

bool statement_is_digest(const char *text)
{
	return !strncmp(text, algorithm, strlen(algorithm)) && is_hex(text + strlen(algorithm));
}

const struct subject *statement_find(const struct statement *statement, const char *digest)
{
	for (size_t i = 0; statement_is_digest(digest) && i < statement->count; i++)
		if (!strcmp(statement->subjects[i].sha256, digest + strlen(algorithm)))
			return &statement->subjects[i];
	return NULL;
}

/* Subjects. */

static int add(struct statement *statement, const char *name, const char *hex, struct err *err)
{
	if (!*name || strlen(name) > STATEMENT_NAME_MAX)
		return err_bad(err, "name: %zu bytes, not 1 to %d", strlen(name), STATEMENT_NAME_MAX);
	if (!bytes_are_utf8(name, strlen(name)))
		return err_bad(err, "name: not UTF-8");
	if (!is_hex(hex))
		return err_bad(err, "sha256: not 64 lower-case hexadecimal digits");
	if (statement->count == STATEMENT_SUBJECTS)
		return err_bad(err, "more than %d", STATEMENT_SUBJECTS);
	if (!(statement->count & (statement->count - 1))) { /* a power of two, or none: the list is full */
		size_t room = statement->count ? 2 * statement->count : 1;
		struct subject *grown = reallocarray(statement->subjects, room, sizeof *grown);
		if (!grown)
			return err_system(err, EX_OSERR, "subjects");
		statement->subjects = grown;
	}
	struct subject *subject = &statement->subjects[statement->count];
	subject->name = strdup(name);
	if (!subject->name)
		return err_system(err, EX_OSERR, "subjects");
	memcpy(subject->sha256, hex, sizeof subject->sha256);
	statement->count++;
	return 0;
}

int statement_add(struct statement *statement, const char *name, const char *digest, struct err *err)
{
	if (!statement_is_digest(digest))
		return err_bad(err, "'%.80s' is not sha256: and 64 lower-case hexadecimal digits", digest);
	return add(statement, name ? name : digest, digest + strlen(algorithm), err);
}

/* spec: sha256sum(1): a digest, a space, a space or an asterisk, a name */
static int add_line(struct statement *statement, const char *line, size_t size, struct err *err)
{
	enum { HEX = 2 * SHA256_SIZE };
	char hex[HEX + 1] = "";
	if (size < HEX + 3 || line[HEX] != ' ' || (line[HEX + 1] != ' ' && line[HEX + 1] != '*'))
		return err_bad(err, "not a line of sha256sum");
	memcpy(hex, line, HEX);
	cleanup_free char *name = strndup(line + HEX + 2, size - HEX - 2);
	return name ? add(statement, name, hex, err) : err_system(err, EX_OSERR, "subjects");
}

int statement_add_sums(struct statement *statement, const char *text, struct err *err)
{
	for (unsigned line = 1; *text; line++) {
		size_t size = strcspn(text, "\n");
		if (add_line(statement, text, size, err))
			return err_prefix(err, "line %u", line);
		if (!text[size])
			return err_bad(err, "line %u: no newline at its end", line);
		text += size + 1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct subject *const *)a)->name, (*(const struct subject *const *)b)->name);
}

/* A name says one thing. */
static int names_differ(const struct statement *statement, struct err *err)
{
	cleanup_free const struct subject **sorted = calloc(statement->count + 1, sizeof *sorted);
	if (!sorted)
		return err_system(err, EX_OSERR, "subjects");
	for (size_t i = 0; i < statement->count; i++)
		sorted[i] = &statement->subjects[i];
	qsort(sorted, statement->count, sizeof *sorted, by_name);
	for (size_t i = 1; i < statement->count; i++)
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name))
			return err_bad(err, "'%.200s' is there twice", sorted[i]->name);
	return 0;
}

/* Reading. */

/* spec: in-toto resource_descriptor.md; of its fields the two that a digest needs */
static int parse_subject(const struct json *json, struct statement *statement, struct err *err)
{
	static const char *const names[] = {"name", "digest", NULL}, *const algorithms[] = {"sha256", NULL};
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (json_only(json, names, err))
		return -1;
	cleanup_json struct json *name = json_need(json, "name", JSON_STRING, err);
	cleanup_json struct json *digest = name ? json_need(json, "digest", JSON_OBJECT, err) : NULL;
	if (!digest)
		return -1;
	cleanup_json struct json *hex = json_need(digest, "sha256", JSON_STRING, err);
	if (!hex || json_only(digest, algorithms, err))
		return err_prefix(err, "digest");
	return add(statement, json_text(name), json_text(hex), err);
}

static int parse_subjects(const struct json *array, struct statement *statement, struct err *err)
{
	for (size_t i = 0; i < json_length(array); i++) {
		cleanup_json struct json *item = json_at(array, i);
		if (parse_subject(item, statement, err))
			return err_prefix(err, "%zu", i + 1);
	}
	return statement->count ? names_differ(statement, err) : err_bad(err, "none");
}

/* spec: RFC 3986 3: a scheme, a colon, and none of the characters a URI cannot have */
static bool is_uri(const char *text)
{
	size_t scheme = strcspn(text, ":"), size = strlen(text);
	if (!scheme || !text[scheme] || !text[scheme + 1] || size > STATEMENT_TYPE_MAX)
		return false;
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr("\"<>\\^`{|}", text[i]))
			return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") == scheme;
}

static int set_type(const struct json *json, struct statement *statement, struct err *err)
{
	if (!is_uri(json_text(json)))
		return err_bad(err, "predicateType: '%.80s' is not a URI", json_text(json));
	statement->type = strdup(json_text(json));
	return statement->type ? 0 : err_system(err, EX_OSERR, "predicateType");
}

/* From 2^53 on two texts are one number, and one of them would be signed and the other read. */
static int numbers_are_exact(const struct json *json, struct err *err)
{
	enum json_kind kind = json_kind(json);
	if (kind == JSON_NUMBER && !(fabs(json_double(json)) < JSON_WHOLE))
		return err_bad(err, "a number of 2^53 or more");
	cleanup_free char **names = kind == JSON_OBJECT ? json_names(json, err) : NULL;
	if (kind == JSON_OBJECT && !names)
		return -1;
	for (size_t i = 0; i < json_length(json); i++) {
		cleanup_json struct json *inner = names ? json_get(json, names[i]) : json_at(json, i);
		if (numbers_are_exact(inner, err))
			return names ? err_prefix(err, "%s", names[i]) : err_prefix(err, "%zu", i + 1);
	}
	return 0;
}

/* spec: in-toto statement.md, "Fields" */
static int parse(const struct json *json, struct statement *statement, struct err *err)
{
	static const char *const names[] = {"_type", "subject", "predicateType", "predicate", NULL};
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (json_only(json, names, err))
		return -1;
	cleanup_json struct json *type = json_need(json, "_type", JSON_STRING, err);
	if (!type)
		return -1;
	if (strcmp(json_text(type), STATEMENT_TYPE))
		return err_bad(err, "_type: '%.80s', not '" STATEMENT_TYPE "'", json_text(type));
	cleanup_json struct json *subjects = json_need(json, "subject", JSON_ARRAY, err);
	cleanup_json struct json *predicate_type = subjects ? json_need(json, "predicateType", JSON_STRING, err) : NULL;
	statement->predicate = predicate_type ? json_need(json, "predicate", JSON_OBJECT, err) : NULL;
	if (!statement->predicate || set_type(predicate_type, statement, err))
		return -1;
	if (numbers_are_exact(statement->predicate, err))
		return err_prefix(err, "predicate");
	return parse_subjects(subjects, statement, err) ? err_prefix(err, "subject") : 0;
}

int statement_parse(const char *text, size_t size, struct statement *statement, struct err *err)
{
	cleanup_json struct json *json = json_parse(text, size, err);
	return !json || parse(json, statement, err) ? err_prefix(err, "statement") : 0;
}

int statement_read(const struct dsse *dsse, struct statement *statement, struct err *err)
{
	size_t size;
	const char *payload = dsse_payload(dsse, &size, err);
	return payload ? statement_parse(payload, size, statement, err) : -1;
}

/* Writing. */

static struct json *subject_json(const struct subject *subject)
{
	struct json *json = json_object(), *digest = json_object();
	json_set(digest, "sha256", json_string(subject->sha256));
	json_set(json, "name", json_string(subject->name));
	json_set(json, "digest", digest);
	return json;
}

int statement_write(const struct statement *statement, struct bytes *into, struct err *err)
{
	cleanup_statement struct statement again = {0};
	cleanup_json struct json *json = json_object();
	struct json *subjects = json_array();
	size_t before = into->size;
	for (size_t i = 0; i < statement->count; i++)
		json_add(subjects, subject_json(&statement->subjects[i]));
	json_set(json, "_type", json_string(STATEMENT_TYPE));
	json_set(json, "subject", subjects);
	json_set(json, "predicateType", json_string(statement->type));
	json_set(json, "predicate", json_copy(statement->predicate));
	if (json_write(json, false, into, err))
		return -1;
	return statement_parse(into->data + before, into->size - before, &again, err);
}

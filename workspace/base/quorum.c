#include "quorum.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void quorum_free(struct quorum *quorum)
{
	for (size_t i = 0; i < quorum->count; i++)
		free(quorum->reasons[i].text);
	free(quorum->reasons);
	free(quorum->has_signed);
	*quorum = (struct quorum){0};
}

int quorum_refuse(struct quorum *quorum, struct err *err, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = NULL;
	int length = vasprintf(&text, format, args);
	va_end(args);
	struct quorum_reason *grown = reallocarray(quorum->reasons, quorum->count + 1, sizeof *grown);
	if (grown)
		quorum->reasons = grown;
	if (length < 0 || !grown) {
		free(length < 0 ? NULL : text);
		return err_system(err, EX_OSERR, "reasons");
	}
	quorum->reasons[quorum->count++] = (struct quorum_reason){.code = code, .text = text};
	quorum->holds = false;
	return 0;
}

static int count_signatures(struct quorum *quorum, const struct quorum_envelope *envelope, struct err *err)
{
	size_t count;
	const struct dsse_signature *signature = dsse_signatures(envelope->dsse, &count);
	for (; count; count--, signature++) {
		if (signature->standing == DSSE_BROKEN &&
		    quorum_refuse(quorum, err, "signature-broken", "%s: the signature by %s (%s) does not hold",
				  envelope->name, signature->by->name, signature->keyid))
			return -1;
		if (signature->standing != DSSE_HOLDS)
			continue;
		bool *has_signed = &quorum->has_signed[signature->by - quorum->ring->keys];
		quorum->signers += !*has_signed;
		*has_signed = true;
	}
	return 0;
}

static int compare_payloads(struct quorum *quorum, const struct quorum_envelope *envelopes, size_t count,
			    struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (!dsse_is_same_payload(envelopes[0].dsse, envelopes[i].dsse))
			return quorum_refuse(quorum, err, "payloads-differ", "%s and %s say different things",
					     envelopes[0].name, envelopes[i].name);
	return 0;
}

/* Too few: which signatures are of no use is worth knowing then. */
static int name_unknown(struct quorum *quorum, const struct quorum_envelope *envelope, struct err *err)
{
	size_t count;
	const struct dsse_signature *signature = dsse_signatures(envelope->dsse, &count);
	for (; count; count--, signature++)
		if (signature->standing == DSSE_UNKNOWN &&
		    quorum_refuse(quorum, err, "key-unknown", "%s: a signature by no key of the folder (keyid '%s')",
				  envelope->name, signature->keyid))
			return -1;
	return 0;
}

int quorum_count(const struct keyring *ring, const struct quorum_envelope *envelopes, size_t count, size_t threshold,
		 struct quorum *quorum, struct err *err)
{
	quorum->ring = ring;
	quorum->holds = true;
	quorum->has_signed = calloc(ring->count + 1, sizeof *quorum->has_signed);
	if (!quorum->has_signed)
		return err_system(err, EX_OSERR, "keys");
	for (size_t i = 0; i < count; i++)
		if (dsse_verify(envelopes[i].dsse, ring, err) || count_signatures(quorum, &envelopes[i], err))
			return -1;
	if (compare_payloads(quorum, envelopes, count, err))
		return -1;
	if (quorum->signers >= threshold)
		return 0;
	if (quorum_refuse(quorum, err, "threshold", "%zu of the %zu keys in the folder signed, %zu must",
			  quorum->signers, ring->count, threshold))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (name_unknown(quorum, &envelopes[i], err))
			return -1;
	return 0;
}

int quorum_demand(struct quorum *quorum, const struct statement *statement, const char *type, const char *subject,
		  struct err *err)
{
	if (type && strcmp(type, statement->type) &&
	    quorum_refuse(quorum, err, "predicate-type", "the predicate is of type %s, not %s", statement->type, type))
		return -1;
	if (subject && !statement_find(statement, subject))
		return quorum_refuse(quorum, err, "subject", "%s is not a subject; the first is %s, sha256:%s", subject,
				     statement->subjects[0].name, statement->subjects[0].sha256);
	return 0;
}

struct json *quorum_reasons_json(const struct quorum *quorum)
{
	struct json *array = json_array();
	for (size_t i = 0; i < quorum->count; i++) {
		struct json *reason = json_object();
		json_set(reason, "code", json_string(quorum->reasons[i].code));
		json_set(reason, "text", json_string(quorum->reasons[i].text));
		json_add(array, reason);
	}
	return array;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct json *quorum_signers_json(const struct quorum *quorum)
{
	struct json *array = json_array();
	cleanup_free const char **ids = calloc(quorum->signers + 1, sizeof *ids);
	size_t count = 0;
	if (!ids)
		json_add(array, NULL);
	for (size_t i = 0; ids && i < quorum->ring->count; i++)
		if (quorum->has_signed[i])
			ids[count++] = key_id(quorum->ring->keys[i].key);
	qsort(ids, count, sizeof *ids, by_id);
	for (size_t i = 0; i < count; i++)
		json_add(array, json_string(ids[i]));
	return array;
}

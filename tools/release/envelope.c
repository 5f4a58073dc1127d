#include "envelope.h"

#include <string.h>

void envelope_free(struct envelope *envelope)
{
	dsse_free(envelope->dsse);
	statement_free(&envelope->statement);
	envelope->dsse = NULL;
}

static void add_signer(struct envelope *envelope, const struct keyring_key *key)
{
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->signers[i] == key)
			return;
	envelope->signers[envelope->count++] = key;
}

static void take_signature(struct envelope *envelope, const struct dsse_signature *signature)
{
	if (signature->standing == DSSE_HOLDS)
		add_signer(envelope, signature->by);
	else if (signature->standing == DSSE_BROKEN)
		envelope->broken++;
	else
		envelope->unknown = *signature->keyid ? signature->keyid : "of no name";
}

/* Malformed is said, else -1. */
static int say_malformed(struct judgement *judgement, const struct envelope *envelope, const struct err *why,
			 struct err *err)
{
	if (why->status != STATUS_BAD) {
		*err = *why;
		return err_prefix(err, "%s", envelope->path);
	}
	say_false(&judgement->findings, envelope->check, "malformed", envelope->path, "%s", why->text);
	return 0;
}

int envelope_open(struct judgement *judgement, const struct keyring *ring, struct envelope *envelope, struct err *err)
{
	struct err why;
	size_t count;
	const struct bytes *text;
	if (judgement_text(judgement, envelope->path, &text, err))
		return -1;
	if (!text) {
		say_false(&judgement->findings, envelope->check, "missing", envelope->path, "not there");
		return 0;
	}
	if (!(envelope->dsse = dsse_parse(text->data ? text->data : "", text->size, &why)))
		return say_malformed(judgement, envelope, &why, err);
	if (dsse_verify(envelope->dsse, ring, err))
		return err_prefix(err, "%s", envelope->path);
	const struct dsse_signature *signatures = dsse_signatures(envelope->dsse, &count);
	for (size_t i = 0; i < count; i++)
		take_signature(envelope, &signatures[i]);
	if (envelope->broken)
		say_false(&judgement->findings, envelope->check, "signature-broken", envelope->path,
			  "a signature that names a trusted key is not one of these bytes by it");
	return !envelope->broken;
}

/* The statement around its predicate is read by its own reader, with nothing in the predicate's place. */
static int read_around(struct envelope *envelope, const char *payload, size_t size, struct err *err)
{
	cleanup_bytes struct bytes around = {0};
	struct json_view predicate = envelope->predicate;
	size_t before = (size_t)(predicate.text - payload), behind = before + predicate.size;
	if (bytes_add(&around, payload, before, err) || bytes_add(&around, "{}", 2, err) ||
	    bytes_add(&around, payload + behind, size - behind, err))
		return -1;
	return statement_parse(around.data, around.size, &envelope->statement, err);
}

static int read_statement(struct envelope *envelope, struct err *err)
{
	size_t size;
	struct json_view whole;
	const char *payload = dsse_payload(envelope->dsse, &size, err);
	if (!payload || json_view(payload, size, &whole, err))
		return -1;
	envelope->predicate = json_view_member(whole, "predicate");
	if (!envelope->predicate.text || json_view_kind(envelope->predicate) != JSON_OBJECT)
		return err_bad(err, "statement: predicate: missing, or not an object");
	return read_around(envelope, payload, size, err);
}

struct json *envelope_predicate(const struct envelope *envelope, struct err *err)
{
	return json_parse(envelope->predicate.text, envelope->predicate.size, err);
}

int envelope_statement(struct judgement *judgement, const char *type, struct envelope *envelope, struct err *err)
{
	struct err why;
	if (read_statement(envelope, &why))
		return say_malformed(judgement, envelope, &why, err);
	if (!strcmp(envelope->statement.type, type))
		return 1;
	say_differs(&judgement->findings, envelope->check, "predicate-type", envelope->path, type,
		    envelope->statement.type, "it is another kind of statement");
	return 0;
}

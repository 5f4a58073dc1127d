#include "dsse.h"

#include "base64.h"
#include "file.h"
#include "json_view.h"

#include <string.h>

struct dsse {
	struct bytes payload;
	struct dsse_signature signatures[DSSE_SIGNATURES];
	size_t count;
	bool is_verified; /* a signature holds */
};

void dsse_free(struct dsse *dsse)
{
	if (dsse)
		bytes_free(&dsse->payload);
	free(dsse);
}

/* spec: DSSE protocol.md, "Signature Definition" */
int dsse_pae(const char *type, const void *payload, size_t size, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "DSSEv1 %zu %s %zu ", strlen(type), type, size))
		return -1;
	return bytes_add(into, payload, size, err);
}

/* Reading. */

static int is_known(struct json_view name, const char *const names[], struct err *err)
{
	for (; *names; names++)
		if (json_view_is(name, *names))
			return 0;
	return err_bad(err, "%.*s: unknown member", (int)(name.size < 64 ? name.size : 64), name.text);
}

/* The members are these and no other. */
static int members(struct json_view object, const char *const names[], struct err *err)
{
	struct json_view name, value;
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	for (struct json_view rest = json_view_inside(object); json_view_next(&rest, &name, &value);)
		if (is_known(name, names, err))
			return -1;
	return 0;
}

static int string(struct json_view object, const char *name, struct bytes *into, struct err *err)
{
	struct json_view member = json_view_member(object, name);
	if (!member.text)
		return err_bad(err, "%s: missing", name);
	if (json_view_kind(member) != JSON_STRING)
		return err_bad(err, "%s: not a string", name);
	return json_view_string(member, into, err);
}

static int decoded(struct json_view object, const char *name, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (string(object, name, &text, err))
		return -1;
	return base64_read(text.data, text.size, into, err) ? err_prefix(err, "%s", name) : 0;
}

static int parse_signature(struct json_view object, struct dsse_signature *signature, struct err *err)
{
	static const char *const names[] = {"keyid", "sig", NULL};
	cleanup_bytes struct bytes keyid = {0}, sig = {0};
	bool has_keyid = json_view_member(object, "keyid").text;
	if (members(object, names, err) ||
	    (has_keyid ? string(object, "keyid", &keyid, err) : bytes_add(&keyid, "", 0, err)) ||
	    decoded(object, "sig", &sig, err))
		return -1;
	if (keyid.size > DSSE_KEYID_MAX)
		return err_bad(err, "keyid: longer than %d bytes", DSSE_KEYID_MAX);
	if (!sig.size || sig.size > SIGNATURE_MAX)
		return err_bad(err, "sig: %zu bytes, not 1 to %d", sig.size, SIGNATURE_MAX);
	memcpy(signature->keyid, keyid.data, keyid.size + 1);
	memcpy(signature->sig, sig.data, sig.size);
	signature->size = sig.size;
	return 0;
}

static int parse_signatures(struct json_view array, struct dsse *dsse, struct err *err)
{
	struct json_view value;
	if (!array.text)
		return err_bad(err, "missing");
	if (json_view_kind(array) != JSON_ARRAY)
		return err_bad(err, "not an array");
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &value); dsse->count++) {
		if (dsse->count == DSSE_SIGNATURES)
			return err_bad(err, "more than %d", DSSE_SIGNATURES);
		if (parse_signature(value, &dsse->signatures[dsse->count], err))
			return err_prefix(err, "%zu", dsse->count + 1);
	}
	return dsse->count ? 0 : err_bad(err, "none");
}

/* spec: DSSE envelope.md, "Standard JSON envelope" */
static int parse(const char *text, size_t size, struct dsse *dsse, struct err *err)
{
	static const char *const names[] = {"payload", "payloadType", "signatures", NULL};
	struct json_view view;
	cleanup_bytes struct bytes type = {0};
	if (json_view(text, size, &view, err) || members(view, names, err) || string(view, "payloadType", &type, err))
		return -1;
	if (strcmp(type.data, DSSE_TYPE))
		return err_bad(err, "payloadType: '%.64s', not '" DSSE_TYPE "'", type.data);
	if (parse_signatures(json_view_member(view, "signatures"), dsse, err))
		return err_prefix(err, "signatures");
	return decoded(view, "payload", &dsse->payload, err);
}

struct dsse *dsse_parse(const char *text, size_t size, struct err *err)
{
	cleanup_dsse struct dsse *dsse = calloc(1, sizeof *dsse);
	if (!dsse)
		err_system(err, EX_OSERR, "envelope");
	return dsse && !parse(text, size, dsse, err) ? steal(&dsse) : NULL;
}

struct dsse *dsse_load(const char *path, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, DSSE_CAP, &text, err) || bytes_add(&text, "", 0, err))
		return NULL;
	return dsse_parse(text.data, text.size, err);
}

/* Verifying. */

static int try_key(const struct bytes *pae, const struct keyring_key *key, struct dsse_signature *signature,
		   struct err *err)
{
	bool holds;
	if (signature_verify(key->key, SIGNATURE_OF_KIND, pae->data, pae->size, signature->sig, signature->size, &holds,
			     err))
		return -1;
	signature->standing = holds ? DSSE_HOLDS : DSSE_BROKEN;
	signature->by = key;
	return 0;
}

/* spec: DSSE protocol.md, "Protocol": which key is tried is narrowed by the keyid, and by nothing else */
static int weigh(const struct bytes *pae, const struct keyring *ring, struct dsse_signature *signature, struct err *err)
{
	signature->standing = DSSE_UNKNOWN;
	signature->by = *signature->keyid ? keyring_find(ring, signature->keyid) : NULL;
	if (signature->by)
		return try_key(pae, signature->by, signature, err);
	for (size_t i = 0; !*signature->keyid && i < ring->count && signature->standing != DSSE_HOLDS; i++)
		if (try_key(pae, &ring->keys[i], signature, err))
			return -1;
	if (signature->standing == DSSE_BROKEN) { /* it has not said whose it is */
		signature->standing = DSSE_UNKNOWN;
		signature->by = NULL;
	}
	return 0;
}

int dsse_verify(struct dsse *dsse, const struct keyring *ring, struct err *err)
{
	cleanup_bytes struct bytes pae = {0};
	if (dsse_pae(DSSE_TYPE, dsse->payload.data, dsse->payload.size, &pae, err))
		return -1;
	dsse->is_verified = false;
	for (size_t i = 0; i < dsse->count; i++) {
		if (weigh(&pae, ring, &dsse->signatures[i], err))
			return -1;
		dsse->is_verified |= dsse->signatures[i].standing == DSSE_HOLDS;
	}
	return 0;
}

const struct dsse_signature *dsse_signatures(const struct dsse *dsse, size_t *count)
{
	*count = dsse->count;
	return dsse->signatures;
}

const char *dsse_payload(const struct dsse *dsse, size_t *size, struct err *err)
{
	if (!dsse->is_verified) {
		err_set(err, STATUS_FALSE, "no signature holds");
		return NULL;
	}
	*size = dsse->payload.size;
	return dsse->payload.data;
}

bool dsse_is_same_payload(const struct dsse *a, const struct dsse *b)
{
	return a->payload.size == b->payload.size && !memcmp(a->payload.data, b->payload.data, a->payload.size);
}

/* Signing. */

struct dsse *dsse_new(const void *payload, size_t size, struct err *err)
{
	cleanup_dsse struct dsse *dsse = calloc(1, sizeof *dsse);
	if (!dsse)
		err_system(err, EX_OSERR, "envelope");
	else if (size > DSSE_PAYLOAD_CAP)
		err_bad(err, "payload: larger than %d bytes", DSSE_PAYLOAD_CAP);
	else if (!bytes_add(&dsse->payload, payload, size, err))
		return steal(&dsse);
	return NULL;
}

static int by_keyid(const void *a, const void *b)
{
	const struct dsse_signature *x = a, *y = b;
	int order = strcmp(x->keyid, y->keyid);
	size_t size = x->size < y->size ? x->size : y->size;
	order = order ? order : memcmp(x->sig, y->sig, size);
	return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* Takes out what claims to be by this key and does not hold; does one that holds stay? */
static int keep_holding(struct dsse *dsse, const struct key *key, const struct bytes *pae, bool *has_one,
			struct err *err)
{
	size_t kept = 0;
	*has_one = false;
	for (size_t i = 0; i < dsse->count; i++) {
		struct dsse_signature *it = &dsse->signatures[i];
		bool is_ours = !strcmp(it->keyid, key_id(key)), holds = false;
		if (is_ours &&
		    signature_verify(key, SIGNATURE_OF_KIND, pae->data, pae->size, it->sig, it->size, &holds, err))
			return -1;
		if (!is_ours || (holds && !*has_one))
			dsse->signatures[kept++] = *it;
		*has_one |= is_ours && holds;
	}
	dsse->count = kept;
	return 0;
}

int dsse_sign(struct dsse *dsse, const struct key *key, struct err *err)
{
	bool has_one;
	cleanup_bytes struct bytes pae = {0}, sig = {0};
	if (dsse_pae(DSSE_TYPE, dsse->payload.data, dsse->payload.size, &pae, err) ||
	    keep_holding(dsse, key, &pae, &has_one, err))
		return -1;
	if (has_one)
		return 0;
	if (dsse->count == DSSE_SIGNATURES)
		return err_bad(err, "more than %d signatures", DSSE_SIGNATURES);
	if (signature_make(key, SIGNATURE_OF_KIND, pae.data, pae.size, &sig, err))
		return -1;
	struct dsse_signature *added = &dsse->signatures[dsse->count++];
	*added = (struct dsse_signature){.size = sig.size};
	memcpy(added->sig, sig.data, sig.size);
	memcpy(added->keyid, key_id(key), KEY_ID_SIZE);
	qsort(dsse->signatures, dsse->count, sizeof *dsse->signatures, by_keyid);
	return 0;
}

static struct json *base64_json(const void *data, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	return base64_write(data, size, &text, &err) ? NULL : json_string(text.data);
}

int dsse_write(const struct dsse *dsse, struct bytes *into, struct err *err)
{
	cleanup_json struct json *envelope = json_object();
	struct json *signatures = json_array();
	for (size_t i = 0; i < dsse->count; i++) {
		struct json *signature = json_object();
		json_set(signature, "keyid", json_string(dsse->signatures[i].keyid));
		json_set(signature, "sig", base64_json(dsse->signatures[i].sig, dsse->signatures[i].size));
		json_add(signatures, signature);
	}
	json_set(envelope, "payload", base64_json(dsse->payload.data, dsse->payload.size));
	json_set(envelope, "payloadType", json_string(DSSE_TYPE));
	json_set(envelope, "signatures", signatures);
	return json_write(envelope, false, into, err);
}

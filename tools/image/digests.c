#include "digests.h"

#include "hex.h"

#include <string.h>

int digester_begin(struct digester *digester, struct err *err)
{
	digester->size = 0;
	digester->sha256 = hasher_new(SHA256, err);
	digester->sha384 = digester->sha256 ? hasher_new(SHA384, err) : NULL;
	return digester->sha384 ? 0 : -1;
}

void digester_add(struct digester *digester, const void *data, size_t size)
{
	hasher_update(digester->sha256, data, size);
	hasher_update(digester->sha384, data, size);
	digester->size += size;
}

void digester_end(struct digester *digester, struct digests *digests)
{
	hasher_final_hex(digester->sha256, digests->sha256);
	hasher_final_hex(digester->sha384, digests->sha384);
	digests->size = digester->size;
	digester->size = 0;
}

void digester_drop(struct digester *digester)
{
	hasher_free(digester->sha256);
	hasher_free(digester->sha384);
	*digester = (struct digester){0};
}

int digests_of(const void *data, size_t size, struct digests *digests, struct err *err)
{
	cleanup_digester struct digester digester = {0};
	if (digester_begin(&digester, err))
		return -1;
	digester_add(&digester, data, size);
	digester_end(&digester, digests);
	return 0;
}

bool digests_equal(const struct digests *a, const struct digests *b)
{
	return a->size == b->size && !strcmp(a->sha256, b->sha256) && !strcmp(a->sha384, b->sha384);
}

struct json *digests_json(const struct digests *digests)
{
	struct json *json = json_object();
	json_set(json, "sha256", json_string(digests->sha256));
	json_set(json, "sha384", json_string(digests->sha384));
	json_set(json, "size", json_number(digests->size));
	return json;
}

static int read_digest(const struct json *json, enum digest_algorithm algorithm, char *out, struct err *err)
{
	uint8_t raw[DIGEST_MAX];
	const char *name = digest_name(algorithm);
	cleanup_json struct json *text = json_need(json, name, JSON_STRING, err);
	if (!text)
		return -1;
	if (hex_read(json_text(text), raw, digest_size(algorithm)))
		return err_bad(err, "%s: not a digest", name);
	hex_write(raw, digest_size(algorithm), out);
	return 0;
}

int digests_read(const struct json *json, struct digests *digests, struct err *err)
{
	static const char *const members[] = {"sha256", "sha384", "size", NULL};
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *size = json_need(json, "size", JSON_NUMBER, err);
	if (!size || json_only(json, members, err) || read_digest(json, SHA256, digests->sha256, err) ||
	    read_digest(json, SHA384, digests->sha384, err))
		return -1;
	double value = json_double(size);
	if (!(value >= 0 && value <= (double)(UINT64_C(1) << 53)) || value != (double)(uint64_t)value)
		return err_bad(err, "size: not a size");
	digests->size = (uint64_t)value;
	return 0;
}

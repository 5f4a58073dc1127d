/* Certificates and CRLs of the test authority, as Intel's look. Sources: RFC 5280; spec: quote-spec.md 2.3 to 2.5, 7.7,
 * 7.8. */
#ifndef AUTHORITY_X509_H
#define AUTHORITY_X509_H

#include "plan.h"

#include <openssl/evp.h>

#define der_put_oid(into, text) der_put((into), 0x06, (text), sizeof(text) - 1)

static void put_algorithm(struct bytes *into, bool is_sha384)
{
	size_t item = der_open(into, 0x30);
	der_put(into, 0x06, is_sha384 ? "\x2a\x86\x48\xce\x3d\x04\x03\x03" : "\x2a\x86\x48\xce\x3d\x04\x03\x02", 8);
	der_close(into, item);
}

static void put_attribute(struct bytes *into, uint8_t type, uint8_t tag, const char *text)
{
	size_t set = der_open(into, 0x31), pair = der_open(into, 0x30);
	der_put(into, 0x06, (uint8_t[]){0x55, 0x04, type}, 3);
	der_put(into, tag, text, strlen(text));
	der_close(into, pair);
	der_close(into, set);
}

static void put_name(struct bytes *into, const char *common_name)
{
	size_t item = der_open(into, 0x30);
	put_attribute(into, 3, 0x0c, common_name);
	put_attribute(into, 10, 0x0c, "Intel Corporation");
	put_attribute(into, 7, 0x0c, "Santa Clara");
	put_attribute(into, 8, 0x0c, "CA");
	put_attribute(into, 6, 0x13, "US");
	der_close(into, item);
}

static void put_public_key(struct bytes *into, enum key_name key)
{
	uint8_t point[1 + POINT] = {4};
	key_point(key, point + 1);
	size_t item = der_open(into, 0x30), algorithm = der_open(into, 0x30);
	der_put_oid(into, "\x2a\x86\x48\xce\x3d\x02\x01");
	der_put_oid(into, "\x2a\x86\x48\xce\x3d\x03\x01\x07");
	der_close(into, algorithm);
	der_put_bits(into, 0, point, sizeof point);
	der_close(into, item);
}

/* Signs what into holds from begin on, and makes it the first part of a SEQUENCE with algorithm and signature. */
static void sign_item(struct bytes *into, size_t begin, enum key_name issuer, bool is_sha384, bool is_bad,
		      uint8_t unused_bits)
{
	uint8_t signature[SIGNATURE];
	cleanup_bytes struct bytes value = {0};
	key_sign(issuer, into->data + begin, into->size - begin, signature);
	signature[SIGNATURE - 1] ^= is_bad;
	size_t pair = der_open(&value, 0x30);
	der_put_integer(&value, signature, HALF);
	der_put_integer(&value, signature + HALF, HALF);
	der_close(&value, pair);
	put_algorithm(into, is_sha384);
	der_put_bits(into, unused_bits, value.data, value.size);
}

static size_t open_extension(struct bytes *into, const void *oid, size_t oid_size, bool is_critical, size_t *value)
{
	size_t item = der_open(into, 0x30);
	der_put(into, 0x06, oid, oid_size);
	if (is_critical)
		der_put(into, 0x01, "\xff", 1);
	*value = der_open(into, 0x04);
	return item;
}

static void close_extension(struct bytes *into, size_t item, size_t value)
{
	der_close(into, value);
	der_close(into, item);
}

static void key_id(enum key_name key, uint8_t id[20])
{
	uint8_t point[1 + POINT] = {4};
	key_point(key, point + 1);
	SHA1(point, sizeof point, id);
}

static void put_key_ids(struct bytes *into, const struct certificate_plan *it)
{
	uint8_t id[20];
	size_t value, item = open_extension(into, "\x55\x1d\x23", 3, false, &value), inside = der_open(into, 0x30);
	key_id(it->claimed, id);
	der_put(into, 0x80, id, sizeof id);
	der_close(into, inside);
	close_extension(into, item, value);
	item = open_extension(into, "\x55\x1d\x0e", 3, false, &value);
	key_id(it->key, id);
	der_put(into, 0x04, id, sizeof id);
	close_extension(into, item, value);
}

static void put_usage(struct bytes *into, uint8_t usage)
{
	size_t value, item = open_extension(into, "\x55\x1d\x0f", 3, true, &value);
	der_put_bits(into, (uint8_t)__builtin_ctz(usage), &usage, 1);
	close_extension(into, item, value);
}

static void put_constraints(struct bytes *into, const struct certificate_plan *it)
{
	size_t value, item = open_extension(into, "\x55\x1d\x13", 3, true, &value), inside = der_open(into, 0x30);
	if (it->is_ca)
		der_put(into, 0x01, "\xff", 1);
	if (it->path_length >= 0)
		der_put_small(into, (unsigned)it->path_length);
	der_close(into, inside);
	close_extension(into, item, value);
}

/* The SGX extension: pairs of an identifier below 1.2.840.113741.1.13.1 and a value. */
static size_t open_pair(struct bytes *into, uint8_t group, uint8_t number)
{
	uint8_t oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, group, number};
	size_t pair = der_open(into, 0x30);
	der_put(into, 0x06, oid, sizeof oid - !number);
	return pair;
}

static void put_pair(struct bytes *into, uint8_t group, uint8_t number, uint8_t tag, const void *data, size_t size)
{
	size_t pair = open_pair(into, group, number);
	der_put(into, tag, data, size);
	der_close(into, pair);
}

static void put_tcb(struct bytes *into, const struct platform_plan *it)
{
	size_t pair = open_pair(into, 2, 0), list = der_open(into, 0x30);
	for (uint8_t i = 0; i < COMPONENTS; i++) {
		if (i == 3 && it->fault == COMPONENT_MISSING)
			continue;
		size_t component = open_pair(into, 2, i + 1);
		der_put_small(into, i == 3 && it->fault == COMPONENT_256 ? 256 : it->components[i]);
		der_close(into, component);
	}
	size_t pce = open_pair(into, 2, 17);
	der_put_small(into, it->pce_svn);
	der_close(into, pce);
	put_pair(into, 2, 18, 0x04, it->cpu_svn, sizeof it->cpu_svn);
	der_close(into, list);
	der_close(into, pair);
}

static void put_platform_pairs(struct bytes *into, const struct platform_plan *it)
{
	uint8_t id[16];
	fill(id, sizeof id, "platform instance id");
	put_pair(into, 6, 0, 0x04, id, sizeof id);
	size_t pair = open_pair(into, 7, 0), list = der_open(into, 0x30);
	for (uint8_t i = 1; i <= 3; i++)
		put_pair(into, 7, i, 0x01, "\xff", 1);
	der_close(into, list);
	der_close(into, pair);
	if (it->fault == PAIR_UNKNOWN)
		put_pair(into, 8, 0, 0x0a, "\1", 1);
}

static void put_sgx_extension(struct bytes *into, const struct platform_plan *it)
{
	size_t value, item = open_extension(into, "\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01", 9, false, &value);
	size_t list = der_open(into, 0x30);
	put_pair(into, 1, 0, 0x04, it->ppid, sizeof it->ppid);
	put_tcb(into, it);
	for (int i = it->fault == PAIR_TWICE; i >= 0; i--)
		put_pair(into, 3, 0, 0x04, it->pce_id, sizeof it->pce_id);
	put_pair(into, 4, 0, 0x04, it->fmspc, sizeof it->fmspc - (it->fault == FMSPC_SHORT));
	put_pair(into, 5, 0, 0x0a, it->is_platform ? "\1" : "", 1);
	if (it->is_platform)
		put_platform_pairs(into, it);
	der_close(into, list);
	close_extension(into, item, value);
}

static void put_extensions(struct bytes *into, const struct certificate_plan *it, const struct platform_plan *platform)
{
	size_t value, outer = der_open(into, 0xa3), list = der_open(into, 0x30);
	put_key_ids(into, it);
	if (it->usage)
		put_usage(into, it->usage);
	for (int i = it->has_constraints ? it->has_extension_twice : -1; i >= 0; i--)
		put_constraints(into, it);
	if (it->has_unknown_critical) {
		size_t item = open_extension(into, "\x2a\x03\x04\x05", 4, true, &value);
		der_put(into, 0x05, "", 0);
		close_extension(into, item, value);
	}
	if (it->has_sgx)
		put_sgx_extension(into, platform);
	der_close(into, list);
	der_close(into, outer);
}

static void put_validity(struct bytes *into, const struct certificate_plan *it)
{
	size_t item = der_open(into, 0x30);
	der_put_time(into, it->not_before);
	der_put_time(into, it->not_after);
	der_close(into, item);
}

static void put_certificate(struct bytes *into, const struct certificate_plan *it, const struct platform_plan *platform)
{
	size_t whole = der_open(into, 0x30), begin = into->size, inner = der_open(into, 0x30);
	if (!it->is_version_1)
		put(into, "\xa0\x03\x02\x01\x02", 5);
	der_put_integer(into, it->serial, sizeof it->serial);
	put_algorithm(into, it->is_sha384);
	put_name(into, it->issuer_name);
	put_validity(into, it);
	put_name(into, it->name);
	put_public_key(into, it->key);
	if (!it->is_version_1)
		put_extensions(into, it, platform);
	der_close(into, inner);
	sign_item(into, begin, it->issuer, it->is_sha384 || it->is_sha384_outside, it->has_bad_signature,
		  it->has_unused_bits ? 1 : 0);
	der_close(into, whole);
	if (it->has_trailing)
		put(into, "", 1);
}

static void put_revoked(struct bytes *into, const uint8_t serial[20], int64_t time)
{
	size_t entry = der_open(into, 0x30), value;
	der_put_integer(into, serial, 20);
	der_put_time(into, time);
	size_t list = der_open(into, 0x30), item = open_extension(into, "\x55\x1d\x15", 3, false, &value);
	der_put(into, 0x0a, "\1", 1); /* key compromise */
	close_extension(into, item, value);
	der_close(into, list);
	der_close(into, entry);
}

static void put_crl_extensions(struct bytes *into, const struct crl_plan *it)
{
	uint8_t id[20];
	size_t value, item, outer = der_open(into, 0xa0), list = der_open(into, 0x30);
	if (!it->has_no_number) {
		item = open_extension(into, "\x55\x1d\x14", 3, false, &value);
		der_put_small(into, 1);
		close_extension(into, item, value);
	}
	if (!it->has_no_key_id) {
		item = open_extension(into, "\x55\x1d\x23", 3, false, &value);
		size_t inside = der_open(into, 0x30);
		key_id(it->claimed, id);
		der_put(into, 0x80, id, sizeof id);
		der_close(into, inside);
		close_extension(into, item, value);
	}
	if (it->has_partition) { /* issuing distribution point: certificates of CAs only */
		item = open_extension(into, "\x55\x1d\x1c", 3, true, &value);
		put(into, "\x30\x03\x82\x01\xff", 5);
		close_extension(into, item, value);
	}
	der_close(into, list);
	der_close(into, outer);
}

/* Root CRLs revoke nothing, as Intel's; those of PCKs revoke two that nobody has. */
static void put_crl(struct bytes *into, const struct crl_plan *it)
{
	uint8_t serial[20];
	size_t whole = der_open(into, 0x30), begin = into->size, inner = der_open(into, 0x30);
	if (!it->is_version_1)
		der_put_small(into, 1);
	put_algorithm(into, false);
	put_name(into, it->issuer_name);
	der_put_time(into, it->this_update);
	if (it->next_update)
		der_put_time(into, it->next_update);
	size_t list = der_open(into, 0x30);
	for (int i = 0; i < 2 && it->issuer != KEY_ROOT; i++) {
		fill(serial, sizeof serial, i ? "revoked" : "revoked, too");
		put_revoked(into, serial, it->this_update);
	}
	if (it->revoked)
		put_revoked(into, it->revoked->serial, it->this_update);
	if (into->size == list)
		into->size = list - 1; /* absent when nothing is revoked */
	else
		der_close(into, list);
	if (!it->is_version_1)
		put_crl_extensions(into, it);
	der_close(into, inner);
	sign_item(into, begin, it->issuer, false, it->has_bad_signature, 0);
	der_close(into, whole);
	if (it->has_trailing)
		put(into, "", 1);
}

static void put_pem(struct bytes *into, const struct bytes *der)
{
	cleanup_bytes struct bytes text = {0};
	put(&text, "", 0);
	for (size_t at = 0; at < der->size; at += 48) {
		char line[4 * 16 + 1];
		size_t size = der->size - at < 48 ? der->size - at : 48;
		int length = EVP_EncodeBlock((uint8_t *)line, (const uint8_t *)der->data + at, (int)size);
		put(&text, line, (size_t)length);
		put(&text, "\n", 1);
	}
	static const char begin[] = "-----BEGIN CERTIFICATE-----\n", end[] = "-----END CERTIFICATE-----\n";
	put(into, begin, sizeof begin - 1);
	put_bytes(into, &text);
	put(into, end, sizeof end - 1);
}

static void put_certificate_pem(struct bytes *into, const struct certificate_plan *it,
				const struct platform_plan *platform)
{
	cleanup_bytes struct bytes der = {0};
	put_certificate(&der, it, platform);
	put_pem(into, &der);
}

#endif

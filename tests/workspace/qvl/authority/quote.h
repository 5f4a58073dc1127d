/* Quotes of the test authority. Source: spec: quote-spec.md 1, 7.1 to 7.5. */
#ifndef AUTHORITY_QUOTE_H
#define AUTHORITY_QUOTE_H

#include "documents.h"

/* The chain in PEM, in the order and the form of the plan. */
static void put_chain(struct bytes *into, const struct plan *p)
{
	struct certificate_plan other = p->root;
	other.key = other.issuer = other.claimed = KEY_OTHER_ROOT;
	const struct certificate_plan *chain[] = {&p->pck, &p->intermediate, p->has_other_root ? &other : &p->root};
	int count = p->order == CHAIN_LEAF_ALONE ? 1 : p->order == CHAIN_WITHOUT_ROOT ? 2 : 3;
	for (int i = 0; i < count; i++)
		put_certificate_pem(into, chain[p->order == CHAIN_REVERSED ? count - 1 - i : i], &p->platform);
	apply_edit(into, p->pem);
}

static void put_certification(struct bytes *into, const struct plan *p)
{
	static const size_t ids[] = {16, 16, 256, 384}; /* a PPID in clear, or encrypted */
	cleanup_bytes struct bytes data = {0};
	uint8_t id[384];
	if (p->certification == 4) {
		put_certificate_pem(&data, &p->pck, &p->platform);
	} else if (p->certification < 4) {
		fill(id, sizeof id, "encrypted PPID");
		put(&data, p->certification == 1 ? p->platform.ppid : id, ids[p->certification]);
		put(&data, p->platform.cpu_svn, COMPONENTS);
		put_number(&data, p->platform.pce_svn, 2);
		put(&data, p->platform.pce_id, 2);
		for (int i = 0; i < p->certification_more; i++)
			put(&data, "", 1);
	} else {
		put_chain(&data, p);
		put(&data, "", 1); /* as real ones end */
	}
	put_number(into, p->certification, 2);
	put_number(into, data.size, 4);
	put_bytes(into, &data);
}

/* The QE's report with the digest of the attestation key and of the authentication data in it, its signature, and what
 * says who signed. */
static void put_qe(struct bytes *into, const struct plan *p, const uint8_t point[POINT])
{
	uint8_t report[384], signature[SIGNATURE];
	cleanup_bytes struct bytes bound = {0};
	uint8_t auth[1 << 12], seen[POINT];
	fill(auth, sizeof auth, "authentication data");
	key_point(p->bound, seen);
	put(&bound, p->bound == p->attestation ? point : seen, POINT);
	put(&bound, auth, p->auth_size);
	memcpy(report, p->qe_report, sizeof report);
	SHA256((const uint8_t *)bound.data, bound.size, report + 320);
	report[320] ^= p->binding_flip;
	report[383] ^= p->binding_tail;
	key_sign(p->qe_signer, report, sizeof report, signature);
	signature[SIGNATURE - 1] ^= p->qe_signature_flip;
	auth[0] ^= p->auth_flip;
	put(into, report, sizeof report);
	put(into, signature, sizeof signature);
	put_number(into, p->auth_size, 2);
	put(into, auth, p->auth_size);
	put_certification(into, p);
}

/* The order of P-256: SEC 2, 2.4.2. */
static const uint8_t order_of_p256[HALF] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
					    0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
					    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static void sign_quote(const struct plan *p, const struct bytes *quote, uint8_t signature[SIGNATURE])
{
	key_sign(p->quote_signer, quote->data, quote->size, signature);
	signature[SIGNATURE - 1] ^= p->quote_signature_flip;
	if (p->quote_r_is_zero)
		memset(signature, 0, HALF);
	if (p->quote_s_is_order)
		memcpy(signature + HALF, order_of_p256, HALF);
}

static void quote_make(const struct plan *p, struct bytes *quote)
{
	uint8_t point[POINT], signature[SIGNATURE];
	cleanup_bytes struct bytes qe = {0};
	put(quote, p->header, sizeof p->header);
	if (p->header[0] == 5)
		put(quote, p->descriptor, sizeof p->descriptor);
	put(quote, p->body, p->body_size);
	sign_quote(p, quote, signature);
	quote->data[quote->size - 1] ^= (char)p->body_flip;
	key_point(p->attestation, point);
	point[POINT - 1] ^= p->point_flip;
	put_qe(&qe, p, point);
	bool is_wrapped = p->kind != SGX_3;
	put_number(quote, (uint64_t)((int64_t)(qe.size + (is_wrapped ? 134 : 128)) + p->length_more), 4);
	put(quote, signature, sizeof signature);
	put(quote, point, sizeof point);
	if (is_wrapped) {
		put_number(quote, p->outer_type, 2);
		put_number(quote, (uint64_t)((int64_t)qe.size + p->outer_length_more), 4);
	}
	put_bytes(quote, &qe);
	for (size_t i = 0; i < p->padding_size; i++)
		put(quote, i + 1 == p->padding_size ? &p->padding : (const uint8_t *)"", 1);
	quote->size -= p->cut;
}

#endif

/* What a set of the test authority consists of, before it is made: every value that a break or an option may change. */
#ifndef AUTHORITY_PLAN_H
#define AUTHORITY_PLAN_H

#include "keys.h"

enum kind { SGX_3, SGX_4, SGX_5, TD10_4, TD10_5, TD15_5, KINDS };
static const char *const kind_names[KINDS] = {"sgx-3", "sgx-4", "sgx-5", "td10-4", "td10-5", "td15-5"};

#define DAY ((int64_t)86400)
#define ROOT_NAME "Intel SGX Root CA"
#define PLATFORM_NAME "Intel SGX PCK Platform CA"
#define PROCESSOR_NAME "Intel SGX PCK Processor CA"
#define PCK_NAME "Intel SGX PCK Certificate"
#define SIGNER_NAME "Intel SGX TCB Signing"

enum { COMPONENTS = 16, USAGE_LEAF = 0xc0, USAGE_CA = 0x06 };

struct certificate_plan {
	const char *name, *issuer_name;
	enum key_name key, issuer, claimed; /* claimed: whose key id it has as its issuer's */
	uint8_t serial[20];
	int64_t not_before, not_after;
	bool has_constraints, is_ca;
	int path_length; /* -1: none */
	uint8_t usage;   /* 0: no key usage */
	bool has_sgx;
	bool is_version_1, is_sha384, is_sha384_outside, has_unknown_critical, has_extension_twice, has_trailing,
		has_unused_bits, has_bad_signature;
};

struct crl_plan {
	const char *issuer_name;
	enum key_name issuer, claimed;
	int64_t this_update, next_update; /* 0: none */
	const struct certificate_plan *revoked;
	bool is_version_1, has_partition, has_no_number, has_no_key_id, has_trailing, has_bad_signature, is_missing;
};

enum extension_fault { EXTENSION_FINE, COMPONENT_256, COMPONENT_MISSING, PAIR_TWICE, FMSPC_SHORT, PAIR_UNKNOWN };

/* What the SGX extension of a PCK certificate says. */
struct platform_plan {
	uint8_t fmspc[6], pce_id[2], ppid[16], components[COMPONENTS], cpu_svn[COMPONENTS];
	uint16_t pce_svn;
	bool is_platform;
	enum extension_fault fault;
};

struct edit {
	const char *from, *to;
};

/* A signed document. Its text is written from the values, then changed by `before`, signed, and changed by `after`. */
struct document_plan {
	int64_t issued, next_update;
	struct edit before[3], after;
	struct certificate_plan signer;
	bool has_third, has_bad_signature, has_no_root;
};

enum chain_order { CHAIN_IN_ORDER, CHAIN_REVERSED, CHAIN_WITHOUT_ROOT, CHAIN_LEAF_ALONE };

struct plan {
	enum kind kind;
	int64_t at;
	bool is_tdx;
	/* the quote */
	uint8_t header[48], descriptor[6], body[648], qe_report[384];
	size_t body_size;
	unsigned outer_type, certification;
	size_t auth_size, padding_size, cut;
	uint8_t padding, auth_flip, binding_flip, binding_tail, point_flip, body_flip;
	int length_more, outer_length_more, certification_more;
	enum key_name quote_signer, qe_signer, attestation, bound; /* bound: the key that the QE saw */
	uint8_t quote_signature_flip, qe_signature_flip;
	bool quote_r_is_zero, quote_s_is_order;
	/* its certificates */
	struct certificate_plan root, intermediate, pck;
	bool has_other_root; /* in the quote; the trusted one stays */
	bool has_other_leaf; /* in the chain beside the quote */
	enum chain_order order;
	struct edit pem;
	struct platform_plan platform;
	/* collateral */
	struct crl_plan root_crl, pck_crl;
	unsigned tcb_version, evaluation_number;
	uint8_t tcb_fmspc[6], tcb_pce_id[2];
	const char *status, *module_status, *qe_status;
	bool has_levels_reversed;
	struct document_plan tcb_info, qe_identity;
};

static void fill(uint8_t *into, size_t size, const char *label)
{
	uint8_t digest[HALF];
	SHA256((const uint8_t *)label, strlen(label), digest);
	for (size_t i = 0; i < size; i++)
		into[i] = (uint8_t)(digest[i % HALF] + i / HALF);
}

static struct certificate_plan certificate_plan(const char *name, enum key_name key, const char *issuer_name,
						enum key_name issuer, int64_t not_before, int64_t not_after)
{
	struct certificate_plan it = {.name = name, .key = key, .issuer_name = issuer_name, .issuer = issuer};
	it.claimed = issuer;
	it.not_before = not_before;
	it.not_after = not_after;
	it.has_constraints = true;
	it.path_length = -1;
	it.usage = USAGE_LEAF;
	fill(it.serial, sizeof it.serial, name);
	it.serial[0] |= 0x80; /* so that its INTEGER needs a zero in front, as half of the real ones do */
	return it;
}

/* spec: quote-spec.md 2.3 */
static void plan_ca(struct plan *p, bool is_platform)
{
	const int64_t from = 1526900410, until = 2000372410; /* 2018-05-21 to 2033-05-21 */
	const char *name = is_platform ? PLATFORM_NAME : PROCESSOR_NAME;
	enum key_name key = is_platform ? KEY_PLATFORM_CA : KEY_PROCESSOR_CA;
	p->intermediate = certificate_plan(name, key, ROOT_NAME, KEY_ROOT, from, until);
	p->intermediate.is_ca = true;
	p->intermediate.path_length = 0;
	p->intermediate.usage = USAGE_CA;
	p->pck = certificate_plan(PCK_NAME, KEY_PCK, name, key, p->at - 365 * DAY, p->at + 6 * 365 * DAY);
	p->pck.has_sgx = true;
	p->pck_crl.issuer_name = name;
	p->pck_crl.issuer = p->pck_crl.claimed = key;
	p->platform.is_platform = is_platform;
}

static void plan_certificates(struct plan *p)
{
	p->root =
		certificate_plan(ROOT_NAME, KEY_ROOT, ROOT_NAME, KEY_ROOT, 1526899510, 2524607999); /* to 2049-12-31 */
	p->root.is_ca = true;
	p->root.path_length = 1;
	p->root.usage = USAGE_CA;
	p->root_crl = (struct crl_plan){.issuer_name = ROOT_NAME, .issuer = KEY_ROOT, .claimed = KEY_ROOT};
	p->pck_crl = p->root_crl;
	p->root_crl.this_update = p->at - 90 * DAY;
	p->root_crl.next_update = p->at + 275 * DAY;
	p->pck_crl.this_update = p->at - 7 * DAY;
	p->pck_crl.next_update = p->at + 23 * DAY;
	plan_ca(p, true);
	struct document_plan document = {.issued = p->at - 7 * DAY, .next_update = p->at + 23 * DAY};
	document.signer =
		certificate_plan(SIGNER_NAME, KEY_SIGNER, ROOT_NAME, KEY_ROOT, p->at - 300 * DAY, p->at + 2000 * DAY);
	p->tcb_info = p->qe_identity = document;
	fill(p->qe_identity.signer.serial, sizeof document.signer.serial, "the other signer"); /* revoked apart */
}

static void plan_platform(struct plan *p)
{
	static const uint8_t components[COMPONENTS] = {3, 3, 2, 2, 4, 1, 0, 5};
	memcpy(p->platform.fmspc, "\xb0\xc0\x6f\0\0\0", 6);
	memcpy(p->platform.components, components, COMPONENTS);
	memcpy(p->platform.cpu_svn, components, COMPONENTS);
	fill(p->platform.ppid, sizeof p->platform.ppid, "PPID");
	p->platform.pce_svn = 11;
	memcpy(p->tcb_fmspc, p->platform.fmspc, 6);
	p->tcb_version = 3;
	p->evaluation_number = 17;
	p->status = p->module_status = p->qe_status = "UpToDate";
}

/* spec: quote-spec.md 1.1, 1.2 */
static void plan_body(struct plan *p)
{
	static const uint8_t vendor[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
					   0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};
	static const uint8_t versions[KINDS] = {3, 4, 5, 4, 5, 5}, types[KINDS] = {1, 1, 1, 2, 2, 3};
	static const uint16_t sizes[] = {0, 384, 584, 648};
	p->is_tdx = p->kind >= TD10_4;
	p->body_size = sizes[types[p->kind]];
	p->header[0] = versions[p->kind];
	p->header[2] = 2;
	p->header[4] = p->is_tdx ? 0x81 : 0;
	memcpy(p->header + 12, vendor, sizeof vendor);
	fill(p->header + 28, 16, "platform id");
	p->descriptor[0] = types[p->kind];
	p->descriptor[2] = (uint8_t)p->body_size;
	p->descriptor[3] = (uint8_t)(p->body_size >> 8);
	if (!p->is_tdx) {
		memcpy(p->body, p->platform.cpu_svn, COMPONENTS);
		memcpy(p->body + 48, "\x05\0\0\0\0\0\0\0\xe7", 9); /* INIT, MODE64BIT; XFRM */
		fill(p->body + 64, 32, "MRENCLAVE");
		fill(p->body + 128, 32, "MRSIGNER");
		fill(p->body + 320, 64, "report data");
		return;
	}
	memcpy(p->body, "\x05\x01\x02", 3);
	fill(p->body + 16, 48, "MRSEAM");
	p->body[120 + 3] = 0x10; /* SEPT_VE_DISABLE */
	memcpy(p->body + 128, "\xe7\x02\x06", 3);
	fill(p->body + 136, 48, "MRTD");
	for (size_t i = 0; i < 4; i++)
		fill(p->body + 328 + 48 * i, 48, (const char[]){'r', (char)('0' + i), '\0'});
	fill(p->body + 520, 64, "report data");
	memcpy(p->body + 584, "\x05\x01\x02", 3); /* of TD 1.5 */
}

/* spec: quote-spec.md 4: what real identities say. */
static void plan_qe(struct plan *p)
{
	static const char *const signers[] = {"8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff",
					      "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5"};
	memcpy(p->qe_report, p->platform.cpu_svn, COMPONENTS);
	memcpy(p->qe_report + 48, "\x15\0\0\0\0\0\0\0\xe7", 9);
	fill(p->qe_report + 64, 32, "the QE's MRENCLAVE");
	hex_read(signers[p->is_tdx], p->qe_report + 128, 32);
	p->qe_report[256] = p->is_tdx ? 2 : 1;
	p->qe_report[258] = p->is_tdx ? 4 : 8;
}

static void plan_default(struct plan *p, enum kind kind, int64_t at)
{
	*p = (struct plan){.kind = kind, .at = at};
	plan_certificates(p);
	plan_platform(p);
	plan_body(p);
	plan_qe(p);
	p->outer_type = 6;
	p->certification = 5;
	p->auth_size = 32;
	p->attestation = p->bound = p->quote_signer = KEY_ATTESTATION;
	p->qe_signer = KEY_PCK;
}

#endif

#include "pck_extension.h"

/* 1.2.840.113741.1.13.1; everything within has it as a prefix. */
static const uint8_t root[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};

enum { PPID = 1, TCB, PCEID, FMSPC, SGX_TYPE, PLATFORM_INSTANCE_ID, CONFIGURATION, PARTS = CONFIGURATION };
enum { PCESVN = PCK_COMPONENTS + 1, CPUSVN, TCB_PARTS = CPUSVN };
enum { DYNAMIC_PLATFORM = 1, CACHED_KEYS, SMT, CONFIGURATION_PARTS = SMT };

struct view pck_extension_oid(void)
{
	return view_of(root, sizeof root);
}

const char *pck_sgx_type_name(unsigned sgx_type)
{
	static const char *const names[] = {"standard", "scalable", "scalable with integrity"};
	return sgx_type < sizeof names / sizeof *names ? names[sgx_type] : NULL;
}

/* A list of pairs: their identifiers are the prefix and one number from 1 to last, each at most once. */
struct pairs {
	struct view rest;
	const uint8_t *prefix;
	size_t prefix_size;
	unsigned last;
	uint32_t seen; /* a bit for each number */
};

static int refuse_pair(struct view oid, const char *reason, struct err *err)
{
	char text[64];
	der_oid_text(oid, text, sizeof text);
	return err_bad(err, "%s: %s", text, reason);
}

/* The next pair: its number, and the view that holds its value. 0 at the end, -1 when it is none. */
static int next_pair(struct pairs *pairs, struct view *value, struct err *err)
{
	struct view oid;
	if (!pairs->rest.size)
		return 0;
	if (der_take(&pairs->rest, DER_SEQUENCE, "pair", value, err) ||
	    der_take(value, DER_OID, "pair's id", &oid, err))
		return -1;
	unsigned number = oid.size == pairs->prefix_size + 1 ? oid.data[pairs->prefix_size] : 0;
	if (!number || number > pairs->last ||
	    !view_is(view_of(oid.data, pairs->prefix_size), view_of(pairs->prefix, pairs->prefix_size)))
		return refuse_pair(oid, "unknown here", err);
	if (pairs->seen & 1u << number)
		return refuse_pair(oid, "given twice", err);
	pairs->seen |= 1u << number;
	return (int)number;
}

/* All numbers from 1 to count, and no other? */
static bool saw_all(const struct pairs *pairs, unsigned count)
{
	return pairs->seen == (2u << count) - 2;
}

static int take_tcb_part(unsigned number, struct view *value, struct pck_extension *it, struct err *err)
{
	uint32_t svn;
	if (number == CPUSVN)
		return der_take_octets(value, 16, "CPUSVN", &it->cpu_svn, err);
	if (der_take_number(value, DER_INTEGER, number == PCESVN ? 65535 : 255,
			    number == PCESVN ? "PCESVN" : "component SVN", &svn, err))
		return -1;
	if (number == PCESVN)
		it->pce_svn = (uint16_t)svn;
	else
		it->component_svns[number - 1] = (uint8_t)svn;
	return 0;
}

static int take_tcb(struct view *value, struct pck_extension *it, struct err *err)
{
	static const uint8_t prefix[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, TCB};
	struct pairs pairs = {.prefix = prefix, .prefix_size = sizeof prefix, .last = TCB_PARTS};
	struct view part;
	int number;
	if (der_take(value, DER_SEQUENCE, "TCB", &pairs.rest, err))
		return -1;
	while ((number = next_pair(&pairs, &part, err)) > 0)
		if (take_tcb_part((unsigned)number, &part, it, err) || der_end(part, "pair", err))
			return err_prefix(err, "TCB: %d", number);
	if (number < 0)
		return err_prefix(err, "TCB");
	return saw_all(&pairs, TCB_PARTS) ? 0 : err_bad(err, "TCB: not all of its %d pairs", TCB_PARTS);
}

static int take_configuration(struct view *value, struct pck_extension *it, struct err *err)
{
	static const uint8_t prefix[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01, CONFIGURATION};
	struct pairs pairs = {.prefix = prefix, .prefix_size = sizeof prefix, .last = CONFIGURATION_PARTS};
	struct view part;
	int number;
	if (der_take(value, DER_SEQUENCE, "configuration", &pairs.rest, err))
		return -1;
	while ((number = next_pair(&pairs, &part, err)) > 0) {
		bool *at = number == DYNAMIC_PLATFORM ? &it->dynamic_platform
			   : number == CACHED_KEYS    ? &it->cached_keys
						      : &it->smt;
		if (der_take_boolean(&part, "flag", at, err) || der_end(part, "pair", err))
			return err_prefix(err, "configuration: %d", number);
	}
	it->has_dynamic_platform = pairs.seen & 1u << DYNAMIC_PLATFORM;
	it->has_cached_keys = pairs.seen & 1u << CACHED_KEYS;
	it->has_smt = pairs.seen & 1u << SMT;
	return number < 0 ? err_prefix(err, "configuration") : 0;
}

static int take_sgx_type(struct view *value, struct pck_extension *it, struct err *err)
{
	uint32_t sgx_type;
	if (der_take_number(value, DER_ENUMERATED, 2, "SGX type", &sgx_type, err))
		return -1;
	it->sgx_type = (uint8_t)sgx_type;
	return 0;
}

static int take_part(unsigned number, struct view *value, struct pck_extension *it, struct err *err)
{
	switch (number) {
	case PPID:
		return der_take_octets(value, 16, "PPID", &it->ppid, err);
	case TCB:
		return take_tcb(value, it, err);
	case PCEID:
		return der_take_octets(value, 2, "PCEID", &it->pce_id, err);
	case FMSPC:
		return der_take_octets(value, 6, "FMSPC", &it->fmspc, err);
	case SGX_TYPE:
		return take_sgx_type(value, it, err);
	case PLATFORM_INSTANCE_ID:
		return der_take_octets(value, 16, "platform instance id", &it->platform_instance_id, err);
	default:
		return take_configuration(value, it, err);
	}
}

int pck_extension_parse(struct view value, struct pck_extension *it, struct err *err)
{
	struct pairs pairs = {.prefix = root, .prefix_size = sizeof root, .last = PARTS};
	struct view part;
	int number;
	*it = (struct pck_extension){0};
	if (der_take(&value, DER_SEQUENCE, "SGX extension", &pairs.rest, err) || der_end(value, "SGX extension", err))
		return -1;
	while ((number = next_pair(&pairs, &part, err)) > 0)
		if (take_part((unsigned)number, &part, it, err) || der_end(part, "pair", err))
			return -1;
	it->is_platform = saw_all(&pairs, CONFIGURATION);
	if (number < 0)
		return -1;
	return it->is_platform || saw_all(&pairs, SGX_TYPE)
		       ? 0
		       : err_bad(err, "SGX extension: neither its first 5 nor all %d pairs", PARTS);
}

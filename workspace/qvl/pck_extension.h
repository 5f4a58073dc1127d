/* What Intel says of a platform in a PCK certificate: the SGX extension, 1.2.840.113741.1.13.1.
 *
 * A SEQUENCE of pairs of an identifier and a value. Five pairs, or, when the Platform CA issued the certificate, seven;
 * none twice, none unknown; in any order.
 *
 *     .1  PPID                  16 bytes
 *     .2  TCB                   18 pairs: .1 to .16 the SVNs of components, .17 PCESVN, .18 CPUSVN (16 bytes)
 *     .3  PCEID                 2 bytes
 *     .4  FMSPC                 6 bytes
 *     .5  type                  0 standard, 1 scalable, 2 scalable with integrity
 *     .6  platform instance id  16 bytes; Platform CA only
 *     .7  configuration         dynamic platform, cached keys, SMT; Platform CA only
 *
 * TCB levels are compared with the component SVNs, never with the CPUSVN.
 *
 * Sources: spec: quote-spec.md 2.5.
 */
#ifndef QVL_PCK_EXTENSION_H
#define QVL_PCK_EXTENSION_H

#include "der.h"

enum { PCK_COMPONENTS = 16 };

struct pck_extension {
	struct view ppid, cpu_svn, pce_id, fmspc;
	uint8_t component_svns[PCK_COMPONENTS];
	uint16_t pce_svn;
	uint8_t sgx_type;
	bool is_platform; /* with the two pairs of the Platform CA; else what follows is empty */
	struct view platform_instance_id;
	bool has_dynamic_platform, has_cached_keys, has_smt; /* which members configuration has */
	bool dynamic_platform, cached_keys, smt;
};

/* The extension's own identifier, as certificate_find() wants it. */
struct view pck_extension_oid(void);

/* Fills *it from the extension's value; its views are of that. STATUS_BAD: `PART: reason`. */
int pck_extension_parse(struct view value, struct pck_extension *it, struct err *err);

/* "standard", "scalable", "scalable with integrity". */
const char *pck_sgx_type_name(unsigned sgx_type);

#endif

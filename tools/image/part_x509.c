#include "part_der.h"

#include <string.h>

/* spec: RFC 5280 4.1.1.2: AlgorithmIdentifier; 4.1.2.7: SubjectPublicKeyInfo */
static const struct shape algorithm[] = {
	{"algorithm", DER_OID, SHAPE_ONE, NULL}, {"parameters", DER_ANY, SHAPE_OPTIONAL, NULL}, {0}};
static const struct shape public_key[] = {
	{"algorithm", DER_SEQUENCE, SHAPE_ONE, algorithm}, {"subjectPublicKey", DER_BITS, SHAPE_ONE, NULL}, {0}};

/* spec: RFC 5280 4.1.2.4: Name */
static const struct shape attribute[] = {{"type", DER_OID, SHAPE_ONE, NULL}, {"value", DER_ANY, SHAPE_ONE, NULL}, {0}};
static const struct shape relative_name[] = {{"", DER_SEQUENCE, SHAPE_MANY_BY_OID, attribute}, {0}};
static const struct shape name[] = {{"", DER_SET, SHAPE_MANY, relative_name}, {0}};

/* spec: RFC 5280 4.1.2.5, 4.1, 4.2 */
static const struct shape validity[] = {
	{"notBefore", DER_UTC, SHAPE_TIME, NULL}, {"notAfter", DER_UTC, SHAPE_TIME, NULL}, {0}};
static const struct shape extension[] = {{"extnID", DER_OID, SHAPE_ONE, NULL},
					 {"critical", DER_BOOLEAN, SHAPE_OPTIONAL, NULL},
					 {"extnValue", DER_OCTETS, SHAPE_ONE, NULL},
					 {0}};
static const struct shape extension_list[] = {{"", DER_SEQUENCE, SHAPE_MANY_BY_OID, extension}, {0}};
static const struct shape extensions[] = {{"", DER_SEQUENCE, SHAPE_ONE, extension_list}, {0}};
static const struct shape version[] = {{"", DER_INTEGER, SHAPE_ONE, NULL}, {0}};
static const struct shape tbs_certificate[] = {
	{"version", DER_CONTEXT + 0, SHAPE_OPTIONAL, version},
	{"serialNumber", DER_INTEGER, SHAPE_ONE, NULL},
	{"signature", DER_SEQUENCE, SHAPE_ONE, algorithm},
	{"issuer", DER_SEQUENCE, SHAPE_ONE, name},
	{"validity", DER_SEQUENCE, SHAPE_ONE, validity},
	{"subject", DER_SEQUENCE, SHAPE_ONE, name},
	{"subjectPublicKeyInfo", DER_SEQUENCE, SHAPE_ONE, public_key},
	{"issuerUniqueID", 0x81, SHAPE_OPTIONAL, NULL},
	{"subjectUniqueID", 0x82, SHAPE_OPTIONAL, NULL},
	{"extensions", DER_CONTEXT + 3, SHAPE_OPTIONAL, extensions},
	{0},
};
static const struct shape certificate[] = {{"tbsCertificate", DER_SEQUENCE, SHAPE_ONE, tbs_certificate},
					   {"signatureAlgorithm", DER_SEQUENCE, SHAPE_ONE, algorithm},
					   {"signatureValue", DER_BITS, SHAPE_ONE, NULL},
					   {0}};

/* spec: RFC 5280 5.1: CertificateList */
static const struct shape revoked[] = {{"userCertificate", DER_INTEGER, SHAPE_ONE, NULL},
				       {"revocationDate", DER_UTC, SHAPE_TIME, NULL},
				       {"crlEntryExtensions", DER_SEQUENCE, SHAPE_OPTIONAL, extension_list},
				       {0}};
static const struct shape revoked_list[] = {{"entry", DER_SEQUENCE, SHAPE_MANY, revoked}, {0}};
static const struct shape tbs_list[] = {
	{"version", DER_INTEGER, SHAPE_OPTIONAL, NULL},
	{"signature", DER_SEQUENCE, SHAPE_ONE, algorithm},
	{"issuer", DER_SEQUENCE, SHAPE_ONE, name},
	{"thisUpdate", DER_UTC, SHAPE_TIME, NULL},
	{"nextUpdate", DER_UTC, SHAPE_TIME_OPTIONAL, NULL},
	{"revokedCertificates", DER_SEQUENCE, SHAPE_OPTIONAL, revoked_list},
	{"crlExtensions", DER_CONTEXT + 0, SHAPE_OPTIONAL, extensions},
	{0},
};
static const struct shape list[] = {{"tbsCertList", DER_SEQUENCE, SHAPE_ONE, tbs_list},
				    {"signatureAlgorithm", DER_SEQUENCE, SHAPE_ONE, algorithm},
				    {"signatureValue", DER_BITS, SHAPE_ONE, NULL},
				    {0}};

/* spec: RFC 2986 4: CertificationRequest */
static const struct shape attributes[] = {{"", DER_SEQUENCE, SHAPE_MANY_BY_OID, NULL}, {0}};
static const struct shape request_info[] = {{"version", DER_INTEGER, SHAPE_ONE, NULL},
					    {"subject", DER_SEQUENCE, SHAPE_ONE, name},
					    {"subjectPKInfo", DER_SEQUENCE, SHAPE_ONE, public_key},
					    {"attributes", DER_CONTEXT + 0, SHAPE_OPTIONAL, attributes},
					    {0}};
static const struct shape request[] = {{"certificationRequestInfo", DER_SEQUENCE, SHAPE_ONE, request_info},
				       {"signatureAlgorithm", DER_SEQUENCE, SHAPE_ONE, algorithm},
				       {"signature", DER_BITS, SHAPE_ONE, NULL},
				       {0}};

/* spec: RFC 5958 2: OneAsymmetricKey; RFC 5915 3: ECPrivateKey */
static const struct shape private_key[] = {
	{"version", DER_INTEGER, SHAPE_ONE, NULL},   {"privateKeyAlgorithm", DER_SEQUENCE, SHAPE_ONE, algorithm},
	{"privateKey", DER_OCTETS, SHAPE_ONE, NULL}, {"attributes", DER_CONTEXT + 0, SHAPE_OPTIONAL, attributes},
	{"publicKey", 0x81, SHAPE_OPTIONAL, NULL},   {0}};
static const struct shape ec_private_key[] = {{"version", DER_INTEGER, SHAPE_ONE, NULL},
					      {"privateKey", DER_OCTETS, SHAPE_ONE, NULL},
					      {"parameters", DER_CONTEXT + 0, SHAPE_OPTIONAL, NULL},
					      {"publicKey", DER_CONTEXT + 1, SHAPE_OPTIONAL, NULL},
					      {0}};

static const struct shape roots[] = {
	{"certificate", DER_SEQUENCE, SHAPE_ONE, certificate},
	{"certificate revocation list", DER_SEQUENCE, SHAPE_ONE, list},
	{"certificate request", DER_SEQUENCE, SHAPE_ONE, request},
	{"private key", DER_SEQUENCE, SHAPE_ONE, private_key},
	{"EC private key", DER_SEQUENCE, SHAPE_ONE, ec_private_key},
	{"public key", DER_SEQUENCE, SHAPE_ONE, public_key},
	{0},
};

/* spec: RFC 5280 appendix A; RFC 4519 2.4 for the domain component */
static const struct {
	uint8_t size, oid[10];
	const char *name;
} oids[] = {
	{3, {0x55, 4, 3}, "commonName"},
	{3, {0x55, 4, 4}, "surname"},
	{3, {0x55, 4, 5}, "serialNumber"},
	{3, {0x55, 4, 6}, "countryName"},
	{3, {0x55, 4, 7}, "localityName"},
	{3, {0x55, 4, 8}, "stateOrProvinceName"},
	{3, {0x55, 4, 10}, "organizationName"},
	{3, {0x55, 4, 11}, "organizationalUnitName"},
	{3, {0x55, 4, 12}, "title"},
	{3, {0x55, 4, 42}, "givenName"},
	{10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25}, "domainComponent"},
	{9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1}, "emailAddress"},
	{9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14}, "extensionRequest"},
	{3, {0x55, 29, 9}, "subjectDirectoryAttributes"},
	{3, {0x55, 29, 14}, "subjectKeyIdentifier"},
	{3, {0x55, 29, 15}, "keyUsage"},
	{3, {0x55, 29, 17}, "subjectAltName"},
	{3, {0x55, 29, 18}, "issuerAltName"},
	{3, {0x55, 29, 19}, "basicConstraints"},
	{3, {0x55, 29, 20}, "cRLNumber"},
	{3, {0x55, 29, 21}, "reasonCode"},
	{3, {0x55, 29, 24}, "invalidityDate"},
	{3, {0x55, 29, 27}, "deltaCRLIndicator"},
	{3, {0x55, 29, 28}, "issuingDistributionPoint"},
	{3, {0x55, 29, 30}, "nameConstraints"},
	{3, {0x55, 29, 31}, "cRLDistributionPoints"},
	{3, {0x55, 29, 32}, "certificatePolicies"},
	{3, {0x55, 29, 33}, "policyMappings"},
	{3, {0x55, 29, 35}, "authorityKeyIdentifier"},
	{3, {0x55, 29, 36}, "policyConstraints"},
	{3, {0x55, 29, 37}, "extKeyUsage"},
	{3, {0x55, 29, 46}, "freshestCRL"},
	{3, {0x55, 29, 54}, "inhibitAnyPolicy"},
	{8, {0x2b, 6, 1, 5, 5, 7, 1, 1}, "authorityInfoAccess"},
	{8, {0x2b, 6, 1, 5, 5, 7, 1, 11}, "subjectInfoAccess"},
};

const char *der_oid_name(struct span oid)
{
	for (size_t i = 0; i < sizeof oids / sizeof *oids; i++)
		if (oid.size == oids[i].size && !memcmp(oid.data, oids[i].oid, oid.size))
			return oids[i].name;
	return NULL;
}

static bool fits_tag(const struct shape *shape, uint8_t tag)
{
	bool time = shape->kind == SHAPE_TIME || shape->kind == SHAPE_TIME_OPTIONAL;
	return shape->tag == tag || shape->tag == DER_ANY || (time && tag == DER_GENERALIZED);
}

static bool may_lack(const struct shape *shape)
{
	return shape->kind == SHAPE_OPTIONAL || shape->kind == SHAPE_TIME_OPTIONAL || shape->kind == SHAPE_MANY ||
	       shape->kind == SHAPE_MANY_BY_OID;
}

const struct shape *der_fit(const struct shape **shape, uint8_t tag)
{
	for (; *shape && (*shape)->name; (*shape)++) {
		const struct shape *here = *shape;
		if (fits_tag(here, tag)) {
			if (here->kind != SHAPE_MANY && here->kind != SHAPE_MANY_BY_OID)
				(*shape)++;
			return here;
		}
		if (!may_lack(here))
			break;
	}
	*shape = NULL;
	return NULL;
}

/* Do the values inside have the shapes, to a depth that tells the roots apart? */
static bool fits(struct span file, const struct der *der, const struct shape *shape, int depth)
{
	struct der inside;
	for (uint64_t at = der->body; at < der->end; at = inside.end) {
		const struct shape *here;
		if (!der_read(file, at, der->end, &inside) || !(here = der_fit(&shape, inside.tag)))
			return false;
		if (depth > 0 && here->inside && !fits(file, &inside, here->inside, depth - 1))
			return false;
	}
	while (shape->name && may_lack(shape))
		shape++;
	return !shape->name;
}

const struct shape *der_root(struct span file, const struct der *root)
{
	for (const struct shape *shape = roots; shape->name; shape++)
		if (fits(file, root, shape->inside, 1))
			return shape;
	return NULL;
}

/* Who gives a VM its keys, as app-compose.json names it, as the event key-provider names it, and as mr_config_id counts
 * it.
 *
 * Sources: spec: rtmr3-spec.md 2.1 (the event's payload), 4.3 (names and defaults), 7 (kind), 12.9.
 */
#ifndef MEASURE_KEY_PROVIDER_H
#define MEASURE_KEY_PROVIDER_H

#include "bytes.h"

enum key_provider { PROVIDER_NONE, PROVIDER_LOCAL, PROVIDER_KMS, PROVIDER_TPM }; /* the kind byte of mr_config_id */

enum { PROVIDER_ID_MAX = 1024 }; /* bytes; a KMS has 91, a sealing enclave 32 */

/* "none", "local", "kms", "tpm". */
const char *key_provider_name(enum key_provider provider);

/* "none", "local-sgx", "kms", "tpm". */
const char *key_provider_event_name(enum key_provider provider);

/* By the first of the names; -1 when it is none of them. */
int key_provider_find(const char *name, enum key_provider *provider);

/* The payload of the event: {"name":NAME,"id":HEX}, id in bytes. */
int key_provider_payload(enum key_provider provider, const void *id, size_t size, struct bytes *into, struct err *err);

/* Reads such a payload, byte for byte as key_provider_payload() writes it. id gets bytes. STATUS_BAD: it is not; an id
 * where there is none to be (none, tpm), or none where there is one (local-sgx: of 32 bytes). */
int key_provider_parse(const char *text, size_t size, enum key_provider *provider, struct bytes *id, struct err *err);

/* Appends what hexadecimal text says; -1 when it is none, or longer than max bytes. Used for ids wherever they stand.
 */
int key_provider_id(const char *text, size_t max, struct bytes *id, struct err *err);

#endif

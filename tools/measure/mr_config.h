/* mr_config_id: what a VMM may put into the TD report of its own accord, for the compose hash to be seen without RTMR3.
 *
 * It is compared with what is expected and never taken apart: which of the forms there is, the VMM chooses. Sources:
 * spec: rtmr3-spec.md 7, 12.13; tdx-boot-spec.md 6.4.
 */
#ifndef MEASURE_MR_CONFIG_H
#define MEASURE_MR_CONFIG_H

#include "compose.h"

enum { MR_CONFIG_SIZE = 48 };

enum mr_config_form { MR_CONFIG_NONE, MR_CONFIG_V1, MR_CONFIG_V2, MR_CONFIG_V3, MR_CONFIG_051, MR_CONFIG_FORMS };

/* What it may be made of. */
struct mr_config {
	uint8_t compose_hash[SHA256_SIZE];
	uint8_t app_id[APP_ID_SIZE];
	enum key_provider provider;
	const void *provider_id; /* raw bytes */
	size_t provider_id_size;
	/* Of V3 alone. NULL: not in the document. */
	const uint8_t *instance_id;                       /* APP_ID_SIZE bytes */
	const uint8_t *gpu_policy_hash;                   /* a VM with GPUs */
	const uint8_t (*init_script_hashes)[SHA256_SIZE]; /* manifest version 3: even when there is none */
	size_t init_script_count;
};

/* "none", "v1", "v2", "v3", "0.5.1". */
const char *mr_config_form_name(enum mr_config_form form);

/* Appends the document that V3 is the hash of. Another layout of the same members has another hash. */
int mr_config_document(const struct mr_config *config, struct bytes *into, struct err *err);

/* V3 of a document as it is. */
int mr_config_of_document(const void *document, size_t size, uint8_t value[MR_CONFIG_SIZE], struct err *err);

int mr_config_value(const struct mr_config *config, enum mr_config_form form, uint8_t value[MR_CONFIG_SIZE],
		    struct err *err);

/* 1: it is that of *form; 0: of none; -1. MR_CONFIG_051 is tried only when also_051 is set, since nothing tells it
 * apart from a value of somebody else's making. */
int mr_config_compare(const struct mr_config *config, const uint8_t observed[MR_CONFIG_SIZE], bool also_051,
		      enum mr_config_form *form, struct err *err);

#endif

/* The digests dstack makes of several registers: mr_key_provider, mr_system, mr_aggregated. All are SHA-256.
 *
 * Sources: spec: rtmr3-spec.md 6, 12.14; tdx-boot-spec.md 6.4.
 */
#ifndef MEASURE_AGGREGATES_H
#define MEASURE_AGGREGATES_H

#include "digest.h"
#include "event_log.h"

/* Of a TD report. What is not used there is zero. */
struct aggregate_registers {
	uint8_t mrtd[REGISTER_SIZE];
	uint8_t rtmr[REGISTERS][REGISTER_SIZE];
	uint8_t mr_config_id[REGISTER_SIZE], mr_owner[REGISTER_SIZE], mr_owner_config[REGISTER_SIZE];
};

/* Of the payload of the event key-provider; 32 zero bytes when it is empty, as before that event. */
int aggregate_key_provider(const void *payload, size_t size, uint8_t out[SHA256_SIZE], struct err *err);

/* mr_system. RTMR3 is not in it. */
int aggregate_system(const struct aggregate_registers *registers, const uint8_t mr_key_provider[SHA256_SIZE],
		     uint8_t out[SHA256_SIZE], struct err *err);

/* mr_aggregated. As a KMS sees a VM that asks for keys when RTMR3 is that up to and with boot-mr-done. */
int aggregate_all(const struct aggregate_registers *registers, uint8_t out[SHA256_SIZE], struct err *err);

#endif

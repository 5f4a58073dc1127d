/* Keccak-256 with the padding of its first submission, as Ethereum has it; SHA3-256 pads otherwise.
 *
 * OpenSSL has it from 3.2 on only. Sources: The Keccak reference 3.0, sections 1.2 (the permutation) and 1.1.2
 * (padding); spec: rtmr3-spec.md 7, which needs it for mr_config_id.
 */
#ifndef MEASURE_KECCAK_H
#define MEASURE_KECCAK_H

#include <stddef.h>
#include <stdint.h>

enum { KECCAK256_SIZE = 32 };

void keccak256(const void *data, size_t size, uint8_t out[KECCAK256_SIZE]);

#endif

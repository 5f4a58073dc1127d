#include "keccak.h"

#include <string.h>

enum { ROUNDS = 24, RATE = 136 }; /* bytes absorbed at once: 1600 bits less twice 256 */

static const uint64_t constants[ROUNDS] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
	0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
	0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
	0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static uint64_t rotate(uint64_t lane, unsigned by)
{
	return by ? lane << by | lane >> (64 - by) : lane;
}

static void theta(uint64_t lanes[25])
{
	uint64_t column[5];
	for (unsigned x = 0; x < 5; x++)
		column[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
	for (unsigned i = 0; i < 25; i++)
		lanes[i] ^= column[(i + 4) % 5] ^ rotate(column[(i + 1) % 5], 1);
}

/* Each lane goes to the next one's place on a walk over all but the first. */
static void rho_pi(uint64_t lanes[25])
{
	uint64_t moving = lanes[1];
	for (unsigned step = 0, x = 1, y = 0; step < 24; step++) {
		unsigned next = (2 * x + 3 * y) % 5;
		x = y;
		y = next;
		uint64_t displaced = lanes[x + 5 * y];
		lanes[x + 5 * y] = rotate(moving, (step + 1) * (step + 2) / 2 % 64);
		moving = displaced;
	}
}

static void chi(uint64_t lanes[25])
{
	for (unsigned y = 0; y < 25; y += 5) {
		uint64_t row[5];
		memcpy(row, lanes + y, sizeof row);
		for (unsigned x = 0; x < 5; x++)
			lanes[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

static void absorb(uint64_t lanes[25], const uint8_t block[RATE])
{
	for (unsigned i = 0; i < RATE; i++)
		lanes[i / 8] ^= (uint64_t)block[i] << 8 * (i % 8);
	for (unsigned round = 0; round < ROUNDS; round++) {
		theta(lanes);
		rho_pi(lanes);
		chi(lanes);
		lanes[0] ^= constants[round];
	}
}

void keccak256(const void *data, size_t size, uint8_t out[KECCAK256_SIZE])
{
	const uint8_t *at = data;
	uint64_t lanes[25] = {0};
	uint8_t last[RATE] = {0};
	for (; size >= RATE; at += RATE, size -= RATE)
		absorb(lanes, at);
	if (size)
		memcpy(last, at, size);
	last[size] = 0x01; /* SHA-3: 0x06 */
	last[RATE - 1] |= 0x80;
	absorb(lanes, last);
	for (unsigned i = 0; i < KECCAK256_SIZE; i++)
		out[i] = (uint8_t)(lanes[i / 8] >> 8 * (i % 8));
}

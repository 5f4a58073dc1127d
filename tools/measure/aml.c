#include "aml.h"

#include <stdlib.h>
#include <string.h>

void aml_put(struct aml *aml, const void *data, size_t size)
{
	if (!aml->failed && bytes_add(aml->out, data, size, aml->err))
		aml->failed = true;
}

static size_t little_endian(uint8_t *into, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		into[i] = (uint8_t)(value >> 8 * i);
	return size;
}

void aml_le(struct aml *aml, uint64_t value, size_t size)
{
	uint8_t bytes[8];
	aml_put(aml, bytes, little_endian(bytes, value, size));
}

/* spec: tdx-boot-spec.md 3.8.3 (Integer) */
static size_t integer(uint8_t into[9], uint64_t value)
{
	size_t size = value <= 1 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
	static const uint8_t prefix[] = {[1] = 0x0a, [2] = 0x0b, [4] = 0x0c, [8] = 0x0e};
	into[0] = size ? prefix[size] : (uint8_t)value;
	return 1 + little_endian(into + 1, value, size);
}

void aml_integer(struct aml *aml, uint64_t value)
{
	uint8_t bytes[9];
	aml_put(aml, bytes, integer(bytes, value));
}

void aml_open(struct aml *aml)
{
	if (aml->depth == AML_DEPTH)
		abort(); /* what is nested is in the source, not in the input */
	aml->open[aml->depth++] = aml->out->size;
}

/* A PkgLength counts itself. spec: tdx-boot-spec.md 3.8.3 */
static size_t package_length(uint8_t into[4], size_t body)
{
	size_t size = body + 1 < 1 << 6 ? 1 : body + 2 < 1 << 12 ? 2 : body + 3 < 1 << 20 ? 3 : 4;
	size_t value = body + size;
	if (size == 1) {
		into[0] = (uint8_t)value;
		return size;
	}
	into[0] = (uint8_t)((size - 1) << 6 | (value & 15));
	little_endian(into + 1, value >> 4, size - 1);
	return size;
}

void aml_close(struct aml *aml)
{
	if (!aml->depth)
		abort();
	size_t at = aml->open[--aml->depth];
	if (aml->failed)
		return;
	uint8_t length[4];
	size_t body = aml->out->size - at, size = package_length(length, body);
	aml_put(aml, length, size); /* makes room */
	if (aml->failed)
		return;
	memmove(aml->out->data + at + size, aml->out->data + at, body);
	memcpy(aml->out->data + at, length, size);
}

static void descriptor(struct resources *resources, const void *data, size_t size)
{
	if (size > sizeof resources->bytes - resources->size)
		abort();
	memcpy(resources->bytes + resources->size, data, size);
	resources->size += size;
}

static void numbers(struct resources *resources, size_t size, const uint64_t *values, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t bytes[8];
		descriptor(resources, bytes, little_endian(bytes, values[i], size));
	}
}

void resource_io(struct resources *resources, unsigned at, unsigned align, unsigned length)
{
	uint8_t low = (uint8_t)at, high = (uint8_t)(at >> 8);
	descriptor(resources, (uint8_t[]){0x47, 1, low, high, low, high, (uint8_t)align, (uint8_t)length}, 8);
}

void resource_irq(struct resources *resources, unsigned irq)
{
	unsigned mask = 1u << irq;
	descriptor(resources, (uint8_t[]){0x22, (uint8_t)mask, (uint8_t)(mask >> 8)}, 3);
}

void resource_interrupt(struct resources *resources, enum interrupt flags, const unsigned *irqs, unsigned count)
{
	descriptor(resources, (uint8_t[]){0x89, (uint8_t)(2 + 4 * count), 0, (uint8_t)flags, (uint8_t)count}, 5);
	for (unsigned i = 0; i < count; i++)
		numbers(resources, 4, (uint64_t[]){irqs[i]}, 1);
}

/* The five numbers of an address space: granularity, first, last, translation, length. */
static void space(struct resources *resources, size_t size, uint64_t first, uint64_t last)
{
	numbers(resources, size, (uint64_t[]){0, first, last, 0, last - first + 1}, 5);
}

void resource_word(struct resources *resources, enum space kind, unsigned first, unsigned last)
{
	descriptor(resources, (uint8_t[]){0x88, 0x0d, 0, (uint8_t)kind, 0x0c, kind == SPACE_IO ? 3 : 0}, 6);
	space(resources, 2, first, last);
}

void resource_memory32(struct resources *resources, bool cacheable, uint32_t first, uint32_t last)
{
	descriptor(resources, (uint8_t[]){0x87, 0x17, 0, SPACE_MEMORY, 0x0c, cacheable ? 3 : 1}, 6);
	space(resources, 4, first, last);
}

void resource_memory64(struct resources *resources, uint64_t first, uint64_t last)
{
	descriptor(resources, (uint8_t[]){0x8a, 0x2b, 0, SPACE_MEMORY, 0x0c, 3}, 6);
	space(resources, 8, first, last);
}

void aml_resources(struct aml *aml, const char *name, const struct resources *resources)
{
	PUT(aml, NAME);
	aml_put(aml, name, 4);
	OPEN(aml, BUFFER, "");
	aml_integer(aml, resources->size + 2);
	aml_put(aml, resources->bytes, resources->size);
	PUT(aml, "\x79\x00"); /* end tag, without a checksum */
	aml_close(aml);
}

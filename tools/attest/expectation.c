#include "expectation.h"

#include "hex.h"

#include <string.h>

static int add(struct expectation *expectation, unsigned rtmr, const uint8_t *value, struct err *err)
{
	if (expectation->given[rtmr] && memcmp(expectation->value[rtmr], value, REGISTER_SIZE))
		return err_bad(err, "rtmr%u: expected to be two values", rtmr);
	expectation->given[rtmr] = true;
	memcpy(expectation->value[rtmr], value, REGISTER_SIZE);
	return 0;
}

int expectation_add(struct expectation *expectation, const char *text, struct err *err)
{
	uint8_t value[REGISTER_SIZE];
	bool is_register = !strncmp(text, "rtmr", 4) && text[4] >= '0' && text[4] <= '3' && text[5] == '=';
	if (!is_register || hex_read(text + 6, value, sizeof value))
		return err_bad(err, "'%s': not rtmr0 to rtmr3, '=' and %d hexadecimal digits", text, 2 * REGISTER_SIZE);
	return add(expectation, (unsigned)(text[4] - '0'), value, err);
}

static unsigned little(const uint8_t *from, size_t size)
{
	unsigned value = 0;
	for (size_t i = size; i > 0; i--)
		value = value << 8 | from[i - 1];
	return value;
}

/* spec: quote-spec.md 1.2 */
enum {
	HEADER_SIZE = 48,
	DESCRIPTOR_SIZE = 6, /* of version 5: type and size of the body */
	BODY_SIZE = 584,     /* of TDX 1.0; that of 1.5 has more behind it */
	RTMR0_AT = 328,      /* in the body */
	TEE_TDX = 0x81,
};

int expectation_add_quote(struct expectation *expectation, const void *quote, size_t size, struct err *err)
{
	const uint8_t *data = quote;
	if (size < HEADER_SIZE + DESCRIPTOR_SIZE + BODY_SIZE || little(data + 4, 4) != TEE_TDX)
		return err_bad(err, "not a TDX quote");
	unsigned version = little(data, 2);
	if (version != 4 && (version != 5 || little(data + HEADER_SIZE, 2) < 2 || little(data + HEADER_SIZE, 2) > 3))
		return err_bad(err, "not a TDX quote of version 4 or 5");
	data += HEADER_SIZE + (version == 5 ? DESCRIPTOR_SIZE : 0) + RTMR0_AT;
	for (unsigned i = 0; i < REGISTERS; i++)
		if (add(expectation, i, data + i * REGISTER_SIZE, err))
			return -1;
	return 0;
}

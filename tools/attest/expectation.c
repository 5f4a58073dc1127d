#include "expectation.h"

#include "dcap_quote.h"
#include "hex.h"
#include "quote_input.h"

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

int expectation_add_quote(struct expectation *expectation, const void *data, size_t size, struct err *err)
{
	enum quote_form form;
	cleanup_bytes struct bytes bytes = {0};
	struct quote quote;
	if (quote_input_read(data, size, &form, &bytes, err) || quote_parse(bytes.data, bytes.size, &quote, err))
		return -1;
	if (quote.body == BODY_SGX)
		return err_bad(err, "not a TDX quote");
	for (unsigned i = 0; i < REGISTERS; i++)
		if (add(expectation, i, quote.td.rtmr[i].data, err))
			return -1;
	return 0;
}

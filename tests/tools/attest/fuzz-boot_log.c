/* corpus: vectors/log-check
 * A log that is held against a quote with the very registers it leads to: what check makes of it never reads too far,
 * and a boot that is believed ends within the log. Against any other quote it does not hold. */
#include "boot_log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t registers[REGISTERS][REGISTER_SIZE];

static struct quote quote_of(const struct bytes *text)
{
	struct err err;
	cleanup_any_log struct any_log any = {0};
	enum log_format format;
	struct quote quote = {.body = BODY_TD10};
	memset(registers, 0, sizeof registers);
	if (!log_format_detect(text->data, text->size, &format, &err) &&
	    !log_format_parse(text->data, text->size, format, &any, &err) &&
	    event_log_replay(&any.log, registers, &err))
		abort();
	for (unsigned i = 0; i < REGISTERS; i++)
		quote.td.rtmr[i] = view_of(registers[i], REGISTER_SIZE);
	return quote;
}

static enum state check(const struct bytes *text, const struct quote *quote)
{
	struct err err;
	cleanup_boot_log struct boot_log log = {0};
	cleanup_answer struct answer answer = {0};
	if (boot_log_check(text, quote, &log, &answer, &err) || answer.failed || !answer.count)
		abort();
	for (size_t i = 0; i < answer.count; i++)
		if ((answer.lines[i].state == STATE_HOLDS) != !answer.lines[i].reason)
			abort();
	if (log.end > log.any.log.count || (log.has_boot && !log.end))
		abort();
	return answer_word(&answer, WORD_CHECK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (bytes_add(&text, data, size, &err))
		abort();
	struct quote quote = quote_of(&text);
	enum state state = check(&text, &quote);
	registers[3][0] ^= 1;
	if (check(&text, &quote) != STATE_FAILS)
		abort();
	return state > STATE_OPEN;
}

/* corpus: vectors/agent-answer
 * What the guest agent answers to GetQuote. What is taken is within its caps, JSON where it says so, and carries the
 * report data that were asked for. */
#include "agent.h"

#include "json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* spec: quote-spec.md 1.2: the report data are right behind RTMR3, in version 5 six bytes later than in version 4. */
static bool is_at(const char *at, const struct agent_quote *quote, const uint8_t *report_data)
{
	return !memcmp(at, report_data, REPORT_DATA_SIZE) && !memcmp(at - REGISTER_SIZE, quote->rtmr3, REGISTER_SIZE);
}

static void check(const struct agent_quote *quote, const uint8_t *report_data)
{
	struct err err;
	const char *data = quote->quote.data;
	if (quote->quote.size > AGENT_QUOTE_CAP || quote->event_log.size > AGENT_LOG_CAP ||
	    quote->vm_config.size > VM_CONFIG_CAP)
		abort();
	if (json_check(quote->event_log.data, quote->event_log.size, &err) || *quote->event_log.data == '{')
		abort();
	if (quote->vm_config.size && json_check(quote->vm_config.data, quote->vm_config.size, &err))
		abort();
	if (!is_at(data + 568, quote, report_data) && !is_at(data + 574, quote, report_data))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_agent_quote struct agent_quote quote = {0};
	uint8_t report_data[REPORT_DATA_SIZE];
	for (size_t i = 0; i < sizeof report_data; i++)
		report_data[i] = (uint8_t)i;
	if (!agent_quote_parse((const char *)data, size, report_data, &quote, &err))
		check(&quote, report_data);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	return 0;
}

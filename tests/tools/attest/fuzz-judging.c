/* corpus: vectors/quote-release
 * A measurements.json is judged by after somebody else saw to its signature; still, nothing in one is taken on trust.
 * The quote is of zeros, the log a boot of dstack and a start of kettle. */
#include "judging.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EVENT(name, payload)                                                                                           \
	"{\"imr\":3,\"event_type\":134217729,\"digest\":\"\",\"event\":\"" name "\",\"event_payload\":\"" payload "\"" \
	"}"
/* clang-format off */
static char text[] = "["
	EVENT("system-preparing", "") ","
	EVENT("app-id", "53f1") ","
	EVENT("compose-hash", "53f1a6") ","
	EVENT("instance-id", "") ","
	EVENT("boot-mr-done", "") ","
	EVENT("key-provider", "7b7d") ","
	EVENT("storage-fs", "7a6673") ","
	EVENT("system-ready", "") ","
	EVENT("kettle-manifest", "01") ","
	EVENT("kettle-app", "02") ","
	EVENT("kettle-config", "7b7d") "]";
/* clang-format on */

static void judge(const struct judging *judging)
{
	struct err err;
	judge_registers(judging);
	judge_config_id(judging);
	judge_events(judging);
	judge_deployment(judging);
	if (judge_kettle(judging, &err) && err.status != STATUS_BAD)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	static uint8_t zeros[64], registers[REGISTERS][REGISTER_SIZE];
	cleanup_json struct json *release = json_parse((const char *)data, size, &err);
	cleanup_boot_log struct boot_log log = {0};
	cleanup_answer struct answer answer = {0};
	struct given_quote given = {.quote = {.body = BODY_TD10}};
	const struct demands none = {0};
	const struct bytes events = {text, strlen(text), sizeof text};
	struct judging judging = {
		.answer = &answer, .given = &given, .log = &log, .release = release, .demands = &none};
	given.quote.td.mr_td = given.quote.td.mr_config_id = view_of(zeros, REGISTER_SIZE);
	for (unsigned i = 0; i < REGISTERS; i++)
		given.quote.td.rtmr[i] = view_of(registers[i], REGISTER_SIZE);
	if (!release)
		return 0;
	if (boot_log_check(&events, &given.quote, &log, &answer, &err) || !log.is_read)
		abort();
	/* Its registers are not zeros, but the boot is what is wanted here. */
	log.end = 8;
	log.has_boot = true;
	judge(&judging);
	for (size_t i = 0; i < answer.count; i++)
		if ((answer.lines[i].state == STATE_HOLDS) != !answer.lines[i].reason)
			abort();
	judging.no_log = "check-failed";
	judge(&judging);
	if (answer.failed)
		abort();
	return 0;
}

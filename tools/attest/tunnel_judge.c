#include "tunnel_judge.h"

#include "key_binding.h"

#include <string.h>

void tunnel_judge_free(struct tunnel_judge *judge)
{
	judge_inputs_free(&judge->inputs);
	quote_finding_free(&judge->finding);
	answer_free(&judge->answer);
	given_quote_free(&judge->given);
	bytes_free(&judge->log);
}

/* The quote in the one form that a server sends; spec: tunnel-spec.md 1.2. */
static int take_evidence(struct tunnel_judge *judge, const struct message *offer, struct err *err)
{
	struct given_quote *given = &judge->given;
	if (!offer->quote.size)
		return err_set(err, STATUS_FALSE, "quote: the server has none");
	if (offer->quote.size > QUOTE_INPUT_CAP || offer->event_log.size > LOG_FORMAT_CAP)
		return err_bad(err, "quote, event log: larger than any");
	given->form = QUOTE_BINARY;
	if (bytes_add(&given->bytes, offer->quote.data, offer->quote.size, err) ||
	    (offer->event_log.size && bytes_add(&judge->log, offer->event_log.data, offer->event_log.size, err)))
		return -1;
	return quote_parse(given->bytes.data, given->bytes.size, &given->quote, err) ? err_prefix(err, "quote") : 0;
}

static int ask(struct tunnel_judge *judge, const uint8_t report_data[BINDING_SIZE], bool is_fresh, struct err *err)
{
	const struct judge_options *options = &judge->options->judge;
	struct quote_question question = {
		.given = &judge->given,
		.collateral = options->collateral ? &judge->inputs.collateral : NULL,
		.trust = &judge->inputs.trust,
		.policy = &judge->inputs.policy,
		.now = options->now,
		.log = judge->log.size ? &judge->log : NULL,
		.release = judge->inputs.release,
		.demands = &options->demands,
		.has_report_data = true,
		.has_nonce = is_fresh,
	};
	memcpy(question.report_data, report_data, BINDING_SIZE);
	memcpy(judge->answer.required, options->words, sizeof judge->answer.required);
	return quote_judge(&question, &judge->finding, &judge->answer, err);
}

/* Of report data that are another's, what can be told apart: the key without the nonce is a quote that was made for all
 * clients, and may be old. */
static const char *why_unbound(const struct tunnel_judge *judge, bool is_fresh)
{
	struct err err;
	uint8_t bare[BINDING_SIZE];
	if (is_fresh && !key_binding(judge->public_key, NULL, bare, &err) &&
	    view_is(quote_report_data(&judge->given.quote), view_of(bare, sizeof bare)))
		return "the nonce is not in the quote, which may be of any age";
	return is_fresh ? "the key is not bound by the quote, which is another's or an old one"
			: "the key is not bound by the quote, which is another's";
}

static int refuse(const struct tunnel_judge *judge, bool is_fresh, struct err *err)
{
	const struct answer *answer = &judge->answer;
	const struct line *why = NULL;
	for (unsigned word = 0; word < WORDS && !why; word++)
		why = answer_failed(answer, (enum word)word);
	if (why)
		return err_set(err, answer_status(answer), "%s: %s", why->name,
			       strcmp(why->name, "report-data") ? why->text : why_unbound(judge, is_fresh));
	for (unsigned word = 0; word < WORDS; word++)
		if (answer_word(answer, (enum word)word) == STATE_OPEN &&
		    (answer->required[word] || answer->supplied[word]))
			return err_set(err, answer_status(answer), "%s: is required, and was not checked",
				       word_name((enum word)word));
	return err_set(err, STATUS_FALSE, "it does not hold");
}

static bool is_judged(const struct answer *answer, const char *name, const char *other)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct line *line = &answer->lines[i];
		if (line->word == WORD_JUDGE && line->state == STATE_HOLDS &&
		    (!strcmp(line->name, name) || !strcmp(line->name, other)))
			return true;
	}
	return false;
}

/* Whoever brings a firmware or kernel of his own can have any event in the log. */
static bool is_bare(const struct answer *answer)
{
	bool is_machine = (is_judged(answer, "mrtd", "mr-td") || is_judged(answer, "mr_td", "mr_td")) &&
			  is_judged(answer, "rtmr0", "rtmr0") && is_judged(answer, "rtmr1", "rtmr1") &&
			  is_judged(answer, "rtmr2", "rtmr2");
	return !is_machine && !is_judged(answer, "mr-enclave", "mr_enclave");
}

/* A release may say nothing of what runs in the VM: then all of its lines are open, and none says no. */
static bool is_any_code(const struct tunnel_judge *judge)
{
	static const char *const names[] = {"rtmr3", "compose-hash", "image", "kettle", "mr-config-id"};
	if (judge->options->any_code || judge->options->judge.demands.count)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_judged(&judge->answer, names[i], names[i]))
			return false;
	return true;
}

int tunnel_judge_offer(void *context, const struct message *offer, const uint8_t report_data[BINDING_SIZE],
		       bool is_fresh, struct err *err)
{
	struct tunnel_judge *judge = context;
	if (judge->has_offer)
		return err_bad(err, "a second offer");
	judge->has_offer = true;
	memcpy(judge->public_key, offer->public_key.data, TUNNEL_KEY_SIZE);
	if (judge->options->insecure)
		return 0;
	if (take_evidence(judge, offer, err) || ask(judge, report_data, is_fresh, err))
		return -1;
	judge->has_answer = true;
	if (!answer_holds(&judge->answer))
		return refuse(judge, is_fresh, err);
	if (is_any_code(judge))
		return err_set(err, STATUS_FALSE,
			       "code: the release says nothing of what runs in the VM; one with a deployment does "
			       "(--expected, --any-code)");
	judge->is_bare = !judge->options->any_code && is_bare(&judge->answer);
	return 0;
}

static struct verdict_report report_of(const struct tunnel_judge *judge)
{
	bool verified = judge->options->judge.collateral;
	return (struct verdict_report){
		.answer = &judge->answer,
		.given = &judge->given,
		.verification = verified ? &judge->finding.verification : NULL,
		.collateral = verified ? &judge->finding.collateral : NULL,
		.log = judge->log.size ? &judge->finding.log : NULL,
		.log_came_with_quote = true,
		.trust = &judge->inputs.trust,
		.now = judge->options->judge.now,
	};
}

int tunnel_judge_text(const struct tunnel_judge *judge, struct bytes *into, struct err *err)
{
	struct verdict_report report = report_of(judge);
	return verdict_text(&report, into, err);
}

struct json *tunnel_judge_json(const struct tunnel_judge *judge, struct err *err)
{
	struct verdict_report report = report_of(judge);
	return verdict_json(&report, err);
}

#include "quote_judge.h"

#include <string.h>

void quote_finding_free(struct quote_finding *finding)
{
	verification_free(&finding->verification);
	checked_collateral_free(&finding->collateral);
	boot_log_free(&finding->log);
}

static int verify(const struct quote_question *question, struct quote_finding *finding, struct answer *answer,
		  struct err *err)
{
	const struct bytes *quote = &question->given->bytes;
	answer->supplied[WORD_VERIFY] = question->collateral;
	if (!question->collateral) {
		answer->left_out[WORD_VERIFY] = "not-supplied";
		return 0;
	}
	if (collateral_check(question->collateral, question->trust, question->now, &finding->collateral, err) ||
	    quote_verify(quote->data, quote->size, &finding->collateral, question->trust, question->policy,
			 question->now, &finding->verification, err))
		return -1;
	verdict_verify(&finding->verification, question->collateral, answer);
	return 0;
}

/* Signatures before logs: nothing is replayed against registers that nobody signed, unless nobody asked who did. */
static int check(const struct quote_question *question, struct quote_finding *finding, struct answer *answer,
		 struct err *err)
{
	answer->supplied[WORD_CHECK] = question->log;
	if (answer_failed(answer, WORD_VERIFY)) {
		answer->left_out[WORD_CHECK] = "verify-failed";
		return 0;
	}
	if (!question->log) {
		answer->left_out[WORD_CHECK] = "not-supplied";
		return 0;
	}
	if (answer_word(answer, WORD_VERIFY) == STATE_OPEN)
		answer_add(answer, WORD_CHECK, STATE_OPEN, "log.verified", "not-supplied", no_place,
			   "the quote was not verified: whoever made it says what its registers are");
	return boot_log_check(question->log, &question->given->quote, &finding->log, answer, err);
}

/* The platform's status once more: verify has refused the quote already when it is not accepted. */
static int judge_status(const struct quote_question *question, const struct verification *verification,
			struct answer *answer, struct err *err)
{
	cleanup_bytes struct bytes accepted = {0};
	const struct check *refused = NULL;
	if (!question->collateral || !verification->has_status)
		return 0;
	for (size_t i = 0; i < verification->checks.count; i++) {
		const struct check *one = &verification->checks.list[i];
		if (one->step == STEP_STATUS_POLICY && one->state == CHECK_FAILS)
			refused = one;
	}
	for (unsigned i = 0; i < TCB_STATUSES; i++)
		if (question->policy->accepted[i] &&
		    bytes_addf(&accepted, err, "%s%s", accepted.size ? ", " : "", tcb_status_name((enum tcb_status)i)))
			return -1;
	answer_add(answer, WORD_JUDGE, refused ? STATE_FAILS : STATE_HOLDS, "tcb-status",
		   refused ? refused->reason : NULL, place_source("tcb-info"), "%s",
		   refused ? refused->text : "the policy accepts it");
	answer_values(answer, accepted.data ? accepted.data : "none", tcb_status_name(verification->status));
	return 0;
}

static bool has_value(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->count; i++) {
		const struct line *line = &answer->lines[i];
		if (line->word == WORD_JUDGE && line->state == STATE_HOLDS && line->expected &&
		    !strcmp(line->name, name))
			return true;
	}
	return false;
}

/* spec: rtmr3-spec.md 12.2: a cut log never passes as a full one; what it leaves out has to be judged by value */
static void check_cut(const struct quote_finding *finding, struct answer *answer)
{
	bool all = has_value(answer, "rtmr0") && has_value(answer, "rtmr1") && has_value(answer, "rtmr2");
	if (answer_word(answer, WORD_CHECK) != STATE_HOLDS || !finding->log.any.is_cut || all)
		return;
	answer_add(answer, WORD_CHECK, STATE_FAILS, "log.cut", "log-cut", place_source("event-log"),
		   "the log has the events of rtmr3 alone, and the values of rtmr0 to rtmr2 were not judged to be the "
		   "expected ones");
}

static int judge_all(const struct judging *judging, struct err *err)
{
	judge_registers(judging);
	judge_config_id(judging);
	judge_fields(judging);
	judge_events(judging);
	judge_deployment(judging);
	return judge_kettle(judging, err) || judge_report_data(judging, err) ? -1 : 0;
}

static int judge(const struct quote_question *question, const struct quote_finding *finding, struct answer *answer,
		 struct err *err)
{
	struct judging judging = {
		.answer = answer,
		.given = question->given,
		.log = &finding->log,
		.no_log = !question->log                                   ? "not-supplied"
			  : answer_word(answer, WORD_CHECK) != STATE_HOLDS ? "check-failed"
									   : NULL,
		.release = question->release,
		.demands = question->demands,
		.has_report_data = question->has_report_data,
		.has_nonce = question->has_nonce,
	};
	memcpy(judging.report_data, question->report_data, BINDING_SIZE);
	answer->supplied[WORD_JUDGE] = question->release || question->demands->count || question->has_report_data;
	if (judge_status(question, &finding->verification, answer, err))
		return -1;
	if (answer_failed(answer, WORD_VERIFY)) {
		answer->left_out[WORD_JUDGE] = "verify-failed";
		return 0;
	}
	if (!answer->supplied[WORD_JUDGE])
		answer->left_out[WORD_JUDGE] = "not-supplied";
	return judge_all(&judging, err);
}

int quote_judge(const struct quote_question *question, struct quote_finding *finding, struct answer *answer,
		struct err *err)
{
	if (verify(question, finding, answer, err) || check(question, finding, answer, err) ||
	    judge(question, finding, answer, err))
		return -1;
	check_cut(finding, answer);
	return answer->failed ? err_set(err, EX_OSERR, "out of memory") : 0;
}

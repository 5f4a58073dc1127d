/* What a user says of whom to trust and what to expect, in the options that quote-verify, tunnel-fetch and tunnel-ws
 * have in common, and what they name, loaded.
 */
#ifndef ATTEST_JUDGE_OPTIONS_H
#define ATTEST_JUDGE_OPTIONS_H

#include "answer.h"
#include "collateral.h"
#include "demand.h"
#include "policy.h"
#include "trust.h"

#include <getopt.h>

enum {
	JUDGE_COLLATERAL = 512,
	JUDGE_RELEASE,
	JUDGE_EXPECTED,
	JUDGE_POLICY,
	JUDGE_AT,
	JUDGE_ROOT,
	JUDGE_REQUIRE,
};

/* For a program's table. */
/* clang-format off */
#define JUDGE_OPTIONS \
	{"collateral", required_argument, NULL, JUDGE_COLLATERAL}, \
	{"release", required_argument, NULL, JUDGE_RELEASE}, \
	{"expected", required_argument, NULL, JUDGE_EXPECTED}, \
	{"policy", required_argument, NULL, JUDGE_POLICY}, \
	{"at", required_argument, NULL, JUDGE_AT}, \
	{"root", required_argument, NULL, JUDGE_ROOT}, \
	{"require", required_argument, NULL, JUDGE_REQUIRE}
/* clang-format on */

struct judge_options {
	const char *collateral, *release, *policy, *root; /* paths; NULL: not given */
	struct demands demands;
	bool has_time, has_words;
	int64_t now;
	bool words[WORDS];
};

void judge_options_free(struct judge_options *options);

/* Takes an option with its value: 1; 0: it is none of these. -1: EX_USAGE, or what loading a file of --expected says,
 * each with the option or the file in front. */
int judge_option(int option, const char *value, struct judge_options *options, struct err *err);

struct judge_inputs {
	struct trust trust;
	struct policy policy;
	struct collateral collateral; /* good when options->collateral is there */
	struct json *release;         /* NULL: none was given */
	struct bytes root;            /* that trust may have a view of */
};

/* Loads what is named; its file is in front of what went wrong. The caller frees in any case. */
int judge_inputs_load(const struct judge_options *options, struct judge_inputs *inputs, struct err *err);
void judge_inputs_free(struct judge_inputs *inputs);
#define cleanup_judge_inputs cleanup(judge_inputs_free)

#endif

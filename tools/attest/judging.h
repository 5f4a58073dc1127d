/* Judging: is what a quote and its log say what was expected?
 *
 * Each function appends the lines of WORD_JUDGE for one kind of expectation; what was not supplied is said to be not
 * checked. Events are believed only when the check of the log holds: else each line says that it does not.
 *
 * Sources: spec: rtmr3-spec.md 2.2 (what can be expected), 2.3, 10, 12.6, 12.13; docs/measured.md, "What a verifier
 * should demand"; docs/measurements.md (the release).
 */
#ifndef ATTEST_JUDGING_H
#define ATTEST_JUDGING_H

#include "binding.h"
#include "boot_log.h"
#include "demand.h"
#include "given_quote.h"

enum { RELEASE_CAP = 64 << 20 }; /* bytes of a measurements.json */

struct judging {
	struct answer *answer;
	const struct given_quote *given;
	const struct boot_log *log;
	const char *no_log;         /* why no event is to be believed, a code; NULL: they are */
	const struct json *release; /* measurements.json; NULL: not given */
	const struct demands *demands;
	bool has_report_data;
	uint8_t report_data[BINDING_SIZE];
	bool has_nonce; /* the report data are bound to one, or were given as they are */
};

/* Refuses what is not measurements.json of a form that is known. STATUS_BAD. */
int release_check(const struct json *release, struct err *err);

/* Fields of the quote, as `--expected` says. */
void judge_fields(const struct judging *judging);

/* Report data: those asked for, and the key of an RA-TLS certificate. */
int judge_report_data(const struct judging *judging, struct err *err);

/* MRTD and RTMR0 to RTMR2 against the shapes of VMs that a release has, and RTMR3. */
void judge_registers(const struct judging *judging);

/* mr_config_id against the forms that the release has, or that the expected compose hash gives. */
void judge_config_id(const struct judging *judging);

/* Events of the boot, as `--expected` says and as the release does, in order. */
void judge_events(const struct judging *judging);

/* kettle's events behind the boot. */
int judge_kettle(const struct judging *judging, struct err *err);

/* What follows of the image and its environment when the compose hash is the release's. */
void judge_deployment(const struct judging *judging);

/* Of both: an event's payload against what is expected. */
void judge_payload(const struct judging *judging, const char *name, size_t index, struct view expected,
		   const char *from);

#endif

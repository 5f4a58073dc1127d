#include "validity.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { DAY = 24 * 60 * 60 };

static const struct {
	const char *expired, *early;
} reasons[] = {
	[VALIDITY_CERTIFICATE] = {"certificate-expired", "certificate-not-yet-valid"},
	[VALIDITY_CRL] = {"crl-expired", "crl-not-yet-valid"},
	[VALIDITY_DOCUMENT] = {"document-expired", "document-not-yet-valid"},
};

int validity_read(struct view from, struct view until, struct validity *it, struct err *err)
{
	return certificate_time(from, it->from_text, &it->from, err) ||
			       certificate_time(until, it->until_text, &it->until, err)
		       ? -1
		       : 0;
}

void time_text(int64_t seconds, char text[TIME_TEXT_SIZE])
{
	time_t time = seconds;
	struct tm tm;
	if (!gmtime_r(&time, &tm) || !strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, TIME_TEXT_SIZE, "%" PRId64, seconds);
}

int validity_check(const struct validity *it, const struct validity_subject *subject, int64_t now,
		   struct checks *checks)
{
	const char *what = subject->what;
	char text[TIME_TEXT_SIZE];
	time_text(now, text);
	if (now < it->from)
		return -checks_fail(
			checks, subject->step, subject->name, reasons[subject->kind].early, subject->evidence,
			"%s is valid from %s on, and it is taken to be %s: is that right?", what, it->from_text, text);
	if (now > it->until)
		return -checks_fail(checks, subject->step, subject->name, reasons[subject->kind].expired,
				    subject->evidence, "%s expired on %s, %" PRId64 " days before %s: %s", what,
				    it->until_text, (now - it->until) / DAY, text, subject->remedy);
	checks_hold(checks, subject->step, subject->name, subject->evidence, "%s is valid from %s to %s", what,
		    it->from_text, it->until_text);
	return 0;
}

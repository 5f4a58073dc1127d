/* speed verify FOLDER SECONDS [THREADS]: how often a quote is verified in a second, its collateral being loaded and
 *                                        checked: by processor time, or by wall time with more threads than one
 * speed collateral FOLDER SECONDS        how often collateral is loaded from its JSON and checked
 * speed all FOLDER SECONDS               both, each time
 *
 * FOLDER is a set as the test authority makes it (authority.c); the quote must hold. Prints the number, alone.
 */
#include "file.h"
#include "program.h"
#include "verification.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { THREADS_MAX = 64 };

struct speed {
	struct bytes quote, text, root;
	int64_t at;
	double seconds;
	struct policy policy;
	struct collateral raw;
	struct checked_collateral checked;
};

static double now(clockid_t clock)
{
	struct timespec it;
	clock_gettime(clock, &it);
	return (double)it.tv_sec + (double)it.tv_nsec / 1e9;
}

static void load(const char *folder, const char *name, struct bytes *into)
{
	struct err err;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_load(path, COLLATERAL_CAP, into, &err))
		die_err(path, &err);
}

static struct trust trust_of(const struct speed *it)
{
	return trust_other(view_of(it->root.data, it->root.size));
}

static void check(const struct speed *it, struct collateral *raw, struct checked_collateral *checked)
{
	struct err err;
	struct trust trust = trust_of(it);
	if (collateral_parse(it->text.data, it->text.size, raw, &err) ||
	    collateral_check(raw, &trust, it->at, checked, &err))
		die_err("collateral", &err);
}

static void verify(const struct speed *it, const struct checked_collateral *checked)
{
	struct err err;
	struct trust trust = trust_of(it);
	cleanup_verification struct verification verification = {0};
	if (quote_verify(it->quote.data, it->quote.size, checked, &trust, &it->policy, it->at, &verification, &err))
		die_err("quote", &err);
	if (!verification.holds)
		die(STATUS_FALSE, "the quote does not hold: %s", checks_failed(&verification.checks)->text);
}

static void check_afresh(const struct speed *it, bool with_quote)
{
	cleanup_collateral struct collateral raw = {0};
	cleanup_checked_collateral struct checked_collateral checked = {0};
	check(it, &raw, &checked);
	if (with_quote)
		verify(it, &checked);
}

static void verify_once(const struct speed *it)
{
	verify(it, &it->checked);
}

static void collateral_once(const struct speed *it)
{
	check_afresh(it, false);
}

static void all_once(const struct speed *it)
{
	check_afresh(it, true);
}

/* In a second, by this clock. */
static double count(const struct speed *it, void (*once)(const struct speed *it), clockid_t clock)
{
	size_t done = 0;
	double begin = now(clock), end = begin;
	for (; end < begin + it->seconds; end = now(clock), done++)
		once(it);
	return (double)done / (end - begin);
}

static void *thread(void *context)
{
	double *result = malloc(sizeof *result);
	if (!result)
		die(EX_OSERR, "memory");
	*result = count(context, verify_once, CLOCK_MONOTONIC);
	return result;
}

static double count_threads(struct speed *it, unsigned threads)
{
	pthread_t list[THREADS_MAX];
	double sum = 0;
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&list[i], NULL, thread, it))
			die(EX_OSERR, "no thread");
	for (unsigned i = 0; i < threads; i++) {
		void *result;
		pthread_join(list[i], &result);
		sum += *(double *)result;
		free(result);
	}
	return sum;
}

static double run(struct speed *it, const char *what, unsigned threads)
{
	if (!strcmp(what, "collateral"))
		return count(it, collateral_once, CLOCK_PROCESS_CPUTIME_ID);
	if (!strcmp(what, "all"))
		return count(it, all_once, CLOCK_PROCESS_CPUTIME_ID);
	if (strcmp(what, "verify") != 0)
		die_usage("%s: not verify, collateral or all", what);
	return threads > 1 ? count_threads(it, threads) : count(it, verify_once, CLOCK_PROCESS_CPUTIME_ID);
}

int main(int argc, char **argv)
{
	struct speed it = {0};
	cleanup_bytes struct bytes at = {0};
	program_start("speed");
	if (argc < 4 || argc > 5)
		die_usage("WHAT FOLDER SECONDS [THREADS]");
	load(argv[2], "quote.bin", &it.quote);
	load(argv[2], "collateral.json", &it.text);
	load(argv[2], "root.der", &it.root);
	load(argv[2], "at", &at);
	it.at = strtoll(at.data, NULL, 10);
	it.seconds = strtod(argv[3], NULL);
	policy_default(&it.policy);
	check(&it, &it.raw, &it.checked);
	verify_once(&it);
	printf("%.1f\n", run(&it, argv[1], argc > 4 ? (unsigned)option_number("THREADS", argv[4], THREADS_MAX) : 1));
	policy_free(&it.policy);
	checked_collateral_free(&it.checked);
	collateral_free(&it.raw);
	bytes_free(&it.quote);
	bytes_free(&it.text);
	bytes_free(&it.root);
	return finish(0);
}

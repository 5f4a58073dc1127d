/* verification COMMAND ...
 *
 *     verify QUOTE COLLATERAL NOW [WORD...]   the verdict, and each check, `STATE STEP NAME REASON`
 *     verdicts CASES                          of each line `QUOTE COLLATERAL NOW [WORD...]` the verdict in one line:
 *                                             `holds` or `refused`, the status, NAME:REASON of what fails, advisories
 *     match QUOTE COLLATERAL NOW CHANGE...    what steps 8 and 10 compare: the reason code that fails, or `holds`; a
 *                                             change is a word, or OFFSET=HEX, bytes of the QE's report
 *     flips QUOTE COLLATERAL NOW              how many quotes with one bit changed hold
 *     threads QUOTE COLLATERAL NOW            two threads verify at once: what each got
 *
 * COLLATERAL `-` is none. Words: root=FILE, a certificate in DER to trust; policy=FILE; no-crls; padding; checked=TIME,
 * for which collateral is checked; and, of `changes`, what is changed in collateral behind its signatures. */
#include "verification.h"

#include "collateral_match.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct setting {
	struct bytes quote, root, policy_text;
	struct collateral raw;
	struct checked_collateral checked;
	const struct checked_collateral *collateral; /* NULL: none */
	struct trust trust;
	struct policy policy;
	int64_t now, checked_at;
};

static void load(const char *path, struct bytes *file)
{
	struct err err;
	if (file_load(path, 2 * QUOTE_CAP, file, &err))
		die_err(path, &err);
}

static void flip_qe_kind(struct checked_collateral *it)
{
	it->qe_identity.is_tdx = !it->qe_identity.is_tdx;
}

static void lower_qe(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		it->qe_identity.levels.list[i].status = TCB_OUT_OF_DATE;
}

static void revoke_qe(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		it->qe_identity.levels.list[i].status = TCB_REVOKED;
}

static void raise_qe(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		it->qe_identity.levels.list[i].isv_svn = 100;
}

static void any_qe_attributes(struct checked_collateral *it)
{
	memset(it->qe_identity.attributes, 0, sizeof it->qe_identity.attributes);
	memset(it->qe_identity.attributes_mask, 0, sizeof it->qe_identity.attributes_mask);
}

static void flip_kind(struct checked_collateral *it)
{
	it->tcb_info.is_tdx = !it->tcb_info.is_tdx;
}

static void change_fmspc(struct checked_collateral *it)
{
	it->tcb_info.fmspc[5] ^= 1;
}

static void change_pce_id(struct checked_collateral *it)
{
	it->tcb_info.pce_id[1] ^= 1;
}

static void change_type(struct checked_collateral *it)
{
	it->tcb_info.tcb_type = 1;
}

static void reverse(struct checked_collateral *it)
{
	struct tcb_info *info = &it->tcb_info;
	for (size_t i = 0; i < info->level_count / 2; i++) {
		struct tcb_level level = info->levels[i];
		info->levels[i] = info->levels[info->level_count - 1 - i];
		info->levels[info->level_count - 1 - i] = level;
	}
}

static void raise_levels(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->tcb_info.level_count; i++)
		it->tcb_info.levels[i].pce_svn = 14;
}

static void rename_modules(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->tcb_info.identity_count; i++)
		snprintf(it->tcb_info.identities[i].id, MODULE_ID_SIZE, "TDX_F%zu", i % 10);
}

/* Each level of platform and QE has these, the second twice, and so many more. */
static void add_ids(struct advisories *list, unsigned first, unsigned count)
{
	list->ids = calloc(count + 1, sizeof *list->ids);
	for (unsigned i = 0; list->ids && i < count; i++)
		if (asprintf(&list->ids[list->count++], "INTEL-SA-%05u", first + i) < 0)
			die(EX_OSERR, "memory");
}

static void add_advisories(struct checked_collateral *it)
{
	struct tcb_info *info = &it->tcb_info;
	for (size_t i = 0; i < info->level_count; i++)
		advisories_free(&info->levels[i].advisories), add_ids(&info->levels[i].advisories, 30, 2);
	for (size_t i = 0; i < info->identity_count; i++)
		for (size_t j = 0; j < info->identities[i].levels.count; j++)
			add_ids(&info->identities[i].levels.list[j].advisories, 20, 11);
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		add_ids(&it->qe_identity.levels.list[i].advisories, 10, 12);
}

static void add_many(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		add_ids(&it->qe_identity.levels.list[i].advisories, 1, ADVISORIES_MAX + 1);
}

static void add_most(struct checked_collateral *it)
{
	for (size_t i = 0; i < it->qe_identity.levels.count; i++)
		add_ids(&it->qe_identity.levels.list[i].advisories, 1, ADVISORIES_MAX);
}

static void forget(struct checked_collateral *it)
{
	checked_collateral_free(it);
	*it = (struct checked_collateral){.raw = it->raw};
}

static void forget_qe_identity(struct checked_collateral *it)
{
	it->qe_identity_checks.count = 0;
}

static void forget_tcb_info(struct checked_collateral *it)
{
	it->tcb_info_checks.count = 0;
}

static const struct {
	const char *word;
	void (*make)(struct checked_collateral *it);
} changes[] = {
	{"qe-kind", flip_qe_kind},
	{"qe-late", lower_qe},
	{"qe-revoked", revoke_qe},
	{"qe-level", raise_qe},
	{"qe-any-attributes", any_qe_attributes},
	{"kind", flip_kind},
	{"fmspc", change_fmspc},
	{"pce-id", change_pce_id},
	{"type", change_type},
	{"reversed", reverse},
	{"level", raise_levels},
	{"modules", rename_modules},
	{"advisories", add_advisories},
	{"advisories-many", add_many},
	{"advisories-most", add_most},
	{"unchecked", forget},
	{"unchecked-qe-identity", forget_qe_identity},
	{"unchecked-tcb-info", forget_tcb_info},
};

/* NULL: no such change. */
static void (*find_change(const char *word))(struct checked_collateral *)
{
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		if (!strcmp(word, changes[i].word))
			return changes[i].make;
	return NULL;
}

/* False: no such word. */
static bool take_word(struct setting *it, const char *word)
{
	struct err err;
	if (!strncmp(word, "root=", 5)) {
		bool allow_no_crls = it->trust.allow_no_crls, allow_padding = it->trust.allow_padding;
		load(word + 5, &it->root);
		it->trust = trust_other(view_of(it->root.data, it->root.size));
		it->trust.allow_no_crls = allow_no_crls;
		it->trust.allow_padding = allow_padding;
	} else if (!strncmp(word, "policy=", 7)) {
		load(word + 7, &it->policy_text);
		policy_free(&it->policy);
		if (policy_parse(it->policy_text.data, it->policy_text.size, &it->policy, &err))
			die_err(word, &err);
	} else if (!strncmp(word, "checked=", 8)) {
		it->checked_at = strtoll(word + 8, NULL, 10);
	} else if (!strcmp(word, "no-crls")) {
		it->trust.allow_no_crls = true;
	} else if (!strcmp(word, "padding")) {
		it->trust.allow_padding = true;
	} else {
		return false;
	}
	return true;
}

static void set_up(struct setting *it, char **argv)
{
	struct err err;
	bool has_words = strcmp(argv[1], "match") != 0;
	*it = (struct setting){.trust = trust_intel(), .now = strtoll(argv[4], NULL, 10)};
	it->checked_at = it->now;
	policy_default(&it->policy);
	load(argv[2], &it->quote);
	for (char **word = argv + 5; has_words && *word; word++)
		if (!take_word(it, *word) && !find_change(*word))
			die(EX_USAGE, "%s: unknown word", *word);
	if (!strcmp(argv[3], "-"))
		return;
	if (collateral_load(argv[3], &it->raw, &err) ||
	    collateral_check(&it->raw, &it->trust, it->checked_at, &it->checked, &err))
		die_err(argv[3], &err);
	it->collateral = &it->checked;
	for (char **word = argv + 5; *word; word++)
		if (find_change(*word))
			find_change (*word)(&it->checked);
}

static void tear_down(struct setting *it)
{
	checked_collateral_free(&it->checked);
	collateral_free(&it->raw);
	policy_free(&it->policy);
	bytes_free(&it->quote);
	bytes_free(&it->root);
	bytes_free(&it->policy_text);
}

static int verify(const struct setting *it, const void *data, size_t size, struct verification *verification,
		  struct err *err)
{
	return quote_verify(data, size, it->collateral, &it->trust, &it->policy, it->now, verification, err);
}

static void show(const struct setting *it)
{
	static const char *const states[] = {
		[CHECK_HOLDS] = "holds", [CHECK_FAILS] = "fails", [CHECK_SKIPPED] = "skipped"};
	struct err err;
	cleanup_verification struct verification v = {0};
	if (verify(it, it->quote.data, it->quote.size, &v, &err))
		die_err(NULL, &err);
	puts(v.holds ? "holds" : "refused");
	if (v.has_status)
		printf("status %s %s\n", tcb_status_name(v.status), v.tcb_date);
	for (size_t i = 0; i < v.advisory_count; i++)
		printf("%s%s%s", i ? "" : "advisories ", v.advisories[i], i + 1 < v.advisory_count ? " " : "\n");
	for (size_t i = 0; i < v.missed.count; i++) {
		printf("missed %s %s", v.missed.list[i].date, tcb_status_name(v.missed.list[i].status));
		for (size_t j = 0; j < v.missed.list[i].count; j++)
			printf(" %s[%u]:%u<%u", svn_kind_name(v.missed.list[i].gaps[j].kind),
			       v.missed.list[i].gaps[j].index, v.missed.list[i].gaps[j].has,
			       v.missed.list[i].gaps[j].needs);
		putchar('\n');
	}
	for (size_t i = 0; i < v.checks.count; i++) {
		const struct check *check = &v.checks.list[i];
		printf("%s %s %s %s\n", states[check->state], verify_step_name(check->step), check->name,
		       check->reason ? check->reason : "-");
	}
}

/* Is each step in the list, in the order in which they are taken? */
static bool has_all_steps(const struct checks *checks)
{
	static const enum verify_step order[] = {
		STEP_PARSE,           STEP_PCK_CHAIN, STEP_ROOT,        STEP_CRLS,
		STEP_PCK_EXTENSION,   STEP_QE_REPORT, STEP_KEY_BINDING, STEP_QE_IDENTITY,
		STEP_QUOTE_SIGNATURE, STEP_TCB_INFO,  STEP_TDX_MODULE,  STEP_TCB_LEVEL,
		STEP_MERGE,           STEP_RELAUNCH,  STEP_TD_POLICY,   STEP_STATUS_POLICY,
	};
	bool seen[STEP_STATUS_POLICY + 1] = {false};
	size_t at = 0;
	for (size_t i = 0; i < checks->count; i++) {
		enum verify_step step = checks->list[i].step;
		if (!seen[step] && step != order[at++])
			return false;
		seen[step] = true;
	}
	return at == sizeof order / sizeof *order;
}

static void print_verdict(const struct setting *it)
{
	struct err err;
	cleanup_verification struct verification v = {0};
	if (verify(it, it->quote.data, it->quote.size, &v, &err))
		die_err(NULL, &err);
	fputs(v.holds ? "holds" : "refused", stdout);
	if (v.has_status)
		printf(" %s", tcb_status_name(v.status));
	for (size_t i = 0; i < v.checks.count; i++)
		if (v.checks.list[i].state == CHECK_FAILS)
			printf(" %s:%s", v.checks.list[i].name, v.checks.list[i].reason);
	for (size_t i = 0; i < v.advisory_count; i++)
		printf("%s %s", i ? "" : " |", v.advisories[i]);
	puts(has_all_steps(&v.checks) ? "" : " (steps are missing)");
}

static void match(struct setting *it, char **changed)
{
	struct err err;
	struct quote quote;
	struct pck_chain chain;
	struct checks checks = {0};
	const struct isv_level *level;
	if (quote_parse(it->quote.data, it->quote.size, &quote, &err) ||
	    pck_chain_parse(&quote.certification, &chain, &err))
		die_err("quote", &err);
	for (; *changed; changed++) {
		if (find_change(*changed))
			continue;
		char *value = strchr(*changed, '=');
		size_t offset = strtoul(*changed, NULL, 10) + (size_t)(quote.qe_report.bytes.data - quote.bytes.data);
		if (!value || hex_read(value + 1, (uint8_t *)it->quote.data + offset, strlen(value + 1) / 2))
			die(EX_USAGE, "%s: not OFFSET=HEX", *changed);
	}
	int failed = match_qe_identity(&quote, &it->checked.qe_identity, 0, &level, &checks) ||
		     match_tcb_info(&quote, &chain.extension, &it->checked.tcb_info, 0, &checks);
	if (failed != (checks_failed(&checks) != NULL))
		die(EX_SOFTWARE, "the answer is not that of the checks");
	printf("%s\n", failed ? checks_failed(&checks)->reason : "holds");
	pck_chain_free(&chain);
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static void flips(const struct setting *it)
{
	struct err err;
	size_t held = 0;
	cleanup_free char *exact = malloc(it->quote.size);
	if (!exact)
		die(EX_OSERR, "memory");
	memcpy(exact, it->quote.data, it->quote.size);
	for (size_t i = 0; i < it->quote.size; i++) {
		cleanup_verification struct verification v = {0};
		exact[i] ^= (char)(1u << i % 8);
		if (verify(it, exact, it->quote.size, &v, &err))
			die_err(NULL, &err);
		held += v.holds;
		exact[i] ^= (char)(1u << i % 8);
	}
	printf("%zu\n", held);
}

enum { ROUNDS = 20 };
struct thread {
	const struct setting *it;
	unsigned held, failed;
};

static void *turn(void *at)
{
	struct thread *thread = at;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct err err;
		cleanup_verification struct verification v = {0};
		int status = verify(thread->it, thread->it->quote.data, thread->it->quote.size, &v, &err);
		thread->failed += status != 0;
		thread->held += v.holds;
	}
	return NULL;
}

static void threads(const struct setting *it)
{
	struct thread each[2] = {{.it = it}, {.it = it}};
	pthread_t ids[2];
	for (size_t i = 0; i < 2; i++)
		if (pthread_create(&ids[i], NULL, turn, &each[i]))
			die(EX_OSERR, "no thread");
	for (size_t i = 0; i < 2; i++) {
		pthread_join(ids[i], NULL);
		printf("%u of %d hold, %u failed\n", each[i].held, ROUNDS, each[i].failed);
	}
}

static void verdicts(const char *path)
{
	cleanup_bytes struct bytes file = {0};
	char *next, *rest;
	load(path, &file);
	for (char *line = strtok_r(file.data, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		struct setting it;
		char *words[16] = {line, line}; /* as argv, which begins with two names */
		size_t count = 2;
		for (char *word = strtok_r(line, " ", &rest); word && count < 15; word = strtok_r(NULL, " ", &rest))
			words[count++] = word;
		if (count < 5)
			die(EX_USAGE, "%s: not a case", line);
		set_up(&it, words);
		print_verdict(&it);
		tear_down(&it);
	}
}

int main(int argc, char **argv)
{
	struct setting it;
	program_start("verification");
	if (argc == 3 && !strcmp(argv[1], "verdicts")) {
		verdicts(argv[2]);
		return finish(STATUS_OK);
	}
	if (argc < 5)
		die_usage("verify, match, flips or threads, and QUOTE COLLATERAL NOW");
	set_up(&it, argv);
	if (!strcmp(argv[1], "verify"))
		show(&it);
	if (!strcmp(argv[1], "match"))
		match(&it, argv + 5);
	if (!strcmp(argv[1], "flips"))
		flips(&it);
	if (!strcmp(argv[1], "threads"))
		threads(&it);
	tear_down(&it);
	return finish(STATUS_OK);
}

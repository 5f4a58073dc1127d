/* policy show FILE: what a policy says, `NAME VALUE` a line each.
 * policy why FILE...: the reason why each is refused, or `accepted`.
 * policy judge QUOTE POLICY CASES: step 15 for each line of CASES, `OFFSET=HEX...`, which are bytes of the quote's body
 * that it is changed in: the names and reason codes of the checks that fail, or `holds`.
 * policy status POLICY CASES: step 16 for each line `NOW STATUS LEVEL DATES ADVISORIES`, lists separated by commas, `-`
 * an empty one. */
#include "policy_judge.h"

#include "file.h"
#include "hex.h"
#include "program.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void load(const char *path, struct bytes *file)
{
	struct err err;
	if (file_load(path, 1 << 20, file, &err))
		die_err(path, &err);
}

static void show(const struct policy *policy)
{
	printf("accepted_statuses");
	for (enum tcb_status status = 0; status < TCB_STATUSES; status++)
		if (policy->accepted[status])
			printf(" %s", tcb_status_name(status));
	printf("\naccepted_advisories%s", policy->has_advisories ? "" : " any");
	for (size_t i = 0; i < policy->advisories.count; i++)
		printf(" %s", policy->advisories.ids[i]);
	printf("\ngrace_seconds %" PRId64 "\nminimum_evaluation_number %" PRIu32 "\nallowed_attributes %016" PRIx64
	       "\n",
	       policy->grace_seconds, policy->minimum_evaluation_number, policy->allowed_attributes);
	printf("require_sept_ve_disable %d\nallow_service_td %d\n", policy->require_sept_ve_disable,
	       policy->allow_service_td);
	printf("xfam_allowed %016" PRIx64 "\nxfam_required %016" PRIx64 "\n", policy->xfam_allowed,
	       policy->xfam_required);
}

static void why(char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		cleanup_bytes struct bytes file = {0};
		cleanup_policy struct policy policy;
		load(*paths, &file);
		if (!policy_parse(file.data, file.size, &policy, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

static void print_failed(const struct checks *checks, int failed)
{
	size_t count = 0;
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];
		if (check->state != CHECK_FAILS)
			continue;
		printf("%s%s:%s", count++ ? " " : "", check->name, check->reason);
	}
	if (failed != (count != 0))
		die(EX_SOFTWARE, "the answer is not that of the checks");
	puts(count ? "" : "holds");
}

static void change(struct bytes *copy, size_t body, char *changes)
{
	for (char *next, *at = strtok_r(changes, " ", &next); at; at = strtok_r(NULL, " ", &next)) {
		char *value = strchr(at, '=');
		size_t offset = strtoul(at, NULL, 10) + body;
		if (!value || hex_read(value + 1, (uint8_t *)copy->data + offset, strlen(value + 1) / 2))
			die(EX_USAGE, "%s: not OFFSET=HEX", at);
	}
}

static void judge(const struct bytes *file, const struct policy *policy, char *changes)
{
	struct err err;
	struct quote quote;
	struct checks checks = {0};
	cleanup_bytes struct bytes copy = {0};
	if (bytes_add(&copy, file->data, file->size, &err) || quote_parse(copy.data, copy.size, &quote, &err))
		die_err("quote", &err);
	change(&copy, (size_t)((quote.body == BODY_SGX ? quote.sgx.bytes : quote.td.bytes).data - quote.bytes.data),
	       changes);
	print_failed(&checks, judge_body(&quote, policy, &checks));
}

/* Cuts a list in place. */
static size_t list(char *text, const char **items, size_t most)
{
	size_t count = 0;
	char *next;
	if (!strcmp(text, "-"))
		return 0;
	for (char *at = strtok_r(text, ",", &next); at && count < most; at = strtok_r(NULL, ",", &next))
		items[count++] = at;
	return count;
}

static void judge_a_status(const struct policy *policy, char *line)
{
	struct err err;
	char status[64], level[64], dates[128], advisories[1 << 15];
	int64_t now;
	const char *ids[1024];
	struct judged_status it = {.advisories = ids};
	struct checks checks = {0};
	if (sscanf(line, "%" SCNd64 " %63s %63s %127s %32767s", &now, status, level, dates, advisories) != 5 ||
	    tcb_status_find(status, &it.status, &err) || tcb_status_find(level, &it.level, &err))
		die(EX_USAGE, "%s: not a case", line);
	list(dates, it.dates, 3);
	it.advisory_count = list(advisories, ids, sizeof ids / sizeof *ids);
	print_failed(&checks, judge_status(&it, policy, now, &checks));
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0}, quote = {0}, cases = {0};
	cleanup_policy struct policy policy;
	char *next;
	program_start("policy");
	policy_default(&policy);
	if (argc > 2 && !strcmp(argv[1], "why")) {
		why(argv + 2);
		return finish(STATUS_OK);
	}
	bool is_judge = argc == 5 && !strcmp(argv[1], "judge"), is_status = argc == 4 && !strcmp(argv[1], "status");
	if (!is_judge && !is_status && (argc != 3 || strcmp(argv[1], "show")))
		die_usage("show, why, judge or status, and FILE");
	load(argv[is_judge ? 3 : 2], &text);
	if (policy_parse(text.data, text.size, &policy, &err))
		die_err("policy", &err);
	if (argc == 3)
		show(&policy);
	if (is_judge)
		load(argv[2], &quote);
	if (argc > 3)
		load(argv[argc - 1], &cases);
	for (char *line = cases.data ? strtok_r(cases.data, "\n", &next) : NULL; line;
	     line = strtok_r(NULL, "\n", &next))
		if (is_judge)
			judge(&quote, &policy, line);
		else
			judge_a_status(&policy, line);
	return finish(STATUS_OK);
}

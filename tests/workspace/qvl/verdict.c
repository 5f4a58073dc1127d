/* verdict sets FOLDER...: for each set of the test authority (authority.c) a line: FOLDER, then `holds STATUS`, or
 *                       `refused STEP CHECK REASON`, and the status if there is one. The collateral of a set is read in
 *                       both forms, which must give the same.
 * verdict flips FOLDER  turns over all bits, and one bit, of every byte of the quote of a good set, one at a time:
 * prints the offset of each change with which it still holds, then how many there were verdict stream        reads
 * lines `AT ROOT QUOTE COLLATERAL`: seconds, root (DER) or -, quote and collateral.json, all in hexadecimal; = for what
 * was on the line before. A line as above for each
 *
 * The policy is the default one.
 */
#include "file.h"
#include "hex.h"
#include "program.h"
#include "verification.h"

#include <limits.h>
#include <string.h>

enum { TEXT = 4096 }; /* of an answer */

struct given {
	struct bytes quote, collateral_text, root;
	int64_t at;
	bool is_intel;
	struct collateral raw;
	struct checked_collateral checked;
	bool is_checked;
	struct err err; /* why the collateral is none */
};

static void given_free(struct given *it)
{
	checked_collateral_free(&it->checked);
	collateral_free(&it->raw);
	bytes_free(&it->quote);
	bytes_free(&it->collateral_text);
	bytes_free(&it->root);
}
#define cleanup_given cleanup(given_free)

static struct trust trust_of(const struct given *it)
{
	return it->is_intel ? trust_intel() : trust_other(view_of(it->root.data, it->root.size));
}

static void check_given(struct given *it)
{
	struct err err;
	struct trust trust = trust_of(it);
	checked_collateral_free(&it->checked);
	it->checked = (struct checked_collateral){0};
	it->is_checked = !it->err.status;
	if (it->is_checked && collateral_check(&it->raw, &trust, it->at, &it->checked, &err))
		die_err("collateral", &err);
}

static void describe(const struct verification *verification, char text[TEXT])
{
	const struct check *failed = checks_failed(&verification->checks);
	if (verification->holds != !failed)
		die(EX_SOFTWARE, "the answer and its checks differ");
	int size = failed ? snprintf(text, TEXT, "refused %d %s %s", (int)failed->step, failed->name, failed->reason)
			  : snprintf(text, TEXT, "holds");
	if (verification->has_status)
		size += snprintf(text + size, TEXT - (size_t)size, " %s", tcb_status_name(verification->status));
	for (size_t i = 0; i < verification->advisory_count && size < TEXT; i++)
		size += snprintf(text + size, TEXT - (size_t)size, "%c%s", i ? ',' : ' ', verification->advisories[i]);
}

/* why: the text of the check that failed; may be NULL. */
static bool judge(const struct given *it, char text[TEXT], char why[TEXT])
{
	struct err err;
	struct policy policy;
	struct trust trust = trust_of(it);
	cleanup_verification struct verification verification = {0};
	if (!it->is_checked) {
		snprintf(text, TEXT, "refused 0 collateral malformed");
		if (why)
			snprintf(why, TEXT, "%s", it->err.text);
		return false;
	}
	policy_default(&policy);
	if (quote_verify(it->quote.data, it->quote.size, &it->checked, &trust, &policy, it->at, &verification, &err))
		die_err(NULL, &err);
	describe(&verification, text);
	const struct check *failed = checks_failed(&verification.checks);
	if (why)
		snprintf(why, TEXT, "%s", failed ? failed->text : "");
	bool holds = verification.holds;
	policy_free(&policy);
	return holds;
}

static void load(const char *folder, const char *name, struct bytes *into)
{
	struct err err;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_load(path, COLLATERAL_CAP, into, &err))
		die_err(path, &err);
}

static void take_set(const char *folder, const char *collateral, struct given *it)
{
	char path[PATH_MAX];
	cleanup_bytes struct bytes at = {0};
	load(folder, "quote.bin", &it->quote);
	load(folder, "root.der", &it->root);
	load(folder, "at", &at);
	it->at = strtoll(at.data, NULL, 10);
	snprintf(path, sizeof path, "%s/%s", folder, collateral);
	collateral_load(path, &it->raw, &it->err);
	check_given(it);
}

static void judge_set(const char *folder)
{
	char one[TEXT], two[TEXT];
	cleanup_given struct given file = {0}, answers = {0};
	take_set(folder, "collateral.json", &file);
	take_set(folder, "collateral", &answers);
	judge(&file, one, NULL);
	judge(&answers, two, NULL);
	printf("%s %s\n", folder, one);
	if (strcmp(one, two) != 0)
		printf("%s %s, as a folder\n", folder, two);
}

static void flip(const char *folder)
{
	char text[TEXT];
	size_t changes = 0;
	cleanup_given struct given it = {0};
	take_set(folder, "collateral.json", &it);
	judge(&it, text, NULL);
	puts(text);
	for (size_t i = 0; i < it.quote.size; i++) {
		const uint8_t masks[] = {0xff, (uint8_t)(1u << i % 8)};
		for (size_t mask = 0; mask < sizeof masks; mask++, changes++) {
			it.quote.data[i] ^= (char)masks[mask];
			if (judge(&it, text, NULL))
				printf("%zu\n", i);
			it.quote.data[i] ^= (char)masks[mask];
		}
	}
	printf("%zu changes\n", changes);
}

/* Is it something else than on the line before? */
static bool take_hex(const char *word, struct bytes *into)
{
	struct err err;
	size_t size = strlen(word) / 2;
	if (!strcmp(word, "="))
		return false;
	bytes_free(into);
	*into = (struct bytes){0};
	if (bytes_add(into, word, size, &err))
		die_err(NULL, &err);
	if (hex_read(word, (uint8_t *)into->data, size))
		die(STATUS_BAD, "not hexadecimal");
	return true;
}

static void take_line(char *line, struct given *it)
{
	char *words[4], *rest = line;
	for (size_t i = 0; i < 4; i++) {
		words[i] = strsep(&rest, " \n");
		if (!words[i])
			die(STATUS_BAD, "a line without four words");
	}
	int64_t at = strtoll(words[0], NULL, 10);
	bool is_new = at != it->at;
	it->at = at;
	if (!strcmp(words[1], "-"))
		is_new |= !it->is_intel, it->is_intel = true;
	else if (take_hex(words[1], &it->root))
		is_new = true, it->is_intel = false;
	take_hex(words[2], &it->quote);
	if (take_hex(words[3], &it->collateral_text)) {
		checked_collateral_free(&it->checked);
		it->checked = (struct checked_collateral){0};
		collateral_free(&it->raw);
		it->raw = (struct collateral){0};
		it->err = (struct err){0};
		collateral_parse(it->collateral_text.data, it->collateral_text.size, &it->raw, &it->err);
		is_new = true;
	}
	if (is_new)
		check_given(it);
}

static void stream(void)
{
	char text[TEXT], why[TEXT];
	cleanup_free char *line = NULL;
	size_t capacity = 0;
	cleanup_given struct given it = {0};
	while (getline(&line, &capacity, stdin) > 0) {
		take_line(line, &it);
		judge(&it, text, why);
		printf("%s\t%s\n", text, printable(why));
	}
}

int main(int argc, char **argv)
{
	program_start("verdict");
	if (argc == 2 && !strcmp(argv[1], "stream"))
		stream();
	else if (argc == 3 && !strcmp(argv[1], "flips"))
		flip(argv[2]);
	else if (argc > 2 && !strcmp(argv[1], "sets"))
		for (int i = 2; i < argc; i++)
			judge_set(argv[i]);
	else
		die_usage("sets FOLDER..., flips FOLDER, stream");
	return finish(0);
}

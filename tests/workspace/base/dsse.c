/* dsse pae TYPE: what would be signed of standard input.
 * dsse peek ENVELOPE: what an envelope tells before anything is verified.
 * dsse rewrite ENVELOPE: as we would write it.
 * dsse judge KEYS THRESHOLD ENVELOPE...: verdict, reasons, and the payload if it can be had.
 * dsse flips KEYS THRESHOLD ENVELOPE: every byte of it replaced by every other, and every shorter one: how many still
 * hold. dsse statement FILE: type and subjects of a statement that is no envelope's. */
#include "file.h"
#include "program.h"
#include "quorum.h"

#include <string.h>

static struct dsse *load(const char *path)
{
	struct err err;
	struct dsse *dsse = dsse_load(path, &err);
	if (!dsse)
		die_err(path, &err);
	return dsse;
}

static void pae(const char *type)
{
	struct err err;
	cleanup_bytes struct bytes in = {0}, out = {0};
	if (file_read(STDIN_FILENO, 1 << 20, &in, &err) || dsse_pae(type, in.data, in.size, &out, &err))
		die_err(NULL, &err);
	fwrite(out.data, 1, out.size, stdout);
}

static void peek(const char *path)
{
	struct err err;
	size_t size, count;
	cleanup_dsse struct dsse *dsse = load(path);
	cleanup_statement struct statement statement = {0};
	dsse_signatures(dsse, &count);
	printf("%zu signatures\n", count);
	if (!dsse_payload(dsse, &size, &err))
		printf("payload: %d %s\n", err.status, err.text);
	if (statement_read(dsse, &statement, &err))
		printf("statement: %d %s\n", err.status, err.text);
}

static void rewrite(const char *path)
{
	struct err err;
	cleanup_bytes struct bytes out = {0};
	cleanup_dsse struct dsse *dsse = load(path);
	if (dsse_write(dsse, &out, &err))
		die_err(path, &err);
	fwrite(out.data, 1, out.size, stdout);
}

static int judge(const char *folder, size_t threshold, char **paths, size_t count)
{
	struct err err;
	struct quorum_envelope envelopes[16];
	cleanup_keyring struct keyring ring = {0};
	cleanup_quorum struct quorum quorum = {0};
	if (count > 16 || keyring_load(folder, &ring, &err))
		die_err(folder, &err);
	for (size_t i = 0; i < count; i++)
		envelopes[i] = (struct quorum_envelope){.name = paths[i], .dsse = load(paths[i])};
	if (quorum_count(&ring, envelopes, count, threshold, &quorum, &err))
		die_err(NULL, &err);
	printf("%s, %zu signers\n", quorum.holds ? "holds" : "does not hold", quorum.signers);
	for (size_t i = 0; i < quorum.count; i++)
		printf("%s\n", quorum.reasons[i].code);
	for (size_t i = 0; i < count; i++) {
		size_t size;
		const char *payload = dsse_payload(envelopes[i].dsse, &size, &err);
		printf("payload %s\n", payload ? payload : err.text);
		dsse_free(envelopes[i].dsse);
	}
	return quorum.holds ? STATUS_OK : STATUS_FALSE;
}

static bool still_holds(const struct keyring *ring, size_t threshold, const char *text, size_t size)
{
	struct err err;
	cleanup_quorum struct quorum quorum = {0};
	cleanup_dsse struct dsse *dsse = dsse_parse(text, size, &err);
	const struct quorum_envelope envelope = {.name = "flipped", .dsse = dsse};
	if (!dsse)
		return false;
	if (quorum_count(ring, &envelope, 1, threshold, &quorum, &err))
		die_err(NULL, &err);
	return quorum.holds;
}

static void flips(const char *folder, size_t threshold, const char *path)
{
	struct err err;
	size_t held = 0;
	cleanup_keyring struct keyring ring = {0};
	cleanup_bytes struct bytes text = {0};
	if (keyring_load(folder, &ring, &err) || file_load(path, DSSE_CAP, &text, &err))
		die_err(path, &err);
	if (!still_holds(&ring, threshold, text.data, text.size))
		die(STATUS_FALSE, "%s: does not hold as it is", path);
	for (size_t i = 0; i < text.size; i++) {
		held += still_holds(&ring, threshold, text.data, i);
		for (int other = 1; other < 256; other++) {
			text.data[i] = (char)(text.data[i] ^ other);
			held += still_holds(&ring, threshold, text.data, text.size);
			text.data[i] = (char)(text.data[i] ^ other);
		}
	}
	printf("%zu bytes, %zu hold\n", text.size, held);
}

static void parse_statement(const char *path)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_statement struct statement statement = {0};
	if (file_load(path, JSON_CAP, &text, &err) || bytes_add(&text, "", 0, &err) ||
	    statement_parse(text.data, text.size, &statement, &err))
		die_err(path, &err);
	puts(statement.type);
	for (size_t i = 0; i < statement.count; i++)
		printf("%s  %s\n", statement.subjects[i].sha256, statement.subjects[i].name);
}

int main(int argc, char **argv)
{
	int status = STATUS_OK;
	program_start("dsse");
	if (argc < 3)
		die_usage("WHAT?");
	if (!strcmp(argv[1], "pae"))
		pae(argv[2]);
	else if (!strcmp(argv[1], "peek"))
		peek(argv[2]);
	else if (!strcmp(argv[1], "rewrite"))
		rewrite(argv[2]);
	else if (!strcmp(argv[1], "statement"))
		parse_statement(argv[2]);
	else if (!strcmp(argv[1], "flips") && argc == 5)
		flips(argv[2], option_number("THRESHOLD", argv[3], 100), argv[4]);
	else if (argc < 5)
		die_usage("WHAT?");
	else
		status = judge(argv[2], option_number("THRESHOLD", argv[3], 100), argv + 4, (size_t)argc - 4);
	return finish(status);
}

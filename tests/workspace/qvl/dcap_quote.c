/* dcap_quote fields FILE: `OFFSET SIZE NAME HEX`, a line each.
 * dcap_quote why FILE...: `CODE reason` for each, or `accepted`.
 * dcap_quote cuts FILE: how many lengths that FILE may be cut to are still a quote.
 * dcap_quote flips FILE: the offsets where another byte makes it none, as ranges.
 * dcap_quote disguised FILE: of how many changes of one bit in its certification data the same certificates come. */
#include "dcap_quote.h"

#include "file.h"
#include "pck_chain.h"
#include "program.h"
#include "quote_fields.h"

#include <stdio.h>
#include <string.h>

static void fields(const struct quote *quote)
{
	struct quote_field list[QUOTE_FIELDS];
	size_t count = quote_fields(quote, list);
	for (size_t i = 0; i < count; i++) {
		printf("%td %zu %s.%s ", list[i].value.data - quote->bytes.data, list[i].value.size, list[i].group,
		       list[i].name);
		for (size_t at = 0; at < list[i].value.size; at++)
			printf("%02x", list[i].value.data[at]);
		putchar('\n');
	}
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static bool parses(const char *data, size_t size)
{
	struct err err;
	struct quote quote;
	cleanup_free char *exact = malloc(size ? size : 1);
	if (!exact)
		die(EX_OSERR, "memory");
	memcpy(exact, data, size);
	bool is_quote = !quote_parse(exact, size, &quote, &err);
	if (is_quote != (quote.reason == QUOTE_FINE) || (!is_quote && err.status != STATUS_BAD))
		die(EX_SOFTWARE, "%zu bytes: code %d does not fit the answer", size, (int)quote.reason);
	return is_quote;
}

static void cuts(const struct bytes *file)
{
	size_t count = 0;
	for (size_t size = 0; size < file->size; size++)
		count += parses(file->data, size);
	printf("%zu\n", count);
}

static void flips(struct bytes *file)
{
	bool was = false;
	for (size_t i = 0; i <= file->size; i++) {
		bool is_refused = false;
		for (unsigned bit = 0; i < file->size && bit < 8; bit++) {
			file->data[i] ^= (char)(1u << bit);
			is_refused |= !parses(file->data, file->size);
			file->data[i] ^= (char)(1u << bit);
		}
		if (is_refused && !was)
			printf("%zu-", i);
		if (!is_refused && was)
			printf("%zu\n", i - 1);
		was = is_refused;
	}
}

static void disguised(const struct bytes *file, const struct quote *quote)
{
	struct err err;
	size_t count = 0, at = (size_t)(quote->certification.data.data - quote->bytes.data);
	cleanup_pck_chain struct pck_chain real = {0};
	if (pck_chain_parse(&quote->certification, &real, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < 8 * quote->certification.data.size; i++) {
		cleanup_pck_chain struct pck_chain chain = {0};
		file->data[at + i / 8] ^= (char)(1u << i % 8);
		count += !pck_chain_parse(&quote->certification, &chain, &err) && chain.der.size == real.der.size &&
			 !memcmp(chain.der.data, real.der.data, real.der.size);
		file->data[at + i / 8] ^= (char)(1u << i % 8);
	}
	printf("%zu\n", count);
}

static void why(char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		cleanup_bytes struct bytes file = {0};
		struct quote quote;
		if (file_load(*paths, 2 * QUOTE_CAP, &file, &err))
			die_err(*paths, &err);
		if (!quote_parse(file.data, file.size, &quote, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			printf("%s %s\n", quote_reason_name(quote.reason), err.text);
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	struct quote quote;
	program_start("dcap_quote");
	if (argc > 2 && !strcmp(argv[1], "why")) {
		why(argv + 2);
		return finish(STATUS_OK);
	}
	if (argc != 3)
		die_usage("why, fields, cuts, flips or disguised, and FILE");
	if (file_load(argv[2], 2 * QUOTE_CAP, &file, &err))
		die_err(argv[2], &err);
	if (quote_parse(file.data, file.size, &quote, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "fields"))
		fields(&quote);
	if (!strcmp(argv[1], "cuts"))
		cuts(&file);
	if (!strcmp(argv[1], "flips"))
		flips(&file);
	if (!strcmp(argv[1], "disguised"))
		disguised(&file, &quote);
	return finish(STATUS_OK);
}

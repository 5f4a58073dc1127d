/* quote_input read FILE: `FORM HEX`, the quote's bytes. quote_input attestation FILE: `MEMBER SIZE HEX`, and
 * numbers, of a dstack attestation. quote_input cuts FILE: reads FILE cut to every length, and prints how many of these
 * gave a quote. quote_input why FILE...: the reason why each is refused, or `accepted`. */
#include "quote_input.h"

#include "attestation.h"
#include "dcap_quote.h"
#include "file.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void hex(struct view view)
{
	for (size_t i = 0; i < view.size; i++)
		printf("%02x", view.data[i]);
	putchar('\n');
}

static void show(const struct bytes *file)
{
	struct err err;
	enum quote_form form;
	cleanup_bytes struct bytes quote = {0};
	if (quote_input_read(file->data, file->size, &form, &quote, &err))
		die_err(NULL, &err);
	printf("%s ", quote_form_name(form));
	hex(view_of(quote.data, quote.size));
}

static void attestation(const struct bytes *file)
{
	struct err err;
	struct attestation it;
	if (attestation_parse(view_of(file->data, file->size), &it, &err))
		die_err(NULL, &err);
	printf("events %u\nruntime_events %u\nreport_data ", it.event_count, it.runtime_event_count);
	hex(it.report_data);
	printf("config %.*s\nquote ", (int)it.config.size, (const char *)it.config.data);
	hex(it.quote);
}

static void cuts(const struct bytes *file)
{
	struct err err;
	enum quote_form form;
	struct quote parsed;
	unsigned count = 0;
	for (size_t size = 0; size < file->size; size++) {
		cleanup_bytes struct bytes quote = {0};
		cleanup_free char *exact = malloc(size ? size : 1);
		if (!exact)
			die(EX_OSERR, "memory");
		memcpy(exact, file->data, size);
		count += !quote_input_read(exact, size, &form, &quote, &err) &&
			 !quote_parse(quote.data, quote.size, &parsed, &err);
	}
	printf("%u\n", count);
}

static void why(char **paths)
{
	for (; *paths; paths++) {
		struct err err;
		enum quote_form form;
		cleanup_bytes struct bytes file = {0}, quote = {0};
		if (file_load(*paths, 2 * QUOTE_INPUT_CAP, &file, &err))
			die_err(*paths, &err);
		if (!quote_input_read(file.data, file.size, &form, &quote, &err))
			puts("accepted");
		else if (err.status == STATUS_BAD)
			puts(err.text);
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("quote_input");
	if (argc > 2 && !strcmp(argv[1], "why")) {
		why(argv + 2);
		return finish(STATUS_OK);
	}
	if (argc != 3)
		die_usage("read, attestation or cuts, and FILE");
	if (file_load(argv[2], 2 * QUOTE_INPUT_CAP, &file, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "read"))
		show(&file);
	if (!strcmp(argv[1], "attestation"))
		attestation(&file);
	if (!strcmp(argv[1], "cuts"))
		cuts(&file);
	return finish(STATUS_OK);
}

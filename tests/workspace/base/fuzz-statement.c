/* corpus: vectors/statement
 * Whoever has a key may sign anything. What is accepted as a statement is written as one that says the same. */
#include "statement.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_statement struct statement statement = {0}, again = {0};
	cleanup_bytes struct bytes text = {0}, twice = {0};
	if (statement_parse((const char *)data, size, &statement, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (statement_write(&statement, &text, &err) || statement_parse(text.data, text.size, &again, &err) ||
	    statement_write(&again, &twice, &err))
		abort();
	if (again.count != statement.count || strcmp(again.type, statement.type) || text.size != twice.size ||
	    memcmp(text.data, twice.data, text.size))
		abort();
	for (size_t i = 0; i < again.count; i++)
		if (strcmp(again.subjects[i].name, statement.subjects[i].name) ||
		    strcmp(again.subjects[i].sha256, statement.subjects[i].sha256))
			abort();
	return 0;
}

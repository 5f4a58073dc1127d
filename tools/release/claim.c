#include "claim.h"

#include <string.h>

/* What the document has there, as canonical text; NULL when there is nothing. */
static char *claimed(const struct claim *claim, const char *path)
{
	struct err ignored;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *value = json_below(claim->document, path);
	if (value && json_kind(value) == JSON_STRING)
		return strdup(json_text(value));
	return value && !json_write(value, false, &text, &ignored) ? steal(&text.data) : NULL;
}

static void compare(struct judgement *judgement, const struct claim *claim, const char *path, enum json_kind kind,
		    const char *observed)
{
	char object[256];
	cleanup_json struct json *value = json_below(claim->document, path);
	cleanup_free char *said = claimed(claim, path);
	if (said && json_kind(value) == kind && !strcmp(said, observed))
		return;
	snprintf(object, sizeof object, "%s: .%s", claim->file, path);
	if (!said)
		say_differs(&judgement->findings, claim->check, "missing", object, NULL, observed, "it says nothing");
	else
		say_differs(&judgement->findings, claim->check, "differs", object, said, observed,
			    "not what was found");
}

void claim_text(struct judgement *judgement, const struct claim *claim, const char *path, const char *observed)
{
	compare(judgement, claim, path, JSON_STRING, observed);
}

void claim_number(struct judgement *judgement, const struct claim *claim, const char *path, uint64_t observed)
{
	char text[32];
	snprintf(text, sizeof text, "%llu", (unsigned long long)observed);
	compare(judgement, claim, path, JSON_NUMBER, text);
}

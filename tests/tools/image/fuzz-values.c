/* corpus: vectors/explanation/measurements
 *
 * A measurements.json that is taken has what the graph relies on, and the graph of it, without a tree, can be made and
 * asked.
 */
#include "explanation.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct explain *explain, const char *what)
{
	struct err err = {0};
	cleanup_answer struct answer answer = {0};
	cleanup_bytes struct bytes text = {0};
	if (question_ask(explain, what, &answer, &err)) {
		assert(err.status == STATUS_BAD && *err.text);
		return;
	}
	assert(!explanation_text(explain, what, &answer, &text, &err));
	struct json *json = explanation_json(explain, what, &answer, &err);
	assert(json);
	json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_explain struct explain explain = {0};
	struct err err = {0};
	if (explain_make(&explain, (const char *)data, size, "/nonexistent", &err)) {
		assert(err.status == STATUS_BAD && *err.text);
		return 0;
	}
	assert(explain.image && !strchr(explain.image, '/'));
	ask(&explain, "rtmr3");
	ask(&explain, "rtmr0:0");
	ask(&explain, values_text(&explain.graph.values, ".image.manifest.sha256"));
	return 0;
}

/* What is told of a thing: its values, what it comes from, outermost first, and what changes with it.
 *
 * Each thing on the way is told in full once. Names may be hostile: they are made printable in text, and escaped in
 * JSON.
 *
 * Form of the JSON: docs/schema/explanation-1.json.
 */
#ifndef IMAGE_EXPLANATION_H
#define IMAGE_EXPLANATION_H

#include "json.h"
#include "question.h"

/* For people. Appends to into. */
int explanation_text(struct explain *explain, const char *asked, const struct answer *answer, struct bytes *into,
		     struct err *err);

/* One of the array `explanations`. NULL when memory is out. */
struct json *explanation_json(struct explain *explain, const char *asked, const struct answer *answer, struct err *err);

/* The tree's path of what makes values, when a change of the thing that graph_reach() was asked of changes it: of
 * makers[i], a thing or the asked one itself; NULL behind the last. */
const char *explanation_maker(const struct explain *explain, const struct thing *asked, size_t *at);

#endif

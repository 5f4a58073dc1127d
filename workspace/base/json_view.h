/* JSON looked at where it stands: for large texts that are read once, from front to back, without a tree of values.
 *
 * A view is a piece of a text that json_check() let through, so all that json.h says of strictness holds, and no
 * function here can meet bad grammar. It is good as long as the text is. Members come in the order they are written in.
 *
 *	struct json_view log, event;
 *	if (json_view(text, size, &log, err))
 *		return -1;
 *	for (struct json_view rest = json_view_inside(log); json_view_next(&rest, NULL, &event);)
 *		...
 */
#ifndef BASE_JSON_VIEW_H
#define BASE_JSON_VIEW_H

#include "json.h"

struct json_view {
	const char *text; /* NULL: there is no value */
	size_t size;      /* without white space around it */
};

/* Checks the text and fills *view with its one value. */
int json_view(const char *text, size_t size, struct json_view *view, struct err *err);

enum json_kind json_view_kind(struct json_view view);

/* What is between an array's or object's brackets; of other kinds nothing. */
struct json_view json_view_inside(struct json_view view);

/* The next item or member, taken off *rest; false at the end. name may be NULL; an item has none. */
bool json_view_next(struct json_view *rest, struct json_view *name, struct json_view *value);

/* Is this string, a name for instance, the text? */
bool json_view_is(struct json_view string, const char *text);

/* A member of an object; its text is NULL when there is none. */
struct json_view json_view_member(struct json_view object, const char *name);

/* Appends what a string says. The view is one of a string. */
int json_view_string(struct json_view string, struct bytes *into, struct err *err);

/* The view is one of a number. */
double json_view_number(struct json_view number);

#endif

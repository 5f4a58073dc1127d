/* spec: RFC 8259: the path of the value that the byte lies in, through members' names and items' numbers from 0. */
#include "json_view.h"
#include "partform.h"

#include <string.h>

static bool is_in(struct json_view view, const char *at)
{
	return view.text && at >= view.text && (size_t)(at - view.text) < view.size;
}

/* A name that would be misread in a path keeps its quotes. */
static void add_name(struct naming *naming, struct json_view name)
{
	bool plain = name.size > 2;
	for (size_t i = 1; plain && i + 1 < name.size; i++)
		plain = !strchr(". :\\", name.text[i]);
	size_t quote = plain ? 1 : 0;
	naming_text(naming, (struct span){(const uint8_t *)name.text + quote, name.size - 2 * quote});
}

/* The member or item of *view that the byte lies in becomes *view. */
static bool step(struct json_view *view, const char *at, const char *dot, struct naming *naming)
{
	struct json_view name, value;
	bool object = json_view_kind(*view) == JSON_OBJECT;
	size_t index = 0;
	if (!object && json_view_kind(*view) != JSON_ARRAY)
		return false;
	for (struct json_view rest = json_view_inside(*view); json_view_next(&rest, object ? &name : NULL, &value);
	     index++) {
		if (!is_in(value, at) && !(object && is_in(name, at)))
			continue;
		naming_add(naming, "%s", dot);
		if (object)
			add_name(naming, name);
		else
			naming_add(naming, "%zu", index);
		*view = value;
		return true;
	}
	return false;
}

bool json_part(struct span file, uint64_t offset, struct naming *naming)
{
	const char *text = (const char *)file.data, *at = text + offset, *dot = "";
	struct json_view view;
	struct err err;
	size_t blank = 0;
	while (blank < file.size && strchr(" \t\r\n", text[blank] ? text[blank] : 'x'))
		blank++;
	if (file.size > JSON_CAP || blank == file.size || !strchr("{[", text[blank] ? text[blank] : 'x') ||
	    json_view(text, file.size, &view, &err))
		return false;
	size_t named = naming->length;
	for (; is_in(view, at) && step(&view, at, dot, naming); dot = ".")
		;
	bool outside = !is_in(view, at); /* in a name, in front of the value or behind it */
	if (named == naming->length)
		naming_add(naming, "%s", outside ? "white space" : "punctuation");
	else if (outside && at < view.text)
		naming_add(naming, ": member's name");
	else if (strchr("{[", *view.text))
		naming_add(naming, ": punctuation");
	naming_range(naming, (uint64_t)(view.text - text), view.size);
	return true;
}

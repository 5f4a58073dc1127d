#include "part_ar.h"

#include <string.h>

static const struct field header[] = {
	{"header: name", {16}}, {"header: mtime", {12}}, {"header: uid", {6}}, {"header: gid", {6}},
	{"header: mode", {8}},  {"header: size", {10}},  {"header: end", {2}}, {NULL, {0}}};
enum { NAME_SIZE = 16, SIZE_AT = 48, SIZE_SIZE = 10, LONG_MOST = 1024 };

static uint64_t decimal(struct span text)
{
	uint64_t value = 0;
	for (size_t i = 0; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		value = value * 10 + (text.data[i] - '0');
	return value;
}

static bool is_called(struct span name, const char *text)
{
	return name.size == strlen(text) && !memcmp(name.data, text, name.size);
}

static struct span trimmed(struct span name)
{
	while (name.size && name.data[name.size - 1] == ' ')
		name.size--;
	return name;
}

/* Ends as GNU's names do: "x.o/" in a header, "x.o/\n" in the table of long names. */
static struct span until_slash(struct span name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] == '\n' || (name.data[i] == '/' && (i + 1 == name.size || name.data[i + 1] == '\n')))
			name.size = i;
	return name;
}

static void take_name(struct ar *ar, struct span name, struct ar_member *member)
{
	uint64_t size = member->end - member->data;
	member->name = name;
	member->names = is_called(name, "//");
	member->symbols = is_called(name, "/") || is_called(name, "/SYM64/");
	if (member->names)
		ar->long_names = span_cut(ar->file, member->data, size);
	if (member->names || member->symbols)
		return;
	if (name.size > 1 && name.data[0] == '/') {
		uint64_t at = decimal(span_cut(name, 1, name.size));
		member->name = until_slash(span_cut(ar->long_names, at, LONG_MOST));
	} else if (name.size > 3 && !memcmp(name.data, "#1/", 3)) {
		uint64_t length = decimal(span_cut(name, 3, name.size));
		length = length < size ? length : size;
		member->name = span_string(span_cut(ar->file, member->data, length), 0);
		member->symbols = span_begins(member->name, "__.SYMDEF", 9);
		member->data += length;
	} else {
		member->name = until_slash(name);
	}
}

bool ar_open(struct span file, struct ar *ar)
{
	*ar = (struct ar){.file = file, .thin = span_begins(file, "!<thin>\n", AR_MAGIC), .at = AR_MAGIC};
	return ar->thin || span_begins(file, "!<arch>\n", AR_MAGIC);
}

bool ar_next(struct ar *ar, struct ar_member *member)
{
	*member = (struct ar_member){.at = ar->at, .data = ar->at + AR_HEADER};
	if (!span_has(ar->file, ar->at, AR_HEADER))
		return false;
	uint64_t size = decimal(span_cut(ar->file, ar->at + SIZE_AT, SIZE_SIZE));
	member->end = member->data + size;
	take_name(ar, trimmed(span_cut(ar->file, ar->at, NAME_SIZE)), member);
	if (ar->thin && !member->names && !member->symbols)
		member->end = member->data;
	ar->at = member->end + member->end % 2;
	return true;
}

static void in_member(struct span file, const struct ar_member *member, uint64_t offset, struct naming *naming)
{
	if (member->symbols || member->names) {
		naming_add(naming, member->symbols ? "symbol table" : "table of long names");
	} else {
		naming_add(naming, "member ");
		naming_text(naming, member->name);
	}
	if (offset < member->at + AR_HEADER) {
		naming_add(naming, ": ");
		naming_field(naming, header, 0, member->at, offset);
	} else if (offset < member->data) {
		naming_range(naming, member->at + AR_HEADER, member->data - member->at - AR_HEADER);
		naming_add(naming, ": header: long name");
	} else if (offset >= member->end) {
		naming_range(naming, offset, 1);
		naming_add(naming, ": padding");
	} else if (member->symbols || member->names) {
		naming_range(naming, member->data, member->end - member->data);
		naming_add(naming, " (+%#llx)", (unsigned long long)(offset - member->data));
	} else {
		naming_inside(naming, file, member->data, member->end - member->data, offset);
	}
}

bool ar_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct ar ar;
	struct ar_member member;
	if (!ar_open(file, &ar))
		return false;
	if (offset < AR_MAGIC) {
		naming_range(naming, 0, AR_MAGIC);
		naming_add(naming, "magic");
		return true;
	}
	while (ar_next(&ar, &member))
		if (offset < ar.at) {
			in_member(file, &member, offset, naming);
			return true;
		}
	naming_range(naming, ar.at, file.size - ar.at);
	naming_add(naming, "behind the last member");
	return true;
}

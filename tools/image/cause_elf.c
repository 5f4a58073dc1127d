#include "causeform.h"
#include "part_elf.h"

#include <stdio.h>
#include <string.h>

static struct span contents(const struct elf *elf, const struct elf_section *section)
{
	return section->type == SHT_NOBITS ? (struct span){0} : span_cut(elf->file, section->offset, section->size);
}

static bool same(struct span a, struct span b)
{
	return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

/* The section of that name, or one of index 0. */
static struct elf_section find(const struct elf *elf, struct span name)
{
	for (uint64_t i = 1; i < elf->shnum; i++) {
		struct elf_section section = elf_section(elf, i);
		if (same(elf_section_name(elf, &section), name))
			return section;
	}
	return (struct elf_section){0};
}

static bool is_called(struct span name, const char *text)
{
	return name.size == strlen(text) && !memcmp(name.data, text, name.size);
}

/* The first string of a, from `at` on, that b has not; the linker may have put them in another order. */
static struct span lost_string(struct span a, struct span b, uint64_t at)
{
	enum { TRIES = 64 };
	while (at && a.data[at - 1])
		at--;
	for (int i = 0; i < TRIES && at < a.size; i++) {
		struct span text = span_string(a, at);
		if (!memmem(b.data, b.size, text.data, text.size))
			return text;
		at += text.size + 1;
	}
	return (struct span){0};
}

static void to_difference(struct pair *pair)
{
	while (pair->offset < pair->a.size && pair->offset < pair->b.size &&
	       pair->a.data[pair->offset] == pair->b.data[pair->offset])
		pair->offset++;
}

/* Two sections of one name, from their first byte that differs. */
static const char *compare(struct span name, struct pair pair, bool strings, char *text)
{
	char inner[CAUSE_TEXT];
	to_difference(&pair);
	if (strings) {
		struct span a = lost_string(pair.a, pair.b, pair.offset), b = lost_string(pair.b, pair.a, pair.offset);
		if (!a.size || !b.size)
			return NULL;
		pair = (struct pair){.a = a, .b = b};
		to_difference(&pair);
	}
	const char *cause = cause_date(&pair, inner);
	if (!cause)
		cause = cause_text(&pair, inner);
	if (cause)
		cause_say(text, "in %.*s: %s", (int)(name.size < 40 ? name.size : 40), (const char *)name.data, inner);
	return cause;
}

static bool has_strings(const struct elf_section *section)
{
	return (section->flags & (SHF_STRINGS | SHF_COMPRESSED)) == SHF_STRINGS;
}

/* Texts are in these sections; the first tells most of the others. */
static const char *const telling[] = {".comment", ".debug_line_str", ".debug_str", ".rodata", ".data", ".data.rel.ro"};

const char *cause_elf(const struct pair *pair, char *text)
{
	struct elf a, b;
	if (!elf_open(pair->a, &a) || !elf_open(pair->b, &b))
		return NULL;
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
		struct span name = {(const uint8_t *)telling[i], strlen(telling[i])};
		struct elf_section in_a = find(&a, name), in_b = find(&b, name);
		struct span left = contents(&a, &in_a), right = contents(&b, &in_b);
		if (!in_a.index || !in_b.index || same(left, right))
			continue;
		if (is_called(name, ".comment"))
			return cause_both(CAUSE_COMPILER, span_string(left, 0), span_string(right, 0), text);
		bool strings = has_strings(&in_a) && has_strings(&in_b);
		const char *cause = compare(name, (struct pair){.a = left, .b = right}, strings, text);
		if (cause)
			return cause;
	}
	return NULL;
}

bool elf_same_but_notes(const struct pair *pair)
{
	struct elf a, b;
	if (!elf_open(pair->a, &a) || !elf_open(pair->b, &b) || a.shnum != b.shnum || pair->a.size != pair->b.size)
		return false;
	uint64_t most = 2 * (uint64_t)pair->a.size; /* sections may share bytes, but not without end */
	for (uint64_t i = 1; i < a.shnum; i++) {
		struct elf_section left = elf_section(&a, i), right = elf_section(&b, i);
		struct span name = elf_section_name(&a, &left);
		if (contents(&a, &left).size > most)
			return false;
		most -= contents(&a, &left).size;
		if (left.type != SHT_NOTE && !is_called(name, ".gnu_debuglink") &&
		    !same(contents(&a, &left), contents(&b, &right)))
			return false;
	}
	return a.shnum > 0;
}

/* spec: System V gABI 4.1 chapter 4: ELF header, section header table; chapter 5: program header table. */
#include "part_elf.h"

#include <string.h>

/* Widths: of 32-bit files, of 64-bit ones. */
static const struct field elf_header[] = {
	{"EI_MAG", {4, 4}},    {"EI_CLASS", {1, 1}},      {"EI_DATA", {1, 1}},  {"EI_VERSION", {1, 1}},
	{"EI_OSABI", {1, 1}},  {"EI_ABIVERSION", {1, 1}}, {"EI_PAD", {7, 7}},   {"e_type", {2, 2}},
	{"e_machine", {2, 2}}, {"e_version", {4, 4}},     {"e_entry", {4, 8}},  {"e_phoff", {4, 8}},
	{"e_shoff", {4, 8}},   {"e_flags", {4, 4}},       {"e_ehsize", {2, 2}}, {"e_phentsize", {2, 2}},
	{"e_phnum", {2, 2}},   {"e_shentsize", {2, 2}},   {"e_shnum", {2, 2}},  {"e_shstrndx", {2, 2}},
	{NULL, {0, 0}},
};
static const struct field program_header[] = {
	{"p_type", {4, 4}},   {"p_flags", {0, 4}}, {"p_offset", {4, 8}}, {"p_vaddr", {4, 8}}, {"p_paddr", {4, 8}},
	{"p_filesz", {4, 8}}, {"p_memsz", {4, 8}}, {"p_flags", {4, 0}},  {"p_align", {4, 8}}, {NULL, {0, 0}},
};
static const struct field section_header[] = {
	{"sh_name", {4, 4}},      {"sh_type", {4, 4}},    {"sh_flags", {4, 8}}, {"sh_addr", {4, 8}},
	{"sh_offset", {4, 8}},    {"sh_size", {4, 8}},    {"sh_link", {4, 4}},  {"sh_info", {4, 4}},
	{"sh_addralign", {4, 8}}, {"sh_entsize", {4, 8}}, {NULL, {0, 0}},
};

uint64_t elf_get(const struct elf *elf, uint64_t at, unsigned bytes)
{
	return elf->big ? span_big(elf->file, at, bytes) : span_little(elf->file, at, bytes);
}

/* Reads a structure field by field. */
static uint64_t take(const struct elf *elf, uint64_t *at, unsigned narrow, unsigned wide)
{
	unsigned bytes = elf->wide ? wide : narrow;
	uint64_t value = elf_get(elf, *at, bytes);
	*at += bytes;
	return value;
}

struct elf_section elf_section(const struct elf *elf, uint64_t index)
{
	struct elf_section section = {.index = index};
	if (index >= elf->shnum)
		return section;
	uint64_t at = elf->shoff + index * elf->shentsize;
	section.name = take(elf, &at, 4, 4);
	section.type = take(elf, &at, 4, 4);
	section.flags = take(elf, &at, 4, 8);
	section.addr = take(elf, &at, 4, 8);
	section.offset = take(elf, &at, 4, 8);
	section.size = take(elf, &at, 4, 8);
	section.link = take(elf, &at, 4, 4);
	at += 4; /* sh_info */
	section.align = take(elf, &at, 4, 8);
	return section;
}

struct span elf_section_name(const struct elf *elf, const struct elf_section *section)
{
	struct elf_section names = elf_section(elf, elf->shstrndx);
	struct span all = span_cut(elf->file, names.offset, names.size);
	return span_string(span_cut(all, section->name, ELF_NAME_MOST), 0);
}

/* Entries of a table that are really there; none when an entry is too short to be one. */
static uint64_t table_count(const struct elf *elf, uint64_t at, uint64_t count, uint64_t entry, uint64_t least)
{
	uint64_t most = entry < least || at > elf->file.size ? 0 : (elf->file.size - at) / entry;
	return count < most ? count : most;
}

static void read_tables(struct elf *elf)
{
	uint64_t at = elf->wide ? 32 : 28, phnum, shnum;
	elf->phoff = take(elf, &at, 4, 8);
	elf->shoff = take(elf, &at, 4, 8);
	at += 4 + 2; /* e_flags, e_ehsize */
	elf->phentsize = take(elf, &at, 2, 2);
	phnum = take(elf, &at, 2, 2);
	elf->shentsize = take(elf, &at, 2, 2);
	shnum = take(elf, &at, 2, 2);
	elf->shstrndx = take(elf, &at, 2, 2);
	/* spec: System V gABI 4.1 chapter 4, "ELF Header": what does not fit is in the section header 0 */
	uint64_t first = elf->shoff, size_at = first + (elf->wide ? 32 : 20), link_at = first + (elf->wide ? 40 : 24);
	if (first && !shnum)
		shnum = elf_get(elf, size_at, elf->wide ? 8 : 4);
	if (first && elf->shstrndx == 0xffff)
		elf->shstrndx = elf_get(elf, link_at, 4);
	if (first && phnum == 0xffff)
		phnum = elf_get(elf, link_at + 4, 4);
	elf->phnum = table_count(elf, elf->phoff, phnum, elf->phentsize, fields_size(program_header, elf->wide));
	elf->shnum = first ? table_count(elf, first, shnum, elf->shentsize, fields_size(section_header, elf->wide)) : 0;
}

static bool in_program_headers(const struct elf *elf, uint64_t offset, struct naming *naming)
{
	if (!elf->phnum || !holds(elf->phoff, elf->phnum * elf->phentsize, offset))
		return false;
	uint64_t index = (offset - elf->phoff) / elf->phentsize;
	naming_add(naming, "program header %llu: ", (unsigned long long)index);
	if (!naming_field(naming, program_header, elf->wide, elf->phoff + index * elf->phentsize, offset))
		naming_add(naming, "padding");
	return true;
}

static bool in_section_headers(const struct elf *elf, uint64_t offset, struct naming *naming)
{
	if (!elf->shnum || !holds(elf->shoff, elf->shnum * elf->shentsize, offset))
		return false;
	uint64_t index = (offset - elf->shoff) / elf->shentsize;
	struct elf_section section = elf_section(elf, index);
	struct span name = elf_section_name(elf, &section);
	naming_add(naming, "section header %llu", (unsigned long long)index);
	if (name.size) {
		naming_add(naming, " (");
		naming_text(naming, name);
		naming_add(naming, ")");
	}
	naming_add(naming, ": ");
	if (!naming_field(naming, section_header, elf->wide, elf->shoff + index * elf->shentsize, offset))
		naming_add(naming, "padding");
	return true;
}

static bool in_sections(const struct elf *elf, uint64_t offset, struct naming *naming)
{
	for (uint64_t i = 1; i < elf->shnum; i++) {
		struct elf_section section = elf_section(elf, i);
		if (section.type == 0 || section.type == SHT_NOBITS || !holds(section.offset, section.size, offset))
			continue;
		elf_in_section(elf, &section, offset, naming);
		return true;
	}
	return false;
}

/* Of a file without section headers. Notes are in a segment that is loaded, too. */
static bool in_segments(const struct elf *elf, bool notes, uint64_t offset, struct naming *naming)
{
	for (uint64_t i = 0; i < elf->phnum; i++) {
		uint64_t at = elf->phoff + i * elf->phentsize, size_at = at + (elf->wide ? 32 : 16);
		uint64_t type = elf_get(elf, at, 4), from = elf_get(elf, at + (elf->wide ? 8 : 4), elf->wide ? 8 : 4);
		uint64_t size = elf_get(elf, size_at, elf->wide ? 8 : 4);
		uint64_t align = elf_get(elf, at + (elf->wide ? 48 : 28), elf->wide ? 8 : 4);
		if (!holds(from, size, offset) || (notes && type != PT_NOTE))
			continue;
		if (notes && elf_in_notes(elf, from, size, align, offset, naming))
			return true;
		naming_range(naming, from, size);
		naming_add(naming, "segment %llu (+%#llx)", (unsigned long long)i, (unsigned long long)(offset - from));
		return true;
	}
	return false;
}

/* Between what the headers tell of. */
static void in_gap(const struct elf *elf, uint64_t offset, struct naming *naming)
{
	struct elf_section before = {0}, behind = {.offset = UINT64_MAX};
	for (uint64_t i = 1; i < elf->shnum; i++) {
		struct elf_section section = elf_section(elf, i);
		if (section.type == SHT_NOBITS || !section.size)
			continue;
		if (section.offset <= offset && section.offset >= before.offset)
			before = section;
		if (section.offset > offset && section.offset < behind.offset)
			behind = section;
	}
	naming_range(naming, offset, 1);
	naming_add(naming, "padding");
	if (before.index) {
		naming_add(naming, " behind section ");
		naming_text(naming, elf_section_name(elf, &before));
	}
	if (behind.index) {
		naming_add(naming, before.index ? ", in front of " : " in front of section ");
		naming_text(naming, elf_section_name(elf, &behind));
	}
}

static bool in_header(const struct elf *elf, uint64_t offset, struct naming *naming)
{
	if (offset >= fields_size(elf_header, elf->wide))
		return false;
	naming_add(naming, "ELF header: ");
	return naming_field(naming, elf_header, elf->wide, 0, offset);
}

bool elf_open(struct span file, struct elf *elf)
{
	*elf = (struct elf){.file = file};
	if (!span_begins(file, "\177ELF", 4) || file.size < 16 || file.data[4] < 1 || file.data[4] > 2 ||
	    file.data[5] < 1 || file.data[5] > 2)
		return false;
	elf->wide = file.data[4] == 2;
	elf->big = file.data[5] == 2;
	elf->type = (unsigned)elf_get(elf, 16, 2);
	read_tables(elf);
	return true;
}

bool elf_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct elf elf;
	if (!elf_open(file, &elf))
		return false;
	if (!in_header(&elf, offset, naming) && !in_program_headers(&elf, offset, naming) &&
	    !in_section_headers(&elf, offset, naming) && !in_sections(&elf, offset, naming) &&
	    (elf.shnum || (!in_segments(&elf, true, offset, naming) && !in_segments(&elf, false, offset, naming))))
		in_gap(&elf, offset, naming);
	return true;
}

#include "part_elf.h"

#include <string.h>

static bool is_called(struct span name, const char *text)
{
	return name.size == strlen(text) && !memcmp(name.data, text, name.size);
}

static bool starts(struct span name, const char *text)
{
	return span_begins(name, text, strlen(text));
}

/* spec: System V gABI 4.1 chapter 5, "Note Section"; elf.h of the GNU C library for the types */
static const struct {
	const char *owner;
	uint64_t type;
	const char *name;
} notes[] = {
	{"GNU", 1, "ABI tag"},    {"GNU", 3, "build ID"}, {"GNU", 4, "linker's version"},
	{"GNU", 5, "properties"}, {"Go", 4, "build ID"},  {"FDO", 0xcafe1a7e, "package metadata"},
};

static void add_note(struct span owner, uint64_t type, struct naming *naming)
{
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (is_called(owner, notes[i].owner) && type == notes[i].type) {
			naming_add(naming, "%s", notes[i].name);
			return;
		}
	naming_add(naming, "note ");
	naming_text(naming, owner);
	naming_add(naming, " of type %#llx", (unsigned long long)type);
}

static uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) / align * align;
}

bool elf_in_notes(const struct elf *elf, uint64_t at, uint64_t size, uint64_t align, uint64_t offset,
		  struct naming *naming)
{
	struct span all = span_cut(elf->file, at, size);
	align = align == 8 ? 8 : 4;
	for (uint64_t note = 0; span_has(all, note, 12);) {
		uint64_t name_size = elf_get(elf, at + note, 4), data_size = elf_get(elf, at + note + 4, 4);
		uint64_t data = note + align_up(12 + name_size, align), next = data + align_up(data_size, align);
		if (holds(at + note, next - note, offset)) {
			struct span owner = span_string(span_cut(all, note + 12, name_size), 0);
			add_note(owner, elf_get(elf, at + note + 8, 4), naming);
			bool in_data = offset >= at + data;
			naming_range(naming, in_data ? at + data : at + note, in_data ? data_size : data - note);
			if (!in_data)
				naming_add(naming, ": note header");
			return true;
		}
		note = next;
	}
	return false;
}

static const struct field symbol[] = {
	{"st_name", {4, 4}},  {"st_value", {4, 0}}, {"st_size", {4, 0}}, {"st_info", {1, 1}}, {"st_other", {1, 1}},
	{"st_shndx", {2, 2}}, {"st_value", {0, 8}}, {"st_size", {0, 8}}, {NULL, {0, 0}},
};

static struct span symbol_name(const struct elf *elf, const struct elf_section *table, uint64_t at)
{
	struct elf_section names = elf_section(elf, table->link);
	struct span all = span_cut(elf->file, names.offset, names.size);
	return span_string(span_cut(all, elf_get(elf, at, 4), ELF_NAME_MOST), 0);
}

/* Does the symbol at `at` cover the place in the section? A place is an address, but in what is still to be linked. */
static bool covers(const struct elf *elf, uint64_t at, const struct elf_section *section, uint64_t place)
{
	uint64_t value = elf_get(elf, at + (elf->wide ? 8 : 4), elf->wide ? 8 : 4);
	uint64_t size = elf_get(elf, at + (elf->wide ? 16 : 8), elf->wide ? 8 : 4);
	unsigned kind = elf_get(elf, at + (elf->wide ? 4 : 12), 1) & 15;
	uint64_t index = elf_get(elf, at + (elf->wide ? 6 : 14), 2);
	return (kind == 1 || kind == 2) && index == section->index && holds(value, size, place);
}

/* The function or object of a symbol table that the place lies in. */
static bool add_symbol(const struct elf *elf, const struct elf_section *table, const struct elf_section *section,
		       uint64_t place, struct naming *naming)
{
	uint64_t step = fields_size(symbol, elf->wide);
	struct span all = span_cut(elf->file, table->offset, table->size);
	for (uint64_t at = 0; span_has(all, at, step); at += step) {
		uint64_t here = table->offset + at;
		if (!covers(elf, here, section, place))
			continue;
		bool function = (elf_get(elf, here + (elf->wide ? 4 : 12), 1) & 15) == 2;
		naming_add(naming, ", %s ", function ? "function" : "object");
		naming_text(naming, symbol_name(elf, table, here));
		return true;
	}
	return false;
}

static void add_symbol_at(const struct elf *elf, const struct elf_section *section, uint64_t offset,
			  struct naming *naming)
{
	uint64_t place = offset - section->offset + (elf->type == ET_REL ? 0 : section->addr);
	for (unsigned type = SHT_SYMTAB; type <= SHT_DYNSYM; type += SHT_DYNSYM - SHT_SYMTAB)
		for (uint64_t i = 1; i < elf->shnum; i++) {
			struct elf_section table = elf_section(elf, i);
			if (table.type != type)
				continue;
			if (add_symbol(elf, &table, section, place, naming))
				return;
			break; /* a file has one of each */
		}
}

/* The string that the byte lies in, if it can be read. */
static void add_string(const struct elf *elf, const struct elf_section *section, uint64_t offset, struct naming *naming)
{
	enum { BACK = 1024 };
	uint64_t start = offset;
	while (start > section->offset && offset - start < BACK && elf->file.data[start - 1])
		start--;
	struct span text = span_string(span_cut(elf->file, section->offset, section->size), start - section->offset);
	naming_range(naming, start, text.size);
	if (!text.size)
		return;
	naming_add(naming, ", \"");
	naming_text(naming, text);
	naming_add(naming, "\"");
}

static void in_symbols(const struct elf *elf, const struct elf_section *section, uint64_t offset, struct naming *naming)
{
	uint64_t step = fields_size(symbol, elf->wide);
	uint64_t at = section->offset + (offset - section->offset) / step * step;
	struct span name = symbol_name(elf, section, at);
	naming_add(naming, ", symbol ");
	if (name.size)
		naming_text(naming, name);
	else
		naming_add(naming, "%llu", (unsigned long long)((at - section->offset) / step));
	naming_add(naming, ": ");
	naming_field(naming, symbol, elf->wide, at, offset);
}

/* Sections that are one thing. */
static bool in_special(const struct elf *elf, const struct elf_section *section, struct span name, uint64_t offset,
		       struct naming *naming)
{
	uint64_t crc = align_up(span_string(elf->file, section->offset).size + 1, 4);
	size_t length = naming->length;
	if (is_called(name, ".comment")) {
		naming_add(naming, ".comment: compiler version");
		return true;
	}
	/* spec: GDB manual, "Debugging Information in Separate Files" */
	if (is_called(name, ".gnu_debuglink")) {
		bool in_crc = offset - section->offset >= crc;
		naming_range(naming, section->offset + (in_crc ? crc : 0), in_crc ? 4 : crc);
		naming_add(naming, ".gnu_debuglink: %s", in_crc ? "CRC32 of the debug file" : "name of the debug file");
		return true;
	}
	if (section->type != SHT_NOTE)
		return false;
	naming_text(naming, name);
	naming_add(naming, ": ");
	if (elf_in_notes(elf, section->offset, section->size, section->align, offset, naming))
		return true;
	naming->length = length;
	return false;
}

void elf_in_section(const struct elf *elf, const struct elf_section *section, uint64_t offset, struct naming *naming)
{
	struct span name = elf_section_name(elf, section);
	naming_range(naming, section->offset, section->size);
	if (in_special(elf, section, name, offset, naming))
		return;
	naming_add(naming, "section ");
	naming_text(naming, name);
	naming_add(naming, " (+%#llx", (unsigned long long)(offset - section->offset));
	if (section->type == SHT_SYMTAB || section->type == SHT_DYNSYM)
		in_symbols(elf, section, offset, naming);
	else if (section->type == SHT_STRTAB || (section->flags & (SHF_STRINGS | SHF_COMPRESSED)) == SHF_STRINGS)
		add_string(elf, section, offset, naming);
	else if (!starts(name, ".debug"))
		add_symbol_at(elf, section, offset, naming);
	naming_add(naming, ")");
}

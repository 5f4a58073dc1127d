#include "linked.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct piece {
	const uint8_t *data;
	uint64_t size;
};

/* Bytes of the file, when they are all in it. */
static bool cut(struct piece file, uint64_t offset, uint64_t size, struct piece *piece)
{
	if (offset > file.size || size > file.size - offset)
		return false;
	*piece = (struct piece){file.data + offset, size};
	return true;
}

static int section(struct piece file, const Elf64_Ehdr *head, uint64_t index, Elf64_Shdr *into, struct err *err)
{
	struct piece piece;
	if (index >= head->e_shnum || head->e_shoff > file.size ||
	    !cut(file, head->e_shoff + index * sizeof *into, sizeof *into, &piece))
		return err_bad(err, "ELF: section %llu is not in the file", (unsigned long long)index);
	memcpy(into, piece.data, sizeof *into);
	return 0;
}

/* The text at that place, which has to end in the table. */
static const char *text_at(struct piece strings, uint32_t at)
{
	if (at >= strings.size || !memchr(strings.data + at, '\0', strings.size - at))
		return NULL;
	return (const char *)strings.data + at;
}

static int symbols(struct piece file, const Elf64_Ehdr *head, const Elf64_Shdr *table,
		   int (*each)(void *context, const char *name, struct err *err), void *context, struct err *err)
{
	struct piece list, strings;
	Elf64_Shdr names;
	Elf64_Sym symbol;
	if (section(file, head, table->sh_link, &names, err))
		return -1;
	if (!cut(file, table->sh_offset, table->sh_size, &list) ||
	    !cut(file, names.sh_offset, names.sh_size, &strings) || names.sh_type != SHT_STRTAB)
		return err_bad(err, "ELF: symbol table is not in the file");
	for (uint64_t at = 0; list.size - at >= sizeof symbol; at += sizeof symbol) {
		memcpy(&symbol, list.data + at, sizeof symbol);
		if (ELF64_ST_TYPE(symbol.st_info) != STT_FILE)
			continue;
		const char *name = text_at(strings, symbol.st_name);
		if (!name)
			return err_bad(err, "ELF: name of a symbol is not in the file");
		if (*name && !strchr(name, '/') && each(context, name, err))
			return -1;
	}
	return 0;
}

int linked_units(const void *program, size_t size, int (*each)(void *context, const char *name, struct err *err),
		 void *context, struct err *err)
{
	struct piece file = {program, size};
	Elf64_Ehdr head;
	if (size < sizeof head)
		return err_bad(err, "not an ELF file");
	memcpy(&head, program, sizeof head);
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_ident[EI_DATA] != ELFDATA2LSB || head.e_machine != EM_X86_64)
		return err_bad(err, "not an ELF file for x86-64");
	if (head.e_shnum && head.e_shentsize != sizeof(Elf64_Shdr))
		return err_bad(err, "ELF: size of section headers");
	for (uint64_t i = 0; i < head.e_shnum; i++) {
		Elf64_Shdr table;
		if (section(file, &head, i, &table, err))
			return -1;
		if (table.sh_type == SHT_SYMTAB)
			return symbols(file, &head, &table, each, context, err);
	}
	return 0;
}

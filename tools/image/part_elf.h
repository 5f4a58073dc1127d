/* An ELF file as part_elf.c and part_elf_section.c see it. */
#ifndef IMAGE_PART_ELF_H
#define IMAGE_PART_ELF_H

#include "partform.h"

/* Values of the gABI's fields that names depend on. */
enum {
	ET_REL = 1,
	SHT_SYMTAB = 2,
	SHT_STRTAB = 3,
	SHT_NOTE = 7,
	SHT_NOBITS = 8,
	SHT_DYNSYM = 11,
	SHF_STRINGS = 0x20,
	SHF_COMPRESSED = 0x800,
	PT_NOTE = 4,
};

enum { ELF_NAME_MOST = 1024 }; /* bytes of a name that are read */

struct elf {
	struct span file;
	bool big, wide;
	unsigned type;
	uint64_t phoff, shoff, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_section {
	uint64_t index, name, type, flags, addr, offset, size, link, align;
};

/* Reads the headers; false when it is no ELF. */
bool elf_open(struct span file, struct elf *elf);

uint64_t elf_get(const struct elf *elf, uint64_t at, unsigned bytes);
struct elf_section elf_section(const struct elf *elf, uint64_t index);
struct span elf_section_name(const struct elf *elf, const struct elf_section *section);

/* Names a byte of a section. */
void elf_in_section(const struct elf *elf, const struct elf_section *section, uint64_t offset, struct naming *naming);

/* Names a byte of notes; false when they say nothing of it. */
bool elf_in_notes(const struct elf *elf, uint64_t at, uint64_t size, uint64_t align, uint64_t offset,
		  struct naming *naming);

#endif

/* What part of a well-known format a byte of a file lies in: "section .text (+0x1a0, function main)".
 *
 * The format is sniffed from the bytes: ELF, ar (so .a and .deb), gzip, zstd, zip, tar, PEM, DER (certificates, keys),
 * JSON, text. What lies in a container is looked into again, as deep as PART_DEPTH: an ELF in an ar gives
 * "member x.o: section .text". Compressed data are not looked into. Members of a gzip, frames of a zstd are numbered
 * from the second on.
 *
 * The bytes are hostile: nothing outside of them is read, and what is cut short or contradicts itself ends in a name of
 * what is still known, or in 0. A name is one line of UTF-8 without control characters. The work is linear in size; a
 * gzip is inflated up to the offset.
 */
#ifndef IMAGE_PART_H
#define IMAGE_PART_H

#include <stddef.h>
#include <stdint.h>

enum { PART_DEPTH = 4 };

struct part {
	char format[16];   /* of the whole: "ELF", "gzip", "zstd", "ar", "zip", "tar", "PEM", "DER", "JSON", "text" */
	char name[200];    /* cut at a character to fit */
	uint64_t at, size; /* the bytes so named, or the one at offset alone; in a PEM, the block */
};

/* 1 when *part was filled; 0 when the format is not known, or offset is not below size. */
int part_at(const void *data, size_t size, uint64_t offset, struct part *part);

enum { PART_LIST = 200 };

/* Which parts of two files of one format differ, by name: "sections .text, .rodata" of ELFs, "members x.o" of ar
 * archives, "entries a, b" of zips. 0, and text empty, for other formats, and when none of those parts differs.
 */
int part_list(const void *a, size_t size_a, const void *b, size_t size_b, char text[static PART_LIST]);

#endif

#include "pe.h"

#include "little.h"

enum {
	DOS_HEADER = 0x40,
	PE_HEADER = 24, /* signature and COFF header; the optional header follows */
	SECTION_HEADER = 40,
	DIRECTORIES = 16,
	CERTIFICATES = 4, /* the directory with the certificate table */
};

struct section {
	uint64_t at, size; /* its data in the file */
};

/* Offsets in the file, and sizes. */
struct layout {
	uint64_t optional, sections; /* where the optional header begins, and where the table of sections */
	uint64_t headers;            /* size of all headers */
	uint64_t checksum;           /* where the field is */
	uint64_t directory;          /* where the entry of the certificate table is; 0: there is none */
	uint64_t certificates;       /* size of that table */
	unsigned section_count;
};

/* Copies a header, which may begin in the head and end behind it. */
static int fetch(const struct pe_file *file, uint64_t at, void *into, size_t size)
{
	if (at > file->size || size > file->size - at)
		return -1;
	for (size_t i = 0; i < size; i++, at++)
		((uint8_t *)into)[i] = at < file->head_size ? file->head[at] : file->data[at];
	return 0;
}

static void update(struct hasher *hasher, const struct pe_file *file, uint64_t from, uint64_t to)
{
	if (from < file->head_size) {
		uint64_t end = to < file->head_size ? to : file->head_size;
		hasher_update(hasher, file->head + from, end - from);
		from = end;
	}
	if (from < to)
		hasher_update(hasher, file->data + from, to - from);
}

/* Finds the optional header. */
static int parse_start(const struct pe_file *file, struct layout *layout, struct err *err)
{
	uint8_t dos[DOS_HEADER], header[PE_HEADER];
	if (fetch(file, 0, dos, sizeof dos))
		return err_bad(err, "PE: shorter than its DOS header");
	if (memcmp(dos, "MZ", 2))
		return err_bad(err, "PE: does not begin with MZ");
	uint64_t at = get_u32(dos + 0x3c);
	if (fetch(file, at, header, sizeof header))
		return err_bad(err, "PE: its header is outside the file");
	if (memcmp(header, "PE\0\0", 4))
		return err_bad(err, "PE: no signature where its header should be");
	layout->optional = at + PE_HEADER;
	layout->section_count = get_u16(header + 6);
	layout->sections = layout->optional + get_u16(header + 20);
	return 0;
}

/* The entry that says where the certificates are. */
static int parse_certificates(const struct pe_file *file, struct layout *layout, struct err *err)
{
	uint8_t entry[8];
	fetch(file, layout->directory, entry, sizeof entry); /* it lies before the sections' headers */
	uint64_t at = get_u32(entry);
	layout->certificates = get_u32(entry + 4);
	if (layout->certificates && (at < layout->headers || at + layout->certificates > file->size))
		return err_bad(err, "PE: the certificate table is outside the file");
	return 0;
}

/* spec: tdx-boot-spec.md 4.2 */
static int parse_optional(const struct pe_file *file, struct layout *layout, struct err *err)
{
	uint8_t fields[112];
	uint64_t size = layout->sections - layout->optional;
	if (size < 2 || fetch(file, layout->optional, fields, 2))
		return err_bad(err, "PE: there is no optional header");
	unsigned magic = get_u16(fields), fixed = magic == 0x10b ? 96 : 112;
	if (magic != 0x10b && magic != 0x20b)
		return err_bad(err, "PE: magic 0x%x, neither PE32 nor PE32+", magic);
	if (size < fixed)
		return err_bad(err, "PE: the optional header is too short");
	if (fetch(file, layout->optional, fields, fixed))
		return err_bad(err, "PE: the optional header is outside the file");
	uint32_t directories = get_u32(fields + fixed - 4);
	if (directories > DIRECTORIES || size < fixed + 8 * directories)
		return err_bad(err, "PE: %u data directories do not fit the optional header", directories);
	layout->headers = get_u32(fields + 60);
	layout->checksum = layout->optional + 64;
	if (layout->headers > file->size)
		return err_bad(err, "PE: its headers are longer than the file");
	if (layout->sections + (uint64_t)layout->section_count * SECTION_HEADER > layout->headers)
		return err_bad(err, "PE: %u section headers do not fit the headers", layout->section_count);
	if (directories <= CERTIFICATES)
		return 0;
	layout->directory = layout->optional + fixed + 8 * CERTIFICATES;
	return parse_certificates(file, layout, err);
}

static int by_place(const void *a, const void *b)
{
	const struct section *left = a, *right = b;
	return left->at < right->at ? -1 : left->at > right->at;
}

/* Those that have data, sorted. *count is how many. */
static int parse_sections(const struct pe_file *file, const struct layout *layout, struct section *sections,
			  size_t *count, struct err *err)
{
	uint8_t header[SECTION_HEADER];
	*count = 0;
	for (unsigned i = 0; i < layout->section_count; i++) {
		/* It lies inside the headers, and they inside the file. */
		fetch(file, layout->sections + (uint64_t)i * SECTION_HEADER, header, sizeof header);
		struct section section = {.at = get_u32(header + 20), .size = get_u32(header + 16)};
		if (!section.size)
			continue;
		if (section.at + section.size > file->size)
			return err_bad(err, "PE: section %u: its data is outside the file", i);
		if (section.at < layout->headers)
			return err_bad(err, "PE: section %u: its data is inside the headers", i);
		sections[(*count)++] = section;
	}
	qsort(sections, *count, sizeof *sections, by_place);
	for (size_t i = 1; i < *count; i++)
		if (sections[i - 1].at + sections[i - 1].size > sections[i].at)
			return err_bad(err, "PE: two sections have the data at 0x%llx",
				       (unsigned long long)sections[i].at);
	return 0;
}

/* What lies behind the headers' and sections' bytes, counted and not looked up: so the firmware does it. */
static int update_rest(struct hasher *hasher, const struct pe_file *file, const struct layout *layout, uint64_t hashed,
		       struct err *err)
{
	if (file->size <= hashed)
		return 0;
	if (file->size < hashed + layout->certificates)
		return err_bad(err, "PE: the certificate table lies over a section");
	update(hasher, file, hashed, file->size - layout->certificates);
	return 0;
}

static int hash(const struct pe_file *file, const struct layout *layout, const struct section *sections, size_t count,
		struct hasher *hasher, const char **note, struct err *err)
{
	uint64_t hashed = layout->headers;
	update(hasher, file, 0, layout->checksum);
	update(hasher, file, layout->checksum + 4, layout->directory ? layout->directory : layout->headers);
	if (layout->directory)
		update(hasher, file, layout->directory + 8, layout->headers);
	for (size_t i = 0; i < count; i++, hashed += sections[i - 1].size)
		update(hasher, file, sections[i].at, sections[i].at + sections[i].size);
	*note = NULL;
	if (file->size % 8)
		*note = "its size is not a multiple of 8, up to which dstack's tool adds zeros";
	else if (!layout->directory)
		*note = "it has no entry for certificates, where dstack's tool leaves one out";
	else if (!layout->certificates && file->size > hashed)
		*note = "it has data behind its sections and no certificates, and dstack's tool leaves that data out";
	return update_rest(hasher, file, layout, hashed, err);
}

int pe_digest(const struct pe_file *file, enum digest_algorithm algorithm, uint8_t *digest, const char **note,
	      struct err *err)
{
	struct layout layout = {0};
	size_t count;
	if (parse_start(file, &layout, err) || parse_optional(file, &layout, err))
		return -1;
	cleanup_free struct section *sections = calloc(layout.section_count + 1u, sizeof *sections);
	cleanup_hasher struct hasher *hasher = hasher_new(algorithm, err);
	if (!sections)
		return err_system(err, EX_OSERR, "sections");
	if (!hasher || parse_sections(file, &layout, sections, &count, err) ||
	    hash(file, &layout, sections, count, hasher, note, err))
		return -1;
	hasher_final(hasher, digest);
	return 0;
}

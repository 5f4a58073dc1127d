/* What the module of ACPI tables gives, for the tests in acpi.bats.
 *
 *	acpi digests KEY=VALUE...   SHA-384 of loader, rsdp, tables
 *	acpi terms KEY=VALUE...     length and SHA-256 of the DSDT, then of each of its terms
 *	acpi dump DIR KEY=VALUE...  the three files
 *	acpi split DIR KEY=VALUE... each table in a file of its own, for iasl
 *	acpi doubt KEY=VALUE...     why the answer is less than sure, or "none"
 *	acpi extend                 the register that the digests on standard input give, one a line
 *	acpi lines                  as digests, for a shape on each line of standard input; one line each
 *
 * Keys: cpus, mem (MiB), qemu, pic, smm, hotplug_off, hugepages, cdrom, volumes, nics, gpus, nvswitches, hole64
 *(bytes).
 */
#include "acpi.h"
#include "digest.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <string.h>

static void need(int failed, const struct err *err)
{
	if (failed)
		die_err(NULL, err);
}

static void set(struct shape *shape, const char *text)
{
	const char *value = strchr(text, '=');
	if (!value)
		die_usage("%s: not KEY=VALUE", text);
	size_t size = (size_t)(value++ - text);
	uint64_t number = strtoull(value, NULL, 0);
	struct {
		const char *key;
		bool *flag;
		unsigned *count;
		uint64_t *wide;
	} keys[] = {
		{"pic", &shape->pic, NULL, NULL},
		{"smm", &shape->smm, NULL, NULL},
		{"hotplug_off", &shape->hotplug_off, NULL, NULL},
		{"hugepages", &shape->hugepages, NULL, NULL},
		{"cdrom", &shape->cdrom, NULL, NULL},
		{"cpus", NULL, &shape->cpus, NULL},
		{"volumes", NULL, &shape->volumes, NULL},
		{"nics", NULL, &shape->nics, NULL},
		{"gpus", NULL, &shape->gpus, NULL},
		{"nvswitches", NULL, &shape->nvswitches, NULL},
		{"hole64", NULL, NULL, &shape->hole64},
		{"mem", NULL, NULL, &shape->memory},
	};
	unsigned *part = shape->qemu.part;
	if (!strncmp(text, "qemu=", 5) && sscanf(value, "%u.%u.%u", part, part + 1, part + 2) == 3)
		return;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strlen(keys[i].key) != size || strncmp(keys[i].key, text, size) != 0)
			continue;
		if (keys[i].flag)
			*keys[i].flag = number;
		else if (keys[i].count)
			*keys[i].count = (unsigned)number;
		else
			*keys[i].wide = keys[i].wide == &shape->memory ? number << 20 : number;
		return;
	}
	die_usage("%s: unknown key", text);
}

static struct shape shape_of(char *const *texts)
{
	struct shape shape = {.cpus = 1, .memory = 2048u << 20, .qemu = {{9, 2, 1}}, .nics = 1, .hole64 = SHAPE_HOLE64};
	for (; *texts; texts++)
		set(&shape, *texts);
	return shape;
}

static void print_digest(const char *name, const struct bytes *bytes, char after)
{
	struct err err;
	char digest[DIGEST_HEX_MAX];
	need(digest_bytes(SHA384, bytes->data, bytes->size, digest, &err), &err);
	printf("%s %s%c", name, digest, after);
}

static void print_digests(const struct acpi *acpi, char between)
{
	print_digest("loader", &acpi->loader, between);
	print_digest("rsdp", &acpi->rsdp, between);
	print_digest("tables", &acpi->tables, '\n');
}

static uint32_t length_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* A term's bytes, by its own length: all but Name (PICF, 0) have one after a one-byte opcode. */
static size_t term_size(const uint8_t *at)
{
	if (at[0] == 0x08)
		return 6;
	size_t size = at[1] & 0x3f, more = at[1] >> 6;
	if (more)
		size &= 15;
	for (size_t i = 0; i < more; i++)
		size |= (size_t)at[2 + i] << (4 + 8 * i);
	return 1 + size;
}

static void print_terms(const struct acpi *acpi)
{
	struct err err;
	const uint8_t *dsdt = (const uint8_t *)acpi->tables.data + 0x40;
	uint32_t size = length_at(dsdt + 4);
	char digest[DIGEST_HEX_MAX];
	need(digest_bytes(SHA256, dsdt, size, digest, &err), &err);
	printf("length %u sha256 %s\n", size, digest);
	for (size_t at = 36, n; at < size; at += n) {
		n = term_size(dsdt + at);
		need(digest_bytes(SHA256, dsdt + at, n, digest, &err), &err);
		printf("@0x%04zx len %5zu op %02x   sha256 %.32s\n", at, n, dsdt[at], digest);
	}
}

static void save(const char *dir, const char *name, const void *data, size_t size)
{
	struct err err;
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	need(file_save(path, data, size, &err), &err);
}

static void dump(const struct acpi *acpi, const char *dir)
{
	save(dir, "tables", acpi->tables.data, acpi->tables.size);
	save(dir, "rsdp", acpi->rsdp.data, acpi->rsdp.size);
	save(dir, "loader", acpi->loader.data, acpi->loader.size);
}

static void split(const struct acpi *acpi, const char *dir)
{
	const uint8_t *data = (const uint8_t *)acpi->tables.data;
	for (size_t at = 0; at < acpi->tables.size && data[at]; at += length_at(data + at + 4)) {
		char name[16];
		snprintf(name, sizeof name, "%.4s.aml", acpi->tables.data + at);
		save(dir, name, data + at, length_at(data + at + 4));
	}
}

static void print_lines(struct acpi *acpi)
{
	char line[1024], *words[32];
	while (fgets(line, sizeof line, stdin)) {
		size_t n = 0;
		for (char *at = line; n < 31 && (words[n] = strtok(at, " \n")); at = NULL)
			n++;
		words[n] = NULL;
		struct err err;
		struct shape shape = shape_of(words);
		need(acpi_build(&shape, acpi, &err), &err);
		print_digests(acpi, ' ');
	}
}

static void print_register(void)
{
	char line[256], value[2 * SHA384_SIZE + 1];
	uint8_t both[2 * SHA384_SIZE] = {0};
	struct err err;
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (hex_read(line, both + SHA384_SIZE, SHA384_SIZE))
			die_usage("%s: not a digest", line);
		need(digest_raw(SHA384, both, sizeof both, both, &err), &err);
	}
	hex_write(both, SHA384_SIZE, value);
	puts(value);
}

int main(int argc, char **argv)
{
	program_start("acpi");
	cleanup_acpi struct acpi acpi = {0};
	struct err err;
	if (argc < 2)
		die_usage("what to print is missing");
	if (!strcmp(argv[1], "lines")) {
		print_lines(&acpi);
		return finish(STATUS_OK);
	}
	if (!strcmp(argv[1], "extend")) {
		print_register();
		return finish(STATUS_OK);
	}
	bool has_folder = !strcmp(argv[1], "dump") || !strcmp(argv[1], "split");
	if (argc < 2 + has_folder)
		die_usage("the folder is missing");
	struct shape shape = shape_of(argv + 2 + has_folder);
	need(acpi_build(&shape, &acpi, &err), &err);
	if (!strcmp(argv[1], "digests"))
		print_digests(&acpi, '\n');
	else if (!strcmp(argv[1], "terms"))
		print_terms(&acpi);
	else if (!strcmp(argv[1], "dump"))
		dump(&acpi, argv[2]);
	else if (!strcmp(argv[1], "split"))
		split(&acpi, argv[2]);
	else
		puts(acpi_doubt(&shape) ? acpi_doubt(&shape) : "none");
	return finish(STATUS_OK);
}

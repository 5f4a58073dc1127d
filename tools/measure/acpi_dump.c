#include "acpi_dump.h"

#include "file.h"
#include "little.h"

#include <string.h>
#include <sys/stat.h>

enum { TABLE_HEADER = 36, CHECKSUM = 9 };

static int save(const char *folder, const char *name, const void *data, size_t size, struct err *err)
{
	cleanup_bytes struct bytes path = {0};
	if (bytes_addf(&path, err, "%s/%s", folder, name))
		return -1;
	return file_save(path.data, data, size, err) ? err_prefix(err, "%s", path.data) : 0;
}

static int save_table(const char *folder, const uint8_t *table, uint32_t length, struct err *err)
{
	cleanup_bytes struct bytes copy = {0}, name = {0};
	uint8_t sum = 0;
	if (bytes_add(&copy, table, length, err))
		return -1;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + table[i]);
	/* FACS has none, and other things in the place of it. */
	if (length >= TABLE_HEADER && memcmp(table, "FACS", 4))
		copy.data[CHECKSUM] = (char)-sum;
	if (bytes_addf(&name, err, "%.4s.dat", (const char *)table))
		return -1;
	return save(folder, name.data, copy.data, copy.size, err);
}

/* They lie back to back, each with its length; zeros follow the last. */
static int save_tables(const char *folder, const struct bytes *tables, struct err *err)
{
	const uint8_t *data = (const uint8_t *)tables->data;
	for (size_t at = 0; at + 8 <= tables->size && data[at];) {
		uint32_t length = get_u32(data + at + 4);
		if (length < 8 || length > tables->size - at)
			return err_set(err, EX_SOFTWARE, "a table with a wrong length");
		if (save_table(folder, data + at, length, err))
			return -1;
		at += length;
	}
	return 0;
}

int acpi_dump(const struct acpi *acpi, const char *folder, struct err *err)
{
	if (mkdir(folder, 0777) && errno != EEXIST)
		return err_system(err, EX_CANTCREAT, "%s", folder);
	if (save(folder, "tables", acpi->tables.data, acpi->tables.size, err) ||
	    save(folder, "rsdp", acpi->rsdp.data, acpi->rsdp.size, err) ||
	    save(folder, "loader", acpi->loader.data, acpi->loader.size, err))
		return -1;
	return save_tables(folder, &acpi->tables, err);
}

#include "os_metadata.h"

#include "hex.h"

#include <ctype.h>
#include <string.h>

enum { NAME_CAP = 255, SUM_DIGITS = 2 * SHA256_SIZE };

static const char *const members[OS_FILES] = {[OS_FIRMWARE] = "bios", [OS_KERNEL] = "kernel", [OS_INITRD] = "initrd"};

void os_metadata_free(struct os_metadata *metadata)
{
	for (size_t i = 0; i < OS_FILES; i++)
		free(metadata->names[i]);
	free(metadata->cmdline);
	free(metadata->version);
	*metadata = (struct os_metadata){0};
}

void os_sums_free(struct os_sums *sums)
{
	for (size_t i = 0; i < sums->count; i++)
		free(sums->sums[i].name);
	*sums = (struct os_sums){0};
}

static int copy(char **into, const char *text, struct err *err)
{
	*into = strdup(text);
	return *into ? 0 : err_system(err, EX_OSERR, "text");
}

bool os_name_is_plain(const char *name)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f || (*at == '\xc2' && (unsigned char)at[1] < 0xa0))
			return false;
	return true;
}

/* The plain name of a file, which leads nowhere but into the folder. */
static bool is_confined(const char *name)
{
	size_t length = strlen(name);
	for (const char *at = name; *at; at++)
		if (*at == '/' || *at == '\\' || *at == ' ')
			return false;
	return os_name_is_plain(name) && length && length <= NAME_CAP && strcmp(name, ".") && strcmp(name, "..");
}

/* metadata.json. spec: tdx-boot-spec.md 6.1 */

int os_variant_check(const char *variant, struct err *err)
{
	if (!strcmp(variant, "pre202505"))
		return 0;
	return err_bad(err,
		       "ovmf_variant: '%.40s' cannot be predicted, only pre202505: later firmware also measures tables "
		       "that are not known beforehand",
		       variant);
}

static int take_name(const struct json *json, enum os_file file, struct os_metadata *metadata, struct err *err)
{
	cleanup_json struct json *name = json_need(json, members[file], JSON_STRING, err);
	if (!name)
		return -1;
	if (!is_confined(json_text(name)))
		return err_bad(err, "%s: not the name of a file in the folder", members[file]);
	return copy(&metadata->names[file], json_text(name), err);
}

/* *text stays as it is when there is no such member, or null. */
static int take_text(const struct json *json, const char *member, char **text, struct err *err)
{
	cleanup_json struct json *found = json_get(json, member);
	if (!found || json_kind(found) == JSON_NULL)
		return 0;
	if (json_kind(found) != JSON_STRING)
		return err_bad(err, "%s: not a string", member);
	return copy(text, json_text(found), err);
}

static int take_dev(const struct json *json, struct os_metadata *metadata, struct err *err)
{
	cleanup_json struct json *is_dev = json_get(json, "is_dev");
	if (is_dev && json_kind(is_dev) != JSON_BOOLEAN)
		return err_bad(err, "is_dev: not a boolean");
	metadata->is_dev = is_dev && json_true(is_dev);
	return 0;
}

static int check_variant(const struct json *json, struct err *err)
{
	cleanup_free char *variant = NULL;
	if (take_text(json, "ovmf_variant", &variant, err))
		return -1;
	return variant ? os_variant_check(variant, err) : 0;
}

static int check_rootfs_hash(const char *cmdline, struct err *err)
{
	static const char word[] = "dstack.rootfs_hash=";
	uint8_t hash[SHA256_SIZE];
	unsigned found = 0;
	cleanup_free char *words = strdup(cmdline);
	char *rest = words, *at;
	if (!words)
		return err_system(err, EX_OSERR, "text");
	while ((at = strsep(&rest, " "))) {
		if (strncmp(at, word, strlen(word)))
			continue;
		if (found++ || hex_read(at + strlen(word), hash, sizeof hash))
			return err_bad(err, "cmdline: not one dstack.rootfs_hash with %d hexadecimal digits",
				       SUM_DIGITS);
	}
	return found ? 0 : err_bad(err, "cmdline: no dstack.rootfs_hash, which binds the root file system");
}

static int take_all(const struct json *json, struct os_metadata *metadata, struct err *err)
{
	for (enum os_file file = 0; file < OS_FILES; file++)
		if (take_name(json, file, metadata, err))
			return -1;
	cleanup_json struct json *cmdline = json_need(json, "cmdline", JSON_STRING, err);
	if (!cmdline || copy(&metadata->cmdline, json_text(cmdline), err) ||
	    take_text(json, "version", &metadata->version, err) || take_dev(json, metadata, err) ||
	    check_variant(json, err))
		return -1;
	if (!metadata->version && copy(&metadata->version, "", err))
		return -1;
	return check_rootfs_hash(metadata->cmdline, err);
}

int os_metadata_parse(const void *text, size_t size, struct os_metadata *metadata, struct err *err)
{
	*metadata = (struct os_metadata){0};
	cleanup_json struct json *json = json_parse(text ? text : "", size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	return take_all(json, metadata, err);
}

/* sha256sum.txt. spec: tdx-boot-spec.md 6.2 */

const char *os_sums_find(const struct os_sums *sums, const char *name)
{
	for (size_t i = 0; i < sums->count; i++)
		if (!strcmp(sums->sums[i].name, name))
			return sums->sums[i].sha256;
	return NULL;
}

/* A digest, two spaces, a name. */
static int parse_sum(const char *line, struct os_sums *sums, struct err *err)
{
	struct os_sum sum;
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	if (digits != SUM_DIGITS || strncmp(line + digits, "  ", 2))
		return err_bad(err, "not %d hexadecimal digits, two spaces and a name", SUM_DIGITS);
	for (size_t i = 0; i < digits; i++)
		sum.sha256[i] = (char)tolower((unsigned char)line[i]);
	sum.sha256[digits] = '\0';
	const char *name = line + digits + 2;
	if (!is_confined(name) || !bytes_are_utf8(name, strlen(name)))
		return err_bad(err, "not the name of a file in the folder");
	if (!strcmp(name, "sha256sum.txt"))
		return err_bad(err, "the list is in itself");
	if (os_sums_find(sums, name))
		return err_bad(err, "%s is there twice", name);
	if (sums->count == OS_SUMS)
		return err_bad(err, "more than %d files", OS_SUMS);
	if (copy(&sum.name, name, err))
		return -1;
	sums->sums[sums->count++] = sum;
	return 0;
}

int os_sums_parse(const void *text, size_t size, struct os_sums *sums, struct err *err)
{
	cleanup_bytes struct bytes lines = {0};
	sums->count = 0;
	if (bytes_add(&lines, text, size, err))
		return -1;
	if (!size || lines.data[size - 1] != '\n')
		return err_bad(err, "no line feed at its end");
	if (strlen(lines.data) != size)
		return err_bad(err, "a NUL in it");
	lines.data[size - 1] = '\0';
	char *rest = lines.data, *line;
	for (unsigned number = 1; (line = strsep(&rest, "\n")); number++)
		if (parse_sum(line, sums, err))
			return err_prefix(err, "line %u", number);
	return 0;
}

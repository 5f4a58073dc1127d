#include "os_image.h"

#include "guid_table.h"
#include "kernel.h"

#include <fcntl.h>
#include <string.h>

enum {
	TEXT_CAP = 1 << 20,  /* bytes of metadata.json, sha256sum.txt */
	OTHER_CAP = 1 << 30, /* of what else is listed */
};

static const size_t caps[OS_FILES] = {[OS_FIRMWARE] = FIRMWARE_CAP, [OS_KERNEL] = KERNEL_CAP, [OS_INITRD] = KERNEL_CAP};

void os_image_free(struct os_image *image)
{
	for (size_t i = 0; i < OS_FILES; i++)
		mapped_free(&image->files[i]);
	os_metadata_free(&image->metadata);
	os_sums_free(&image->sums);
	mapped_free(&image->text);
	bytes_free(&image->notes);
	cleanup_fd_at(&image->folder);
	*image = (struct os_image){.folder = -1};
}

static int open_in(const struct os_image *image, const char *name, size_t cap, struct mapped *file, struct err *err)
{
	return mapped_open(image->folder, name, O_NOFOLLOW, cap, file, err) ? err_prefix(err, "%s", name) : 0;
}

static bool exists(const struct os_image *image, const char *name)
{
	return !faccessat(image->folder, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static int read_metadata(struct os_image *image, struct err *err)
{
	if (open_in(image, "metadata.json", TEXT_CAP, &image->text, err))
		return -1;
	if (os_metadata_parse(image->text.data, image->text.size, &image->metadata, err))
		return err_prefix(err, "metadata.json");
	for (enum os_file file = 0; file < OS_FILES; file++)
		if (open_in(image, image->metadata.names[file], caps[file], &image->files[file], err))
			return -1;
	if (!image->metadata.is_dev)
		return 0;
	return bytes_addf(&image->notes, err, "OS image: a development image: who runs the VM can get into it\n");
}

static int check_digest(const struct os_image *image, struct err *err)
{
	cleanup_mapped struct mapped file = {0};
	size_t length = strlen(image->hash);
	if (!exists(image, "digest.txt"))
		return 0;
	if (open_in(image, "digest.txt", TEXT_CAP, &file, err))
		return -1;
	bool fits = file.size == length || (file.size == length + 1 && file.data[length] == '\n');
	if (!fits || strncasecmp((const char *)file.data, image->hash, length))
		return err_bad(err, "digest.txt: not the SHA-256 of sha256sum.txt, %s", image->hash);
	return 0;
}

static int note_unlisted(struct os_image *image, struct err *err)
{
	char *const *names = image->metadata.names;
	const char *const needed[] = {"metadata.json", names[OS_FIRMWARE], names[OS_KERNEL], names[OS_INITRD]};
	/* It has the digests of what they are measured to, and is compared with the prediction. */
	if (os_sums_find(&image->sums, "measurement.tdx.cbor"))
		return 0;
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!os_sums_find(&image->sums, needed[i]) &&
		    bytes_addf(&image->notes, err,
			       "OS image: %s is not in sha256sum.txt, so os_image_hash does not "
			       "cover it\n",
			       needed[i]))
			return -1;
	return 0;
}

/* spec: tdx-boot-spec.md 6.2 */
static int read_sums(struct os_image *image, struct err *err)
{
	cleanup_mapped struct mapped file = {0};
	if (!exists(image, "sha256sum.txt"))
		return bytes_addf(&image->notes, err, "OS image: os_image_hash is not computed: no sha256sum.txt\n");
	if (open_in(image, "sha256sum.txt", TEXT_CAP, &file, err))
		return -1;
	if (os_sums_parse(file.data, file.size, &image->sums, err))
		return err_prefix(err, "sha256sum.txt");
	if (digest_bytes(SHA256, file.data, file.size, image->hash, err) || check_digest(image, err))
		return -1;
	return note_unlisted(image, err);
}

int os_image_open(const char *folder, struct os_image *image, struct err *err)
{
	*image = (struct os_image){.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (image->folder < 0)
		return errno == ENOTDIR ? err_bad(err, "not a folder") : err_system(err, EX_IOERR, "cannot open");
	return read_metadata(image, err) || read_sums(image, err) ? -1 : 0;
}

static int copy(char **into, const char *text, struct err *err)
{
	*into = strdup(text);
	return *into ? 0 : err_system(err, EX_OSERR, "text");
}

int os_image_from_files(const char *const paths[OS_FILES], const char *cmdline, struct os_image *image, struct err *err)
{
	*image = (struct os_image){.folder = -1};
	for (enum os_file file = 0; file < OS_FILES; file++) {
		/* Without the folder, which is nobody's business but this machine's. */
		if (copy(&image->metadata.names[file], basename(paths[file]), err))
			return -1;
		if (mapped_open(AT_FDCWD, paths[file], 0, caps[file], &image->files[file], err))
			return err_prefix(err, "%s", paths[file]);
	}
	return copy(&image->metadata.cmdline, cmdline, err) || copy(&image->metadata.version, "", err) ? -1 : 0;
}

/* What a name of the list is the name of. The bytes that the prediction is made from are not read anew. */
static const struct mapped *find(const struct os_image *image, const char *name)
{
	for (enum os_file file = 0; file < OS_FILES; file++)
		if (!strcmp(name, image->metadata.names[file]))
			return &image->files[file];
	return strcmp(name, "metadata.json") ? NULL : &image->text;
}

static int check_sum(const struct os_image *image, const struct os_sum *sum, struct err *err)
{
	cleanup_mapped struct mapped other = {0};
	char sha256[DIGEST_HEX_MAX];
	const struct mapped *file = find(image, sum->name);
	if (!file && open_in(image, sum->name, OTHER_CAP, &other, err))
		return -1;
	if (!file)
		file = &other;
	if (digest_bytes(SHA256, file->data, file->size, sha256, err))
		return -1;
	if (strcmp(sha256, sum->sha256))
		return err_bad(err, "%s: its SHA-256 is not the one in sha256sum.txt", sum->name);
	return 0;
}

int os_image_check(const struct os_image *image, struct err *err)
{
	for (size_t i = 0; i < image->sums.count; i++)
		if (check_sum(image, &image->sums.sums[i], err))
			return -1;
	return 0;
}

int os_image_listed(const struct os_image *image, const char *name, size_t cap, struct mapped *file, struct err *err)
{
	*file = (struct mapped){0};
	if (!os_sums_find(&image->sums, name))
		return 0;
	return open_in(image, name, cap, file, err) ? -1 : 1;
}

struct json *os_image_json(const struct os_image *image)
{
	static const char *const names[OS_FILES] = {"firmware", "kernel", "initrd"};
	struct json *json = json_object();
	for (enum os_file file = 0; file < OS_FILES; file++) {
		struct json *object = json_object();
		const char *sha256 = os_sums_find(&image->sums, image->metadata.names[file]);
		json_set(object, "name", json_string(image->metadata.names[file]));
		if (sha256)
			json_set(object, "sha256", json_string(sha256));
		json_set(object, "size", json_number(image->files[file].size));
		json_set(json, names[file], object);
	}
	json_set(json, "version", json_string(image->metadata.version));
	json_set(json, "is_dev", json_boolean(image->metadata.is_dev));
	json_set(json, "cmdline", json_string(image->metadata.cmdline));
	json_set(json, "os_image_hash", *image->hash ? json_string(image->hash) : json_null());
	return json;
}

#include "cache.h"

#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { COPY_BLOCK = 256 << 10, KEY_CAP = 4096 };

static char *key_path(const char *folder, const struct digests *diff_id, const struct contract *contract)
{
	char *path = NULL;
	int n = asprintf(&path, "%s/%s.%s-%s-%s-%d-%zu.json", folder, diff_id->sha256, codec_name(contract->codec),
			 contract->library, contract->version, contract->level, contract->block_size);
	return n < 0 ? NULL : path;
}

static char *blob_path(const char *folder, const struct digests *blob)
{
	char *path = NULL;
	return asprintf(&path, "%s/%s", folder, blob->sha256) < 0 ? NULL : path;
}

/* Whatever is wrong with a key is as good as no key. */
static bool find(const char *folder, const struct digests *diff_id, const struct contract *contract,
		 struct digests *blob)
{
	struct err ignored;
	cleanup_bytes struct bytes text = {0};
	cleanup_free char *path = key_path(folder, diff_id, contract);
	if (!path || file_load(path, KEY_CAP, &text, &ignored))
		return false;
	cleanup_json struct json *json = json_parse(text.data ? text.data : "", text.size, &ignored);
	return json && !digests_read(json, blob, &ignored);
}

/* Returns 1 when what was copied is what the key says, 0 when not, -1 when out cannot be written. */
static int copy(int from, int out, const struct digests *blob, struct err *err)
{
	struct err ignored;
	struct digests copied;
	cleanup_digester struct digester digester = {0};
	cleanup_free char *block = malloc(COPY_BLOCK);
	if (!block)
		return err_system(err, EX_OSERR, "cache");
	if (digester_begin(&digester, err))
		return -1;
	for (;;) {
		ssize_t n = file_fill(from, block, COPY_BLOCK, &ignored);
		if (n < 0 || digester.size + (size_t)n > blob->size)
			return 0;
		if (n == 0)
			break;
		digester_add(&digester, block, (size_t)n);
		if (file_write(out, block, (size_t)n, err))
			return -1;
	}
	digester_end(&digester, &copied);
	return digests_equal(&copied, blob);
}

int cache_get(const char *folder, const struct digests *diff_id, const struct contract *contract, int out,
	      struct digests *blob, struct err *err)
{
	if (contract->codec == CODEC_NONE || !find(folder, diff_id, contract, blob))
		return 0;
	struct err ignored;
	cleanup_free char *path = blob_path(folder, blob);
	cleanup_fd int from = path ? file_open(path, &ignored) : -1;
	int found = from < 0 ? 0 : copy(from, out, blob, err);
	if (found)
		return found;
	if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET))
		return err_system(err, EX_IOERR, "cannot rewind");
	return 0;
}

static int put_blob(const char *folder, int fd, const struct digests *blob, struct err *err)
{
	cleanup_free char *path = blob_path(folder, blob);
	cleanup_output struct output output = OUTPUT_NONE;
	if (!path)
		return err_system(err, EX_OSERR, "cache");
	if (lseek(fd, 0, SEEK_SET))
		return err_system(err, EX_IOERR, "cannot rewind");
	if (output_open(&output, path, err))
		return -1;
	int copied = copy(fd, output.fd, blob, err);
	if (copied < 1)
		return copied < 0 ? -1 : err_set(err, EX_IOERR, "blob has changed on disk");
	return output_commit(&output, err);
}

/* The blob first: a key without its blob is worth nothing. */
int cache_put(const char *folder, const struct digests *diff_id, const struct contract *contract, int fd,
	      const struct digests *blob, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = digests_json(blob);
	cleanup_free char *path = key_path(folder, diff_id, contract);
	if (contract->codec == CODEC_NONE)
		return 0;
	if (!path)
		return err_system(err, EX_OSERR, "cache");
	if (mkdir(folder, 0777) && errno != EEXIST)
		return err_system(err, EX_CANTCREAT, "cannot make");
	if (put_blob(folder, fd, blob, err) || json_write(json, true, &text, err))
		return -1;
	return file_save(path, text.data, text.size, err);
}

#include "keyring.h"

#include <dirent.h>
#include <string.h>

CLEANUP_DEFINE(dir, DIR *, NULL, closedir)

struct names {
	char **list;
	size_t count;
};

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

void keyring_free(struct keyring *ring)
{
	for (size_t i = 0; i < ring->count; i++) {
		key_free(ring->keys[i].key);
		free(ring->keys[i].name);
	}
	free(ring->keys);
	*ring = (struct keyring){0};
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_files(const char *folder, struct names *names, struct err *err)
{
	cleanup(cleanup_dir_at) DIR *dir = opendir(folder);
	names->list = calloc(KEYRING_MAX, sizeof *names->list);
	if (!dir || !names->list)
		return err_system(err, EX_IOERR, "cannot open");
	for (struct dirent *entry; errno = 0, (entry = readdir(dir));) {
		if (*entry->d_name == '.')
			continue;
		if (names->count == KEYRING_MAX)
			return err_bad(err, "more than %d files", KEYRING_MAX);
		if (!(names->list[names->count] = strdup(entry->d_name)))
			return err_system(err, EX_OSERR, "names");
		names->count++;
	}
	if (errno)
		return err_system(err, EX_IOERR, "cannot read");
	qsort(names->list, names->count, sizeof *names->list, by_text);
	return 0;
}

const struct keyring_key *keyring_find(const struct keyring *ring, const char *id)
{
	for (size_t i = 0; i < ring->count; i++)
		if (!strcmp(key_id(ring->keys[i].key), id))
			return &ring->keys[i];
	return NULL;
}

static int add_file(const char *folder, const char *name, struct keyring *ring, struct err *err)
{
	cleanup_free char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return err_system(err, EX_OSERR, "names");
	}
	cleanup_key struct key *key = key_load_public(path, err);
	if (!key)
		return err_prefix(err, "%s", name);
	if (keyring_find(ring, key_id(key)))
		return 0;
	char *copy = strdup(name);
	if (!copy)
		return err_system(err, EX_OSERR, "names");
	ring->keys[ring->count++] = (struct keyring_key){.key = steal(&key), .name = copy};
	return 0;
}

int keyring_load(const char *folder, struct keyring *ring, struct err *err)
{
	cleanup(names_free) struct names names = {0};
	if (list_files(folder, &names, err))
		return -1;
	if (!names.count)
		return err_bad(err, "has no public key");
	ring->keys = calloc(names.count, sizeof *ring->keys);
	if (!ring->keys)
		return err_system(err, EX_OSERR, "keys");
	for (size_t i = 0; i < names.count; i++)
		if (add_file(folder, names.list[i], ring, err))
			return -1;
	return 0;
}

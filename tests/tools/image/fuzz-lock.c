/* corpus: vectors/lock
 *
 * What is taken of a lock has names, versions and digests of the characters they may have, and lines of the text.
 */
#include "lock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct lock *lock, size_t lines)
{
	for (size_t i = 0; i < lock->count; i++) {
		const struct lock_package *package = &lock->packages[i];
		size_t digits = strcmp(package->algorithm, "sha512") ? 64 : 128;
		assert(strlen(package->hex) == digits && strspn(package->hex, "0123456789abcdef") == digits);
		assert(*package->name && !strpbrk(package->name, " \n\\\"") && !strstr(package->name, ".."));
		assert(*package->version && !strpbrk(package->version, " /\n"));
		assert(package->line && package->line <= lines);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"debian.lock", "npm/package-lock.json"};
	size_t lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		cleanup_lock struct lock lock = {0};
		struct err err = {0};
		if (!lock_parse(names[i], (const char *)data, size, &lock, &err))
			check(&lock, lines);
		else
			assert(err.status == STATUS_BAD && *err.text);
	}
	return 0;
}

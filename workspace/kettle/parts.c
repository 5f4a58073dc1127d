#include "parts.h"

#include "cleanup.h"

#include <limits.h>
#include <string.h>

void parts_free(struct parts *parts)
{
	free(parts->workerd);
	free(parts->esbuild);
	free(parts->entry);
	free(parts->files);
	free(parts->packages);
	*parts = (struct parts){0};
}

/* PREFIX, cut out of PREFIX/bin/kettle. */
static int find_prefix(char prefix[PATH_MAX], struct err *err)
{
	ssize_t size = readlink("/proc/self/exe", prefix, PATH_MAX - 1);
	if (size < 0)
		return err_system(err, EX_OSFILE, "/proc/self/exe");
	prefix[size] = '\0';
	for (int level = 0; level < 2; level++) {
		char *slash = strrchr(prefix, '/');
		if (slash)
			*slash = '\0';
	}
	return 0;
}

static int find(const char *prefix, const char *name, int mode, char **path, struct err *err)
{
	if (asprintf(path, "%s/lib/%s", prefix, name) < 0) {
		*path = NULL;
		return err_system(err, EX_OSERR, "path");
	}
	if (!access(*path, mode))
		return 0;
	return err_system(err, EX_OSFILE, "%s: a part of kettle (in its sources, make tools puts it there)", *path);
}

int parts_find(struct parts *parts, struct err *err)
{
	char prefix[PATH_MAX];
	if (find_prefix(prefix, err) ||
	    find(prefix, "node_modules/@cloudflare/workerd-linux-64/bin/workerd", X_OK, &parts->workerd, err) ||
	    find(prefix, "node_modules/@esbuild/linux-x64/bin/esbuild", X_OK, &parts->esbuild, err))
		return -1;
	if (find(prefix, "kettle/entry.js", R_OK, &parts->entry, err) ||
	    find(prefix, "kettle/files.js", R_OK, &parts->files, err))
		return -1;
	return find(prefix, "node_modules", R_OK | X_OK, &parts->packages, err);
}

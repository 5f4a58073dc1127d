/* Files of two layouts that no manifest leads to. */
#include "compare.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH = 8, FILES_MOST = 100000 };

struct listing {
	struct arena arena;
	const char **paths;
	size_t count;
};

static void listing_free(struct listing *listing)
{
	free(listing->paths);
	arena_free(&listing->arena);
}
#define cleanup_listing cleanup(listing_free)

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static int add(struct listing *listing, const char *path, struct err *err)
{
	if (listing->count == FILES_MOST)
		return err_bad(err, "more than %d files", FILES_MOST);
	if (!(listing->count & (listing->count - 1))) {
		size_t room = listing->count ? 2 * listing->count : 1;
		const char **grown = realloc(listing->paths, room * sizeof *grown);
		if (!grown)
			return err_system(err, EX_OSERR, "table of files");
		listing->paths = grown;
	}
	const char *copy = arena_text(&listing->arena, path, strlen(path), err);
	if (!copy)
		return -1;
	listing->paths[listing->count++] = copy;
	return 0;
}

/* Lists what is not a folder, and what is in folders. Takes over fd; path ends with a slash or is empty. */
static int list(struct listing *listing, int fd, const char *path, int depth, struct err *err)
{
	cleanup(close_folder) DIR *folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return err_system(err, EX_IOERR, "%s: cannot list", *path ? path : ".");
	}
	for (struct dirent *item; (item = readdir(folder));) {
		struct stat st;
		char name[4096];
		if (!strcmp(item->d_name, ".") || !strcmp(item->d_name, ".."))
			continue;
		if (snprintf(name, sizeof name, "%s%s", path, item->d_name) >= (int)sizeof name - 1)
			return err_bad(err, "%s: path too long", path);
		if (fstatat(dirfd(folder), item->d_name, &st, AT_SYMLINK_NOFOLLOW))
			return err_system(err, EX_IOERR, "%s", name);
		if (!S_ISDIR(st.st_mode)) {
			if (add(listing, name, err))
				return -1;
			continue;
		}
		int below = depth < DEPTH ? openat(dirfd(folder), item->d_name,
						   O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
					  : -1;
		if (depth == DEPTH)
			return err_bad(err, "%s: folders deeper than %d", name, DEPTH);
		if (below < 0)
			return err_system(err, EX_IOERR, "%s: cannot open", name);
		strcat(name, "/");
		if (list(listing, below, name, depth + 1, err))
			return -1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_known(const struct image *image, const char *path)
{
	if (!strcmp(path, image->marker.path) || !strcmp(path, image->index.path) ||
	    !strcmp(path, image->manifest.path) || !strcmp(path, image->config.path))
		return true;
	for (size_t i = 0; i < image->count; i++)
		if (!strcmp(path, image->layers[i].path))
			return true;
	return false;
}

/* Sorted, without those that the manifest leads to. */
static int list_image(const struct image *image, struct listing *listing, struct err *err)
{
	size_t kept = 0;
	int fd = openat(image->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_IOERR, "cannot open");
	if (list(listing, fd, "", 0, err))
		return -1;
	for (size_t i = 0; i < listing->count; i++)
		if (!is_known(image, listing->paths[i]))
			listing->paths[kept++] = listing->paths[i];
	listing->count = kept;
	if (kept)
		qsort(listing->paths, kept, sizeof *listing->paths, by_name);
	return 0;
}

static int compare_common(struct comparison *comparison, size_t part, const struct image *const images[2],
			  const char *path, struct err *err)
{
	struct range ranges[2];
	cleanup_fd int first = image_file(images[0], path, err);
	cleanup_fd int second = first < 0 ? -1 : image_file(images[1], path, err);
	if (second < 0 || range_of_file(first, &ranges[0], err) || range_of_file(second, &ranges[1], err))
		return -1;
	return compare_files(comparison, part, path, &ranges[0], &ranges[1], err);
}

int compare_folders(struct comparison *comparison, size_t part, const struct image *first, const struct image *second,
		    struct err *err)
{
	const struct image *const images[] = {first, second};
	cleanup_listing struct listing left = {0}, right = {0};
	if (list_image(first, &left, err) || list_image(second, &right, err))
		return -1;
	for (size_t i = 0, k = 0; i < left.count || k < right.count;) {
		int order = i == left.count ? 1 : k == right.count ? -1 : strcmp(left.paths[i], right.paths[k]);
		struct compare_at at = {.comparison = comparison,
					.part = part,
					.path = order <= 0 ? left.paths[i] : right.paths[k],
					.field = "file"};
		if (order ? compare_note(&at, order < 0 ? json_boolean(true) : NULL,
					 order > 0 ? json_boolean(true) : NULL, err)
			  : compare_common(comparison, part, images, at.path, err))
			return -1;
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

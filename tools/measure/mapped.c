#include "mapped.h"

#include "cleanup.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int map(int fd, size_t size, struct mapped *mapped, struct err *err)
{
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_system(err, EX_OSERR, "cannot map");
	madvise(data, size, MADV_SEQUENTIAL);
	*mapped = (struct mapped){data, size};
	return 0;
}

int mapped_open(int folder, const char *name, int flags, size_t cap, struct mapped *mapped, struct err *err)
{
	struct stat st;
	*mapped = (struct mapped){0};
	/* Not blocking: what the name leads to may be a pipe that nobody writes to. */
	cleanup_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	if (fd < 0 && errno == ELOOP && (flags & O_NOFOLLOW))
		return err_bad(err, "is a link");
	if (fd < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, "cannot open");
	if (!S_ISREG(st.st_mode))
		return err_bad(err, "not a regular file");
	if ((uint64_t)st.st_size > cap)
		return err_bad(err, "larger than %zu bytes", cap);
	return st.st_size ? map(fd, (size_t)st.st_size, mapped, err) : 0;
}

void mapped_free(struct mapped *mapped)
{
	if (mapped->data)
		munmap((void *)(uintptr_t)mapped->data, mapped->size);
	*mapped = (struct mapped){0};
}

/* Ownership: a variable so marked is released when it goes out of scope; steal() hands it on.
 *
 *	cleanup_free char *name = strdup(path);
 *	...
 *	return steal(&name);
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Releasing must not hide the error that made us leave. */
#define CLEANUP_DEFINE(name, type, none, release)                                                                      \
	static inline void cleanup_##name##_at(type *it)                                                               \
	{                                                                                                              \
		int saved = errno;                                                                                     \
		if (*it != (none))                                                                                     \
			release(*it);                                                                                  \
		errno = saved;                                                                                         \
	}

static inline void cleanup_free_at(void *it)
{
	int saved = errno;
	free(*(void **)it);
	errno = saved;
}
CLEANUP_DEFINE(fd, int, -1, close)
CLEANUP_DEFINE(file, FILE *, NULL, fclose)

#define cleanup(function) __attribute__((cleanup(function)))
#define cleanup_free cleanup(cleanup_free_at)
#define cleanup_fd cleanup(cleanup_fd_at)
#define cleanup_file cleanup(cleanup_file_at)

/* Takes the pointer out of its variable, so that its cleanup finds nothing. */
#define steal(at)                                                                                                      \
	({                                                                                                             \
		__typeof__(at) steal_at = (at);                                                                        \
		__typeof__(*at) steal_value = *steal_at;                                                               \
		*steal_at = NULL;                                                                                      \
		steal_value;                                                                                           \
	})

static inline int steal_fd(int *at)
{
	int fd = *at;
	*at = -1;
	return fd;
}

#endif

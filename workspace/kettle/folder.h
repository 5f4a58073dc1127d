/* The two folders kettle writes to: a private one for the bundle and the configuration, which are gone as soon as the
 * worker has read them, and for the sockets of the worker and the quote service; and the app's data.
 */
#ifndef KETTLE_FOLDER_H
#define KETTLE_FOLDER_H

#include "err.h"

#include <stddef.h>

/* A new folder under $TMPDIR, else /tmp, mode 0700. Its absolute path, owned by the caller, or NULL (EX_CANTCREAT). */
char *folder_work(struct err *err);

/* A file in the work folder. EX_CANTCREAT, with its path, when it cannot be written, as on a full disk. */
int folder_save(const char *folder, const char *name, const void *data, size_t size, struct err *err);

/* Removes the files of a folder, but leaves sockets. */
void folder_clear(const char *path);

/* Removes a folder of files and the folder, sets *path to NULL. One that is gone already is fine. */
void folder_remove(char **path);
#define cleanup_folder cleanup(folder_remove)

/* Makes the data folder when it is not there and checks that it can be written to. Puts its absolute path, owned by the
 * caller, into *path. Returns a descriptor that holds the folder's lock until it is closed, so that two workers never
 * write the same databases; or -1: EX_CANTCREAT, EX_TEMPFAIL when another kettle holds it, STATUS_BAD when its name is
 * not UTF-8. */
int folder_data(const char *name, char **path, struct err *err);

#endif

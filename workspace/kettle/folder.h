/* The two folders kettle writes to: a private one for the bundle and the configuration, gone as soon as the worker has
 * read them, and the app's data.
 */
#ifndef KETTLE_FOLDER_H
#define KETTLE_FOLDER_H

#include "err.h"

/* A new folder under $TMPDIR, else /tmp, mode 0700. Its absolute path, owned by the caller, or NULL (EX_CANTCREAT). */
char *folder_work(struct err *err);

/* Removes a folder of files and the folder, sets *path to NULL. One that is gone already is fine. */
void folder_remove(char **path);
#define cleanup_folder cleanup(folder_remove)

/* Makes the data folder when it is not there and checks that it can be written to. Puts its absolute path, owned by the
 * caller, into *path. Returns a descriptor that holds the folder's lock until it is closed, so that two workers never
 * write the same databases; or -1: EX_CANTCREAT, EX_TEMPFAIL when another kettle holds it, STATUS_BAD when its name is
 * not UTF-8. */
int folder_data(const char *name, char **path, struct err *err);

#endif

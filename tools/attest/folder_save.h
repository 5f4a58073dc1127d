/* A folder of collateral that has its name only when it is complete. */
#ifndef ATTEST_FOLDER_SAVE_H
#define ATTEST_FOLDER_SAVE_H

#include "collateral.h"

/* Makes it beside path and renames it. What is at path is replaced at once when it is a folder with nothing in it but
 * files of collateral; anything else is refused. EX_CANTCREAT and the like. */
int folder_save(const struct collateral *collateral, const char *path, struct err *err);

#endif

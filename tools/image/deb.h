/* Debian packages: where data.tar is.
 *
 * Source: deb(5), deb-format 2.0 (ar archive: debian-binary "2.0\n", control.tar*, data.tar*, in this order).
 */
#ifndef IMAGE_DEB_H
#define IMAGE_DEB_H

#include "range.h"

/* The member data.tar* of the package in package, still compressed. */
int deb_data(const struct range *package, struct range *data, struct err *err);

#endif

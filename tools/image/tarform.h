/* The one form in which a layer's tar is written: docs/layer-format.md, format version 1. Every byte is decided here
 * and in tarwrite.c, none by a library.
 */
#ifndef IMAGE_TARFORM_H
#define IMAGE_TARFORM_H

#include "bytes.h"
#include "tree.h"

enum { TARFORM_VERSION = 1, TARFORM_BLOCK = 512 };

/* Appends the header blocks of an entry of a finished tree: its pax header when it needs one, and its own. */
int tarform_header(const struct entry *entry, struct bytes *into, struct err *err);

/* The bytes of content that follow the header, before padding. */
int64_t tarform_size(const struct entry *entry);

#endif

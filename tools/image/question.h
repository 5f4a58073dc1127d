/* What a person asks of: which things of the graph a text means.
 *
 *	rtmr3  rtmr3:5  rtmr3:compose-hash  rtmr0:3@small  mrtd@small    a register, an event by number (from 0) or
 *name;
 *	                                                                 @NAME: of that VM alone
 *	sha256:HEX  sha384:HEX  HEX    a digest, or at least 6 digits of it that no other one begins with
 *	/usr/bin/kettle                a file in the image
 *	workspace/kettle/log.c         a file of the tree; FILE:LINE, an entry of a lock or a files.mtree
 *	libssl3t64  "libssl3t64 3.5.1" a package
 *	ovmf.fd                        a file of the OS image
 *	.image.config.sha256           a value by its path
 */
#ifndef IMAGE_QUESTION_H
#define IMAGE_QUESTION_H

#include "explain.h"

struct answer {
	struct thing **things; /* the graph's */
	size_t count, room;
};

void answer_free(struct answer *answer);
#define cleanup_answer cleanup(answer_free)

/* Fills *answer, which the caller frees in any case; no things: there is no such value, file or package. STATUS_BAD
 * when the text cannot mean any, or digits could be of several. */
int question_ask(struct explain *explain, const char *text, struct answer *answer, struct err *err);

#endif

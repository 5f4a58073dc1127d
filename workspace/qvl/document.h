/* Members of the JSON documents that Intel signs: what tcb_info and qe_identity have in common.
 *
 * An object is one that json_view() let through, so names are unique. Each function reads the member of that name,
 * which must be there, or says STATUS_BAD, `NAME: reason`.
 *
 * Sources: spec: quote-spec.md 4, 7.6, 7.10.
 */
#ifndef QVL_DOCUMENT_H
#define QVL_DOCUMENT_H

#include "json_view.h"
#include "tcb_info.h"

enum {
	DOCUMENT_CAP = 1 << 20, /* bytes; those seen have up to 18,000 */
	ADVISORY_SIZE = 64,     /* bytes of an advisory's id, with its NUL */
};

/* Checks a text and fills *object with the one object it is. */
int document_open(const char *text, size_t size, struct json_view *object, struct err *err);

/* A member of that kind. */
int document_member(struct json_view object, const char *name, enum json_kind kind, struct json_view *member,
		    struct err *err);

/* Digits alone: no sign, point or exponent. */
int document_number(struct json_view object, const char *name, uint32_t max, uint32_t *value, struct err *err);
int document_svn(struct json_view object, const char *name, uint16_t *svn, struct err *err);

/* Printable ASCII that, with its NUL, has at most size bytes. */
int document_text(struct json_view object, const char *name, char *into, size_t size, struct err *err);

/* Exactly size bytes in hexadecimal digits of either case. */
int document_hex(struct json_view object, const char *name, uint8_t *into, size_t size, struct err *err);

/* YYYY-MM-DDTHH:MM:SSZ, a time there is, from 1970 on. seconds may be NULL. */
int document_date(struct json_view object, const char *name, char text[TCB_DATE_SIZE + 1], int64_t *seconds,
		  struct err *err);

/* advisoryIDs, which may be missing. The caller frees *advisories in any case, as it does *levels below. */
int document_advisories(struct json_view level, struct advisories *advisories, struct err *err);

/* tcbStatus, of those that documents have. */
int document_status(struct json_view level, enum tcb_status *status, struct err *err);

/* tcbLevels of a TDX module or of a QE. */
int document_isv_levels(struct json_view object, struct isv_levels *levels, struct err *err);

/* Items of an array; 0 for what is none. */
size_t document_count(struct json_view array);

#endif

/* What each message has, as tables that the reader and the writer share. Private to message*.c.
 *
 * Sources: spec: tunnel-spec.md 1.2, 1.4, 4; docs/tunnel-protocol.md.
 */
#ifndef TUNNEL_MESSAGE_SHAPE_H
#define TUNNEL_MESSAGE_SHAPE_H

#include "message.h"

enum member_kind {
	MEMBER_TEXT,      /* struct view; low to high bytes */
	MEMBER_BYTES,     /* the same */
	MEMBER_CONTENT,   /* struct content: text or bytes */
	MEMBER_DATA,      /* struct content: bytes alone */
	MEMBER_DATA_TYPE, /* says again what the content is */
	MEMBER_HEADERS,
	MEMBER_PROTOCOLS,
	MEMBER_FLAG,    /* bool; written when true or needed */
	MEMBER_NUMBER,  /* 32 bits, low to high; 0 is absent */
	MEMBER_TIMEOUT, /* 32 bits, from any number that is not negative */
	MEMBER_EVENT,   /* enum ws_event */
	MEMBER_NULL,    /* written as null, passed over when read */
};

struct member {
	const char *name;
	enum member_kind kind;
	bool is_needed;
	size_t at; /* in struct message */
	uint32_t low, high;
};

enum { SHAPE_MEMBERS = 9 };

struct shape {
	const char *name;
	struct member members[SHAPE_MEMBERS]; /* up to the first without a name, in the order they are written */
};

const struct shape *message_shape(enum message_type type);
const char *message_event_name(enum ws_event event);

/* What is more than one member's: whole or streamed, the kind of an empty chunk. */
int message_agrees(const struct message *message, struct err *err);

#endif

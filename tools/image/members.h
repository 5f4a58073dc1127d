/* A tar as it is: every entry in its order, with all that its headers say. Unlike the table of tree.h nothing is
 * merged, sorted, clamped or refused for what it says.
 */
#ifndef IMAGE_MEMBERS_H
#define IMAGE_MEMBERS_H

#include "archive.h"

enum { MEMBERS_MOST = 4000000 };

struct member {
	const char *path;         /* as path.h has them when it is one, else as it is */
	const char *name;         /* as it is in the archive */
	const char *link;         /* of a hard link: what it names; else NULL */
	const char *user, *group; /* names of the owner; "": none */
	struct node node;         /* time, owner and mode not changed; for content.h */
	int64_t uid, gid, time_ns;
	int64_t device[2];
	int64_t from, to, end; /* in the tar: headers from `from` to `to`, then data and padding */
	uint32_t turn;         /* how many entries of that path come before */
};

struct members {
	struct tree tree; /* memory, and the descriptor that content is read from */
	struct range range;
	bool is_private;      /* nobody else can change or shorten the file that the range is of */
	struct member **list; /* in the archive's order */
	size_t count, room;
	int64_t end; /* where the tar's end begins; behind all its bytes when it lacks even padding */
};
void members_free(struct members *members);
#define cleanup_members cleanup(members_free)

/* Reads the tar in a range, whose descriptor stays the caller's. *members is zeros but for is_private. */
int members_read(const struct range *range, struct members *members, struct err *err);

/* What a member is: "file", "folder", "hardlink", "symlink", "character-device", "block-device", "fifo". */
const char *member_type(const struct member *member);

/* The content of a file in memory: mapped when the tar is private, so that it takes none, else read. */
struct member_content {
	const void *data; /* NULL: more than MEMBERS_MAPPED or MEMBERS_LOADED bytes, so it is not looked at */
	void *map, *copy;
	size_t map_size;
};
enum { MEMBERS_MAPPED = 1 << 30, MEMBERS_LOADED = 64 << 20 };
int member_content(const struct members *members, const struct member *member, struct member_content *content,
		   struct err *err);
void member_content_drop(struct member_content *content);
#define cleanup_member_content cleanup(member_content_drop)

/* Members of two tars side by side, by path; one of them is NULL where there is only the other. */
struct member_pair {
	struct member *first, *second;
	bool differs; /* something but its headers' form */
};
struct members_pairs {
	struct member_pair *pairs;
	size_t count;
};
void members_pairs_free(struct members_pairs *pairs);
#define cleanup_pairs cleanup(members_pairs_free)
int members_pair(const struct members *first, const struct members *second, struct members_pairs *pairs,
		 struct err *err);

#endif

/* The table of what goes into a layer: paths, each naming a node (an inode: owner, mode, content).
 *
 * Readers of inputs put entries in; tree_finish() merges and checks them and leaves them in the order of the output.
 * Only the table is in memory. The bytes of files stay where they are (an input, or the spool) until they are written.
 *
 * Invariants after tree_finish(): paths are sorted by byte and unique; the parent of each is there and is a folder;
 * entries with the same node are names of one file, and node->first is the first of them.
 */
#ifndef IMAGE_TREE_H
#define IMAGE_TREE_H

#include "arena.h"
#include "cleanup.h"
#include "mapping.h"
#include "xattrs.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LINK_LONGEST = 4095,       /* bytes of a symbolic link's target */
	DEVICE_LARGEST = 07777777, /* major or minor: what the header's field holds */
};
#define TIME_LARGEST INT64_C(077777777777) /* seconds: what the header's field holds */
#define SIZE_LARGEST ((uint64_t)1 << 53)   /* bytes of a file, and of all: exact in JSON */

enum kind { KIND_FILE, KIND_FOLDER, KIND_SYMLINK, KIND_CHARACTER_DEVICE, KIND_BLOCK_DEVICE, KIND_FIFO };

/* Where the bytes of a file are. */
enum where {
	WHERE_NONE,   /* no bytes */
	WHERE_RANGE,  /* at an offset of the origin's descriptor */
	WHERE_PIECES, /* pieces of the origin's descriptor, zeros between them */
	WHERE_FILE,   /* a file of its own, below the origin's folder */
};

struct pieces {
	size_t count;
	struct piece {
		int64_t from; /* offset in the file */
		int64_t size;
		int64_t at; /* offset in the origin's descriptor */
	} piece[];
};

/* A file as it was when it was listed: it must be the same when it is read. */
struct watched {
	const char *path; /* below the origin's descriptor */
	uint64_t device, inode;
	int64_t changed, changed_ns; /* modification time */
};

struct node {
	struct node *same;           /* an equal node it was merged with; NULL: itself */
	const char *target;          /* of a symbolic link */
	const struct xattrs *xattrs; /* NULL: none */
	const char *first;           /* the path that has the content; after tree_finish() */
	union {
		int64_t at;
		const struct pieces *pieces;
		const struct watched *watched;
		uint32_t device[2]; /* major, minor */
	};
	int64_t size, time;
	uint32_t uid, gid;
	uint32_t origin;
	uint16_t mode;
	uint8_t kind;  /* enum kind */
	uint8_t where; /* enum where */
};

struct entry {
	const char *path; /* in the output; NULL: left out, but hard links may still mean it */
	const char *name; /* in its input */
	const char *link; /* a hard link's target by its name in the input, until it is resolved */
	struct node *node;
	uint32_t origin;
};

/* Is this one more name of a file that comes earlier? After tree_finish(). */
bool entry_is_link(const struct entry *entry);

/* An input, by the name that messages give it. */
struct origin {
	char *name;
	int fd;      /* what WHERE_* refers to; AT_FDCWD for the current folder */
	bool owned;  /* fd is closed with the tree */
	bool follow; /* the last component of a watched path may be a symbolic link */
};

struct limits {
	int64_t epoch;              /* times are clamped to [0, epoch] */
	uint64_t size, entries;     /* most bytes and entries of all files together */
	bool devices;               /* device nodes and FIFOs are wanted */
	const struct globs *xattrs; /* names that are kept */
};

struct tree {
	struct limits limits;
	struct arena arena;
	struct entry **entries;
	size_t count, room;
	size_t input; /* index of the first entry of the input being read */
	struct origin *origins;
	uint32_t origin_count;
	uint64_t size; /* bytes of all files; after tree_finish() */
};
void tree_free(struct tree *tree);
#define cleanup_tree cleanup(tree_free)

/* Begins an input. The descriptor is the tree's from here on when owned, also on failure. */
int tree_begin(struct tree *tree, const char *name, int fd, bool owned, struct err *err);

/* An entry as an input has it. Pointers are only borrowed, but for pieces, watched (which are the arena's). */
struct found {
	const char *name; /* checked and cleaned by tree_add() */
	bool kept;        /* name is in the arena: no copy is needed */
	enum kind kind;
	const char *hard_link; /* then nothing below counts */
	const char *target;
	uint32_t mode;
	int64_t uid, gid;
	int64_t size, time;
	int64_t device[2];
	struct xattr *xattrs; /* put in order by tree_add() */
	size_t xattr_count;
	enum where where;
	int64_t at;
	const struct pieces *pieces;
	const struct watched *watched;
};

/* Puts an entry in; errors name it. *node is its node, NULL for a hard link or the root; node may be NULL. */
int tree_add(struct tree *tree, const struct mapping *mapping, const struct found *found, struct node **node,
	     struct err *err);

/* Ends an input: resolves its hard links. */
int tree_end(struct tree *tree, struct err *err);

int tree_finish(struct tree *tree, struct err *err);

/* Two entries of one path (or one name of one input): their nodes become one, or the error says what differs. */
int tree_merge(struct tree *tree, struct entry *a, struct entry *b, struct err *err);

/* The node that stands for all it was merged with. */
struct node *node_of(struct entry *entry);

#endif

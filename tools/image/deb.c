#include "deb.h"

#include <stdbool.h>
#include <string.h>

/* spec: ar(5): a magic of 8 bytes; each member has a header of 60 and begins at an even offset. */
enum { MAGIC_SIZE = 8, HEADER_SIZE = 60, NAME_SIZE = 16, SIZE_AT = 48, SIZE_SIZE = 10, END_AT = 58 };

struct member {
	char name[NAME_SIZE + 1];
	struct range data;
};

static int member_size(const char *field, int64_t *size, struct err *err)
{
	int i = 0;
	for (*size = 0; i < SIZE_SIZE && field[i] >= '0' && field[i] <= '9'; i++)
		*size = *size * 10 + (field[i] - '0');
	while (i > 0 && i < SIZE_SIZE && field[i] == ' ')
		i++;
	return i == SIZE_SIZE ? 0 : err_bad(err, "member's size is not a number");
}

/* The member at *at; moves *at to the next. */
static int member_next(const struct range *package, int64_t *at, struct member *member, struct err *err)
{
	char header[HEADER_SIZE];
	ssize_t n = range_read(package, *at, header, sizeof header, err);
	if (n < 0)
		return -1;
	if (n < HEADER_SIZE)
		return err_bad(err, "truncated: a member of the package is missing");
	if (memcmp(header + END_AT, "`\n", 2))
		return err_bad(err, "damaged: no ar header at byte %lld", (long long)*at);
	size_t length = NAME_SIZE;
	while (length && (header[length - 1] == ' ' || header[length - 1] == '/'))
		length--;
	*(char *)mempcpy(member->name, header, length) = '\0';
	int64_t size, start = *at + HEADER_SIZE;
	if (member_size(header + SIZE_AT, &size, err))
		return -1;
	if (size > package->size - start)
		return err_bad(err, "truncated: %s is cut short", member->name);
	member->data = (struct range){package->fd, package->at + start, size};
	*at = start + size + size % 2;
	return 0;
}

static int check_version(const struct member *member, struct err *err)
{
	char text[5] = "";
	if (strcmp(member->name, "debian-binary"))
		return err_bad(err, "not a Debian package: its first member is not debian-binary");
	if (range_read(&member->data, 0, text, 4, err) < 0)
		return -1;
	if (strncmp(text, "2.", 2) || member->data.size < 4)
		return err_bad(err, "Debian package of a format that is not 2.x");
	return 0;
}

static bool is_tar(const char *name, const char *stem)
{
	size_t length = strlen(stem);
	return !strncmp(name, stem, length) && (!name[length] || name[length] == '.');
}

/* spec: deb(5): members whose names begin with '_' may come between and are passed over. */
static int member_after_private(const struct range *package, int64_t *at, struct member *member, struct err *err)
{
	do
		if (member_next(package, at, member, err))
			return -1;
	while (member->name[0] == '_');
	return 0;
}

int deb_data(const struct range *package, struct range *data, struct err *err)
{
	char magic[MAGIC_SIZE];
	struct member member;
	int64_t at = MAGIC_SIZE;
	ssize_t n = range_read(package, 0, magic, sizeof magic, err);
	if (n < 0)
		return -1;
	if (n < MAGIC_SIZE || memcmp(magic, "!<arch>\n", MAGIC_SIZE))
		return err_bad(err, n ? "not a Debian package: no ar archive" : "empty");
	if (member_next(package, &at, &member, err) || check_version(&member, err) ||
	    member_after_private(package, &at, &member, err))
		return -1;
	if (!is_tar(member.name, "control.tar"))
		return err_bad(err, "not a Debian package: no control.tar behind debian-binary");
	if (member_after_private(package, &at, &member, err))
		return -1;
	if (!is_tar(member.name, "data.tar"))
		return err_bad(err, "not a Debian package: no data.tar behind control.tar");
	*data = member.data;
	return 0;
}

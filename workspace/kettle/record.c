#include "record.h"

#include "file.h"
#include "json.h"
#include "source.h"

#include <math.h>

enum { CAP = 4096 };

static char *path_of(const char *data)
{
	char *path = NULL;
	return asprintf(&path, "%s/kettle.ends", data) < 0 ? NULL : path;
}

static int whole(const struct json *object, const char *name, double least, double most, struct err *err)
{
	cleanup_json struct json *number = json_need(object, name, JSON_NUMBER, err);
	if (!number)
		return -1;
	double value = json_double(number);
	if (!(value >= least && value <= most) || value != floor(value))
		return err_bad(err, "%s: not a whole number from %.0f to %.0f", name, least, most);
	return (int)value;
}

static int parse(const struct bytes *text, struct record *record, struct err *err)
{
	static const char *const names[] = {"row", "status", NULL};
	cleanup_json struct json *json = json_parse(text->data ? text->data : "", text->size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (json_only(json, names, err))
		return -1;
	int row = whole(json, "row", 1, RECORD_ROW_MOST, err);
	int status = row < 0 ? -1 : whole(json, "status", 0, 255, err);
	if (status < 0)
		return -1;
	*record = (struct record){(unsigned)row, status};
	return 0;
}

int record_load(const char *data, struct record *record, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_free char *path = path_of(data);
	*record = (struct record){0};
	if (!path)
		return err_system(err, EX_OSERR, "path");
	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	/* The folder may have been somebody else's: nothing in it is waited for, and no link in it written through. */
	if (source_load(path, CAP, &text, err) || parse(&text, record, err))
		return err_prefix(err, "%s", path);
	return 0;
}

int record_add(const char *data, const struct record *before, int status, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_free char *path = path_of(data);
	cleanup_json struct json *json = json_object();
	if (!path)
		return err_system(err, EX_OSERR, "path");
	json_set(json, "row", json_number(before->row < RECORD_ROW_MOST ? before->row + 1 : before->row));
	json_set(json, "status", json_number((uint64_t)status));
	if (json_write(json, false, &text, err) || bytes_add(&text, "\n", 1, err) ||
	    file_replace(path, text.data, text.size, err))
		return err_prefix(err, "%s", path);
	return 0;
}

int record_clear(const char *data, struct err *err)
{
	cleanup_free char *path = path_of(data);
	if (!path)
		return err_system(err, EX_OSERR, "path");
	return unlink(path) && errno != ENOENT ? err_system(err, EX_CANTCREAT, "%s", path) : 0;
}

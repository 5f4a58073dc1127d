#include "reason.h"

#include "bytes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { REASON_CAP = 700 }; /* names and what to do must have room beside it */

/* The line that begins so, behind its beginning; NULL: there is none. */
static const char *line_with(const char *text, const char *beginning)
{
	size_t size = strlen(beginning);
	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, beginning, size))
			return text + size;
	}
	return NULL;
}

static bool is_other(const char *line)
{
	static const char *const beginnings[] = {"at ", "stack: ", "workerd/", "service ", NULL};
	for (const char *const *at = beginnings; *at; at++)
		if (!strncmp(line, *at, strlen(*at)))
			return true;
	return false;
}

/* Where there was no more room, the last character may be but a part of one. */
static void drop_cut(char *text, size_t size)
{
	size_t used = strlen(text), at = used;
	if (used + 1 < size)
		return;
	while (at && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at && !bytes_are_utf8(text + at - 1, used - at + 1))
		text[at - 1] = '\0';
}

/* A message goes on over lines until a stack trace or something else of workerd's: those lines, joined by spaces. */
static void join_message(const char *from, char *into, size_t size)
{
	size_t used = 0;
	for (; *from && used + 1 < size; from++) {
		const char *next = from + 1;
		if (*from != '\n') {
			into[used++] = *from;
			continue;
		}
		next += strspn(next, " \t");
		if (!*next || is_other(next))
			break;
		into[used++] = ' ';
	}
	into[used] = '\0';
	drop_cut(into, size);
}

/* The last line that is not empty: whatever else it was, it was the end. */
static void last_line(const char *text, char *into, size_t size)
{
	*into = '\0';
	while (*text) {
		int line = (int)strcspn(text, "\n");
		if (line)
			snprintf(into, size, "%.*s", line, text);
		text += line + (text[line] == '\n');
	}
	drop_cut(into, size);
}

int reason_find(const char *printed, struct err *err)
{
	/* entry.js says so of what the app threw; workerd of what a worker threw when it was loaded; of what is wrong
	 * with a service of its configuration; and of its own end. */
	static const char *const thrown[] = {"KETTLE_APP_LOAD_FAILED ", "service app: Uncaught "};
	static const char *const failed[] = {"service ", "*** Fatal uncaught "};
	char reason[REASON_CAP];
	for (size_t i = 0; i < sizeof thrown / sizeof *thrown; i++) {
		const char *at = line_with(printed, thrown[i]);
		if (!at)
			continue;
		join_message(at, reason, sizeof reason);
		return err_bad(err, "the app does not load: %s", reason);
	}
	last_line(printed, reason, sizeof reason);
	for (size_t i = 0; i < sizeof failed / sizeof *failed; i++) {
		const char *at = line_with(printed, failed[i]);
		if (!at)
			continue;
		join_message(at, reason, sizeof reason);
		break;
	}
	return err_set(err, EX_OSERR, "workerd: %s", *reason ? reason : "failed without a word");
}

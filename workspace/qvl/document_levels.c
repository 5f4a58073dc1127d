#include "document.h"

#include <string.h>

static const char *const status_names[TCB_STATUSES] = {
	[TCB_UP_TO_DATE] = "UpToDate",
	[TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
	[TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
	[TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = "ConfigurationAndSWHardeningNeeded",
	[TCB_OUT_OF_DATE] = "OutOfDate",
	[TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
	[TCB_REVOKED] = "Revoked",
	[TCB_TD_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
	[TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = "TDRelaunchAdvisedConfigurationNeeded",
};

const char *tcb_status_name(enum tcb_status status)
{
	return status < TCB_STATUSES ? status_names[status] : "unknown";
}

int tcb_status_find(const char *name, enum tcb_status *status, struct err *err)
{
	for (size_t i = 0; i < TCB_STATUSES; i++) {
		if (strcmp(name, status_names[i]))
			continue;
		*status = (enum tcb_status)i;
		return 0;
	}
	return err_bad(err, "'%s' is no status", name);
}

void advisories_free(struct advisories *advisories)
{
	for (size_t i = 0; i < advisories->count; i++)
		free(advisories->ids[i]);
	free(advisories->ids);
	*advisories = (struct advisories){0};
}

void isv_levels_free(struct isv_levels *levels)
{
	for (size_t i = 0; i < levels->count; i++)
		advisories_free(&levels->list[i].advisories);
	free(levels->list);
	*levels = (struct isv_levels){0};
}

/* An id is shown to people and compared with what a policy accepts. */
static bool is_advisory(const char *id)
{
	for (const char *c = id; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return *id && strlen(id) < ADVISORY_SIZE;
}

static int advisory(struct json_view item, char **id, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (json_view_kind(item) != JSON_STRING)
		return err_bad(err, "not %s", json_kind_name(JSON_STRING));
	if (json_view_string(item, &text, err))
		return -1;
	if (!is_advisory(text.data))
		return err_bad(err, "not an id of 1 to %d printable characters", ADVISORY_SIZE - 1);
	*id = steal(&text.data);
	return 0;
}

int document_advisories(struct json_view level, struct advisories *advisories, struct err *err)
{
	struct json_view array, item;
	if (!json_view_member(level, "advisoryIDs").text)
		return 0;
	if (document_member(level, "advisoryIDs", JSON_ARRAY, &array, err))
		return -1;
	advisories->ids = calloc(document_count(array) + 1, sizeof *advisories->ids);
	if (!advisories->ids)
		return err_system(err, EX_OSERR, "advisoryIDs");
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item); advisories->count++)
		if (advisory(item, &advisories->ids[advisories->count], err))
			return err_prefix(err, "advisoryIDs: %zu", advisories->count);
	return 0;
}

int document_status(struct json_view level, enum tcb_status *status, struct err *err)
{
	char name[ADVISORY_SIZE];
	if (document_text(level, "tcbStatus", name, sizeof name, err))
		return -1;
	if (tcb_status_find(name, status, err))
		return err_prefix(err, "tcbStatus");
	return *status < TCB_TD_RELAUNCH_ADVISED ? 0 : err_bad(err, "tcbStatus: '%s' is never in a document", name);
}

/* spec: quote-spec.md 7.10 */
static int isv_level(struct json_view object, struct isv_level *level, struct err *err)
{
	struct json_view tcb;
	if (document_member(object, "tcb", JSON_OBJECT, &tcb, err))
		return -1;
	if (document_svn(tcb, "isvsvn", &level->isv_svn, err))
		return err_prefix(err, "tcb");
	if (document_date(object, "tcbDate", level->date, NULL, err) || document_status(object, &level->status, err) ||
	    document_advisories(object, &level->advisories, err))
		return -1;
	bool is_known =
		level->status == TCB_UP_TO_DATE || level->status == TCB_OUT_OF_DATE || level->status == TCB_REVOKED;
	return is_known ? 0
			: err_bad(err, "tcbStatus: '%s' is for platforms, not for modules and QEs",
				  tcb_status_name(level->status));
}

int document_isv_levels(struct json_view object, struct isv_levels *levels, struct err *err)
{
	struct json_view array, item;
	if (document_member(object, "tcbLevels", JSON_ARRAY, &array, err))
		return -1;
	levels->list = calloc(document_count(array) + 1, sizeof *levels->list);
	if (!levels->list)
		return err_system(err, EX_OSERR, "tcbLevels");
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item);)
		if (isv_level(item, &levels->list[levels->count++], err))
			return err_prefix(err, "tcbLevels: %zu", levels->count - 1);
	return 0;
}

/* TCB info from a stranger.
 *
 * corpus: vectors/tcb-info */
#include "tcb_info.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(const char *date)
{
	if (strlen(date) != TCB_DATE_SIZE)
		abort();
}

static void check_level(const struct tcb_level *level, const struct tcb_info *info)
{
	struct err err;
	enum tcb_status again;
	static const uint16_t none[TCB_COMPONENTS];
	check_date(level->date);
	if (tcb_status_find(tcb_status_name(level->status), &again, &err) || again != level->status)
		abort();
	if (level->status >= TCB_TD_RELAUNCH_ADVISED || (!info->is_tdx && memcmp(level->tdx, none, sizeof none)))
		abort();
	for (size_t i = 0; i < level->advisories.count; i++)
		if (!*level->advisories.ids[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_tcb_info struct tcb_info info = {0};
	if (tcb_info_parse((const char *)data, size, &info, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	check_date(info.issued_text);
	if (info.issued < 0 || info.next_update < 0 || (info.identity_count && !info.has_identities))
		abort();
	for (size_t i = 0; i < info.level_count; i++)
		check_level(&info.levels[i], &info);
	for (size_t i = 0; i < info.identity_count; i++)
		for (size_t j = 0; j < info.identities[i].levels.count; j++)
			check_date(info.identities[i].levels.list[j].date);
	return 0;
}

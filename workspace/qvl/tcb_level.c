#include "tcb_level.h"

#include <stdio.h>

static int compare_components(const uint16_t a[TCB_COMPONENTS], const uint16_t b[TCB_COMPONENTS])
{
	for (size_t i = 0; i < TCB_COMPONENTS; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* spec: quote-spec.md 2.12: the order of levels */
static int compare(const struct tcb_level *a, const struct tcb_level *b)
{
	int order = compare_components(a->sgx, b->sgx);
	if (!order)
		order = (a->pce_svn > b->pce_svn) - (a->pce_svn < b->pce_svn);
	return order ? order : compare_components(a->tdx, b->tdx);
}

/* spec: quote-spec.md 2.12: Intel's index range */
static size_t first_tdx_component(const struct platform_svns *svns)
{
	return svns->tdx[1] > 0 ? 2 : 0;
}

static bool reaches_sgx(const struct platform_svns *svns, const struct tcb_level *level)
{
	for (size_t i = 0; i < TCB_COMPONENTS; i++)
		if (svns->sgx[i] < level->sgx[i])
			return false;
	return svns->pce_svn >= level->pce_svn;
}

static bool reaches_tdx(const struct platform_svns *svns, const struct tcb_level *level)
{
	for (size_t i = first_tdx_component(svns); i < TCB_COMPONENTS; i++)
		if (svns->tdx[i] < level->tdx[i])
			return false;
	return true;
}

/* The higher one; of equals the one that came first. */
static const struct tcb_level *higher(const struct tcb_level *so_far, const struct tcb_level *level)
{
	return !so_far || compare(level, so_far) > 0 ? level : so_far;
}

void tcb_level_find(const struct tcb_info *info, const struct platform_svns *svns, struct tcb_match *match)
{
	*match = (struct tcb_match){0};
	for (size_t i = 0; i < info->level_count; i++) {
		const struct tcb_level *level = &info->levels[i];
		match->top = higher(match->top, level);
		if (!reaches_sgx(svns, level))
			continue;
		match->sgx = higher(match->sgx, level);
		if (!svns->is_tdx || reaches_tdx(svns, level))
			match->found = higher(match->found, level);
	}
}

const struct isv_level *isv_level_find(const struct isv_levels *levels, unsigned svn)
{
	const struct isv_level *found = NULL;
	for (size_t i = 0; i < levels->count; i++) {
		const struct isv_level *level = &levels->list[i];
		if (svn >= level->isv_svn && (!found || level->isv_svn > found->isv_svn))
			found = level;
	}
	return found;
}

const struct isv_level *isv_level_top(const struct isv_levels *levels)
{
	return isv_level_find(levels, UINT16_MAX);
}

static void add_gap(struct tcb_miss *miss, enum svn_kind kind, size_t index, unsigned has, unsigned needs)
{
	if (has < needs)
		miss->gaps[miss->count++] = (struct svn_gap){kind, (uint16_t)index, (uint16_t)has, (uint16_t)needs};
}

static struct tcb_miss *add_miss(struct tcb_misses *misses, const char *date, enum tcb_status status)
{
	if (misses->count == TCB_MISSES) {
		misses->is_cut = true;
		return NULL;
	}
	misses->list[misses->count] = (struct tcb_miss){.date = date, .status = status};
	return &misses->list[misses->count++];
}

static void add_level(struct tcb_misses *misses, const struct platform_svns *svns, const struct tcb_level *level)
{
	struct tcb_miss *miss = add_miss(misses, level->date, level->status);
	if (!miss)
		return;
	for (size_t i = 0; i < TCB_COMPONENTS; i++)
		add_gap(miss, SVN_SGX, i, svns->sgx[i], level->sgx[i]);
	add_gap(miss, SVN_PCE, 0, svns->pce_svn, level->pce_svn);
	for (size_t i = first_tdx_component(svns); svns->is_tdx && i < TCB_COMPONENTS; i++)
		add_gap(miss, SVN_TDX, i, svns->tdx[i], level->tdx[i]);
}

/* The highest of those that ask for less than this one. */
static const struct tcb_level *next_lower(const struct tcb_info *info, const struct tcb_level *than)
{
	const struct tcb_level *found = NULL;
	for (size_t i = 0; i < info->level_count; i++)
		if (compare(&info->levels[i], than) < 0)
			found = higher(found, &info->levels[i]);
	return found;
}

void tcb_level_misses(const struct tcb_info *info, const struct platform_svns *svns, const struct tcb_match *match,
		      struct tcb_misses *misses)
{
	const struct tcb_level *level = match->top;
	for (; level && level != match->found && !misses->is_cut; level = next_lower(info, level))
		add_level(misses, svns, level);
}

static const struct isv_level *next_lower_isv(const struct isv_levels *levels, const struct isv_level *than)
{
	return than->isv_svn ? isv_level_find(levels, than->isv_svn - 1u) : NULL;
}

void isv_level_misses(const struct isv_levels *levels, enum svn_kind kind, unsigned svn, struct tcb_misses *misses)
{
	const struct isv_level *level = isv_level_top(levels);
	for (; level && level->isv_svn > svn; level = next_lower_isv(levels, level)) {
		struct tcb_miss *miss = add_miss(misses, level->date, level->status);
		if (!miss)
			return;
		add_gap(miss, kind, 0, svn, level->isv_svn);
	}
}

const char *svn_kind_name(enum svn_kind kind)
{
	static const char *const names[] = {
		[SVN_SGX] = "sgxtcbcomponents", [SVN_PCE] = "pcesvn",   [SVN_TDX] = "tdxtcbcomponents",
		[SVN_MODULE] = "module isvsvn", [SVN_QE] = "QE isvsvn",
	};
	return names[kind];
}

void svn_gaps_text(const struct tcb_miss *miss, char text[SVN_GAPS_TEXT])
{
	int at = 0;
	text[0] = 0;
	for (size_t i = 0; i < miss->count && at < SVN_GAPS_TEXT - 80; i++) {
		const struct svn_gap *gap = &miss->gaps[i];
		at += snprintf(text + at, (size_t)(SVN_GAPS_TEXT - at), "%s%s", i ? "; " : "",
			       svn_kind_name(gap->kind));
		if (gap->kind == SVN_SGX || gap->kind == SVN_TDX)
			at += snprintf(text + at, (size_t)(SVN_GAPS_TEXT - at), "[%u]", gap->index);
		at += snprintf(text + at, (size_t)(SVN_GAPS_TEXT - at), " is %u, %u less than %u", gap->has,
			       gap->needs - gap->has, gap->needs);
		if (i + 1 < miss->count && at >= SVN_GAPS_TEXT - 80)
			snprintf(text + at, (size_t)(SVN_GAPS_TEXT - at), "; and %zu more", miss->count - i - 1);
	}
}

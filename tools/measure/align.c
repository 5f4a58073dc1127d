#include "align.h"

#include "cleanup.h"

/* best[i][j]: the greatest sum for the first i and the first j items. */
struct table {
	unsigned *best;
	size_t width;
};

static unsigned *cell(const struct table *table, size_t i, size_t j)
{
	return &table->best[i * table->width + j];
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static void fill(const struct table *table, size_t a_count, size_t b_count, align_score *score, const void *context)
{
	for (size_t i = 1; i <= a_count; i++)
		for (size_t j = 1; j <= b_count; j++) {
			unsigned pair = score(context, i - 1, j - 1);
			unsigned best = larger(*cell(table, i - 1, j), *cell(table, i, j - 1));
			*cell(table, i, j) = pair ? larger(best, *cell(table, i - 1, j - 1) + pair) : best;
		}
}

/* Back from the end, by the way each sum came about. */
static void trace(const struct table *table, size_t i, size_t j, align_score *score, const void *context, long *pair)
{
	while (i && j) {
		unsigned points = score(context, i - 1, j - 1);
		if (points && *cell(table, i, j) == *cell(table, i - 1, j - 1) + points)
			pair[--i] = (long)--j;
		else if (*cell(table, i, j) == *cell(table, i, j - 1))
			j--;
		else
			i--;
	}
}

int align(size_t a_count, size_t b_count, align_score *score, const void *context, long *pair, struct err *err)
{
	if ((a_count + 1) > ALIGN_CELLS / (b_count + 1))
		return err_bad(err, "%zu and %zu events are too many to compare", a_count, b_count);
	struct table table = {.width = b_count + 1};
	cleanup_free unsigned *best = calloc((a_count + 1) * table.width, sizeof *best);
	if (!best)
		return err_system(err, EX_OSERR, "events");
	table.best = best;
	for (size_t i = 0; i < a_count; i++)
		pair[i] = -1;
	fill(&table, a_count, b_count, score, context);
	trace(&table, a_count, b_count, score, context, pair);
	return 0;
}

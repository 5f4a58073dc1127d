/* Test programs in C: each `CHECK(condition)` that does not hold is named with its line, and the program ends with 1.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdio.h>
#include <stdlib.h>

static int unit_failures;

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                \
			unit_failures++;                                                                               \
		}                                                                                                      \
	} while (0)

static inline int unit_end(void)
{
	return unit_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

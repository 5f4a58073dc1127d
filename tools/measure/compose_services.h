/* What a docker-compose text runs, found by reading its lines.
 *
 * This is a scan and no reader of YAML: it knows `KEY: VALUE` on a line of its own, behind any number of `- `, and the
 * text blocks that `|` and `>` begin, whose lines it passes over. Where YAML could say more than such lines show it is
 * not sure, and says so by line: an `image:` it cannot read or in the middle of a line, quotes or braces that go on
 * over lines, escapes in a key, anchors and tags before a key, explicit keys (`? `), several documents on a line, line
 * ends that readers of YAML disagree about. When it is sure, it has seen every `image:` there is. It may see some that
 * are none.
 *
 * Sources: YAML 1.2.2 sections 5.4 (line ends), 6.1 (indentation), 7 (flow), 8.1 (blocks).
 */
#ifndef MEASURE_COMPOSE_SERVICES_H
#define MEASURE_COMPOSE_SERVICES_H

#include "bytes.h"

#include <stdbool.h>

struct service_line {
	const char *key; /* one of services_keys */
	size_t line;     /* from 1 */
	size_t offset,
		size; /* of the value in the text, without its quotes; size 0: it is on other lines, or there is none */
};

struct services {
	struct service_line *lines;
	size_t count;
	const char *unsure; /* NULL: it is sure; else the first reason, and its line */
	size_t unsure_line;
};

/* "image", "build", "privileged", …: the keys it looks for. Ended by NULL. */
extern const char *const services_keys[];

void services_free(struct services *services);
#define cleanup_services cleanup(services_free)

/* -1: memory is out. */
int services_scan(const char *text, struct services *services, struct err *err);

#endif

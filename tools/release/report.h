/* A judgement as text for people and as JSON by docs/schema/verdict-1.json. */
#ifndef RELEASE_REPORT_H
#define RELEASE_REPORT_H

#include "judgement.h"

int report_text(const struct judgement *judgement, struct bytes *into, struct err *err);

/* The caller's to free. */
struct json *report_json(const struct judgement *judgement);

#endif

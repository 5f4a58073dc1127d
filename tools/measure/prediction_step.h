/* One event of dstack's boot at a time: what its payload is, or what is known of it. */
#ifndef MEASURE_PREDICTION_STEP_H
#define MEASURE_PREDICTION_STEP_H

#include "prediction.h"

/* Appends what the step gives: events, and checks for them. STATUS_BAD: facts contradict each other. */
int prediction_step(const struct facts *facts, const struct runtime_step *step, struct prediction *prediction,
		    struct err *err);

/* Appends an event whose payload is known, and the check for it. */
int prediction_put(struct prediction *prediction, unsigned version, const struct measured_event *event,
		   struct err *err);

/* Appends a check. event lives as long as the prediction. */
int prediction_check(struct prediction *prediction, const char *event, enum check check, enum runtime_occurs occurs,
		     const char *value, struct err *err);

#endif

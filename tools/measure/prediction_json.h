/* A prediction as JSON, with what follows from it:
 *
 *     dstack, event_version, compose_hash
 *     events           as measured.h has them
 *     rtmr3            the register, or null when an event of it is not known
 *     prefix           {value, events}: the register after the last event before the first that is not known
 *     varies           names of the events that are not known
 *     checks           [{event, check, occurs, value}], in the order of the events: prediction.h; of
 *                      any-of value is an array
 *     notes            what the prediction rests on, in words
 *     mr_key_provider  or null
 *     mr_system, mr_aggregated, at_boot {mr_system, mr_aggregated}: with registers alone; or null
 */
#ifndef MEASURE_PREDICTION_JSON_H
#define MEASURE_PREDICTION_JSON_H

#include "aggregates.h"
#include "prediction.h"

/* registers: all of the TD but RTMR3; NULL: not known. NULL when memory is out. */
struct json *prediction_json(const struct prediction *prediction, const struct aggregate_registers *registers,
			     struct err *err);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_PUMP_H
#define CMTA_ENGINE_PUMP_H

/* Where events come from: the pump finds the next one, wherever it is due, and steps the chart with
 * it. */

#include "engine/session.h"

/* The name of an event in spec/event.h, verb being its row or NULL; "" for none. */
const char *event_name(int event, const struct verb *verb);

#endif

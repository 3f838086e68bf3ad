/* SPDX-License-Identifier: MIT */

/* What the trace hook is told. */

#include "engine/trace.h"

void trace_line(struct cmta_session *session, enum cmta_direction direction,
                struct cmta_slice line) {
  const struct cmta_service *service = session->service;
  if (service->hooks.trace)
    service->hooks.trace(session, service->user, direction, line);
}

/* SPDX-License-Identifier: MIT */

/* What the trace hook is told. */

#include "engine/trace.h"

#include "engine/chain.h"

void trace_line(struct cmta_session *session, enum cmta_direction direction,
                struct cmta_slice line) {
  chain_tell_trace(session, direction, line);
}

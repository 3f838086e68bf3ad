/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_WAKE_H
#define CMTA_SERVER_WAKE_H

/* What a loop is woken by, from other threads and by signals. */

#include <ev.h>

/* Has a loop open what its watchers of other threads and of signals need, now and for good, so that
   they can be started at any time. 0; CMTA_E_SYSTEM with errno when no descriptors can be had. */
int wake_prepare(struct ev_loop *loop);

#endif

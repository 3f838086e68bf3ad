/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CALL_AFTER_H
#define CMTA_SERVER_CALL_AFTER_H

/* Functions that are called when some time has passed (cmta_server_call_after()). */

struct appointment;
struct cmta_server;

/* None of those that wait is called any more. */
void appointments_forget(struct cmta_server *server);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CLOCK_H
#define CMTA_SERVER_CLOCK_H

/* The clocks that the engine is lent: the system's, or those of virtual time. */

#include <cmta/settings.h>

struct cmta_server;

/* Gives settings that name no clock those of the system, or of the server's virtual time. */
void clock_lend(struct cmta_settings *settings, struct cmta_server *server);

#endif

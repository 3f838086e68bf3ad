/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_CLOCK_H
#define CMTA_SERVER_CLOCK_H

/* The system's clocks, which the engine is lent. */

#include <cmta/settings.h>

/* Gives settings that name no clock those of the system. */
void clock_lend(struct cmta_settings *settings);

#endif

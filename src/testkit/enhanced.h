/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_ENHANCED_H
#define CMTA_TESTKIT_ENHANCED_H

/* Enhanced status codes (RFC 3463). */

#include <cmta/envelope.h>

#include <stdbool.h>

/* Whether text is an enhanced status code, and nothing else, as section 2 has it. */
bool is_enhanced(struct cmta_slice text);

#endif

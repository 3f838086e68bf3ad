/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_UTF8_H
#define CMTA_ENGINE_UTF8_H

/* Well-formed UTF-8 (RFC 3629 section 4), for text that did not come through the grammar. */

#include <stdbool.h>
#include <stddef.h>

/* True when all length octets are complete, shortest-form UTF-8 without surrogates and without C1
 * controls. */
bool utf8_is_valid(const char *text, size_t length);

#endif

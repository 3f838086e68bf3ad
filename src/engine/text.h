/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_TEXT_H
#define CMTA_ENGINE_TEXT_H

/* The caller's strings: checked, as slices, and copied side by side into a block that has room for
 * them. */

#include <cmta/envelope.h>

#include <stdbool.h>
#include <stddef.h>

/* The string without its NUL; an empty slice for NULL. */
struct cmta_slice text_slice(const char *text);

/* True when every octet is printable ASCII, blanks included. */
bool text_is_printable(const char *text);

/* Octets of a string with its NUL; 0 for NULL. */
size_t text_size(const char *text);

/* Copies a string to *room, which has text_size() octets for it, and moves *room behind it. Returns
   the copy; NULL for NULL. */
const char *text_copy(const char *text, char **room);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_BASE64_H
#define TOOLS_BASE64_H

#include <stddef.h>

/* bytes in base64 (RFC 4648 section 4), padded, without line breaks, with a NUL behind. NULL
 * without memory. The caller frees it. */
char *base64_text(const char *bytes, size_t length);

#endif

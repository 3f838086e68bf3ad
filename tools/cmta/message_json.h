/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_MESSAGE_JSON_H
#define CMTA_TOOLS_MESSAGE_JSON_H

#include "record.h"

/* The record as one line of JSON (RFC 8259), newline included; README.md, "cmta sink", has its
   fields. With ascii the line has ASCII characters only, the others being written \uXXXX: what a
   terminal should get. NULL without memory; the caller frees it. */
char *message_json(const struct record *record, bool ascii, size_t *length);

#endif

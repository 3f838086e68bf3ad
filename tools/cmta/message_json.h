/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_MESSAGE_JSON_H
#define CMTA_TOOLS_MESSAGE_JSON_H

#include "record.h"

/* The record as one line of JSON (RFC 8259), newline included:

     {"id", "time", "peer": {"address", "port"}, "protocol", "helo",
      "tls": {"version", "cipher", "sni"}, "auth": {"user", "mechanism", "authzid"},
      "from": {"address", "params": {}}, "to": [{"address", "params": {}}], "size", "data"}

   tls is null without TLS, auth for a client that has not logged in; sni and authzid are "" where
   the client said none. params maps upper-case keywords to values, or to true where there is no
   value. data is the message as a string where it is valid UTF-8; else data_base64 (RFC 4648
   section 4) stands in its place. With ascii the line has ASCII characters only, the others being
   written \uXXXX: what a terminal should get. NULL without memory; the caller frees it. */
char *message_json(const struct record *record, bool ascii, size_t *length);

#endif

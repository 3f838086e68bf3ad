/* SPDX-License-Identifier: MIT */

/* The registry of protocol words as a table. */

#include "engine/protocol.h"

/* A row each protocol; the columns are the values of TLS and AUTH. */
static const struct row {
  unsigned facts; /* all of these */
  const char *words[4];
} rows[] = {
    {PROTOCOL_LMTP | PROTOCOL_UTF8, {"UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA"}},
    {PROTOCOL_LMTP, {"LMTP", "LMTPA", "LMTPS", "LMTPSA"}},
    {PROTOCOL_ESMTP | PROTOCOL_UTF8, {"UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA"}},
    {PROTOCOL_ESMTP, {"ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA"}},
    {0, {"SMTP", "SMTP", "SMTP", "SMTP"}},
};

const char *protocol_word(unsigned facts) {
  const struct row *row = rows;
  while ((facts & row->facts) != row->facts)
    row++;
  return row->words[facts & (PROTOCOL_TLS | PROTOCOL_AUTH)];
}

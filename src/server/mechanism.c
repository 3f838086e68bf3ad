/* SPDX-License-Identifier: MIT */

/* The table of mechanisms, in the order of the offer: those first that show nobody the password. */

#include "server/mechanism.h"

#include <string.h>

static const struct mechanism_row rows[] = {
    {.name = "SCRAM-SHA-256-PLUS", .need = NEEDS_SECRET, .binds = true},
    {.name = "SCRAM-SHA-1-PLUS", .need = NEEDS_SECRET, .binds = true},
    {.name = "SCRAM-SHA-256", .need = NEEDS_SECRET},
    {.name = "SCRAM-SHA-1", .need = NEEDS_SECRET},
    {.name = "EXTERNAL", .need = NEEDS_CERTIFICATE},
    {.name = "OAUTHBEARER", .need = NEEDS_TOKEN},
    {.name = "XOAUTH2", .need = NEEDS_TOKEN},
    {.name = "PLAIN", .need = NEEDS_PASSWORD},
    {.name = "LOGIN", .need = NEEDS_PASSWORD},
    {.name = "CRAM-MD5", .need = NEEDS_SECRET, .server_first = true, .by_name = true},
};

const struct mechanism_row *mechanism_row(size_t index) {
  return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

const char *cmta_mechanism_name(size_t index) {
  const struct mechanism_row *row = mechanism_row(index);
  return row ? row->name : NULL;
}

const struct mechanism_row *mechanism_of_name(const char *name) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

bool mechanism_can_bind(const struct cmta_session *session) {
  const struct cmta_tls_facts *tls = cmta_session_tls(session);
  return tls && strcmp(tls->version, "TLSv1.3") == 0;
}

/* SPDX-License-Identifier: MIT */
/* The listeners of `cmta sink` (sink_listen.h). */

#include "sink_listen.h"

#include "escape.h"
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char command[] = "sink";

bool sink_addresses_add(struct sink_addresses *addresses, const char *text,
                        enum sink_protocol protocol) {
  struct sink_address *rows =
      realloc(addresses->rows, (addresses->count + 1) * sizeof *addresses->rows);
  if (!rows)
    return false;
  rows[addresses->count++] = (struct sink_address){text, protocol};
  addresses->rows = rows;
  return true;
}

bool sink_addresses_have(const struct sink_addresses *addresses, enum sink_protocol protocol) {
  for (size_t i = 0; i < addresses->count; i++)
    if (addresses->rows[i].protocol == protocol)
      return true;
  return false;
}

void sink_addresses_free(struct sink_addresses *addresses) { free(addresses->rows); }

/* Of LMTP nothing else can be wrong that other listeners are not told of. */
static const char *error_text(int error, enum sink_protocol protocol) {
  if (error == CMTA_E_ARGUMENT && protocol == SINK_LMTP)
    return "port 25 is not for LMTP (RFC 2033 section 5)";
  return error == CMTA_E_SYSTEM ? strerror(errno) : cmta_strerror(error);
}

/* Mail is delivered by LMTP, and not submitted. */
static int listen_at(struct cmta_server *server, const struct sink_address *address,
                     const struct cmta_listen *common) {
  struct cmta_listen listen = *common;
  struct cmta_manners manners = *common->manners;
  manners.lmtp = address->protocol == SINK_LMTP;
  manners.submission &= !manners.lmtp;
  listen.address = address->text;
  listen.manners = &manners;
  if (address->protocol == SINK_SMTP_TLS)
    listen.tls_mode = CMTA_TLS_IMPLICIT;
  if (listen.tls_mode == CMTA_TLS_OFF)
    listen.tls = NULL;
  return cmta_server_listen_with(server, &listen);
}

bool sink_listen(struct cmta_server *server, const struct sink_addresses *addresses,
                 const struct cmta_listen *common) {
  for (size_t i = 0; i < addresses->count; i++) {
    const struct sink_address *address = &addresses->rows[i];
    int listener = listen_at(server, address, common);
    if (listener < 0) {
      complain(command, "cannot listen at %s: %s", address->text,
               error_text(listener, address->protocol));
      return false;
    }
  }
  return true;
}

bool sink_listen_print(const struct cmta_server *server, const struct sink_addresses *addresses) {
  static const char *const words[] = {
      [SINK_SMTP] = "listening", [SINK_SMTP_TLS] = "listening-tls", [SINK_LMTP] = "listening-lmtp"};
  for (size_t i = 0; i < addresses->count; i++) {
    const char *address = "";
    uint16_t port = 0;
    cmta_server_listener(server, (int)i, &address, &port);
    printf("%s ", words[addresses->rows[i].protocol]);
    escape_text(stdout, address, strlen(address));
    printf(" %u\n", (unsigned)port);
  }
  return flush_output(command);
}

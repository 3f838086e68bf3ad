/* SPDX-License-Identifier: MIT */

/* Stands in for virtual time until servers have it. */

#include <cmta/server.h>

int cmta_server_advance(struct cmta_server *server, double seconds) {
  return server && seconds >= 0 ? CMTA_E_STATE : CMTA_E_ARGUMENT;
}

/* SPDX-License-Identifier: MIT */

/* Stands in for what happens to the bytes of a connection until connections can do it: everything
 * can be asked for, and nothing happens. */

#include <cmta/wire.h>

void cmta_wire_init(struct cmta_wire *wire) {
  *wire = (struct cmta_wire){.size = sizeof *wire, .cut = SIZE_MAX};
}

int cmta_wire_set(struct cmta_session *session, const struct cmta_wire *wire) {
  return session && wire ? CMTA_E_UNSUPPORTED : CMTA_E_ARGUMENT;
}

/* SPDX-License-Identifier: MIT */

/* Late answers of authenticators on the server's thread, with GNU SASL or without. Those of other
 * threads come by ticket.c. */

#include "server/connection.h"
#include "server/sasl.h"
#include "server/secret.h"

bool auth_answer_is_sound(enum cmta_auth_result result, const struct cmta_secret *secret) {
  if ((unsigned)result >= CMTA_AUTH_LATER)
    return false;
  return !secret || result != CMTA_AUTH_OK || secret_is_sound(secret);
}

int cmta_auth_answer(struct cmta_session *session, enum cmta_auth_result result,
                     const struct cmta_secret *secret) {
  static const struct cmta_secret none;
  if (!session || !auth_answer_is_sound(result, secret))
    return CMTA_E_ARGUMENT;
  struct connection *connection = cmta_session_runtime(session);
  return connection ? exchange_answer(connection, result, secret ? secret : &none) : CMTA_E_STATE;
}

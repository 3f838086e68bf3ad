/* SPDX-License-Identifier: MIT */

/* Late answers of authenticators on the server's thread, with GNU SASL or without. Those of other
 * threads come by ticket.c. */

#include "server/connection.h"
#include "server/sasl.h"
#include "server/secret.h"

bool auth_answer_is_sound(enum cmta_auth_result result, const struct cmta_secret *secret) {
  if ((unsigned)result >= CMTA_AUTH_LATER ||
      (secret && secret->iterations > CMTA_SCRAM_MAX_ITERATIONS))
    return false;
  return !secret || result != CMTA_AUTH_OK || secret_is_sound(secret);
}

bool auth_answer_lacks_secret(enum cmta_auth_result result, const struct cmta_secret *secret) {
  return result == CMTA_AUTH_OK && !(secret && secret_is_there(secret));
}

int cmta_auth_answer(struct cmta_session *session, enum cmta_auth_result result,
                     const struct cmta_secret *secret) {
  static const struct cmta_secret none;
  if (!session || !auth_answer_is_sound(result, secret))
    return CMTA_E_ARGUMENT;
  struct connection *connection = cmta_session_runtime(session);
  if (!connection)
    return CMTA_E_STATE;
  if (exchange_looks_up(connection) && auth_answer_lacks_secret(result, secret))
    return CMTA_E_ARGUMENT;
  return exchange_answer(connection, result, secret ? secret : &none);
}

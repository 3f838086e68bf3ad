/* SPDX-License-Identifier: MIT */

/* The time in which a connection is TLS's: from the moment when its session wants that, and its
 * last reply in clear is gone, to the moment when it is done. Nothing goes between the client and
 * the session meanwhile. */

#include "server/connection.h"
#include "server/preface.h"
#include "server/sasl.h"
#include "server/tls.h"
#include "server/wire.h"

bool handshake_is_due(const struct connection *connection) {
  unsigned wants = cmta_session_wants(connection->session);
  return !preface_is_due(connection) && (wants & CMTA_WANTS_TLS) && !(wants & CMTA_WANTS_WRITE);
}

static void fail(struct connection *connection) {
  cmta_session_tls_failed(connection->session);
  connection->failed = true;
}

static void succeed(struct connection *connection) {
  struct tls_texts texts;
  struct cmta_tls_facts facts = tls_facts(wire_inner(connection), &texts);
  connection->failed |=
      cmta_session_secured(connection->session, &facts) != 0 || !sasl_offer(connection);
}

bool handshake_go_on(struct connection *connection) {
  struct channel *channel = &connection->channel, *inner = wire_inner(connection);
  if (wire_refuses(connection)) {
    if (wire_refuse(connection) != TRANSPORT_WAIT)
      fail(connection);
    return false;
  }
  if (!inner->transport->handshake && (!connection->tls || !tls_begin(connection->tls, inner))) {
    fail(connection);
    return false;
  }
  ssize_t result = channel->transport->handshake(channel);
  if (result == TRANSPORT_WAIT)
    return false;
  if (result == 0)
    succeed(connection);
  else
    fail(connection);
  return !connection->failed;
}

int cmta_session_tls_export(const struct cmta_session *session, const char *label, void *key,
                            size_t length) {
  if (!session || !label || !key || length == 0)
    return CMTA_E_ARGUMENT;
  struct connection *connection = cmta_session_runtime(session);
  bool has =
      connection && cmta_session_tls(session) && wire_inner(connection)->transport->handshake;
  return has ? tls_export(wire_inner(connection), label, key, length) : CMTA_E_STATE;
}

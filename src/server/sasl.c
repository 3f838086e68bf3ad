/* SPDX-License-Identifier: MIT */

/* Authenticators, and which mechanisms a client is offered. */

#include "server/sasl.h"

#include "server/block.h"
#include "server/connection.h"
#include "server/listener.h"

#include <string.h>

/* Octets of a list of mechanisms, as the engine takes it, with its NUL. */
enum { MAX_OFFER = 401 };

/* ---- The offer ---- */

static bool can(const struct authenticator *authenticator, enum mechanism_need need) {
  const struct cmta_authenticator *face = &authenticator->face;
  unsigned kinds = face->verify ? face->kinds : 0;
  switch (need) {
  case NEEDS_PASSWORD:
    return (kinds & CMTA_CREDENTIAL_PASSWORD) || face->look_up;
  case NEEDS_TOKEN:
    return kinds & CMTA_CREDENTIAL_TOKEN;
  case NEEDS_CERTIFICATE:
    return kinds & CMTA_CREDENTIAL_CERTIFICATE;
  case NEEDS_SECRET:
    return face->look_up;
  }
  return false;
}

static bool anybody_can(const struct sasl *sasl, enum mechanism_need need) {
  for (size_t i = 0; i < sasl->count; i++)
    if (can(&sasl->authenticators[i], need))
      return true;
  return false;
}

/* Whether a mechanism is of use on this connection. */
static bool is_possible(const struct sasl *sasl, const struct cmta_session *session,
                        const struct mechanism_row *row) {
  const struct cmta_tls_facts *tls = cmta_session_tls(session);
  if ((row->binds && !mechanism_can_bind(session)) ||
      (row->need == NEEDS_CERTIFICATE && !(tls && tls->peer_verified)))
    return false;
  return anybody_can(sasl, row->need);
}

/* Adds a name to a list of `length` octets, if there is room. Returns its length. */
static size_t add(char *list, size_t length, const char *name, size_t octets) {
  size_t blank = length ? 1 : 0;
  if (length + blank + octets >= MAX_OFFER)
    return length;
  if (blank)
    list[length++] = ' ';
  memcpy(list + length, name, octets);
  list[length + octets] = '\0';
  return length + octets;
}

/* All that can be asked for. */
static void list_all(const struct sasl *sasl, const struct cmta_session *session, char *list) {
  size_t length = 0;
  const struct mechanism_row *row;
  for (size_t i = 0; (row = mechanism_row(i)); i++)
    if (!row->by_name && is_possible(sasl, session, row))
      length = add(list, length, row->name, strlen(row->name));
}

/* Takes the next name off a list, into name; false at its end. */
static bool next_name(const char **list, char name[MAX_OFFER]) {
  *list += strspn(*list, " ");
  size_t octets = strcspn(*list, " ");
  memcpy(name, *list, octets);
  name[octets] = '\0';
  *list += octets;
  return octets;
}

/* Those of the setting, in its order. */
static void list_chosen(const struct cmta_server *server, const struct cmta_session *session,
                        const char *chosen, char *list) {
  size_t length = 0;
  char name[MAX_OFFER];
  while (next_name(&chosen, name)) {
    const struct mechanism_row *row = mechanism_of_name(name);
    if (row ? is_possible(server->sasl, session, row) : server->has_auth)
      length = add(list, length, name, strlen(name));
  }
}

bool sasl_knows(const struct cmta_server *server, const char *mechanisms) {
  char name[MAX_OFFER];
  if (!server->sasl || server->has_auth || !mechanisms)
    return true;
  while (next_name(&mechanisms, name))
    if (!mechanism_of_name(name))
      return false;
  return true;
}

bool sasl_offer(struct connection *connection) {
  const struct sasl *sasl = connection->server->sasl;
  const char *chosen = connection->listener->mechanisms;
  char list[MAX_OFFER] = "";
  if (!sasl)
    return !chosen || cmta_session_set_mechanisms(connection->session, chosen) == 0;
  if (!chosen)
    chosen = connection->server->mechanisms;
  if (chosen)
    list_chosen(connection->server, connection->session, chosen, list);
  else
    list_all(sasl, connection->session, list);
  return cmta_session_set_mechanisms(connection->session, list) == 0;
}

/* ---- Authenticators ---- */

bool sasl_attach(struct cmta_server *server) {
  static const struct cmta_hooks hooks = {
      .size = sizeof hooks, .name = "sasl", .auth = exchange_auth, .cancelled = exchange_cancelled};
  if (server->is_attached || !server->sasl) {
    server->is_attached = true;
    return true;
  }
  server->is_attached = cmta_service_add(server->service, &hooks, server) >= 0;
  return server->is_attached;
}

static bool make_sasl(struct cmta_server *server) {
  if (server->sasl)
    return true;
  struct sasl *sasl = block_take(&server->allocator, sizeof *sasl);
  if (!sasl)
    return false;
  sasl->context = mechanisms_context_new();
  if (!sasl->context) {
    block_give(&server->allocator, sasl, sizeof *sasl);
    return false;
  }
  server->sasl = sasl;
  return true;
}

/* Whether there is anything that it can be asked. An older program may know no functions. */
static bool is_able(const struct cmta_authenticator *authenticator) {
  struct cmta_authenticator face = {.name = NULL};
  memcpy(&face, authenticator, authenticator->size);
  return face.verify ? face.kinds : face.look_up != NULL;
}

static bool is_sound(const struct cmta_authenticator *authenticator) {
  const unsigned all =
      CMTA_CREDENTIAL_PASSWORD | CMTA_CREDENTIAL_TOKEN | CMTA_CREDENTIAL_CERTIFICATE;
  size_t size = authenticator->size;
  return size >= sizeof size && size <= sizeof *authenticator &&
         size % sizeof(void (*)(void)) == 0 && !(authenticator->kinds & ~all) &&
         is_able(authenticator);
}

/* Copies an authenticator into the place that was made for it. */
static bool copy(struct cmta_server *server, struct authenticator *place,
                 const struct cmta_authenticator *authenticator, void *user) {
  *place = (struct authenticator){.user = user};
  memcpy(&place->face, authenticator, authenticator->size);
  const char *name = place->face.name ? place->face.name : "";
  place->name_size = strlen(name) + 1;
  char *text = block_take(&server->allocator, place->name_size);
  if (text)
    memcpy(text, name, place->name_size);
  place->face.name = text;
  return text;
}

int cmta_server_add_authenticator(struct cmta_server *server,
                                  const struct cmta_authenticator *authenticator, void *user) {
  if (!server || !authenticator || !is_sound(authenticator))
    return CMTA_E_ARGUMENT;
  if (server->is_attached)
    return CMTA_E_STATE;
  if (!make_sasl(server))
    return CMTA_E_MEMORY;
  struct sasl *sasl = server->sasl;
  size_t size = sasl->count * sizeof *sasl->authenticators;
  struct authenticator *grown = block_resize(&server->allocator, sasl->authenticators, size,
                                             size + sizeof *sasl->authenticators);
  if (!grown)
    return CMTA_E_MEMORY;
  sasl->authenticators = grown;
  if (!copy(server, &grown[sasl->count], authenticator, user)) {
    grown = block_resize(&server->allocator, grown, size + sizeof *grown, size);
    sasl->authenticators = grown;
    return CMTA_E_MEMORY;
  }
  return (int)sasl->count++;
}

void sasl_free(struct cmta_server *server) {
  struct sasl *sasl = server->sasl;
  if (!sasl)
    return;
  for (size_t i = 0; i < sasl->count; i++) {
    struct authenticator *authenticator = &sasl->authenticators[i];
    if (authenticator->face.release)
      authenticator->face.release(authenticator->user);
    block_give(&server->allocator, (void *)authenticator->face.name, authenticator->name_size);
  }
  block_give(&server->allocator, sasl->authenticators, sasl->count * sizeof *sasl->authenticators);
  mechanisms_context_free(sasl->context);
  block_give(&server->allocator, sasl, sizeof *sasl);
  server->sasl = NULL;
}

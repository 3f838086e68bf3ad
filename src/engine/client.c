/* SPDX-License-Identifier: MIT */

/* What proxies tell of the client. The ends that cmta_session_new() was given stay in the session's
 * own block; those that come later have one together. */

#include "engine/client.h"

#include "engine/text.h"

#include <string.h>

/* A header and the proxy that sent it; its TLVs lie behind. */
struct proxied {
  struct cmta_peer proxy;
  struct cmta_proxy_header header;
};

bool client_set_ends(struct cmta_session *session, const struct cmta_peer *peer,
                     const struct cmta_peer *local) {
  char *ends = memory_take(&session->memory, text_size(peer->address) + text_size(local->address));
  char *room = ends;
  if (!ends)
    return false;
  struct cmta_peer new_peer = {text_copy(peer->address, &room), peer->port};
  session->local = (struct cmta_peer){text_copy(local->address, &room), local->port};
  session->peer = new_peer;
  memory_give(&session->memory, session->ends);
  session->ends = ends;
  return true;
}

/* ---- PROXY headers ---- */

/* A path that is relative, as a client may choose it, could look like an address of the network. */
static const char *address_of(const struct cmta_proxy_header *header, const char *text) {
  return header->family == CMTA_PROXY_UNIX && *text != '/' ? "" : text;
}

/* Both ends as a header tells them; false without memory. */
static bool take_ends(struct cmta_session *session, const struct cmta_proxy_header *header) {
  struct cmta_peer peer = {address_of(header, header->source), header->source_port};
  struct cmta_peer local = {address_of(header, header->destination), header->destination_port};
  bool tells = !header->local && header->family != CMTA_PROXY_UNSPEC;
  return !tells || client_set_ends(session, &peer, &local);
}

int cmta_session_set_proxy(struct cmta_session *session, const struct cmta_proxy_header *header) {
  if (!session || !header || (header->tlvs.length && !header->tlvs.at))
    return CMTA_E_ARGUMENT;
  if (session->opened || session->proxied)
    return CMTA_E_STATE;
  size_t length = header->tlvs.length;
  struct proxied *proxied = memory_take(&session->memory, sizeof *proxied + length);
  if (!proxied)
    return CMTA_E_MEMORY;
  *proxied = (struct proxied){.proxy = session->peer, .header = *header};
  proxied->header.tlvs.at = (char *)(proxied + 1);
  if (length)
    memcpy(proxied + 1, header->tlvs.at, length);
  if (!take_ends(session, header)) {
    memory_give(&session->memory, proxied);
    return CMTA_E_MEMORY;
  }
  session->proxied = proxied;
  return 0;
}

void cmta_session_proxy_failed(struct cmta_session *session) {
  if (!session->opened && !session->running)
    session_finish(session, CMTA_CLOSED_PROTOCOL);
}

const struct cmta_peer *cmta_session_proxy(const struct cmta_session *session) {
  return session->proxied ? &session->proxied->proxy : NULL;
}

const struct cmta_proxy_header *cmta_session_proxy_header(const struct cmta_session *session) {
  return session->proxied ? &session->proxied->header : NULL;
}

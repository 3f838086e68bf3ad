/* SPDX-License-Identifier: MIT */

/*
 * XCLIENT and XFORWARD. A command adds to what those before it told, or puts something in its
 * place; all that is known so is laid out anew for each, and takes effect when it is accepted.
 */

#include "engine/told.h"

#include "engine/auth.h"
#include "engine/chain.h"
#include "engine/client.h"
#include "engine/command.h"
#include "engine/domains.h"
#include "engine/offer.h"
#include "engine/reply.h"
#include "engine/text.h"
#include "engine/verbs.h"

#include <string.h>

static const struct cmta_client nobody = {.name = "",
                                          .protocol = "",
                                          .hello_name = "",
                                          .peer = {.address = ""},
                                          .login = "",
                                          .local = {.address = ""},
                                          .identification = ""};

static size_t size_of_strings(const struct cmta_client *client) {
  return text_size(client->name) + text_size(client->protocol) + text_size(client->hello_name) +
         text_size(client->peer.address) + text_size(client->login) +
         text_size(client->local.address) + text_size(client->identification);
}

/* Copies what was told before, its strings too. */
static void copy(struct told *told, const struct cmta_client *before) {
  struct cmta_client *client = &told->client;
  *client = *before;
  client->name = text_copy(before->name, &told->room);
  client->protocol = text_copy(before->protocol, &told->room);
  client->hello_name = text_copy(before->hello_name, &told->room);
  client->peer.address = text_copy(before->peer.address, &told->room);
  client->login = text_copy(before->login, &told->room);
  client->local.address = text_copy(before->local.address, &told->room);
  client->identification = text_copy(before->identification, &told->room);
}

/* The strings of a command are no longer than it is, but for addresses, which may be written
 * shorter than they are shown. */
static enum reply_id lay_out(struct cmta_session *session, enum told_by command,
                             const struct told *before) {
  struct cmta_slice rest = session->command->parameters;
  struct cmta_parameter parameter;
  const struct cmta_client *known = before ? &before->client : &nobody;
  size_t size = size_of_strings(known) + 2 * rest.length;
  struct told *told = memory_take(&session->memory, sizeof *told + size);
  session->told = told;
  if (!told)
    return REPLY_NO_STORAGE;
  told->room = (char *)(told + 1);
  copy(told, known);
  while (parameter_next(&rest, 0, &parameter) == 1)
    if (!told_attribute(told, command, &parameter))
      return REPLY_BAD_ARGUMENTS;
  return REPLY_NONE;
}

void told_undone(struct cmta_session *session) {
  memory_give(&session->memory, session->told);
  session->told = NULL;
}

/* What is in question is the last that was told by that command. */
static void accept(struct cmta_session *session, struct told **told) {
  memory_give(&session->memory, *told);
  *told = session->told;
  session->told = NULL;
}

/* ---- XCLIENT ---- */

enum reply_id xclient_check(struct cmta_session *session) {
  return lay_out(session, TOLD_BY_XCLIENT, session->xclient);
}

enum cmta_verdict xclient_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.xclient(session, set->user, &session->told->client);
}

/* One end with what was told of it. */
static struct cmta_peer end_of(const struct cmta_peer *end, const struct cmta_peer *told,
                               struct told_end has) {
  return (struct cmta_peer){has.address ? told->address : end->address,
                            has.address || has.port ? told->port : end->port};
}

static bool move_ends(struct cmta_session *session, const struct told *told) {
  struct cmta_peer peer = end_of(&session->peer, &told->client.peer, told->peer);
  struct cmta_peer local = end_of(&session->local, &told->client.local, told->local);
  return client_set_ends(session, &peer, &local);
}

/* What was heard before was another client's. */
static void forget(struct cmta_session *session) {
  memory_give(&session->memory, session->hello);
  session->hello = NULL;
  session->esmtp = false;
  session->hushed = false;
  session->mails = 0;
  domains_free(session);
  session->errors = 0;
  session->auth_failures = 0;
  offer_accept(session);
  auth_forget(session);
  forwarded_forget(session);
  chain_free_data(session->service, session->attachments);
}

/* What the new one is said to have said; false without memory. LHLO is as good as EHLO (RFC 2033
 * section 4.1). */
static bool believe(struct cmta_session *session, const struct cmta_client *client) {
  session->esmtp = *client->protocol && !cmta_slice_is(text_slice(client->protocol), "SMTP");
  if (*client->hello_name)
    session->hello = memory_copy(&session->memory, text_slice(client->hello_name));
  if (*client->hello_name && !session->hello)
    return false;
  return !*client->login || auth_believe(session, client->login);
}

void xclient_done(struct cmta_session *session) {
  accept(session, &session->xclient);
  const struct told *told = session->xclient;
  forget(session);
  session->failed |= !move_ends(session, told) || !believe(session, &told->client);
  if (told->peer.address)
    session->trust = 0;
}

/* ---- XFORWARD ---- */

enum reply_id xforward_check(struct cmta_session *session) {
  return lay_out(session, TOLD_BY_XFORWARD, session->forwarded);
}

enum cmta_verdict xforward_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.xforward(session, set->user, &session->told->client);
}

void xforward_done(struct cmta_session *session) {
  accept(session, &session->forwarded);
  reply_send(session, session->hand.standard, false);
}

void forwarded_forget(struct cmta_session *session) {
  memory_give(&session->memory, session->forwarded);
  session->forwarded = NULL;
}

/* ---- What is shown, and what runtimes say ---- */

/* What is in question, when it is of this verb; else what was accepted. */
static const struct cmta_client *shown(const struct cmta_session *session, size_t hook,
                                       const struct told *told) {
  bool asks = session->told && session_in_question(session) && session->verb->hook == hook;
  const struct told *found = asks ? session->told : told;
  return found ? &found->client : NULL;
}

const struct cmta_client *cmta_session_xclient(const struct cmta_session *session) {
  return shown(session, offsetof(struct cmta_hooks, xclient), session->xclient);
}

const struct cmta_client *cmta_session_forwarded(const struct cmta_session *session) {
  return shown(session, offsetof(struct cmta_hooks, xforward), session->forwarded);
}

void cmta_session_set_trust(struct cmta_session *session, unsigned trust) {
  session->trust = trust;
}

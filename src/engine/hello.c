/* SPDX-License-Identifier: MIT */

/* Greetings. A greeting that is accepted drops the transaction and the name heard before (RFC 5321
 * section 4.1.4). */

#include "engine/hello.h"

#include "engine/chain.h"
#include "engine/offer.h"
#include "engine/reply.h"
#include "engine/statistics.h"
#include "engine/told.h"
#include "engine/transaction.h"
#include "engine/verbs.h"

#include <string.h>

/* Nobody is asked without data, so nobody is told of the end; but behind an XCLIENT, where all have
 * been asked before. */
enum reply_id connect_check(struct cmta_session *session) {
  bool again = session->xclient, made = chain_make_session_data(session);
  session->opened = made || again;
  if (made && !again)
    statistics_count_opened(session);
  return made ? REPLY_NONE : REPLY_BUSY;
}

enum cmta_verdict connect_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.connect(session, set->user);
}

enum reply_id hello_check(struct cmta_session *session) {
  session->hello_candidate = memory_copy(&session->memory, session->command->argument);
  return session->hello_candidate ? REPLY_NONE : REPLY_NO_STORAGE;
}

enum cmta_verdict hello_ask(struct cmta_session *session, const struct hook_set *set) {
  struct cmta_slice name = cmta_session_hello_name(session);
  return set->hooks.hello(session, set->user, name);
}

void hello_undone(struct cmta_session *session) {
  memory_give(&session->memory, session->hello_candidate);
  session->hello_candidate = NULL;
  offer_drop_candidate(session);
}

static void accept_hello(struct cmta_session *session, bool esmtp) {
  transaction_drop(session);
  forwarded_forget(session);
  memory_give(&session->memory, session->hello);
  session->hello = session->hello_candidate;
  session->hello_candidate = NULL;
  session->esmtp = esmtp;
  offer_accept(session);
}

void helo_done(struct cmta_session *session) {
  accept_hello(session, false);
  reply_send(session, session->hand.standard, false);
}

void ehlo_done(struct cmta_session *session) {
  char text[2][OFFER_LINE];
  size_t lines = 0;
  struct cmta_slice line;
  size_t cursor = 0;
  accept_hello(session, true);
  struct reply_writer writer = reply_writer_of(session, session->hand.standard);
  bool stays = session->ending == CMTA_CLOSED_NOT;
  bool more = stays && offer_next(session, &cursor, text[lines++ % 2], &line);
  reply_send(session, session->hand.standard, more);
  while (more) {
    struct cmta_slice shown = line;
    more = offer_next(session, &cursor, text[lines++ % 2], &line);
    reply_line(&writer, shown, more);
  }
}

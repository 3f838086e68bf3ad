/* SPDX-License-Identifier: MIT */

/* What the commands of a mail transaction do, once the chart says that it is their turn. */

#include "engine/transaction.h"

#include "engine/answers.h"
#include "engine/chain.h"
#include "engine/chunk.h"
#include "engine/delivery.h"
#include "engine/domains.h"
#include "engine/envelope.h"
#include "engine/message.h"
#include "engine/parameters.h"
#include "engine/reply.h"
#include "engine/section.h"
#include "engine/statistics.h"
#include "engine/told.h"

#include <string.h>

/* One that ends with questions open may have been accepted for some of its recipients. */
void transaction_drop(struct cmta_session *session) {
  if (!session->transaction)
    return;
  if (answers_accept(session)) {
    statistics_count(session, (struct cmta_counts){.messages = 1});
    message_hand_over(session);
  } else if (session->transaction->begun) {
    chain_tell_reset(session);
  }
  transaction_free(session);
}

/* Whether a submission server takes the path: its domain, where it has one, is an address literal
 * or has several labels (RFC 6409 section 4.2). */
static bool is_qualified(const struct cmta_session *session, const struct cmta_path *path) {
  struct cmta_slice domain = path->domain;
  return !session->manners.submission || domain.length == 0 || *domain.at == '[' ||
         memchr(domain.at, '.', domain.length);
}

/* Another MAIL than settings allow is the last of the session (RFC 9422 section 4.1). */
static bool too_many_messages(struct cmta_session *session) {
  unsigned most = session->service->settings.max_messages;
  if (most == 0 || session->mails++ < most)
    return false;
  session->ending = CMTA_CLOSED_ERRORS;
  return true;
}

/* What the parameters of MAIL say, and the path; SIZE is checked here for the first time (RFC 1870
 * section 6.1). */
static enum reply_id judge_envelope(const struct cmta_session *session,
                                    const struct cmta_envelope *envelope) {
  const struct cmta_settings *settings = &session->service->settings;
  uint64_t most = settings->max_message_size;
  if (session->command->utf8 && !envelope->smtputf8)
    return REPLY_UTF8_NOT_ASKED;
  if (!chunk_takes_body(session))
    return REPLY_BAD_PARAMETER;
  if (!is_qualified(session, &envelope->reverse_path))
    return REPLY_SENDER_NOT_QUALIFIED;
  if (most && envelope->declared_size > most)
    return REPLY_TOO_BIG;
  return delivery_check(settings, envelope);
}

/* MAIL (RFC 5321 section 4.1.1.2). AUTH= of a client that has not authenticated is AUTH=<>
 * (RFC 4954 section 5). */
enum reply_id mail_check(struct cmta_session *session) {
  if (too_many_messages(session))
    return REPLY_TOO_MANY_MESSAGES;
  if (!transaction_begin(session))
    return REPLY_NO_STORAGE;
  struct cmta_envelope *envelope = &session->transaction->envelope;
  enum reply_id wrong = parameters_take(session, &envelope->reverse_path, envelope);
  if (!session->authenticated)
    envelope->submitter = (struct cmta_slice){0};
  delivery_settle(envelope);
  if (wrong == REPLY_NONE)
    wrong = judge_envelope(session, envelope);
  if (wrong != REPLY_NONE)
    return wrong;
  return chain_make_transaction_data(session) ? REPLY_NONE : REPLY_NO_STORAGE;
}

enum cmta_verdict mail_ask(struct cmta_session *session, const struct hook_set *set) {
  const struct cmta_path *path = &session->transaction->envelope.reverse_path;
  return set->hooks.mail(session, set->user, path);
}

void mail_done(struct cmta_session *session) {
  session->transaction->begun = true;
  reply_send(session, session->hand.standard, false);
}

/* A MAIL that is refused has begun nothing. */
void mail_undone(struct cmta_session *session) { transaction_free(session); }

/* RCPT (RFC 5321 section 4.1.1.3). */
enum reply_id rcpt_check(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  size_t most = session->service->settings.max_recipients;
  enum reply_id wrong = parameters_take(session, &transaction->candidate, &transaction->envelope);
  if (wrong != REPLY_NONE)
    return wrong;
  if (session->command->utf8 && !transaction->envelope.smtputf8)
    return REPLY_UTF8_NOT_ASKED;
  if (!is_qualified(session, &transaction->candidate))
    return REPLY_RECIPIENT_NOT_QUALIFIED;
  if (most && transaction->envelope.forward_path_count >= most)
    return REPLY_TOO_MANY_RECIPIENTS;
  return envelope_make_room(session) ? domains_check(session) : REPLY_NO_STORAGE;
}

enum cmta_verdict rcpt_ask(struct cmta_session *session, const struct hook_set *set) {
  const struct cmta_path *path = &session->transaction->candidate;
  return set->hooks.rcpt(session, set->user, path);
}

/* Room for the path was made when it was checked, so that an accepted one can always be kept. */
void rcpt_done(struct cmta_session *session) {
  envelope_add_candidate(session);
  domains_done(session);
  statistics_count(session, (struct cmta_counts){.recipients = 1});
  reply_send(session, session->hand.standard, false);
}

void rcpt_undone(struct cmta_session *session) {
  domains_undone(session);
  path_free(&session->memory, &session->transaction->candidate);
}

enum cmta_verdict data_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.data(session, set->user);
}

void data_done(struct cmta_session *session) {
  unsigned manner = chunk_line_manner(session);
  body_begin(&session->transaction->body, session->service->settings.max_text_line, manner);
  section_begin(session);
  reply_send(session, session->hand.standard, false);
}

/* How much may come, and the reply to more. */
struct room {
  uint64_t octets;
  enum reply_id excess;
};

/* SIZE is checked here for the second time, on the octets that really come (RFC 1870 section 6.3),
 * and so is the header section while it lasts. */
static struct room room_of(const struct cmta_session *session) {
  const struct cmta_settings *settings = &session->service->settings;
  const struct transaction *transaction = session->transaction;
  uint64_t most = settings->max_message_size ? settings->max_message_size : UINT64_MAX;
  uint64_t section = settings->max_header_section ? settings->max_header_section : UINT64_MAX;
  uint64_t come = transaction->message.size - transaction->added;
  if (transaction->section.wanted && section < most)
    return (struct room){section - come, REPLY_HEADERS_TOO_BIG};
  return (struct room){most - come, REPLY_TOO_BIG};
}

/* A slice that passes a limit is cut at it, so that a hook sees the same octets however they came.
 */
static void cut_slice(struct cmta_session *session, struct room room) {
  if (session->slice.length <= room.octets)
    return;
  session->transaction->excess = room.excess;
  session->discarded += session->slice.length - room.octets;
  session->slice.length = (size_t)room.octets;
}

static enum reply_id limit_slice(struct cmta_session *session) {
  struct room room = room_of(session);
  if (room.octets == 0) {
    session->discarded += session->slice.length;
    return room.excess;
  }
  cut_slice(session, room);
  struct hops *hops = &session->transaction->hops;
  unsigned most = session->service->settings.max_received;
  if (most)
    cut_slice(session, (struct room){hops_read(hops, session->slice, most), REPLY_TOO_MANY_HOPS});
  return REPLY_NONE;
}

/* The Received field, the first slice where there is one, has no limit. */
enum reply_id slice_check(struct cmta_session *session) {
  struct cmta_message *message = &session->transaction->message;
  bool own = message->size < session->transaction->added;
  enum reply_id wrong = own ? REPLY_NONE : limit_slice(session);
  if (wrong != REPLY_NONE)
    return wrong;
  if (message->collected && !message_keep(session, session->slice))
    return REPLY_NO_STORAGE;
  if (!section_keep(session, session->slice))
    return REPLY_NO_STORAGE;
  message->size += session->slice.length;
  return REPLY_NONE;
}

enum cmta_verdict slice_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.chunk(session, set->user, session->slice);
}

/* The last octets of a message in a file may find no room there. */
enum reply_id message_check(struct cmta_session *session) {
  return message_complete(session) ? REPLY_NONE : REPLY_NO_STORAGE;
}

enum cmta_verdict message_ask(struct cmta_session *session, const struct hook_set *set) {
  const struct cmta_message *message = &session->transaction->message;
  return set->hooks.message(session, set->user, message);
}

static void send_answer(struct cmta_session *session) {
  if (answers_are_asked(session))
    answers_send(session);
  else
    reply_send(session, session->hand.standard, false);
}

/* The message is the application's now; a client that delivers is forgiven its errors. */
void message_done(struct cmta_session *session) {
  enum reply_id refusal = message_hand_over(session);
  if (refusal != REPLY_NONE) {
    answers_withdraw(session, refusal);
    send_answer(session);
    message_undone(session);
    return;
  }
  send_answer(session);
  session->errors = 0;
  statistics_count(session, (struct cmta_counts){.messages = 1});
  transaction_free(session);
  forwarded_forget(session);
}

void message_undone(struct cmta_session *session) {
  transaction_drop(session);
  forwarded_forget(session);
}

enum cmta_verdict rset_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.rset(session, set->user);
}

void rset_done(struct cmta_session *session) {
  transaction_drop(session);
  forwarded_forget(session);
  reply_send(session, session->hand.standard, false);
}

/* SPDX-License-Identifier: MIT */
/* What the clients of `cmta sink` hear: --reject, --only, and the end of --count. Who is accepted
 * here goes on to the mailbox, where messages are kept. */

#include "sink.h"

#include <cmta/mail.h>

#include <stdlib.h>

static enum cmta_verdict refuse_more(struct cmta_session *session) {
  cmta_reply(session, 421, "4.3.2", "All messages that were waited for have come");
  return CMTA_CLOSE;
}

static enum cmta_verdict answer_about(struct cmta_session *session, const void *user,
                                      enum refusal_stage stage, struct cmta_slice address) {
  const struct sink *sink = user;
  if (sink->count.over)
    return refuse_more(session);
  return refusal_answer(refusals_find(&sink->options.refusals, stage, address), session);
}

static enum cmta_verdict answer(struct cmta_session *session, const void *user,
                                enum refusal_stage stage) {
  return answer_about(session, user, stage, (struct cmta_slice){0});
}

static void *new_flag(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  return calloc(1, sizeof(bool));
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  return answer(session, user, STAGE_CONNECT);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  (void)name;
  return answer(session, user, STAGE_HELLO);
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *reverse_path) {
  const struct sink *sink = user;
  if (sink_count_is_full(&sink->count))
    return refuse_more(session);
  return answer_about(session, user, STAGE_MAIL, reverse_path->address);
}

/* Whether --only lets the recipient in. */
static bool is_wanted(const struct sink *sink, struct cmta_slice address) {
  const struct arguments *only = &sink->options.only;
  for (size_t i = 0; i < only->count; i++)
    if (cmta_address_matches(address, only->rows[i]))
      return true;
  return only->count == 0;
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *forward_path) {
  const struct sink *sink = user;
  if (!sink->count.over && !is_wanted(sink, forward_path->address)) {
    cmta_reply(session, 550, "5.1.1", "No such recipient here");
    return CMTA_REJECT;
  }
  return answer_about(session, user, STAGE_RCPT, forward_path->address);
}

static enum cmta_verdict on_data(struct cmta_session *session, void *user) {
  return answer(session, user, STAGE_DATA);
}

static const struct refusal *refusal_of(const struct sink *sink, const struct cmta_path *to) {
  return refusals_find(&sink->options.refusals, STAGE_MESSAGE, to->address);
}

/* How the question about a message is refused: for its recipient, or, where it is about all of
 * them, for the first that has a rule. NULL: it is not. */
static const struct refusal *refusal_of_message(const struct sink *sink,
                                                const struct cmta_session *session,
                                                const struct cmta_envelope *envelope) {
  size_t recipient = cmta_session_recipient(session);
  if (recipient < envelope->forward_path_count)
    return refusal_of(sink, &envelope->forward_paths[recipient]);
  const struct refusal *refusal = NULL;
  for (size_t i = 0; !refusal && i < envelope->forward_path_count; i++)
    refusal = refusal_of(sink, &envelope->forward_paths[i]);
  return refusal;
}

/* Nothing is behind this: the message is counted, once for all recipients that are asked about. */
static enum cmta_verdict forget(struct sink *sink, struct cmta_session *session,
                                const struct cmta_message *message) {
  bool *counted = cmta_transaction_data(session);
  size_t all = cmta_message_envelope(message)->forward_path_count;
  size_t recipients = cmta_session_recipient(session) < all ? 1 : all;
  if (*counted)
    sink->totals.recipients += recipients;
  else if (sink_count_is_full(&sink->count))
    return refuse_more(session);
  else
    sink_count_mail(sink, recipients, cmta_message_size(message));
  *counted = true;
  cmta_reply(session, 250, "2.0.0", "Ok");
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct sink *sink = user;
  const struct cmta_envelope *envelope = cmta_message_envelope(message);
  const struct refusal *refusal = refusal_of_message(sink, session, envelope);
  if (refusal)
    return refusal_answer(refusal, session);
  return sink->mailbox ? CMTA_ACCEPT : forget(sink, session, message);
}

/* ---- Commands that nothing is to be said of while there is time ---- */

/* Who goes on to talk does not keep for ever a sink that has all it waited for. QUIT asks nobody,
 * and what is refused without a question is an error, of which there may not be many. */
static enum cmta_verdict on_command(struct cmta_session *session, void *user) {
  const struct sink *sink = user;
  return sink->count.over ? refuse_more(session) : CMTA_ACCEPT;
}

static enum cmta_verdict on_command_with(struct cmta_session *session, void *user,
                                         struct cmta_slice argument) {
  (void)argument;
  return on_command(session, user);
}

static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  (void)auth;
  return on_command(session, user);
}

static enum cmta_verdict on_client(struct cmta_session *session, void *user,
                                   const struct cmta_client *client) {
  (void)client;
  return on_command(session, user);
}

/* Here is no queue that could be started (RFC 1985 section 5.2). */
static enum cmta_verdict on_etrn(struct cmta_session *session, void *user, struct cmta_slice node) {
  const struct sink *sink = user;
  if (sink->count.over)
    return refuse_more(session);
  cmta_reply(session, 251, "2.0.0", "No messages waiting for %.*s", (int)node.length, node.at);
  return CMTA_ACCEPT;
}

const struct cmta_hooks sink_policy = {
    .size = sizeof sink_policy,
    .name = "sink",
    .transaction_new = new_flag,
    .transaction_free = free,
    .connect = on_connect,
    .hello = on_hello,
    .starttls = on_command,
    .auth = on_auth,
    .mail = on_mail,
    .rcpt = on_rcpt,
    .data = on_data,
    .message = on_message,
    .rset = on_command,
    .noop = on_command_with,
    .vrfy = on_command_with,
    .help = on_command_with,
    .xclient = on_client,
    .xforward = on_client,
    .etrn = on_etrn,
};

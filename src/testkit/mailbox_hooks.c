/* SPDX-License-Identifier: MIT */

/* How mails come into a mailbox: a hook set that claims each message. Of those with several answers
 * the mail is for the recipients whose question has come this far. */

#include "testkit/mail.h"
#include "testkit/mailbox.h"

#include <cmta/server.h>

#include <stdlib.h>

/* What becomes of a transaction's message. */
struct delivery {
  struct cmta_mailbox *mailbox;
  struct cmta_session *session;
  struct cmta_mail *mail; /* NULL: nobody has asked yet, or it is in the mailbox */
};

static void *delivery_new(struct cmta_session *session, void *user) {
  struct delivery *delivery = calloc(1, sizeof *delivery);
  if (delivery)
    *delivery = (struct delivery){.mailbox = user, .session = session};
  return delivery;
}

/* A mail that is still here was never accepted. */
static void delivery_free(void *data) {
  struct delivery *delivery = data;
  cmta_mail_free(delivery->mail);
  free(delivery);
}

/* What the client hears in place of 250, or 0. Whoever says what there is no word for has not taken
 * the mail. */
static int code_of(enum cmta_mail_fate fate) {
  if (fate == CMTA_MAIL_KEEP || fate == CMTA_MAIL_DONE)
    return 0;
  return fate == CMTA_MAIL_NO_ROOM ? CMTA_MAIL_NO_ROOM : CMTA_MAIL_REFUSE;
}

static int given(void *context, struct cmta_message *message) {
  struct delivery *delivery = context;
  struct cmta_mailbox *mailbox = delivery->mailbox;
  struct cmta_mail *mail = delivery->mail;
  delivery->mail = NULL;
  mail->message = message;
  enum cmta_mail_fate fate = mailbox_ask(mailbox, delivery->session, mail);
  if (fate == CMTA_MAIL_KEEP)
    mailbox_put(mailbox, mail);
  else
    cmta_mail_free(mail);
  return code_of(fate);
}

/* 0 or an error. A message in a file is mapped now, so that reading it changes nothing later, and
 * several threads may. */
static int claim(struct delivery *delivery, struct cmta_session *session,
                 const struct cmta_message *message) {
  struct cmta_slice bytes;
  int error = cmta_message_data(message, &bytes);
  if (error)
    return error;
  struct cmta_mail *mail = mail_new(cmta_message_envelope(message)->forward_path_count);
  bool noted = mail && mail_note_session(mail, session);
  error = noted ? cmta_message_claim(session, given, delivery) : CMTA_E_MEMORY;
  if (error) {
    cmta_mail_free(mail);
    return error;
  }
  mail->connection = cmta_connection_number(session);
  mail->time = cmta_connection_time(session);
  mailbox_name(delivery->mailbox, mail);
  delivery->mail = mail;
  return 0;
}

/* The recipient in question, or all of them. */
static void note_recipients(struct cmta_mail *mail, size_t recipient, size_t count) {
  if (recipient < count) {
    mail_add_recipient(mail, recipient);
    return;
  }
  for (size_t i = 0; i < count; i++)
    mail_add_recipient(mail, i);
}

/* Messages without bytes: the setting `collect` is off, or a set before has taken this one. */
static enum cmta_verdict refuse(struct cmta_session *session, int error) {
  if (error == CMTA_E_STATE)
    cmta_reply(session, 451, "4.3.5", "The bytes of this message are not kept");
  return CMTA_TEMPFAIL;
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  (void)user;
  struct delivery *delivery = cmta_transaction_data(session);
  int error = delivery->mail ? 0 : claim(delivery, session, message);
  if (error)
    return refuse(session, error);
  note_recipients(delivery->mail, cmta_session_recipient(session),
                  cmta_message_envelope(message)->forward_path_count);
  cmta_reply(session, 250, "2.0.0", "Ok: queued as %s", delivery->mail->id);
  return CMTA_ACCEPT;
}

int cmta_mailbox_add_to(struct cmta_mailbox *mailbox, struct cmta_server *server) {
  static const struct cmta_hooks hooks = {
      .size = sizeof hooks,
      .name = "mailbox",
      .transaction_new = delivery_new,
      .transaction_free = delivery_free,
      .message = on_message,
  };
  return mailbox ? cmta_server_add(server, &hooks, mailbox) : CMTA_E_ARGUMENT;
}

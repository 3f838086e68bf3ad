/* SPDX-License-Identifier: MIT */

/* A mailbox where each recipient has an answer of its own, and settings that leave nothing to take.
 */

#include "sender.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct cmta_kit *kit;
static struct cmta_ticket open_question; /* of the recipient "later" */

/* Refuses "no", and leaves "later" open; sees the message each time. */
static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *mail) {
  (void)user;
  const struct cmta_envelope *envelope = cmta_message_envelope(mail);
  size_t recipient = cmta_session_recipient(session);
  if (recipient >= envelope->forward_path_count || cmta_message_size(mail) == 0)
    return CMTA_CLOSE;
  struct cmta_slice name = envelope->forward_paths[recipient].local_part;
  if (cmta_slice_is(name, "later"))
    return cmta_server_ticket(cmta_session_server(session), session, &open_question) == 0
               ? CMTA_LATER
               : CMTA_CLOSE;
  return cmta_slice_is(name, "no") ? CMTA_REJECT : CMTA_ACCEPT;
}

static const struct cmta_hooks hooks = {.size = sizeof hooks, .message = on_message};

static void start(const struct cmta_config *server, bool lmtp) {
  struct cmta_kit_config config;
  struct cmta_manners manners;
  cmta_kit_config_init(&config);
  cmta_manners_init(&manners);
  manners.lmtp = lmtp;
  config.config = server;
  config.manners = &manners;
  config.hooks = lmtp ? &hooks : NULL;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
}

/* As far as the final dot, for recipients with blanks between them. */
static void send_up_to_the_dot(struct sender *sender, const char *const *names) {
  sender_connect(sender, cmta_kit_port(kit));
  sender_say(sender, "LHLO client.example", "250");
  sender_say(sender, "MAIL FROM:<a@c.example>", "250 ");
  for (; *names; names++) {
    char line[64];
    snprintf(line, sizeof line, "RCPT TO:<%s@s.example>", *names);
    sender_say(sender, line, "250 ");
  }
  sender_say(sender, "DATA", "354 ");
  sender_send(sender, "Subject: x\r\n\r\nHello.\r\n.\r\n");
}

static struct cmta_mail *take(void) {
  struct cmta_mail *mail = NULL;
  cr_assert_eq(cmta_kit_take(kit, NULL, 10, &mail), 0);
  return mail;
}

static void want_recipient(const struct cmta_mail *mail, size_t index, const char *name) {
  const struct cmta_path *path = cmta_mail_recipient(mail, index);
  cr_assert(path && cmta_slice_is(path->local_part, name));
}

Test(recipients, of_lmtp_are_those_that_were_accepted) {
  struct sender sender;
  start(NULL, true);
  send_up_to_the_dot(&sender, (const char *const[]){"one", "no", "two", NULL});
  sender_expect(&sender, "250 2.0.0 Ok: queued as ");
  sender_expect(&sender, "55");
  sender_expect(&sender, "250 2.0.0 Ok: queued as ");
  struct cmta_mail *mail = take();
  cr_assert_eq(cmta_mail_recipient_count(mail), 2);
  want_recipient(mail, 0, "one");
  want_recipient(mail, 1, "two");
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0, "it is one mail");
  cmta_mail_free(mail);
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(recipients, of_lmtp_that_are_all_refused_leave_no_mail) {
  struct sender sender;
  start(NULL, true);
  send_up_to_the_dot(&sender, (const char *const[]){"no", "no", NULL});
  sender_expect(&sender, "55");
  sender_expect(&sender, "55");
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  sender_close(&sender);
  cmta_kit_stop(kit);
}

static void accept_late(struct cmta_server *server, void *context) {
  (void)context;
  (void)cmta_ticket_decide(server, open_question, CMTA_ACCEPT);
}

/* The server is the session's; a noop of the application's tells it. */
static struct cmta_server *seen;

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  (void)user;
  seen = cmta_session_server(session);
  return CMTA_ACCEPT;
}

static void start_with_late_answers(void) {
  static struct cmta_hooks late;
  struct cmta_kit_config config;
  struct cmta_manners manners;
  late = hooks;
  late.connect = on_connect;
  cmta_kit_config_init(&config);
  cmta_manners_init(&manners);
  manners.lmtp = true;
  config.manners = &manners;
  config.hooks = &late;
  cr_assert_eq(cmta_kit_start(&kit, &config), 0);
}

Test(recipients, of_lmtp_are_in_order_however_late_the_answer) {
  struct sender sender;
  start_with_late_answers();
  send_up_to_the_dot(&sender, (const char *const[]){"one", "later", "two", NULL});
  sender_expect(&sender, "250 ");
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  cr_assert_eq(cmta_server_call(seen, accept_late, NULL), 0);
  sender_expect(&sender, "250 ");
  sender_expect(&sender, "250 ");
  struct cmta_mail *mail = take();
  cr_assert_eq(cmta_mail_recipient_count(mail), 3);
  want_recipient(mail, 1, "later");
  cmta_mail_free(mail);
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(recipients, of_a_client_that_goes_early_are_those_it_knows) {
  struct sender sender;
  start_with_late_answers();
  send_up_to_the_dot(&sender, (const char *const[]){"one", "later", NULL});
  sender_expect(&sender, "250 ");
  sender_close(&sender);
  struct cmta_mail *mail = take();
  cr_assert_eq(cmta_mail_recipient_count(mail), 1);
  want_recipient(mail, 0, "one");
  cmta_mail_free(mail);
  cmta_kit_stop(kit);
}

Test(recipients, of_prdr_share_one_mail) {
  struct cmta_settings settings;
  struct cmta_config config;
  struct sender sender;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.extensions |= CMTA_EXTENSION_PRDR;
  config.settings = &settings;
  start(&config, false);
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  sender_say(&sender, "MAIL FROM:<a@c.example> PRDR", "250 ");
  sender_say(&sender, "RCPT TO:<one@s.example>", "250 ");
  sender_say(&sender, "RCPT TO:<two@s.example>", "250 ");
  sender_say(&sender, "DATA", "354 ");
  sender_send(&sender, "Subject: x\r\n\r\nHello.\r\n.\r\n");
  sender_expect(&sender, "250 2.0.0 Ok: queued as ");
  struct cmta_mail *mail = take();
  cr_assert_eq(cmta_mail_recipient_count(mail), 2);
  cmta_mail_free(mail);
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(recipients, of_a_message_that_is_not_kept_hear_451) {
  struct cmta_settings settings;
  struct cmta_config config;
  struct sender sender;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.collect = false;
  config.settings = &settings;
  start(&config, false);
  sender_connect(&sender, cmta_kit_port(kit));
  sender_say(&sender, "EHLO client.example", "250");
  sender_say(&sender, "MAIL FROM:<a@c.example>", "250 ");
  sender_say(&sender, "RCPT TO:<b@s.example>", "250 ");
  sender_say(&sender, "DATA", "354 ");
  sender_say(&sender, ".", "451 4.3.5 ");
  cr_assert_eq(cmta_mailbox_count(cmta_kit_mailbox(kit), NULL), 0);
  sender_close(&sender);
  cmta_kit_stop(kit);
}

Test(recipients, of_a_message_in_a_file_have_it_after_the_kit) {
  struct cmta_settings settings;
  struct cmta_config config;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.max_message_memory = 16;
  config.settings = &settings;
  start(&config, false);
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", "Subject: x\n\nLonger than that.\n");
  struct cmta_mail *mail = take();
  cmta_kit_stop(kit);
  cr_assert_str_eq(cmta_mail_text(mail), "Longer than that.\n");
  cmta_mail_free(mail);
}

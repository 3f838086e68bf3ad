/* SPDX-License-Identifier: MIT */

/* A message that is claimed: it comes when it is known to be accepted, and not before or else. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;
static struct cmta_message *message; /* that was given */
static enum cmta_verdict verdicts[3];
static unsigned asked, given_count;
static int first, again, take; /* what a second claim and a taker got */
static int code;               /* what `given` says */

static int given(void *context, struct cmta_message *got) {
  cr_assert_eq(context, &message);
  message = got;
  given_count++;
  return code;
}

static enum cmta_verdict on_message(struct cmta_session *from, void *user,
                                    const struct cmta_message *seen) {
  struct cmta_message *taken;
  (void)user;
  cr_assert_eq(cmta_message_size(seen), 7, "it is there for each");
  cr_assert_eq(given_count, 0);
  int error = cmta_message_claim(from, given, &message);
  if (asked == 0)
    first = error;
  else
    again = error;
  take = cmta_message_take(from, &taken);
  return verdicts[asked++];
}

static void begin(bool lmtp) {
  struct cmta_settings settings;
  struct cmta_hooks hooks = {.size = sizeof hooks, .message = on_message};
  cmta_settings_init(&settings);
  settings.manners.lmtp = lmtp;
  message = NULL;
  asked = given_count = 0;
  code = 0;
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
  cmta_message_free(message);
}

static void say(const char *text) {
  cr_assert_eq(cmta_session_receive(session, text, strlen(text)), (ptrdiff_t)strlen(text));
}

static void send_message(const char *hello, enum cmta_verdict one, enum cmta_verdict two) {
  verdicts[0] = one;
  verdicts[1] = two;
  say(hello);
  say("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nDATA\r\n");
  say("Hello\r\n.\r\n");
}

static void want_message(void) {
  struct cmta_slice data;
  cr_assert_eq(given_count, 1);
  cr_assert_eq(cmta_message_data(message, &data), 0);
  cr_assert(cmta_slice_is(data, "Hello\r\n"));
  cr_assert_eq(cmta_message_envelope(message)->forward_path_count, 2);
}

Test(claim, gives_the_message_when_it_is_accepted) {
  begin(false);
  send_message("EHLO c.example\r\n", CMTA_ACCEPT, CMTA_DROP);
  cr_assert_eq(first, 0);
  cr_assert_eq(take, CMTA_E_STATE, "it is not taken by another");
  want_message();
  end();
}

Test(claim, gives_nothing_when_it_is_refused) {
  begin(false);
  send_message("EHLO c.example\r\n", CMTA_REJECT, CMTA_DROP);
  cr_assert_eq(first, 0);
  cr_assert_eq(given_count, 0);
  end();
}

Test(claim, waits_for_a_late_answer) {
  begin(false);
  send_message("EHLO c.example\r\n", CMTA_LATER, CMTA_DROP);
  cr_assert_eq(given_count, 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  want_message();
  end();
}

Test(claim, is_one_for_all_recipients_of_lmtp) {
  begin(true);
  send_message("LHLO c.example\r\n", CMTA_REJECT, CMTA_ACCEPT);
  cr_assert_eq(again, CMTA_E_STATE);
  want_message();
  end();
}

Test(claim, gives_nothing_when_all_recipients_refuse) {
  begin(true);
  send_message("LHLO c.example\r\n", CMTA_REJECT, CMTA_REJECT);
  cr_assert_eq(given_count, 0);
  end();
}

/* The client may have read the first reply. */
Test(claim, gives_what_one_recipient_has_accepted_when_the_client_goes) {
  begin(true);
  send_message("LHLO c.example\r\n", CMTA_ACCEPT, CMTA_LATER);
  cr_assert_eq(given_count, 0);
  cmta_session_hangup(session);
  want_message();
  end();
}

Test(claim, gives_nothing_when_the_client_goes_without_an_answer) {
  begin(true);
  send_message("LHLO c.example\r\n", CMTA_REJECT, CMTA_LATER);
  cmta_session_hangup(session);
  cr_assert_eq(given_count, 0);
  end();
}

/* This is among what was said. */
static void want_said(const char *text) {
  char said[1024];
  struct cmta_slice output = cmta_session_output(session);
  snprintf(said, sizeof said, "%.*s", (int)output.length, output.at);
  cr_assert(strstr(said, text), "%s", said);
}

Test(claim, may_be_given_up_for_want_of_room) {
  begin(false);
  code = 452;
  send_message("EHLO c.example\r\n", CMTA_ACCEPT, CMTA_DROP);
  want_said("354 ");
  want_said("452 4.3.1 ");
  want_message();
  say("MAIL FROM:<a@x.example>\r\n");
  want_said("250 2.1.0 ");
  end();
}

Test(claim, given_up_turns_each_acceptance_that_was_not_told) {
  begin(true);
  code = 451;
  send_message("LHLO c.example\r\n", CMTA_REJECT, CMTA_ACCEPT);
  want_said("554 5.7.1 ");
  want_said("451 4.3.0 ");
  want_message();
  end();
}

Test(claim, given_up_leaves_what_was_told) {
  begin(true);
  code = 451;
  send_message("LHLO c.example\r\n", CMTA_ACCEPT, CMTA_LATER);
  want_said("250 2.6.0 ");
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_assert_eq(cmta_session_receive(session, NULL, 0), 0);
  want_said("451 4.3.0 ");
  want_message();
  end();
}

Test(claim, is_for_the_question_alone) {
  begin(false);
  cr_assert_eq(cmta_message_claim(session, given, &message), CMTA_E_STATE);
  cr_assert_eq(cmta_message_claim(NULL, given, &message), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_message_claim(session, NULL, &message), CMTA_E_ARGUMENT);
  end();
}

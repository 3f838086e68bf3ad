/* SPDX-License-Identifier: MIT */

/* What a hook that answers later may leave behind: the slice it was shown, and a reply for its
 * deadline; and how it comes back to its user pointer. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <string.h>

/* What the hooks of one set did. */
struct set {
  enum cmta_verdict verdict;
  const char *reply; /* composed with 450, or NULL */
  enum cmta_verdict overdue;
  struct cmta_slice kept;
  int result;
  char seen[64];
  void *user;
};

static struct set sets[2];
static struct cmta_service *service;
static struct cmta_session *session;

static enum cmta_verdict keep(struct cmta_session *asked, struct set *set,
                              struct cmta_slice bytes) {
  memcpy(set->seen, bytes.at, bytes.length < 63 ? bytes.length : 63);
  set->result = cmta_session_keep(asked, &set->kept);
  set->user = cmta_session_user(asked);
  if (set->reply)
    cmta_reply(asked, 450, "4.7.1", "%s", set->reply);
  if (set->overdue)
    cmta_session_set_deadline(asked, 5, set->overdue);
  return set->verdict;
}

static enum cmta_verdict on_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  return keep(asked, user, text);
}

static enum cmta_verdict on_rset(struct cmta_session *asked, void *user) {
  struct set *set = user;
  set->result = cmta_session_keep(asked, &set->kept);
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_chunk(struct cmta_session *asked, void *user, struct cmta_slice bytes) {
  return keep(asked, user, bytes);
}

static enum cmta_verdict on_headers(struct cmta_session *asked, void *user,
                                    struct cmta_slice section) {
  enum cmta_verdict verdict = keep(asked, user, section);
  cr_expect_eq(((struct set *)user)->kept.at, section.at,
               "a section lives until its question ends");
  return verdict;
}

static void begin_with(struct cmta_hooks hooks) {
  hooks.size = sizeof hooks;
  memset(sets, 0, sizeof sets);
  cr_assert_eq(cmta_service_new(&service, NULL, &hooks, &sets[0]), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, &sets[1]), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  cr_assert_eq(cmta_session_receive(session, "EHLO c.example\r\n", 16), 16);
  cr_assert_eq(cmta_session_sent(session, cmta_session_output(session).length), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

/* Bytes that are gone when the call has returned. */
static void say(const char *text) {
  char bytes[256];
  size_t length = strlen(text);
  memcpy(bytes, text, length);
  cr_assert_eq(cmta_session_receive(session, bytes, length), (ptrdiff_t)length);
  memset(bytes, '#', sizeof bytes);
}

static bool hears(const char *reply) {
  struct cmta_slice out = cmta_session_output(session);
  return out.length >= strlen(reply) && memcmp(out.at, reply, strlen(reply)) == 0;
}

TestSuite(keep, .fini = end, .timeout = 10);

Test(keep, lets_the_text_of_a_command_outlast_its_line) {
  begin_with((struct cmta_hooks){.noop = on_noop});
  sets[0].verdict = CMTA_LATER;
  say("NOOP some text\r\n");
  cr_assert_eq(sets[0].result, 0);
  cr_assert(cmta_slice_is(sets[0].kept, "some text"));
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  cr_assert_str_eq(sets[1].seen, "some text", "the sets behind see the same");
}

Test(keep, lets_a_slice_of_a_message_outlast_its_buffer) {
  begin_with((struct cmta_hooks){.chunk = on_chunk});
  say("MAIL FROM:<>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  sets[0].verdict = CMTA_LATER;
  say("Hello\r\n");
  cr_assert(cmta_slice_is(sets[0].kept, "Hello\r\n"));
}

Test(keep, copies_no_header_section) {
  begin_with((struct cmta_hooks){.headers = on_headers});
  say("MAIL FROM:<>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  sets[0].verdict = CMTA_LATER;
  say("A: b\r\n\r\n");
  cr_assert(cmta_slice_is(sets[0].kept, "A: b\r\n\r\n"));
}

static enum cmta_verdict on_row(struct cmta_session *asked, void *user,
                                const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  return keep(asked, user, argument);
}

Test(keep, lets_all_that_the_question_of_a_row_was_shown_outlast_its_line) {
  const struct cmta_verb verb = {.name = "MAIL", .question = on_row, .user = &sets[0]};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.verbs = &verb;
  settings.verb_count = 1;
  memset(sets, 0, sizeof sets);
  cr_assert_eq(cmta_service_new(&service, &settings, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  sets[0].verdict = CMTA_LATER;
  say("EHLO c.example\r\nMAIL FROM:<a@c.example> SIZE=1\r\n");
  cr_assert_eq(sets[0].result, 0);
  cr_assert(cmta_slice_is(sets[0].kept, "FROM:<a@c.example> SIZE=1"));
}

Test(keep, is_for_hooks_that_are_asked) {
  struct cmta_slice kept;
  begin_with((struct cmta_hooks){.noop = on_noop});
  cr_assert_eq(cmta_session_keep(session, &kept), CMTA_E_STATE);
  cr_assert_eq(cmta_session_keep(session, NULL), CMTA_E_ARGUMENT);
  sets[0].verdict = CMTA_LATER;
  say("NOOP x\r\n");
  cr_assert_eq(cmta_session_keep(session, &kept), CMTA_E_STATE, "the hook has returned");
}

Test(keep, is_for_questions_with_a_slice) {
  begin_with((struct cmta_hooks){.noop = on_noop, .rset = on_rset});
  say("NOOP x\r\nRSET\r\n");
  cr_assert_eq(sets[0].result, CMTA_E_STATE);
  say("NOOP\r\n");
  cr_assert_eq(sets[0].result, 0, "a text may be empty");
  cr_assert_eq(sets[0].kept.length, 0);
}

Test(keep, user_is_of_the_set_whose_hook_runs_or_left_the_question_open) {
  begin_with((struct cmta_hooks){.noop = on_noop});
  sets[1].verdict = CMTA_LATER;
  say("NOOP x\r\n");
  cr_assert_eq(sets[0].user, &sets[0]);
  cr_assert_eq(sets[1].user, &sets[1]);
  cr_assert_eq(cmta_session_user(session), &sets[1]);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  say("");
  cr_assert_eq(cmta_session_user(session), &sets[0], "nobody is asked");
}

Test(deadline, sends_the_reply_of_its_hook_where_that_fits_its_verdict) {
  begin_with((struct cmta_hooks){.noop = on_noop});
  sets[0] = (struct set){CMTA_LATER, "Come back later", .overdue = CMTA_TEMPFAIL};
  say("NOOP x\r\n");
  cmta_session_expire(session);
  say("");
  cr_assert(hears("450 4.7.1 Come back later\r\n"));
  end();
}

Test(deadline, sends_the_standard_reply_where_that_of_its_hook_does_not_fit) {
  begin_with((struct cmta_hooks){.noop = on_noop});
  sets[0] = (struct set){CMTA_LATER, "Come back later", .overdue = CMTA_REJECT};
  say("NOOP x\r\n");
  cmta_session_expire(session);
  say("");
  cr_assert(hears("550 5.7.1 "));
  end();
}

Test(slice, is_compared_with_strings) {
  struct cmta_slice slice = {"MailNo more", 4}, empty = {NULL, 0};
  cr_assert(cmta_slice_is(slice, "Mail"));
  cr_assert_not(cmta_slice_is(slice, "mail"));
  cr_assert_not(cmta_slice_is(slice, "MailN"));
  cr_assert_not(cmta_slice_is(slice, "Mai"));
  cr_assert(cmta_slice_is_word(slice, "mAIL"));
  cr_assert_not(cmta_slice_is_word(slice, "mAI"));
  cr_assert_not(cmta_slice_is_word((struct cmta_slice){"[{", 2}, "{["));
  cr_assert(cmta_slice_is(empty, ""));
  cr_assert(cmta_slice_is_word(empty, ""));
  cr_assert_not(cmta_slice_is(empty, "x"));
}

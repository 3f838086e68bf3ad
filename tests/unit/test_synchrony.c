/* SPDX-License-Identifier: MIT */

/* manners.early_talker and manners.pipelining: what counts depends on how bytes come, so that
 * dialogues, which are cut everywhere, cannot show it. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct cmta_service *service;
static struct cmta_session *session;
static char said[4096];
static enum cmta_verdict on_connect, on_noop;
static unsigned cancelled, closed, seen_by_connect;

static enum cmta_verdict ask_connect(struct cmta_session *asked, void *user) {
  (void)user;
  seen_by_connect = cmta_session_violations(asked);
  return on_connect;
}

static enum cmta_verdict ask_noop(struct cmta_session *asked, void *user, struct cmta_slice text) {
  (void)asked, (void)user, (void)text;
  return on_noop;
}

static void note_cancelled(struct cmta_session *told, void *user, const char *question) {
  (void)told, (void)user, (void)question;
  cancelled++;
}

static void note_closed(struct cmta_session *told, void *user, enum cmta_close_reason reason) {
  (void)told, (void)user, (void)reason;
  closed++;
}

static const struct cmta_hooks hooks = {.size = sizeof hooks,
                                        .connect = ask_connect,
                                        .noop = ask_noop,
                                        .cancelled = note_cancelled,
                                        .closed = note_closed};

static void begin_with(enum cmta_reaction early, enum cmta_reaction pipelining,
                       unsigned extensions) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.extensions = extensions;
  settings.manners.early_talker = early;
  settings.manners.pipelining = pipelining;
  on_connect = on_noop = CMTA_ACCEPT;
  cancelled = closed = seen_by_connect = 0;
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
  session = NULL;
  service = NULL;
}

TestSuite(synchrony, .fini = end);

/* Brings bytes in one piece, and takes what is answered; how many bytes were taken. */
static size_t bring(const char *bytes) {
  ptrdiff_t taken = cmta_session_receive(session, bytes, strlen(bytes));
  cr_assert_geq(taken, 0);
  struct cmta_slice output = cmta_session_output(session);
  snprintf(said, sizeof said, "%.*s", (int)output.length, output.at);
  cr_assert_eq(cmta_session_sent(session, output.length), 0);
  return (size_t)taken;
}

static void expect(const char *reply, unsigned faults, enum cmta_close_reason reason) {
  cr_expect_str_eq(said, reply);
  cr_expect_eq(cmta_session_violations(session), faults);
  cr_expect_eq(cmta_session_close_reason(session), reason);
}

#define GREETING "220 localhost ESMTP cmta\r\n"
#define TOO_EARLY "554 Wait for each reply that is due\r\n"
#define OUT_OF_STEP "554 5.5.0 Wait for each reply that is due\r\n"
#define OK "250 2.0.0 Ok\r\n"

enum { ALL = CMTA_EXTENSIONS_DEFAULT, NO_PIPELINING = ALL & ~CMTA_EXTENSION_PIPELINING };
enum { EARLY = CMTA_VIOLATION_EARLY_TALKER, PIPELINING = CMTA_VIOLATION_PIPELINING };

/* ---- Early talkers ---- */

Test(synchrony, early_talkers_are_ignored_by_default) {
  begin_with(CMTA_REACTION_IGNORE, CMTA_REACTION_IGNORE, ALL);
  bring("NOOP\r\n");
  expect(GREETING OK, 0, CMTA_CLOSED_NOT);
}

Test(synchrony, early_talkers_are_flagged) {
  begin_with(CMTA_REACTION_FLAG, CMTA_REACTION_REFUSE, ALL);
  bring("NOOP\r\n");
  expect(GREETING OK, EARLY, CMTA_CLOSED_NOT);
}

Test(synchrony, early_talkers_are_refused_in_place_of_the_greeting) {
  begin_with(CMTA_REACTION_REFUSE, CMTA_REACTION_IGNORE, ALL);
  bring("N");
  expect(TOO_EARLY, EARLY, CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(seen_by_connect, (unsigned)EARLY);
  cr_expect_eq(closed, 1);
}

Test(synchrony, early_talkers_are_refused_alike_whatever_connect_says) {
  static const enum cmta_verdict verdicts[] = {CMTA_ACCEPT, CMTA_REJECT, CMTA_TEMPFAIL};
  for (size_t i = 0; i < 6; i++) {
    bool drops = i < 3;
    begin_with(drops ? CMTA_REACTION_DROP : CMTA_REACTION_REFUSE, CMTA_REACTION_IGNORE, ALL);
    on_connect = verdicts[i % 3];
    bring("NOOP\r\n");
    expect(drops ? "" : TOO_EARLY, EARLY, CMTA_CLOSED_PROTOCOL);
    end();
  }
}

Test(synchrony, early_talkers_are_refused_when_a_late_connect_accepts) {
  begin_with(CMTA_REACTION_REFUSE, CMTA_REACTION_IGNORE, ALL);
  on_connect = CMTA_LATER;
  bring("NOOP\r\n");
  expect("", EARLY, CMTA_CLOSED_NOT);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  bring("");
  expect(TOO_EARLY, EARLY, CMTA_CLOSED_PROTOCOL);
}

Test(synchrony, early_talkers_are_dropped_without_a_word) {
  begin_with(CMTA_REACTION_DROP, CMTA_REACTION_IGNORE, ALL);
  bring("NOOP\r\n");
  expect("", EARLY, CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(seen_by_connect, (unsigned)EARLY);
  cr_expect_eq(closed, 1);
}

Test(synchrony, early_talkers_are_looked_for_while_connect_is_open) {
  begin_with(CMTA_REACTION_REFUSE, CMTA_REACTION_IGNORE, ALL);
  on_connect = CMTA_LATER;
  bring("");
  cr_expect(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT);
  cr_expect_eq(bring("NOOP\r\n"), 0);
  expect(TOO_EARLY, EARLY, CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(cancelled, 1);
}

Test(synchrony, early_talkers_once_flagged_are_looked_for_no_more) {
  begin_with(CMTA_REACTION_FLAG, CMTA_REACTION_IGNORE, ALL);
  on_connect = CMTA_LATER;
  bring("");
  bring("NOOP\r\n");
  cr_expect_not(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT);
  cr_expect_eq(cmta_session_violations(session), (unsigned)EARLY);
  cr_expect_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  bring("NOOP\r\n");
  expect(GREETING OK, EARLY, CMTA_CLOSED_NOT);
}

Test(synchrony, a_client_that_waits_for_the_greeting_has_no_fault) {
  begin_with(CMTA_REACTION_DROP, CMTA_REACTION_DROP, ALL);
  bring("");
  expect(GREETING, 0, CMTA_CLOSED_NOT);
  bring("NOOP\r\n");
  expect(OK, 0, CMTA_CLOSED_NOT);
}

/* ---- Pipelining ---- */

static void greet(enum cmta_reaction reaction, unsigned extensions) {
  begin_with(CMTA_REACTION_IGNORE, reaction, extensions);
  bring("");
  bring("EHLO client.example\r\n");
}

Test(synchrony, bytes_behind_a_command_that_ends_a_group_are_a_fault) {
  static const char *const groups[] = {"NOOP\r\nX",           "EHLO client.example\r\nX",
                                       "HELO c.example\r\nX", "VRFY x\r\nX",
                                       "EXPN x\r\nX",         "HELP\r\nX",
                                       "QUIT\r\nX",           "STARTTLS\r\nX",
                                       "DATA\r\nX",           "noop\r\nNOOP\r\n"};
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    greet(CMTA_REACTION_REFUSE, ALL);
    bring(groups[i]);
    bool greeting = strncmp(groups[i] + 1, "HLO", 3) == 0 || strncmp(groups[i], "HELO", 4) == 0;
    expect(greeting ? TOO_EARLY : OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
    end();
  }
}

Test(synchrony, groups_as_they_should_be_are_no_fault) {
  greet(CMTA_REACTION_DROP, ALL);
  bring("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example>\r\nDATA\r\n");
  bring("x\r\n.\r\nRSET\r\nMAIL FROM:<a@b.example>\r\nNOOP\r\n");
  cr_expect_eq(cmta_session_violations(session), 0);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
}

Test(synchrony, chunks_and_what_follows_them_are_no_fault) {
  greet(CMTA_REACTION_DROP, ALL);
  bring("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 3\r\nx\r\nBDAT 6\r\ny");
  bring("\r\nz");
  bring("\r\nBDAT 0 LAST\r\nRSET\r\nBDAT 3\r\nx\r\nMAIL FROM:<a@b.example>\r\nNOOP\r\n");
  cr_expect_eq(cmta_session_violations(session), 0);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT);
  cr_expect_eq(cmta_session_counts(session)->messages, 1);
}

Test(synchrony, a_fault_is_flagged_and_all_is_done) {
  greet(CMTA_REACTION_FLAG, ALL);
  bring("NOOP\r\nNOOP\r\n");
  expect(OK OK, PIPELINING, CMTA_CLOSED_NOT);
}

Test(synchrony, a_fault_drops_the_session_without_a_word) {
  greet(CMTA_REACTION_DROP, ALL);
  bring("NOOP\r\nNOOP\r\n");
  expect("", PIPELINING, CMTA_CLOSED_PROTOCOL);
}

Test(synchrony, a_client_that_was_not_offered_pipelining_must_wait_always) {
  static const char *const groups[] = {"MAIL FROM:<a@b.example>\r\nX", "RSET\r\nX",
                                       "NONSENSE\r\nX"};
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    greet(CMTA_REACTION_REFUSE, NO_PIPELINING);
    bring(groups[i]);
    expect(OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
    end();
  }
}

Test(synchrony, a_client_that_said_helo_was_not_offered_pipelining) {
  greet(CMTA_REACTION_REFUSE, ALL);
  bring("HELO client.example\r\n");
  bring("RSET\r\nRSET\r\n");
  expect(OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
}

Test(synchrony, the_end_of_a_message_must_be_awaited_without_pipelining) {
  greet(CMTA_REACTION_REFUSE, NO_PIPELINING);
  bring("MAIL FROM:<a@b.example>\r\n");
  bring("RCPT TO:<c@d.example>\r\n");
  bring("DATA\r\n");
  bring("x\r\n.\r\nQUIT\r\n");
  expect(OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(cmta_session_counts(session)->messages, 0);
}

Test(synchrony, the_end_of_a_chunk_must_be_awaited_without_pipelining) {
  static const char *const chunks[] = {"BDAT 3\r\nx\r\nX", "BDAT 3 LAST\r\nx\r\nX", "BDAT 0\r\nX"};
  for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
    greet(CMTA_REACTION_REFUSE, NO_PIPELINING);
    bring("MAIL FROM:<a@b.example>\r\n");
    bring("RCPT TO:<c@d.example>\r\n");
    bring(chunks[i]);
    expect(OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
    cr_expect_eq(cmta_session_counts(session)->messages, 0);
    end();
  }
}

Test(synchrony, octets_of_a_chunk_are_its_own_without_pipelining) {
  greet(CMTA_REACTION_REFUSE, NO_PIPELINING);
  bring("MAIL FROM:<a@b.example>\r\n");
  bring("RCPT TO:<c@d.example>\r\n");
  bring("BDAT 3 LAST\r\nx");
  bring("\r\n");
  expect("250 2.6.0 Message accepted\r\n", 0, CMTA_CLOSED_NOT);
}

Test(synchrony, bytes_before_a_late_answer_are_a_fault) {
  greet(CMTA_REACTION_REFUSE, ALL);
  on_noop = CMTA_LATER;
  bring("NOOP\r\n");
  cr_expect(cmta_session_wants(session) & CMTA_WANTS_FORESIGHT);
  bring("X");
  expect(OUT_OF_STEP, PIPELINING, CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(cancelled, 1);
}

Test(synchrony, bytes_before_a_reply_is_sent_are_a_fault) {
  greet(CMTA_REACTION_FLAG, ALL);
  cr_assert_eq(cmta_session_receive(session, "NOOP\r\n", 6), 6);
  cr_expect_eq(cmta_session_violations(session), 0);
  cr_assert_eq(cmta_session_receive(session, "N", 1), 1);
  cr_expect_eq(cmta_session_violations(session), (unsigned)PIPELINING);
}

Test(synchrony, bytes_behind_an_answer_are_none) {
  greet(CMTA_REACTION_DROP, ALL);
  for (int i = 0; i < 3; i++) {
    bring("NOOP\r\n");
    expect(OK, 0, CMTA_CLOSED_NOT);
  }
}

/* SPDX-License-Identifier: MIT */

/* What is refused of cmta_message_*(), what hook sets see of a message that one before them took,
 * and that taking copies nothing. How messages are kept is in the dialogues. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 3000, LINE = 62, OCTETS = LINES * LINE };

/* What a hook set saw. */
struct seen {
  enum cmta_verdict verdict;
  bool takes;
  struct cmta_message *taken;
  const char *bytes; /* where they were before it was taken */
  unsigned asked;
  int take, second, data, next, beyond;
  uint64_t size;
  size_t recipients, session_recipients;
  size_t least, most; /* octets of slices but the last, and of any */
};

static size_t blocks;
static struct cmta_service *service;
static struct cmta_session *session;
static struct seen first, second;

static void *counting(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  (void)old_size;
  if (new_size == 0) {
    blocks -= pointer != NULL;
    free(pointer);
    return NULL;
  }
  blocks += pointer == NULL;
  return realloc(pointer, new_size);
}

static void look(struct seen *seen, const struct cmta_message *message) {
  struct cmta_slice data = {NULL, 0}, slice = {NULL, 0};
  uint64_t position = 0, beyond = cmta_message_size(message) + 1;
  seen->asked++;
  seen->size = cmta_message_size(message);
  seen->recipients = cmta_message_envelope(message)->forward_path_count;
  seen->data = cmta_message_data(message, &data);
  seen->bytes = data.at;
  seen->beyond = cmta_message_next(message, &beyond, &slice);
  seen->least = OCTETS;
  while ((seen->next = cmta_message_next(message, &position, &slice)) > 0) {
    seen->most = slice.length > seen->most ? slice.length : seen->most;
    if (position < seen->size && slice.length < seen->least)
      seen->least = slice.length;
  }
  cmta_message_free((struct cmta_message *)message);
}

static enum cmta_verdict on_message(struct cmta_session *asked, void *user,
                                    const struct cmta_message *message) {
  struct seen *seen = user;
  struct cmta_message *again = NULL;
  look(seen, message);
  const size_t before = blocks;
  if (seen->takes) {
    seen->take = cmta_message_take(asked, &seen->taken);
    seen->second = cmta_message_take(asked, &again);
    cr_expect_eq(blocks, before + (seen->take == 0));
  }
  seen->session_recipients = cmta_session_envelope(asked)->forward_path_count;
  return seen->verdict;
}

static enum cmta_verdict on_data(struct cmta_session *asked, void *user) {
  struct cmta_message *none = NULL;
  (void)user;
  cr_expect_eq(cmta_message_take(asked, &none), CMTA_E_STATE, "another question is open");
  return CMTA_ACCEPT;
}

static void say(const char *bytes) {
  cr_assert_eq(cmta_session_receive(session, bytes, strlen(bytes)), (ptrdiff_t)strlen(bytes));
}

/* The last reply begins so. */
static void expect(const char *beginning) {
  struct cmta_slice reply = cmta_session_output(session);
  size_t length = strlen(beginning), at = reply.length - 2;
  while (at > 0 && reply.at[at - 1] != '\n')
    at--;
  cr_expect(reply.length - at > length && memcmp(reply.at + at, beginning, length) == 0, "%.*s",
            (int)reply.length, reply.at);
  cmta_session_sent(session, reply.length);
}

static void begin(void) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .data = on_data, .message = on_message};
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.allocator.reallocate = counting;
  first = second = (struct seen){.takes = false};
  cr_assert_eq(cmta_service_new(&service, &settings, &hooks, &first), 0);
  cr_assert_eq(cmta_service_add(service, &hooks, &second), 1);
  cr_assert_eq(cmta_session_new(&session, service, NULL, NULL), 0);
  say("");
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
  cmta_message_free(first.taken);
  cmta_message_free(second.taken);
  cr_expect_eq(blocks, 0);
}

TestSuite(message, .init = begin, .fini = end);

static void send_message(void) {
  say("HELO a.example\r\nMAIL FROM:<b@c>\r\nRCPT TO:<d@e>\r\nRCPT TO:<f@g>\r\nDATA\r\n");
  expect("354 ");
  for (int i = 0; i < LINES; i++)
    say("012345678901234567890123456789012345678901234567890123456789\r\n");
  say(".\r\n");
}

Test(message, has_slices_of_64_KiB_at_most) {
  send_message();
  cr_expect_eq(first.next, 0);
  cr_expect_eq(first.most, 65536);
  cr_expect_eq(first.least, 65536);
  cr_expect_eq(first.beyond, CMTA_E_ARGUMENT);
}

Test(message, that_was_taken_is_where_it_was) {
  struct cmta_slice data;
  first.takes = true;
  send_message();
  expect("250 ");
  cr_assert_eq(first.take, 0);
  cr_expect_eq(first.second, CMTA_E_STATE);
  cr_expect_eq(first.session_recipients, 0);
  cr_assert_eq(cmta_message_data(first.taken, &data), 0);
  cr_expect_eq(data.at, first.bytes);
  cr_expect_eq(data.length, OCTETS);
  cr_expect_eq(cmta_message_envelope(first.taken)->forward_path_count, 2);
}

Test(message, that_was_taken_is_empty_for_the_sets_behind) {
  first.takes = second.takes = true;
  send_message();
  expect("250 ");
  cr_expect_eq(second.asked, 1);
  cr_expect_eq(second.size, 0);
  cr_expect_eq(second.recipients, 0);
  cr_expect_eq(second.data, CMTA_E_STATE);
  cr_expect_eq(second.next, CMTA_E_STATE);
  cr_expect_eq(second.take, CMTA_E_STATE);
}

Test(message, that_was_taken_over_is_asked_about_no_more) {
  first.takes = true;
  first.verdict = CMTA_TAKE;
  send_message();
  expect("250 ");
  cr_expect_eq(second.asked, 0);
}

Test(message, that_was_taken_belongs_to_its_taker_when_a_set_behind_refuses) {
  first.takes = true;
  second.verdict = CMTA_REJECT;
  send_message();
  expect("554 ");
  cr_expect_eq(cmta_message_size(first.taken), OCTETS);
}

Test(message, may_be_taken_while_its_question_is_open_and_not_after) {
  struct cmta_message *none = NULL;
  second.verdict = CMTA_LATER;
  send_message();
  cr_expect_eq(cmta_message_take(session, &second.taken), 0);
  cr_assert_eq(cmta_session_decide(session, CMTA_ACCEPT), 0);
  cr_expect_eq(cmta_message_take(session, &none), CMTA_E_STATE);
  say("");
  expect("250 ");
  cr_expect_eq(cmta_message_take(session, &none), CMTA_E_STATE);
  cr_expect_eq(cmta_message_take(session, NULL), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_message_take(NULL, &none), CMTA_E_ARGUMENT);
}

static void *store_begin(void *context) { return context; }

Test(message, store_has_all_of_its_functions_or_none) {
  struct cmta_settings settings;
  struct cmta_service *none = NULL;
  cmta_settings_init(&settings);
  settings.store.begin = store_begin;
  cr_expect_eq(cmta_service_new(&none, &settings, NULL, NULL), CMTA_E_ARGUMENT);
}

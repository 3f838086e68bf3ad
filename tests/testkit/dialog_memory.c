/* SPDX-License-Identifier: MIT */
/* Each allocation of a dialogue and of a scene may fail, and all is freed all the same. */
#include <cmta/dialog.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);

static size_t left; /* allocations until one fails, and all behind it unless `once` */
static bool once, failed;

static bool is_granted(void) {
  bool granted = left > 0;
  failed |= !granted;
  if (granted)
    left--;
  else if (once)
    left = SIZE_MAX;
  return granted;
}

void *__wrap_calloc(size_t count, size_t size) {
  return is_granted() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *pointer, size_t size) {
  return is_granted() ? __real_realloc(pointer, size) : NULL;
}

static int converse(void) {
  struct cmta_dialog *dialog;
  int result = cmta_dialog_new(&dialog, NULL, NULL, NULL);
  if (result < 0)
    return result;
  cmta_dialog_expect(dialog, NULL, "220");
  cmta_dialog_expect(dialog, "EHLO client.example", "250");
  cmta_dialog_expect(dialog, "MAIL FROM:<a@b.example>", "250");
  cmta_dialog_expect(dialog, "RCPT TO:<c@d.example>", "250");
  cmta_dialog_send_base64(dialog, "NOOP ", "four", 4);
  cmta_dialog_expect_reply(dialog, "250");
  cmta_dialog_send_chunk(dialog, "one", 3, false);
  cmta_dialog_expect_reply(dialog, "250");
  result = cmta_dialog_expect(dialog, "RSET", "250");
  bool is_told = cmta_dialog_failure(dialog) != NULL;
  cr_assert_eq(is_told, result != 0);
  cmta_dialog_free(dialog);
  return result;
}

/* What else is asked, of whom. */
static const struct cmta_settings *settings;
static const struct cmta_hooks *hooks;
static const char *question, *argument;
static struct cmta_answer answer;

static int ask(void) {
  static const char *const recipients[] = {"<b@example.net> NOTIFY=NEVER", "<c@example.net>", NULL};
  static const struct cmta_tls_facts facts = {.version = "TLSv1.3"};
  struct cmta_scene scene = {.size = sizeof scene, .recipients = recipients};
  if (strcmp(question, "auth") != 0)
    scene.user = "alice";
  if (strcmp(question, "starttls") != 0)
    scene.tls = &facts;
  return cmta_scene_ask(settings, hooks, NULL, &scene, question, argument, &answer);
}

static void fail_each(int (*act)(void)) {
  int result = CMTA_E_MEMORY;
  for (size_t granted = 0; result != 0; granted++) {
    left = granted;
    result = act();
    cr_assert(result == 0 || result == CMTA_E_MEMORY, "%zu: %d", granted, result);
    cr_assert_lt(granted, 1000);
  }
}

Test(dialog_memory, may_fail_at_any_place_of_a_dialogue) { fail_each(converse); }

Test(dialog_memory, may_fail_at_any_place_of_a_scene) {
  question = "message";
  fail_each(ask);
}

/* An allocation that fails while others do not has the client refused, which is no answer. */
static void fail_one_each(void) {
  size_t granted = 0;
  for (bool over = false; !over; granted++) {
    left = granted, once = true, failed = false;
    int result = ask();
    over = !failed;
    cr_assert_eq(result, over ? 0 : CMTA_E_MEMORY, "%s, %zu: %d, %d %s", question, granted, result,
                 answer.code, answer.text);
    cr_assert(over || answer.code == 0, "%s, %zu: %d", question, granted, answer.code);
  }
  cr_assert_gt(granted, 3);
}

static const char *const asked[][2] = {
    {"connect", NULL},
    {"hello", NULL},
    {"starttls", NULL},
    {"auth", "EXTERNAL ="},
    {"mail", "<a@b.example> RET=HDRS ENVID=x AUTH=d@b.example"},
    {"rcpt", NULL},
    {"data", NULL},
    {"headers", NULL},
    {"message", NULL},
    {"vrfy", "bob"},
    {"xclient", "NAME=a.example ADDR=192.0.2.3"},
    {"xforward", "NAME=a.example"},
};

static enum cmta_verdict let_in(struct cmta_session *session, void *user,
                                const struct cmta_auth *auth) {
  (void)user;
  (void)auth;
  return cmta_session_set_identity(session, "alice", NULL) == 0 ? CMTA_ACCEPT : CMTA_REJECT;
}

static void fail_one_of_each_question(void) {
  static const struct cmta_hooks all = {.size = sizeof all, .auth = let_in};
  hooks = &all;
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    question = asked[i][0], argument = asked[i][1];
    fail_one_each();
  }
}

Test(dialog_memory, may_fail_once_at_any_place_of_a_scene) { fail_one_of_each_question(); }

static void *reallocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  (void)old_size;
  if (new_size)
    return is_granted() ? __real_realloc(pointer, new_size) : NULL;
  free(pointer);
  return NULL;
}

Test(dialog_memory, may_fail_once_at_any_place_of_an_allocator_of_settings) {
  struct cmta_settings own;
  cmta_settings_init(&own);
  own.extensions |= CMTA_EXTENSION_DSN;
  own.auth_in_clear = true;
  own.allocator.reallocate = reallocate;
  settings = &own;
  fail_one_of_each_question();
}

/* ---- A message that outlives its scene ---- */

static enum cmta_verdict take(struct cmta_session *session, void *user,
                              const struct cmta_message *message) {
  (void)message;
  return cmta_message_take(session, user) == 0 ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

Test(dialog_memory, of_a_message_that_was_taken_outlives_its_scene) {
  static const struct cmta_hooks taking = {.size = sizeof taking, .message = take};
  struct cmta_message *message = NULL;
  struct cmta_slice data;
  left = SIZE_MAX;
  cr_assert_eq(
      cmta_scene_ask(NULL, &taking, &message, NULL, "message", "Subject: a\r\n\r\nb\r\n", &answer),
      0);
  cr_assert_eq(cmta_message_data(message, &data), 0);
  cr_expect(cmta_slice_is(data, "Subject: a\r\n\r\nb\r\n"));
  cmta_message_free(message);
}

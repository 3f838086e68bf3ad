/* SPDX-License-Identifier: MIT */
/* Each allocation of a dialogue and of a scene may fail, and all is freed all the same. */
#include <cmta/dialog.h>

#include <criterion/criterion.h>

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);

static size_t left; /* allocations until one fails, and all behind it */

static bool is_granted(void) { return left > 0 && left-- > 0; }

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

static int ask(void) {
  const struct cmta_scene scene = {.size = sizeof scene, .user = "alice"};
  struct cmta_answer answer;
  return cmta_scene_ask(NULL, NULL, NULL, &scene, "message", NULL, &answer);
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

Test(dialog_memory, may_fail_at_any_place_of_a_scene) { fail_each(ask); }

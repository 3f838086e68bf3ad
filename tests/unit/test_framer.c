/* SPDX-License-Identifier: MIT */

/* Command lines out of bytes (RFC 5321 section 2.3.8): what ends one, how long one may be, what is
 * kept. */

#include "engine/framer.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LIMIT = 16 };

struct fixture {
  struct memory memory;
  struct framer framer;
  struct cmta_slice line;
};

static struct fixture fixture(void) {
  const struct cmta_allocator libc = {0};
  return (struct fixture){.memory = memory_account(&libc, 0)};
}

/* Feeds text and says what came of it; the rest of the text is dropped. */
static enum framed feed(struct fixture *fixture, const char *text) {
  struct cmta_slice input = {text, strlen(text)};
  return framer_next(&fixture->framer, &fixture->memory, LIMIT, &input, &fixture->line);
}

static bool line_is(const struct fixture *fixture, const char *text) {
  return fixture->line.length == strlen(text) &&
         memcmp(fixture->line.at, text, fixture->line.length) == 0;
}

Test(framer, hands_out_a_line_that_came_in_one_piece_without_copying) {
  struct fixture it = fixture();
  const char *text = "NOOP\r\n";
  cr_assert_eq(feed(&it, text), FRAMED_LINE);
  cr_assert_eq(it.line.at, text);
  cr_assert_eq(it.memory.used, 0);
}

Test(framer, leaves_what_follows_a_line_in_the_input) {
  struct fixture it = fixture();
  const char *text = "NOOP\r\nQUIT\r\n";
  struct cmta_slice input = {text, strlen(text)};
  framer_next(&it.framer, &it.memory, LIMIT, &input, &it.line);
  cr_assert_eq(input.at, text + 6);
  cr_assert_eq(input.length, 6);
}

Test(framer, puts_a_line_together_from_every_cut) {
  const char *text = "NOOP a\r\n";
  for (size_t cut = 1; cut < strlen(text); cut++) {
    struct fixture it = fixture();
    char head[LIMIT] = {0};
    memcpy(head, text, cut);
    cr_assert_eq(feed(&it, head), FRAMED_NOTHING);
    cr_assert_eq(feed(&it, text + cut), FRAMED_LINE, "cut at %zu", cut);
    cr_assert(line_is(&it, text), "cut at %zu", cut);
    framer_release(&it.framer, &it.memory);
    cr_assert_eq(it.memory.used, 0);
  }
}

Test(framer, does_not_end_a_line_at_a_bare_lf_or_cr) {
  struct fixture it = fixture();
  cr_assert_eq(feed(&it, "a\nb\rc\n\r\n"), FRAMED_LINE);
  cr_assert(line_is(&it, "a\nb\rc\n\r\n"));
}

Test(framer, takes_a_line_of_the_limit_and_refuses_one_octet_more) {
  struct fixture it = fixture();
  cr_assert_eq(feed(&it, "12345678901234\r\n"), FRAMED_LINE);
  cr_assert_eq(feed(&it, "123456789012345\r\n"), FRAMED_TOO_LONG);
}

Test(framer, reads_an_overlong_line_to_its_end_and_keeps_what_it_begins_with) {
  struct fixture it = fixture();
  for (int i = 0; i < 10; i++)
    cr_assert_eq(feed(&it, "0123456789"), FRAMED_NOTHING);
  size_t used = it.memory.used;
  for (int i = 10; i < 1000; i++)
    cr_assert_eq(feed(&it, "0123456789"), FRAMED_NOTHING);
  cr_assert_eq(it.memory.used, used);
  cr_assert_eq(feed(&it, "end\r"), FRAMED_NOTHING);
  cr_assert_eq(feed(&it, "\n"), FRAMED_TOO_LONG);
  cr_assert_eq(it.line.length, 10005);
  struct cmta_slice beginning = framer_beginning(&it.framer, it.line);
  cr_assert_eq(beginning.length, FRAMER_SHOWN);
  cr_assert_eq(memcmp(beginning.at, "01234567890", 11), 0);
  cr_assert_eq(feed(&it, "NOOP\r\n"), FRAMED_LINE);
}

Test(framer, keeps_nothing_of_an_overlong_auth) {
  struct fixture it = fixture();
  for (int i = 0; i < 10; i++)
    cr_assert_eq(feed(&it, "AUTH 56789"), FRAMED_NOTHING);
  cr_assert_eq(it.memory.used, 0);
  cr_assert_eq(feed(&it, "\r\n"), FRAMED_TOO_LONG);
  cr_assert_eq(framer_beginning(&it.framer, it.line).length, 0);
}

Test(framer, reads_an_overlong_line_to_its_end_where_there_is_no_memory_for_its_beginning) {
  struct fixture it = fixture();
  it.memory.ceiling = 1;
  cr_assert_eq(feed(&it, "01234567890123456789"), FRAMED_NOTHING);
  cr_assert_eq(feed(&it, "01234567890123456789"), FRAMED_NOTHING);
  cr_assert_eq(feed(&it, "\r\n"), FRAMED_TOO_LONG);
  cr_assert_eq(framer_beginning(&it.framer, it.line).length, 0);
}

Test(framer, says_when_an_unfinished_line_cannot_be_kept) {
  struct fixture it = fixture();
  it.memory.ceiling = 1;
  cr_assert_eq(feed(&it, "NOO"), FRAMED_NO_MEMORY);
}

/* One that begins so may hold a secret, whether the grammar takes it or not. */
Test(framer, knows_an_auth_by_its_verb_and_by_what_cannot_go_on_with_it) {
  static const char *const auth[] = {"AUTH \r\n", "auth x\r\n",  "AUTH\tx\r\n",
                                     "Auth\r\n",  "AUTH\nx\r\n", "AUTH\x80\r\n"};
  static const char *const other[] = {"AUTHX\r\n",  "AUT\r\n",   "XAUTH \r\n",
                                      " AUTH \r\n", "AUTH~\r\n", "AUTH!\r\n"};
  for (size_t i = 0; i < sizeof auth / sizeof *auth; i++) {
    struct fixture it = fixture();
    cr_assert_eq(feed(&it, auth[i]), FRAMED_LINE);
    cr_expect(framer_has_auth(&it.framer), "%s", auth[i]);
    cr_assert_eq(feed(&it, other[i]), FRAMED_LINE);
    cr_expect(!framer_has_auth(&it.framer), "%s", other[i]);
  }
}

/* Behind one that cannot be read nothing can be. */
Test(framer, knows_a_line_that_is_bdat_whatever_follows) {
  static const char *const lines[] = {"BDAT\r\n", "bdat 5\r\n", "Bdat\tx\r\n", "BDAT\x80\r\n",
                                      "BDAT 5555555555555555555\r\n"};
  static const char *const others[] = {"BDATA 5\r\n", "BDA 5\r\n", "XBDAT 5\r\n", "BDA\r\n"};
  struct fixture it = fixture();
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    cr_assert_gt(feed(&it, lines[i]), FRAMED_NOTHING);
    cr_expect(framer_has_bdat(&it.framer), "%s", lines[i]);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    cr_assert_gt(feed(&it, others[i]), FRAMED_NOTHING);
    cr_expect_not(framer_has_bdat(&it.framer), "%s", others[i]);
  }
}

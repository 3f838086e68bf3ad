/* SPDX-License-Identifier: MIT */

/* Well-formed UTF-8: the table of RFC 3629 section 4, at its edges. */

#include "engine/utf8.h"

#include <criterion/criterion.h>
#include <string.h>

static bool is_valid(const char *text) { return utf8_is_valid(text, strlen(text)); }

Test(utf8, takes_the_first_and_the_last_character_of_each_length) {
  static const char *const good[] = {"",
                                     "a~",
                                     "\xc2\xa0",
                                     "\xdf\xbf",
                                     "\xe0\xa0\x80",
                                     "\xed\x9f\xbf",
                                     "\xee\x80\x80",
                                     "\xef\xbf\xbf",
                                     "\xf0\x90\x80\x80",
                                     "\xf4\x8f\xbf\xbf"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_expect(is_valid(good[i]), "%zu", i);
}

Test(utf8, refuses_overlong_forms_surrogates_and_what_lies_beyond) {
  static const char *const bad[] = {
      "\xc0\xaf",         "\xc1\xbf",         "\xe0\x9f\xbf",     "\xed\xa0\x80",
      "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_expect_not(is_valid(bad[i]), "%zu", i);
}

Test(utf8, refuses_characters_that_are_not_complete) {
  static const char *const cut[] = {"\xc3",  "\xe2\x82",  "\xf0\x9f\x98",
                                    "\xc3z", "\xe2\x82z", "\xf0\x9f\x98z",
                                    "\x80",  "a\xbf",     "\xf0\x9f\x7f\x80"};
  for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
    cr_expect_not(is_valid(cut[i]), "%zu", i);
}

Test(utf8, refuses_c1_controls) {
  cr_expect_not(is_valid("\xc2\x80"));
  cr_expect_not(is_valid("\xc2\x9f"));
}

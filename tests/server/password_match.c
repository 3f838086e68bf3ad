/* SPDX-License-Identifier: MIT */

/* The comparison of passwords with what is known of them, without a server. */

#include "server/mechanism.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(password_match, .timeout = 30);

static bool fits(const char *right, const char *shown, size_t length) {
  const struct cmta_secret secret = {.password = {right, strlen(right)}};
  return password_matches(&secret, (struct cmta_slice){shown, length});
}

Test(password_match, is_for_the_same_octets) {
  cr_assert(fits("secret", "secret", 6));
  cr_assert(fits("s", "s", 1));
}

Test(password_match, is_none_wherever_one_octet_differs) {
  char shown[] = "secret";
  for (size_t i = 0; i < 6; i++) {
    shown[i] ^= 1;
    cr_expect_not(fits("secret", shown, 6), "octet %zu", i);
    shown[i] ^= 1;
  }
}

Test(password_match, is_none_for_another_length) {
  for (size_t length = 0; length < 6; length++)
    cr_expect_not(fits("secret", "secret", length), "%zu octets", length);
  cr_expect_not(fits("secret", "secretsecret", 12));
  cr_expect_not(fits("secret", "secret\0", 7));
  cr_expect_not(fits("secret", "\0secret", 7));
}

Test(password_match, is_of_what_was_typed_or_of_what_is_prepared) {
  cr_assert(fits("IX", "I\xc2\xadX", 4));
  cr_assert(fits("I\xc2\xadX", "I\xc2\xadX", 4));
  cr_assert(fits("I\xc2\xadX", "IX", 2));
  cr_assert(fits("I\xc2\xadX\xc2\xaa", "\xe2\x85\xa8\x61", 4));
  cr_assert(fits("\xdd\xa7\xc3\xb6", "\xdd\xa7o\xcc\x88", 5)); /* U+0767 is beyond Unicode 3.2 */
  cr_assert_not(fits("I\xc2\xadX", "I-X", 3));
  cr_assert_not(fits("\xff", "\xfe", 1));
  cr_assert(fits("\xff", "\xff", 1));
}

/* The keys of RFC 7677 section 3, whose password is "pencil". */
static struct cmta_secret published(void) {
  return (struct cmta_secret){
      .hash = "SHA-256",
      .iterations = 4096,
      .salt = {"\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81", 16},
      .stored_key = {"\x58\x6e\x5d\xf2\x83\xe6\xdc\xeb\x5c\x3e\x79\x1d\x8b\x85\x28\xec"
                     "\x19\x1e\x66\x40\x45\xce\x97\x17\x92\xe2\xe6\xb5\xbb\x13\xe2\xa6",
                     32}};
}

Test(password_match, is_of_the_stored_key) {
  struct cmta_secret secret = published();
  cr_assert(password_matches(&secret, (struct cmta_slice){"pencil", 6}));
  cr_assert_not(password_matches(&secret, (struct cmta_slice){"Pencil", 6}));
  secret.stored_key.length = 31;
  cr_assert_not(password_matches(&secret, (struct cmta_slice){"pencil", 6}));
}

Test(password_match, is_none_with_nothing) {
  const struct cmta_secret secret = {0};
  cr_assert_not(password_matches(&secret, (struct cmta_slice){"pencil", 6}));
  cr_assert_not(password_matches(&secret, (struct cmta_slice){0}));
}

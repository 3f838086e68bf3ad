/* SPDX-License-Identifier: MIT */

/* Base64 (RFC 4648 section 4), strict: what is decoded is what would be encoded again, and nothing
 * else. */

#include "engine/base64.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ROOM = 64 };

/* Whether text is base64; its bytes and their length, the buffer of exactly the promised size
 * first. */
static bool decode(const char *text, size_t length, char *bytes, size_t *decoded) {
  char tight[ROOM];
  size_t promised = length / 4 * 3;
  memset(tight, '#', sizeof tight);
  bool good = base64_decode(text, length, tight, decoded);
  for (size_t i = promised; i < sizeof tight; i++)
    cr_assert_eq(tight[i], '#', "writes beyond three octets for four characters");
  memcpy(bytes, tight, promised);
  return good;
}

/* Whether text is base64; then it must be the base64 of what it says. */
static bool is_base64(const char *text, size_t length) {
  char bytes[ROOM], again[ROOM];
  size_t decoded;
  if (!decode(text, length, bytes, &decoded))
    return false;
  base64_encode(bytes, decoded, again);
  cr_assert_eq(BASE64_LENGTH(decoded), length);
  cr_assert_arr_eq(again, text, length);
  return true;
}

/* RFC 4648 section 10. */
static const char *const vectors[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

Test(base64, encodes_the_vectors_of_its_rfc) {
  for (size_t i = 0; i < VECTORS; i++) {
    char text[ROOM] = "";
    size_t length = strlen(vectors[i][0]);
    base64_encode(vectors[i][0], length, text);
    cr_expect_eq(BASE64_LENGTH(length), strlen(vectors[i][1]));
    cr_expect_arr_eq(text, vectors[i][1], strlen(vectors[i][1]));
  }
}

Test(base64, decodes_the_vectors_of_its_rfc) {
  for (size_t i = 0; i < VECTORS; i++) {
    char bytes[ROOM];
    size_t decoded = 99;
    cr_assert(decode(vectors[i][1], strlen(vectors[i][1]), bytes, &decoded), "%s", vectors[i][1]);
    cr_expect_eq(decoded, strlen(vectors[i][0]));
    cr_expect_arr_eq(bytes, vectors[i][0], decoded);
  }
}

Test(base64, decodes_every_byte_value_that_was_encoded) {
  for (int value = 0; value < 256; value++)
    for (size_t length = 1; length <= 4; length++) {
      char bytes[4], text[ROOM], again[ROOM];
      size_t decoded;
      memset(bytes, value, sizeof bytes);
      base64_encode(bytes, length, text);
      cr_assert(decode(text, BASE64_LENGTH(length), again, &decoded), "%d", value);
      cr_assert_eq(decoded, length);
      cr_assert_arr_eq(again, bytes, length);
    }
}

/* How many of the groups are base64 that have two characters of any value from `from` on. */
static unsigned count_groups(const char group[4], size_t from) {
  unsigned good = 0;
  char text[4];
  memcpy(text, group, 4);
  for (int first = 0; first < 256; first++)
    for (int second = 0; second < 256; second++) {
      text[from] = (char)first;
      text[from + 1] = (char)second;
      good += is_base64(text, 4);
    }
  return good;
}

/* As many as there are octets, so that bits beyond them are zero. */
Test(base64, takes_a_last_group_of_one_octet_in_256_ways) {
  cr_expect_eq(count_groups("..==", 0), 256);
}

/* Six bits of two octets are given; four groups of these are one octet. */
Test(base64, takes_a_last_group_of_two_octets_in_1024_ways) {
  cr_expect_eq(count_groups("A..=", 1), 1024 + 4);
}

/* Twelve bits of three octets are given; 16 groups of these are two octets, one is one. */
Test(base64, takes_a_last_group_of_three_octets_in_4096_ways) {
  cr_expect_eq(count_groups("AA..", 2), 4096 + 16 + 1);
}

Test(base64, takes_64_characters_in_front_of_the_last_group) {
  for (size_t place = 0; place < 4; place++) {
    unsigned good = 0;
    for (int value = 0; value < 256; value++) {
      char text[] = "AAAAAAAA";
      text[place] = (char)value;
      good += is_base64(text, 8);
    }
    cr_expect_eq(good, 64, "place %zu", place);
  }
}

Test(base64, takes_whole_groups_alone) {
  for (size_t length = 0; length < 16; length++)
    cr_expect_eq(is_base64("AAAAAAAAAAAAAAAA", length), length % 4 == 0, "%zu", length);
}

Test(base64, takes_no_padding_but_at_the_end) {
  static const char *const wrong[] = {"====", "A===",     "=AAA",     "A=AA",     "AA=A",
                                      "A=A=", "AA==AAAA", "AAA=AAAA", "AA==AA==", "AAAA===="};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    cr_expect_not(is_base64(wrong[i], strlen(wrong[i])), "%s", wrong[i]);
}

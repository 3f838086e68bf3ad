/* SPDX-License-Identifier: MIT */

/* How a bearer token is shown: OAUTHBEARER (RFC 7628 section 3.1) and XOAUTH2, without a server. */

#include "server/bearer.h"

#include <criterion/criterion.h>
#include <string.h>

static struct cmta_slice user, token;

static bool reads(const char *mechanism, const char *text, size_t length) {
  return bearer_form_of(mechanism)->read((struct cmta_slice){text, length}, &user, &token);
}

#define READS(mechanism, text) reads(mechanism, text, sizeof(text) - 1)

static void expect(const char *expected_user, const char *expected_token) {
  cr_assert_eq(user.length, strlen(expected_user));
  cr_assert(!user.length || memcmp(user.at, expected_user, user.length) == 0);
  cr_assert_eq(token.length, strlen(expected_token));
  cr_assert_eq(memcmp(token.at, expected_token, token.length), 0);
}

Test(form, of_oauthbearer_is_that_of_the_rfc) {
  cr_assert(READS("OAUTHBEARER", "n,a=user@example.com,\1host=server.example.com\1port=143\1"
                                 "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"));
  expect("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
}

Test(form, of_oauthbearer_may_name_nobody) {
  cr_assert(READS("OAUTHBEARER", "y,,\1auth=bearer t\1\1"));
  expect("", "t");
}

Test(form, of_xoauth2_has_a_user_and_a_token) {
  cr_assert(READS("XOAUTH2", "user=alice\1auth=Bearer t\1\1"));
  expect("alice", "t");
}

/* Whatever is cut off the end, it is no message. */
Test(form, that_is_cut_short_is_none) {
  static const char one[] = "n,a=u,\1host=h\1auth=Bearer t\1\1",
                    two[] = "user=u\1auth=Bearer t\1\1";
  for (size_t length = 0; length < sizeof one - 1; length++)
    cr_expect_not(reads("OAUTHBEARER", one, length), "%zu octets", length);
  for (size_t length = 0; length < sizeof two - 1; length++)
    cr_expect_not(reads("XOAUTH2", two, length), "%zu octets", length);
}

Test(form, of_oauthbearer_with_another_header_is_none) {
  cr_expect_not(READS("OAUTHBEARER", "p=tls-exporter,,\1auth=Bearer t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,u,\1auth=Bearer t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,a=,\1auth=Bearer t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,a=u,v,\1auth=Bearer t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,a=u=2c=2,\1auth=Bearer t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,a=u\0v,\1auth=Bearer t\1\1"));
}

Test(form, with_another_token_than_one_of_rfc_6750_is_none) {
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Basic t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer \1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer t t\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer t\0\1\1"));
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer t\1auth=Bearer u\1\1"));
  cr_expect_not(READS("XOAUTH2", "user=u\1auth=Bearer \1\1"));
}

Test(form, with_more_behind_its_end_is_none) {
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer t\1\1x"));
  cr_expect_not(READS("OAUTHBEARER", "n,,\1auth=Bearer t\1\1\1"));
  cr_expect_not(READS("XOAUTH2", "user=u\1auth=Bearer t\1\1x"));
}

Test(form, of_a_name_is_decoded_in_its_place) {
  char name[] = "a=2Cb=3Dc";
  bearer_form_of("OAUTHBEARER")->decode(name);
  cr_assert_str_eq(name, "a,b=c");
}

Test(form, is_there_for_mechanisms_with_a_token_alone) { cr_assert_null(bearer_form_of("PLAIN")); }

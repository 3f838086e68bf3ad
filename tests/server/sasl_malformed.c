/* SPDX-License-Identifier: MIT */

/* Responses that are none: 501, nobody is asked, and nobody is let in. */

#include "oracle.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct oracle oracle;

static void begin(void) {
  login_prepare();
  world.settings.mechanisms = "SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5";
  login_make();
  oracle = oracle_new();
  oracle_add(&oracle);
}

TestSuite(malformed, .init = begin, .fini = login_end, .timeout = 30);

static void say(const char *mechanism, const char *octets, size_t length, const char *beginning) {
  login_start(mechanism, octets, length);
  peer_expect(&peer, beginning);
  cr_assert_eq(oracle.verified + oracle.looked_up, 0, "somebody was asked");
}

/* Each of them, one after the other, in one session. */
static void say_each(const char *mechanism, const struct cmta_slice *responses, size_t count) {
  login_open();
  for (size_t i = 0; i < count; i++)
    say(mechanism, responses[i].at, responses[i].length, "501 5.5.2 ");
  peer_leave(&peer);
}

Test(malformed, plain_is_501) {
  static const struct cmta_slice responses[] = {
      {"", 0},
      {"alice", 5},
      {"\0alice", 6},
      {"\0\0\0", 3},
      {"\0\0secret", 8},
      {"\0alice\0", 7},
      {"\0alice\0secret\0", 14},
      {"\0alice\0sec\0ret", 14},
      {"\0al\0ice\0secret", 14},
      {"\0al\1ice\0secret", 14},
      {"\0al\nice\0secret", 14},
      {"\0al\x7fice\0secret", 14},
      {"\0al\xff"
       "ce\0secret",
       13},
      {"\0al\xc3\0secret", 11},
      {"\0\xed\xa0\x80\0secret", 11},
      {"\0\xc2\xad\0secret", 10},
      {"b\1b\0alice\0secret", 16},
      {"\xff\0alice\0secret", 14},
  };
  say_each("PLAIN", responses, sizeof responses / sizeof *responses);
}

Test(malformed, scram_is_501) {
  static const struct cmta_slice responses[] = {
      {"", 0},
      {"n", 1},
      {"n,,", 3},
      {"n,,n=,r=nonce", 13},
      {"n,,n=alice", 10},
      {"n,,r=nonce", 10},
      {"n,,m=x,n=alice,r=nonce", 22},
      {"x,,n=alice,r=nonce", 18},
      {"n,a=b\1,n=alice,r=nonce", 22},
      {"n,,n=al\0ice,r=nonce", 19},
  };
  say_each("SCRAM-SHA-256", responses, sizeof responses / sizeof *responses);
}

/* GNU SASL prepares them itself, and does not say that it is this that it refuses. */
Test(malformed, a_name_in_scram_is_refused) {
  login_open();
  say("SCRAM-SHA-256", "n,,n=al\1ice,r=nonce", 19, "535 ");
  say("SCRAM-SHA-256",
      "n,,n=al\xff"
      "ce,r=nonce",
      18, "535 ");
  say("SCRAM-SHA-256", "n,,n=\xc2\xad,r=nonce", 15, "535 ");
  peer_leave(&peer);
}

Test(malformed, oauthbearer_is_501) {
  static const struct cmta_slice responses[] = {
      {"", 0},
      {"\1", 1},
      {"n,a=al\1ice,\1auth=Bearer secret\1\1", 33},
      {"n,a=al\xff"
       "ce,\1auth=Bearer secret\1\1",
       32},
      {"n,a=al\nice,\1auth=Bearer secret\1\1", 33},
      {"n,a=alice,\1auth=Bearer \1\1", 25},
      {"n,a=alice,\1auth=\1\1", 18},
  };
  say_each("OAUTHBEARER", responses, sizeof responses / sizeof *responses);
}

Test(malformed, xoauth2_is_501) {
  static const struct cmta_slice responses[] = {
      {"", 0},
      {"\1", 1},
      {"user=\1auth=Bearer secret\1\1", 26},
      {"user=al\nice\1auth=Bearer secret\1\1", 32},
      {"user=al\xff"
       "ce\1auth=Bearer secret\1\1",
       31},
      {"user=alice\1auth=Bearer \1\1", 25},
  };
  say_each("XOAUTH2", responses, sizeof responses / sizeof *responses);
}

static void say_login(const char *user, size_t user_length, const char *password,
                      size_t password_length) {
  login_start("LOGIN", NULL, 0);
  peer_expect(&peer, "334 ");
  login_respond(user, user_length);
  const char *reply = peer_hear(&peer);
  if (strncmp(reply, "334 ", 4) == 0) {
    login_respond(password, password_length);
    reply = peer_hear(&peer);
  }
  cr_assert_eq(strncmp(reply, "501 5.5.2 ", 10), 0, "got %s", reply);
  cr_assert_eq(oracle.verified, 0, "somebody was asked");
}

Test(malformed, login_is_501) {
  login_open();
  say_login("", 0, "secret", 6);
  say_login("alice", 5, "", 0);
  say_login("al\1ice", 6, "secret", 6);
  say_login("al\0ice", 6, "secret", 6);
  say_login("al\xff"
            "ce",
            5, "secret", 6);
  say_login("alice", 5, "sec\0ret", 7);
  peer_leave(&peer);
}

static void say_cram_md5(const char *response, size_t length, const char *beginning) {
  login_start("CRAM-MD5", NULL, 0);
  peer_expect(&peer, "334 ");
  login_respond(response, length);
  peer_expect(&peer, beginning);
}

Test(malformed, cram_md5_lets_nobody_in) {
  login_open();
  say_cram_md5("", 0, "5");
  say_cram_md5("alice", 5, "5");
  say_cram_md5("alice ", 6, "5");
  say_cram_md5(" 0123456789abcdef0123456789abcdef", 33, "5");
  say_cram_md5("alice 0123456789abcdef0123456789abcdef", 38, "5");
  say_cram_md5("al\0ce 0123456789abcdef0123456789abcdef", 38, "5");
  say_cram_md5("al\1ce 0123456789abcdef0123456789abcdef", 38, "5");
  say_cram_md5("alice 0123456789ABCDEF0123456789abcde\0", 38, "5");
  peer_leave(&peer);
}

/* RFC 4954 section 4. */
Test(malformed, an_initial_response_to_cram_md5_is_501) {
  login_open();
  say("CRAM-MD5", "alice", 5, "501 5.7.0 ");
  say("CRAM-MD5", "", 0, "501 5.7.0 ");
  peer_leave(&peer);
}

Test(malformed, a_star_gives_it_up_at_each_step) {
  login_open();
  login_start("LOGIN", NULL, 0);
  peer_expect(&peer, "334 ");
  peer_say(&peer, "*", "501 ");
  login_start("SCRAM-SHA-256", "n,,n=alice,r=nonce", 18);
  peer_expect(&peer, "334 ");
  peer_say(&peer, "*", "501 ");
  login_start("CRAM-MD5", NULL, 0);
  peer_expect(&peer, "334 ");
  peer_say(&peer, "*", "501 ");
  login_expect("PLAIN", "alice", "secret", "235 ");
  peer_leave(&peer);
}

/* ---- The second message of SCRAM ---- */

/* The client's last message: what stands before and behind the server's nonce, or just `before`. */
static void say_proof(const char *before, const char *behind, const char *beginning) {
  char last[1024];
  login_start("SCRAM-SHA-256", "n,,n=alice,r=nonce", 18);
  const char *first = login_challenge(peer_hear(&peer));
  int nonce = behind ? (int)strcspn(first, ",") : 0;
  int length = snprintf(last, sizeof last, "%s%.*s%s", before, nonce, first, behind ? behind : "");
  login_respond(last, (size_t)length);
  peer_expect(&peer, beginning);
}

Test(malformed, a_proof_is_refused) {
  login_open();
  say_proof("", NULL, "501 5.5.2 ");
  say_proof("nonsense", NULL, "501 5.5.2 ");
  say_proof("c=biws,", "", "501 5.5.2 ");
  say_proof("c=biws,", ",p=", "501 5.5.2 ");
  say_proof("c=biws,", ",p=AAAA", "5");
  say_proof("c=biws,", "x,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "535 ");
  say_proof("c=eSws,", ",p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "535 ");
  say_proof("c=biws,", ",p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "535 ");
  peer_leave(&peer);
}

Test(malformed, a_word_too_much_behind_a_proof_is_501) {
  login_open();
  struct account account = {.user = "alice", .password = "secret", .last_word = "eA=="};
  cr_assert_eq(strncmp(login("SCRAM-SHA-256", &account), "501 5.5.2 ", 10), 0, "got %s",
               peer.reply);
  peer_leave(&peer);
}

/* ---- Long ones ---- */

/* "\0user\0password" of so many octets each. */
static void say_long(size_t user, size_t password, const char *beginning) {
  char *text = calloc(1, user + password + 3);
  memset(text + 1, 'u', user);
  memset(text + user + 2, 'p', password);
  login_start("PLAIN", text, user + password + 2);
  free(text);
  peer_expect(&peer, beginning);
}

Test(malformed, a_user_is_of_1024_octets_at_most) {
  login_open();
  say_long(1025, 6, "501 ");
  say_long(8000, 6, "501 ");
  cr_assert_eq(oracle.verified, 0);
  say_long(1024, 6, "235 ");
  cr_assert_eq(strlen(oracle.user), 1024);
  peer_leave(&peer);
}

Test(malformed, a_password_may_be_long) {
  login_open();
  say_long(5, 9000, "235 ");
  cr_assert_eq(strlen(oracle.password), 9000);
  peer_leave(&peer);
}

Test(malformed, a_long_user_of_scram_is_501) {
  char text[9000] = "n,,n=";
  memset(text + 5, 'u', 8000);
  strcpy(text + 8005, ",r=nonce");
  login_open();
  say("SCRAM-SHA-256", text, strlen(text), "501 ");
  peer_leave(&peer);
}

Test(malformed, a_long_nonce_of_scram_is_no_harm) {
  char text[9000] = "n,,n=alice,r=";
  memset(text + 13, 'r', 8800);
  login_open();
  login_start("SCRAM-SHA-256", text, strlen(text));
  peer_expect(&peer, "334 ");
  peer_say(&peer, "*", "501 ");
  memset(text + 13, 'r', 8980);
  login_start("SCRAM-SHA-256", text, strlen(text));
  peer_hear(&peer);
  peer_leave(&peer);
}

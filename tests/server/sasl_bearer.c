/* SPDX-License-Identifier: MIT */

/* OAUTHBEARER (RFC 7628) and XOAUTH2, by responses that are written by hand. */

#include "login.h"

#include <criterion/criterion.h>

static void begin(void) {
  login_begin();
  login_add_users();
}

TestSuite(bearer, .init = begin, .fini = login_end, .timeout = 30);

static void say(const char *mechanism, const char *response) {
  login_start(mechanism, response, strlen(response));
}

Test(bearer, oauthbearer_lets_in_who_shows_the_token) {
  login_open();
  say("OAUTHBEARER", "n,a=alice,\1host=server.example\1port=587\1auth=Bearer secret\1\1");
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(bearer, xoauth2_lets_in_who_shows_the_token) {
  login_open();
  say("XOAUTH2", "user=alice\1auth=Bearer secret\1\1");
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(bearer, oauthbearer_asks_who_says_nothing_with_auth) {
  login_open();
  login_start("OAUTHBEARER", NULL, 0);
  peer_expect(&peer, "334 \r\n");
  login_respond("n,a=alice,\1auth=Bearer secret\1\1", 31);
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

/* RFC 7628 section 3.2.3: the client acknowledges what it was told with %x01. */
Test(bearer, oauthbearer_tells_why_once_and_then_refuses) {
  login_open();
  say("OAUTHBEARER", "n,a=alice,\1auth=Bearer hidden\1\1");
  cr_assert_str_eq(login_challenge(peer_hear(&peer)), "{\"status\":\"invalid_token\"}");
  login_respond("\1", 1);
  peer_expect(&peer, "535 5.7.8 ");
  peer_leave(&peer);
}

Test(bearer, xoauth2_tells_why_once_and_then_refuses) {
  login_open();
  say("XOAUTH2", "user=alice\1auth=Bearer hidden\1\1");
  cr_assert_not_null(strstr(login_challenge(peer_hear(&peer)), "\"status\":\"401\""));
  login_respond("", 0);
  peer_expect(&peer, "535 5.7.8 ");
  peer_leave(&peer);
}

Test(bearer, the_right_token_behind_the_wrong_one_is_refused) {
  login_open();
  say("XOAUTH2", "user=alice\1auth=Bearer hidden\1\1");
  peer_expect(&peer, "334 ");
  login_respond("user=alice\1auth=Bearer secret\1\1", 31);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(bearer, an_unknown_user_hears_the_same_as_one_with_a_wrong_token) {
  static char first[512];
  login_open();
  say("OAUTHBEARER", "n,a=alice,\1auth=Bearer hidden\1\1");
  strcpy(first, peer_hear(&peer));
  login_respond("\1", 1);
  peer_expect(&peer, "535 ");
  say("OAUTHBEARER", "n,a=mallory,\1auth=Bearer hidden\1\1");
  cr_assert_str_eq(peer_hear(&peer), first);
  login_respond("\1", 1);
  peer_expect(&peer, "535 ");
  peer_leave(&peer);
}

Test(bearer, a_token_may_come_without_a_name) {
  login_open();
  say("OAUTHBEARER", "n,,\1auth=Bearer secret\1\1");
  peer_expect(&peer, "235 ");
  peer_leave(&peer);
}

Test(bearer, what_is_no_such_message_is_501) {
  login_open();
  say("OAUTHBEARER", "n,a=alice,\1auth=Basic secret\1\1");
  peer_expect(&peer, "501 5.5.2 ");
  say("XOAUTH2", "user=alice\1auth=Bearer secret\1");
  peer_expect(&peer, "501 5.5.2 ");
  say("XOAUTH2", "");
  peer_expect(&peer, "501 5.5.2 ");
  peer_leave(&peer);
}

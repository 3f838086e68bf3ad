/* SPDX-License-Identifier: MIT */

/* A password file with lines of many kinds: names that are not in it look like names that are. */

#include "login.h"
#include "passwords.h"
#include "work.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each costs something else. */
static const struct {
  const char *name, *scheme;
  unsigned iterations;
} lines[] = {{"one", "SCRAM-SHA-256", 700},
             {"two", "SCRAM-SHA-256", 300},
             {"three", "SCRAM-SHA-1", 500},
             {"four", "PLAIN", 0}};
enum { LINES = sizeof lines / sizeof *lines, UNKNOWN = 120 };

/* A hash of crypt(3) that is nobody's: it is quick. */
static const char crypt_line[] =
    "five:{CRYPT}$2b$04$abcdefghijklmnopqrstuuqLG5bXZrFnFuTAJqUyVtvwX8wzFG7nO\n";
static const char *const names[] = {"one", "two", "three", "four", "five"};

static struct scratch scratch;

static void begin(void) {
  char text[2048] = "", line[256], why[256];
  login_prepare();
  world.settings.max_errors = 0;
  login_make();
  scratch_init(&scratch);
  for (size_t i = 0; i < LINES; i++) {
    cr_assert_gt(cmta_password_entry(line, sizeof line, lines[i].name, "secret", lines[i].scheme,
                                     lines[i].iterations),
                 0);
    strcat(strcat(text, line), "\n");
  }
  scratch_write(&scratch, "passwd", strcat(text, crypt_line), 0600);
  cr_assert_geq(cmta_server_add_password_file(world.server, scratch.path, why, sizeof why), 0);
  login_open();
}

static void end(void) {
  peer_leave(&peer);
  login_end();
  scratch_free(&scratch);
}

TestSuite(mixed, .init = begin, .fini = end, .timeout = 30);

/* The iterations that SCRAM shows of a name. */
static unsigned shown(const char *mechanism, const char *name) {
  char text[128];
  int length = snprintf(text, sizeof text, "n,,n=%s,r=nonce", name);
  login_start(mechanism, text, (size_t)length);
  const char *at = strstr(login_challenge(peer_hear(&peer)), ",i=");
  unsigned iterations = at ? (unsigned)strtoul(at + 3, NULL, 10) : 0;
  peer_say(&peer, "*", "501 ");
  return iterations;
}

/* The work of a wrong password. */
static unsigned cost(const char *mechanism, const char *name) {
  work_reset();
  login_expect(mechanism, name, "wrong", "535 ");
  return work_done();
}

typedef unsigned trait(const char *mechanism, const char *name);

/* Names that are in the file have just these traits; those that are not have none but these, and
 * each of them. */
static void expect_traits(trait *of, const char *mechanism, const unsigned *traits, size_t count) {
  unsigned seen[8] = {0};
  char name[16];
  for (unsigned i = 0; i < UNKNOWN; i++) {
    snprintf(name, sizeof name, "nobody%u", i);
    unsigned found = of(mechanism, name);
    size_t which = 0;
    while (which < count && traits[which] != found)
      which++;
    cr_assert_lt(which, count, "%s has %u", name, found);
    seen[which]++;
    cr_assert(i % 10 || of(mechanism, name) == found, "%s has not always %u", name, found);
  }
  for (size_t i = 0; i < count; i++)
    cr_assert(seen[i], "no unknown name has %u", traits[i]);
}

static void expect_same_iterations(const char *mechanism) {
  unsigned traits[LINES];
  for (size_t i = 0; i < LINES; i++)
    traits[i] = shown(mechanism, names[i]);
  cr_assert_eq(traits[0], 700);
  cr_assert_eq(traits[3], 10000);
  expect_traits(shown, mechanism, traits, LINES);
}

Test(mixed, names_that_are_unknown_show_the_iterations_of_known_ones_in_scram_sha_256) {
  expect_same_iterations("SCRAM-SHA-256");
}

Test(mixed, names_that_are_unknown_show_the_iterations_of_known_ones_in_scram_sha_1) {
  expect_same_iterations("SCRAM-SHA-1");
}

/* SCRAM can use nothing of it. */
Test(mixed, names_with_a_hash_of_crypt_show_the_iterations_of_others) {
  unsigned found = shown("SCRAM-SHA-256", "five");
  cr_assert(found == 700 || found == 500 || found == 300 || found == 10000, "%u", found);
  cr_assert_eq(shown("SCRAM-SHA-256", "five"), found);
}

static void expect_same_work(const char *mechanism) {
  unsigned traits[LINES + 1];
  for (size_t i = 0; i < LINES + 1; i++)
    traits[i] = cost(mechanism, names[i]);
  cr_assert_eq(traits[0], 700);
  cr_assert_eq(traits[4], 1000);
  expect_traits(cost, mechanism, traits, LINES + 1);
}

Test(mixed, names_that_are_unknown_cost_the_work_of_known_ones_in_plain) {
  expect_same_work("PLAIN");
}

Test(mixed, names_that_are_unknown_cost_the_work_of_known_ones_in_login) {
  expect_same_work("LOGIN");
}

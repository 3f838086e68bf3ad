/* SPDX-License-Identifier: MIT */

/* Lines of password files, made. */

#include "server/password.h"

#include <criterion/criterion.h>
#include <crypt.h>
#include <gsasl.h>
#include <stdlib.h>
#include <string.h>

TestSuite(password_entry, .timeout = 30);

static char line[512];

static ptrdiff_t make(const char *name, const char *password, const char *scheme) {
  return cmta_password_entry(line, sizeof line, name, password, scheme, 0);
}

/* Whether the line that was made is for this password. */
static bool fits(const char *password) {
  char copy[sizeof line];
  struct password_entry entry;
  strcpy(copy, line);
  const char *wrong = password_line_read(copy, &entry);
  cr_assert_null(wrong, "%s: %s", line, wrong);
  return password_fits(&entry, (struct cmta_slice){password, strlen(password)});
}

static void assert_published(const char *hash, const char *salt, const char *expected) {
  char *octets;
  size_t length;
  cr_assert_eq(gsasl_base64_from(salt, strlen(salt), &octets, &length), GSASL_OK);
  ptrdiff_t made = scram_entry(line, sizeof line, "user", "pencil", hash,
                               (struct cmta_slice){octets, length}, 4096);
  gsasl_free(octets);
  cr_assert_eq(made, (ptrdiff_t)strlen(expected));
  cr_assert_str_eq(line, expected);
}

/* The keys give just the signatures that the RFCs show. */
Test(password_entry, has_the_keys_of_rfc_5802_section_5) {
  assert_published("SHA-1", "QSXCR+Q6sek8bf92",
                   "user:{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,"
                   "D+CSWLOshSulAsxiupA+qs2/fTE=");
}

Test(password_entry, has_the_keys_of_rfc_7677_section_3) {
  assert_published("SHA-256", "W22ZaJ0SNY7soEsUEjb6gQ==",
                   "user:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
                   "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
                   "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

Test(password_entry, fits_its_password_and_no_other_in_each_scheme) {
  static const char *const schemes[] = {NULL, "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "CRYPT"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    cr_assert_eq(make("user", "pencil", schemes[i]), (ptrdiff_t)strlen(line));
    cr_assert(fits("pencil"), "%s", line);
    cr_assert_not(fits("Pencil"), "%s", line);
    cr_assert_not(fits(""), "%s", line);
  }
}

Test(password_entry, is_made_by_each_scheme_that_is_named) {
  size_t count = 0;
  for (; cmta_password_scheme(count); count++)
    cr_assert_gt(make("user", "pencil", cmta_password_scheme(count)), 0);
  cr_assert_eq(count, 4);
  cr_assert_null(cmta_password_scheme((size_t)-1));
}

Test(password_entry, by_default_is_for_scram_sha_256_with_ten_thousand_iterations) {
  make("user", "pencil", NULL);
  cr_assert_eq(strncmp(line, "user:{SCRAM-SHA-256}10000,", 26), 0, "%s", line);
  cmta_password_entry(line, sizeof line, "user", "pencil", NULL, 1);
  cr_assert_eq(strncmp(line, "user:{SCRAM-SHA-256}1,", 22), 0, "%s", line);
}

Test(password_entry, has_a_new_salt_each_time) {
  char before[sizeof line];
  static const char *const schemes[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRYPT"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    make("user", "pencil", schemes[i]);
    strcpy(before, line);
    make("user", "pencil", schemes[i]);
    cr_assert_str_neq(line, before);
  }
}

Test(password_entry, of_crypt_is_what_crypt_makes_by_yescrypt) {
  make("user", "pencil", "CRYPT");
  const char *hash = line + strlen("user:{CRYPT}");
  cr_assert_eq(strncmp(hash, "$y$", 3), 0, "%s", line);
  cr_assert_str_eq(crypt("pencil", hash), hash);
}

Test(password_entry, prepares_names_and_passwords) {
  make("jo\xcc\x88rg\xc2\xad", "I\xc2\xadX\xc2\xaa", "PLAIN");
  cr_assert_str_eq(line, "j\xc3\xb6rg:{PLAIN}IXa");
}

Test(password_entry, refuses_what_can_be_no_name_or_password) {
  static const char *const names[] = {
      "", "a:b", "#a", "a\nb", "\xc3\x28", "\xef\xbf\xbd\xee\x80\x80", "a\x7f", "\xc2\xad"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    cr_assert_eq(make(names[i], "pencil", "PLAIN"), CMTA_E_ARGUMENT, "%s", names[i]);
  static const char *const passwords[] = {"", "a\nb", "\xc3\x28", "\x01", "\xc2\xad"};
  for (size_t i = 0; i < sizeof passwords / sizeof *passwords; i++)
    cr_assert_eq(make("user", passwords[i], NULL), CMTA_E_ARGUMENT, "%s", passwords[i]);
  cr_assert_eq(make(NULL, "pencil", NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(make("user", NULL, NULL), CMTA_E_ARGUMENT);
}

Test(password_entry, of_scram_refuses_a_password_beyond_unicode_3_2) {
  cr_assert_eq(make("user", "\xdd\xa7", "SCRAM-SHA-1"), CMTA_E_ARGUMENT);
  cr_assert_eq(make("user", "\xdd\xa7", "SCRAM-SHA-256"), CMTA_E_ARGUMENT);
}

Test(password_entry, refuses_schemes_and_iterations_that_there_are_not) {
  static const char *const schemes[] = {"", "MD5", "{PLAIN}", "plain", "SCRAM-SHA-512"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    cr_assert_eq(make("user", "pencil", schemes[i]), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_password_entry(line, sizeof line, "u", "p", NULL, 10000001), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_password_entry(line, sizeof line, "u", "p", "PLAIN", 1), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_password_entry(line, sizeof line, "u", "p", "CRYPT", 1), CMTA_E_ARGUMENT);
}

Test(password_entry, of_crypt_refuses_a_password_that_is_too_long) {
  static char password[1000];
  memset(password, 'x', sizeof password - 1);
  cr_assert_eq(make("user", password, "CRYPT"), CMTA_E_ARGUMENT);
}

Test(password_entry, tells_its_length_where_there_is_no_room) {
  ptrdiff_t whole = make("user", "pencil", "PLAIN");
  cr_assert_eq(cmta_password_entry(NULL, 0, "user", "pencil", "PLAIN", 0), whole);
  cr_assert_eq(cmta_password_entry(line, 5, "user", "pencil", "PLAIN", 0), whole);
  cr_assert_str_eq(line, "user");
  cr_assert_eq(cmta_password_entry(NULL, 5, "user", "pencil", "PLAIN", 0), CMTA_E_ARGUMENT);
}

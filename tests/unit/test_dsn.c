/* SPDX-License-Identifier: MIT */

/* Values of the parameters of DSN: spec/parameter.re. */

#include "engine/command.h"

#include "values.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A value, and what it says. */
struct said {
  const char *text;
  const char *says; /* NULL: it is refused */
};

static void expect_envelope_ids(const struct said *rows) {
  for (; rows->text; rows++)
    cr_expect(says(parameter_envelope_id, 0, rows->text, rows->says), "%s", rows->text);
}

/* Writes type, ';' and address, as they were decoded, in place of the two alone. */
static size_t read_original(struct cmta_slice value, char *text) {
  struct cmta_original_recipient recipient = {0};
  size_t length = parameter_original_recipient(value, text, &recipient);
  if (length == 0)
    return 0;
  cr_assert_eq(length, recipient.type.length + recipient.address.length);
  memmove(text + recipient.type.length + 1, recipient.address.at, recipient.address.length);
  text[recipient.type.length] = ';';
  return length + 1;
}

static void expect_originals(const struct said *rows) {
  for (; rows->text; rows++)
    cr_expect(says(read_original, 0, rows->text, rows->says), "%s", rows->text);
}

static bool read_return(struct cmta_slice value, int64_t *number) {
  enum cmta_return returns = CMTA_RETURN_NOT_GIVEN;
  bool valid = parameter_return(value, &returns);
  *number = returns;
  return valid;
}

static bool read_notify(struct cmta_slice value, int64_t *number) {
  unsigned notify = 0;
  bool valid = parameter_notify(value, &notify);
  *number = notify;
  return valid;
}

Test(ret, is_full_or_hdrs_in_any_case) {
  expect_numbers(read_return, (const struct number[]){
                                  {"FULL", CMTA_RETURN_FULL},
                                  {"full", CMTA_RETURN_FULL},
                                  {"HDRS", CMTA_RETURN_HEADERS},
                                  {"hDrS", CMTA_RETURN_HEADERS},
                                  {0},
                              });
  expect_no_numbers(read_return,
                    (const char *const[]){"", "FUL", "FULLX", "FULL,HDRS", "HDRS;", "HEADERS",
                                          "+46ULL", "FULL\t", "\xc3\xbc", NULL});
}

Test(envid, is_xtext_of_printable_ascii) {
  expect_envelope_ids((const struct said[]){
      {"QQ314159", "QQ314159"},
      {"QQ+40314159", "QQ@314159"},
      {"!~+2B+3D+20+7E", "!~+= ~"},
      {"+21", "!"},
      {"", NULL},
      {"+1F", NULL},
      {"+7F", NULL},
      {"+00", NULL},
      {"+0A", NULL},
      {"a+0D+0Ab", NULL},
      {"+09", NULL},
      {"+80", NULL},
      {"+C3+BC", NULL},
      {"+FF", NULL},
      {"+2b", NULL},
      {"+2", NULL},
      {"a+", NULL},
      {"++", NULL},
      {"+G0", NULL},
      {"a=b", NULL},
      {"a b", NULL},
      {"\xc3\xbc", NULL},
      {0},
  });
}

Test(envid, has_100_octets_at_most) {
  char *longest = repeated("", 'x', 100, ""), *longer = repeated("", 'x', 101, "");
  char *encoded = repeated("", 'x', 97, "+20"), *says = repeated("", 'x', 97, " ");
  char *broken = repeated("", 'x', 98, "+2");
  expect_envelope_ids((const struct said[]){
      {longest, longest}, {longer, NULL}, {encoded, says}, {broken, NULL}, {0}});
  free(longest);
  free(longer);
  free(encoded);
  free(says);
  free(broken);
}

/* A word may come twice: a list of RFC 822 says so, and what is valid must not be refused
 * (RFC 3461 section 5.1). */
Test(notify, is_never_or_a_list) {
  const int64_t all = CMTA_NOTIFY_SUCCESS | CMTA_NOTIFY_FAILURE | CMTA_NOTIFY_DELAY;
  expect_numbers(read_notify, (const struct number[]){
                                  {"NEVER", CMTA_NOTIFY_NEVER},
                                  {"never", CMTA_NOTIFY_NEVER},
                                  {"SUCCESS", CMTA_NOTIFY_SUCCESS},
                                  {"FAILURE", CMTA_NOTIFY_FAILURE},
                                  {"DELAY", CMTA_NOTIFY_DELAY},
                                  {"success,FAILURE,Delay", all},
                                  {"DELAY,FAILURE,SUCCESS", all},
                                  {"SUCCESS,SUCCESS", CMTA_NOTIFY_SUCCESS},
                                  {"DELAY,FAILURE,DELAY,SUCCESS", all},
                                  {0},
                              });
  expect_no_numbers(read_notify,
                    (const char *const[]){"", ",", "NEVER,DELAY", "DELAY,NEVER", "NEVER,NEVER",
                                          "DELAY,", ",DELAY", "SUCCESS,,DELAY", "NEVERX", "NEVE",
                                          "X", "SUCCESS;DELAY", "SUCCESS,X", "SUCCESS FAILURE",
                                          "SUCCESS, FAILURE", "SUCCESS+2CDELAY", NULL});
}

Test(orcpt, is_a_type_and_xtext) {
  expect_originals((const struct said[]){
      {"rfc822;bob@example.com", "rfc822;bob@example.com"},
      {"RFC822;e+3Dmc2@example.com", "RFC822;e=mc2@example.com"},
      {"rfc822;+22a+20b+22@example.com", "rfc822;\"a b\"@example.com"},
      {"x400;/C=", NULL},
      {"x400;/C+3Dus/", "x400;/C=us/"},
      {"x-y!#$%&'*/?^_`{|}~;a", "x-y!#$%&'*/?^_`{|}~;a"},
      {"rfc822;a;b", "rfc822;a;b"},
      {"rfc822;George+20@Tax-+20ME+20.GOV", "rfc822;George @Tax- ME .GOV"},
      {"rfc822;+3Ca@b+3E", "rfc822;<a@b>"}, /* What an address is, only its type could say. */
      {"rfc822;<>", "rfc822;<>"},
      {"rfc822;;", "rfc822;;"},
      {"rfc822;\\x{F6}", "rfc822;\\x{F6}"},
      {"rfc822;", NULL},
      {"rfc822", NULL},
      {";a", NULL},
      {"", NULL},
      {"rfc.822;a", NULL},
      {"rfc@822;a", NULL},
      {"rfc822;+0A", NULL},
      {"rfc822;+7F", NULL},
      {"rfc822;+C3+B6", NULL},
      {"rfc822;\xc3\xb6", NULL},
      {"rfc822;+2b", NULL},
      {"rfc822;a+", NULL},
      {"rfc822;++", NULL},
      {"++", NULL},
      {";", NULL},
      {0},
  });
}

Test(orcpt, has_500_octets_at_most) {
  char *longest = repeated("rfc822;", 'x', 493, ""), *longer = repeated("rfc822;", 'x', 494, "");
  char *type = repeated("", 't', 498, ";a");
  expect_originals((const struct said[]){{longest, longest}, {longer, NULL}, {type, type}, {0}});
  free(longest);
  free(longer);
  free(type);
}

/* RFC 6533 section 3: borders of each form of HEXPOINT. */
Test(orcpt, decodes_what_rfc_6533_embeds) {
  expect_originals((const struct said[]){
      {"utf-8;bob@example.com", "utf-8;bob@example.com"},
      {"UTF-8;e\\x{3D}mc2@example.com", "UTF-8;e=mc2@example.com"},
      {"utf-8;\\x{2B}\\x{20}\\x{5C}\\x{3d}", "utf-8;+ \\="},
      {"utf-8;\\x{80}\\x{FF}\\x{ff}", "utf-8;\xc2\x80\xc3\xbf\xc3\xbf"},
      {"utf-8;\\x{100}\\x{7FF}\\x{800}\\x{FFF}", "utf-8;\xc4\x80\xdf\xbf\xe0\xa0\x80\xe0\xbf\xbf"},
      {"utf-8;\\x{1000}\\x{D7FF}\\x{E000}\\x{FFFF}",
       "utf-8;\xe1\x80\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
      {"utf-8;\\x{10000}\\x{FFFFF}\\x{100000}\\x{10FFFF}",
       "utf-8;\xf0\x90\x80\x80\xf3\xbf\xbf\xbf\xf4\x80\x80\x80\xf4\x8f\xbf\xbf"},
      {0},
  });
}

Test(orcpt, embeds_no_more_than_rfc_6533_says) {
  static const char *const points[] = {
      "01",     "09",      "10",   "11",   "19",    "7F",    "7f",     "",       "0",
      "00",     "0A",      "0D",   "1F",   "1A",    "21",    "2A",     "2C",     "3C",
      "3E",     "61",      "7E",   "5B",   "D800",  "DBFF",  "DC00",   "DFFF",   "d800",
      "dfff",   "080",     "00F6", "0F6F", "00000", "01000", "0FFFFF", "110000", "200000",
      "FFFFFF", "1000000", "G0",   "8 0",  "-80",   "8",     NULL};
  for (const char *const *point = points; *point; point++) {
    char text[64] = "utf-8;\\x{";
    strcat(strcat(text, *point), "}");
    cr_expect(says(read_original, 0, text, NULL), "%s", text);
  }
}

Test(orcpt, has_no_backslash_plus_or_equals_in_utf_8) {
  expect_originals((const struct said[]){{"utf-8;", NULL},
                                         {"utf-8;a+2Bb", NULL},
                                         {"utf-8;a+b", NULL},
                                         {"utf-8;a=b", NULL},
                                         {"utf-8;\\", NULL},
                                         {"utf-8;\\\\", NULL},
                                         {"utf-8;\\x", NULL},
                                         {"utf-8;\\x{", NULL},
                                         {"utf-8;\\x{F6", NULL},
                                         {"utf-8;\\x{}", NULL},
                                         {"utf-8;\\X{F6}", NULL},
                                         {"utf-8;\\u{F6}", NULL},
                                         {"utf-8;a}b{", "utf-8;a}b{"},
                                         {"utf-8;\\x{F6}}", "utf-8;\xc3\xb6}"},
                                         {0}});
}

Test(orcpt, may_be_utf_8_itself) {
  expect_originals((const struct said[]){
      {"utf-8;j\xc3\xb6rg@example.com", "utf-8;j\xc3\xb6rg@example.com"},
      {"utf-8;\xf4\x8f\xbf\xbf\\x{F6}", "utf-8;\xf4\x8f\xbf\xbf\xc3\xb6"},
      {"utf-8;\xc3", NULL},
      {"utf-8;\x80", NULL},
      {"utf-8;\xc0\xaf", NULL},
      {"utf-8;\xe0\x80\xaf", NULL},
      {"utf-8;\xed\xa0\x80", NULL},
      {"utf-8;\xf4\x90\x80\x80", NULL},
      {"utf-8;\xff", NULL},
      {0},
  });
}

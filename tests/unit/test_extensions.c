/* SPDX-License-Identifier: MIT */

/* spec/command.re: the commands of extensions, LHLO, BDAT, ETRN, XCLIENT and XFORWARD. All others
 * are test_command.c's. */

#include "engine/command.h"
#include "event.h"

#include "exact.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* What comes of one line, which is read in memory of just its size; its slices point into that. */
static int read_line(struct exact *line, const char *text, struct command *command) {
  *line = exact_line(text);
  return command_parse(line->at, line->length, 0, command);
}

/* Each line is this command, and its argument all that stands behind the verb and one blank. */
static void expect_whole(int verb, const char *const *lines) {
  for (; *lines; lines++) {
    struct exact line;
    struct command command;
    cr_expect_eq(read_line(&line, *lines, &command), verb, "%s", *lines);
    cr_expect(slice_is(command.argument, strchr(*lines, ' ') + 1), "%s", *lines);
    free(line.at);
  }
}

/* Each line is malformed, and known as this verb all the same. */
static void expect_none(int verb, const char *const *lines) {
  for (; *lines; lines++) {
    struct exact line;
    struct command command;
    cr_expect_eq(read_line(&line, *lines, &command), COMMAND_SYNTAX, "%s", *lines);
    cr_expect_eq(command.verb, verb, "%s", *lines);
    free(line.at);
  }
}

Test(lhlo, takes_what_ehlo_takes) {
  expect_whole(LHLO, (const char *const[]){"LHLO localhost", "lhlo mail.example.com",
                                           "LHLO [192.0.2.1]", "LHLO [IPv6:2001:db8::1]", NULL});
  expect_none(LHLO, (const char *const[]){"LHLO", "LHLO ", "LHLO a.example b.example",
                                          "LHLO a_b.example", "LHLO [2001:db8::1]", NULL});
}

/* RFC 1985 sections 5 and 5.3, with its examples. */
Test(etrn, takes_a_domain_one_with_an_at_or_the_name_of_a_queue) {
  expect_whole(ETRN,
               (const char *const[]){"ETRN uu.net", "etrn foo.com", "ETRN @foo.com", "ETRN #uucp",
                                     "ETRN x", "ETRN 3com.example", "ETRN a-b.example", "ETRN @x",
                                     "ETRN #@foo.com", "ETRN #a.b:c/d_e", NULL});
}

Test(etrn, takes_nothing_else) {
  expect_none(ETRN, (const char *const[]){"ETRN",
                                          "ETRN ",
                                          "ETRN @",
                                          "ETRN #",
                                          "ETRN @@a.b",
                                          "ETRN @#a",
                                          "ETRN @ a.b",
                                          "ETRN # a",
                                          "ETRN a.b c.d",
                                          "ETRN a.b @c.d",
                                          "ETRN a@b.example",
                                          "ETRN <a.b>",
                                          "ETRN \"a\"",
                                          "ETRN \"\"",
                                          "ETRN [192.0.2.1]",
                                          "ETRN @[192.0.2.1]",
                                          "ETRN .a.b",
                                          "ETRN a.b.",
                                          "ETRN a..b",
                                          "ETRN -a.b",
                                          "ETRN a-.b",
                                          "ETRN a_b.c",
                                          "ETRN *",
                                          "ETRN #a b",
                                          "ETRN #a\"b",
                                          "ETRN #a##b",
                                          "ETRN #a\tb",
                                          "ETRN \ta.b",
                                          "ETRN a.b\t",
                                          "ETRN b\xc3\xbc.c",
                                          "ETRN #\xc3\xbc",
                                          NULL});
}

Test(etrn, has_blanks_around_its_argument) {
  struct exact line;
  struct command command;
  cr_expect_eq(read_line(&line, "ETRN   @foo.com  ", &command), ETRN);
  cr_expect(slice_is(command.argument, "@foo.com"));
  free(line.at);
}

Test(etrn, has_labels_of_63_octets_at_most) {
  char *longest = repeated("ETRN @", 'a', 63, ".b"), *longer = repeated("ETRN @", 'a', 64, ".b");
  expect_whole(ETRN, (const char *const[]){longest, NULL});
  expect_none(ETRN, (const char *const[]){longer, NULL});
  free(longest);
  free(longer);
}

/* RFC 3030 section 2. */
Test(bdat, takes_a_size_and_perhaps_last) {
  static const struct {
    const char *line;
    uint64_t size;
    bool last;
  } rows[] = {{"BDAT 0", 0, false},
              {"BDAT 100000", 100000, false},
              {"bdat 324 last", 324, true},
              {"BDAT 0 LAST", 0, true},
              {"BDAT   007   LaSt  ", 7, true},
              {"BDAT 1  ", 1, false},
              {"BDAT 18446744073709551615 LAST", UINT64_MAX, true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct exact line;
    struct command command;
    cr_expect_eq(read_line(&line, rows[i].line, &command), BDAT, "%s", rows[i].line);
    cr_expect_eq(command.chunk_size, rows[i].size, "%s", rows[i].line);
    cr_expect_eq(command.last, rows[i].last, "%s", rows[i].line);
    free(line.at);
  }
}

Test(bdat, takes_nothing_else) {
  expect_none(BDAT, (const char *const[]){"BDAT",
                                          "BDAT ",
                                          "BDAT LAST",
                                          "BDAT LAST 5",
                                          "BDAT 5LAST",
                                          "BDAT 5x LAST",
                                          "BDAT 5 LASTS",
                                          "BDAT 5 LAS",
                                          "BDAT 5 LAST LAST",
                                          "BDAT 5 6",
                                          "BDAT -1",
                                          "BDAT +1",
                                          "BDAT 1.0",
                                          "BDAT 1,000",
                                          "BDAT 0x10",
                                          "BDAT 1e3",
                                          "BDAT 5\tLAST",

                                          "BDAT 5 \"LAST\"",
                                          "BDAT <5>",
                                          "BDAT 18446744073709551616",
                                          "BDAT 99999999999999999999 LAST",
                                          NULL});
}

/* XCLIENT_README and XFORWARD_README of Postfix: which attributes there are is not known here. */
Test(attributes, are_names_with_values_in_xtext) {
  static const char *const lines[] = {
      "XCLIENT ADDR=192.0.2.1",          "xclient name=a.example addr=IPV6:2001:db8::1",
      "XCLIENT NAME=[UNAVAILABLE]",      "XCLIENT  HELO=a+2Bb   PROTO=ESMTP  ",
      "XFORWARD SOURCE=LOCAL IDENT=4f",  "XFORWARD NAME=a HELO=b NAME=c",
      "XFORWARD X=!~*,-./:;<>?@[]_`{|}", NULL};
  for (const char *const *text = lines; *text; text++) {
    struct exact line;
    struct command command;
    int verb = read_line(&line, *text, &command);
    cr_expect(verb == XCLIENT || verb == XFORWARD, "%s", *text);
    cr_expect(slice_is(command.parameters, strchr(*text, ' ')), "%s", *text);
    free(line.at);
  }
}

Test(attributes, are_nothing_else) {
  expect_none(XCLIENT,
              (const char *const[]){
                  "XCLIENT", "XCLIENT ", "XCLIENT ADDR", "XCLIENT ADDR=", "XCLIENT =a",
                  "XCLIENT ADDR=a NAME", "XCLIENT ADDR = a", "XCLIENT ADDR= a", "XCLIENT ADDR=a=b",
                  "XCLIENT ADDR=a+b", "XCLIENT ADDR=a+2b", "XCLIENT ADDR=a+", "XCLIENT ADDR1=a",
                  "XCLIENT AD-DR=a", "XCLIENT ADDR=a\tNAME=b", "XCLIENT ADDR=\xc3\xbc", NULL});
  expect_none(XFORWARD, (const char *const[]){"XFORWARD", "XFORWARD IDENT", "XFORWARD IDENT=+0a",
                                              "XFORWARD IDENT=a,NAME=b=c", NULL});
}

Test(extensions, have_verbs_that_are_no_beginnings_of_others) {
  static const char *const lines[] = {"LHLOS a",     "BDAT\t5", "BDATA 5", "BDA 5",
                                      "ETRNS a",     "ETR a",   "BDAT5",   "XCLIENTS A=b",
                                      "XFORWARDA=b", NULL};
  for (const char *const *text = lines; *text; text++) {
    struct exact line;
    struct command command;
    cr_expect_eq(read_line(&line, *text, &command), COMMAND_UNKNOWN, "%s", *text);
    free(line.at);
  }
}

/* Every beginning of a line is a line of its own here: none may make the grammar read on. */
Test(extensions, have_lines_that_are_read_within_their_bounds) {
  static const char *const lines[] = {"LHLO [IPv6:2001:db8::1]", "ETRN @a.example", "ETRN #queue",
                                      "BDAT 4096 LAST", "XCLIENT NAME=a+2Bb ADDR=192.0.2.1"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    for (size_t length = 0; length <= strlen(lines[i]); length++) {
      struct exact line = exact_bytes(lines[i], length);
      struct command command;
      int verdict = command_parse(line.at, line.length, 0, &command);
      cr_expect(verdict > 0 || verdict == COMMAND_SYNTAX || verdict == COMMAND_UNKNOWN, "%.*s",
                (int)length, lines[i]);
      free(line.at);
    }
}

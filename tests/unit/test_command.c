/* SPDX-License-Identifier: MIT */

/* spec/command.re: which lines are commands, and what is found in them. What is a valid path is
 * test_address.c's matter. */

#include "engine/command.h"
#include "event.h"

#include "exact.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A line and what command_parse() shall make of it. */
struct row {
  const char *line;
  int verdict; /* an event, or a command_fault */
  const char *argument;
  const char *address;
  const char *parameters;
  unsigned manner;
  bool utf8;
};

static void expect_row(const struct row *row) {
  struct exact line = exact_line(row->line);
  struct command command;
  int verdict = command_parse(line.at, line.length, row->manner, &command);
  cr_expect_eq(verdict, row->verdict, "%s: %d, not %d", row->line, verdict, row->verdict);
  if (verdict > 0) {
    cr_expect_eq(command.verb, verdict, "verb of %s", row->line);
    cr_expect(slice_is(command.argument, row->argument), "argument of %s", row->line);
    cr_expect(slice_is(command.path.address, row->address), "address of %s", row->line);
    cr_expect(slice_is(command.parameters, row->parameters), "parameters of %s", row->line);
    cr_expect_eq(command.utf8, row->utf8, "utf8 of %s", row->line);
  }
  free(line.at);
}

/* Checks rows up to the one without a line. */
static void expect_rows(const struct row *rows) {
  for (; rows->line; rows++)
    expect_row(rows);
}

Test(command, all_that_follows_a_verb_is_shown_whatever_the_verb) {
  static const struct {
    const char *line, *rest;
  } rows[] = {{"MAIL FROM:<a@b> SIZE=1  ", "FROM:<a@b> SIZE=1"},
              {"RCPT  TO:<a@b>", "TO:<a@b>"},
              {"VRFY a SMTPUTF8", "a SMTPUTF8"},
              {"DATA now", "now"},
              {"RSET", ""},
              {"FNORD  of  two ", "of  two"},
              {"TURN", ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct exact line = exact_line(rows[i].line);
    struct command command;
    command_parse(line.at, line.length, 0, &command);
    cr_expect(slice_is(command.rest, rows[i].rest), "%s", rows[i].line);
    free(line.at);
  }
}

Test(command, verbs_are_known_in_any_case_of_letters) {
  expect_rows((const struct row[]){
      {"EHLO a.example", .verdict = EHLO, .argument = "a.example"},
      {"ehlo a.example", .verdict = EHLO, .argument = "a.example"},
      {"hElO a.example", .verdict = HELO, .argument = "a.example"},
      {"mail from:<a@b>", .verdict = MAIL, .address = "a@b"},
      {"RCPT To:<a@b>", .verdict = RCPT, .address = "a@b"},
      {"data", .verdict = DATA},
      {"Rset", .verdict = RSET},
      {"nOOP", .verdict = NOOP},
      {"vrfy a", .verdict = VRFY, .argument = "a"},
      {"ExPn list", .verdict = EXPN, .argument = "list"},
      {"help", .verdict = HELP},
      {"quiT", .verdict = QUIT},
      {0},
  });
}

Test(command, obsolete_verbs_of_rfc_821_are_unimplemented) {
  expect_rows((const struct row[]){
      {"SEND FROM:<a@b>", .verdict = COMMAND_UNIMPLEMENTED},
      {"soml from:<a@b>", .verdict = COMMAND_UNIMPLEMENTED},
      {"SAML", .verdict = COMMAND_UNIMPLEMENTED},
      {"TURN", .verdict = COMMAND_UNIMPLEMENTED},
      {0},
  });
}

Test(command, what_begins_with_no_verb_is_unknown) {
  expect_rows((const struct row[]){
      {"", .verdict = COMMAND_UNKNOWN},
      {" ", .verdict = COMMAND_UNKNOWN},
      {" NOOP", .verdict = COMMAND_UNKNOWN},
      {"NOO", .verdict = COMMAND_UNKNOWN},
      {"NOOPS", .verdict = COMMAND_UNKNOWN},
      {"NOOP: x", .verdict = COMMAND_UNKNOWN},
      {"NOOP\tx", .verdict = COMMAND_UNKNOWN},
      {"DATA_", .verdict = COMMAND_UNKNOWN},
      {"MAILFROM:<a@b>", .verdict = COMMAND_UNKNOWN},
      {"MAIL:<a@b>", .verdict = COMMAND_UNKNOWN},
      {"GET / HTTP/1.1", .verdict = COMMAND_UNKNOWN},
      {"TURNS", .verdict = COMMAND_UNKNOWN},
      {0},
  });
}

Test(command, trailing_blanks_are_no_argument) {
  expect_rows((const struct row[]){
      {"DATA ", .verdict = DATA},
      {"QUIT   ", .verdict = QUIT},
      {"NOOP ", .verdict = NOOP},
      {"EHLO a.example  ", .verdict = EHLO, .argument = "a.example"},
      {"VRFY a  ", .verdict = VRFY, .argument = "a"},
      {"MAIL FROM:<a@b>  ", .verdict = MAIL, .address = "a@b", .parameters = "  "},
      {"RCPT TO:<a@b> ", .verdict = RCPT, .address = "a@b", .parameters = " "},
      {"HELP MAIL  ", .verdict = HELP, .argument = "MAIL"},
      {0},
  });
}

Test(command, data_rset_and_quit_take_no_argument) {
  expect_rows((const struct row[]){
      {"DATA now", .verdict = COMMAND_SYNTAX},
      {"RSET x", .verdict = COMMAND_SYNTAX},
      {"QUIT .", .verdict = COMMAND_SYNTAX},
      {"QUIT \t", .verdict = COMMAND_SYNTAX},
      {0},
  });
}

Test(command, noop_and_help_take_any_ascii_text) {
  expect_rows((const struct row[]){
      {"NOOP  two  words ", .verdict = NOOP, .argument = "two  words"},
      {"NOOP a\tb", .verdict = NOOP, .argument = "a\tb"},
      {"HELP <>@:;\\\"", .verdict = HELP, .argument = "<>@:;\\\""},
      {"NOOP \xc3\xa4", .verdict = COMMAND_SYNTAX, .manner = COMMAND_UTF8},
      {"HELP \xc3\xa4", .verdict = COMMAND_SYNTAX, .manner = COMMAND_UTF8},
      {0},
  });
}

Test(command, hello_takes_exactly_one_domain_or_literal) {
  expect_rows((const struct row[]){
      {"EHLO localhost", .verdict = EHLO, .argument = "localhost"},
      {"EHLO   mail.example.com", .verdict = EHLO, .argument = "mail.example.com"},
      {"HELO [192.0.2.1]", .verdict = HELO, .argument = "[192.0.2.1]"},
      {"EHLO [IPv6:2001:db8::1]", .verdict = EHLO, .argument = "[IPv6:2001:db8::1]"},
      {"EHLO", .verdict = COMMAND_SYNTAX},
      {"EHLO ", .verdict = COMMAND_SYNTAX},
      {"HELO", .verdict = COMMAND_SYNTAX},
      {"EHLO a.example b.example", .verdict = COMMAND_SYNTAX},
      {"EHLO a_b.example", .verdict = COMMAND_SYNTAX},
      {"EHLO [2001:db8::1]", .verdict = COMMAND_SYNTAX},
      {"EHLO b\xc3\xbc.example", .verdict = COMMAND_SYNTAX, .manner = COMMAND_UTF8},
      {0},
  });
}

Test(command, mail_needs_from_and_rcpt_needs_to) {
  expect_rows((const struct row[]){
      {"MAIL", .verdict = COMMAND_SYNTAX},
      {"MAIL <a@b>", .verdict = COMMAND_SYNTAX},
      {"MAIL TO:<a@b>", .verdict = COMMAND_SYNTAX},
      {"MAIL FROM <a@b>", .verdict = COMMAND_SYNTAX},
      {"MAIL FROM :<a@b>", .verdict = COMMAND_SYNTAX},
      {"RCPT", .verdict = COMMAND_SYNTAX},
      {"RCPT FROM:<a@b>", .verdict = COMMAND_SYNTAX},
      {"RCPT TO :<a@b>", .verdict = COMMAND_SYNTAX},
      {0},
  });
}

Test(command, a_path_that_is_none_names_its_side) {
  expect_rows((const struct row[]){
      {"MAIL FROM:", .verdict = COMMAND_SENDER},
      {"MAIL FROM:a@b", .verdict = COMMAND_SENDER},
      {"MAIL FROM:<a@b", .verdict = COMMAND_SENDER},
      {"MAIL FROM:<postmaster>", .verdict = COMMAND_SENDER},
      {"RCPT TO:", .verdict = COMMAND_RECIPIENT},
      {"RCPT TO:<a@b@c>", .verdict = COMMAND_RECIPIENT},
      {"RCPT TO:<>", .verdict = COMMAND_RECIPIENT},
      {0},
  });
}

Test(command, the_null_sender_and_postmaster_have_their_places) {
  expect_rows((const struct row[]){
      {"MAIL FROM:<>", .verdict = MAIL},
      {"MAIL FROM:<> BODY=7BIT", .verdict = MAIL, .parameters = " BODY=7BIT"},
      {"RCPT TO:<PostMaster>", .verdict = RCPT, .address = "PostMaster"},
      {0},
  });
}

Test(command, parameters_begin_with_a_blank_behind_the_path) {
  expect_rows((const struct row[]){
      {"MAIL FROM:<a@b> SIZE=1 X", .verdict = MAIL, .address = "a@b", .parameters = " SIZE=1 X"},
      {"RCPT TO:<a@b>  =?", .verdict = RCPT, .address = "a@b", .parameters = "  =?"},
      {"MAIL FROM:<a@b>SIZE=1", .verdict = COMMAND_SYNTAX},
      {"MAIL FROM:<a@b.com>>>", .verdict = COMMAND_SYNTAX},
      {"MAIL FROM:<>>>>>", .verdict = COMMAND_SYNTAX},
      {"RCPT TO:<a@b>\tX", .verdict = COMMAND_SYNTAX},
      {"RCPT TO:<a@b>,<c@d>", .verdict = COMMAND_SYNTAX},
      {0},
  });
}

Test(command, blanks_before_a_path_are_tolerated_unless_strict) {
  expect_rows((const struct row[]){
      {"MAIL FROM: <a@b>", .verdict = MAIL, .address = "a@b"},
      {"RCPT TO:   <a@b>", .verdict = RCPT, .address = "a@b"},
      {"MAIL FROM:<a@b>", .verdict = MAIL, .address = "a@b", .manner = COMMAND_STRICT},
      {"MAIL FROM: <a@b>", .verdict = COMMAND_SENDER, .manner = COMMAND_STRICT},
      {"RCPT TO:   <a@b>", .verdict = COMMAND_RECIPIENT, .manner = COMMAND_STRICT},
      {"RCPT TO:\t<a@b>", .verdict = COMMAND_RECIPIENT},
      {0},
  });
}

Test(command, vrfy_and_expn_need_printable_text) {
  expect_rows((const struct row[]){
      {"VRFY Hello", .verdict = VRFY, .argument = "Hello"},
      {"VRFY \"Hello\\\" Wo\\\\rld\"", .verdict = VRFY, .argument = "\"Hello\\\" Wo\\\\rld\""},
      {"VRFY <a@b>", .verdict = VRFY, .argument = "<a@b>"},
      {"EXPN two words", .verdict = EXPN, .argument = "two words"},
      {"VRFY", .verdict = COMMAND_SYNTAX},
      {"EXPN   ", .verdict = COMMAND_SYNTAX},
      {"VRFY a\tb", .verdict = COMMAND_SYNTAX},
      {0},
  });
}

Test(command, the_last_word_smtputf8_is_a_parameter_of_vrfy_and_expn) {
  expect_rows((const struct row[]){
      {"VRFY a SMTPUTF8", .verdict = VRFY, .argument = "a", .parameters = " SMTPUTF8",
       .manner = COMMAND_UTF8},
      {"VRFY a SMTPUTF8", .verdict = VRFY, .argument = "a SMTPUTF8"},
      {"EXPN two words smtputf8 ", .verdict = EXPN, .argument = "two words",
       .parameters = " smtputf8 ", .manner = COMMAND_UTF8},
      {"VRFY SMTPUTF8", .verdict = VRFY, .argument = "SMTPUTF8", .manner = COMMAND_UTF8},
      {"VRFY SMTPUTF8 a", .verdict = VRFY, .argument = "SMTPUTF8 a", .manner = COMMAND_UTF8},
      {"VRFY aSMTPUTF8", .verdict = VRFY, .argument = "aSMTPUTF8", .manner = COMMAND_UTF8},
      {0},
  });
}

Test(command, utf8_is_understood_only_when_asked_for) {
  expect_rows((const struct row[]){
      {"MAIL FROM:<\xc3\xa4@b>", .verdict = COMMAND_SENDER},
      {"RCPT TO:<a@\xc3\xa4>", .verdict = COMMAND_RECIPIENT},
      {"VRFY \xc3\xa4", .verdict = COMMAND_SYNTAX},
      {"MAIL FROM:<\xc3\xa4@b>", .verdict = MAIL, .address = "\xc3\xa4@b", .manner = COMMAND_UTF8,
       .utf8 = true},
      {"RCPT TO:<a@\xc3\xa4>", .verdict = RCPT, .address = "a@\xc3\xa4", .manner = COMMAND_UTF8,
       .utf8 = true},
      {"VRFY \xc3\xa4 SMTPUTF8", .verdict = VRFY, .argument = "\xc3\xa4", .parameters = " SMTPUTF8",
       .manner = COMMAND_UTF8, .utf8 = true},
      {"VRFY \xc3", .verdict = COMMAND_SYNTAX, .manner = COMMAND_UTF8},
      {"MAIL FROM:<a@b>", .verdict = MAIL, .address = "a@b", .manner = COMMAND_UTF8},
      {0},
  });
}

Test(command, control_bytes_are_in_no_command) {
  static const char *const before[] = {"NOOP ", "HELP x", "VRFY x", "EHLO x", "MAIL FROM:<a@b", ""};
  for (char control = 0; control < 0x20; control++) {
    for (size_t i = 0; i < sizeof before / sizeof *before && control != '\t'; i++) {
      char *text = repeated(before[i], '?', 1, ">");
      size_t length = strlen(text);
      text[length - 2] = control;
      struct exact line = exact_bytes(text, length);
      struct command command;
      int verdict = command_parse(line.at, line.length, COMMAND_UTF8, &command);
      cr_expect_eq(verdict, COMMAND_UNKNOWN, "%s and byte %d", before[i], control);
      free(line.at);
      free(text);
    }
  }
}

Test(command, a_bare_line_feed_does_not_begin_a_second_command) {
  expect_rows((const struct row[]){
      {"NOOP\nRSET", .verdict = COMMAND_UNKNOWN},
      {"NOOP\rRSET", .verdict = COMMAND_UNKNOWN},
      {"NOOP\r", .verdict = COMMAND_UNKNOWN},
      {"NOOP\n", .verdict = COMMAND_UNKNOWN},
      {"MAIL FROM:<a@b>\nRCPT TO:<c@d>", .verdict = COMMAND_UNKNOWN},
      {0},
  });
}

Test(command, verb_and_name_are_told_where_the_rest_is_wrong) {
  static const struct {
    const char *line;
    int verb;
    const char *name;
  } rows[] = {{"Mail x", MAIL, "Mail"}, {"EHLO", EHLO, "EHLO"}, {"quit now", QUIT, "quit"},
              {"XYZZY on", 0, "XYZZY"}, {"send x", 0, "send"},  {"\x01", 0, ""}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct exact line = exact_line(rows[i].line);
    struct command command;
    cr_expect_lt(command_parse(line.at, line.length, 0, &command), 0, "%s", rows[i].line);
    cr_expect_eq(command.verb, rows[i].verb, "verb of %s", rows[i].line);
    cr_expect(slice_is(command.name, rows[i].name), "name of %s", rows[i].line);
    free(line.at);
  }
}

Test(command, a_long_line_is_read_to_its_end_and_no_further) {
  char *argument = repeated("", 'x', 1100, "");
  char *line = repeated("NOOP ", 'x', 1100, "");
  char *unknown = repeated("", 'x', 1100, "");
  expect_rows((const struct row[]){
      {line, .verdict = NOOP, .argument = argument},
      {unknown, .verdict = COMMAND_UNKNOWN},
      {0},
  });
  free(argument);
  free(line);
  free(unknown);
}

/* Every beginning of a line is a line of its own here: none may make the grammar read on. */
Test(command, a_line_cut_anywhere_is_read_within_its_bounds) {
  static const char *const lines[] = {
      "MAIL FROM:<@a,@b:\"q\\\" u\"@[IPv6:1:2::192.0.2.1]> SIZE=1 BODY=8BITMIME",
      "RCPT TO:<\xe5\xad\xab\xe5\xad\x90@\xf0\x9f\x98\x80.example> X=\xc3\xa4",
      "VRFY \xe5\xad\xab SMTPUTF8",
      "EHLO [IPv6:2001:db8:0:0:0:0:0:1]",
  };
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    for (size_t length = 0; length <= strlen(lines[i]); length++) {
      struct exact line = exact_bytes(lines[i], length);
      struct command command;
      int verdict = command_parse(line.at, line.length, COMMAND_UTF8, &command);
      cr_expect(verdict >= COMMAND_RECIPIENT, "%.*s", (int)length, lines[i]);
      free(line.at);
    }
}

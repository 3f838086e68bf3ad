/* SPDX-License-Identifier: MIT */

/* What is read in a message, well formed or not. */

#include "testkit/mime.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct content *read_text(const char *message) {
  struct content *content = content_read((struct cmta_slice){message, strlen(message)});
  cr_assert_not_null(content);
  return content;
}

static void expect_field(const char *message, const char *name, const char *expected) {
  struct content *content = read_text(message);
  const struct content_field *field = content_next(content, NULL, name);
  if (!expected)
    cr_assert_null(field);
  else
    cr_assert(field && strcmp(field->value, expected) == 0, "expected \"%s\", got \"%s\"", expected,
              field ? field->value : "nothing");
  content_free(content);
}

static void expect_text(const char *message, const char *expected) {
  struct content *content = read_text(message);
  cr_assert_str_eq(content->text, expected);
  content_free(content);
}

Test(mime, field_is_found_in_any_case_of_letters) {
  expect_field("From: a@c.example\r\nSUBJECT: one\r\n\r\n", "Subject", "one");
}

Test(mime, field_that_is_not_there_is_none) {
  expect_field("From: a@c.example\r\n\r\nSubject: in the body\r\n", "Subject", NULL);
}

Test(mime, field_is_the_first_of_several) {
  expect_field("Received: 1\r\nReceived: 2\r\n\r\n", "Received", "1");
}

Test(mime, folded_field_is_one_line) {
  expect_field("Subject: one\r\n two\r\n\tthree\r\n\r\n", "Subject", "one two\tthree");
}

Test(mime, encoded_words_are_decoded) {
  expect_field("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?B?/Pw=?= x\r\n\r\n", "Subject",
               "Grüßeüü x");
}

Test(mime, encoded_word_that_is_padded_is_not_the_last) {
  expect_field("Subject: =?utf-8?b?SGVsbG8=?= =?utf-8?b?d29ybGQ=?=\r\n\r\n", "Subject",
               "Helloworld");
  expect_field("Subject: =?utf-8?B?SGVsbG8s?=\r\n =?utf-8?B?IHdvcmxkIQ==?=\r\n"
               " =?utf-8?b?w7w=?=  =?utf-8?q?_x?= y =?utf-8?b?w7w=?=\r\n\r\n",
               "Subject", "Hello, world!ü x y ü");
}

Test(mime, encoded_words_may_divide_a_character) {
  expect_field("Subject: =?utf-8?b?YWLD?= =?utf-8?b?vGFi?=\r\n\r\n", "Subject", "abüab");
}

Test(mime, encoded_word_that_never_ends_stays_with_what_follows) {
  expect_field("Subject: =?utf-8?Q?=C3=BC?= =?utf-8?Q?y z\r\n\r\n", "Subject", "ü =?utf-8?Q?y z");
  expect_field("Subject: =?utf-8?Q?y =?utf-8?Q?z?=\r\n\r\n", "Subject", "y =?utf-8?Q?z");
  expect_field("Subject: =?utf-8?Q?y \xfc =? z\r\n\r\n", "Subject", "=?utf-8?Q?y ü =? z");
}

/* So many of them, where GMime looks for the end of each as far as the field goes. */
static void expect_quick(const char *front, size_t count, const char *back) {
  static const char word[] = "=?x?Q?a";
  size_t length = strlen(front), size = sizeof word - 1;
  char *message = malloc(length + count * size + strlen(back) + 1);
  memcpy(message, front, length);
  for (size_t i = 0; i < count; i++, length += size)
    memcpy(message + length, word, size);
  memcpy(message + length, back, strlen(back) + 1);
  expect_text(message, "x\n");
  free(message);
}

enum { WORDS = 150000 }; /* 1 MiB */

Test(mime, encoded_words_that_never_end_take_no_long_time, .timeout = 60) {
  expect_quick("Subject: ", WORDS * 4, "\r\n\r\nx\r\n");
  expect_quick("Content-Description: ", WORDS, "\r\n\r\nx\r\n");
  expect_quick("Content-Type: text/plain; a=\"", WORDS, "\"\r\n\r\nx\r\n");
}

Test(mime, encoded_words_that_never_end_take_no_long_time_in_parts, .timeout = 60) {
  static const char front[] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
  char fields[128];
  snprintf(fields, sizeof fields, "%sContent-Description: ", front);
  expect_quick(fields, WORDS, "\r\n\r\nx\r\n");
  snprintf(fields, sizeof fields, "%sContent-Type: text/plain; a=\"", front);
  expect_quick(fields, WORDS, "\"\r\n\r\nx\r\n");
}

Test(mime, field_in_utf8_stays) { expect_field("Subject: Grüße\r\n\r\n", "Subject", "Grüße"); }

Test(mime, field_in_latin_1_is_made_utf8) {
  expect_field("Subject: Gr\xfc\xdf\x65\r\n\r\n", "Subject", "Grüße");
}

Test(mime, body_without_mime_is_text) { expect_text("A: b\r\n\r\none\r\ntwo\r\n", "one\ntwo\n"); }

Test(mime, message_without_body_has_no_text) { expect_text("A: b\r\n", ""); }

Test(mime, message_without_a_header_section_is_text) {
  expect_text("Dear Bob,\r\n\r\nthis is it.\r\n", "Dear Bob,\n\nthis is it.\n");
  expect_text("Hello world\r\n", "Hello world\n");
  expect_text("\r\nHello world\r\n", "Hello world\n");
}

Test(mime, line_that_is_no_field_begins_the_text) {
  expect_text("Subject: x\r\nnot a field\r\n\r\nbody\r\n", "not a field\n\nbody\n");
  expect_field("Subject: x\r\nnot a field\r\nTo: y\r\n\r\nbody\r\n", "To", NULL);
  expect_text("Subject : x\r\n\r\nbody\r\n", "body\n");
}

Test(mime, separator_of_an_mbox_file_in_front_is_no_part_of_it) {
  expect_text("From x\r\nSubject: y\r\n\r\nbody\r\n", "body\n");
  expect_field(">From x\r\nSubject: y\r\n\r\nbody\r\n", "Subject", "y");
}

Test(mime, field_with_blanks_before_its_colon_is_no_separator) {
  expect_field("From : me\r\nSubject: y\r\n\r\n", "From", "me");
}

Test(mime, message_of_nothing_has_nothing) {
  expect_text("", "");
  expect_field("", "Subject", NULL);
}

/* As BDAT 0 LAST leaves it. */
Test(mime, message_without_octets_has_nothing) {
  struct content *content = content_read((struct cmta_slice){NULL, 0});
  cr_assert_str_eq(content->text, "");
  cr_assert_eq(content->field_count, 0);
  content_free(content);
}

Test(mime, quoted_printable_in_latin_1_is_decoded) {
  expect_text("Content-Type: text/plain; charset=iso-8859-1\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe =\r\nan alle\r\n",
              "Grüße an alle\n");
}

Test(mime, base64_is_decoded) {
  expect_text("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
              "R3LDvMOfZQ0KbgpuDQo=\r\n",
              "Grüße\nn\nn\n");
}

Test(mime, utf8_without_a_charset_stays) { expect_text("Subject: x\r\n\r\nGrüße\r\n", "Grüße\n"); }

Test(mime, unknown_charset_is_taken_for_utf8) {
  expect_text("Content-Type: text/plain; charset=x-nonsense\r\n\r\nabc\r\n", "abc\n");
}

Test(mime, nul_is_replaced) {
  static const char message[] = "Subject: a\0b\r\n\r\none\0two\r\n";
  struct content *content = content_read((struct cmta_slice){message, sizeof message - 1});
  cr_assert_str_eq(content->fields[0].value, "a b");
  cr_assert_str_eq(content->text, "one\xef\xbf\xbdtwo\n");
  content_free(content);
}

static const char alternatives[] = "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
                                   "--b\r\nContent-Type: text/html\r\n\r\n<p>rich\r\n"
                                   "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
                                   "--b--\r\n";

Test(mime, plain_text_is_preferred) { expect_text(alternatives, "plain"); }

Test(mime, text_of_another_kind_is_text_where_there_is_no_plain) {
  expect_text("Content-Type: text/html\r\n\r\n<p>rich\r\n", "<p>rich\n");
}

Test(mime, parts_follow_each_other_without_attachments) {
  expect_text("Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
              "--b\r\n\r\none\r\n"
              "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nno\r\n"
              "--b\r\nContent-Type: image/png\r\n\r\nno\r\n"
              "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: no\r\n\r\nno\r\n"
              "--b\r\n\r\ntwo\r\n--b--\r\n",
              "one\ntwo");
}

Test(mime, multipart_without_an_end_is_read_so_far) {
  expect_text("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none", "one");
}

Test(mime, multipart_without_a_boundary_is_no_crash) {
  content_free(read_text("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\none"));
}

/* So many multiparts, each in the one before; what stands before the name of the type. */
static char *nested(size_t depth, const char *blank) {
  size_t size = depth * 96 + 64, length = 0;
  char *message = malloc(size);
  for (size_t i = 0; i < depth; i++)
    length += (size_t)snprintf(message + length, size - length,
                               "Content-Type:%smultipart/mixed; boundary=b%zu\r\n\r\n--b%zu\r\n",
                               blank, i, i);
  snprintf(message + length, size - length, "\r\nbottom\r\n");
  return message;
}

Test(mime, text_below_100_multiparts_is_found) {
  char *message = nested(100, " ");
  struct content *content = read_text(message);
  cr_assert_not_null(strstr(content->text, "bottom"));
  content_free(content);
  free(message);
}

Test(mime, depth_of_100000_multiparts_is_shown_as_it_is) {
  static const char *const blanks[] = {" ", "", "\r\n\t"};
  for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
    char *message = nested(100000, blanks[i]);
    struct content *content = read_text(message);
    cr_assert_eq(strncmp(content->text, "--b0\n", 5), 0);
    content_free(content);
    free(message);
  }
}

/* A text about MIME, encoded: two words for a part with parts in it a line. */
Test(mime, text_that_speaks_of_multiparts_is_decoded) {
  static const char line[] = "multipart/mixed or message/rfc822=2E\r\n";
  char message[1 << 14];
  int length =
      snprintf(message, sizeof message, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
  for (int i = 0; i < 150; i++)
    length += snprintf(message + length, sizeof message - (size_t)length, line);
  struct content *content = read_text(message);
  cr_assert_eq(strncmp(content->text, "multipart/mixed or message/rfc822.\n", 35), 0);
  content_free(content);
}

/* What pieces of messages are put together of. */
static const char *const pieces[] = {
    "\r\n",
    "\n",
    "\r",
    ":",
    " ",
    "\t",
    "--b",
    "--b--",
    "--b\r\n",
    "\r\n\r\n",
    "Content-Type: multipart/alternative; boundary=b\r\n",
    "Content-Type: multipart/mixed; boundary=\"\r\n",
    "Content-Type: text/plain; charset*0=utf; charset*1*=%2",
    "Content-Type: text/plain; charset=iso-2022-jp\r\n",
    "Content-Type: message/rfc822\r\n",
    "Content-Type: message/partial; number=1\r\n",
    "Content-Type: /;;==\"(((\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Transfer-Encoding: x-uuencode\r\n",
    "Content-Disposition: attachment; filename*=''\r\n",
    "Content-Disposition: ;\r\n",
    "Subject: =?utf-8?B?",
    "=?x?Q?=",
    "?=",
    "=?=?=?",
    "To: a: b, c;;;, <<>>\r\n",
    "=",
    "=C3",
    "AAAA",
    "\x1b$B",
    "\xff\xfe",
    "begin 644 x\r\nM",
};

enum { PIECES = sizeof pieces / sizeof *pieces };

/* The same messages each time. */
static unsigned next_number(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

Test(mime, nothing_is_a_crash) {
  unsigned state = 1;
  for (int round = 0; round < 3000; round++) {
    char message[2048];
    size_t length = 0;
    for (unsigned i = 0, count = next_number(&state) % 24; i < count; i++) {
      const char *piece = pieces[next_number(&state) % PIECES];
      size_t size = strlen(piece) + (next_number(&state) % 16 == 0); /* its NUL, too, at times */
      memcpy(message + length, piece, size);
      length += size;
    }
    struct content *content = content_read((struct cmta_slice){message, length});
    cr_assert_not_null(content->text);
    content_free(content);
  }
}

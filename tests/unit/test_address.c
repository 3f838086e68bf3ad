/* SPDX-License-Identifier: MIT */

/* spec/address.re: which paths, domains and address literals are valid, and what they are made of.
 */

#include "engine/command.h"

#include "exact.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { REVERSE = 1 << 8 /* beside the manners: a path of MAIL, where <> is one */ };

/* Reads path, followed by CR LF and nothing else in memory. Returns the bytes taken; the slices of
 * *path are compared with wanted before their memory goes, unless wanted is NULL. */
static size_t taken(const char *text, unsigned manner, const char *const wanted[2], bool *utf8) {
  struct exact line = exact_line(text);
  struct cmta_path path;
  size_t length =
      address_parse_path(line.at, manner & REVERSE, manner & ~(unsigned)REVERSE, &path, utf8);
  if (wanted) {
    cr_expect(slice_is(path.local_part, wanted[0]), "local part of %s", text);
    cr_expect(slice_is(path.domain, wanted[1]), "domain of %s", text);
    cr_expect_eq(path.address.length,
                 path.local_part.length + path.domain.length + (path.domain.length > 0),
                 "address of %s", text);
  }
  free(line.at);
  return length;
}

static void expect_path(const char *text, unsigned manner, const char *local, const char *domain) {
  bool utf8 = true;
  size_t length = taken(text, manner, (const char *const[]){local, domain}, &utf8);
  cr_expect_eq(length, strlen(text), "%s is a path of %zu bytes", text, length);
}

static void expect_no_path(const char *text, unsigned manner) {
  bool utf8;
  cr_expect_eq(taken(text, manner, NULL, &utf8), 0, "%s", text);
}

/* Each of the texts, up to NULL, is no path. */
static void expect_no_paths(unsigned manner, const char *const *texts) {
  for (; *texts; texts++)
    expect_no_path(*texts, manner);
}

/* Each of the literals, up to NULL, is one, as a host name and in a mailbox; or is neither. */
static void expect_literals(bool valid, const char *const *literals) {
  for (; *literals; literals++) {
    struct exact line = exact_line(*literals);
    cr_expect_eq(address_is_hello_name(line.at), valid, "%s", *literals);
    free(line.at);
    char *path = repeated("<", 'a', 1, "@");
    char *whole = repeated(path, '?', strlen(*literals), ">");
    memcpy(whole + strlen(path), *literals, strlen(*literals));
    bool utf8;
    cr_expect_eq(taken(whole, 0, NULL, &utf8) > 0, valid, "%s", whole);
    free(whole);
    free(path);
  }
}

static void expect_hello(bool valid, const char *name) {
  struct exact line = exact_line(name);
  cr_expect_eq(address_is_hello_name(line.at), valid, "%s", name);
  free(line.at);
}

Test(address, a_mailbox_is_taken_apart_at_its_at_sign) {
  expect_path("<user@example.com>", 0, "user", "example.com");
  expect_path("<a@b>", 0, "a", "b");
  expect_path("<a.b.c@d.e.f>", 0, "a.b.c", "d.e.f");
  expect_path("<!#$%&'*+-/=?^_`{|}~@x-1.9>", 0, "!#$%&'*+-/=?^_`{|}~", "x-1.9");
}

Test(address, a_path_ends_at_its_bracket) {
  bool utf8;
  cr_expect_eq(taken("<a@b> SIZE=1", 0, NULL, &utf8), 5);
  cr_expect_eq(taken("<a@b>>", 0, NULL, &utf8), 5);
  cr_expect_eq(taken("<>>", REVERSE, NULL, &utf8), 2);
}

Test(address, a_path_needs_both_brackets) {
  expect_no_paths(REVERSE, (const char *const[]){"", " ", "a@b", "<a@b", "a@b>", "<", ">", " <a@b>",
                                                 "< a@b>", "<a@b >", "<<a@b>>", NULL});
}

Test(address, a_dot_string_has_no_empty_atom) {
  expect_no_paths(0, (const char *const[]){"<.a@b>", "<a.@b>", "<a..b@c>", "<.@b>", "<@b>", NULL});
}

Test(address, an_atom_has_no_special_characters) {
  expect_no_paths(0, (const char *const[]){"<a b@c>", "<a,b@c>", "<a(b)@c>", "<a:b@c>", "<a;b@c>",
                                           "<a\\b@c>", "<a[b@c>", "<a\"b\"@c>", "<a\x7f@c>",
                                           "<a\tb@c>", "<a\x01@c>", "<a>b@c>", NULL});
}

Test(address, a_quoted_string_keeps_its_quotes) {
  expect_path("<\"a b\"@c>", 0, "\"a b\"", "c");
  expect_path("<\"\"@c>", 0, "\"\"", "c");
  expect_path("<\"a@b>\"@c>", 0, "\"a@b>\"", "c");
  expect_path("<\"\\\"\\\\\\ \"@c>", 0, "\"\\\"\\\\\\ \"", "c");
  expect_path("<\"@a,@b:<user>\"@d>", 0, "\"@a,@b:<user>\"", "d");
}

Test(address, a_quoted_string_ends_with_a_quote_and_has_no_controls) {
  expect_no_paths(0, (const char *const[]){"<\"a@b>", "<\"a\\\"@b>", "<\"a\"b@c>", "<\"a\".b@c>",
                                           "<\"a\tb\"@c>", "<\"a\\\tb\"@c>", "<\"a\x7f\"@c>",
                                           "<\"a\\\x7f\"@c>", "<\"\"\"@c>", NULL});
}

Test(address, a_domain_is_labels_of_letters_digits_and_inner_hyphens) {
  expect_path("<a@1.2.3.4>", 0, "a", "1.2.3.4");
  expect_path("<a@x--y.xn--z>", 0, "a", "x--y.xn--z");
  expect_no_paths(0, (const char *const[]){"<a@>", "<a>", "<a@.b>", "<a@b.>", "<a@b..c>", "<a@-b>",
                                           "<a@b->", "<a@b-.c>", "<a@b_c>", "<a@b@c>", "<a@b c>",
                                           "<a@b,c>", "<a@\"b\">", "<a@b\x7f>", NULL});
}

Test(address, a_source_route_is_accepted_and_dropped) {
  expect_path("<@a,@b:user@d>", 0, "user", "d");
  expect_path("<@relay.example:\"u\"@[192.0.2.1]>", 0, "\"u\"", "[192.0.2.1]");
  expect_no_paths(0, (const char *const[]){"<@a>", "<@a:>", "<@a,b:u@d>", "<@a, @b:u@d>",
                                           "<@a,:u@d>", "<a:u@d>", "<@a:@b:u@d>",
                                           "<@[192.0.2.1]:u@d>", "<@a:Postmaster>", NULL});
}

Test(address, the_null_path_is_a_reverse_path_only) {
  expect_path("<>", REVERSE, "", "");
  expect_no_path("<>", 0);
  expect_no_path("< >", REVERSE);
}

Test(address, postmaster_without_a_domain_is_a_forward_path_only) {
  expect_path("<Postmaster>", 0, "Postmaster", "");
  expect_path("<pOSTMASTER>", 0, "pOSTMASTER", "");
  expect_path("<postmaster@b>", REVERSE, "postmaster", "b");
  expect_no_path("<Postmaster>", REVERSE);
  expect_no_path("<\"Postmaster\">", 0);
  expect_no_path("<Postmaste>", 0);
}

Test(address, a_local_part_has_at_most_64_octets) {
  char *fits = repeated("<", 'a', 64, "@b>"), *over = repeated("<", 'a', 65, "@b>");
  char *quoted = repeated("<\"", 'a', 62, "\"@b>"),
       *quoted_over = repeated("<\"", 'a', 63, "\"@b>");
  bool utf8;
  cr_expect_gt(taken(fits, 0, NULL, &utf8), 0);
  cr_expect_gt(taken(quoted, 0, NULL, &utf8), 0);
  expect_no_paths(0, (const char *const[]){over, quoted_over, NULL});
  free(fits);
  free(over);
  free(quoted);
  free(quoted_over);
}

Test(address, a_label_has_at_most_63_octets) {
  char *fits = repeated("<a@b.", 'c', 63, ".d>"), *over = repeated("<a@b.", 'c', 64, ".d>");
  char *name = repeated("", 'c', 63, ".d"), *name_over = repeated("", 'c', 64, ".d");
  bool utf8;
  cr_expect_gt(taken(fits, 0, NULL, &utf8), 0);
  expect_no_path(over, 0);
  expect_hello(true, name);
  expect_hello(false, name_over);
  free(fits);
  free(over);
  free(name);
  free(name_over);
}

/* A domain of length octets, in labels of one letter and one of two where the length is even,
 * between before and behind. */
static char *domain_of(const char *before, size_t length, const char *behind) {
  char *text = repeated(before, 'd', length, behind);
  for (size_t dot = 1; dot + 1 < length; dot += 2)
    text[strlen(before) + dot] = '.';
  return text;
}

Test(address, a_domain_has_at_most_255_octets) {
  char *fits = domain_of("", 255, ""), *over = domain_of("", 256, "");
  expect_hello(true, fits);
  expect_hello(false, over);
  free(fits);
  free(over);
}

Test(address, a_path_has_at_most_256_octets_without_its_source_route) {
  char *fits = domain_of("<a@", 252, ">"), *over = domain_of("<a@", 253, ">");
  char *routed = domain_of("<@relay.example:a@", 252, ">");
  bool utf8;
  cr_expect_eq(taken(fits, 0, NULL, &utf8), 256);
  cr_expect_gt(taken(routed, 0, NULL, &utf8), 256);
  expect_no_path(over, 0);
  free(fits);
  free(over);
  free(routed);
}

Test(address, an_ipv4_literal_is_four_numbers_up_to_255) {
  expect_literals(true, (const char *const[]){"[192.0.2.1]", "[0.0.0.0]", "[255.255.255.255]",
                                              "[001.02.3.199]", "[249.250.99.100]", NULL});
  expect_literals(false,
                  (const char *const[]){"[256.0.0.1]", "[1.2.3]", "[1.2.3.4.5]", "[1.2.3.]",
                                        "[.1.2.3]", "[1.2.3.0004]", "[1.2.3.260]", "[1.2.3.4 ]",
                                        "[1.2.3.-4]", "[300.1.1.1]", "[1.2.3.a]", "[]", NULL});
}

Test(address, a_literal_needs_both_brackets) {
  expect_literals(false, (const char *const[]){"[192.0.2.1", "192.0.2.1]", "[[192.0.2.1]]",
                                               "[192.0.2.1]x", "[192.0.2.1].", NULL});
}

Test(address, a_full_ipv6_literal_has_eight_groups) {
  expect_literals(true, (const char *const[]){"[IPv6:1:2:3:4:5:6:7:8]",
                                              "[ipv6:2001:DB8:abcd:0000:0:0:0:fFfF]", NULL});
  expect_literals(false, (const char *const[]){"[IPv6:1:2:3:4:5:6:7]", "[IPv6:1:2:3:4:5:6:7:8:9]",
                                               "[IPv6:1:2:3:4:5:6:7:]", "[IPv6::1:2:3:4:5:6:7:8]",
                                               "[IPv6:12345:2:3:4:5:6:7:8]",
                                               "[IPv6:g:2:3:4:5:6:7:8]", NULL});
}

Test(address, a_compressed_ipv6_literal_has_at_most_six_groups) {
  expect_literals(true,
                  (const char *const[]){"[IPv6:::]", "[IPv6:::1]", "[IPv6:1::]", "[IPv6:fe80::1]",
                                        "[IPv6:::1:2:3:4:5:6]", "[IPv6:1:2:3:4:5:6::]",
                                        "[IPv6:1:2:3::4:5:6]", "[IPv6:1:2:3:4:5::6]", NULL});
  expect_literals(false,
                  (const char *const[]){"[IPv6:::1:2:3:4:5:6:7]", "[IPv6:1:2:3:4:5:6:7::]",
                                        "[IPv6:1:2:3:4::5:6:7]", "[IPv6:1::2::3]", "[IPv6::::]",
                                        "[IPv6:1:::2]", "[IPv6::]", "[IPv6:]", "[IPv6:1:]", NULL});
}

Test(address, an_ipv6_literal_with_ipv4_has_six_groups_before_it) {
  expect_literals(true, (const char *const[]){"[IPv6:1:2:3:4:5:6:192.0.2.1]", NULL});
  expect_literals(false, (const char *const[]){"[IPv6:1:2:3:4:5:192.0.2.1]", "[IPv6:192.0.2.1]",
                                               "[IPv6:1:2:3:4:5:6:7:192.0.2.1]",
                                               "[IPv6:1:2:3:4:5:6:256.0.2.1]",
                                               "[IPv6:1:2:3:4:5:6:192.0.2]", NULL});
}

Test(address, a_compressed_one_with_ipv4_has_at_most_four_groups) {
  expect_literals(true,
                  (const char *const[]){"[IPv6:::192.0.2.1]", "[IPv6:::ffff:192.0.2.1]",
                                        "[IPv6:1:2:3:4::192.0.2.1]", "[IPv6:1::2:3:4:192.0.2.1]",
                                        "[IPv6:1:2::3:4:192.0.2.1]", NULL});
  expect_literals(false, (const char *const[]){"[IPv6:1:2:3:4:5::192.0.2.1]",
                                               "[IPv6:::1:2:3:4:5:192.0.2.1]",
                                               "[IPv6:1:2:3::4:5:192.0.2.1]", "[IPv6:192.0.2.1::]",
                                               "[IPv6:::192.0.2.1:1]", NULL});
}

/* "[IPv6:", groups before and behind "::", then an IPv4 address if so wanted, "]". */
static void compressed(char *literal, unsigned before, unsigned behind, bool with_ipv4) {
  strcpy(literal, "[IPv6:");
  for (unsigned i = 0; i < before; i++)
    strcat(literal, i ? ":f" : "f");
  strcat(literal, "::");
  for (unsigned i = 0; i < behind; i++)
    strcat(literal, i ? ":0" : "0");
  if (with_ipv4)
    strcat(literal, behind ? ":192.0.2.1" : "192.0.2.1");
  strcat(literal, "]");
}

Test(address, groups_are_counted_on_both_sides_of_two_colons) {
  char literal[64];
  for (unsigned before = 0; before < 9; before++)
    for (unsigned behind = 0; behind < 9; behind++) {
      compressed(literal, before, behind, false);
      expect_hello(before + behind <= 6, literal);
      compressed(literal, before, behind, true);
      expect_hello(before + behind <= 4, literal);
    }
}

Test(address, a_literal_with_another_tag_is_refused) {
  expect_literals(false, (const char *const[]){"[x400:abc]", "[IPv4:192.0.2.1]", "[2001:db8::1]",
                                               "[IPv6 2001:db8::1]", "[tag:]", "[abc]", NULL});
}

Test(address, a_hello_name_may_have_blanks_behind_it_and_nothing_else) {
  expect_hello(true, "localhost");
  expect_hello(true, "mail.example.com  ");
  expect_hello(true, "[192.0.2.1] ");
  expect_hello(false, "");
  expect_hello(false, " localhost");
  expect_hello(false, "a b");
  expect_hello(false, "a_b");
  expect_hello(false, "a.");
  expect_hello(false, "a\t");
  expect_hello(false, "b\xc3\xbc");
}

Test(address, utf8_is_valid_in_local_part_and_domain_when_asked_for) {
  expect_path("<\xe5\xad\xab\xe5\xad\x90@\xc3\xa1\xc3\xa9.org>", COMMAND_UTF8,
              "\xe5\xad\xab\xe5\xad\x90", "\xc3\xa1\xc3\xa9.org");
  expect_path("<\"\xc3\xa4 \xf0\x9f\x98\x80\"@b>", COMMAND_UTF8, "\"\xc3\xa4 \xf0\x9f\x98\x80\"",
              "b");
  expect_path("<@\xc3\xa4:a@b>", COMMAND_UTF8, "a", "b");
  expect_no_paths(0, (const char *const[]){"<\xc3\xa4@b>", "<a@\xc3\xa4>", "<\"\xc3\xa4\"@b>",
                                           "<@\xc3\xa4:a@b>", NULL});
}

Test(address, utf8_neither_quoted_by_a_backslash_nor_beside_an_outer_hyphen) {
  expect_no_paths(COMMAND_UTF8, (const char *const[]){"<\"\\\xc3\xa4\"@b>", "<a@-\xc3\xa4>",
                                                      "<a@\xc3\xa4->", "<a@[\xc3\xa4]>", NULL});
}

Test(address, utf8_is_well_formed) {
  static const char *const good[] = {"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80",
                                     "\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf",
                                     "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", NULL};
  static const char *const bad[] = {"\x80",
                                    "\xc3",
                                    "\xc0\xaf",
                                    "\xc1\xbf",
                                    "\xe0\x9f\xbf",
                                    "\xed\xa0\x80",
                                    "\xed\xbf\xbf",
                                    "\xe5\xad",
                                    "\xf0\x8f\xbf\xbf",
                                    "\xf4\x90\x80\x80",
                                    "\xf5\x80\x80\x80",
                                    "\xff",
                                    NULL};
  for (int place = 0; place < 2; place++) {
    const char *before = place ? "<a@" : "<", *behind = place ? ">" : "@b>";
    for (size_t set = 0; set < 2; set++)
      for (const char *const *text = set ? bad : good; *text; text++) {
        char *path = repeated(before, '?', strlen(*text), behind);
        memcpy(path + strlen(before), *text, strlen(*text));
        bool utf8;
        cr_expect_eq(taken(path, COMMAND_UTF8, NULL, &utf8) > 0, set == 0, "%s", path);
        free(path);
      }
  }
}

Test(address, it_is_told_whether_a_path_has_characters_beyond_ascii) {
  bool utf8 = false;
  cr_expect_gt(taken("<\xc3\xa4@b>", COMMAND_UTF8, NULL, &utf8), 0);
  cr_expect(utf8);
  cr_expect_gt(taken("<@\xc3\xa4:a@b>", COMMAND_UTF8, NULL, &utf8), 0);
  cr_expect(utf8, "in the source route");
  cr_expect_gt(taken("<a@b> X=\xc3\xa4", COMMAND_UTF8, NULL, &utf8), 0);
  cr_expect_not(utf8, "behind the path");
}

Test(address, a_label_beyond_ascii_is_counted_in_characters) {
  char fits[5 + 2 * 63 + 2] = "<a@", over[5 + 2 * 64 + 2] = "<a@";
  for (size_t i = 0; i < 64; i++) {
    strcat(over, "\xc3\xa4");
    strcat(fits, i < 63 ? "\xc3\xa4" : ">");
  }
  strcat(over, ">");
  bool utf8;
  cr_expect_gt(taken(fits, COMMAND_UTF8, NULL, &utf8), 0);
  expect_no_path(over, COMMAND_UTF8);
}

/* SPDX-License-Identifier: MIT */

/*
 * Paths, mailboxes, domains and address literals: RFC 5321 sections 4.1.2 and 4.1.3, in their words, and the wider
 * forms of RFC 6531 section 3.3. What RFC 5321 only counts (section 4.5.3.1) is counted in C, below each grammar.
 * Nothing here asks whether a domain exists or may be mailed to.
 */

#include "engine/command.h"

#include "cursor.h"

/* The limits of RFC 5321 section 4.5.3.1.1 to 4.5.3.1.3, in octets, and of RFC 1035 section 2.3.4 for a label. */
enum { MAX_LOCAL_PART = 64, MAX_DOMAIN = 255, MAX_PATH = 256, MAX_LABEL = 63 };

/*!re2c
  !include "core.re";

  // RFC 5321 section 4.1.2

  Let_dig               = ALPHA | DIGIT;
  Ldh_str               = ( Let_dig | "-" )* Let_dig;
  sub_domain            = Let_dig Ldh_str?;
  Domain                = sub_domain ( "." sub_domain )*;
  At_domain             = "@" Domain;
  A_d_l                 = At_domain ( "," At_domain )*;

  atext                 = [-a-zA-Z0-9!#$%&'*+/=?^_`{|}~];    // RFC 5322 section 3.2.3
  Atom                  = atext+;
  Dot_string            = Atom ( "." Atom )*;
  qtextSMTP             = [ !#-[\]-~];                        // %d32-33 / %d35-91 / %d93-126
  quoted_pairSMTP       = "\\" [ -~];                         // %d92 %d32-126
  Quoted_string         = "\"" ( qtextSMTP | quoted_pairSMTP )* "\"";
  Local_part            = Dot_string | Quoted_string;

  // RFC 5321 section 4.1.3: an address-literal by its brackets; address_literal() below reads what is in them.

  dcontent              = [!-Z^-~];                           // %d33-90 / %d94-126
  literal               = "[" dcontent+ "]";
*/

/* What a path is, and for MAILBOX where its parts begin. */
enum path_kind { NO_PATH, NULL_PATH, POSTMASTER, MAILBOX };
struct path_marks {
  const unsigned char *local_part; /* where the mailbox begins, too */
  const unsigned char *domain;     /* behind the '@' */
  const unsigned char *end;        /* behind the '>' */
};

/* Path = "<" [ A-d-l ":" ] Mailbox ">", and the two paths that have no domain. */
static enum path_kind scan_path(const unsigned char *cursor, struct path_marks *marks) {
  const unsigned char *marker, *local_part, *domain;
  /*!stags:re2c:path format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:path

  Mailbox               = @local_part Local_part "@" @domain ( Domain | literal );

  "<>"                            { marks->end = cursor; return NULL_PATH; }
  '<Postmaster>'                  { marks->end = cursor; return POSTMASTER; }
  "<" ( A_d_l ":" )? Mailbox ">"  { *marks = (struct path_marks){local_part, domain, cursor}; return MAILBOX; }
  *                               { return NO_PATH; }

  */
}

/* The same with the extensions of RFC 6531 section 3.3: atext, qtextSMTP and sub-domain hold UTF8-non-ascii. */
static enum path_kind scan_path_utf8(const unsigned char *cursor, struct path_marks *marks) {
  const unsigned char *marker, *local_part, *domain;
  /*!stags:re2c:path_utf8 format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:path_utf8

  UTF8_Let_dig          = Let_dig | UTF8_non_ascii;           // U-label, RFC 5890 section 2.3.2.1
  UTF8_Ldh_str          = ( UTF8_Let_dig | "-" )* UTF8_Let_dig;
  UTF8_sub_domain       = UTF8_Let_dig UTF8_Ldh_str?;
  UTF8_Domain           = UTF8_sub_domain ( "." UTF8_sub_domain )*;
  UTF8_At_domain        = "@" UTF8_Domain;
  UTF8_A_d_l            = UTF8_At_domain ( "," UTF8_At_domain )*;

  UTF8_Atom             = ( atext | UTF8_non_ascii )+;
  UTF8_Dot_string       = UTF8_Atom ( "." UTF8_Atom )*;
  UTF8_Quoted_string    = "\"" ( qtextSMTP | quoted_pairSMTP | UTF8_non_ascii )* "\"";
  UTF8_Local_part       = UTF8_Dot_string | UTF8_Quoted_string;
  Mailbox               = @local_part UTF8_Local_part "@" @domain ( UTF8_Domain | literal );

  "<>"                            { marks->end = cursor; return NULL_PATH; }
  '<Postmaster>'                  { marks->end = cursor; return POSTMASTER; }
  "<" ( UTF8_A_d_l ":" )? Mailbox ">"  { *marks = (struct path_marks){local_part, domain, cursor}; return MAILBOX; }
  *                               { return NO_PATH; }

  */
}

/* True when text begins with an address-literal (RFC 5321 section 4.1.3). Other tags than IPv6 are refused: IANA has
 * registered none. */
static bool address_literal(const unsigned char *cursor) {
  const unsigned char *marker;
  /*!local:re2c

  Snum                  = DIGIT{1,2} | [01] DIGIT{2} | "2" [0-4] DIGIT | "25" [0-5];   // 0 to 255
  IPv4                  = Snum ( "." Snum ){3};

  // Where RFC 5321 says how many groups may stand beside "::", each line is one count of those before it.

  hex                   = HEXDIG{1,4};
  IPv6_full             = hex ( ":" hex ){7};
  IPv6_comp             =                   "::" ( hex ( ":" hex ){0,5} )?
                        | hex               "::" ( hex ( ":" hex ){0,4} )?
                        | hex ( ":" hex ){1} "::" ( hex ( ":" hex ){0,3} )?
                        | hex ( ":" hex ){2} "::" ( hex ( ":" hex ){0,2} )?
                        | hex ( ":" hex ){3} "::" ( hex ( ":" hex ){0,1} )?
                        | hex ( ":" hex ){4} "::" hex?
                        | hex ( ":" hex ){5} "::";
  IPv6v4_full           = ( hex ":" ){6} IPv4;
  IPv6v4_comp           =                    "::" ( hex ":" ){0,4} IPv4
                        | hex                "::" ( hex ":" ){0,3} IPv4
                        | hex ( ":" hex ){1} "::" ( hex ":" ){0,2} IPv4
                        | hex ( ":" hex ){2} "::" ( hex ":" ){0,1} IPv4
                        | hex ( ":" hex ){3} "::" IPv4;
  IPv6_addr             = IPv6_full | IPv6_comp | IPv6v4_full | IPv6v4_comp;

  "["         IPv4      "]"       { return true; }
  "[" 'IPv6:' IPv6_addr "]"       { return true; }
  *                               { return false; }

  */
}

/* True when each label fits. Counted in characters, which are octets in ASCII: the limit is that of the A-label, which
 * is longer than its U-label in characters but may be shorter in octets (RFC 5890 section 4.2). */
static bool labels_fit(const unsigned char *domain, const unsigned char *end) {
  size_t characters = 0;
  for (const unsigned char *at = domain; at < end; at++) {
    if (*at == '.')
      characters = 0;
    else if ((*at & 0xc0) != 0x80 && ++characters > MAX_LABEL)
      return false;
  }
  return true;
}

/* True when what the grammar took for a domain or for brackets is a valid one of its kind. */
static bool domain_fits(const unsigned char *domain, const unsigned char *end) {
  if (*domain == '[')
    return address_literal(domain);
  return end - domain <= MAX_DOMAIN && labels_fit(domain, end);
}

/* True when the mailbox keeps the limits. A source route is dropped by whoever reads the path (RFC 5321 appendix C), so
 * that it counts for nothing: MAX_PATH is for the mailbox in its brackets. */
static bool mailbox_fits(const struct path_marks *marks) {
  const unsigned char *end = marks->end - 1;
  return marks->domain - 1 - marks->local_part <= MAX_LOCAL_PART &&
         end - marks->local_part + 2 <= MAX_PATH && domain_fits(marks->domain, end);
}

/* True when there are bytes above 127 from `from` to `to`. */
static bool beyond_ascii(const unsigned char *from, const unsigned char *to) {
  while (from < to && *from < 0x80)
    from++;
  return from < to;
}

/* Fills path from the marks; false where this kind of path has no place, or does not keep the limits. */
static bool take_path(enum path_kind kind, const unsigned char *begin,
                      const struct path_marks *marks, bool null_allowed, struct cmta_path *path) {
  *path = (struct cmta_path){0};
  switch (kind) {
  case NULL_PATH:
    path->address = path->local_part = path->domain = cursor_slice(begin + 1, begin + 1);
    return null_allowed;
  case POSTMASTER:
    path->address = path->local_part = cursor_slice(begin + 1, marks->end - 1);
    path->domain = cursor_slice(marks->end - 1, marks->end - 1);
    return !null_allowed;
  case MAILBOX:
    path->address = cursor_slice(marks->local_part, marks->end - 1);
    path->local_part = cursor_slice(marks->local_part, marks->domain - 1);
    path->domain = cursor_slice(marks->domain, marks->end - 1);
    return mailbox_fits(marks);
  default:
    return false;
  }
}

size_t address_parse_path(const char *text, bool null_allowed, unsigned manner,
                          struct cmta_path *path, bool *utf8) {
  const unsigned char *begin = cursor_at(text);
  struct path_marks marks = {0};
  enum path_kind kind =
      manner & COMMAND_UTF8 ? scan_path_utf8(begin, &marks) : scan_path(begin, &marks);
  if (!take_path(kind, begin, &marks, null_allowed, path))
    return 0;
  *utf8 = beyond_ascii(begin, marks.end);
  return (size_t)(marks.end - begin);
}

bool address_is_hello_name(const char *text) {
  const unsigned char *cursor = cursor_at(text), *begin = cursor, *marker, *end;
  /*!stags:re2c:hello format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:hello

  ( Domain | literal ) @end SP* CRLF  { return domain_fits(begin, end); }
  *                                   { return false; }

  */
}

bool address_is_mailbox(struct cmta_slice text) {
  const unsigned char *cursor = cursor_at(text.at), *begin = cursor, *marker, *domain, *end;
  /*!stags:re2c:mailbox format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:mailbox

  Local_part "@" @domain ( Domain | literal ) @end CRLF {
    return end == begin + text.length && mailbox_fits(&(struct path_marks){begin, domain, end + 1});
  }
  *                                   { return false; }

  */
}

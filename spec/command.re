/* SPDX-License-Identifier: MIT */

/*
 * One command line: its verb, and the shape of what may follow (RFC 5321 section 4.1.1). Paths and host names are
 * address.re's, parameters parameter.re's; whether the command fits the moment is the chart's (session.rl).
 *
 * A new verb is one row in known_verb(), with the function that reads what follows it.
 */

#include "engine/command.h"

#include "cursor.h"
#include "event.h"

/* A line while it is read. */
struct line {
  const unsigned char *rest; /* what follows the verb: nothing, or a blank and more */
  const unsigned char *end;  /* the CR LF at its end */
  unsigned manner;
  struct command *command;
};

/* Reads what follows a verb into line->command: 0, or the fault. One function for each shape of arguments. */
typedef int reader(struct line *line);
static reader nothing, text, string, host, reverse_path, forward_path, sasl, node, chunk_size, attributes;
static reader unimplemented, unknown;

/* The bytes from `from` up to `to`, without blanks at either end. */
static struct cmta_slice trimmed(const unsigned char *from, const unsigned char *to) {
  while (from < to && *from == ' ')
    from++;
  while (from < to && to[-1] == ' ')
    to--;
  return cursor_slice(from, to);
}

/* Fills in the verb, its name and what follows, then has that read. Returns the verb or the fault. */
static int read_as(int verb, reader *read, const unsigned char *rest, struct line *line) {
  struct command *command = line->command;
  command->verb = verb;
  command->name.length = (size_t)((const char *)rest - command->name.at);
  command->rest = trimmed(rest, line->end);
  line->rest = rest;
  int fault = read(line);
  return fault ? fault : verb;
}

/*!re2c
  !include "core.re";

  octet                 = [\t -~\x80-\xff];      // no NUL, no bare CR or LF, no other control but HT
  more                  = ( SP octet* )?;
  blanks                = SP*;                   // RFC 5321 section 4.1.1: trailing blanks are tolerated
*/

/* The verb, and its rest. Every row takes the whole line, so that the first that fits is the one. */
static int known_verb(const unsigned char *cursor, struct line *line) {
  const unsigned char *marker, *rest;
  /*!stags:re2c:verb format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:verb

  'EHLO'  @rest more CRLF     { return read_as(EHLO, host,          rest, line); }
  'HELO'  @rest more CRLF     { return read_as(HELO, host,          rest, line); }
  'LHLO'  @rest more CRLF     { return read_as(LHLO, host,          rest, line); }
  'MAIL'  @rest more CRLF     { return read_as(MAIL, reverse_path,  rest, line); }
  'RCPT'  @rest more CRLF     { return read_as(RCPT, forward_path,  rest, line); }
  'DATA'  @rest more CRLF     { return read_as(DATA, nothing,       rest, line); }
  'BDAT'  @rest more CRLF     { return read_as(BDAT, chunk_size,    rest, line); }
  'RSET'  @rest more CRLF     { return read_as(RSET, nothing,       rest, line); }
  'NOOP'  @rest more CRLF     { return read_as(NOOP, text,          rest, line); }
  'VRFY'  @rest more CRLF     { return read_as(VRFY, string,        rest, line); }
  'EXPN'  @rest more CRLF     { return read_as(EXPN, string,        rest, line); }
  'HELP'  @rest more CRLF     { return read_as(HELP, text,          rest, line); }
  'QUIT'  @rest more CRLF     { return read_as(QUIT, nothing,       rest, line); }
  'AUTH'  @rest more CRLF     { return read_as(AUTH, sasl,          rest, line); }
  'STARTTLS' @rest more CRLF  { return read_as(STARTTLS, nothing,   rest, line); }
  'ETRN'  @rest more CRLF     { return read_as(ETRN, node,          rest, line); }

  'XCLIENT' @rest more CRLF   { return read_as(XCLIENT, attributes, rest, line); }
  'XFORWARD' @rest more CRLF  { return read_as(XFORWARD, attributes, rest, line); }

  'SEND'  @rest more CRLF     { return read_as(0,    unimplemented, rest, line); }
  'SOML'  @rest more CRLF     { return read_as(0,    unimplemented, rest, line); }
  'SAML'  @rest more CRLF     { return read_as(0,    unimplemented, rest, line); }
  'TURN'  @rest more CRLF     { return read_as(0,    unimplemented, rest, line); }

  VCHAR+  @rest more CRLF     { return read_as(0,    unknown,       rest, line); }
  *                           { return COMMAND_UNKNOWN; }

  */
}

static int unknown(struct line *line) {
  (void)line;
  return COMMAND_UNKNOWN;
}

static int unimplemented(struct line *line) {
  (void)line;
  return COMMAND_UNIMPLEMENTED;
}

/* DATA, RSET, QUIT, STARTTLS. */
static int nothing(struct line *line) {
  const unsigned char *cursor = line->rest, *marker;
  /*!local:re2c

  blanks CRLF                 { return 0; }
  *                           { return COMMAND_SYNTAX; }

  */
}

/* NOOP, HELP: [ SP String ], here any ASCII text. */
static int text(struct line *line) {
  const unsigned char *cursor = line->rest, *marker;
  line->command->argument = line->command->rest;
  /*!local:re2c

  ( HTAB | SP | VCHAR )* CRLF { return 0; }
  *                           { return COMMAND_SYNTAX; }

  */
}

/* EHLO, HELO, LHLO: SP ( Domain / address-literal ). */
static int host(struct line *line) {
  line->command->argument = line->command->rest;
  return address_is_hello_name(line->command->argument.at) ? 0 : COMMAND_SYNTAX;
}

/* True when text is the word SMTPUTF8 and nothing else. */
static bool is_smtputf8(const unsigned char *cursor) {
  const unsigned char *marker;
  /*!local:re2c

  'SMTPUTF8' blanks CRLF      { return true; }
  *                           { return false; }

  */
}

/* Takes the parameter SMTPUTF8 (RFC 6531 section 3.1) off the end of the argument, if it is there behind other words. To
 * a client that was not offered the extension it is a word like any other. */
static void split_smtputf8(struct line *line) {
  struct cmta_slice *argument = &line->command->argument;
  const unsigned char *begin = cursor_at(argument->at), *word = begin + argument->length;
  while (word > begin && word[-1] != ' ')
    word--;
  if (word == begin || !(line->manner & COMMAND_UTF8) || !is_smtputf8(word))
    return;
  *argument = trimmed(begin, word);
  line->command->parameters = cursor_slice(begin + argument->length, line->end);
}

/* Whether the rest of the line is printable: 0, and utf8 when it has characters beyond ASCII, or the fault. */
static int printable(const unsigned char *cursor, bool *utf8) {
  const unsigned char *marker;
  /*!local:re2c

  ( SP | VCHAR )* CRLF                    { *utf8 = false; return 0; }
  ( SP | VCHAR | UTF8_non_ascii )* CRLF   { *utf8 = true;  return 0; }
  *                                       { return COMMAND_SYNTAX; }

  */
}

/* VRFY, EXPN: SP String, where clients send mailboxes, words with blanks and names in brackets as well. */
static int string(struct line *line) {
  struct command *command = line->command;
  int fault = printable(line->rest, &command->utf8);
  command->argument = command->rest;
  split_smtputf8(line);
  if (fault || command->argument.length == 0)
    return COMMAND_SYNTAX;
  return command->utf8 && !(line->manner & COMMAND_UTF8) ? COMMAND_SYNTAX : 0;
}

/* The path that stands at `path`, and what follows it: 0, bad_path, or COMMAND_SYNTAX where something else than
 * parameters follows. */
static int read_path(struct line *line, const unsigned char *path, bool null_allowed, int bad_path) {
  struct command *command = line->command;
  while (!(line->manner & COMMAND_STRICT) && *path == ' ')
    path++;
  size_t taken = address_parse_path((const char *)path, null_allowed, line->manner, &command->path,
                                    &command->utf8);
  if (taken == 0)
    return bad_path;
  command->parameters = cursor_slice(path + taken, line->end);
  return path[taken] == ' ' || path[taken] == '\r' ? 0 : COMMAND_SYNTAX;
}

/* MAIL: "FROM:" Reverse-path [ SP Mail-parameters ]. */
static int reverse_path(struct line *line) {
  const unsigned char *cursor = line->rest, *marker, *path;
  /*!stags:re2c:from format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:from

  SP+ 'FROM:' @path octet* CRLF   { return read_path(line, path, true, COMMAND_SENDER); }
  *                               { return COMMAND_SYNTAX; }

  */
}

/* RCPT: "TO:" Forward-path [ SP Rcpt-parameters ]. */
static int forward_path(struct line *line) {
  const unsigned char *cursor = line->rest, *marker, *path;
  /*!stags:re2c:to format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:to

  SP+ 'TO:'   @path octet* CRLF   { return read_path(line, path, false, COMMAND_RECIPIENT); }
  *                               { return COMMAND_SYNTAX; }

  */
}

/* AUTH: SP sasl-mech [ SP initial-response ] (RFC 4954 section 8, RFC 4422 section 3.1). Whether the response is base64 is
 * the engine's to say. One blank stands before it: what a client says to prove who it is is read in one way only. */
static int sasl(struct line *line) {
  const unsigned char *cursor = line->rest, *marker, *mechanism, *end, *response;
  /*!stags:re2c:sasl format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:sasl

  sasl_mech             = [A-Za-z0-9_-]{1,20};

  SP+ @mechanism sasl_mech @end blanks CRLF {
    line->command->argument = cursor_slice(mechanism, end);
    return 0;
  }
  SP+ @mechanism sasl_mech @end SP @response VCHAR+ blanks CRLF {
    line->command->argument = cursor_slice(mechanism, end);
    line->command->parameters = trimmed(response, line->end);
    return 0;
  }
  *                     { return COMMAND_SYNTAX; }

  */
}

/* The number of digits from `from` up to `to`; false when it is none of 64 bits. */
static bool number(const unsigned char *from, const unsigned char *to, uint64_t *number) {
  for (*number = 0; from < to; from++) {
    unsigned digit = *from - '0';
    if (*number > (UINT64_MAX - digit) / 10)
      return false;
    *number = *number * 10 + digit;
  }
  return true;
}

/* BDAT: SP chunk-size [ SP "LAST" ] (RFC 3030 section 2). */
static int chunk_size(struct line *line) {
  const unsigned char *cursor = line->rest, *marker, *digits, *end;
  struct command *command = line->command;
  /*!stags:re2c:chunk_size format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:chunk_size

  SP+ @digits DIGIT+ @end blanks CRLF {
    return number(digits, end, &command->chunk_size) ? 0 : COMMAND_SYNTAX;
  }
  SP+ @digits DIGIT+ @end SP+ 'LAST' blanks CRLF {
    command->last = true;
    return number(digits, end, &command->chunk_size) ? 0 : COMMAND_SYNTAX;
  }
  *                             { return COMMAND_SYNTAX; }

  */
}

/* XCLIENT, XFORWARD: 1*( SP attribute-name "=" xtext ) (Postfix, XCLIENT_README and XFORWARD_README; xtext is RFC 3461
 * section 4's). Which attributes there are, and what they may say, is the engine's. */
static int attributes(struct line *line) {
  const unsigned char *cursor = line->rest, *marker;
  line->command->parameters = cursor_slice(line->rest, line->end);
  /*!local:re2c

  attribute             = ALPHA+ "=" ( [!-*,-<>-~] | "+" [0-9A-F]{2} )+;

  ( SP+ attribute )+ blanks CRLF  { return 0; }
  *                               { return COMMAND_SYNTAX; }

  */
}

/* ETRN: SP [ "@" ] Domain, or SP "#" and the name of a queue (RFC 1985 section 5.3). */
static int node(struct line *line) {
  const unsigned char *cursor = line->rest, *marker, *name;
  line->command->argument = line->command->rest;
  /*!stags:re2c:node format = "const unsigned char *@@ = NULL;\n  "; */
  /*!local:re2c:node

  queue_name            = [-A-Za-z0-9!$%&'*+/=?^_`{|}~.:@]+;

  SP+ "@"? @name [-A-Za-z0-9.]+ blanks CRLF {
    return address_is_hello_name((const char *)name) ? 0 : COMMAND_SYNTAX;
  }
  SP+ "#" queue_name blanks CRLF { return 0; }
  *                     { return COMMAND_SYNTAX; }

  */
}

int command_parse(const char *line, size_t length, unsigned manner, struct command *command) {
  const unsigned char *begin = cursor_at(line);
  struct line reading = {.end = begin + length - 2, .manner = manner, .command = command};
  *command = (struct command){.name = {.at = line}};
  return known_verb(begin, &reading);
}

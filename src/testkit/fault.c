/* SPDX-License-Identifier: MIT */

/* The words of faults, and which of them go together. What is said of them elsewhere is made by or
 * compared with these tables. */

#include "testkit/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  IN_TRANSACTION = KNOWN_SENDER | KNOWN_RECIPIENT,
  COMMAND_IN_TRANSACTION = KNOWN_COMMAND | IN_TRANSACTION
};

static const struct stage_row stages[] = {
    [STAGE_ACCEPT] = {{"accept", "accept", "a connection is there, nothing was said or read"}, 0},
    [STAGE_CONNECT] = {{"connect", "connect", "the greeting"}, 0},
    [STAGE_EHLO] = {{"ehlo", "ehlo", "EHLO"}, KNOWN_COMMAND | KNOWN_OFFER},
    [STAGE_HELO] = {{"helo", "helo", "HELO"}, KNOWN_COMMAND},
    [STAGE_LHLO] = {{"lhlo", "lhlo", "LHLO"}, KNOWN_COMMAND | KNOWN_OFFER},
    [STAGE_STARTTLS] = {{"starttls", "starttls", "STARTTLS"}, KNOWN_COMMAND},
    [STAGE_AUTH] = {{"auth", "auth", "AUTH, not what it leads to"}, KNOWN_COMMAND},
    [STAGE_MAIL] = {{"mail", "mail", "MAIL"}, KNOWN_COMMAND | KNOWN_SENDER},
    [STAGE_RCPT] = {{"rcpt", "rcpt", "RCPT"}, COMMAND_IN_TRANSACTION},
    [STAGE_DATA] = {{"data", "data", "DATA"}, COMMAND_IN_TRANSACTION},
    [STAGE_BDAT] = {{"bdat", "bdat", "BDAT, each chunk"}, COMMAND_IN_TRANSACTION},
    [STAGE_BODY] = {{"body", "body", "the first octets of a message"}, COMMAND_IN_TRANSACTION},
    [STAGE_HEADERS] = {{"headers", "headers", "the end of its header section"},
                       COMMAND_IN_TRANSACTION},
    [STAGE_MESSAGE] = {{"message", "message", "its end; in LMTP once for each recipient"},
                       COMMAND_IN_TRANSACTION | KNOWN_MESSAGE},
    [STAGE_RSET] = {{"rset", "rset", "RSET"}, COMMAND_IN_TRANSACTION},
    [STAGE_NOOP] = {{"noop", "noop", "NOOP"}, COMMAND_IN_TRANSACTION},
    [STAGE_VRFY] = {{"vrfy", "vrfy", "VRFY"}, COMMAND_IN_TRANSACTION},
    [STAGE_EXPN] = {{"expn", "expn", "EXPN"}, COMMAND_IN_TRANSACTION},
    [STAGE_HELP] = {{"help", "help", "HELP"}, COMMAND_IN_TRANSACTION},
    [STAGE_ETRN] = {{"etrn", "etrn", "ETRN"}, KNOWN_COMMAND},
    [STAGE_QUIT] = {{"quit", "quit", "QUIT"}, COMMAND_IN_TRANSACTION},
    [STAGE_ANY] = {{"any", "any", "each command"}, COMMAND_IN_TRANSACTION},
};

#define PLACE(field) offsetof(struct cmta_fault, field)

static const struct condition_row conditions[] = {
    {{"nth", "nth N", "the Nth time alone that the others hold"}, CONDITION_COUNT, PLACE(nth), 0},
    {{"every", "every N", "each Nth time"}, CONDITION_COUNT, PLACE(every), 0},
    {{"times", "times N", "the first N times, then never again"}, CONDITION_COUNT, PLACE(times), 0},
    {{"command", "command N", "the Nth command of its connection"},
     CONDITION_COUNT,
     PLACE(command),
     KNOWN_COMMAND},
    {{"connection", "connection N", "the Nth connection"}, CONDITION_NUMBER, PLACE(connection), 0},
    {{"chance", "chance P", "with this probability, 0 to 1"}, CONDITION_CHANCE, PLACE(chance), 0},
    {{"from", "from PATTERN", "the sender; * is anything, ? one octet"},
     CONDITION_TEXT,
     PLACE(match.sender),
     KNOWN_SENDER},
    {{"to", "to PATTERN", "one of the recipients, of RCPT its own"},
     CONDITION_TEXT,
     PLACE(match.recipient),
     KNOWN_RECIPIENT},
    {{"subject", "subject TEXT", "somewhere in the subject"},
     CONDITION_TEXT,
     PLACE(match.subject),
     KNOWN_MESSAGE},
    {{"header", "header NAME [\"TEXT\"]", "such a field, with that in it"},
     CONDITION_TEXT,
     PLACE(match.header),
     KNOWN_MESSAGE},
    {{"text", "text TEXT", "somewhere in what a reader sees"},
     CONDITION_TEXT,
     PLACE(match.text),
     KNOWN_MESSAGE},
};

static const struct action_row actions[] = {
    [CMTA_FAULT_REPLY] = {{"reply", "reply CODE [ENHANCED] [TEXT]",
                           "said in place of the answer; 2yz accepts, 421 closes"},
                          ACTION_REPLY,
                          0},
    [CMTA_FAULT_DELAY] = {{"delay", "delay SECONDS", "the reply comes later"}, ACTION_SECONDS, 0},
    [CMTA_FAULT_CLOSE] = {{"close", "close", "the connection ends in place of the reply"},
                          ACTION_ALONE,
                          0},
    [CMTA_FAULT_RESET] = {{"reset", "reset", "likewise, with a reset"}, ACTION_ALONE, 0},
    [CMTA_FAULT_HALF_CLOSE] = {{"half-close", "half-close",
                                "the server's side ends, the client is still heard"},
                               ACTION_ALONE,
                               0},
    [CMTA_FAULT_STALL] = {{"stall", "stall", "no reply, and nobody reads"}, ACTION_ALONE, 0},
    [CMTA_FAULT_THROTTLE] = {{"throttle", "throttle RATE",
                              "octets a second that are sent, from here on"},
                             ACTION_RATE,
                             0},
    [CMTA_FAULT_SLOW_READ] = {{"read", "read RATE", "octets a second that are read, from here on"},
                              ACTION_RATE,
                              0},
    [CMTA_FAULT_CUT] = {{"cut", "cut OCTETS",
                         "the connection ends within the reply, behind so many"},
                        ACTION_OCTETS,
                        0},
    [CMTA_FAULT_FIRST_LINE] = {{"first-line", "first-line",
                                "the first line alone, which says that more come"},
                               ACTION_ALONE,
                               0},
    [CMTA_FAULT_GARBAGE] = {{"garbage", "garbage [TEXT]", "that, and CR LF, in place of the reply"},
                            ACTION_TEXT,
                            0},
    [CMTA_FAULT_OFFER] = {{"offer", "offer KEYWORDS",
                           "what EHLO is told, commas between, in place of all else"},
                          ACTION_TEXT,
                          KNOWN_OFFER},
    [CMTA_FAULT_TLS_REFUSED] = {{"tls-refused", "tls-refused",
                                 "the next handshake fails; that of implicit TLS: at accept"},
                                ACTION_ALONE,
                                0},
    [CMTA_FAULT_TLS_WRONG] = {{"tls-wrong", "tls-wrong",
                               "the next handshake shows a certificate for another name; likewise"},
                              ACTION_ALONE,
                              0},
};

const struct stage_row *stage_row(size_t index) {
  return index < sizeof stages / sizeof *stages ? &stages[index] : NULL;
}

const struct condition_row *condition_row(size_t index) {
  return index < sizeof conditions / sizeof *conditions ? &conditions[index] : NULL;
}

const struct action_row *action_row(size_t index) {
  return index < sizeof actions / sizeof *actions ? &actions[index] : NULL;
}

const struct cmta_fault_word *cmta_fault_stage_word(size_t index) {
  const struct stage_row *row = stage_row(index);
  return row ? &row->word : NULL;
}

const struct cmta_fault_word *cmta_fault_condition_word(size_t index) {
  const struct condition_row *row = condition_row(index);
  return row ? &row->word : NULL;
}

const struct cmta_fault_word *cmta_fault_action_word(size_t index) {
  const struct action_row *row = action_row(index);
  return row ? &row->word : NULL;
}

int stage_of(struct cmta_slice name) {
  const struct stage_row *row;
  for (size_t i = 0; (row = stage_row(i)); i++)
    if (cmta_slice_is_word(name, row->word.word))
      return (int)i;
  return -1;
}

void *condition_place(struct cmta_fault *fault, const struct condition_row *row) {
  return (char *)fault + row->place;
}

const void *condition_value(const struct cmta_fault *fault, const struct condition_row *row) {
  return (const char *)fault + row->place;
}

bool condition_counts(const struct cmta_fault *fault, const struct condition_row *row) {
  const void *value = condition_value(fault, row);
  switch (row->kind) {
  case CONDITION_COUNT:
    return *(const unsigned *)value != 0;
  case CONDITION_NUMBER:
    return *(const uint64_t *)value != 0;
  case CONDITION_CHANCE:
    return *(const double *)value < 1;
  case CONDITION_TEXT:
    break;
  }
  return *(const char *const *)value != NULL;
}

void cmta_fault_init(struct cmta_fault *fault) {
  *fault = (struct cmta_fault){
      .size = sizeof *fault,
      .chance = 1,
      .match = CMTA_MATCH_INIT,
      .action = CMTA_FAULT_REPLY,
      .code = 451,
  };
}

int fault_wrong(char *why, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (why && size > 0)
    vsnprintf(why, size, format, arguments);
  va_end(arguments);
  return CMTA_E_ARGUMENT;
}

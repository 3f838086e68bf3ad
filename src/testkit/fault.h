/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_FAULT_H
#define CMTA_TESTKIT_FAULT_H

/* Faults and their words: the tables, and what is made by them. */

#include <cmta/fault.h>

/* The stages, in the order of their table. */
enum stage {
  STAGE_ACCEPT,
  STAGE_CONNECT,
  STAGE_EHLO,
  STAGE_HELO,
  STAGE_LHLO,
  STAGE_STARTTLS,
  STAGE_AUTH,
  STAGE_MAIL,
  STAGE_RCPT,
  STAGE_DATA,
  STAGE_BDAT,
  STAGE_BODY,
  STAGE_HEADERS,
  STAGE_MESSAGE,
  STAGE_RSET,
  STAGE_NOOP,
  STAGE_VRFY,
  STAGE_EXPN,
  STAGE_HELP,
  STAGE_ETRN,
  STAGE_QUIT,
  STAGE_ANY,
  STAGE_OTHER /* a command that has no stage of its own; `any` is there alone */
};

/* What is known at a stage, as bits. */
enum known {
  KNOWN_COMMAND = 1 << 0,   /* it is one */
  KNOWN_SENDER = 1 << 1,    /* a reverse-path */
  KNOWN_RECIPIENT = 1 << 2, /* a forward-path */
  KNOWN_MESSAGE = 1 << 3,
  KNOWN_OFFER = 1 << 4 /* its reply has extensions */
};

struct stage_row {
  struct cmta_fault_word word;
  unsigned known;
};

/* What stands behind the word of a condition. */
enum condition_kind { CONDITION_COUNT, CONDITION_NUMBER, CONDITION_CHANCE, CONDITION_TEXT };

struct condition_row {
  struct cmta_fault_word word;
  enum condition_kind kind;
  size_t place;   /* in struct cmta_fault: of an unsigned, a uint64_t, a double or a string */
  unsigned needs; /* enum known */
};

/* What stands behind the word of an action. */
enum action_kind {
  ACTION_ALONE,
  ACTION_REPLY,
  ACTION_SECONDS,
  ACTION_RATE,
  ACTION_OCTETS,
  ACTION_TEXT
};

/* Its row number is its enum cmta_fault_action. */
struct action_row {
  struct cmta_fault_word word;
  enum action_kind kind;
  unsigned needs; /* enum known */
};

/* NULL behind the last. */
const struct stage_row *stage_row(size_t index);
const struct condition_row *condition_row(size_t index);
const struct action_row *action_row(size_t index);

/* The number of the stage with this name, in any case of letters; -1 when there is none. */
int stage_of(struct cmta_slice name);

/* Where a condition has its value. */
void *condition_place(struct cmta_fault *fault, const struct condition_row *row);
const void *condition_value(const struct cmta_fault *fault, const struct condition_row *row);

/* Whether the condition is more than its default. */
bool condition_counts(const struct cmta_fault *fault, const struct condition_row *row);

/* Whether such a fault can be: 0 or CMTA_E_ARGUMENT, and then one line in why. */
int fault_check(const struct cmta_fault *fault, char *why, size_t size);

/* Whether a client who has one of these bits of enum cmta_reach can meet a fault that can be:
   likewise. */
int fault_check_reach(const struct cmta_fault *fault, unsigned reach, char *why, size_t size);

/* Bits of enum cmta_reach that clients have by such a fault: by an offer. */
unsigned fault_reach_given(const struct cmta_fault *fault);

/* Whether the list of OFFER, which may be NULL, has the keyword. */
bool fault_offer_has(const char *list, const char *keyword);

/* The next line of the list of OFFER, without outer blanks; *at is NULL behind the last, and at the
   end there is none. */
bool fault_offer_next(const char **at, struct cmta_slice *line);

/* Whether such a list, which may be NULL, can be offered, and to a client with this reach: as
   fault_check(). */
int fault_offer_check(const char *list, char *why, size_t size);
int fault_offer_check_reach(const char *list, unsigned reach, char *why, size_t size);

/* Copies a fault, perhaps of a program that knows fewer of its parts, over the defaults; its
   strings are the same ones. False for one whose size cannot be. */
bool fault_complete(const struct cmta_fault *fault, struct cmta_fault *whole);

/* Likewise, with its strings in a block of its own, to be freed. 0, CMTA_E_ARGUMENT,
   CMTA_E_MEMORY. */
int fault_copy(const struct cmta_fault *fault, struct cmta_fault *copy, char **strings);

/* The fault that text says, its strings likewise. 0; CMTA_E_ARGUMENT with one line in why (it may
   be NULL), CMTA_E_MEMORY. It is not checked. */
int fault_read(const char *text, struct cmta_fault *fault, char **strings, char *why, size_t size);

/* The same with snprintf()'s arguments, and nothing where there is no room: says why. Always
   CMTA_E_ARGUMENT. */
int fault_wrong(char *why, size_t size, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_FAULT_H
#define CMTA_FAULT_H

/*
 * A plan of what goes wrong, for tests of clients: which command, which time, what happens. The
 * same in words and in C:
 *
 *     rcpt nth 2: reply 450 4.2.1 Mailbox busy
 *
 *     struct cmta_fault fault;
 *     cmta_fault_init(&fault);
 *     fault.stage = "rcpt", fault.nth = 2;
 *     fault.action = CMTA_FAULT_REPLY, fault.code = 450, fault.enhanced = "4.2.1";
 *     fault.text = "Mailbox busy";
 *     cmta_plan_add(plan, &fault);
 *
 * In words: a stage, conditions, a colon, and one action. Conditions must all hold. Of several
 * faults whose time has come at one stage all delays and rates happen, and the first of the others.
 *
 * A text that is the last of its line needs no quotes; in quotes "\n", "\t", "\r", "\"", "\\" and
 * "\xHH" are octets, any but NUL. Words are known in any case of letters.
 *
 * What a client is not told is not done: with close, reset, half-close, stall and garbage the
 * application is not asked, and a message is not taken. What changes a reply on its way (delay,
 * throttle, cut, first-line) changes nothing else: "message: cut 0" is a message that was taken,
 * and whose client does not hear of it.
 *
 * In LMTP `message` is met for each recipient, and so is its reply; behind one that is the last
 * which the client hears nothing is taken for the others. With PRDR, which Exim speaks and where
 * the replies wait for the last answer and may be one for all, what happens to bytes happens to the
 * first of them, and a reply to a recipient is best planned in words; recipients that were accepted
 * before a fault at a later one have the message all the same, even where the client hears of none.
 *
 * Of `body` and `headers` a reply, delay, cut, garbage or half-close is that of the message, at its
 * end, with BDAT that of the chunk in hand; close, reset and stall are at once. 421 there ends an
 * LMTP session behind one reply; only at `message` it waits for all recipients. In LMTP garbage and
 * half-close there are said to the first recipient, and the others get 451 4.3.0. A message that is
 * refused for a bare CR or LF in it, or for a line that is too long, does not come to `message`;
 * one of no octets has no `body`.
 *
 * A 2yz accepts where it answers the command. A reply that does not (354 to RCPT, 250 to DATA, to
 * AUTH, which wants 235, or to STARTTLS, which wants 220) is said, and nothing is done.
 *
 * Behind a half-close what the client has sent and sends is done, though nobody hears of it. A rate
 * is that of all octets from then on, replies before it that are still on their way included, and
 * what is here already to be read: of a message at `body`, all that has come of it is as if it came
 * from then on.
 *
 * Where TLS comes first close, reset, half-close and stall of `accept` come before the handshake. A
 * reply or garbage there takes the place of the greeting, behind the handshake; a delay is that of
 * the greeting, or of the end that takes its place.
 *
 * The same dialogue meets the same faults each time; only `chance` depends on a seed, and each
 * fault has numbers of its own, the same on every machine.
 *
 * Threads: a plan may be changed from any while servers follow it.
 */

#include <cmta/mail.h>
#include <cmta/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;

/* What goes wrong; the words in front. */
enum cmta_fault_action {
  CMTA_FAULT_REPLY = 0, /* reply CODE [ENHANCED] [TEXT]: said in place of the answer; 2yz accepts
                           (of AUTH any user; of a message in place of a success alone, so that
                           nobody is told that one is taken which is not), 421 closes, in LMTP
                           behind all recipients' replies. Without ENHANCED one that fits is said
                           where clients are offered them, but not at accept, ehlo, helo and lhlo;
                           a text that begins with one stays as it is. For none: garbage "450 Busy"
                         */
  CMTA_FAULT_DELAY = 1, /* delay SECONDS: the reply comes later, by so much from its turn: those of
                           pipelined commands add up, 10 seconds for one, then 5 for the next */
  CMTA_FAULT_CLOSE = 2, /* close: the connection ends in place of the reply */
  CMTA_FAULT_RESET = 3, /* reset: likewise, with a reset */
  CMTA_FAULT_HALF_CLOSE = 4, /* half-close: the server's side ends, the client is still heard */
  CMTA_FAULT_STALL = 5,      /* stall: no reply, and nobody reads */
  CMTA_FAULT_THROTTLE = 6,   /* throttle RATE: octets a second that are sent, from here on */
  CMTA_FAULT_SLOW_READ = 7,  /* read RATE: octets a second that are read, from here on */
  CMTA_FAULT_CUT = 8,        /* cut OCTETS: the connection ends within the reply, behind so many */
  CMTA_FAULT_FIRST_LINE = 9, /* first-line: the first line alone, which says that more come */
  CMTA_FAULT_GARBAGE = 10,   /* garbage [TEXT]: that, and CR LF, in place of the reply */
  CMTA_FAULT_OFFER = 11, /* offer KEYWORDS: what the reply to EHLO offers, commas between them, in
                            place of all else, as they are written, in the server's order; what LMTP
                            always has stays. A client that cannot have it is not told of STARTTLS,
                            under TLS; AUTH, without mechanisms; REQUIRETLS, in clear; XCLIENT and
                            XFORWARD, without trust; ETRN and FUTURERELEASE, where they are not */
  CMTA_FAULT_TLS_REFUSED = 12, /* tls-refused: the next handshake fails; that of implicit TLS: at
                                  accept */
  CMTA_FAULT_TLS_WRONG = 13 /* tls-wrong: the next handshake shows a certificate for another name,
                               that of cmta_plan_set_wrong_tls(). Where a client has not been given
                               it to trust it is self-signed besides, and that may be all it says */
};

/* One thing that goes wrong. Fill it with cmta_fault_init(), then change what should differ. */
struct cmta_fault {
  size_t size; /* sizeof(struct cmta_fault), set by cmta_fault_init() */

  /* At which stage: accept (a connection is there, nothing was said or read), connect, ehlo, helo,
     lhlo, starttls, auth, mail, rcpt, data, bdat, body (the first octets of a message), headers,
     message (its end; for each recipient where each has an answer of its own), rset, noop, vrfy,
     expn, help, etrn, quit; any is each command, XCLIENT, XFORWARD and verbs of the application
     without a question of their own included. A command that is malformed or out of sequence
     reaches none, nor does one whose question settings.verbs has taken over; of auth it is the
     command alone. */
  const char *stage;

  /* Conditions; each but `chance` counts in the order in which things happen on the server. */

  unsigned nth;   /* nth N: the Nth time alone that the others hold; 0: does not count */
  unsigned every; /* every N: each Nth time; not with nth */
  unsigned
      times; /* times N: the first N times, of those that the others leave, and then never again */
  unsigned command;    /* command N: the Nth command of its connection */
  uint64_t connection; /* connection N: of the Nth connection, since the server's start */
  double chance;       /* chance P: with this probability, 0 to 1; 1 is always */
  /* from PATTERN, to PATTERN, subject TEXT, header NAME [TEXT], text TEXT: what is known by then of
     the transaction. `from` can be at any, mail, rcpt, data, bdat, body, headers, message, rset,
     noop, vrfy, expn, help and quit, `to` there but for mail; the last three at message alone, and
     where settings.collect is on. Of RCPT `to` is its own forward-path. A PATTERN is an address
     without < and >, in any case of letters; "" is the null reverse-path. NAME is in any case of
     letters, TEXT in this one. Its size is that of cmta_fault_init(), or of a shorter one that was.
   */
  struct cmta_match match;

  enum cmta_fault_action action;
  int code;             /* of REPLY: 100 to 999, those that no server should say as well */
  const char *enhanced; /* or NULL */
  const char *text;     /* of REPLY, where LF parts lines, of GARBAGE and of OFFER; or NULL */
  double seconds;       /* of DELAY */
  size_t octets;        /* of CUT */
  unsigned rate;        /* of THROTTLE and SLOW_READ, octets a second */
};

/* Fills fault: at no stage, always, a reply of 451. */
CMTA_API void cmta_fault_init(struct cmta_fault *fault);

/* The fault in words, with NUL: as snprintf(), the length that it has. CMTA_E_ARGUMENT for one that
   cannot be. */
CMTA_API ptrdiff_t cmta_fault_words(const struct cmta_fault *fault, char *text, size_t size);

/* A word of the language above, for help texts; all live for ever. */
struct cmta_fault_word {
  const char *word;  /* "reply" */
  const char *usage; /* "reply CODE [ENHANCED] [TEXT]" */
  const char *help;  /* what it means, in a few words */
};

/* The stages, conditions and actions, counted from 0; NULL behind the last. */
CMTA_API const struct cmta_fault_word *cmta_fault_stage_word(size_t index);
CMTA_API const struct cmta_fault_word *cmta_fault_condition_word(size_t index);
CMTA_API const struct cmta_fault_word *cmta_fault_action_word(size_t index);

/* ---- A plan ---- */

struct cmta_plan;

/* Makes an empty plan; seed is for `chance`. 0, CMTA_E_MEMORY, CMTA_E_ARGUMENT. The caller frees
   it. */
CMTA_API int cmta_plan_new(struct cmta_plan **plan, uint64_t seed);

/* Frees it; servers that it was added to must be freed before. NULL is ignored. */
CMTA_API void cmta_plan_free(struct cmta_plan *plan);

/* Adds hooks to the server, which do as planned: before the application's own, those of
   cmta_server_new() included, as those are not asked what the plan answers; a reply of 2yz at
   `bdat`, `body`, `headers` and `message` is said in place of theirs, who are asked and take it. As
   the set has a hook `auth`, AUTH is known wherever settings.mechanisms are. Of a session without a
   server reply, close and offer happen alone. As cmta_server_add(). */
CMTA_API int cmta_plan_add_to(struct cmta_plan *plan, struct cmta_server *server);

/* For the stage accept: to be called by config.accepted of the server (<cmta/server.h>), which is
   the application's; the kit does. */
CMTA_API void cmta_plan_accepted(struct cmta_plan *plan, struct cmta_session *session);

/* Certificates for tls-wrong; it must outlive the servers. */
CMTA_API void cmta_plan_set_wrong_tls(struct cmta_plan *plan, struct cmta_tls *tls);

/* What the servers of a plan have for clients, as bits. */
enum cmta_reach {
  CMTA_REACH_SMTP = 1 << 0,
  CMTA_REACH_LMTP = 1 << 1,
  CMTA_REACH_STARTTLS = 1 << 2,
  CMTA_REACH_TLS = 1 << 3,  /* from the first octet */
  CMTA_REACH_AUTH = 1 << 4, /* somebody who may log in */
  CMTA_REACH_CHUNKING = 1 << 5
};

/* Says which of these there are, before faults are planned and servers run; the kit does. A fault
   that no client can meet then cannot be planned: `lhlo` without LMTP, tls-wrong where no handshake
   follows, `bdat` without CHUNKING, unless a fault before it offers that. Until it is called all
   are taken to be there. */
CMTA_API void cmta_plan_set_reach(struct cmta_plan *plan, unsigned reach);

/* Plans a fault, copied. Its number, counted from 0; CMTA_E_ARGUMENT for a stage, a condition or an
   action that cannot be, or that no client can meet; CMTA_E_MEMORY. */
CMTA_API int cmta_plan_add(struct cmta_plan *plan, const struct cmta_fault *fault);

/* The same in words. On CMTA_E_ARGUMENT one line in `why`, of size octets, says what is wrong (it
   may be NULL). */
CMTA_API int cmta_plan_add_text(struct cmta_plan *plan, const char *text, char *why, size_t size);

/* The fault of this number, as it was planned; NULL for one that is not there. Lives until
   cmta_plan_clear(). */
CMTA_API const struct cmta_fault *cmta_plan_fault(struct cmta_plan *plan, int number);

/* How often fault number `number` has happened; 0 for one that is not there. A reply that accepts a
   message, or a part of it, happens, and is told of, when it is said: not where those behind refuse
   it. tls-refused and tls-wrong have happened when their stage is met, whether a handshake follows
   or not. */
CMTA_API uint64_t cmta_plan_happened(struct cmta_plan *plan, int number);

/* Forgets all faults, and starts to number them at 0. What was set of a connection stays,
   and `connection` goes on counting. */
CMTA_API void cmta_plan_clear(struct cmta_plan *plan);

/* told(context, session, number, text) hears of each fault that happens, on the server's thread;
   text is the fault in words. One at a time; NULL for nobody. */
CMTA_API void cmta_plan_on_fault(struct cmta_plan *plan,
                                 void (*told)(void *context, struct cmta_session *session,
                                              int number, const char *text),
                                 void *context);

#ifdef __cplusplus
}
#endif

#endif

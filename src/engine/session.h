/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_SESSION_H
#define CMTA_ENGINE_SESSION_H

/* What a service and a session are made of. Only the engine looks inside. */

#include <cmta/session.h>

#include "engine/body.h"
#include "engine/command.h"
#include "engine/data.h"
#include "engine/framer.h"
#include "engine/hops.h"
#include "engine/memory.h"
#include "engine/replies.h"

#include <stdatomic.h>

struct verb;
struct mechanisms;
struct exchange;
struct answers;
struct domains;
struct proxied;
struct told;

/* A hook set of the chain. */
struct hook_set {
  struct cmta_hooks hooks; /* name is a copy */
  void *user;
};

/* Settings and hooks, copied and checked, and what follows from them. */
struct cmta_service {
  struct cmta_settings settings;
  struct hook_set *sets; /* the chain, in order */
  size_t set_count;
  const struct verb *verbs; /* what each event means: verbs.c's rows, or those and settings.verbs */
  size_t verb_count;
  struct mechanisms *mechanisms; /* those of the settings, or NULL */
  atomic_bool sealed;            /* it has had a session: nothing may change any more */
  size_t
      max_line; /* octets of the longest command line that any verb may have, extensions counted */
};

/* Where a message came from, once it is without its session. */
struct origin {
  struct cmta_peer peer;
  struct cmta_slice hello_name;
  const char *protocol;
};

/* A message that is complete, or on its way. */
struct cmta_message {
  const struct cmta_session *session; /* whose it is, or NULL once it was taken */
  const struct cmta_envelope *envelope;
  const struct origin *origin;    /* once it was taken, or NULL */
  struct memory *memory;          /* the account of data */
  const struct cmta_store *store; /* of file */
  uint64_t size;                  /* octets so far */
  uint64_t stored;                /* of these, octets in the file */
  void *file;                     /* or NULL: all of it is in data */
  char *data;                     /* without file: `size` octets; with it: those not stored yet, and
                                     later a window on those that are */
  size_t capacity;                /* octets of the block data */
  bool collected;                 /* its bytes are kept */
};

/* The header section of a message, as octets that came, see section.h. */
struct section {
  bool wanted; /* its question has yet to be asked, or answered */
  char *data;  /* `length` octets, in a block of `capacity` */
  size_t length, capacity;
};

/* The BDAT in hand: its octets follow it, whatever it leads to (RFC 3030 section 2). */
struct chunk {
  uint64_t size; /* octets that it has said */
  uint64_t left; /* of these, octets that have yet to come */
  bool last;     /* it is the last one of its message */
  bool dropped;  /* it was misplaced: its octets are read and dropped, then `why` is said */
  enum reply_id why;
};

/* One mail transaction: made at MAIL, gone at the end of the message, at RSET, EHLO, or the
 * session's end. */
struct transaction {
  bool begun;          /* its MAIL was accepted */
  bool taken;          /* envelope and message were, and are empty */
  struct claim *claim; /* whose the message is when it is accepted, or NULL: see take.c */
  struct cmta_envelope envelope;
  struct cmta_path *forward_paths; /* what the envelope shows, in a block of `capacity` paths */
  size_t capacity;
  struct cmta_path
      candidate; /* the forward-path in question; no parameters block when there is none */
  struct cmta_message message;
  enum reply_id excess; /* why the octets that come next are too many; or REPLY_NONE */
  struct body body;
  bool in_chunks;    /* the message comes with BDAT */
  uint64_t declared; /* octets of its chunks so far, as the client has said */
  struct section section;
  struct hops hops;
  char *received; /* the field that was put in front of the message, or NULL */
  size_t added;   /* octets of the message that are not the client's: those of that field */
  char *id;       /* the transaction's name, or NULL */
  struct answers *answers;         /* of each recipient, while they are asked for; or NULL */
  struct attachment attachments[]; /* one a hook set */
};

/* How far the open question is. */
enum question_state {
  QUESTION_NONE = 0,   /* there is none */
  QUESTION_RAISED = 1, /* the chart waits for an answer; nobody has been asked yet */
  QUESTION_ASKED = 2,  /* the hook is running */
  QUESTION_OPEN = 3,   /* the hook answered LATER */
  QUESTION_DECIDED = 4 /* the late answer is here: session->hand.decision */
};

/* A question in hand, and its reply; of events without one the reply alone. */
struct hand {
  unsigned char question; /* enum question_state */
  unsigned char decision; /* enum cmta_verdict, when the question is decided */
  unsigned char overdue;  /* enum cmta_verdict that counts when the open question's time is up */
  unsigned short set;     /* the hook set that is asked or told, or left the question open */
  unsigned deadline;      /* seconds for the answer to the open question; 0: for ever */
  enum reply_id standard; /* the reply to send if the hook composed none */
  struct draft *draft;    /* the reply that a hook composed, or NULL */
  uint64_t asked_at;      /* when the set was asked, by the service's clock */
  uint64_t begun_at;      /* when the first set was, where mail is submitted; likewise */
  uint64_t number;        /* of the question, counted as they were asked */
};

/* How far the hook `foresee` has been told of what waits behind questions; counted as in struct
 * cmta_counts. */
struct foresight {
  uint64_t octets; /* where the next line to be told begins */
  uint64_t number; /* of the last command that was looked at */
  bool ended;      /* what follows that one is not looked at */
};

/* How far a handshake is. */
enum tls_step {
  TLS_STEP_NONE = 0,
  TLS_STEP_WANTED = 1, /* the runtime is to do it */
  TLS_STEP_DONE = 2    /* it has: the chart is to hear of it */
};

/* Bytes that the runtime has brought. */
struct brought {
  struct cmta_slice left; /* those that were not taken */
  size_t counted;         /* so many were left when what was taken was last counted */
};

struct cmta_session {
  int cs; /* the chart's state; only gen/session_machine.c touches it */
  unsigned char phase;
  unsigned char close_reason; /* enum cmta_close_reason */
  bool opened;                /* `connect` is in question, or was */
  bool running;               /* inside cmta_session_receive(), or a hook */
  bool esmtp;                 /* the last accepted greeting was EHLO or LHLO */
  bool stopping : 1;          /* cmta_session_stop() was called */
  bool stopping_now : 1;      /* it was called again */
  bool halts : 1;             /* cmta_session_halt() was: the next reply is the last one */
  bool halted : 1;            /* it is composed: nothing more is read */
  bool paused : 1;            /* cmta_session_pause() was called while bytes are read */
  bool rest_told : 1;         /* what will never be read was told */
  bool failed;                /* no memory: the session cannot go on */
  bool corrected;      /* the answer of the set in hand was wrong, and TEMPFAIL is in its place */
  bool misplaced;      /* the chart does not take the event in hand now */
  bool encrypted;      /* TLS protects the connection */
  bool authenticated;  /* the client has proved who it is (RFC 4954) */
  bool auth_required;  /* it must, before it sends mail */
  bool own_mechanisms; /* `mechanisms` counts, in place of the service's */
  bool hushed;         /* AUTH was said: what is no command from then on may be a response to it */
  bool heard_secrets;  /* the bytes last received may have been secrets */
  unsigned char tls_mode; /* enum cmta_tls_mode */
  unsigned char tls_step; /* enum tls_step */
  bool behind;            /* bytes wait behind the event in hand */
  bool utf8_asked; /* the VRFY or EXPN in hand came with SMTPUTF8, or the message in hand did and
                      was taken (RFC 6531 section 3.7.4.2) */

  struct hand hand;
  uint64_t asked; /* questions that hook sets were asked so far */

  unsigned mails;      /* MAIL commands in their place, where there is a limit */
  unsigned errors;     /* of the client, since its last accepted message */
  unsigned violations; /* enum cmta_violation */
  unsigned auth_failures;
  uint64_t progress;
  uint64_t discarded; /* octets of messages that were read for nothing */
  struct cmta_counts counts;
  struct cmta_statistics *statistics; /* where it is counted as well, or NULL */
  struct foresight foresight;

  const struct cmta_service *service;
  struct cmta_manners manners;
  struct memory memory;
  struct cmta_peer peer, local;
  char *ends;              /* the texts of both, where they are not the first ones; or NULL */
  struct proxied *proxied; /* what a PROXY header told, or NULL */
  unsigned trust;          /* enum cmta_trust */
  struct domains *domains; /* of the recipients so far, where they have a limit; or NULL */
  struct told *xclient;    /* what XCLIENT told so far, or NULL */
  struct told *forwarded;  /* what XFORWARD told of the next transaction, or the running one; or
                              NULL */
  struct told *told;       /* what the one of them in question tells, or NULL */
  char *hello;             /* the name of the last accepted greeting, or NULL */
  char *hello_candidate;   /* the name now in question, or NULL */
  struct offer *offer;     /* what hooks changed of the offer of the last accepted EHLO, or NULL */
  struct offer *offer_candidate; /* likewise of the EHLO now in question */

  int event; /* the event in hand, of spec/event.h; 0 for none */
  enum cmta_close_reason
      ending;               /* the session ends for this reason once the event in hand is done */
  const struct verb *verb;  /* the row of the event in hand */
  const struct verb *topic; /* what HELP in hand asks about, or NULL */
  struct command *command;  /* the command in hand, while the session runs */
  struct brought *brought;  /* what was brought, while it runs; or NULL */
  struct cmta_slice slice;  /* the argument of the command in hand, or the slice of the message */
  char *kept; /* a copy of slice, for sets that are asked after a late answer; or NULL */

  struct cmta_tls_facts *tls;     /* with their strings in one block, or NULL */
  struct mechanisms *mechanisms;  /* this session's own, or NULL for none */
  struct exchange *exchange;      /* the AUTH in hand, or NULL */
  struct cmta_identity *identity; /* with its strings in one block, or NULL */

  struct framer framer;
  struct chunk chunk;
  char *output; /* replies: octets output_sent to output_length wait to be sent */
  size_t output_sent, output_length, output_capacity;

  struct transaction *transaction;
  struct attachment *attachments; /* one a hook set, behind the session in its block */
  void *runtime;

  void (*woken)(struct cmta_session *session, void *context);
  void *woken_context;
};

/* Ends the session for this reason: no more input is taken, the transaction is dropped, `closed` is
   told. Replies that wait may still be sent. Does nothing when it is over. */
void session_finish(struct cmta_session *session, enum cmta_close_reason reason);

/* The protocol word of the running transaction. */
const char *session_protocol(const struct cmta_session *session);

/* True while a question waits for its answer. */
static inline bool session_in_question(const struct cmta_session *session) {
  return session->hand.question >= QUESTION_ASKED;
}

/* True while the reply may be composed: by the hook that is asked, or from outside for the question
   it left open; never by news. */
static inline bool session_may_answer(const struct cmta_session *session) {
  return session->hand.question == (session->running ? QUESTION_ASKED : QUESTION_OPEN);
}

#endif

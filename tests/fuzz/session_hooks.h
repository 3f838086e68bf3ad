/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_SESSION_HOOKS_H
#define FUZZ_SESSION_HOOKS_H

/* The application of fuzz/session: its verdicts are the input's octets, it remembers what it was
 * told, and what a hook must not see ends the program. */

#include "fuzz/session_choice.h"
#include "fuzz/session_replies.h"

/* Commands told ahead that a run remembers. */
enum { FORESEEN = 64 };

enum { MAX_MEMORY = 1 << 20, MAX_SETS = 4 };

/* One hook set of a run, and its data. */
struct set {
  struct run *run;
  bool chunk_asked;   /* of the running message */
  bool section_asked; /* `headers`, likewise */
  unsigned sessions;  /* data of its own that is not yet freed */
  unsigned transactions;
  unsigned exchanges;
  unsigned resets, closed;
  uint64_t told; /* the number of the last command that was foreseen */
};

/* One run of a session. */
struct run {
  struct set sets[MAX_SETS];
  const struct choice *choice;
  size_t held, peak;
  unsigned asked;     /* questions so far, chunks not counted */
  bool silent;        /* the question now asked, or open, is `chunk` or `headers` */
  unsigned char late; /* the verdict octet of the open question */
  bool auth_asked;    /* the question now asked, or open, is `auth` */
  bool in_clear;      /* a handshake is to come, and bytes of the client come instead */
  bool refused;       /* TLS was refused, which is said unasked */
  bool opened;        /* `connect` was asked */
  struct {
    uint64_t number;
    const char *verb;
  } foreseen[FORESEEN];
  struct bytes section; /* the chunks of the running message until its header section is complete */
  struct bytes output;
  struct bytes messages;
  struct cmta_message *taken; /* the last message that was, or NULL */
};

/* Ends the program, and says what, when it does not hold. */
void must(bool holds, const char *what);

/* How many hook sets there are. */
int sets_of(const struct run *run);

/* The hooks of a set, whose `user` is the set. */
extern const struct cmta_hooks session_hooks;

/* Verbs of settings.verbs: asked by the hook or by themselves, barred, and in the place of one that
   is built in. None ends a group: that would depend on the cuts. */
enum { OWN_VERBS = 4 };
void make_verbs(struct cmta_verb verbs[OWN_VERBS], struct run *run);

/* Answers the open question as the octet says that left it open. */
void decide_late(struct run *run, struct cmta_session *session);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_PLAY_H
#define DIALOGS_PLAY_H

/* Plays a dialogue against a session of the engine, in one manner of cutting the client's bytes. */

#include "account.h"
#include "script.h"
#include "shelf.h"

/* How the client's bytes reach the session. */
enum manner {
  MANNER_WHOLE, /* consecutive client lines in one piece */
  MANNER_BYTES, /* one byte at a time, and replies taken one byte at a time */
  MANNER_CUT,   /* as whole, but cut in two at `cut` bytes from the dialogue's beginning */
  MANNER_PAUSED /* as whole, but each hook pauses the session */
};

struct play {
  const struct dialogue *dialogue;
  enum manner manner;
  size_t cut;
  bool lenient;           /* expect nothing but order: for runs in which memory fails */
  struct account account; /* fail_at and fail_on are the caller's */
  struct shelf shelf;
  struct script script; /* the first hook set */
  struct script others[DIALOGUE_SETS - 1];
  struct cmta_service *service;
  struct cmta_statistics *statistics; /* of the one session */
  struct cmta_session *session;       /* NULL before the first step that needs it */
  struct text pending;                /* client bytes not yet taken */
  size_t fed;                         /* client bytes taken */
  struct secrets secrets;             /* learned, and perhaps those of another play */
  struct text client;                 /* all that the client has to say */
  bool heard_secrets;                 /* the session said so since it was last looked at */
  struct text output;                 /* all that came from the session */
  size_t compared;                    /* how much of it the steps have seen */
  size_t messages_seen;
  uint64_t progress;      /* as it was when last looked at */
  size_t held_by_service; /* octets of memory */
  bool dead;              /* CMTA_E_MEMORY has been returned */
  unsigned line;          /* of the step that runs */
  struct text failure;    /* empty when all is well */
};

/* Plays all of it, frees the session, and checks what must hold for any dialogue: replies well
   formed, trace and output the same, `closed` told once, all data destroyed, all memory back with
   its right size. True when there is no failure. The caller clears the play. */
bool play_run(struct play *play);

/* Frees what a play holds. */
void play_clear(struct play *play);

/* The script of a hook set. */
struct script *play_script(struct play *play, size_t number);

/* The bytes that all client lines of a dialogue have together. */
size_t play_client_bytes(const struct dialogue *dialogue);

/* What a probe shows now, added to text. */
void probe_show(struct play *play, const struct step *step, struct text *text);

/* What is wrong with replies as lines of RFC 5321 section 4.2 (code, blank or hyphen, text; the
   lines of one reply with one code; at most 512 octets), or NULL. */
const char *reply_fault(const struct text *output);

/* What must hold whenever the session rests; before it is freed; of the sums when it is; when all
   is freed, in lenient runs too. */
void play_check_rest(struct play *play);
void play_check_end(struct play *play);
void play_check_sums(struct play *play);
void play_check_after(struct play *play);

/* Compares what has come with what a step expects. */
void play_expect(struct play *play, const struct step *step);

/* Whether the session takes bytes now. */
bool play_can_read(const struct play *play);

/* Remembers the first failure; with what was expected and what came, escaped. */
void play_fail(struct play *play, const char *what);
void play_fail_text(struct play *play, const char *what, const struct text *expected,
                    const char *got, size_t got_length);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_SCRIPT_H
#define DIALOGS_SCRIPT_H

/* The application of a dialogue: hooks that answer as the file says and remember what they heard.
 */

#include "agenda.h"
#include "delivered.h"
#include "secrets.h"

enum { SCRIPT_PEER_PORT = 4321 };

/* The client of every dialogue (RFC 5737). */
#define SCRIPT_PEER_ADDRESS "192.0.2.1"

/* One question: how often it was asked, and what it was about last. */
struct scripted {
  unsigned asked;
  struct text heard;
  struct text values; /* what its parameters said, typed */
};

/* One hook set. Those of one chain know the first of them, where what they share stands. */
struct script {
  struct script *first;
  size_t number;
  struct agenda agenda; /* what it is to answer */
  struct scripted questions[QUESTIONS];
  struct delivered *messages; /* those accepted; the last one is still in question when `judging` */
  size_t message_count;
  bool judging;
  bool kept;              /* a message of the running transaction is among them */
  bool takes;             /* messages are taken */
  struct text chunks;     /* what the `chunk` question has shown of the running message */
  struct text transcript; /* what the trace told, in order */
  struct text traced;     /* the last line of the client in it, without CR LF */
  struct text said;       /* the part of it that went to the client */
  bool lenient;           /* memory fails: replies that suited may not suit */
  bool pauses;            /* of the first set: hooks pause the session */
  bool paused;            /* likewise: one has */
  struct text foreseen;   /* commands told by `foresee` since it was last looked at */
  unsigned resets;
  unsigned closed;
  enum cmta_close_reason reason;
  unsigned session_data; /* pointers kept and not yet destroyed */
  unsigned transaction_data;
  unsigned exchange_data;
  struct secrets *secrets;   /* the first's: what clients said to prove who they are */
  enum cmta_verdict overdue; /* of the question that was left open last; the first's */
  struct text decided;       /* the answers to the last question */
  bool all_decided;          /* its last answer is there */
  struct text cancelled;     /* the questions that were cancelled; the first's */
  struct text fault; /* the first thing that should not have happened; empty when all is well */
};

/* The hooks that play the script of set `number`, to be given to a service with the script as
   `user`. A question that the dialogue never answers keeps its standard answer; `expn` and
   `headers` have a hook only when the dialogue answers them for that set. */
struct cmta_hooks script_hooks(const struct dialogue *dialogue, size_t number);

/* The hook `verb`, and the question of a row of settings.verbs, with the script as its `user`. */
enum cmta_verdict script_verb(struct cmta_session *session, void *user,
                              const struct cmta_verb *verb, struct cmta_slice argument);

/* Takes up a step for agenda_take(). */
void script_take(struct script *script, const struct step *step);

/* Makes an edit of the reply to EHLO. */
void script_edit(struct script *script, struct cmta_session *session, const struct step *step);

/* The open question has been answered with this verdict by somebody else. */
void script_decided(struct script *script, enum cmta_verdict verdict);

/* Pauses the session where it is to be. */
void script_pause(struct script *script, struct cmta_session *session);

/* " <mailbox> KEYWORD=value" added to text, without the leading blank when text is empty. */
void script_show_path(struct text *text, const struct cmta_path *path);

/* The parameters of path, typed, in place of what text was: "KEYWORD number text, KEYWORD ...". */
void script_show_values(struct text *text, const struct cmta_path *path);

/* Reads the messages that were taken once more, and frees them. */
void script_release(struct script *script);

/* Sets the hooks that are told and not asked, of set `number`, and its name. `foresee` is for
   dialogues that look at what it is told. */
void script_hear(struct cmta_hooks *hooks, const struct dialogue *dialogue, size_t number);

/* Remembers the first fault; NULL is none. */
void script_fault(struct script *script, const char *what);

/* In each hook the data is that of its own set. */
void script_check_data(struct script *script, const struct cmta_session *session);

/* Forgets the last message: it was refused. */
void script_drop_message(struct script *script);

/* Forgets what it remembers. */
void script_clear(struct script *script);

#endif

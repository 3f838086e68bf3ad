/* SPDX-License-Identifier: MIT */
#ifndef DIALOGS_SCRIPT_H
#define DIALOGS_SCRIPT_H

/* The application of a dialogue: hooks that answer as the file says and remember what they heard.
 */

#include "delivered.h"

enum { SCRIPT_ANSWERS = 32, SCRIPT_PEER_PORT = 4321 };

/* The client of every dialogue (RFC 5737). */
#define SCRIPT_PEER_ADDRESS "192.0.2.1"

/* One question: its answers to come, and what it was about last. */
struct scripted {
  const struct answer *once[SCRIPT_ANSWERS];
  size_t count;
  size_t used;
  const struct answer *always;
  unsigned asked;
  struct text heard;
  struct text values; /* what its parameters said, typed */
};

/* One hook set. Those of one chain know the first of them, where what they share stands. */
struct script {
  struct script *first;
  size_t number;
  struct scripted questions[QUESTIONS];
  struct delivered *messages; /* those accepted; the last one is still in question when `judging` */
  size_t message_count;
  bool judging;
  const struct step *edits[SCRIPT_ANSWERS]; /* of the next reply to EHLO */
  size_t edit_count;
  bool kept;              /* a message of the running transaction is among them */
  bool takes;             /* messages are taken */
  struct text chunks;     /* what the `chunk` question has shown of the running message */
  struct text transcript; /* what the trace told, in order */
  struct text said;       /* the part of it that went to the client */
  bool lenient;           /* memory fails: replies that suited may not suit */
  struct text foreseen;   /* commands told by `foresee` since it was last looked at */
  unsigned resets;
  unsigned closed;
  enum cmta_close_reason reason;
  unsigned session_data; /* pointers kept and not yet destroyed */
  unsigned transaction_data;
  bool no_session_data; /* the next one has none */
  bool no_transaction_data;
  const struct answer *deadline; /* of the next LATER of any set; the first's */
  enum cmta_verdict overdue;     /* of the question that was left open last; the first's */
  struct text decided;           /* the answers to the last question */
  bool all_decided;              /* its last answer is there */
  struct text cancelled;         /* the questions that were cancelled; the first's */
  struct text fault; /* the first thing that should not have happened; empty when all is well */
};

/* The hooks that play the script of set `number`, to be given to a service with the script as
   `user`. A question that the dialogue never answers keeps its standard answer; `expn` and
   `headers` have a hook only when the dialogue answers them for that set. */
struct cmta_hooks script_hooks(const struct dialogue *dialogue, size_t number);

/* The hook `verb`, and the question of a row of settings.verbs, with the script as its `user`. */
enum cmta_verdict script_verb(struct cmta_session *session, void *user,
                              const struct cmta_verb *verb, struct cmta_slice argument);

/* Takes up a step of a kind up to STEP_HOOK_ALWAYS, which lives longer than the script. */
void script_take(struct script *script, const struct step *step);

/* Takes up a STEP_OFFER or STEP_WITHHOLD for the next `hello` of this set. */
void script_take_edit(struct script *script, const struct step *step);

/* Makes an edit of the reply to EHLO. */
void script_edit(struct script *script, struct cmta_session *session, const struct step *step);

/* Rows for one client alone are offered when the client's name is theirs. */
bool script_is_for(const struct cmta_session *session, void *name);

/* Composes the reply of an answer; 0 or the library's error. */
int script_compose(struct cmta_session *session, const struct answer *answer);

/* The open question has been answered with this verdict by somebody else. */
void script_decided(struct script *script, enum cmta_verdict verdict);

/* " <mailbox> KEYWORD=value" added to text, without the leading blank when text is empty. */
void script_show_path(struct text *text, const struct cmta_path *path);

/* Reads the messages that were taken once more, and frees them. */
void script_release(struct script *script);

/* The hook `foresee`, of dialogues that look at what it is told. */
void script_hear_foreseen(struct cmta_session *session, void *user,
                          const struct cmta_foreseen *command);

/* Forgets what it remembers. */
void script_clear(struct script *script);

#endif

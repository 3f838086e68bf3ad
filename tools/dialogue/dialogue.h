/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DIALOGUE_H
#define TOOLS_DIALOGUE_H

/*
 * A dialogue file (its format: tests/dialogs/README.md) as data: settings and steps, in order. This
 * reads the file and plays nothing, so that anything that plays or draws a dialogue can use it.
 */

#include "text.h"

#include <cmta/session.h>

/* The questions of <cmta/hooks.h>, in that order, and that of a row of settings.verbs. */
enum question {
  ASK_CONNECT,
  ASK_HELLO,
  ASK_STARTTLS,
  ASK_SECURED,
  ASK_AUTH,
  ASK_MAIL,
  ASK_RCPT,
  ASK_DATA,
  ASK_CHUNK,
  ASK_HEADERS,
  ASK_MESSAGE,
  ASK_RSET,
  ASK_NOOP,
  ASK_VRFY,
  ASK_EXPN,
  ASK_HELP,
  ASK_VERB,
  ASK_ROW,
  ASK_XCLIENT,
  ASK_XFORWARD,
  ASK_ETRN,
  QUESTIONS
};

/* What a step does or expects. */
enum step_kind {
  STEP_NO_DATA,       /* set `set` has no data for its next session (`question` connect) or
                         transaction (mail) */
  STEP_DEADLINE,      /* answer: code seconds and a verdict, for the next LATER */
  STEP_OFFER,         /* text: a line to put into the reply to EHLO */
  STEP_WITHHOLD,      /* text: the keyword of a line to take out of it */
  STEP_HOOK,          /* answer: the next time `question` is asked */
  STEP_HOOK_ALWAYS,   /* answer: from now on, when there is no other */
  STEP_CLIENT,        /* text: bytes of the client, CR LF included where there is one */
  STEP_SERVER,        /* text: the next reply line, without its CR LF */
  STEP_SERVER_PREFIX, /* text: what the next reply line begins with */
  STEP_SERVER_REPLY,  /* text: what the next reply, of any number of lines, begins with */
  STEP_SERVER_OR,     /* text: the line that the reply line before may be instead */
  STEP_DECIDE,        /* answer: to the open question */
  STEP_SELECT,        /* text: the recipient whose open question is meant from now on, or "first" */
  STEP_ID,            /* text: the name that the running transaction gets */
  STEP_EXPIRE,
  STEP_STOP,
  STEP_HANGUP,
  STEP_SECURED, /* text: facts of TLS, NAME=VALUE; answer.refused: it must be */
  STEP_TLS_FAILED,
  STEP_MESSAGE,    /* text: the content of the next message that was delivered */
  STEP_NO_MESSAGE, /* none was, beyond those expected already */
  STEP_PROBE       /* text: what `probe` shows now */
};

/* What can be looked at; how each is written stands in tests/dialogs/README.md. */
enum probe {
  PROBE_CLOSED,
  PROBE_PHASE,
  PROBE_PROTOCOL,
  PROBE_HELLO,
  PROBE_TRANSACTION,
  PROBE_FROM,
  PROBE_TO,
  PROBE_TYPED,
  PROBE_SIZE,
  PROBE_ASKED,
  PROBE_HEARD,
  PROBE_VALUES,
  PROBE_RESETS,
  PROBE_TIMEOUT,
  PROBE_WANTS,
  PROBE_PROGRESS,
  PROBE_DECIDED,
  PROBE_CANCELLED,
  PROBE_COUNTS,
  PROBE_REPLIES,
  PROBE_FORESEEN,
  PROBE_IDENTITY,
  PROBE_MECHANISMS,
  PROBE_FACTS,
  PROBE_RECIPIENT,
  PROBE_HEARD_SECRETS,
  PROBE_TRACED,
  PROBE_PEER,
  PROBE_XCLIENT,
  PROBE_FORWARDED,
  PROBE_VIOLATIONS,
  PROBES
};

/* A scripted answer: a verdict, perhaps a reply, and what is told beside. */
struct answer {
  enum cmta_verdict verdict;
  bool refused; /* the library must refuse it: its reply, for `decide` the verdict with it, or an
                   edit of the reply to EHLO */
  int code;     /* of the reply; 0 for the standard one */
  char enhanced[16]; /* "5.7.1", or empty for the library's choice */
  struct text *lines;
  size_t line_count;               /* at least 1 when code is not 0 */
  struct text user, authorization; /* the identity; where `at` is NULL: none, here and below */
  struct text says;                /* a challenge */
  struct text mechanisms;          /* the session's own */
};

/* The functions of struct cmta_store that can fail. */
enum store_function { STORE_BEGIN, STORE_APPEND, STORE_READ, STORE_MAP, STORE_FUNCTIONS };

struct step {
  enum step_kind kind;
  unsigned line; /* in the file, from 1 */
  enum question question;
  size_t set; /* the hook set that is meant */
  enum probe probe;
  struct text text;
  struct answer answer;
};

/* A row of settings.verbs. */
struct dialogue_verb {
  struct text name;
  struct text help; /* at is NULL where there is none */
  unsigned phases;
  unsigned flags;
  bool asks; /* it has a question of its own */
};

/* The question of such a row. */
typedef enum cmta_verdict dialogue_question(struct cmta_session *session, void *user,
                                            const struct cmta_verb *verb,
                                            struct cmta_slice argument);

struct dialogue {
  struct cmta_settings settings; /* without the verbs */
  struct dialogue_verb *verbs;
  size_t verb_count;
  bool bare;              /* play it without any hook */
  enum cmta_tls_mode tls; /* what the runtime says that it can do */
  unsigned trust;         /* enum cmta_trust: what the runtime trusts the client with */
  bool in_clear;          /* bytes come where TLS is waited for */
  struct text *secrets;   /* what must be wiped and not be seen */
  size_t secret_count;
  size_t sets;                     /* hook sets of the chain; 1 where the file names none */
  bool takes;                      /* the application takes each message it is asked about */
  bool stores;                     /* there is a store for large messages; of its functions */
  enum store_function store_fails; /* this one fails, */
  unsigned store_fails_from;       /* from this call on, counted from 1; 0: none does */
  struct text hostname;            /* what settings point to */
  struct text greeting;
  struct text mechanisms, priority_policy;
  int64_t calendar; /* what the clock of the settings shows, where `set calendar` gave it one */
  struct cmta_keyword *keywords; /* their `user` is the name of the only client that they are for */
  struct step *steps;
  size_t step_count;
};

/* The most hook sets of a dialogue. */
enum { DIALOGUE_SETS = 4 };

/* Reads the text of a dialogue file. 0, or the number of the line that cannot be read. The caller
   frees the dialogue in both cases, and leaves it where it is: its settings may point into it. */
unsigned dialogue_parse(struct dialogue *dialogue, const char *source);

/* Makes a dialogue of plain lines: each is a client's, sent with CR LF, whether it ends in LF or in
   CR LF. The caller frees the dialogue. */
void dialogue_of_lines(struct dialogue *dialogue, const char *lines, size_t length);

/* Reads a whole file; false when it cannot be read. */
bool dialogue_load(struct text *source, const char *path);

/* Frees what the dialogue holds. */
void dialogue_free(struct dialogue *dialogue);

/* Whether the dialogue says how a hook set answers a question. */
bool dialogue_answers(const struct dialogue *dialogue, size_t set, enum question question);

/* A question by its name in struct cmta_hooks; QUESTIONS when there is none such. */
enum question question_by_name(const char *name, size_t length);

/* Reads what follows `verb` in a line; false when it is no row. */
bool dialogue_add_verb(struct dialogue *dialogue, const char *rest);

/* The rows of a dialogue for settings.verbs, dialogue->verb_count of them, with this question where
   they have one. They live as long as the dialogue; the caller frees the block. */
struct cmta_verb *dialogue_verbs(const struct dialogue *dialogue, dialogue_question *question,
                                 void *user);

/* Frees the rows themselves: dialogue_free() does it. */
void dialogue_free_verbs(struct dialogue *dialogue);

/* Chooses the open question that a `select` line names; 0 or the library's error. */
int step_select(struct cmta_session *session, const struct step *step);

/* Says what a `secured` line does; 0 or the library's error. */
int step_secured(struct cmta_session *session, const struct step *step);

/* Adds facts of TLS as such a line has them, "none" for NULL. */
void facts_show(struct text *text, const struct cmta_tls_facts *facts);

/* Writes what XCLIENT or XFORWARD told, or "none" for NULL: NAME=VALUE ..., without what is empty.
 */
void client_show(struct text *text, const struct cmta_client *client);

/* The name of a question. */
const char *question_name(enum question question);

/* A setting by its name in struct cmta_settings, from its text; false when there is no such setting
   or the text is no value for it. */
bool dialogue_set(struct dialogue *dialogue, const char *name, const char *value);

/* A row of settings.keywords, from what follows `keyword`; false when it cannot be read. */
bool dialogue_add_keyword(struct dialogue *dialogue, const char *rest);

/* Frees these rows. */
void dialogue_free_keywords(struct dialogue *dialogue);

#endif

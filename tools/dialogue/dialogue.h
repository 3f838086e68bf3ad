/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_DIALOGUE_H
#define TOOLS_DIALOGUE_H

/*
 * A dialogue file (its format: tests/dialogs/README.md) as data: settings and steps, in order. This
 * reads the file and knows nothing of sessions, so that anything that plays or draws a dialogue can
 * use it.
 */

#include "text.h"

#include <cmta/session.h>

/* The questions of <cmta/hooks.h>, in that order. */
enum question {
  ASK_CONNECT,
  ASK_HELLO,
  ASK_MAIL,
  ASK_RCPT,
  ASK_DATA,
  ASK_CHUNK,
  ASK_MESSAGE,
  ASK_RSET,
  ASK_NOOP,
  ASK_VRFY,
  ASK_EXPN,
  ASK_HELP,
  QUESTIONS
};

/* What a step does or expects. */
enum step_kind {
  STEP_NO_DATA,       /* set `set` has no data for its next session (`question` connect) or
                         transaction (mail) */
  STEP_DEADLINE,      /* answer: code seconds and a verdict, for the next LATER */
  STEP_HOOK,          /* answer: the next time `question` is asked */
  STEP_HOOK_ALWAYS,   /* answer: from now on, when there is no other */
  STEP_CLIENT,        /* text: bytes of the client, CR LF included where there is one */
  STEP_SERVER,        /* text: the next reply line, without its CR LF */
  STEP_SERVER_PREFIX, /* text: what the next reply line begins with */
  STEP_SERVER_REPLY,  /* text: what the next reply, of any number of lines, begins with */
  STEP_DECIDE,        /* answer: to the open question */
  STEP_EXPIRE,
  STEP_STOP,
  STEP_HANGUP,
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
  PROBE_RESETS,
  PROBE_TIMEOUT,
  PROBE_WANTS,
  PROBE_PROGRESS,
  PROBE_DECIDED,
  PROBE_CANCELLED,
  PROBES
};

/* A scripted answer: a verdict and perhaps a reply. */
struct answer {
  enum cmta_verdict verdict;
  bool refused; /* the library must refuse it: its reply, or for `decide` the verdict with it */
  int code;     /* of the reply; 0 for the standard one */
  char enhanced[16]; /* "5.7.1", or empty for the library's choice */
  struct text *lines;
  size_t line_count; /* at least 1 when code is not 0 */
};

struct step {
  enum step_kind kind;
  unsigned line; /* in the file, from 1 */
  enum question question;
  size_t set; /* the hook set that is meant */
  enum probe probe;
  struct text text;
  struct answer answer;
};

struct dialogue {
  struct cmta_settings settings;
  bool bare;            /* play it without any hook */
  size_t sets;          /* hook sets of the chain; 1 where the file names none */
  struct text hostname; /* what settings point to */
  struct text greeting;
  struct step *steps;
  size_t step_count;
};

/* The most hook sets of a dialogue. */
enum { DIALOGUE_SETS = 4 };

/* Reads the text of a dialogue file. 0, or the number of the line that cannot be read. The caller
   frees the dialogue in both cases. */
unsigned dialogue_parse(struct dialogue *dialogue, const char *source);

/* Makes a dialogue of plain lines: each is a client's, sent with CR LF, whether it ends in LF or in
   CR LF. The caller frees the dialogue. */
void dialogue_of_lines(struct dialogue *dialogue, const char *lines, size_t length);

/* Reads a whole file; false when it cannot be read. */
bool dialogue_load(struct text *source, const char *path);

/* Frees what the dialogue holds. */
void dialogue_free(struct dialogue *dialogue);

/* A question by its name in struct cmta_hooks; QUESTIONS when there is none such. */
enum question question_by_name(const char *name, size_t length);

/* The name of a question. */
const char *question_name(enum question question);

/* A setting by its name in struct cmta_settings, from its text; false when there is no such setting
   or the text is no value for it. */
bool dialogue_set(struct dialogue *dialogue, const char *name, const char *value);

#endif

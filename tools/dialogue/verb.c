/* SPDX-License-Identifier: MIT */
/* `verb NAME [phases=P,...] [flags=F,...] [help="TEXT"] [asks]`: rows of settings.verbs. */
#include "dialogue.h"

#include <stdlib.h>
#include <string.h>

struct word {
  const char *name;
  unsigned bit;
};

static const struct word phases[] = {{"greeted", CMTA_PHASE_GREETED}, {"ready", CMTA_PHASE_READY},
                                     {"mail", CMTA_PHASE_MAIL},       {"rcpt", CMTA_PHASE_RCPT},
                                     {"chunks", CMTA_PHASE_CHUNKS},   {NULL, 0}};

static const struct word flags[] = {{"needs-tls", CMTA_VERB_NEEDS_TLS},
                                    {"needs-auth", CMTA_VERB_NEEDS_AUTH},
                                    {"ends-group", CMTA_VERB_ENDS_GROUP},
                                    {NULL, 0}};

/* Takes `prefix` off rest. */
static bool take(const char **rest, const char *prefix) {
  const size_t length = strlen(prefix);
  const bool found = strncmp(*rest, prefix, length) == 0;
  *rest += found ? length : 0;
  return found;
}

/* "one,two" as bits; false when a word is none of the list. */
static bool take_words(const char **rest, const struct word *words, unsigned *bits) {
  for (;; ++*rest) {
    const size_t length = strcspn(*rest, ", ");
    const struct word *word = words;
    while (word->name != NULL &&
           (strlen(word->name) != length || memcmp(word->name, *rest, length) != 0))
      word++;
    if (word->name == NULL)
      return false;
    *bits |= word->bit;
    *rest += length;
    if (**rest != ',')
      return true;
  }
}

static bool take_help(const char **rest, struct text *help) {
  text_append(help, "", 0);
  return (*rest = text_decode(help, *rest, '"')) != NULL;
}

static bool take_part(const char **rest, struct dialogue_verb *verb) {
  if (take(rest, "phases="))
    return take_words(rest, phases, &verb->phases);
  if (take(rest, "flags="))
    return take_words(rest, flags, &verb->flags);
  if (take(rest, "help=\""))
    return take_help(rest, &verb->help);
  return verb->asks = take(rest, "asks");
}

bool dialogue_add_verb(struct dialogue *dialogue, const char *rest) {
  struct dialogue_verb *grown =
      realloc(dialogue->verbs, (dialogue->verb_count + 1) * sizeof dialogue->verbs[0]);
  if (grown == NULL)
    abort();
  dialogue->verbs = grown;
  struct dialogue_verb *verb = &grown[dialogue->verb_count++];
  *verb = (struct dialogue_verb){.phases = 0};
  const size_t length = strcspn(rest, " ");
  text_append(&verb->name, rest, length);
  for (rest += length; rest[strspn(rest, " ")] != '\0';) {
    rest += strspn(rest, " ");
    if (!take_part(&rest, verb))
      return false;
  }
  return length > 0;
}

struct cmta_verb *dialogue_verbs(const struct dialogue *dialogue, dialogue_question *question,
                                 void *user) {
  struct cmta_verb *rows = calloc(dialogue->verb_count + 1, sizeof rows[0]);
  if (rows == NULL)
    abort();
  for (size_t i = 0; i < dialogue->verb_count; i++) {
    const struct dialogue_verb *verb = &dialogue->verbs[i];
    rows[i] = (struct cmta_verb){.name = verb->name.at,
                                 .phases = verb->phases,
                                 .flags = verb->flags,
                                 .help = verb->help.at,
                                 .question = verb->asks ? question : NULL,
                                 .user = user};
  }
  return rows;
}

void dialogue_free_verbs(struct dialogue *dialogue) {
  for (size_t i = 0; i < dialogue->verb_count; i++) {
    text_clear(&dialogue->verbs[i].name);
    text_clear(&dialogue->verbs[i].help);
  }
  free(dialogue->verbs);
}

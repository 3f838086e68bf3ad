/* SPDX-License-Identifier: MIT */
/* `tls MODE`, `secured NAME=VALUE ...`: what a runtime says of TLS; see dialogue.h. */
#include "parse.h"

#include <string.h>

static const char *const modes[] = {"off", "offered", "required", "unavailable", "implicit"};

enum { MODES = sizeof modes / sizeof modes[0] };

bool parse_tls(struct dialogue *dialogue, const char *rest) {
  const char *word;
  const size_t length = parse_word(&rest, &word);
  const size_t mode = parse_index(modes, MODES, word, length);
  dialogue->tls = (enum cmta_tls_mode)mode;
  return mode < MODES && parse_at_end(rest);
}

/* The facts by name, in the order in which they are shown. */
static const struct {
  const char *name;
  size_t offset;
} facts_by_name[] = {
    {"version", offsetof(struct cmta_tls_facts, version)},
    {"cipher", offsetof(struct cmta_tls_facts, cipher)},
    {"suite", offsetof(struct cmta_tls_facts, cipher_suite)},
    {"sni", offsetof(struct cmta_tls_facts, server_name)},
    {"alpn", offsetof(struct cmta_tls_facts, alpn)},
    {"subject", offsetof(struct cmta_tls_facts, peer_subject)},
    {"fingerprint", offsetof(struct cmta_tls_facts, peer_fingerprint)},
};

enum { FACTS = sizeof facts_by_name / sizeof facts_by_name[0] };

static const char **fact(struct cmta_tls_facts *facts, size_t index) {
  return (const char **)((char *)facts + facts_by_name[index].offset);
}

/* Takes one word, which has its NUL already; false when it names no fact. */
static bool read_fact(struct cmta_tls_facts *facts, const char *word) {
  if (strcmp(word, "verified") == 0)
    return facts->peer_verified = true;
  for (size_t i = 0; i < FACTS; i++) {
    const size_t length = strlen(facts_by_name[i].name);
    if (strncmp(word, facts_by_name[i].name, length) == 0 && word[length] == '=') {
      *fact(facts, i) = word + length + 1;
      return true;
    }
  }
  return false;
}

/* The facts that text names, whose blanks become NULs, and nothing of the rest. */
static bool read_facts(struct cmta_tls_facts *facts, char *text) {
  *facts = (struct cmta_tls_facts){.peer_verified = false};
  for (size_t i = 0; i < FACTS; i++)
    *fact(facts, i) = "";
  bool good = true;
  for (char *word = text + strspn(text, " "); good && *word != '\0';) {
    char *end = word + strcspn(word, " ");
    char *next = end + strspn(end, " ");
    *end = '\0';
    good = read_fact(facts, word);
    word = next;
  }
  return good;
}

int step_secured(struct cmta_session *session, const struct step *step) {
  struct cmta_tls_facts facts;
  struct text text = {0};
  text_append(&text, step->text.at, step->text.length);
  const bool good = read_facts(&facts, text.at);
  const bool any = step->text.length > 0;
  const int error = good ? cmta_session_secured(session, any ? &facts : NULL) : CMTA_E_ARGUMENT;
  text_clear(&text);
  return error;
}

void facts_show(struct text *text, const struct cmta_tls_facts *facts) {
  struct cmta_tls_facts shown = facts == NULL ? (struct cmta_tls_facts){0} : *facts;
  if (facts == NULL)
    text_print(text, "none");
  for (size_t i = 0; facts != NULL && i < FACTS; i++)
    if (**fact(&shown, i) != '\0')
      text_print(text, "%s%s=%s", text->length == 0 ? "" : " ", facts_by_name[i].name,
                 *fact(&shown, i));
  if (shown.peer_verified)
    text_print(text, "%sverified", text->length == 0 ? "" : " ");
}

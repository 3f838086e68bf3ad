/* SPDX-License-Identifier: MIT */

/* The engine knows no mechanism but by name: which of them show the secret itself to whoever
 * listens. */

#include "engine/mechanisms.h"

#include "engine/ascii.h"
#include "engine/chain.h"
#include "engine/offer.h"
#include "engine/verbs.h"

#include <string.h>

/* Octets of a list, so that its line in the EHLO reply is one. */
enum { MAX_LIST = 400 };

/* What stands in front of a list in the EHLO reply. */
static const char keyword[] = "AUTH ";

enum { KEYWORD = sizeof keyword - 1 };

/* RFC 4616 section 1, RFC 7628 section 3; the two others are like them. */
static const char *const plaintext[] = {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"};

struct mechanisms {
  size_t safe; /* where the second line begins */
  char lines[];
};

/* Takes the next word off a list; empty at its end. */
static struct cmta_slice next_word(const char **list) {
  *list += strspn(*list, " ");
  struct cmta_slice word = {*list, strcspn(*list, " ")};
  *list += word.length;
  return word;
}

static bool is_mechanism(struct cmta_slice word) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return word.length < MECHANISM_SIZE && strspn(word.at, letters) >= word.length;
}

/* Whether a list has a word, in any case of letters; the word as the list has it. */
static bool has_word(const char *list, struct cmta_slice word, struct cmta_slice *found) {
  do
    *found = next_word(&list);
  while (found->length && !ascii_same(*found, word));
  return found->length;
}

bool mechanisms_are_sound(const char *list) {
  struct cmta_slice again;
  if (!list)
    return true;
  if (strlen(list) > MAX_LIST)
    return false;
  for (struct cmta_slice word = next_word(&list); word.length; word = next_word(&list))
    if (!is_mechanism(word) || has_word(list, word, &again))
      return false;
  return true;
}

static bool is_plaintext(struct cmta_slice word) {
  for (size_t i = 0; i < sizeof plaintext / sizeof *plaintext; i++)
    if (cmta_slice_is(word, plaintext[i]))
      return true;
  return false;
}

bool cmta_mechanism_is_plaintext(const char *mechanism) {
  return mechanism && is_plaintext((struct cmta_slice){mechanism, strlen(mechanism)});
}

/* Writes the line of a list; safe: without those that show the secret. Returns what is behind its
 * NUL. */
static char *write_line(const char *list, bool safe, char *line) {
  memcpy(line, keyword, KEYWORD);
  char *at = line + KEYWORD;
  for (struct cmta_slice word = next_word(&list); word.length; word = next_word(&list)) {
    if (safe && is_plaintext(word))
      continue;
    if (at > line + KEYWORD)
      *at++ = ' ';
    memcpy(at, word.at, word.length);
    at += word.length;
  }
  *at = '\0';
  return at + 1;
}

struct mechanisms *mechanisms_copy(const char *list, struct memory *memory) {
  if (!list || list[strspn(list, " ")] == '\0')
    return NULL;
  size_t most = KEYWORD + strlen(list) + 1;
  struct mechanisms *mechanisms = memory_take(memory, sizeof *mechanisms + 2 * most);
  if (!mechanisms)
    return NULL;
  char *second = write_line(list, false, mechanisms->lines);
  mechanisms->safe = (size_t)(second - mechanisms->lines);
  write_line(list, true, second);
  return mechanisms;
}

static const struct mechanisms *mechanisms_of(const struct cmta_session *session) {
  return session->own_mechanisms ? session->mechanisms : session->service->mechanisms;
}

bool mechanisms_exist(const struct cmta_session *session) {
  return mechanisms_of(session) && (offer_chosen(session) & CMTA_EXTENSION_AUTH) &&
         chain_has(session->service, offsetof(struct cmta_hooks, auth));
}

static bool may_show_secrets(const struct cmta_session *session) {
  return session->encrypted || session->service->settings.auth_in_clear;
}

/* Every AUTH would be 530: a client that is offered none sends no password first. */
static bool needs_tls_first(const struct cmta_session *session) {
  return session->tls_mode == CMTA_TLS_REQUIRED && !session->encrypted;
}

const char *mechanisms_line(const struct cmta_session *session) {
  if (!mechanisms_exist(session) || needs_tls_first(session))
    return NULL;
  const struct mechanisms *mechanisms = mechanisms_of(session);
  const char *line = mechanisms->lines + (may_show_secrets(session) ? 0 : mechanisms->safe);
  return line[KEYWORD] ? line : NULL;
}

const char *cmta_session_mechanisms(const struct cmta_session *session) {
  const char *line = mechanisms_line(session);
  return line ? line + KEYWORD : "";
}

enum reply_id mechanism_check(const struct cmta_session *session, struct cmta_slice word,
                              char name[MECHANISM_SIZE]) {
  struct cmta_slice found;
  if (!has_word(mechanisms_of(session)->lines + KEYWORD, word, &found))
    return REPLY_MECHANISM_UNKNOWN;
  memcpy(name, found.at, found.length);
  name[found.length] = '\0';
  bool shows = is_plaintext(found) && !may_show_secrets(session);
  return shows ? REPLY_MECHANISM_NEEDS_TLS : REPLY_NONE;
}

/* The hooks that are asked before the client is shown the list. */
static bool may_set(const struct cmta_session *session) {
  size_t hook = session->verb ? session->verb->hook : 0;
  return !session->running || (session->hand.question == QUESTION_ASKED &&
                               (hook == offsetof(struct cmta_hooks, connect) ||
                                hook == offsetof(struct cmta_hooks, secured) ||
                                hook == offsetof(struct cmta_hooks, hello)));
}

int cmta_session_set_mechanisms(struct cmta_session *session, const char *mechanisms) {
  if (!session || !mechanisms_are_sound(mechanisms))
    return CMTA_E_ARGUMENT;
  if (!may_set(session))
    return CMTA_E_STATE;
  struct mechanisms *made = mechanisms_copy(mechanisms, &session->memory);
  if (!made && mechanisms && mechanisms[strspn(mechanisms, " ")])
    return CMTA_E_MEMORY;
  memory_give(&session->memory, session->mechanisms);
  session->mechanisms = made;
  session->own_mechanisms = mechanisms;
  return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Whole sessions. The first octets of an input choose settings, verdicts and cuts; the rest is what
 * the client sends. The same session runs in one piece and cut, and must give the same replies and
 * the same messages; its replies must be well formed, and as many as fuzz/session_replies.h counts.
 *
 * What the first octets mean stands in fuzz/session_choice.h. There is a parameter of each type,
 * and the name that a client greets with is withheld from it as a keyword, or else offered behind
 * an X.
 */

#include "fuzz/session_hooks.h"
#include "fuzz/session_store.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void *account(void *context, void *pointer, size_t old_size, size_t new_size) {
  struct run *run = context;
  run->held += new_size - old_size;
  if (run->held > run->peak)
    run->peak = run->held;
  if (new_size > 0)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static struct cmta_settings settings_of(struct run *run) {
  struct cmta_settings settings = choice_settings(run->choice);
  settings.max_memory = MAX_MEMORY;
  if (run->choice->piece & STORES)
    settings.store = session_store();
  settings.allocator = (struct cmta_allocator){.reallocate = account, .context = run};
  return settings;
}

static void take_output(struct run *run, struct cmta_session *session) {
  const struct cmta_slice out = cmta_session_output(session);
  bytes_add(&run->output, out.at, out.length);
  must(cmta_session_sent(session, out.length) == 0, "all output can be sent");
}

/* Brings one piece, from a block of its own, and answers what it leads to; how much was taken. */
static size_t bring(struct run *run, struct cmta_session *session, const uint8_t *bytes,
                    size_t length) {
  uint8_t *piece = malloc(length + 1);
  must(piece != NULL, "the fuzzer has memory");
  memcpy(piece, bytes, length);
  piece[length] = 0xee;
  const ptrdiff_t taken = cmta_session_receive(session, piece, length);
  free(piece);
  must(taken >= 0 && (size_t)taken <= length, "bytes are taken");
  const unsigned wants = cmta_session_wants(session);
  take_output(run, session);
  if (wants & CMTA_WANTS_DECISION)
    decide_late(run, session);
  else
    must((size_t)taken == length || (wants & (CMTA_WANTS_CLOSE | CMTA_WANTS_WRITE)), "it goes on");
  return (size_t)taken;
}

static bool is_over(const struct cmta_session *session) {
  return cmta_session_wants(session) & CMTA_WANTS_CLOSE;
}

/* What a client says, and where it waits for a reply: behind each line with STARTTLS in it. */
struct saying {
  const uint8_t *at;
  size_t length;
  bool *waits; /* one an octet: nothing is sent behind it before it is answered */
};

/* The handshake that a session waits for, as the choice has it: bytes come in its place, it fails,
   or it is done. */
static void shake_hands(struct run *run, struct cmta_session *session) {
  static const struct cmta_tls_facts facts = {
      "TLSv1.3", "cipher", "name", "", "CN=x", "", true, "TLS_AES_128_GCM_SHA256"};
  const unsigned security = run->choice->security;
  const size_t before = run->output.length;
  run->in_clear = security & IN_CLEAR;
  if (run->in_clear)
    must(cmta_session_receive(session, "RSET\r\n", 6) == 0, "bytes in clear are not taken");
  else if (security & TLS_FAILS)
    cmta_session_tls_failed(session);
  else
    must(cmta_session_secured(session, security & 1 ? &facts : NULL) == 0, "TLS is reported");
  take_output(run, session);
  must(run->output.length == before, "nothing is said");
  if (security & (IN_CLEAR | TLS_FAILS))
    must(cmta_session_close_reason(session) == CMTA_CLOSED_TLS, "without TLS it is over");
}

/* Runs what waits for no bytes: answers to STARTTLS, and the handshake. */
static void run_on(struct run *run, struct cmta_session *session) {
  const bool waits = !(run->choice->security & IN_CLEAR);
  while (waits && strcmp(cmta_session_question(session), "starttls") == 0)
    bring(run, session, (const uint8_t *)"", 0);
  if (!(cmta_session_wants(session) & CMTA_WANTS_TLS))
    return;
  shake_hands(run, session);
  bring(run, session, (const uint8_t *)"", 0);
}

static bool has_word(const uint8_t *line, size_t length) {
  static const char word[] = "STARTTLS";
  for (size_t at = 0; at + sizeof word - 1 <= length; at++)
    if (strncasecmp((const char *)line + at, word, sizeof word - 1) == 0)
      return true;
  return false;
}

static struct saying saying_of(const struct run *run, const uint8_t *bytes, size_t length) {
  struct saying saying = {bytes, length, calloc(length + 1, sizeof(bool))};
  size_t line = 0;
  must(saying.waits != NULL, "the fuzzer has memory");
  for (size_t at = 1; at < length; at++)
    if (bytes[at - 1] == '\r' && bytes[at] == '\n') {
      saying.waits[at] =
          !(run->choice->security & IN_CLEAR) && has_word(bytes + line, at + 1 - line);
      line = at + 1;
    }
  return saying;
}

/* How much of what is left from `from` on comes at once. */
static size_t next_piece(const struct saying *saying, size_t from, size_t piece) {
  const size_t left = saying->length - from;
  const size_t most = piece < left ? piece : left;
  for (size_t i = 0; i < most; i++)
    if (saying->waits[from + i])
      return i + 1;
  return most;
}

/* Feeds all bytes in pieces of that length; whether the session is over by itself. */
static bool feed(struct run *run, struct cmta_session *session, const uint8_t *bytes, size_t length,
                 size_t piece) {
  struct saying saying = saying_of(run, bytes, length);
  unsigned still = 0;
  size_t from = 0;
  bring(run, session, bytes, 0);
  run_on(run, session);
  while (from < length && !is_over(session)) {
    const size_t taken = bring(run, session, bytes + from, next_piece(&saying, from, piece));
    still = taken > 0 ? 0 : still + 1;
    must(still < 3 * MAX_SETS, "it does not stand still");
    from += taken;
    run_on(run, session);
  }
  for (int i = 0; i < 3 * MAX_SETS && !is_over(session); i++) {
    bring(run, session, bytes, 0);
    run_on(run, session);
  }
  free(saying.waits);
  return is_over(session);
}

static void check_sets(const struct run *run) {
  for (int i = 0; i < sets_of(run); i++) {
    const struct set *set = &run->sets[i];
    must(set->closed == run->opened, "the end is told once to each");
    must(set->sessions == 0 && set->transactions == 0 && set->exchanges == 0, "all data is freed");
    must(set->resets == run->sets[0].resets, "news goes to all");
  }
}

static enum cmta_tls_mode tls_mode(const struct run *run) {
  return (enum cmta_tls_mode)((run->choice->security & TLS_MODES) % (CMTA_TLS_IMPLICIT + 1));
}

/* Plays it from beginning to end; whether it was over by itself. */
static bool play(struct run *run, const uint8_t *bytes, size_t length, size_t piece) {
  struct cmta_settings settings = settings_of(run);
  struct cmta_verb verbs[OWN_VERBS];
  struct cmta_service *service;
  struct cmta_session *session;
  make_verbs(verbs, run);
  settings.verbs = verbs;
  settings.verb_count = OWN_VERBS;
  must(cmta_service_new(&service, &settings, &session_hooks, &run->sets[0]) == 0,
       "the settings are sound");
  for (int i = 1; i < sets_of(run); i++)
    must(cmta_service_add(service, &session_hooks, &run->sets[i]) == i, "there is one set more");
  must(cmta_session_new(&session, service, NULL, NULL) == 0, "there is a session");
  must(cmta_session_set_tls(session, tls_mode(run)) == 0, "there is such a mode");
  const bool over = feed(run, session, bytes, length, piece);
  run->refused = over && strcmp(cmta_session_phase(session), "handshake") == 0;
  run->opened = strcmp(cmta_session_phase(session), "connecting") != 0 || run->asked > 0;
  cmta_session_hangup(session);
  take_output(run, session);
  must(is_over(session) && cmta_session_envelope(session) == NULL, "nothing is left at the end");
  cmta_session_free(session);
  cmta_service_free(service);
  must(!run->taken || session_store_reads(run->taken), "a taken message is whole");
  cmta_message_free(run->taken);
  check_sets(run);
  must(run->held == 0, "all memory comes back");
  /* That of the session, and the message that was taken from it. */
  must(run->peak <= 2 * MAX_MEMORY + 4096, "memory is bounded");
  return over;
}

static void check_replies(const struct run *run, const uint8_t *bytes, size_t length, bool over) {
  const bool utf8 = !(run->choice->switches >> 2 & CMTA_EXTENSION_SMTPUTF8);
  must(replies_well_formed(&run->output, utf8), "replies are well formed");
  const bool lmtp = run->choice->piece & SPEAKS_LMTP;
  must(replies_match(&run->output, bytes, length, over, run->refused, lmtp),
       "there is a reply for each command");
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  struct choice choice = {0};
  if (size < HEADER)
    return 0;
  memcpy(&choice, input, HEADER);
  struct run whole = {.choice = &choice}, cut = {.choice = &choice};
  for (int i = 0; i < MAX_SETS; i++) {
    whole.sets[i].run = &whole;
    cut.sets[i].run = &cut;
  }
  const bool over = play(&whole, input + HEADER, size - HEADER, size);
  play(&cut, input + HEADER, size - HEADER, (choice.piece & PIECES) + 1u);
  check_replies(&whole, input + HEADER, size - HEADER, over);
  const bool same = !(choice.security & IN_CLEAR); /* else what came before the 220 counts */
  must(!same || bytes_equal(&whole.output, &cut.output), "replies do not depend on cuts");
  must(!same || bytes_equal(&whole.messages, &cut.messages), "messages do not depend on cuts");
  bytes_free(&whole.output);
  bytes_free(&whole.messages);
  bytes_free(&cut.output);
  bytes_free(&cut.messages);
  bytes_free(&whole.section);
  bytes_free(&cut.section);
  return 0;
}

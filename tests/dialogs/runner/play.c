/* SPDX-License-Identifier: MIT */
/* Plays dialogues; see play.h. */
#include "play.h"

#include <stdlib.h>
#include <string.h>

void play_fail(struct play *play, const char *what) {
  if (play->failure.length == 0)
    text_print(&play->failure, "%s", what);
}

/* Says what was expected and what came, escaped. */
void play_fail_text(struct play *play, const char *what, const struct text *expected,
                    const char *got, size_t got_length) {
  if (play->failure.length > 0)
    return;
  text_print(&play->failure, "%s\n  expected: ", what);
  text_show(&play->failure, expected->at, expected->length);
  text_print(&play->failure, "\n  got:      ");
  text_show(&play->failure, got, got_length);
}

struct script *play_script(struct play *play, size_t number) {
  return number == 0 ? &play->script : &play->others[number - 1];
}

static void take_output(struct play *play) {
  for (;;) {
    const struct cmta_slice out = cmta_session_output(play->session);
    if (out.length == 0)
      return;
    const size_t length = play->manner == MANNER_BYTES ? 1 : out.length;
    text_append(&play->output, out.at, length);
    if (cmta_session_sent(play->session, length) != 0) {
      play_fail(play, "cmta_session_sent() refuses");
      return;
    }
  }
}

/* How many of the pending bytes come next. */
static size_t next_piece(const struct play *play) {
  if (play->manner == MANNER_BYTES && play->pending.length > 1)
    return 1;
  if (play->manner == MANNER_CUT && play->cut > play->fed &&
      play->cut - play->fed < play->pending.length)
    return play->cut - play->fed;
  return play->pending.length;
}

bool play_can_read(const struct play *play) {
  const unsigned stops =
      CMTA_WANTS_DECISION | CMTA_WANTS_CLOSE | (play->dialogue->in_clear ? 0 : CMTA_WANTS_TLS);
  return (cmta_session_wants(play->session) & stops) == 0;
}

/* Bytes that may be a secret have been reported as such. */
static void check_heard_secrets(struct play *play, size_t taken) {
  const bool heard = cmta_session_heard_secrets(play->session);
  play->heard_secrets = play->heard_secrets || heard;
  if (!heard && secrets_have_part(&play->secrets, &play->client, play->fed, taken))
    play_fail(play, "a part of a secret was not reported");
}

static void forget_taken(struct play *play, size_t taken) {
  play->fed += taken;
  play->pending.length -= taken;
  memmove(play->pending.at, play->pending.at + taken, play->pending.length);
}

/* One call of cmta_session_receive(), from a block of memory that ends where the bytes end. */
static bool receive(struct play *play, size_t length) {
  char *piece = malloc(length);
  if (piece == NULL && length > 0)
    abort();
  if (length > 0)
    memcpy(piece, play->pending.at, length);
  play->script.paused = false;
  const ptrdiff_t taken = cmta_session_receive(play->session, length > 0 ? piece : NULL, length);
  free(piece);
  if (taken < 0) {
    play->dead = taken == CMTA_E_MEMORY && play->lenient;
    if (!play->dead)
      play_fail(play, cmta_strerror((int)taken));
    else if ((cmta_session_wants(play->session) & CMTA_WANTS_CLOSE) == 0)
      play_fail(play, "there was no memory, and the session is not over");
    return false;
  }
  if ((size_t)taken < length && play_can_read(play) && !play->script.paused)
    play_fail(play, "not all bytes were taken in one call");
  check_heard_secrets(play, (size_t)taken);
  if (taken > 0)
    forget_taken(play, (size_t)taken);
  take_output(play);
  return true;
}

/* Brings what waits behind an open question as it would come: a piece more each time. */
static bool show_ahead(struct play *play) {
  bool alive = true;
  size_t length = play->manner == MANNER_BYTES ? 1 : next_piece(play);
  while (alive && (cmta_session_wants(play->session) & CMTA_WANTS_FORESIGHT) &&
         length <= play->pending.length) {
    alive = receive(play, length);
    length = play->manner == MANNER_BYTES || length == play->pending.length ? length + 1
                                                                            : play->pending.length;
  }
  return alive;
}

/* Runs the session until it has taken all or cannot go on. */
static void feed(struct play *play) {
  if (!receive(play, play->manner == MANNER_BYTES ? 0 : next_piece(play)))
    return;
  while ((play->pending.length > 0 || play->script.paused) && play_can_read(play) &&
         play->failure.length == 0)
    if (!receive(play, next_piece(play)))
      return;
  if (play->failure.length == 0)
    (void)show_ahead(play);
}

/* A service with the chain of the dialogue; 0 or the library's error. */
static int make_service(struct play *play) {
  struct cmta_settings settings = play->dialogue->settings;
  struct cmta_verb *verbs = dialogue_verbs(play->dialogue, script_verb, &play->script);
  settings.allocator = account_allocator(&play->account);
  settings.verbs = verbs;
  settings.verb_count = play->dialogue->verb_count;
  if (play->dialogue->stores)
    settings.store = shelf_store(&play->shelf, play->dialogue);
  struct cmta_hooks hooks = script_hooks(play->dialogue, 0);
  int error = cmta_service_new(&play->service, &settings, &hooks, &play->script);
  free(verbs);
  for (size_t i = 1; error >= 0 && i < play->dialogue->sets; i++) {
    hooks = script_hooks(play->dialogue, i);
    error = cmta_service_add(play->service, &hooks, play_script(play, i));
    play_script(play, i)->lenient = play->lenient;
  }
  return error < 0 ? error : 0;
}

static bool open_session(struct play *play) {
  const struct cmta_peer peer = {.address = SCRIPT_PEER_ADDRESS, .port = SCRIPT_PEER_PORT};
  int error = make_service(play);
  if (error == 0)
    error = cmta_statistics_new(&play->statistics, play->service);
  play->held_by_service = play->account.held;
  play->script.lenient = play->lenient;
  play->script.takes = play->dialogue->takes;
  play->script.pauses = play->manner == MANNER_PAUSED;
  if (error == 0)
    error = cmta_session_new(&play->session, play->service, &peer, NULL);
  if (error != 0) {
    play->dead = true;
    if (!play->lenient)
      play_fail(play, cmta_strerror(error));
    return false;
  }
  cmta_session_count_in(play->session, play->statistics);
  cmta_session_set_tls(play->session, play->dialogue->tls);
  cmta_session_set_trust(play->session, play->dialogue->trust);
  receive(play, 0);
  return true;
}

/* True when the next step is a client line too: then both come in one piece. */
static bool continues(const struct play *play, const struct step *step) {
  return step + 1 < play->dialogue->steps + play->dialogue->step_count &&
         step[0].kind == STEP_CLIENT && step[1].kind == STEP_CLIENT;
}

static void step_client(struct play *play, const struct step *step) {
  if (play->compared < play->output.length && !play->lenient)
    play_fail_text(play, "a reply that no line expects", &(struct text){0},
                   play->output.at + play->compared, play->output.length - play->compared);
  text_append(&play->pending, step->text.at, step->text.length);
  const bool waits = cmta_session_wants(play->session) & CMTA_WANTS_TLS;
  if (waits && !play->dialogue->in_clear && !play->lenient)
    play_fail(play, "the client speaks in clear where TLS is waited for");
  else if (!continues(play, step) && (!waits || play->dialogue->in_clear))
    feed(play);
}

/* The open question has been answered, whoever left it. */
static void note_decided(struct play *play, enum cmta_verdict verdict) {
  for (size_t i = 0; i < DIALOGUE_SETS; i++)
    script_decided(play_script(play, i), verdict);
}

static void step_decide(struct play *play, const struct step *step) {
  int error = answer_compose(play->session, &step->answer);
  if (error == 0)
    error = cmta_session_decide(play->session, step->answer.verdict);
  if (error == 0) {
    note_decided(play, step->answer.verdict);
    feed(play);
  }
  if ((error != 0) != step->answer.refused && !play->lenient)
    play_fail(play,
              error != 0 ? cmta_strerror(error) : "a decision that should be refused was taken");
}

static void step_select_by(struct play *play, const struct step *step) {
  const int error = step_select(play->session, step);
  if ((error != 0) != step->answer.refused && !play->lenient)
    play_fail(play, error != 0 ? cmta_strerror(error) : "a choice should have been refused");
}

static void step_secured_by(struct play *play, const struct step *step) {
  const int error = step_secured(play->session, step);
  play->dead = error == CMTA_E_MEMORY && play->lenient;
  if ((error != 0) != step->answer.refused && !play->lenient)
    play_fail(play, error != 0 ? cmta_strerror(error) : "TLS should have been refused");
  if (error == 0)
    feed(play);
}

static void step_id(struct play *play, const struct step *step) {
  const int error = cmta_transaction_set_id(play->session, step->text.at);
  if (error != 0 && !play->lenient)
    play_fail(play, cmta_strerror(error));
}

static void step_expire(struct play *play) {
  note_decided(play, play->script.overdue);
  cmta_session_expire(play->session);
  take_output(play);
  feed(play);
}

static void step_stop(struct play *play) {
  cmta_session_stop(play->session);
  take_output(play);
}

/* While `hello` is open an edit is made at once, else at the next one. */
static void step_edit(struct play *play, const struct step *step) {
  if (play->session != NULL && strcmp(cmta_session_question(play->session), "hello") == 0)
    script_edit(&play->script, play->session, step);
  else
    script_take(&play->script, step);
}

static void run_step(struct play *play, const struct step *step) {
  switch (step->kind) {
  case STEP_OFFER:
  case STEP_WITHHOLD:
    step_edit(play, step);
    break;
  case STEP_NO_DATA:
  case STEP_DEADLINE:
  case STEP_HOOK:
  case STEP_HOOK_ALWAYS:
    script_take(play_script(play, step->set), step);
    break;
  case STEP_CLIENT:
    step_client(play, step);
    break;
  case STEP_DECIDE:
    step_decide(play, step);
    break;
  case STEP_SELECT:
    step_select_by(play, step);
    break;
  case STEP_SECURED:
    step_secured_by(play, step);
    break;
  case STEP_TLS_FAILED:
    cmta_session_tls_failed(play->session);
    break;
  case STEP_ID:
    step_id(play, step);
    break;
  case STEP_EXPIRE:
    step_expire(play);
    break;
  case STEP_STOP:
    step_stop(play);
    break;
  case STEP_HANGUP:
    cmta_session_hangup(play->session);
    take_output(play);
    break;
  default:
    if (!play->lenient)
      play_expect(play, step);
  }
}

static bool is_script(const struct step *step) { return step->kind <= STEP_HOOK_ALWAYS; }

static void run_steps(struct play *play) {
  const struct dialogue *dialogue = play->dialogue;
  for (size_t i = 0; i < dialogue->step_count && play->failure.length == 0 && !play->dead; i++) {
    const struct step *step = &dialogue->steps[i];
    play->line = step->line;
    if (play->session == NULL && !is_script(step) && !open_session(play))
      return;
    run_step(play, step);
    if (play->session != NULL && !play->dead && !continues(play, step))
      play_check_rest(play);
  }
}

bool play_run(struct play *play) {
  text_append(&play->output, "", 0);
  text_append(&play->client, "", 0);
  for (size_t i = 0; i < play->dialogue->step_count; i++)
    if (play->dialogue->steps[i].kind == STEP_CLIENT)
      text_append(&play->client, play->dialogue->steps[i].text.at,
                  play->dialogue->steps[i].text.length);
  secrets_add_lines(&play->secrets, play->dialogue);
  play->account.secrets = play->script.secrets = &play->secrets;
  for (size_t i = 0; i < DIALOGUE_SETS; i++) {
    play_script(play, i)->first = &play->script;
    play_script(play, i)->number = i;
  }
  run_steps(play);
  if (play->session != NULL && play->failure.length == 0 && !play->lenient)
    play_check_end(play);
  cmta_session_free(play->session);
  play_check_sums(play);
  cmta_statistics_free(play->statistics);
  cmta_service_free(play->service);
  script_release(&play->script);
  if (play->failure.length == 0)
    play_check_after(play);
  return play->failure.length == 0;
}

void play_clear(struct play *play) {
  for (size_t i = 0; i < DIALOGUE_SETS; i++)
    script_clear(play_script(play, i));
  shelf_clear(&play->shelf);
  secrets_clear(&play->secrets);
  text_clear(&play->client);
  text_clear(&play->pending);
  text_clear(&play->output);
  text_clear(&play->failure);
}

size_t play_client_bytes(const struct dialogue *dialogue) {
  size_t bytes = 0;
  for (size_t i = 0; i < dialogue->step_count; i++)
    if (dialogue->steps[i].kind == STEP_CLIENT)
      bytes += dialogue->steps[i].text.length;
  return bytes;
}

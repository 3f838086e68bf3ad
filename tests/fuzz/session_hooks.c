/* SPDX-License-Identifier: MIT */
/* The application of fuzz/session; see session_hooks.h. Of a verdict's octet bits 0 to 2 are the
 * verdict, 3 to 5 the late one, 6 asks for a composed reply, 7 for one of two lines. What is a
 * challenge to `auth` is an acceptance to others. */

#include "fuzz/session_hooks.h"

#include "fuzz/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void must(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "does not hold: %s\n", what);
  abort();
}

static enum cmta_verdict verdict_of(unsigned bits, unsigned verdicts) {
  return (enum cmta_verdict)((bits & 7) % verdicts);
}

/* The code of a success, where clients go by one. */
static int success_of(const struct cmta_session *session) {
  const char *question = cmta_session_question(session);
  if (strcmp(question, "data") == 0)
    return 354;
  if (strcmp(question, "starttls") == 0)
    return 220;
  return strcmp(question, "auth") == 0 ? 235 : 250;
}

static void compose(struct cmta_session *session, enum cmta_verdict verdict, unsigned char octet,
                    struct cmta_slice heard) {
  if (verdict == CMTA_CHALLENGE) {
    (void)cmta_auth_challenge(session, &octet, octet & 1);
    return;
  }
  static const int codes[] = {0, 550, 450, 421, 421, 250, 0};
  const int code = codes[verdict] ? codes[verdict] : success_of(session);
  if (!(octet & 0x40))
    return;
  const int length = heard.length > 1000 ? 1000 : (int)heard.length;
  if (cmta_reply(session, code, NULL, "you said %.*s", length, heard.at == NULL ? "" : heard.at) ==
          0 &&
      (octet & 0x80))
    cmta_reply_line(session, "and I heard");
}

static enum cmta_verdict answer(struct cmta_session *session, struct run *run, unsigned char octet,
                                struct cmta_slice heard) {
  const enum cmta_verdict verdict = verdict_of(octet, run->auth_asked ? 8 : 7);
  run->late = octet;
  run->lates[cmta_session_recipient(session) % RECIPIENTS] = octet;
  if (verdict != CMTA_LATER)
    compose(session, verdict, octet, heard);
  return verdict;
}

static enum cmta_verdict next_answer(struct cmta_session *session, struct run *run,
                                     struct cmta_slice heard) {
  run->silent = false;
  return answer(session, run, run->choice->verdicts[run->asked++ % (VERDICTS - 1)], heard);
}

int sets_of(const struct run *run) { return 1 + (run->choice->limits >> 6); }

/* A command that was told ahead must be the one that has its turn. */
static void check_foreseen(const struct cmta_session *session, const struct run *run) {
  const uint64_t number = cmta_session_counts(session)->commands;
  const char *verb = run->foreseen[number % FORESEEN].verb;
  must(verb == NULL || run->foreseen[number % FORESEEN].number != number ||
           strcmp(verb, cmta_session_event(session)) == 0,
       "what was foreseen has its turn");
}

/* The run of a hook set, whose hook sees data of its own. */
static struct run *run_of(struct cmta_session *session, struct set *set) {
  const bool runs = cmta_session_envelope(session) != NULL && set->transactions > 0;
  must(cmta_session_data(session) == set, "a hook set sees its own data");
  must(cmta_transaction_data(session) == (runs ? set : NULL), "and that of its transaction");
  must(!set->run->in_clear || cmta_session_close_reason(session) != CMTA_CLOSED_NOT,
       "nobody is asked about what came in place of a handshake");
  set->run->auth_asked = false;
  return set->run;
}

static void hear_foreseen(struct cmta_session *session, void *user,
                          const struct cmta_foreseen *command) {
  struct set *set = user;
  struct run *run = set->run;
  must(command->number > set->told && command->number > cmta_session_counts(session)->commands,
       "each command is foreseen once, in order");
  set->told = command->number;
  run->foreseen[command->number % FORESEEN].number = command->number;
  run->foreseen[command->number % FORESEEN].verb = command->verb;
}

static enum cmta_verdict ask(struct cmta_session *session, void *user) {
  struct run *run = run_of(session, user);
  return next_answer(session, run, (struct cmta_slice){0});
}

static enum cmta_verdict ask_text(struct cmta_session *session, void *user,
                                  struct cmta_slice text) {
  struct run *run = run_of(session, user);
  check_foreseen(session, run);
  return next_answer(session, run, text);
}

/* A success would be no reply to anything. */
static enum cmta_verdict ask_secured(struct cmta_session *session, void *user) {
  struct run *run = run_of(session, user);
  must(cmta_session_encrypted(session), "TLS is on");
  must(cmta_session_hello_name(session).length == 0, "what was heard in clear is forgotten");
  must(cmta_session_identity(session) == NULL, "and who the client was");
  const unsigned char octet = run->choice->verdicts[run->asked++ % (VERDICTS - 1)];
  run->silent = true;
  const enum cmta_verdict verdict = verdict_of(octet, 7);
  const bool accepts = verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
  return answer(session, run, accepts ? octet & 7 : octet, (struct cmta_slice){0});
}

static void free_exchange(void *data) { ((struct set *)data)->exchanges--; }

static enum cmta_verdict ask_auth(struct cmta_session *session, void *user,
                                  const struct cmta_auth *auth) {
  struct run *run = run_of(session, user);
  struct set *set = user;
  must(auth->has_response || (auth->step == 0 && auth->response.length == 0),
       "there is a response");
  must(auth->response.length <= 9216, "a response has its limit");
  must(cmta_exchange_data(session) == (set->exchanges > 0 ? set : NULL), "and data of an exchange");
  if (set->exchanges == 0 && cmta_exchange_set_data(session, set, free_exchange) == 0)
    set->exchanges++;
  if (auth->step == 0)
    check_foreseen(session, run);
  run->auth_asked = true;
  if (auth->response.length % 2)
    cmta_session_set_identity(session, auth->mechanism, "x");
  return next_answer(session, run, (struct cmta_slice){0});
}

static enum cmta_verdict ask_hello(struct cmta_session *session, void *user,
                                   struct cmta_slice name) {
  char line[300];
  snprintf(line, sizeof line, "X%.*s", (int)name.length, name.at);
  if (cmta_ehlo_withhold(session, line + 1) == CMTA_E_ARGUMENT)
    (void)cmta_ehlo_offer(session, line);
  return ask_text(session, user, name);
}

/* What parameters say is told with the messages, because it does not depend on cuts either. */
static void tell_parameters(struct run *run, const struct cmta_path *path) {
  char number[32];
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    must(parameter->text.length <= parameter->value.length, "decoding does not lengthen");
    const int length = snprintf(number, sizeof number, "{%lld}", (long long)parameter->number);
    bytes_add(&run->messages, number, (size_t)length);
    bytes_add(&run->messages, parameter->text.at, parameter->text.length);
  }
}

/* What values mean must be as promised; that they do not depend on cuts is checked as they are. */
static void check_typed(const struct cmta_session *session, const struct cmta_path *path) {
  const struct cmta_envelope *envelope = cmta_session_envelope(session);
  const char *fault = typed_path_fault(path);
  must(fault == NULL, fault);
  fault = typed_envelope_fault(envelope);
  must(fault == NULL, fault);
  must(!envelope->require_tls || cmta_session_encrypted(session),
       "TLS is required under TLS alone");
}

static enum cmta_verdict ask_path(struct cmta_session *session, void *user,
                                  const struct cmta_path *path) {
  struct run *run = run_of(session, user);
  check_foreseen(session, run);
  tell_parameters(run, path);
  check_typed(session, path);
  return next_answer(session, run, path->address);
}

static enum cmta_verdict ask_verb(struct cmta_session *session, void *user,
                                  const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  return ask_text(session, user, argument);
}

static enum cmta_verdict ask_data(struct cmta_session *session, void *user) {
  struct run *run = run_of(session, user);
  run->took = false;
  ((struct set *)user)->chunk_asked = false;
  for (size_t i = 0; i < MAX_SETS; i++)
    run->sets[i].section_asked = false;
  bytes_free(&run->section);
  return next_answer(session, run, (struct cmta_slice){0});
}

/* A chunk of the header section, as the first set is shown it. */
static void see_section(struct run *run, struct cmta_slice bytes) {
  if (run->section.length == 0 && (run->choice->piece & RECEIVED_FIELD))
    must(field_well_formed(bytes.at, bytes.length), "the Received field is one");
  bytes_add(&run->section, bytes.at, bytes.length);
}

/* A refusal is given at the first chunk alone, because how many there are depends on the cuts; and
   only where nothing else can refuse the message before. */
static enum cmta_verdict ask_chunk(struct cmta_session *session, void *user,
                                   struct cmta_slice bytes) {
  struct run *run = run_of(session, user);
  struct set *set = user;
  must(bytes.length > 0, "a chunk is never empty");
  if (set == run->sets && !set->section_asked)
    see_section(run, bytes);
  if (set->chunk_asked || (run->choice->limits & 3) != 0 || (run->choice->piece & SHORT_SECTIONS))
    return CMTA_ACCEPT;
  set->chunk_asked = run->silent = true;
  return answer(session, run, run->choice->verdicts[VERDICTS - 1], (struct cmta_slice){0});
}

/* The chunks until now, which end with the first empty line or with the message. */
static enum cmta_verdict ask_headers(struct cmta_session *session, void *user,
                                     struct cmta_slice section) {
  struct run *run = run_of(session, user);
  struct set *set = user;
  const struct bytes shown = {(char *)section.at, section.length};
  must(!set->section_asked, "a header section is asked about once");
  must(bytes_equal(&shown, &run->section), "a header section is what the chunks were");
  set->section_asked = true;
  run->silent = true;
  return answer(session, run, run->choice->verdicts[run->asked++ % (VERDICTS - 1)],
                (struct cmta_slice){0});
}

/* The last hook set takes the message, in place of the one taken before. */
static void take(struct cmta_session *session, const struct set *set) {
  struct run *run = set->run;
  if (!(run->choice->piece & TAKES) || set != &run->sets[sets_of(run) - 1] || run->took)
    return;
  cmta_message_free(run->taken);
  run->taken = NULL;
  must(cmta_message_take(session, &run->taken) == 0, "a message can be taken");
  run->took = true;
  must(cmta_session_envelope(session)->forward_path_count == 0, "it takes its envelope with it");
}

static enum cmta_verdict ask_message(struct cmta_session *session, void *user,
                                     const struct cmta_message *message) {
  struct run *run = run_of(session, user);
  const struct cmta_envelope *envelope = cmta_message_envelope(message);
  struct cmta_slice data = {0};
  char head[64];
  const size_t recipient = cmta_session_recipient(session);
  must((envelope->forward_path_count > 0) != run->took, "a message has a recipient");
  must(recipient == SIZE_MAX || run->took || recipient < envelope->forward_path_count,
       "a question of one recipient is about one that there is");
  must(envelope->submitter.length == 0 || cmta_session_identity(session) != NULL,
       "a submitter is claimed by who has authenticated");
  must(run->sets[0].section_asked, "a message was asked about by its header section before");
  const int error = cmta_message_data(message, &data);
  must(error == ((run->choice->switches & 2) || run->took ? CMTA_E_STATE : 0),
       "data is there when collected");
  must(error != 0 || data.length == cmta_message_size(message), "the size is the data's");
  const int length =
      snprintf(head, sizeof head, "[%zu, %zu, %llu]", recipient, envelope->forward_path_count,
               (unsigned long long)cmta_message_size(message));
  bytes_add(&run->messages, head, (size_t)length);
  bytes_add(&run->messages, data.at, data.length);
  take(session, user);
  return next_answer(session, run, (struct cmta_slice){0});
}

static bool begins(const char *line, const char *word) {
  return strncasecmp(line, word, strlen(word)) == 0;
}

/* Each octet that is shown can be read, and behind an AUTH there is none. */
static void hear_fragment(struct cmta_session *session, void *user,
                          const struct cmta_fragment *fragment) {
  const struct cmta_slice bytes = fragment->bytes;
  (void)session;
  (void)user;
  must(fragment->octets >= bytes.length, "no more is shown than came");
  for (size_t i = 0; i + 5 < bytes.length; i++)
    must((i > 0 && bytes.at[i - 1] != '\n') || !begins(bytes.at + i, "AUTH "), "it is not shown");
}

/* Behind AUTH a mechanism is shown, and that there is more; of a response that it is one. */
static void hear_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                       struct cmta_slice line) {
  (void)user;
  must(line.length >= 2 && memcmp(line.at + line.length - 2, "\r\n", 2) == 0, "a line is whole");
  if (direction == CMTA_TO_CLIENT)
    return;
  const char *end = line.at + line.length;
  if (strcmp(cmta_session_phase(session), "auth") == 0)
    must(cmta_slice_is(line, "*\r\n") || cmta_slice_is(line, "[secret]\r\n"),
         "a response is not shown");
  if (line.length < 6 || !begins(line.at, "AUTH") || (line.at[4] > ' ' && line.at[4] < 0x7f))
    return;
  const char *at = line.at + 4 + strspn(line.at + 4, " ");
  at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
  at += begins(at, " [secret]") ? 9 : begins(at, "[secret]") ? 8 : 0;
  must(at == end - 2, "what is behind a mechanism is not shown");
}

static void hear_closed(struct cmta_session *session, void *user, enum cmta_close_reason reason) {
  struct set *set = user;
  must(reason == cmta_session_close_reason(session) && reason != CMTA_CLOSED_NOT, "a reason");
  set->closed++;
}

static void hear_reset(struct cmta_session *session, void *user) {
  run_of(session, user);
  ((struct set *)user)->resets++;
}

static void hear_decided(struct cmta_session *session, void *user,
                         const struct cmta_decision *decision) {
  run_of(session, user);
  must(decision->verdict != CMTA_LATER, "an answer is none that comes later");
  must(decision->final || decision->verdict == CMTA_ACCEPT, "what does not accept ends the chain");
}

static void *new_session(struct cmta_session *session, void *user) {
  struct set *set = user;
  (void)session;
  set->sessions++;
  return set;
}

static void free_session(void *data) { ((struct set *)data)->sessions--; }

static void *new_transaction(struct cmta_session *session, void *user) {
  struct set *set = user;
  run_of(session, user);
  set->transactions++;
  return set;
}

static void free_transaction(void *data) { ((struct set *)data)->transactions--; }

const struct cmta_hooks session_hooks = {.size = sizeof session_hooks,
                                         .session_new = new_session,
                                         .session_free = free_session,
                                         .transaction_new = new_transaction,
                                         .transaction_free = free_transaction,
                                         .reset = hear_reset,
                                         .decided = hear_decided,
                                         .connect = ask,
                                         .hello = ask_hello,
                                         .starttls = ask,
                                         .secured = ask_secured,
                                         .auth = ask_auth,
                                         .mail = ask_path,
                                         .rcpt = ask_path,
                                         .data = ask_data,
                                         .chunk = ask_chunk,
                                         .headers = ask_headers,
                                         .message = ask_message,
                                         .rset = ask,
                                         .noop = ask_text,
                                         .vrfy = ask_text,
                                         .expn = ask_text,
                                         .help = ask_text,
                                         .verb = ask_verb,
                                         .etrn = ask_text,
                                         .foresee = hear_foreseen,
                                         .closed = hear_closed,
                                         .trace = hear_trace,
                                         .fragment = hear_fragment};

void make_verbs(struct cmta_verb verbs[OWN_VERBS], struct run *run) {
  verbs[0] = (struct cmta_verb){.name = "XHOOK", .help = "XHOOK [text]"};
  verbs[1] = (struct cmta_verb){.name = "XROW",
                                .phases = CMTA_PHASE_MAIL | CMTA_PHASE_RCPT,
                                .help = "XROW [text]",
                                .question = ask_verb,
                                .user = &run->sets[0]};
  verbs[2] = (struct cmta_verb){.name = "XTLS", .flags = CMTA_VERB_NEEDS_TLS, .help = "XTLS"};
  verbs[3] = (struct cmta_verb){.name = "VRFY", .question = ask_verb, .user = &run->sets[0]};
}

/* A chunk or header section is accepted without a word, because a success in the middle of a
 * message is refused. */
static void decide_one(struct run *run, struct cmta_session *session) {
  const size_t recipient = cmta_session_recipient(session);
  if (recipient != SIZE_MAX)
    run->late = run->lates[recipient % RECIPIENTS];
  enum cmta_verdict verdict = verdict_of(run->late >> 3, run->auth_asked ? 8 : 7);
  if (verdict == CMTA_LATER)
    verdict = CMTA_ACCEPT;
  const bool accepts = verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
  const bool wordless = run->silent && accepts;
  compose(session, verdict, wordless ? 0 : run->late, (struct cmta_slice){0});
  must(cmta_session_decide(session, verdict) == 0, "an open question can be decided");
}

/* Of several the one that the octet chooses comes first, if it is open. */
void decide_late(struct run *run, struct cmta_session *session) {
  do {
    (void)cmta_session_select(session, run->late % 4);
    decide_one(run, session);
  } while (cmta_session_select(session, SIZE_MAX) == 0);
}

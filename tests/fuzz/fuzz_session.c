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

#include "fuzz/session_choice.h"
#include "fuzz/session_replies.h"
#include "fuzz/session_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Commands told ahead that a run remembers. */
enum { FORESEEN = 64 };

enum { MAX_MEMORY = 1 << 20, MAX_SETS = 4 };

/* One hook set of a run, and its data. */
struct set {
  struct run *run;
  bool chunk_asked;   /* of the running message */
  bool section_asked; /* `headers`, likewise */
  unsigned sessions;  /* data of its own that is not yet freed */
  unsigned transactions;
  unsigned resets, closed;
  uint64_t told; /* the number of the last command that was foreseen */
};

/* One run of a session. */
struct run {
  struct set sets[MAX_SETS];
  const struct choice *choice;
  size_t held, peak;
  unsigned asked;     /* questions so far, chunks not counted */
  bool silent;        /* the question now asked, or open, is `chunk` or `headers` */
  unsigned char late; /* the verdict octet of the open question */
  bool data_asked;    /* the question now asked is `data`, which accepts with a 354 */
  struct {
    uint64_t number;
    const char *verb;
  } foreseen[FORESEEN];
  struct bytes section; /* the chunks of the running message until its header section is complete */
  struct bytes output;
  struct bytes messages;
  struct cmta_message *taken; /* the last message that was, or NULL */
};

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void must(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "does not hold: %s\n", what);
  abort();
}

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

/* ---- The application: verdicts from the input's octets. Bits 0 to 2 are the verdict, 3 to 5 the
 * late one, 6 asks for a composed reply, 7 for one of two lines. ---- */

static enum cmta_verdict verdict_of(unsigned bits, unsigned verdicts) {
  return (enum cmta_verdict)((bits & 7) % verdicts);
}

static void compose(struct cmta_session *session, const struct run *run, enum cmta_verdict verdict,
                    unsigned char octet, struct cmta_slice heard) {
  static const int codes[] = {250, 550, 450, 421, 421, 250, 250};
  const bool start = run->data_asked && (verdict == CMTA_ACCEPT || verdict == CMTA_TAKE);
  if (!(octet & 0x40))
    return;
  const int length = heard.length > 1000 ? 1000 : (int)heard.length;
  if (cmta_reply(session, start ? 354 : codes[verdict], NULL, "you said %.*s", length,
                 heard.at == NULL ? "" : heard.at) == 0 &&
      (octet & 0x80))
    cmta_reply_line(session, "and I heard");
}

static enum cmta_verdict answer(struct cmta_session *session, struct run *run, unsigned char octet,
                                struct cmta_slice heard) {
  const enum cmta_verdict verdict = verdict_of(octet, 7);
  run->late = octet;
  if (verdict != CMTA_LATER)
    compose(session, run, verdict, octet, heard);
  return verdict;
}

static enum cmta_verdict next_answer(struct cmta_session *session, struct run *run,
                                     struct cmta_slice heard) {
  run->silent = false;
  return answer(session, run, run->choice->verdicts[run->asked++ % (VERDICTS - 1)], heard);
}

static int sets_of(const struct run *run) { return 1 + (run->choice->limits >> 6); }
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
  run->data_asked = false;
  return next_answer(session, run, (struct cmta_slice){0});
}

static enum cmta_verdict ask_text(struct cmta_session *session, void *user,
                                  struct cmta_slice text) {
  struct run *run = run_of(session, user);
  run->data_asked = false;
  check_foreseen(session, run);
  return next_answer(session, run, text);
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

static enum cmta_verdict ask_path(struct cmta_session *session, void *user,
                                  const struct cmta_path *path) {
  struct run *run = run_of(session, user);
  run->data_asked = false;
  check_foreseen(session, run);
  tell_parameters(run, path);
  return next_answer(session, run, path->address);
}

static enum cmta_verdict ask_verb(struct cmta_session *session, void *user,
                                  const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  return ask_text(session, user, argument);
}

static enum cmta_verdict ask_data(struct cmta_session *session, void *user) {
  struct run *run = run_of(session, user);
  run->data_asked = true;
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
  run->data_asked = false;
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
  run->data_asked = false;
  run->silent = true;
  return answer(session, run, run->choice->verdicts[run->asked++ % (VERDICTS - 1)],
                (struct cmta_slice){0});
}

/* The last hook set takes the message, in place of the one taken before. */
static void take(struct cmta_session *session, const struct set *set) {
  struct run *run = set->run;
  if (!(run->choice->piece & TAKES) || set != &run->sets[sets_of(run) - 1])
    return;
  cmta_message_free(run->taken);
  run->taken = NULL;
  must(cmta_message_take(session, &run->taken) == 0, "a message can be taken");
  must(cmta_session_envelope(session)->forward_path_count == 0, "it takes its envelope with it");
}

static enum cmta_verdict ask_message(struct cmta_session *session, void *user,
                                     const struct cmta_message *message) {
  struct run *run = run_of(session, user);
  const struct cmta_envelope *envelope = cmta_message_envelope(message);
  struct cmta_slice data = {0};
  char head[64];
  must(envelope->forward_path_count > 0, "a message has a recipient");
  must(run->sets[0].section_asked, "a message was asked about by its header section before");
  const int error = cmta_message_data(message, &data);
  must(error == ((run->choice->switches & 2) ? CMTA_E_STATE : 0), "data is there when collected");
  must(error != 0 || data.length == cmta_message_size(message), "the size is the data's");
  const int length = snprintf(head, sizeof head, "[%zu, %llu]", envelope->forward_path_count,
                              (unsigned long long)cmta_message_size(message));
  bytes_add(&run->messages, head, (size_t)length);
  bytes_add(&run->messages, data.at, data.length);
  take(session, user);
  run->data_asked = false;
  return next_answer(session, run, (struct cmta_slice){0});
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

static const struct cmta_hooks hooks = {.size = sizeof hooks,
                                        .session_new = new_session,
                                        .session_free = free_session,
                                        .transaction_new = new_transaction,
                                        .transaction_free = free_transaction,
                                        .reset = hear_reset,
                                        .decided = hear_decided,
                                        .connect = ask,
                                        .hello = ask_hello,
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
                                        .foresee = hear_foreseen,
                                        .closed = hear_closed};

/* ---- A run ---- */

/* Verbs of settings.verbs: asked by the hook or by themselves, barred, and in the place of one that
 * is built in. None ends a group: that would depend on the cuts. */
static void make_verbs(struct cmta_verb verbs[4], struct run *run) {
  verbs[0] = (struct cmta_verb){.name = "XHOOK", .help = "XHOOK [text]"};
  verbs[1] = (struct cmta_verb){.name = "XROW",
                                .phases = CMTA_PHASE_MAIL | CMTA_PHASE_RCPT,
                                .help = "XROW [text]",
                                .question = ask_verb,
                                .user = &run->sets[0]};
  verbs[2] = (struct cmta_verb){.name = "XTLS", .flags = CMTA_VERB_NEEDS_TLS, .help = "XTLS"};
  verbs[3] = (struct cmta_verb){.name = "VRFY", .question = ask_verb, .user = &run->sets[0]};
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

/* A chunk or header section is accepted without a word, because a success in the middle of a
 * message is refused. */
static void decide(struct run *run, struct cmta_session *session) {
  enum cmta_verdict verdict = verdict_of(run->late >> 3, 7);
  if (verdict == CMTA_LATER)
    verdict = CMTA_ACCEPT;
  const bool accepts = verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
  const bool wordless = run->silent && accepts;
  compose(session, run, verdict, wordless ? 0 : run->late, (struct cmta_slice){0});
  must(cmta_session_decide(session, verdict) == 0, "an open question can be decided");
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
    decide(run, session);
  else
    must((size_t)taken == length || (wants & (CMTA_WANTS_CLOSE | CMTA_WANTS_WRITE)), "it goes on");
  return (size_t)taken;
}

static bool is_over(const struct cmta_session *session) {
  return cmta_session_wants(session) & CMTA_WANTS_CLOSE;
}

/* Feeds all bytes in pieces of that length; whether the session is over by itself. */
static bool feed(struct run *run, struct cmta_session *session, const uint8_t *bytes, size_t length,
                 size_t piece) {
  unsigned still = 0;
  bring(run, session, bytes, 0);
  while (length > 0 && !is_over(session)) {
    const size_t taken = bring(run, session, bytes, piece < length ? piece : length);
    still = taken > 0 ? 0 : still + 1;
    must(still < 3 * MAX_SETS, "it does not stand still");
    bytes += taken;
    length -= taken;
  }
  for (int i = 0; i < 3 * MAX_SETS && !is_over(session); i++)
    bring(run, session, bytes, 0);
  return is_over(session);
}

/* How many hook sets there are. */
static void check_sets(const struct run *run) {
  for (int i = 0; i < sets_of(run); i++) {
    const struct set *set = &run->sets[i];
    must(set->closed == 1, "the end is told once to each");
    must(set->sessions == 0 && set->transactions == 0, "all data is freed");
    must(set->resets == run->sets[0].resets, "news goes to all");
  }
}

/* Plays it from beginning to end; whether it was over by itself. */
static bool play(struct run *run, const uint8_t *bytes, size_t length, size_t piece) {
  struct cmta_settings settings = settings_of(run);
  struct cmta_verb verbs[4];
  struct cmta_service *service;
  struct cmta_session *session;
  make_verbs(verbs, run);
  settings.verbs = verbs;
  settings.verb_count = 4;
  must(cmta_service_new(&service, &settings, &hooks, &run->sets[0]) == 0, "the settings are sound");
  for (int i = 1; i < sets_of(run); i++)
    must(cmta_service_add(service, &hooks, &run->sets[i]) == i, "there is one set more");
  must(cmta_session_new(&session, service, NULL, NULL) == 0, "there is a session");
  const bool over = feed(run, session, bytes, length, piece);
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
  must(replies_match(&run->output, bytes, length, over), "there is a reply for each command");
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
  must(bytes_equal(&whole.output, &cut.output), "replies do not depend on cuts");
  must(bytes_equal(&whole.messages, &cut.messages), "messages do not depend on cuts");
  bytes_free(&whole.output);
  bytes_free(&whole.messages);
  bytes_free(&cut.output);
  bytes_free(&cut.messages);
  bytes_free(&whole.section);
  bytes_free(&cut.section);
  return 0;
}

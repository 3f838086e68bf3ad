/* SPDX-License-Identifier: MIT */
/* `cmta trace`: gives client lines to a bare session, one after the other, and shows what each has
 * led to. What it shows comes from the session's getters; it parses no command itself. */

#include "command.h"
#include "escape.h"
#include "trace_chart.h"
#include "trace_hooks.h"
#include "trace_options.h"

#include <shelf.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trace {
  struct trace_script script;
  struct shelf shelf; /* the store for large messages, where the dialogue has one */
  struct cmta_service *service;
  struct cmta_session *session;
  struct text pending; /* client bytes that wait for their turn */
  bool dead;           /* the session had no memory to go on */
};

/* Prints text as one line behind "C: " and the like. */
static void print_line(const char *mark, const char *text, size_t length) {
  fputs(mark, stdout);
  escape_text(stdout, text, length);
  putchar('\n');
}

/* The length without a CR LF at the end. */
static size_t chomp(const char *text, size_t length) {
  return length >= 2 && memcmp(text + length - 2, "\r\n", 2) == 0 ? length - 2 : length;
}

/* Octets up to the next LF, itself counted. */
static size_t line_length(const char *text, size_t length) {
  const char *end = memchr(text, '\n', length);
  return end ? (size_t)(end - text) + 1 : length;
}

static void print_replies(struct trace *trace) {
  struct cmta_slice output;
  while ((output = cmta_session_output(trace->session)).length > 0) {
    size_t length = line_length(output.at, output.length);
    print_line("S: ", output.at, chomp(output.at, length));
    cmta_session_sent(trace->session, length);
  }
}

static void print_change(const struct trace *trace, const char *what, const char *before) {
  printf("   %-9s %s -> %s\n", what, before, cmta_session_phase(trace->session));
}

/* Whether a line in that phase is octets of a message. What stands behind a BDAT that was misplaced
 * has no phase of its own: it is shown, and its event is BDAT. */
static bool is_message(const char *phase) {
  static const char *const phases[] = {"body", "discard", "chunk", "skip"};
  bool found = false;
  for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
    found |= strcmp(phase, phases[i]) == 0;
  return found;
}

/* What may be a secret is shown as the session's own trace has it. */
static void print_secret(const struct trace *trace, size_t length) {
  const struct text *traced = &trace->script.traced;
  if (traced->length > 0)
    print_line("C: ", traced->at, chomp(traced->at, traced->length));
  else
    printf("C| %zu octets\n", length);
}

static void print_client(const struct trace *trace, const char *phase, const char *line,
                         size_t length) {
  size_t end = chomp(line, length);
  if (is_message(phase))
    printf("C| %zu octets\n", length);
  else if (cmta_session_heard_secrets(trace->session))
    print_secret(trace, length);
  else
    print_line(end < length ? "C: " : "C| ", line, end);
}

/* One line, or what there is of it; how much was taken. */
static size_t give(struct trace *trace, const char *line, size_t length) {
  const char *phase = cmta_session_phase(trace->session);
  uint64_t progress = cmta_session_progress(trace->session);
  text_clear(&trace->script.traced);
  ptrdiff_t taken = cmta_session_receive(trace->session, line, length);
  trace->dead |= taken < 0;
  bool moved = length == 0 || cmta_session_progress(trace->session) != progress;
  const char *event = moved ? cmta_session_event(trace->session) : "";
  if (length > 0)
    print_client(trace, phase, line, taken < 0 ? length : (size_t)taken);
  print_change(trace, *event ? event : "-", phase);
  print_replies(trace);
  return taken < 0 ? 0 : (size_t)taken;
}

static bool can_read(const struct trace *trace) {
  unsigned wants = cmta_session_wants(trace->session);
  return !trace->dead && !(wants & (CMTA_WANTS_DECISION | CMTA_WANTS_CLOSE));
}

static void give_pending(struct trace *trace) {
  struct text *pending = &trace->pending;
  while (pending->length > 0 && can_read(trace)) {
    size_t taken = give(trace, pending->at, line_length(pending->at, pending->length));
    if (taken == 0)
      return;
    pending->length -= taken;
    memmove(pending->at, pending->at + taken, pending->length);
  }
}

/* What is no line of the client has happened; the session runs on and the row is printed. */
static void run_on(struct trace *trace, const char *what, const char *before) {
  trace->dead |= cmta_session_receive(trace->session, NULL, 0) < 0;
  print_change(trace, what, before);
  print_replies(trace);
  give_pending(trace);
}

static void decide(struct trace *trace, const struct answer *answer, const char *before) {
  int error = answer_compose(trace->session, answer);
  if (error == 0)
    error = cmta_session_decide(trace->session, answer->verdict);
  if (error == 0)
    run_on(trace, "decide", before);
  else
    printf("   %-9s %s\n", "decide", cmta_strerror(error));
}

/* Tells the session what a runtime reports; its name, or NULL when the step is no such thing. */
static const char *report(struct cmta_session *session, enum step_kind kind) {
  switch (kind) {
  case STEP_EXPIRE:
    cmta_session_expire(session);
    return "expire";
  case STEP_STOP:
    cmta_session_stop(session);
    return "stop";
  case STEP_HANGUP:
    cmta_session_hangup(session);
    return "hangup";
  case STEP_TLS_FAILED:
    cmta_session_tls_failed(session);
    return "tls-failed";
  default:
    return NULL;
  }
}

static void secure(struct trace *trace, const struct step *step, const char *before) {
  int error = step_secured(trace->session, step);
  if (error == 0)
    run_on(trace, "secured", before);
  else
    printf("   %-9s %s\n", "secured", cmta_strerror(error));
}

/* While `hello` is open an edit of its reply is made at once. */
static void take_up(struct trace *trace, const struct step *step) {
  bool edits = step->kind == STEP_OFFER || step->kind == STEP_WITHHOLD;
  if (edits && trace->session && strcmp(cmta_session_question(trace->session), "hello") == 0)
    step_edit_ehlo(trace->session, step);
  else if (!agenda_take(&trace->script.sets[step->set].agenda, step))
    complain("trace", "line %u is one answer too many", step->line);
}

static bool is_hook(const struct step *step) { return step->kind <= STEP_HOOK_ALWAYS; }

static void play_step(struct trace *trace, const struct step *step) {
  const char *before = cmta_session_phase(trace->session);
  const char *reported = report(trace->session, step->kind);
  if (step->kind == STEP_CLIENT) {
    text_append(&trace->pending, step->text.at, step->text.length);
    give_pending(trace);
  } else if (step->kind == STEP_DECIDE) {
    decide(trace, &step->answer, before);
  } else if (step->kind == STEP_SECURED) {
    secure(trace, step, before);
  } else if (step->kind == STEP_SELECT) {
    step_select(trace->session, step);
  } else if (step->kind == STEP_ID) {
    cmta_transaction_set_id(trace->session, step->text.at);
  } else if (reported) {
    run_on(trace, reported, before);
  } else if (is_hook(step)) {
    take_up(trace, step);
  }
}

/* Plays all steps; the session opens at the first that is no hook line. */
static void play(struct trace *trace) {
  const struct dialogue *dialogue = trace->script.dialogue;
  size_t at = 0;
  while (at < dialogue->step_count && is_hook(&dialogue->steps[at]))
    take_up(trace, &dialogue->steps[at++]);
  give(trace, NULL, 0);
  while (at < dialogue->step_count && !trace->dead)
    play_step(trace, &dialogue->steps[at++]);
  enum cmta_close_reason reason = cmta_session_close_reason(trace->session);
  printf("-- %s\n", reason == CMTA_CLOSED_NOT ? "open" : cmta_close_reason_name(reason));
}

static int open_service(struct trace *trace, const struct dialogue *dialogue) {
  struct cmta_settings settings = dialogue->settings;
  struct cmta_verb *verbs = dialogue_verbs(dialogue, trace_row, &trace->script.sets[0]);
  settings.verbs = verbs;
  settings.verb_count = dialogue->verb_count;
  if (dialogue->stores)
    settings.store = shelf_store(&trace->shelf, dialogue);
  int error = trace_service(&trace->service, &trace->script, &settings);
  free(verbs);
  return error;
}

/* Makes service and session and plays; 0 or the library's error. */
static int run(const struct dialogue *dialogue) {
  struct trace trace = {.dead = false};
  trace_script_init(&trace.script, dialogue);
  int error = open_service(&trace, dialogue);
  if (error == 0)
    error = cmta_session_new(&trace.session, trace.service, NULL, NULL);
  if (error == 0)
    error = cmta_session_set_tls(trace.session, dialogue->tls);
  if (error == 0) {
    cmta_session_set_trust(trace.session, dialogue->trust);
    play(&trace);
  }
  cmta_session_free(trace.session);
  cmta_service_free(trace.service);
  cmta_message_free(trace.script.taken);
  shelf_clear(&trace.shelf);
  text_clear(&trace.script.traced);
  text_clear(&trace.pending);
  return error;
}

static bool load(const struct trace_options *options, struct text *source) {
  bool good = options->file ? dialogue_load(source, options->file) : text_read(source, stdin);
  if (!good)
    complain("trace", "cannot read %s: %s", options->file ? options->file : "standard input",
             strerror(errno));
  return good;
}

static bool parse(const struct trace_options *options, const struct text *source,
                  struct dialogue *dialogue) {
  unsigned wrong = 0;
  if (options->dialogue)
    wrong = dialogue_parse(dialogue, source->at);
  else
    dialogue_of_lines(dialogue, source->at, source->length);
  if (wrong)
    complain("trace", "line %u is no line of a dialogue", wrong);
  return !wrong;
}

static int show(const struct trace_options *options) {
  struct text source = {0};
  struct dialogue dialogue = {0};
  bool good = load(options, &source) && parse(options, &source, &dialogue);
  int error = good ? run(&dialogue) : 0;
  if (error)
    complain("trace", "%s", cmta_strerror(error));
  dialogue_free(&dialogue);
  text_clear(&source);
  return flush_output("trace") && good && !error ? EXIT_DONE : EXIT_WRONG;
}

int trace_command(int argc, char **argv) {
  struct trace_options options;
  enum options_result result = trace_options_read(&options, argc, argv);
  if (result != OPTIONS_SET)
    return result == OPTIONS_SHOWN ? EXIT_DONE : EXIT_WRONG;
  if (!options.dot)
    return show(&options);
  fputs(trace_chart, stdout);
  return flush_output("trace") ? EXIT_DONE : EXIT_WRONG;
}

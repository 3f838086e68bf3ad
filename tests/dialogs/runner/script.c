/* SPDX-License-Identifier: MIT */
/* The scripted application; see script.h. */
#include "script.h"

#include <stdlib.h>
#include <string.h>

/* What the sets of a chain are called. */
static const char *const set_names[DIALOGUE_SETS] = {"first", "second", "third", "fourth"};

static void script_fault(struct script *script, const char *what) {
  if (what != NULL && script->fault.length == 0)
    text_print(&script->fault, "%s", what);
}

int script_compose(struct cmta_session *session, const struct answer *answer) {
  const char *enhanced = answer->enhanced[0] == '\0' ? NULL : answer->enhanced;
  int error = 0;
  if (answer->code != 0)
    error = cmta_reply(session, answer->code, enhanced, "%s", answer->lines[0].at);
  for (size_t i = 1; error == 0 && i < answer->line_count; i++)
    error = cmta_reply_line(session, "%s", answer->lines[i].at);
  return error;
}

/* The answer to come; NULL for the standard one. */
static const struct answer *next_answer(const struct scripted *scripted) {
  return scripted->used < scripted->count ? scripted->once[scripted->used] : scripted->always;
}

/* In each hook the data is that of its own set. */
static void check_data(struct script *script, const struct cmta_session *session) {
  const bool runs = cmta_session_envelope(session) != NULL;
  if (cmta_session_data(session) != &script->session_data ||
      cmta_session_data_of(session, script->number) != &script->session_data)
    script_fault(script, "the session's data is not the set's own");
  if (cmta_transaction_data(session) != (runs ? &script->transaction_data : NULL))
    script_fault(script, "the transaction's data is not the set's own");
}

/* What the dialogue says of the answer that is about to come later. */
static void set_deadline(struct script *first, struct cmta_session *session) {
  const struct answer *deadline = first->deadline;
  first->overdue = deadline == NULL ? CMTA_TEMPFAIL : deadline->verdict;
  first->deadline = NULL;
  if (deadline != NULL &&
      cmta_session_set_deadline(session, (unsigned)deadline->code, deadline->verdict) != 0)
    script_fault(first, "a deadline was refused");
}

/* Remembers a question and answers it. */
static enum cmta_verdict answer_question(struct script *script, struct cmta_session *session,
                                         enum question question, struct cmta_slice heard) {
  struct scripted *scripted = &script->questions[question];
  scripted->asked++;
  text_clear(&scripted->heard);
  text_append(&scripted->heard, heard.at, heard.length);
  const struct answer *answer = next_answer(scripted);
  scripted->used += scripted->used < scripted->count;
  check_data(script, session);
  if (question != ASK_ROW && strcmp(cmta_session_question(session), question_name(question)) != 0)
    script_fault(script, "another question is asked");
  if (answer == NULL)
    return CMTA_ACCEPT;
  if (answer->verdict == CMTA_LATER)
    set_deadline(script->first, session);
  const int error = script_compose(session, answer);
  if ((error == CMTA_E_ARGUMENT) != answer->refused && !script->lenient)
    script_fault(script, answer->refused ? "a reply that should be refused was taken"
                                         : "a reply was refused");
  return answer->verdict;
}

void script_edit(struct script *script, struct cmta_session *session, const struct step *step) {
  const int error = step->kind == STEP_OFFER ? cmta_ehlo_offer(session, step->text.at)
                                             : cmta_ehlo_withhold(session, step->text.at);
  if ((error < 0) != step->answer.refused && !script->lenient)
    script_fault(script, error < 0 ? cmta_strerror(error) : "an edit was taken");
}

void script_take_edit(struct script *script, const struct step *step) {
  if (script->edit_count < SCRIPT_ANSWERS)
    script->edits[script->edit_count++] = step;
  else
    script_fault(script, "too many edits for one question");
}

bool script_is_for(const struct cmta_session *session, void *name) {
  const struct cmta_slice hello = cmta_session_hello_name(session);
  return hello.length == strlen(name) && memcmp(hello.at, name, hello.length) == 0;
}

static void destroy(void *data) { --*(unsigned *)data; }

static void *new_session_data(struct cmta_session *session, void *user) {
  struct script *script = user;
  (void)session;
  if (script->no_session_data)
    return NULL;
  script->session_data++;
  return &script->session_data;
}

static void *new_transaction_data(struct cmta_session *session, void *user) {
  struct script *script = user;
  const bool fails = script->no_transaction_data;
  if (cmta_session_data(session) != &script->session_data || cmta_transaction_data(session) != NULL)
    script_fault(script, "a new transaction has other data");
  script->no_transaction_data = false;
  script->transaction_data += !fails;
  return fails ? NULL : &script->transaction_data;
}

static enum cmta_verdict ask_connect(struct cmta_session *session, void *user) {
  struct script *script = user;
  if (cmta_session_set_data(session, &script->session_data, destroy) == 0)
    script->session_data++;
  const struct cmta_peer *peer = cmta_session_peer(session);
  if (strcmp(peer->address, SCRIPT_PEER_ADDRESS) != 0 || peer->port != SCRIPT_PEER_PORT)
    script_fault(script, "the peer is another");
  return answer_question(script, session, ASK_CONNECT, (struct cmta_slice){0});
}

static enum cmta_verdict ask_hello(struct cmta_session *session, void *user,
                                   struct cmta_slice name) {
  if (name.length == 0)
    script_fault(user, "`hello` was asked without a name");
  struct script *script = user;
  for (size_t i = 0; i < script->edit_count; i++)
    script_edit(script, session, script->edits[i]);
  script->edit_count = 0;
  return answer_question(user, session, ASK_HELLO, name);
}

/* "KEYWORD number text, KEYWORD ..." */
static void show_values(struct text *text, const struct cmta_path *path) {
  text_clear(text);
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    text_print(text, i == 0 ? "" : ", ");
    text_append(text, parameter->keyword.at, parameter->keyword.length);
    text_print(text, " %lld ", (long long)parameter->number);
    text_show(text, parameter->text.at, parameter->text.length);
  }
}

static enum cmta_verdict ask_path(struct script *script, struct cmta_session *session,
                                  enum question question, const struct cmta_path *path) {
  struct text shown = {0};
  script_show_path(&shown, path);
  show_values(&script->questions[question].values, path);
  const enum cmta_verdict verdict = answer_question(
      script, session, question, (struct cmta_slice){.at = shown.at, .length = shown.length});
  text_clear(&shown);
  return verdict;
}

static enum cmta_verdict ask_mail(struct cmta_session *session, void *user,
                                  const struct cmta_path *reverse_path) {
  text_clear(&((struct script *)user)->chunks);
  ((struct script *)user)->kept = false;
  return ask_path(user, session, ASK_MAIL, reverse_path);
}

static enum cmta_verdict ask_rcpt(struct cmta_session *session, void *user,
                                  const struct cmta_path *forward_path) {
  struct script *script = user;
  if (cmta_transaction_set_data(session, &script->transaction_data, destroy) == 0)
    script->transaction_data++;
  return ask_path(script, session, ASK_RCPT, forward_path);
}

static enum cmta_verdict ask_data(struct cmta_session *session, void *user) {
  return answer_question(user, session, ASK_DATA, (struct cmta_slice){0});
}

static enum cmta_verdict ask_chunk(struct cmta_session *session, void *user,
                                   struct cmta_slice bytes) {
  struct script *script = user;
  text_append(&script->chunks, bytes.at, bytes.length);
  return answer_question(script, session, ASK_CHUNK, (struct cmta_slice){0});
}

static enum cmta_verdict ask_headers(struct cmta_session *session, void *user,
                                     struct cmta_slice section) {
  struct script *script = user;
  if (section.length != script->chunks.length ||
      (section.length > 0 && memcmp(section.at, script->chunks.at, section.length) != 0))
    script_fault(script, "the header section is not what the chunks have shown so far");
  return answer_question(script, session, ASK_HEADERS, section);
}

static void keep_message(struct script *script, struct cmta_session *session,
                         const struct cmta_message *message) {
  struct delivered *grown =
      realloc(script->messages, (script->message_count + 1) * sizeof script->messages[0]);
  if (grown == NULL)
    abort();
  script->messages = grown;
  struct delivered *kept = &grown[script->message_count++];
  script->kept = true;
  *kept = (struct delivered){.size = 0};
  script_fault(script, delivered_fill(kept, message, &script->chunks));
  if (script->takes)
    script_fault(script, delivered_take(kept, session, script->lenient));
}

static void drop_message(struct script *script) {
  script->kept = false;
  delivered_clear(&script->messages[--script->message_count]);
}

void script_release(struct script *script) {
  for (size_t i = 0; i < script->message_count; i++)
    script_fault(script, delivered_release(&script->messages[i]));
}

static bool is_acceptance(enum cmta_verdict verdict) {
  return verdict == CMTA_ACCEPT || verdict == CMTA_TAKE;
}

void script_decided(struct script *script, enum cmta_verdict verdict) {
  if (script->judging && !is_acceptance(verdict))
    drop_message(script);
  script->judging = false;
}

/* Whether the client hears that its message was taken. */
static bool takes_message(const struct answer *answer) {
  if (answer == NULL)
    return true;
  if (is_acceptance(answer->verdict))
    return answer->code == 0 || answer->code / 100 == 2;
  return answer->verdict == CMTA_CLOSE && answer->code / 100 == 2;
}

static enum cmta_verdict ask_message(struct cmta_session *session, void *user,
                                     const struct cmta_message *message) {
  struct script *script = user;
  keep_message(script, session, message);
  text_clear(&script->chunks);
  script->judging = true;
  const struct answer *answer = next_answer(&script->questions[ASK_MESSAGE]);
  const enum cmta_verdict verdict =
      answer_question(script, session, ASK_MESSAGE, (struct cmta_slice){0});
  if (verdict != CMTA_LATER)
    script_decided(script, takes_message(answer) ? CMTA_ACCEPT : CMTA_REJECT);
  return verdict;
}

static enum cmta_verdict ask_rset(struct cmta_session *session, void *user) {
  return answer_question(user, session, ASK_RSET, (struct cmta_slice){0});
}

static enum cmta_verdict ask_noop(struct cmta_session *session, void *user,
                                  struct cmta_slice text) {
  return answer_question(user, session, ASK_NOOP, text);
}

static enum cmta_verdict ask_vrfy(struct cmta_session *session, void *user,
                                  struct cmta_slice text) {
  return answer_question(user, session, ASK_VRFY, text);
}

static enum cmta_verdict ask_expn(struct cmta_session *session, void *user,
                                  struct cmta_slice text) {
  return answer_question(user, session, ASK_EXPN, text);
}

static enum cmta_verdict ask_help(struct cmta_session *session, void *user,
                                  struct cmta_slice topic) {
  return answer_question(user, session, ASK_HELP, topic);
}

/* What is heard of a verb: its name and its argument. */
enum cmta_verdict script_verb(struct cmta_session *session, void *user,
                              const struct cmta_verb *verb, struct cmta_slice argument) {
  struct text heard = {0};
  text_print(&heard, "%s ", verb->name);
  text_append(&heard, argument.at, argument.length);
  const enum cmta_verdict verdict =
      answer_question(user, session, verb->question ? ASK_ROW : ASK_VERB,
                      (struct cmta_slice){.at = heard.at, .length = heard.length});
  text_clear(&heard);
  return verdict;
}

/* What this set took for a message was refused by another. */
static void hear_reset(struct cmta_session *session, void *user) {
  struct script *script = user;
  script->resets++;
  check_data(script, session);
  if (script->kept && !script->judging)
    drop_message(script);
}

/* An answer of a set: "rcpt@1 reject late final". */
static void hear_decided(struct cmta_session *session, void *user,
                         const struct cmta_decision *decision) {
  struct script *script = user;
  if (script->all_decided)
    text_clear(&script->decided);
  script->all_decided = decision->final;
  text_print(&script->decided, "%s%s@%zu %s%s%s", script->decided.length > 0 ? " " : "",
             decision->question, decision->hook_set, cmta_verdict_name(decision->verdict),
             decision->late ? " late" : "", decision->final ? " final" : "");
  check_data(script, session);
  if (strcmp(decision->hook_set_name, set_names[decision->hook_set]) != 0)
    script_fault(script, "a hook set has another name");
}

static void hear_cancelled(struct cmta_session *session, void *user, const char *question) {
  struct script *script = user;
  struct text *told = &script->first->cancelled;
  text_print(told, "%s%s@%zu", told->length > 0 ? " " : "", question, script->number);
  check_data(script, session);
  if (cmta_session_decide(session, CMTA_ACCEPT) != CMTA_E_STATE)
    script_fault(script, "a cancelled question was answered");
}

static void hear_closed(struct cmta_session *session, void *user, enum cmta_close_reason reason) {
  struct script *script = user;
  script_decided(script, CMTA_DROP);
  script->closed++;
  script->reason = reason;
  if (reason != cmta_session_close_reason(session))
    script_fault(script, "`closed` and cmta_session_close_reason() differ");
}

static void hear_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                       struct cmta_slice line) {
  (void)session;
  struct script *script = user;
  text_print(&script->transcript, direction == CMTA_FROM_CLIENT ? "C: " : "S: ");
  text_append(&script->transcript, line.at, line.length);
  if (direction == CMTA_TO_CLIENT)
    text_append(&script->said, line.at, line.length);
  if (line.length < 2 || line.at[line.length - 2] != '\r' || line.at[line.length - 1] != '\n')
    script_fault(script, "a traced line does not end in CR LF");
}

static bool looks_at(const struct dialogue *dialogue, enum probe probe) {
  for (size_t i = 0; i < dialogue->step_count; i++)
    if (dialogue->steps[i].kind == STEP_PROBE && dialogue->steps[i].probe == probe)
      return true;
  return false;
}

struct cmta_hooks script_hooks(const struct dialogue *dialogue, size_t number) {
  struct cmta_hooks hooks = {.size = sizeof hooks};
  if (dialogue->bare)
    return hooks;
  hooks = (struct cmta_hooks){.size = sizeof hooks,
                              .name = set_names[number],
                              .session_new = new_session_data,
                              .session_free = destroy,
                              .transaction_new = new_transaction_data,
                              .transaction_free = destroy,
                              .connect = ask_connect,
                              .hello = ask_hello,
                              .mail = ask_mail,
                              .rcpt = ask_rcpt,
                              .data = ask_data,
                              .chunk = ask_chunk,
                              .headers = ask_headers,
                              .message = ask_message,
                              .rset = ask_rset,
                              .noop = ask_noop,
                              .vrfy = ask_vrfy,
                              .expn = ask_expn,
                              .help = ask_help,
                              .verb = script_verb,
                              .reset = hear_reset,
                              .cancelled = hear_cancelled,
                              .decided = hear_decided,
                              .closed = hear_closed,
                              .trace = hear_trace};
  if (!dialogue_answers(dialogue, number, ASK_EXPN))
    hooks.expn = NULL;
  if (looks_at(dialogue, PROBE_FORESEEN))
    hooks.foresee = script_hear_foreseen;
  if (!dialogue_answers(dialogue, number, ASK_HEADERS))
    hooks.headers = NULL;
  return hooks;
}

void script_take(struct script *script, const struct step *step) {
  struct scripted *scripted = &script->questions[step->question];
  if (step->kind == STEP_DEADLINE)
    script->first->deadline = &step->answer;
  else if (step->kind == STEP_NO_DATA && step->question == ASK_CONNECT)
    script->no_session_data = true;
  else if (step->kind == STEP_NO_DATA)
    script->no_transaction_data = true;
  else if (step->kind == STEP_HOOK_ALWAYS)
    scripted->always = &step->answer;
  else if (scripted->count < SCRIPT_ANSWERS)
    scripted->once[scripted->count++] = &step->answer;
  else
    script_fault(script, "too many answers for one question");
}

void script_show_path(struct text *text, const struct cmta_path *path) {
  text_print(text, text->length == 0 ? "<" : " <");
  text_append(text, path->address.at, path->address.length);
  text_print(text, ">");
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    text_print(text, " ");
    text_append(text, parameter->keyword.at, parameter->keyword.length);
    text_print(text, parameter->has_value ? "=" : "");
    text_append(text, parameter->value.at, parameter->value.length);
  }
}

void script_clear(struct script *script) {
  while (script->message_count > 0)
    drop_message(script);
  free(script->messages);
  for (size_t i = 0; i < QUESTIONS; i++) {
    text_clear(&script->questions[i].heard);
    text_clear(&script->questions[i].values);
  }
  text_clear(&script->chunks);
  text_clear(&script->foreseen);
  text_clear(&script->transcript);
  text_clear(&script->said);
  text_clear(&script->decided);
  text_clear(&script->cancelled);
  text_clear(&script->fault);
}

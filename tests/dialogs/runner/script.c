/* SPDX-License-Identifier: MIT */
/* The scripted application; see script.h. */
#include "script.h"

#include <stdlib.h>
#include <string.h>

void script_fault(struct script *script, const char *what) {
  if (what != NULL && script->fault.length == 0)
    text_print(&script->fault, "%s", what);
}

void script_check_data(struct script *script, const struct cmta_session *session) {
  const bool runs = cmta_session_envelope(session) != NULL;
  if (cmta_session_data(session) != &script->session_data ||
      cmta_session_data_of(session, script->number) != &script->session_data)
    script_fault(script, "the session's data is not the set's own");
  if (cmta_transaction_data(session) != (runs ? &script->transaction_data : NULL))
    script_fault(script, "the transaction's data is not the set's own");
}

/* What the dialogue says of the answer that is about to come later. */
static void set_deadline(struct script *first, struct cmta_session *session) {
  const struct answer *deadline = first->agenda.deadline;
  first->overdue = deadline == NULL ? CMTA_TEMPFAIL : deadline->verdict;
  first->agenda.deadline = NULL;
  if (deadline != NULL && answer_set_deadline(session, deadline) != 0)
    script_fault(first, "a deadline was refused");
}

void script_pause(struct script *script, struct cmta_session *session) {
  if (!script->first->pauses)
    return;
  cmta_session_pause(session);
  script->first->paused = true;
}

/* Remembers a question and answers it. */
static enum cmta_verdict answer_question(struct script *script, struct cmta_session *session,
                                         enum question question, struct cmta_slice heard) {
  struct scripted *scripted = &script->questions[question];
  script_pause(script, session);
  scripted->asked++;
  text_clear(&scripted->heard);
  text_append(&scripted->heard, heard.at, heard.length);
  const struct answer *answer = agenda_give(&script->agenda, question);
  script_check_data(script, session);
  if (question != ASK_ROW && strcmp(cmta_session_question(session), question_name(question)) != 0)
    script_fault(script, "another question is asked");
  if (answer == NULL)
    return CMTA_ACCEPT;
  if (answer->verdict == CMTA_LATER)
    set_deadline(script->first, session);
  const int error = answer_compose(session, answer);
  if ((error == CMTA_E_ARGUMENT) != answer->refused && !script->lenient)
    script_fault(script, answer->refused ? "a reply that should be refused was taken"
                                         : "a reply was refused");
  return answer->verdict;
}

void script_edit(struct script *script, struct cmta_session *session, const struct step *step) {
  const int error = step_edit_ehlo(session, step);
  if ((error < 0) != step->answer.refused && !script->lenient)
    script_fault(script, error < 0 ? cmta_strerror(error) : "an edit was taken");
}

static void destroy(void *data) { --*(unsigned *)data; }

static void *new_session_data(struct cmta_session *session, void *user) {
  struct script *script = user;
  (void)session;
  if (script->agenda.no_session_data)
    return NULL;
  script->session_data++;
  return &script->session_data;
}

static void *new_transaction_data(struct cmta_session *session, void *user) {
  struct script *script = user;
  const bool fails = script->agenda.no_transaction_data;
  if (cmta_session_data(session) != &script->session_data || cmta_transaction_data(session) != NULL)
    script_fault(script, "a new transaction has other data");
  script->agenda.no_transaction_data = false;
  script->transaction_data += !fails;
  return fails ? NULL : &script->transaction_data;
}

static enum cmta_verdict ask_connect(struct cmta_session *session, void *user) {
  struct script *script = user;
  if (cmta_session_set_data(session, &script->session_data, destroy) == 0)
    script->session_data++;
  const struct cmta_peer *peer = cmta_session_peer(session);
  if (cmta_session_xclient(session) == NULL &&
      (strcmp(peer->address, SCRIPT_PEER_ADDRESS) != 0 || peer->port != SCRIPT_PEER_PORT))
    script_fault(script, "the peer is another");
  return answer_question(script, session, ASK_CONNECT, (struct cmta_slice){0});
}

static enum cmta_verdict ask_hello(struct cmta_session *session, void *user,
                                   struct cmta_slice name) {
  if (name.length == 0)
    script_fault(user, "`hello` was asked without a name");
  struct script *script = user;
  for (size_t i = 0; i < script->agenda.edit_count; i++)
    script_edit(script, session, script->agenda.edits[i]);
  script->agenda.edit_count = 0;
  return answer_question(user, session, ASK_HELLO, name);
}

static enum cmta_verdict ask_path(struct script *script, struct cmta_session *session,
                                  enum question question, const struct cmta_path *path) {
  struct text shown = {0};
  script_show_path(&shown, path);
  script_show_values(&script->questions[question].values, path);
  const enum cmta_verdict verdict = answer_question(
      script, session, question, (struct cmta_slice){.at = shown.at, .length = shown.length});
  text_clear(&shown);
  return verdict;
}

static enum cmta_verdict ask_starttls(struct cmta_session *session, void *user) {
  return answer_question(user, session, ASK_STARTTLS, (struct cmta_slice){0});
}

static enum cmta_verdict ask_secured(struct cmta_session *session, void *user) {
  if (!cmta_session_encrypted(session) || cmta_session_hello_name(session).length > 0)
    script_fault(user, "TLS is on, and the session does not know, or knows too much");
  return answer_question(user, session, ASK_SECURED, (struct cmta_slice){0});
}

/* An exchange has data of its own from its first step to its end. */
static void keep_exchange_data(struct script *script, struct cmta_session *session, unsigned step) {
  void *data = cmta_exchange_data(session);
  if (data != (script->exchange_data > 0 ? &script->exchange_data : NULL))
    script_fault(script, "the exchange's data is not the set's own");
  if (step == 0 && data != NULL)
    script_fault(script, "data of an exchange outlives it");
  if (data == NULL && cmta_exchange_set_data(session, &script->exchange_data, destroy) == 0)
    script->exchange_data++;
}

/* What is heard of a step: MECHANISM STEP "response", or - where there is none. */
static enum cmta_verdict ask_auth(struct cmta_session *session, void *user,
                                  const struct cmta_auth *auth) {
  struct script *script = user;
  struct text heard = {0};
  text_print(&heard, "%s %u %s", auth->mechanism, auth->step, auth->has_response ? "\"" : "-");
  text_append(&heard, auth->response.at, auth->response.length);
  text_append(&heard, "\"", auth->has_response);
  keep_exchange_data(script, session, auth->step);
  secrets_add_response(script->first->secrets, auth->response);
  const enum cmta_verdict verdict = answer_question(
      script, session, ASK_AUTH, (struct cmta_slice){.at = heard.at, .length = heard.length});
  text_clear(&heard);
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

void script_drop_message(struct script *script) {
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
    script_drop_message(script);
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

/* About one recipient of several. Whether the message is taken shows when the transaction is over:
 * if not, `reset` is told. */
static enum cmta_verdict ask_of_recipient(struct script *script, struct cmta_session *session,
                                          const struct cmta_message *message) {
  const struct cmta_envelope *envelope = cmta_message_envelope(message);
  const size_t recipient = cmta_session_recipient(session);
  struct text heard = {0};
  if (recipient < envelope->forward_path_count)
    script_show_path(&heard, &envelope->forward_paths[recipient]);
  if (!script->kept)
    keep_message(script, session, message);
  text_clear(&script->chunks);
  const enum cmta_verdict verdict = answer_question(
      script, session, ASK_MESSAGE, (struct cmta_slice){.at = heard.at, .length = heard.length});
  text_clear(&heard);
  return verdict;
}

static enum cmta_verdict ask_message(struct cmta_session *session, void *user,
                                     const struct cmta_message *message) {
  struct script *script = user;
  if (cmta_session_recipient(session) != SIZE_MAX)
    return ask_of_recipient(script, session, message);
  keep_message(script, session, message);
  text_clear(&script->chunks);
  script->judging = true;
  const struct answer *answer = agenda_next(&script->agenda, ASK_MESSAGE);
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

static enum cmta_verdict ask_etrn(struct cmta_session *session, void *user,
                                  struct cmta_slice node) {
  return answer_question(user, session, ASK_ETRN, node);
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

static enum cmta_verdict ask_client(struct script *script, struct cmta_session *session,
                                    enum question question, const struct cmta_client *client) {
  struct text heard = {0};
  client_show(&heard, client);
  const enum cmta_verdict verdict = answer_question(
      script, session, question, (struct cmta_slice){.at = heard.at, .length = heard.length});
  text_clear(&heard);
  return verdict;
}

static enum cmta_verdict ask_xclient(struct cmta_session *session, void *user,
                                     const struct cmta_client *client) {
  if (client != cmta_session_xclient(session))
    script_fault(user, "the getter does not show what XCLIENT tells");
  return ask_client(user, session, ASK_XCLIENT, client);
}

static enum cmta_verdict ask_xforward(struct cmta_session *session, void *user,
                                      const struct cmta_client *client) {
  if (client != cmta_session_forwarded(session))
    script_fault(user, "the getter does not show what XFORWARD tells");
  return ask_client(user, session, ASK_XFORWARD, client);
}

struct cmta_hooks script_hooks(const struct dialogue *dialogue, size_t number) {
  struct cmta_hooks hooks = {.size = sizeof hooks};
  if (dialogue->bare)
    return hooks;
  hooks = (struct cmta_hooks){.size = sizeof hooks,
                              .session_new = new_session_data,
                              .session_free = destroy,
                              .transaction_new = new_transaction_data,
                              .transaction_free = destroy,
                              .connect = ask_connect,
                              .hello = ask_hello,
                              .starttls = ask_starttls,
                              .secured = ask_secured,
                              .auth = ask_auth,
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
                              .xclient = ask_xclient,
                              .xforward = ask_xforward,
                              .etrn = ask_etrn};
  if (!dialogue_answers(dialogue, number, ASK_EXPN))
    hooks.expn = NULL;
  if (!dialogue_answers(dialogue, number, ASK_ETRN))
    hooks.etrn = NULL;
  if (!dialogue_answers(dialogue, number, ASK_AUTH))
    hooks.auth = NULL;
  if (!dialogue_answers(dialogue, number, ASK_HEADERS))
    hooks.headers = NULL;
  script_hear(&hooks, dialogue, number);
  return hooks;
}

void script_take(struct script *script, const struct step *step) {
  if (!agenda_take(&script->agenda, step))
    script_fault(script, "too many answers for one question");
}

void script_clear(struct script *script) {
  while (script->message_count > 0)
    script_drop_message(script);
  free(script->messages);
  for (size_t i = 0; i < QUESTIONS; i++) {
    text_clear(&script->questions[i].heard);
    text_clear(&script->questions[i].values);
  }
  text_clear(&script->chunks);
  text_clear(&script->foreseen);
  text_clear(&script->transcript);
  text_clear(&script->traced);
  text_clear(&script->said);
  text_clear(&script->decided);
  text_clear(&script->cancelled);
  text_clear(&script->fault);
}

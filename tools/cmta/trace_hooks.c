/* SPDX-License-Identifier: MIT */
/* The scripted application of `cmta trace`; see trace_hooks.h. */

#include "trace_hooks.h"

static enum cmta_verdict answer(struct cmta_session *session, void *user, enum question question) {
  struct trace_set *set = user;
  struct agenda *first = &set->script->sets[0].agenda;
  const struct answer *found = agenda_give(&set->agenda, question);
  if (!found)
    return CMTA_ACCEPT;
  if (found->verdict == CMTA_LATER && first->deadline) {
    answer_set_deadline(session, first->deadline);
    first->deadline = NULL;
  }
  answer_compose(session, found);
  return found->verdict;
}

/* The data of a set is the set. */
static void *new_session_data(struct cmta_session *session, void *user) {
  struct trace_set *set = user;
  (void)session;
  return set->agenda.no_session_data ? NULL : set;
}

static void *new_transaction_data(struct cmta_session *session, void *user) {
  struct trace_set *set = user;
  (void)session;
  bool fails = set->agenda.no_transaction_data;
  set->agenda.no_transaction_data = false;
  return fails ? NULL : set;
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_CONNECT);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  struct agenda *agenda = &((struct trace_set *)user)->agenda;
  (void)name;
  for (size_t i = 0; i < agenda->edit_count; i++)
    step_edit_ehlo(session, agenda->edits[i]);
  agenda->edit_count = 0;
  return answer(session, user, ASK_HELLO);
}

static enum cmta_verdict on_starttls(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_STARTTLS);
}

static enum cmta_verdict on_secured(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_SECURED);
}

static enum cmta_verdict on_auth(struct cmta_session *session, void *user,
                                 const struct cmta_auth *auth) {
  (void)auth;
  return answer(session, user, ASK_AUTH);
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)path;
  return answer(session, user, ASK_MAIL);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *path) {
  (void)path;
  return answer(session, user, ASK_RCPT);
}

static enum cmta_verdict on_data(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_DATA);
}

static enum cmta_verdict on_chunk(struct cmta_session *session, void *user,
                                  struct cmta_slice bytes) {
  (void)bytes;
  return answer(session, user, ASK_CHUNK);
}

static enum cmta_verdict on_headers(struct cmta_session *session, void *user,
                                    struct cmta_slice section) {
  (void)section;
  return answer(session, user, ASK_HEADERS);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct trace_set *set = user;
  struct trace_script *script = set->script;
  (void)message;
  if (script->dialogue->takes && set == script->sets) {
    cmta_message_free(script->taken);
    script->taken = NULL;
    cmta_message_take(session, &script->taken);
  }
  return answer(session, user, ASK_MESSAGE);
}

static enum cmta_verdict on_rset(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_RSET);
}

static enum cmta_verdict on_noop(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return answer(session, user, ASK_NOOP);
}

static enum cmta_verdict on_vrfy(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return answer(session, user, ASK_VRFY);
}

static enum cmta_verdict on_expn(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return answer(session, user, ASK_EXPN);
}

static enum cmta_verdict on_help(struct cmta_session *session, void *user, struct cmta_slice text) {
  (void)text;
  return answer(session, user, ASK_HELP);
}

static enum cmta_verdict on_etrn(struct cmta_session *session, void *user, struct cmta_slice node) {
  (void)node;
  return answer(session, user, ASK_ETRN);
}

static enum cmta_verdict on_verb(struct cmta_session *session, void *user,
                                 const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  (void)argument;
  return answer(session, user, ASK_VERB);
}

static enum cmta_verdict on_xclient(struct cmta_session *session, void *user,
                                    const struct cmta_client *client) {
  (void)client;
  return answer(session, user, ASK_XCLIENT);
}

static enum cmta_verdict on_xforward(struct cmta_session *session, void *user,
                                     const struct cmta_client *client) {
  (void)client;
  return answer(session, user, ASK_XFORWARD);
}

enum cmta_verdict trace_row(struct cmta_session *session, void *user, const struct cmta_verb *verb,
                            struct cmta_slice argument) {
  (void)verb;
  (void)argument;
  return answer(session, user, ASK_ROW);
}

static void on_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                     struct cmta_slice line) {
  struct text *traced = &((struct trace_set *)user)->script->traced;
  (void)session;
  if (direction != CMTA_FROM_CLIENT)
    return;
  text_clear(traced);
  text_append(traced, line.at, line.length);
}

/* The hooks of a set, which has no `headers`, `expn`, `etrn` or `auth` where the dialogue answers
 * none. */
static struct cmta_hooks hooks_of(const struct dialogue *dialogue, size_t set) {
  if (dialogue->bare)
    return (struct cmta_hooks){.size = sizeof(struct cmta_hooks)};
  bool headers = dialogue_answers(dialogue, set, ASK_HEADERS);
  bool expn = dialogue_answers(dialogue, set, ASK_EXPN);
  bool etrn = dialogue_answers(dialogue, set, ASK_ETRN);
  bool auth = dialogue_answers(dialogue, set, ASK_AUTH);
  return (struct cmta_hooks){.size = sizeof(struct cmta_hooks),
                             .session_new = new_session_data,
                             .transaction_new = new_transaction_data,
                             .connect = on_connect,
                             .hello = on_hello,
                             .starttls = on_starttls,
                             .secured = on_secured,
                             .auth = auth ? on_auth : NULL,
                             .mail = on_mail,
                             .rcpt = on_rcpt,
                             .data = on_data,
                             .chunk = on_chunk,
                             .headers = headers ? on_headers : NULL,
                             .message = on_message,
                             .rset = on_rset,
                             .noop = on_noop,
                             .vrfy = on_vrfy,
                             .expn = expn ? on_expn : NULL,
                             .help = on_help,
                             .verb = on_verb,
                             .trace = on_trace,
                             .xclient = on_xclient,
                             .xforward = on_xforward,
                             .etrn = etrn ? on_etrn : NULL};
}

void trace_script_init(struct trace_script *script, const struct dialogue *dialogue) {
  *script = (struct trace_script){.dialogue = dialogue};
  for (size_t i = 0; i < DIALOGUE_SETS; i++)
    script->sets[i].script = script;
}

int trace_service(struct cmta_service **service, struct trace_script *script,
                  const struct cmta_settings *settings) {
  struct cmta_hooks hooks = hooks_of(script->dialogue, 0);
  int error = cmta_service_new(service, settings, &hooks, &script->sets[0]);
  for (size_t i = 1; error >= 0 && i < script->dialogue->sets; i++) {
    hooks = hooks_of(script->dialogue, i);
    error = cmta_service_add(*service, &hooks, &script->sets[i]);
  }
  return error < 0 ? error : 0;
}

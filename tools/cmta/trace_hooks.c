/* SPDX-License-Identifier: MIT */
/* The scripted application of `cmta trace`; see trace_hooks.h. */

#include "trace_hooks.h"

int trace_compose(struct cmta_session *session, const struct answer *answer) {
  const char *enhanced = answer->enhanced[0] ? answer->enhanced : NULL;
  int error = 0;
  if (answer->code)
    error = cmta_reply(session, answer->code, enhanced, "%s", answer->lines[0].at);
  for (size_t i = 1; error == 0 && i < answer->line_count; i++)
    error = cmta_reply_line(session, "%s", answer->lines[i].at);
  return error;
}

/* The first answer that waits, else the last that stays, else NULL. */
static const struct answer *next_answer(struct trace_script *script, enum question question) {
  const struct answer *always = NULL;
  for (size_t i = 0; i < script->reached; i++) {
    const struct step *step = &script->dialogue->steps[i];
    if (step->question != question)
      continue;
    if (step->kind == STEP_HOOK_ALWAYS)
      always = &step->answer;
    if (step->kind != STEP_HOOK || script->used[i])
      continue;
    script->used[i] = true;
    return &step->answer;
  }
  return always;
}

static enum cmta_verdict answer(struct cmta_session *session, void *user, enum question question) {
  const struct answer *found = next_answer(user, question);
  if (!found)
    return CMTA_ACCEPT;
  trace_compose(session, found);
  return found->verdict;
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  return answer(session, user, ASK_CONNECT);
}

void trace_edit(struct trace_script *script, struct cmta_session *session, size_t step) {
  const struct step *edit = &script->dialogue->steps[step];
  if (script->used[step] || (edit->kind != STEP_OFFER && edit->kind != STEP_WITHHOLD))
    return;
  script->used[step] = true;
  if (edit->kind == STEP_OFFER)
    cmta_ehlo_offer(session, edit->text.at);
  else
    cmta_ehlo_withhold(session, edit->text.at);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  struct trace_script *script = user;
  (void)name;
  for (size_t i = 0; i < script->reached; i++)
    trace_edit(script, session, i);
  return answer(session, user, ASK_HELLO);
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
  (void)message;
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

static enum cmta_verdict on_verb(struct cmta_session *session, void *user,
                                 const struct cmta_verb *verb, struct cmta_slice argument) {
  (void)verb;
  (void)argument;
  return answer(session, user, ASK_VERB);
}

enum cmta_verdict trace_row(struct cmta_session *session, void *user, const struct cmta_verb *verb,
                            struct cmta_slice argument) {
  (void)verb;
  (void)argument;
  return answer(session, user, ASK_ROW);
}

/* One set plays the whole chain here. */
static bool answers(const struct dialogue *dialogue, enum question question) {
  size_t set = 0;
  while (set < dialogue->sets && !dialogue_answers(dialogue, set, question))
    set++;
  return set < dialogue->sets;
}

struct cmta_hooks trace_hooks(const struct dialogue *dialogue) {
  if (dialogue->bare)
    return (struct cmta_hooks){.size = sizeof(struct cmta_hooks)};
  return (struct cmta_hooks){.size = sizeof(struct cmta_hooks),
                             .connect = on_connect,
                             .hello = on_hello,
                             .mail = on_mail,
                             .rcpt = on_rcpt,
                             .data = on_data,
                             .chunk = on_chunk,
                             .headers = answers(dialogue, ASK_HEADERS) ? on_headers : NULL,
                             .message = on_message,
                             .rset = on_rset,
                             .noop = on_noop,
                             .vrfy = on_vrfy,
                             .expn = answers(dialogue, ASK_EXPN) ? on_expn : NULL,
                             .help = on_help,
                             .verb = on_verb};
}

/* SPDX-License-Identifier: MIT */
/* The scripted application's hooks that are told and not asked; see script.h. */
#include "script.h"

#include <string.h>

/* What the sets of a chain are called. */
static const char *const set_names[DIALOGUE_SETS] = {"first", "second", "third", "fourth"};

/* What this set took for a message was refused by another. */
static void hear_reset(struct cmta_session *session, void *user) {
  struct script *script = user;
  script->resets++;
  script_check_data(script, session);
  if (script->kept && !script->judging)
    script_drop_message(script);
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
  script_check_data(script, session);
  if (strcmp(decision->hook_set_name, set_names[decision->hook_set]) != 0)
    script_fault(script, "a hook set has another name");
}

static void hear_cancelled(struct cmta_session *session, void *user, const char *question) {
  struct script *script = user;
  struct text *told = &script->first->cancelled;
  text_print(told, "%s%s@%zu", told->length > 0 ? " " : "", question, script->number);
  script_check_data(script, session);
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

/* The last line that a client said, as the trace shows it. */
static void keep_traced(struct script *script, struct cmta_slice line) {
  text_clear(&script->traced);
  text_append(&script->traced, line.at, line.length >= 2 ? line.length - 2 : 0);
}

static void hear_trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                       struct cmta_slice line) {
  struct script *script = user;
  script_pause(script, session);
  text_print(&script->transcript, direction == CMTA_FROM_CLIENT ? "C: " : "S: ");
  text_append(&script->transcript, line.at, line.length);
  if (direction == CMTA_TO_CLIENT)
    text_append(&script->said, line.at, line.length);
  else
    keep_traced(script, line);
  if (line.length < 2 || line.at[line.length - 2] != '\r' || line.at[line.length - 1] != '\n')
    script_fault(script, "a traced line does not end in CR LF");
  if (secrets_are_in(script->first->secrets, line.at, line.length))
    script_fault(script, "the trace shows a secret");
}

static void hear_fragment(struct cmta_session *session, void *user,
                          const struct cmta_fragment *fragment) {
  struct script *script = user;
  (void)session;
  if (secrets_are_in(script->first->secrets, fragment->bytes.at, fragment->bytes.length))
    script_fault(script, "a fragment shows a secret");
  if (fragment->octets < fragment->bytes.length)
    script_fault(script, "of a fragment more is shown than came");
}

static void hear_foreseen(struct cmta_session *session, void *user,
                          const struct cmta_foreseen *command) {
  struct script *script = user;
  if (cmta_session_decide(session, CMTA_ACCEPT) != CMTA_E_STATE ||
      cmta_reply(session, 250, NULL, "no") != CMTA_E_STATE)
    text_print(&script->fault, "an answer was taken inside `foresee`");
  text_print(&script->foreseen, "%s%llu %s", script->foreseen.length == 0 ? "" : ", ",
             (unsigned long long)command->number, command->verb);
  if (command->path != NULL) {
    text_print(&script->foreseen, " ");
    struct text path = {0};
    script_show_path(&path, command->path);
    text_append(&script->foreseen, path.at, path.length);
    text_clear(&path);
  }
}

static bool looks_at(const struct dialogue *dialogue, enum probe probe) {
  for (size_t i = 0; i < dialogue->step_count; i++)
    if (dialogue->steps[i].kind == STEP_PROBE && dialogue->steps[i].probe == probe)
      return true;
  return false;
}

void script_hear(struct cmta_hooks *hooks, const struct dialogue *dialogue, size_t number) {
  hooks->name = set_names[number];
  hooks->reset = hear_reset;
  hooks->cancelled = hear_cancelled;
  hooks->decided = hear_decided;
  hooks->closed = hear_closed;
  hooks->trace = hear_trace;
  hooks->fragment = hear_fragment;
  if (looks_at(dialogue, PROBE_FORESEEN))
    hooks->foresee = hear_foreseen;
}

/* SPDX-License-Identifier: MIT */
/* What a dialogue can look at besides replies; the spellings stand in tests/dialogs/README.md. */
#include "play.h"

static void show_closed(struct play *play, struct text *text) {
  static const char *const names[] = {"",        "quit",     "verdict", "errors",
                                      "timeout", "shutdown", "hangup",  "memory",
                                      "freed",   "tls",      "protocol"};
  const enum cmta_close_reason reason = cmta_session_close_reason(play->session);
  text_print(text, "%s", names[reason]);
  if ((reason != CMTA_CLOSED_NOT) != ((cmta_session_wants(play->session) & CMTA_WANTS_CLOSE) != 0))
    text_print(text, " (but wants CLOSE contradicts)");
}

static void show_transaction(struct play *play, struct text *text) {
  const struct cmta_envelope *envelope = cmta_session_envelope(play->session);
  if (envelope == NULL) {
    text_print(text, "none");
    return;
  }
  script_show_path(text, &envelope->reverse_path);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    script_show_path(text, &envelope->forward_paths[i]);
}

/* Of the message last expected. */
static void show_message(struct play *play, enum probe probe, struct text *text) {
  if (play->messages_seen == 0)
    return;
  const struct delivered *message = &play->script.messages[play->messages_seen - 1];
  if (probe == PROBE_SIZE) {
    text_print(text, "%llu", (unsigned long long)message->size);
    return;
  }
  const struct text *shown = probe == PROBE_FROM ? &message->from
                             : probe == PROBE_TO ? &message->to
                                                 : &message->typed;
  text_append(text, shown->at, shown->length);
}

static void show_wants(struct play *play, struct text *text) {
  static const char *const names[] = {"read", "write", "decision", "close", "foresight", "tls"};
  const unsigned wants = cmta_session_wants(play->session);
  for (unsigned i = 0; i < 6; i++)
    if (wants & 1u << i)
      text_print(text, text->length == 0 ? "%s" : " %s", names[i]);
}

static void show_violations(struct play *play, struct text *text) {
  static const char *const names[] = {"bare-cr", "bare-lf", "early-talker", "pipelining",
                                      "long-line"};
  const unsigned violations = cmta_session_violations(play->session);
  for (unsigned i = 0; i < 5; i++)
    if (violations & 1u << i)
      text_print(text, text->length == 0 ? "%s" : " %s", names[i]);
  if (violations == 0)
    text_print(text, "none");
}

static void show_progress(struct play *play, struct text *text) {
  const uint64_t now = cmta_session_progress(play->session);
  text_print(text, now == play->progress ? "no" : "yes");
  play->progress = now;
}

static void show_hello(struct play *play, struct text *text) {
  const struct cmta_slice name = cmta_session_hello_name(play->session);
  text_append(text, name.at, name.length);
}

static void show_recipient(struct play *play, struct text *text) {
  const size_t recipient = cmta_session_recipient(play->session);
  if (recipient == SIZE_MAX)
    text_print(text, "all");
  else
    text_print(text, "%zu", recipient);
}

static void show_counts(struct play *play, struct text *text) {
  const struct cmta_counts *counts = cmta_session_counts(play->session);
  text_print(text, "commands=%llu errors=%llu recipients=%llu messages=%llu",
             (unsigned long long)counts->commands, (unsigned long long)counts->errors,
             (unsigned long long)counts->recipients, (unsigned long long)counts->messages);
  if (counts->auth_failures > 0)
    text_print(text, " auth-failures=%llu", (unsigned long long)counts->auth_failures);
}

/* NAME=2yz/3yz/4yz/5yz of each event that had replies, in the order of the statistics. */
static void show_replies(struct play *play, struct text *text) {
  const char *name;
  for (size_t i = 0; (name = cmta_statistics_event(play->statistics, i)) != NULL; i++) {
    unsigned long long of[4];
    for (int class = 2; class < 6; class ++)
      of[class - 2] = cmta_statistics_replies(play->statistics, i, class);
    if (of[0] + of[1] + of[2] + of[3] > 0)
      text_print(text, "%s%s=%llu/%llu/%llu/%llu", text->length == 0 ? "" : " ", *name ? name : "-",
                 of[0], of[1], of[2], of[3]);
  }
}

static void show_foreseen(struct play *play, struct text *text) {
  struct text *foreseen = &play->script.foreseen;
  if (foreseen->length == 0)
    text_print(text, "none");
  text_append(text, foreseen->at, foreseen->length);
  text_clear(foreseen);
}

/* MECHANISM USER, and whom it wants to act as. */
static void show_identity(struct play *play, struct text *text) {
  const struct cmta_identity *identity = cmta_session_identity(play->session);
  if (identity == NULL)
    text_print(text, "none");
  else
    text_print(text, "%s %s%s%s", identity->mechanism, identity->user,
               *identity->authorization ? " as " : "", identity->authorization);
}

static void show_heard_secrets(struct play *play, struct text *text) {
  text_print(text, "%s", play->heard_secrets ? "yes" : "no");
  play->heard_secrets = false;
}

static void show_peer(struct play *play, struct text *text) {
  const struct cmta_peer *peer = cmta_session_peer(play->session);
  text_print(text, "%s %u", peer->address, peer->port);
}

/* What is known of the client beside what it says; false where the probe is none of it. */
static bool show_client(struct play *play, enum probe probe, struct text *text) {
  if (probe == PROBE_PEER)
    show_peer(play, text);
  else if (probe == PROBE_XCLIENT)
    client_show(text, cmta_session_xclient(play->session));
  else if (probe == PROBE_FORWARDED)
    client_show(text, cmta_session_forwarded(play->session));
  else if (probe == PROBE_VIOLATIONS)
    show_violations(play, text);
  else
    return false;
  return true;
}

/* What STARTTLS and AUTH have led to; false where the probe is none of it. */
static bool show_security(struct play *play, enum probe probe, struct text *text) {
  if (probe == PROBE_IDENTITY)
    show_identity(play, text);
  else if (probe == PROBE_MECHANISMS)
    text_print(text, "%s", cmta_session_mechanisms(play->session));
  else if (probe == PROBE_FACTS)
    facts_show(text, cmta_session_tls(play->session));
  else if (probe == PROBE_TRACED)
    text_append(text, play->script.traced.at, play->script.traced.length);
  else if (probe == PROBE_HEARD_SECRETS)
    show_heard_secrets(play, text);
  else
    return false;
  return true;
}

static void show_of_session(struct play *play, enum probe probe, struct text *text) {
  if (probe == PROBE_CLOSED)
    show_closed(play, text);
  else if (probe == PROBE_PHASE)
    text_print(text, "%s", cmta_session_phase(play->session));
  else if (probe == PROBE_PROTOCOL)
    text_print(text, "%s", cmta_session_protocol(play->session));
  else if (probe == PROBE_HELLO)
    show_hello(play, text);
  else if (probe == PROBE_TRANSACTION)
    show_transaction(play, text);
  else if (probe == PROBE_TIMEOUT)
    text_print(text, "%u", cmta_session_timeout(play->session));
  else if (probe == PROBE_WANTS)
    show_wants(play, text);
  else if (probe == PROBE_COUNTS)
    show_counts(play, text);
  else if (probe == PROBE_REPLIES)
    show_replies(play, text);
  else if (probe == PROBE_RECIPIENT)
    show_recipient(play, text);
  else if (probe == PROBE_FORESEEN)
    show_foreseen(play, text);
  else if (!show_security(play, probe, text) && !show_client(play, probe, text))
    show_progress(play, text);
}

void probe_show(struct play *play, const struct step *step, struct text *text) {
  const struct scripted *scripted = &play_script(play, step->set)->questions[step->question];
  switch (step->probe) {
  case PROBE_FROM:
  case PROBE_TO:
  case PROBE_TYPED:
  case PROBE_SIZE:
    show_message(play, step->probe, text);
    break;
  case PROBE_ASKED:
    text_print(text, "%u", scripted->asked);
    break;
  case PROBE_HEARD:
    text_append(text, scripted->heard.at, scripted->heard.length);
    break;
  case PROBE_VALUES:
    text_append(text, scripted->values.at, scripted->values.length);
    break;
  case PROBE_RESETS:
    text_print(text, "%u", play->script.resets);
    break;
  case PROBE_DECIDED:
    text_append(text, play->script.decided.at, play->script.decided.length);
    break;
  case PROBE_CANCELLED:
    text_append(text, play->script.cancelled.at, play->script.cancelled.length);
    break;
  default:
    show_of_session(play, step->probe, text);
  }
}

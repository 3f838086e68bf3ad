/* SPDX-License-Identifier: MIT */
/* Whether the steps of a dialogue that expect something meet it. */
#include "play.h"

#include <string.h>

/* The length of the next reply line without its CR LF; all that is left when it has no end. */
static size_t next_line(const struct play *play) {
  const size_t left = play->output.length - play->compared;
  const char *line = play->output.at + play->compared;
  const char *end = left == 0 ? NULL : memchr(line, '\n', left);
  return end == NULL || end == line ? left : (size_t)(end - line) - 1;
}

static void skip_line(struct play *play) {
  const size_t left = play->output.length - play->compared;
  const size_t length = next_line(play);
  play->compared += length < left ? length + 2 : left;
}

/* Whether a line is what a step expects. */
static bool is_expected(const struct step *step, const char *got, size_t length) {
  const bool whole = step->kind == STEP_SERVER || step->kind == STEP_SERVER_OR;
  return length > 0 && (whole ? length == step->text.length : length >= step->text.length) &&
         memcmp(got, step->text.at, step->text.length) == 0;
}

/* The same with the `or` line that follows the step, which is for bytes that come in pieces. */
static bool is_expected_or(const struct play *play, const struct step *step, const char *got,
                           size_t length) {
  const struct step *end = play->dialogue->steps + play->dialogue->step_count;
  return is_expected(step, got, length) ||
         (play->manner != MANNER_WHOLE && step + 1 < end && step[1].kind == STEP_SERVER_OR &&
          is_expected(step + 1, got, length));
}

static void step_server(struct play *play, const struct step *step) {
  const char *got = play->output.at + play->compared;
  const size_t length = next_line(play);
  if (!is_expected_or(play, step, got, length))
    play_fail_text(play, "another reply", &step->text, got, length);
  while (step->kind == STEP_SERVER_REPLY && next_line(play) > 3 &&
         play->output.at[play->compared + 3] == '-')
    skip_line(play);
  skip_line(play);
}

static void step_message(struct play *play, const struct step *step) {
  const struct script *script = &play->script;
  if (script->message_count - script->judging <= play->messages_seen) {
    play_fail(play, "no message was delivered");
    return;
  }
  const struct text *content = &script->messages[play->messages_seen++].content;
  if (!text_equal(content, &step->text))
    play_fail_text(play, "another message", &step->text, content->at, content->length);
}

static void step_no_message(struct play *play) {
  const struct script *script = &play->script;
  if (script->message_count - script->judging > play->messages_seen)
    play_fail_text(play, "a message was delivered", &(struct text){0},
                   script->messages[play->messages_seen].content.at,
                   script->messages[play->messages_seen].content.length);
}

static void step_probe(struct play *play, const struct step *step) {
  struct text shown = {0};
  text_append(&shown, "", 0);
  probe_show(play, step, &shown);
  if (!text_equal(&shown, &step->text))
    play_fail_text(play, "another state", &step->text, shown.at, shown.length);
  text_clear(&shown);
}

void play_expect(struct play *play, const struct step *step) {
  if (step->kind >= STEP_SERVER && step->kind <= STEP_SERVER_REPLY)
    step_server(play, step);
  else if (step->kind == STEP_MESSAGE)
    step_message(play, step);
  else if (step->kind == STEP_NO_MESSAGE)
    step_no_message(play);
  else if (step->kind != STEP_SERVER_OR)
    step_probe(play, step);
}

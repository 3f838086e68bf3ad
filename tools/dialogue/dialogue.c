/* SPDX-License-Identifier: MIT */
/* Reads dialogue files; see dialogue.h and tests/dialogs/README.md. */
#include "dialogue.h"
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const question_names[QUESTIONS] = {
    "connect", "hello", "starttls", "secured", "auth",    "mail",     "rcpt",
    "data",    "chunk", "headers",  "message", "rset",    "noop",     "vrfy",
    "expn",    "help",  "verb",     "row",     "xclient", "xforward", "etrn"};

enum question question_by_name(const char *name, size_t length) {
  return (enum question)parse_index(question_names, QUESTIONS, name, length);
}

bool dialogue_answers(const struct dialogue *dialogue, size_t set, enum question question) {
  for (size_t i = 0; i < dialogue->step_count; i++) {
    const struct step *step = &dialogue->steps[i];
    if (step->kind <= STEP_HOOK_ALWAYS && step->set == set && step->question == question)
      return true;
  }
  return false;
}

const char *question_name(enum question question) { return question_names[question]; }

/* QUESTION[@SET] */
static bool parse_question(const struct dialogue *dialogue, struct step *step, const char **rest) {
  const char *word;
  const size_t length = parse_word(rest, &word);
  const char *at = memchr(word, '@', length);
  step->question = question_by_name(word, at == NULL ? length : (size_t)(at - word));
  step->set = at == NULL ? 0 : (size_t)strtoul(at + 1, NULL, 10);
  return step->question < QUESTIONS && step->set < dialogue->sets;
}

static bool parse_hook(struct dialogue *dialogue, struct step *step, const char *rest) {
  return parse_question(dialogue, step, &rest) && parse_answer(&step->answer, rest);
}

static bool parse_no_data(struct dialogue *dialogue, struct step *step, const char *rest) {
  return parse_question(dialogue, step, &rest) && parse_at_end(rest) &&
         (step->question == ASK_CONNECT || step->question == ASK_MAIL);
}

/* SECONDS VERDICT */
static bool parse_deadline(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  const char *word;
  parse_word(&rest, &word);
  const int seconds = (int)strtol(word, NULL, 10);
  const bool good = parse_answer(&step->answer, rest) && step->answer.code == 0;
  step->answer.code = seconds;
  return good;
}

static bool parse_refused_hook(struct dialogue *dialogue, struct step *step, const char *rest) {
  step->answer.refused = true;
  return parse_hook(dialogue, step, rest);
}

static bool parse_edit(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  return parse_strings(&step->text, rest);
}

static bool parse_refused_edit(struct dialogue *dialogue, struct step *step, const char *rest) {
  step->answer.refused = true;
  return parse_edit(dialogue, step, rest);
}

static bool parse_decide(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  return parse_answer(&step->answer, rest);
}

static bool parse_refused_decide(struct dialogue *dialogue, struct step *step, const char *rest) {
  step->answer.refused = true;
  return parse_decide(dialogue, step, rest);
}

static bool parse_text(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  text_append(&step->text, "", 0);
  return text_decode(&step->text, rest, '\0') != NULL;
}

static bool parse_refused_text(struct dialogue *dialogue, struct step *step, const char *rest) {
  step->answer.refused = true;
  return parse_text(dialogue, step, rest);
}

static bool parse_line(struct dialogue *dialogue, struct step *step, const char *rest) {
  const bool good = parse_text(dialogue, step, rest);
  text_append(&step->text, "\r\n", 2);
  return good;
}

static bool parse_message(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  return parse_strings(&step->text, rest);
}

static bool parse_nothing(struct dialogue *dialogue, struct step *step, const char *rest) {
  (void)dialogue;
  text_append(&step->text, "", 0);
  return parse_at_end(rest);
}

static bool parse_question_text(struct dialogue *dialogue, struct step *step, const char *rest) {
  return parse_question(dialogue, step, &rest) && parse_text(dialogue, step, rest + (*rest == ' '));
}

/* How each line of a file begins, and what it is. */
static const struct form {
  const char *keyword;
  enum step_kind kind;
  enum probe probe;
  bool (*parse)(struct dialogue *dialogue, struct step *step, const char *rest);
} forms[] = {
    {"C:", STEP_CLIENT, 0, parse_line},
    {"C|", STEP_CLIENT, 0, parse_text},
    {"S:", STEP_SERVER, 0, parse_text},
    {"S~", STEP_SERVER_PREFIX, 0, parse_text},
    {"S+", STEP_SERVER_REPLY, 0, parse_text},
    {"or", STEP_SERVER_OR, 0, parse_text},
    {"no-data", STEP_NO_DATA, 0, parse_no_data},
    {"deadline", STEP_DEADLINE, 0, parse_deadline},
    {"hook", STEP_HOOK, 0, parse_hook},
    {"hook*", STEP_HOOK_ALWAYS, 0, parse_hook},
    {"hook!", STEP_HOOK, 0, parse_refused_hook},
    {"offer", STEP_OFFER, 0, parse_edit},
    {"offer!", STEP_OFFER, 0, parse_refused_edit},
    {"withhold", STEP_WITHHOLD, 0, parse_edit},
    {"withhold!", STEP_WITHHOLD, 0, parse_refused_edit},
    {"decide", STEP_DECIDE, 0, parse_decide},
    {"decide!", STEP_DECIDE, 0, parse_refused_decide},
    {"select", STEP_SELECT, 0, parse_text},
    {"select!", STEP_SELECT, 0, parse_refused_text},
    {"id", STEP_ID, 0, parse_text},
    {"expire", STEP_EXPIRE, 0, parse_nothing},
    {"stop", STEP_STOP, 0, parse_nothing},
    {"hangup", STEP_HANGUP, 0, parse_nothing},
    {"secured", STEP_SECURED, 0, parse_text},
    {"secured!", STEP_SECURED, 0, parse_refused_text},
    {"tls-failed", STEP_TLS_FAILED, 0, parse_nothing},
    {"message", STEP_MESSAGE, 0, parse_message},
    {"no-message", STEP_NO_MESSAGE, 0, parse_nothing},
    {"open", STEP_PROBE, PROBE_CLOSED, parse_nothing},
    {"closed", STEP_PROBE, PROBE_CLOSED, parse_text},
    {"phase", STEP_PROBE, PROBE_PHASE, parse_text},
    {"protocol", STEP_PROBE, PROBE_PROTOCOL, parse_text},
    {"hello", STEP_PROBE, PROBE_HELLO, parse_text},
    {"transaction", STEP_PROBE, PROBE_TRANSACTION, parse_text},
    {"from", STEP_PROBE, PROBE_FROM, parse_text},
    {"to", STEP_PROBE, PROBE_TO, parse_text},
    {"typed", STEP_PROBE, PROBE_TYPED, parse_text},
    {"size", STEP_PROBE, PROBE_SIZE, parse_text},
    {"asked", STEP_PROBE, PROBE_ASKED, parse_question_text},
    {"heard", STEP_PROBE, PROBE_HEARD, parse_question_text},
    {"values", STEP_PROBE, PROBE_VALUES, parse_question_text},
    {"resets", STEP_PROBE, PROBE_RESETS, parse_text},
    {"timeout", STEP_PROBE, PROBE_TIMEOUT, parse_text},
    {"wants", STEP_PROBE, PROBE_WANTS, parse_text},
    {"progress", STEP_PROBE, PROBE_PROGRESS, parse_text},
    {"decided", STEP_PROBE, PROBE_DECIDED, parse_text},
    {"cancelled", STEP_PROBE, PROBE_CANCELLED, parse_text},
    {"counts", STEP_PROBE, PROBE_COUNTS, parse_text},
    {"replies", STEP_PROBE, PROBE_REPLIES, parse_text},
    {"foreseen", STEP_PROBE, PROBE_FORESEEN, parse_text},
    {"identity", STEP_PROBE, PROBE_IDENTITY, parse_text},
    {"mechanisms", STEP_PROBE, PROBE_MECHANISMS, parse_text},
    {"facts", STEP_PROBE, PROBE_FACTS, parse_text},
    {"recipient", STEP_PROBE, PROBE_RECIPIENT, parse_text},
    {"traced", STEP_PROBE, PROBE_TRACED, parse_text},
    {"peer", STEP_PROBE, PROBE_PEER, parse_text},
    {"xclient", STEP_PROBE, PROBE_XCLIENT, parse_text},
    {"forwarded", STEP_PROBE, PROBE_FORWARDED, parse_text},
    {"violations", STEP_PROBE, PROBE_VIOLATIONS, parse_text},
    {"heard-secrets", STEP_PROBE, PROBE_HEARD_SECRETS, parse_text},
};

static struct step *new_step(struct dialogue *dialogue, enum step_kind kind, unsigned line) {
  struct step *grown =
      realloc(dialogue->steps, (dialogue->step_count + 1) * sizeof dialogue->steps[0]);
  if (grown == NULL)
    abort();
  dialogue->steps = grown;
  struct step *step = &grown[dialogue->step_count++];
  *step = (struct step){.kind = kind, .line = line};
  return step;
}

static bool parse_form(struct dialogue *dialogue, const struct form *form, const char *rest,
                       unsigned number) {
  struct step *step = new_step(dialogue, form->kind, number);
  step->probe = form->probe;
  return form->parse(dialogue, step, rest);
}

static bool parse_set(struct dialogue *dialogue, const char *rest) {
  char name[64];
  const char *word;
  const size_t length = parse_word(&rest, &word);
  if (length >= sizeof name)
    return false;
  memcpy(name, word, length);
  name[length] = '\0';
  return dialogue_set(dialogue, name, rest + strspn(rest, " "));
}

/* `store`, or `store FUNCTION N`. */
static bool parse_store(struct dialogue *dialogue, const char *rest) {
  static const char *const names[STORE_FUNCTIONS] = {"begin", "append", "read", "map"};
  const char *word;
  const size_t length = parse_word(&rest, &word);
  dialogue->stores = true;
  if (length == 0)
    return true;
  const size_t function = parse_index(names, STORE_FUNCTIONS, word, length);
  dialogue->store_fails = (enum store_function)function;
  dialogue->store_fails_from = (unsigned)strtoul(rest, NULL, 10);
  return function < STORE_FUNCTIONS && dialogue->store_fails_from > 0;
}

/* `chain N`: how many hook sets there are. */
static bool parse_chain(struct dialogue *dialogue, const char *rest) {
  dialogue->sets = (size_t)strtoul(rest, NULL, 10);
  return dialogue->sets > 0 && dialogue->sets <= DIALOGUE_SETS;
}

static bool parse_verb(struct dialogue *dialogue, const char *rest) {
  return dialogue_add_verb(dialogue, rest + strspn(rest, " "));
}

static bool parse_no_hooks(struct dialogue *dialogue, const char *rest) {
  dialogue->bare = true;
  return parse_at_end(rest);
}

static bool parse_take_messages(struct dialogue *dialogue, const char *rest) {
  dialogue->takes = true;
  return parse_at_end(rest);
}

static bool parse_in_clear(struct dialogue *dialogue, const char *rest) {
  dialogue->in_clear = true;
  return parse_at_end(rest);
}

/* `secret "text"`: what no trace may show. */
static bool parse_secret(struct dialogue *dialogue, const char *rest) {
  struct text *grown =
      realloc(dialogue->secrets, (dialogue->secret_count + 1) * sizeof dialogue->secrets[0]);
  if (grown == NULL)
    abort();
  dialogue->secrets = grown;
  grown[dialogue->secret_count] = (struct text){0};
  return parse_strings(&grown[dialogue->secret_count++], rest);
}

/* The lines that stand before all steps. */
static const struct head {
  const char *keyword;
  bool (*parse)(struct dialogue *dialogue, const char *rest);
} heads[] = {
    {"set", parse_set},
    {"verb", parse_verb},
    {"keyword", dialogue_add_keyword},
    {"chain", parse_chain},
    {"store", parse_store},
    {"tls", parse_tls},
    {"trust", parse_trust},
    {"in-clear", parse_in_clear},
    {"secret", parse_secret},
    {"no-hooks", parse_no_hooks},
    {"take-messages", parse_take_messages},
};

static bool is_word(const char *word, size_t length, const char *keyword) {
  return strlen(keyword) == length && memcmp(keyword, word, length) == 0;
}

static bool parse_source_line(struct dialogue *dialogue, const char *line, unsigned number) {
  const char *rest = line;
  const char *word;
  const size_t length = parse_word(&rest, &word);
  if (length == 0 || *word == '#')
    return true;
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
    if (is_word(word, length, heads[i].keyword))
      return dialogue->step_count == 0 && heads[i].parse(dialogue, rest);
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    if (is_word(word, length, forms[i].keyword))
      return parse_form(dialogue, &forms[i], rest + (*rest == ' '), number);
  return false;
}

static void add_client_line(struct dialogue *dialogue, const char *line, size_t length,
                            unsigned number) {
  struct step *step = new_step(dialogue, STEP_CLIENT, number);
  text_append(&step->text, line, length - (length > 0 && line[length - 1] == '\r'));
  text_append(&step->text, "\r\n", 2);
}

void dialogue_of_lines(struct dialogue *dialogue, const char *lines, size_t length) {
  *dialogue = (struct dialogue){.sets = 1};
  cmta_settings_init(&dialogue->settings);
  for (unsigned number = 1; length > 0; number++) {
    const char *end = memchr(lines, '\n', length);
    const size_t line = end == NULL ? length : (size_t)(end - lines);
    add_client_line(dialogue, lines, line, number);
    lines += line + (end != NULL);
    length -= line + (end != NULL);
  }
}

unsigned dialogue_parse(struct dialogue *dialogue, const char *source) {
  *dialogue = (struct dialogue){.sets = 1};
  cmta_settings_init(&dialogue->settings);
  bool good = true;
  unsigned number = 0;
  while (good && *source != '\0') {
    const size_t length = strcspn(source, "\n");
    struct text line = {0};
    text_append(&line, source, length);
    good = parse_source_line(dialogue, line.at, ++number);
    text_clear(&line);
    source += length + (source[length] == '\n');
  }
  return good ? 0 : number;
}

bool dialogue_load(struct text *source, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return false;
  const bool good = text_read(source, file);
  fclose(file);
  return good;
}

void dialogue_free(struct dialogue *dialogue) {
  for (size_t i = 0; i < dialogue->step_count; i++) {
    answer_clear(&dialogue->steps[i].answer);
    text_clear(&dialogue->steps[i].text);
  }
  free(dialogue->steps);
  for (size_t i = 0; i < dialogue->secret_count; i++)
    text_clear(&dialogue->secrets[i]);
  free(dialogue->secrets);
  dialogue_free_verbs(dialogue);
  dialogue_free_keywords(dialogue);
  text_clear(&dialogue->hostname);
  text_clear(&dialogue->greeting);
  text_clear(&dialogue->mechanisms);
  text_clear(&dialogue->priority_policy);
  *dialogue = (struct dialogue){0};
}

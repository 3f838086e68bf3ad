/* SPDX-License-Identifier: MIT */
/* The plan of faults of `cmta sink` (sink_faults.h). */

#include "sink_faults.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char command[] = "sink";

/* The column in which help texts begin. */
enum { HELP_COLUMN = 32 };

const char *fault_options_add(struct fault_options *options, const char *text, bool is_file) {
  struct fault_source *rows = realloc(options->rows, (options->count + 1) * sizeof *rows);
  if (!rows)
    return "finds no memory";
  rows[options->count++] = (struct fault_source){text, is_file};
  options->rows = rows;
  return NULL;
}

void fault_options_free(struct fault_options *options) { free(options->rows); }

/* ---- The plan ---- */

/* Plans what the words say; where they stand is told when they say nothing. */
static bool add_words(struct cmta_plan *plan, const char *words, const char *where) {
  char why[512];
  int error = cmta_plan_add_text(plan, words, why, sizeof why);
  if (error == CMTA_E_ARGUMENT)
    complain(command, "%s: %s; --help-faults shows what can be said", where, why);
  else if (error < 0)
    complain(command, "%s: %s", where, cmta_strerror(error));
  return error >= 0;
}

static bool add_option(struct cmta_plan *plan, const char *words) {
  char where[128];
  snprintf(where, sizeof where, "--fault \"%.*s\"", (int)sizeof where - 16, words);
  return add_words(plan, words, where);
}

static bool is_comment(const char *line) {
  line += strspn(line, " \t");
  return *line == '\0' || *line == '#';
}

/* One line without its end. Before the first one editors may have left a byte order mark. */
static bool add_line(struct cmta_plan *plan, const char *line, const char *path, unsigned number) {
  static const char mark[] = "\xef\xbb\xbf";
  char where[PATH_MAX + 16];
  if (number == 1 && strncmp(line, mark, strlen(mark)) == 0)
    line += strlen(mark);
  snprintf(where, sizeof where, "%s:%u", path, number);
  return is_comment(line) || add_words(plan, line, where);
}

/* A NUL would hide what stands behind it. */
static bool add_lines(struct cmta_plan *plan, FILE *file, const char *path) {
  char *line = NULL;
  size_t size = 0;
  unsigned number = 0;
  ssize_t length;
  bool sound = true;
  while (sound && (length = getline(&line, &size, file)) >= 0) {
    number++;
    sound = strlen(line) == (size_t)length;
    if (!sound)
      complain(command, "%s:%u: NUL in a line", path, number);
    line[strcspn(line, "\r\n")] = '\0';
    sound = sound && add_line(plan, line, path, number);
  }
  free(line);
  return sound;
}

static bool add_file(struct cmta_plan *plan, const char *path) {
  FILE *file = fopen(path, "re");
  bool sound = file && add_lines(plan, file, path);
  if (!file || ferror(file))
    complain(command, "cannot read %s: %s", path, strerror(errno));
  bool failed = !file || ferror(file);
  if (file)
    fclose(file);
  return sound && !failed;
}

bool sink_plan_new(struct cmta_plan **plan, const struct fault_options *options, unsigned reach) {
  bool sound = cmta_plan_new(plan, options->seed) == 0;
  if (!sound)
    complain(command, "no memory");
  cmta_plan_set_reach(*plan, reach);
  for (size_t i = 0; sound && i < options->count; i++) {
    const struct fault_source *source = &options->rows[i];
    sound = source->is_file ? add_file(*plan, source->text) : add_option(*plan, source->text);
  }
  if (sound)
    return true;
  cmta_plan_free(*plan);
  *plan = NULL;
  return false;
}

bool sink_plan_wants_wrong_tls(struct cmta_plan *plan) {
  const struct cmta_fault *fault;
  for (int i = 0; (fault = cmta_plan_fault(plan, i)); i++)
    if (fault->action == CMTA_FAULT_TLS_WRONG)
      return true;
  return false;
}

void sink_plan_print_seed(struct cmta_plan *plan, uint64_t seed) {
  const struct cmta_fault *fault;
  for (int i = 0; (fault = cmta_plan_fault(plan, i)); i++)
    if (fault->chance < 1) {
      fprintf(stderr, "cmta sink: seed %" PRIu64 "\n", seed);
      return;
    }
}

/* The beginning of a long one is enough to know it by. */
bool sink_plan_print_missed(struct cmta_plan *plan) {
  const struct cmta_fault *fault;
  bool missed = false;
  char words[200];
  for (int i = 0; (fault = cmta_plan_fault(plan, i)); i++)
    if (cmta_plan_happened(plan, i) == 0 && cmta_fault_words(fault, words, sizeof words) >= 0) {
      fprintf(stderr, "cmta sink: has not happened: %s\n", words);
      missed = true;
    }
  return missed;
}

/* ---- Help ---- */

static void print_words(const char *title, const struct cmta_fault_word *(*word_at)(size_t)) {
  const struct cmta_fault_word *word;
  printf("\n%s:\n", title);
  for (size_t i = 0; (word = word_at(i)); i++)
    printf("  %-*s%s\n", HELP_COLUMN - 2, word->usage, word->help);
}

enum options_result sink_faults_help(void) {
  puts(
      "A fault is STAGE [CONDITION]...: ACTION. All conditions must hold. Of several faults whose\n"
      "time has come at one stage all delays and rates happen, and the first of the others.\n"
      "A text needs quotes where it is not the last of its line.");
  print_words("Stages", cmta_fault_stage_word);
  print_words("Conditions", cmta_fault_condition_word);
  print_words("Actions", cmta_fault_action_word);
  return flush_output(command) ? OPTIONS_SHOWN : OPTIONS_WRONG;
}

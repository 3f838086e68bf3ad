/* SPDX-License-Identifier: MIT */
/* The option table of `cmta trace`, and a setter for each row. */

#include "trace_options.h"

#include <string.h>

/* How the names of dialogue files end. */
#define DIALOGUE_SUFFIX ".dialog"

static const char *set_file(void *target, const char *argument) {
  ((struct trace_options *)target)->file = argument;
  return *argument ? NULL : "is no file name";
}

static const char *set_dialogue(void *target, const char *argument) {
  (void)argument;
  ((struct trace_options *)target)->dialogue = true;
  return NULL;
}

static const char *set_dot(void *target, const char *argument) {
  (void)argument;
  ((struct trace_options *)target)->dot = true;
  return NULL;
}

static const struct option_row rows[] = {
    {"dialogue", NULL, "the lines are a dialogue of tests/dialogs, as in a FILE" DIALOGUE_SUFFIX,
     set_dialogue, NULL},
    {"dot", NULL, "print the session chart for Graphviz and exit", set_dot, NULL},
};

static const struct option_row operand = {"file", "FILE", NULL, set_file, NULL};

static const struct option_table table = {
    .command = "trace",
    .summary =
        "Gives the lines of FILE or standard input to the engine as a client's, each with CR "
        "LF, and shows\nfor each the event, the phase before and after it, and the reply. "
        "Everything is accepted.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .operand = &operand,
};

static bool ends_in(const char *name, const char *suffix) {
  size_t length = strlen(name);
  size_t most = strlen(suffix);
  return length >= most && strcmp(name + length - most, suffix) == 0;
}

enum options_result trace_options_read(struct trace_options *options, int argc, char **argv) {
  *options = (struct trace_options){0};
  enum options_result result = options_read(&table, options, argc, argv);
  options->dialogue |= options->file && ends_in(options->file, DIALOGUE_SUFFIX);
  return result;
}

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_FAULTS_H
#define CMTA_TOOLS_SINK_FAULTS_H

/* What goes wrong as planned: --fault, --fault-file, --all-faults, --seed, and the help text of
 * their words. */

#include "options.h"

#include <cmta/fault.h>

/* One of these options: words, or a file of them. Borrowed from the command line. */
struct fault_source {
  const char *text;
  bool is_file;
};

/* All of them, in the order given. */
struct fault_options {
  struct fault_source *rows;
  size_t count;
  uint64_t seed;
  bool all; /* each must happen */
};

/* Adds one. NULL, or what is wrong: the end of a sentence, a static string. */
const char *fault_options_add(struct fault_options *options, const char *text, bool is_file);

/* Frees what options holds. */
void fault_options_free(struct fault_options *options);

/* Makes the plan for clients who have that, bits of enum cmta_reach. False when it cannot be: one
   line on standard error has said why. The caller frees it. */
bool sink_plan_new(struct cmta_plan **plan, const struct fault_options *options, unsigned reach);

/* Whether a fault of the plan wants a certificate for another name. */
bool sink_plan_wants_wrong_tls(struct cmta_plan *plan);

/* Prints the seed on standard error where something depends on it. */
void sink_plan_print_seed(struct cmta_plan *plan, uint64_t seed);

/* Prints on standard error which faults have not happened. Whether there are any. */
bool sink_plan_print_missed(struct cmta_plan *plan);

/* Prints the words of faults. */
enum options_result sink_faults_help(void);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_OPTIONS_H
#define CMTA_TOOLS_OPTIONS_H

/*
 * The options of a subcommand as one table: what getopt_long() knows, what --help prints and what
 * is checked all come from its rows. Only long options exist, and one operand at most.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One option. */
struct option_row {
  const char *name;     /* "listen", without the dashes */
  const char *argument; /* what stands for its argument in the help text; NULL: it takes none */
  const char *help;     /* for --help; lines after the first are put under it */
  /* Takes the argument (NULL where there is none) into target. NULL when it fits, else what is
     wrong with it, as the end of a sentence that begins with the option and its argument: a static
     string. */
  const char *(*set)(void *target, const char *argument);
  /* The number that target holds for it, for the help text to show as the default; NULL: none is
     shown. */
  uint64_t (*get)(const void *target);
};

/* The options of one subcommand. */
struct option_table {
  const char *command;           /* "sink" */
  const char *summary;           /* what the subcommand does; whole lines */
  const struct option_row *rows; /* --help is not among them, every subcommand has it */
  size_t count;
  const struct option_row *operand; /* what may stand without an option: its argument names it in
                                       the help text; NULL: nothing may */
  bool operand_needed;              /* it must stand there */
  const void *defaults; /* a target that no option has touched, for the help text; may be NULL when
                           no row has `get` */
  const char *secret;   /* the option whose argument is not to be seen: no error shows it, nor what
                           might have been meant as it; NULL: none */
};

/* What became of a command line. */
enum options_result {
  OPTIONS_SET,   /* the target is filled in: go on */
  OPTIONS_SHOWN, /* --help has been printed: end with success */
  OPTIONS_WRONG  /* one line on standard error has said what is wrong */
};

/* Reads the command line of table's subcommand, calling the setters in the order of the line, the
   last one for an option given twice. An argument that reads as an option is one behind a "="
   alone. argv[0] is skipped; argv is put in another order. */
enum options_result options_read(const struct option_table *table, void *target, int argc,
                                 char **argv);

/* Prints "cmta COMMAND: TEXT" on standard error, as one line whatever the arguments hold (their
   control bytes are made visible); of a text of more than 1000 octets the middle is left out, so
   that the reason behind a long argument is there. With command NULL it is "cmta: TEXT". */
void complain(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Flushes standard output; false, and one line on standard error, when not all of it could be
 * written. */
bool flush_output(const char *command);

/* A whole decimal number, nothing around it, up to the type's end. NULL, or what is wrong. */
const char *option_u64(const char *argument, uint64_t *value);
const char *option_unsigned(const char *argument, unsigned *value);

/* Seconds above 0, up to some thirty years, which may have a fraction. NULL, or what is wrong. */
const char *option_seconds(const char *argument, double *seconds);

#endif

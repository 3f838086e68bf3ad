/* SPDX-License-Identifier: MIT */
/* Reads command lines and prints help from one table (options.h). It knows no option but --help. */

#include "options.h"

#include "escape.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* getopt_long() answers with a row's number plus this, which no character of a short option has. */
enum { FIRST_ROW = 1 << 16 };

/* The column in which help texts begin. */
enum { HELP_COLUMN = 30 };

static const struct option_row help_row = {"help", NULL, "print this text and exit", NULL, NULL};

/* The place in text, at `at` or before it, where a character begins. */
static size_t character_at(const char *text, size_t at) {
  while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
    at--;
  return at;
}

/* Prints a line's text. A long one stands for a long argument in it, and the reason is behind that:
 * so it is cut in the middle. */
static void print_shortened(const char *text) {
  enum { FRONT = 200, BACK = 600, LONGEST = 1000 };
  size_t length = strlen(text);
  if (length <= LONGEST) {
    escape_text(stderr, text, length);
    return;
  }
  size_t front = character_at(text, FRONT), back = character_at(text, length - BACK);
  escape_text(stderr, text, front);
  fputs("...", stderr);
  escape_text(stderr, text + back, length - back);
}

void complain(const char *command, const char *format, ...) {
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);

  fprintf(stderr, command ? "cmta %s: " : "cmta: ", command);
  print_shortened(length < 0 ? "no memory" : text);
  putc('\n', stderr);
  if (length >= 0)
    free(text);
}

bool flush_output(const char *command) {
  if (fflush(stdout) == 0 && !ferror(stdout))
    return true;
  complain(command, "cannot write to standard output: %s", strerror(errno));
  return false;
}

/* "--listen ADDR:PORT", and the way to the help text's column. */
static void print_usage(const struct option_row *row) {
  int width =
      printf("  --%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
  if (width >= HELP_COLUMN) {
    putchar('\n');
    width = 0;
  }
  printf("%*s", HELP_COLUMN - width, "");
}

static void print_row(const struct option_row *row, const void *defaults) {
  print_usage(row);
  for (const char *at = row->help; *at; at++)
    if (*at == '\n')
      printf("\n%*s", HELP_COLUMN, "");
    else
      putchar(*at);
  if (row->get)
    printf(" (default %" PRIu64 ")", row->get(defaults));
  putchar('\n');
}

static enum options_result print_help(const struct option_table *table) {
  printf("Usage: cmta %s [OPTION]...", table->command);
  if (table->operand)
    printf(table->operand_needed ? " %s" : " [%s]", table->operand->argument);
  printf("\n\n%s\n", table->summary);
  for (size_t i = 0; i < table->count; i++)
    print_row(&table->rows[i], table->defaults);
  print_row(&help_row, NULL);
  return flush_output(table->command) ? OPTIONS_SHOWN : OPTIONS_WRONG;
}

static struct option long_option(const struct option_row *row, size_t number) {
  return (struct option){.name = row->name,
                         .has_arg = row->argument ? required_argument : no_argument,
                         .val = FIRST_ROW + (int)number};
}

/* The table as getopt_long() wants it, --help after its rows; NULL without memory. The caller frees
 * it. */
static struct option *long_options(const struct option_table *table) {
  struct option *options = calloc(table->count + 2, sizeof *options);
  if (!options)
    return NULL;
  for (size_t i = 0; i < table->count; i++)
    options[i] = long_option(&table->rows[i], i);
  options[table->count] = long_option(&help_row, table->count);
  return options;
}

/* Says what getopt_long() did not like; answer is its '?' or ':'. */
static enum options_result refuse(const struct option_table *table, int answer, char **argv) {
  const struct option_row *row = optopt >= FIRST_ROW && (size_t)(optopt - FIRST_ROW) < table->count
                                     ? &table->rows[optopt - FIRST_ROW]
                                     : &help_row;
  if (answer == ':')
    complain(table->command, "--%s needs an argument: %s", row->name, row->argument);
  else if (optopt >= FIRST_ROW)
    complain(table->command, "--%s takes no argument", row->name);
  else if (optopt)
    complain(table->command, "unknown option -%c", optopt);
  else
    complain(table->command, "unknown or ambiguous option %.*s",
             (int)strcspn(argv[optind - 1], "="), argv[optind - 1]);
  return OPTIONS_WRONG;
}

/* The name of the option that an argument is, or NULL. */
static const char *option_meant(const struct option_table *table, const char *argument) {
  if (strncmp(argument, "--", 2) != 0)
    return NULL;
  size_t length = strcspn(argument + 2, "=");
  for (size_t i = 0; i <= table->count; i++) {
    const char *name = i < table->count ? table->rows[i].name : help_row.name;
    if (strlen(name) == length && memcmp(name, argument + 2, length) == 0)
      return name;
  }
  return NULL;
}

/* Whether the value that getopt_long() has found is the next option, as somebody has forgotten the
 * value. Behind a "=" it is meant. */
static bool lacks_value(const struct option_table *table, const struct option_row *row,
                        char **argv) {
  const char *meant = optarg && optarg == argv[optind - 1] ? option_meant(table, optarg) : NULL;
  if (meant)
    complain(table->command, "--%s wants a value, and --%s is an option", row->name, meant);
  return meant;
}

static enum options_result set(const struct option_table *table, size_t number, void *target,
                               char **argv) {
  const struct option_row *row = &table->rows[number];
  if (lacks_value(table, row, argv))
    return OPTIONS_WRONG;
  const char *wrong = row->set(target, optarg);
  if (!wrong)
    return OPTIONS_SET;
  if (table->secret && strcmp(row->name, table->secret) == 0)
    complain(table->command, "--%s %s", row->name, wrong);
  else
    complain(table->command, "--%s \"%s\" %s", row->name, optarg ? optarg : "", wrong);
  return OPTIONS_WRONG;
}

/* What no option has taken may be the rest of a secret with a blank in it that nobody quoted. */
static void refuse_operand(const struct option_table *table, const char *operand) {
  if (table->secret)
    complain(table->command, "unexpected argument: one with blanks in it wants quotes");
  else
    complain(table->command, "unexpected argument %s", operand);
}

/* Reads what getopt_long() has left. */
static enum options_result read_operand(const struct option_table *table, void *target, int argc,
                                        char **argv) {
  bool taken = table->operand && optind < argc;
  if (table->operand_needed && !taken) {
    complain(table->command, "no %s given", table->operand->argument);
    return OPTIONS_WRONG;
  }
  const char *wrong = taken ? table->operand->set(target, argv[optind]) : NULL;
  if (wrong)
    complain(table->command, "\"%s\" %s", argv[optind], wrong);
  else if (optind + taken < argc)
    refuse_operand(table, argv[optind + taken]);
  return wrong || optind + taken < argc ? OPTIONS_WRONG : OPTIONS_SET;
}

static enum options_result read_all(const struct option_table *table, void *target, int argc,
                                    char **argv, const struct option *options) {
  enum options_result result = OPTIONS_SET;
  optind = 1;
  opterr = 0;
  while (result == OPTIONS_SET) {
    int answer = getopt_long(argc, argv, ":", options, NULL);
    if (answer == -1)
      break;
    size_t number = (size_t)(answer - FIRST_ROW);
    if (answer < FIRST_ROW)
      result = refuse(table, answer, argv);
    else if (number == table->count)
      result = print_help(table);
    else
      result = set(table, number, target, argv);
  }
  return result == OPTIONS_SET ? read_operand(table, target, argc, argv) : result;
}

enum options_result options_read(const struct option_table *table, void *target, int argc,
                                 char **argv) {
  struct option *options = long_options(table);
  if (!options) {
    complain(table->command, "no memory");
    return OPTIONS_WRONG;
  }
  enum options_result result = read_all(table, target, argc, argv, options);
  free(options);
  return result;
}

const char *option_u64(const char *argument, uint64_t *value) {
  static const char wrong[] = "is not a whole number from 0 to 18446744073709551615";
  if (!*argument || argument[strspn(argument, "0123456789")])
    return wrong;
  errno = 0;
  unsigned long long number = strtoull(argument, NULL, 10);
  if (errno)
    return wrong;
  *value = number;
  return NULL;
}

const char *option_unsigned(const char *argument, unsigned *value) {
  uint64_t number;
  if (option_u64(argument, &number) || number > UINT_MAX)
    return "is not a whole number from 0 to 4294967295";
  *value = (unsigned)number;
  return NULL;
}

const char *option_seconds(const char *argument, double *seconds) {
  size_t whole = strspn(argument, "0123456789");
  size_t point = argument[whole] == '.';
  size_t fraction = point ? strspn(argument + whole + 1, "0123456789") : 0;
  bool sound = whole && fraction >= point && !argument[whole + point + fraction];
  double value = sound ? strtod(argument, NULL) : 0;
  if (!(value > 0 && value <= 1e9))
    return "is not a time from above 0 to 1000000000 seconds";
  *seconds = value;
  return NULL;
}

/* SPDX-License-Identifier: MIT */
/* The program `cmta`: finds the subcommand and hands over. A new subcommand is a row of the table.
 */

#include "command.h"
#include "options.h"

#include <cmta/version.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int help_command(int argc, char **argv);
static int version_command(int argc, char **argv);

struct command {
  const char *name;
  const char *help; /* one line */
  int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"sink", "take mail from anyone and keep it as JSON lines, print it or drop it", sink_command},
    {"trace", "show how the engine takes the lines of a file", trace_command},
    {"passwd", "make or change an entry of a password file", passwd_command},
    {"--help", "print this text and exit", help_command},
    {"--version", "print the version and exit", version_command},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int finish_output(void) { return flush_output(NULL) ? EXIT_DONE : EXIT_WRONG; }

static int help_command(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("Usage: cmta COMMAND [OPTION]...\n\n");
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    printf("  %-12s%s\n", commands[i].name, commands[i].help);
  printf("\ncmta COMMAND --help tells more of a command.\n");
  return finish_output();
}

static int version_command(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("cmta %s\n", cmta_version());
  return finish_output();
}

/* Fills the places of standard streams that came closed, so that no socket takes them; what is
 * written there fails. False when that is not possible. */
static bool fill_standard_streams(void) {
  int fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO)
    fd = open("/dev/null", O_RDONLY);
  return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv) {
  if (!fill_standard_streams())
    return EXIT_WRONG;
  signal(SIGPIPE, SIG_IGN); /* a reader that goes away is a failed write, not the end */
  signal(SIGXFSZ, SIG_IGN); /* so is a file as large as the system lets it be */
  if (argc < 2) {
    complain(NULL, "no command given; see cmta --help");
    return EXIT_WRONG;
  }
  for (size_t i = 0; i < COMMAND_COUNT; i++)
    if (strcmp(argv[1], commands[i].name) == 0)
      return commands[i].run(argc - 1, argv + 1);
  complain(NULL, "unknown command %s; see cmta --help", argv[1]);
  return EXIT_WRONG;
}

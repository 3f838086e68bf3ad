/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_COMMAND_H
#define CMTA_TOOLS_COMMAND_H

/* The subcommands of the program `cmta`. main.c has the table that names them; this header declares
 * one function a row. It is no public interface. */

/* What the program exits with. */
enum exit_status {
  EXIT_DONE = 0,    /* all went well */
  EXIT_MISSING = 1, /* what was waited for, or planned, has not come: a line on standard error has
                       said so */
  EXIT_WRONG = 2    /* a wrong option, an address in use, a file that cannot be written: one line on
                       standard error has said which */
};

/* Runs a subcommand. argv[0] is its name, argc counts it; the result is an exit_status. */
int sink_command(int argc, char **argv);
int trace_command(int argc, char **argv);
int passwd_command(int argc, char **argv);

#endif

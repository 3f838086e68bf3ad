/* SPDX-License-Identifier: MIT */
/* Asks for a password. Nothing of it goes through the buffers of stdio, which nobody wipes. */

#include "passwd_ask.h"

#include "options.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* A terminal that does not show what is typed, and signals that wait until it does again. */
struct terminal {
  struct termios before;
  sigset_t signals, mask;
  int signal_fd; /* readable when one of them has come; it is left to come */
};

/* After a signal there is nothing to say. */
static bool complain_of_input(int error) {
  if (error == EINTR)
    putc('\n', stderr);
  else if (error)
    complain("passwd", "cannot read the password: %s", strerror(error));
  else
    complain("passwd", "no password given");
  return false;
}

/* ---- Lines ---- */

/* Reads an octet; 0 at the end, negative with errno. With a terminal a signal is EINTR. */
static ssize_t read_octet(char *octet, int signal_fd) {
  struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = signal_fd, .events = POLLIN}};
  while (poll(ready, 2, -1) < 0)
    if (errno != EINTR)
      return -1;
  if (ready[1].revents) {
    errno = EINTR;
    return -1;
  }
  return read(STDIN_FILENO, octet, 1);
}

/* Reads a line without its LF. What has no LF at the end of the input is one, too. */
static bool read_line(char line[PASSWORD_SIZE], int signal_fd) {
  size_t length = 0;
  ssize_t count;
  while (length < PASSWORD_SIZE && (count = read_octet(line + length, signal_fd)) != 0) {
    if (count < 0)
      return complain_of_input(errno);
    if (line[length] == '\n')
      break;
    if (line[length++] == '\0')
      return complain_of_input(EILSEQ);
  }
  if (length == PASSWORD_SIZE)
    return complain_of_input(EMSGSIZE);
  line[length] = '\0';
  return length || complain_of_input(0);
}

/* ---- The terminal ---- */

static bool terminal_hide(struct terminal *terminal) {
  static const int signals[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP};
  sigemptyset(&terminal->signals);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    sigaddset(&terminal->signals, signals[i]);
  sigprocmask(SIG_BLOCK, &terminal->signals, &terminal->mask);
  terminal->signal_fd = signalfd(-1, &terminal->signals, SFD_CLOEXEC);
  struct termios hidden = terminal->before;
  hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)ECHO) | ECHONL;
  return tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 || complain_of_input(errno);
}

/* A signal that has come takes its effect here. */
static void terminal_show(const struct terminal *terminal) {
  (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
  if (terminal->signal_fd >= 0)
    close(terminal->signal_fd);
  sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
}

static bool ask_for(const char *what, char line[PASSWORD_SIZE], const struct terminal *terminal) {
  fputs(what, stderr);
  return read_line(line, terminal->signal_fd);
}

static bool ask_twice(char password[PASSWORD_SIZE], const struct terminal *terminal) {
  char again[PASSWORD_SIZE];
  bool same = false;
  if (!ask_for("Password: ", password, terminal))
    return false;
  if (ask_for("Again: ", again, terminal)) {
    same = strcmp(password, again) == 0;
    if (!same)
      complain("passwd", "the two passwords differ");
  }
  explicit_bzero(again, sizeof again);
  return same;
}

bool password_ask(char password[PASSWORD_SIZE]) {
  struct terminal terminal = {.signal_fd = -1};
  if (!isatty(STDIN_FILENO))
    return read_line(password, -1);
  if (tcgetattr(STDIN_FILENO, &terminal.before) != 0)
    return complain_of_input(errno);
  bool asked = terminal_hide(&terminal) && ask_twice(password, &terminal);
  terminal_show(&terminal);
  return asked;
}

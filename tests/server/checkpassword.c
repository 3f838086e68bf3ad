/* SPDX-License-Identifier: MIT */

/* Logins that a checkpassword program decides: what it is told, what its end means, that it is
 * never left behind. */

#include "passwords.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world world;
static struct client client;
static struct scratch scratch;
static char told[256]; /* the file that programs write to */
static int fifo;       /* open while one of those that hang holds its other end */

static void begin(void) {
  passwords_world(&world, NULL);
  scratch_init(&scratch);
  snprintf(told, sizeof told, "%s/told", scratch.folder);
  fifo = -1;
}

/* No process may be left when the server is gone. */
static void end(void) {
  world_free(&world);
  scratch_free(&scratch);
  if (fifo >= 0)
    close(fifo);
  if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
    fprintf(stderr, "a process is left\n");
    abort();
  }
}

TestSuite(checkpassword, .init = begin, .fini = end, .timeout = 60);

/* Makes a script the program of the server; $told is a file for it. */
static void add(const char *script) {
  const char *const arguments[] = {"/bin/sh", "-c", script, "name", "first", "second one", NULL};
  setenv("told", told, 1);
  cr_assert_geq(cmta_server_add_checkpassword(world.server, arguments), 0);
}

static void serve(const char *script) {
  add(script);
  passwords_connect(&client, &world);
}

/* Runs the loop until no process is left. */
static void wait_for_processes(void) {
  siginfo_t process;
  while (waitid(P_ALL, 0, &process, WEXITED | WNOHANG | WNOWAIT) == 0)
    ev_run(world.loop, EVRUN_ONCE);
}

static size_t read_told(char *text, size_t size) {
  FILE *file = fopen(told, "r");
  cr_assert_not_null(file);
  size_t length = fread(text, 1, size - 1, file);
  text[length] = '\0';
  fclose(file);
  return length;
}

/* ---- What a program is told ---- */

Test(checkpassword, gets_name_password_and_time_each_with_a_nul) {
  char text[600], *rest;
  serve("cat <&3 >$told");
  auth_plain(&client, "", "alice", "p w\xc3\xbc", "235 ");
  size_t length = read_told(text, sizeof text);
  cr_assert_eq(memcmp(text, "alice\0p w\xc3\xbc\0", 12), 0);
  cr_assert_gt(strtoll(text + 12, &rest, 10), 1000000000);
  cr_assert_eq(rest + 1 - text, (ptrdiff_t)length);
  client_close(&client, false);
}

Test(checkpassword, gets_its_arguments) {
  char text[64];
  serve("printf '%s,' \"$@\" >$told");
  auth_plain(&client, "", "a", "b", "235 ");
  read_told(text, sizeof text);
  cr_assert_str_eq(text, "first,second one,");
  client_close(&client, false);
}

Test(checkpassword, is_asked_by_login_as_well) {
  serve("test \"$(tr '\\0' '\\n' <&3 | head -2)\" = \"$(printf 'a\\nb')\"");
  auth_login(&client, "a", "c", "535 ");
  auth_login(&client, "a", "b", "235 ");
  client_close(&client, false);
}

/* With what else there is 512 octets hold just so much of a password. */
static void say_long(size_t length, const char *beginning) {
  static char password[1024];
  memset(password, 'x', length);
  password[length] = '\0';
  auth_plain(&client, "", "a", password, beginning);
}

Test(checkpassword, is_not_run_for_more_than_512_octets) {
  serve("echo >$told; exit 0");
  say_long(512 - 2 - 1 - 11 + 1, "535 ");
  say_long(1000, "535 ");
  cr_assert_neq(access(told, F_OK), 0);
  say_long(512 - 2 - 1 - 11, "235 ");
  client_close(&client, false);
}

Test(checkpassword, is_not_run_for_who_wants_to_act_as_another) {
  serve("echo >$told; exit 0");
  auth_plain(&client, "b", "a", "c", "535 ");
  cr_assert_neq(access(told, F_OK), 0);
  client_close(&client, false);
}

Test(checkpassword, is_not_run_for_a_nul) {
  serve("echo >$told; exit 0");
  client_say(&client, "AUTH PLAIN AGEAYgBj", "5");
  client_say(&client, "AUTH LOGIN", "334 ");
  client_say(&client, "YQ==", "334 ");
  client_send(&client, "YgBj\r\n");
  client_expect(&client, "");
  if (client.reply[0] == '2') {
    char text[64];
    read_told(text, sizeof text);
    cr_assert(false, "told %s", text);
  }
  client_close(&client, false);
}

/* ---- What its end means ---- */

Test(checkpassword, says_by_its_exit_what_the_client_hears) {
  static const struct {
    const char *script, *reply;
  } ends[] = {
      {"exit 0", "235 "},
      {"exit 1", "535 "},
      {"exit 2", "454 "},
      {"exit 111", "454 "},
      {"exit 100", "454 "},
      {"exit 3", "454 "},
      {"exit 255", "454 "},
      {"kill -KILL $$", "454 "},
      {"kill -TERM $$", "454 "},
      {"exec /no/program 2>/dev/null", "454 "},
      {"exec 3<&-; exit 0", "235 "},
      {"exec 3<&-; exit 1", "535 "},
  };
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    add(ends[i].script);
    passwords_connect(&client, &world);
    auth_plain(&client, "", "a", "b", ends[i].reply);
    client_close(&client, false);
    world_free(&world);
    passwords_world(&world, NULL);
  }
}

Test(checkpassword, that_reads_nothing_decides_all_the_same) {
  serve("exit 0");
  say_long(490, "235 ");
  client_close(&client, false);
}

Test(checkpassword, that_cannot_be_started_is_454) {
  scratch_write(&scratch, "program", "#!/no/interpreter\n", 0700);
  const char *const arguments[] = {scratch.path, NULL};
  cr_assert_geq(cmta_server_add_checkpassword(world.server, arguments), 0);
  passwords_connect(&client, &world);
  auth_plain(&client, "", "a", "b", "454 ");
  unlink(scratch.path);
  auth_plain(&client, "", "a", "b", "454 ");
  client_close(&client, false);
}

Test(checkpassword, that_is_no_program_is_not_added) {
  const char *none[] = {NULL, NULL};
  cr_assert_eq(cmta_server_add_checkpassword(world.server, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_checkpassword(world.server, none), CMTA_E_ARGUMENT);
  scratch_write(&scratch, "program", "#!/bin/sh\n", 0600);
  none[0] = scratch.path;
  cr_assert_eq(cmta_server_add_checkpassword(NULL, none), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_checkpassword(world.server, none), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EACCES);
  unlink(scratch.path);
  cr_assert_eq(cmta_server_add_checkpassword(world.server, none), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOENT);
  none[0] = scratch.folder;
  cr_assert_eq(cmta_server_add_checkpassword(world.server, none), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EISDIR);
}

Test(checkpassword, decides_for_fifty_clients_at_once) {
  static struct client many[50];
  char name[16];
  add("test \"$(tr '\\0' '\\n' <&3 | head -1)\" != u7");
  for (int i = 0; i < 50; i++)
    passwords_connect(&many[i], &world);
  for (int i = 0; i < 50; i++) {
    snprintf(name, sizeof name, "u%d", i);
    auth_plain_send(&many[i], "", name, "x");
  }
  for (int i = 0; i < 50; i++) {
    client_expect(&many[i], i == 7 ? "535 " : "235 ");
    client_close(&many[i], false);
  }
  wait_for_processes();
}

Test(checkpassword, works_on_the_default_loop_which_takes_all_ends) {
  world_free(&world);
  passwords_world(&world, ev_default_loop(0));
  serve("test \"$(tr '\\0' '\\n' <&3 | head -1)\" = a");
  auth_plain(&client, "", "b", "c", "535 ");
  auth_plain(&client, "", "a", "c", "235 ");
  client_close(&client, false);
}

/* The loop hears of its end as a signal, which comes first, and would take the status. */
Test(checkpassword, that_has_ended_before_the_default_loop_looks_decides) {
  siginfo_t process;
  world_free(&world);
  passwords_world(&world, ev_default_loop(0));
  serve("exit 0");
  auth_plain_send(&client, "", "a", "b");
  while (waitid(P_ALL, 0, &process, WEXITED | WNOHANG | WNOWAIT) != 0)
    ev_run(world.loop, EVRUN_NOWAIT);
  while (waitid(P_ALL, 0, &process, WEXITED | WNOWAIT) != 0)
    cr_assert_eq(errno, EINTR);
  client_expect(&client, "235 ");
  client_close(&client, false);
}

/* ---- What it has ---- */

#define LIST_DESCRIPTORS                                                                           \
  "i=0; while [ $i -lt 300 ]; do [ -e /proc/$$/fd/$i ] && l=\"$l $i\"; i=$((i+1)); done;"          \
  "a=$(readlink /proc/$$/fd/0); b=$(readlink /proc/$$/fd/1); echo $l $a $b >$told"

Test(checkpassword, has_no_descriptors_but_four) {
  char text[256];
  for (int fd = 100; fd < 290; fd += 10)
    cr_assert_eq(dup2(2, fd), fd);
  serve(LIST_DESCRIPTORS);
  auth_plain(&client, "", "a", "b", "235 ");
  read_told(text, sizeof text);
  cr_assert_str_eq(text, "0 1 2 3 /dev/null /dev/null\n");
  client_close(&client, false);
}

/* Of the two signals that the C library keeps for itself it has others believe nothing. */
Test(checkpassword, has_no_signal_blocked_or_ignored) {
  const unsigned long long hidden = 3ULL << 31;
  char text[256], *rest;
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, SIGALRM);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  sigprocmask(SIG_BLOCK, &all, NULL);
  serve("grep -E 'Sig(Blk|Ign)' /proc/$$/status | cut -f 2 >$told");
  auth_plain(&client, "", "a", "b", "235 ");
  read_told(text, sizeof text);
  cr_assert_eq(strtoull(text, &rest, 16) & ~hidden, 0, "blocked: %s", text);
  cr_assert_eq(strtoull(rest, NULL, 16) & ~hidden, 0, "ignored: %s", text);
  client_close(&client, false);
}

/* ---- Programs that hang ---- */

/* A program with a child, both of which never end and hold the FIFO open. */
#define HANG "exec >$told; echo x; sleep 60 & sleep 60"

/* Has a client wait for such a program, until that runs. */
static void hang(void) {
  char octet;
  cr_assert_eq(mkfifo(told, 0600), 0);
  fifo = open(told, O_RDONLY | O_NONBLOCK);
  serve(HANG);
  auth_plain_send(&client, "", "a", "b");
  while (read(fifo, &octet, 1) != 1)
    ev_run(world.loop, EVRUN_NOWAIT);
}

/* Waits until nobody holds the other end. */
static void expect_dead(void) {
  char octets[8];
  struct pollfd all = {.fd = fifo, .events = POLLIN};
  do
    cr_assert(poll(&all, 1, 30000) > 0 || errno == EINTR);
  while (read(fifo, octets, sizeof octets) != 0);
}

Test(checkpassword, is_killed_with_all_its_group_when_the_client_goes) {
  hang();
  client_close(&client, true);
  world_run_empty(&world);
  expect_dead();
  wait_for_processes();
}

Test(checkpassword, is_killed_when_its_server_is_freed) {
  hang();
  world_free(&world);
  expect_dead();
  cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
  passwords_world(&world, NULL);
  client_close(&client, false);
}

Test(checkpassword, is_killed_on_the_default_loop_as_well) {
  world_free(&world);
  passwords_world(&world, ev_default_loop(0));
  hang();
  client_close(&client, true);
  world_run_empty(&world);
  expect_dead();
  wait_for_processes();
}

Test(checkpassword, is_killed_when_its_time_is_up) {
  world_free(&world);
  world_init(&world);
  world.settings.decision_timeout = 1;
  world.settings.auth_in_clear = true;
  world_listen_any(&world);
  hang();
  client_expect(&client, "4");
  expect_dead();
  wait_for_processes();
  client_close(&client, false);
}

Test(checkpassword, that_ends_is_not_waited_for_again) {
  serve("exit 0");
  auth_plain(&client, "", "a", "b", "235 ");
  cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
  cr_assert_eq(errno, ECHILD);
  client_close(&client, false);
}

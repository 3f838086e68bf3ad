/* SPDX-License-Identifier: MIT */

/* Stores of mails: each form octet for octet, and what is left when a mail cannot be written. What
 * other programs read in them is for store_read.py. */

#include "sender.h"

#include <cmta/store.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char message[] = "Subject: hello\n\nFrom here\n>From there\n";

static struct cmta_kit *kit;
static struct cmta_mail *mail;
static char folder[] = "/tmp/cmta-store-XXXXXX";

/* The tests run in a folder of their own. */
static void begin(void) {
  cr_assert_not_null(mkdtemp(folder));
  cr_assert_eq(chdir(folder), 0);
  cr_assert_eq(cmta_kit_start(&kit, NULL), 0);
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example c@s.example", message);
  cr_assert_eq(cmta_kit_take(kit, NULL, 10, &mail), 0);
}

static int drop(const char *path, const struct stat *file, int type, struct FTW *place) {
  (void)file, (void)type, (void)place;
  return remove(path);
}

static void end(void) {
  cmta_mail_free(mail);
  cmta_kit_stop(kit);
  cr_assert_eq(nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

TestSuite(store, .init = begin, .fini = end);

static struct cmta_store *opened(enum cmta_store_form form, const char *path) {
  struct cmta_store *store = NULL;
  cr_assert_eq(cmta_store_new(&store, form, path), 0);
  return store;
}

/* Opens a store, puts the mail, and closes it. */
static int put(enum cmta_store_form form, const char *path) {
  struct cmta_store *store = opened(form, path);
  int result = cmta_store_put(store, mail);
  cmta_store_free(store);
  return result;
}

/* The name of a file of the mail, valid until the next call. */
static const char *named(const char *front, const char *end) {
  static char name[128];
  snprintf(name, sizeof name, "%s%s%s", front, cmta_mail_id(mail), end);
  return name;
}

static void put_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* What a file holds, valid until the next call. */
static const char *held(const char *path) {
  static char text[1 << 16];
  FILE *file = fopen(path, "r");
  cr_assert(file, "%s: %s", path, strerror(errno));
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static size_t entries(const char *path) {
  struct stat file;
  cr_assert_eq(stat(path, &file), 0);
  char command[128];
  snprintf(command, sizeof command, "ls -A %s", path);
  FILE *list = popen(command, "r");
  size_t count = 0;
  for (int octet; (octet = getc(list)) != EOF;)
    count += octet == '\n';
  pclose(list);
  return count;
}

/* ---- What is known of a mail ---- */

Test(store, json_of_a_mail_is_one_line_with_its_name_and_time) {
  char *line = cmta_mail_json(mail, false, false);
  char id[128];
  snprintf(id, sizeof id, "{\"id\": \"%s\", \"time\": \"20", cmta_mail_id(mail));
  cr_assert_eq(strncmp(line, id, strlen(id)), 0);
  cr_assert_null(strchr(line, '\n'));
  cr_assert_null(strstr(line, "\"data\""));
  cr_assert_eq(strtoll(cmta_mail_id(mail), NULL, 16), cmta_mail_time(mail));
  free(line);
}

Test(store, json_of_a_mail_outlives_its_server) {
  cmta_kit_stop(kit);
  kit = NULL;
  char *line = cmta_mail_json(mail, true, false);
  cr_assert_not_null(strstr(line, "\"helo\": \"client.example\""));
  cr_assert_not_null(strstr(line, "\"data\": \"Subject: hello\\r\\n"));
  free(line);
}

Test(store, json_of_a_mail_may_be_ascii) {
  struct cmta_mail *other;
  send_mail(cmta_kit_port(kit), "a@c.example", "b@s.example", "Subject: \xc3\xbc\n\n");
  cr_assert_eq(cmta_kit_take(kit, NULL, 10, &other), 0);
  char *line = cmta_mail_json(other, true, true);
  cr_assert_not_null(strstr(line, "\\u00FC"));
  free(line);
  cmta_mail_free(other);
}

/* ---- Forms ---- */

Test(store, jsonl_is_a_line_a_mail) {
  cr_assert_eq(put(CMTA_STORE_JSONL, "lines"), 0);
  cr_assert_eq(put(CMTA_STORE_JSONL, "lines"), 0);
  char *line = cmta_mail_json(mail, true, false);
  char both[1 << 14];
  snprintf(both, sizeof both, "%s\n%s\n", line, line);
  cr_assert_str_eq(held("lines"), both);
  free(line);
}

Test(store, jsonl_begins_a_line_behind_a_torn_one) {
  put_file("lines", "{\"id\": ");
  cr_assert_eq(put(CMTA_STORE_JSONL, "lines"), 0);
  cr_assert_eq(strncmp(held("lines"), "{\"id\": \n{\"id\": \"", 16), 0);
}

Test(store, maildir_has_the_mail_in_new_behind_its_envelope) {
  cr_assert_eq(put(CMTA_STORE_MAILDIR, "box"), 0);
  cr_assert_str_eq(held(named("box/new/", "")),
                   "Return-Path: <a@c.example>\nDelivered-To: b@s.example\n"
                   "Delivered-To: c@s.example\nSubject: hello\n\nFrom here\n>From there\n");
  cr_assert_eq(entries("box/tmp"), 0);
  cr_assert_eq(entries("box/cur"), 0);
}

Test(store, mbox_quotes_lines_of_from) {
  cr_assert_eq(put(CMTA_STORE_MBOX, "box"), 0);
  const char *text = held("box");
  cr_assert_eq(strncmp(text, "From a@c.example ", 17), 0);
  cr_assert_str_eq(strchr(text, '\n'),
                   "\nReturn-Path: <a@c.example>\nDelivered-To: b@s.example\n"
                   "Delivered-To: c@s.example\nSubject: hello\n\n>From here\n>>From there\n\n");
}

Test(store, mbox_begins_behind_an_empty_line_whatever_was_there) {
  put_file("box", "From z@c.example Thu Jan  1 00:00:00 1970\n\ntorn");
  cr_assert_eq(put(CMTA_STORE_MBOX, "box"), 0);
  cr_assert_not_null(strstr(held("box"), "\n\ntorn\n\nFrom a@c.example "));
}

Test(store, folder_has_the_message_as_it_came_and_the_line_without_it) {
  cr_assert_eq(put(CMTA_STORE_FOLDER, "box"), 0);
  cr_assert_str_eq(held(named("box/", ".eml")),
                   "Subject: hello\r\n\r\nFrom here\r\n>From there\r\n");
  char *line = cmta_mail_json(mail, false, false);
  const char *text = held(named("box/", ".json"));
  cr_assert_eq(strncmp(text, line, strlen(line)), 0);
  cr_assert_str_eq(text + strlen(line), "\n");
  free(line);
  cr_assert_eq(entries("box"), 2);
}

/* ---- What goes wrong ---- */

Test(store, in_no_folder_is_not_opened) {
  struct cmta_store *store;
  for (int form = CMTA_STORE_JSONL; form <= CMTA_STORE_FOLDER; form++) {
    cr_assert_eq(cmta_store_new(&store, (enum cmta_store_form)form, "no/box"), CMTA_E_SYSTEM);
    cr_assert_eq(errno, ENOENT);
  }
}

Test(store, arguments_are_looked_at) {
  struct cmta_store *store;
  cr_assert_eq(cmta_store_new(&store, (enum cmta_store_form)4, "box"), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_store_new(&store, CMTA_STORE_JSONL, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_store_new(NULL, CMTA_STORE_JSONL, "box"), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_store_put(NULL, mail), CMTA_E_ARGUMENT);
  cmta_store_free(NULL);
}

Test(store, folder_that_is_a_file_is_not_opened) {
  struct cmta_store *store;
  put_file("box", "");
  cr_assert_eq(cmta_store_new(&store, CMTA_STORE_MAILDIR, "box"), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOTDIR);
}

Test(store, full_device_is_told) {
  cr_assert_eq(put(CMTA_STORE_JSONL, "/dev/full"), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOSPC);
  cr_assert_eq(put(CMTA_STORE_MBOX, "/dev/full"), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOSPC);
}

/* Puts the mail where a file may not have more octets than that. */
static void put_in_vain(struct cmta_store *store, rlim_t octets) {
  struct rlimit before, limit;
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &before);
  limit = (struct rlimit){octets, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  int error = cmta_store_put(store, mail);
  int why = errno;
  setrlimit(RLIMIT_FSIZE, &before);
  cr_assert_eq(error, CMTA_E_SYSTEM);
  cr_assert_eq(why, EFBIG);
}

Test(store, what_was_written_of_a_mail_is_taken_back) {
  put_file("box", "before\n\n");
  for (int form = CMTA_STORE_JSONL; form <= CMTA_STORE_MBOX; form += CMTA_STORE_MBOX) {
    struct cmta_store *store = opened((enum cmta_store_form)form, "box");
    put_in_vain(store, 20);
    cr_assert_str_eq(held("box"), "before\n\n");
    cr_assert_eq(cmta_store_put(store, mail), 0);
    cmta_store_free(store);
    put_file("box", "before\n\n");
  }
}

Test(store, folders_keep_nothing_of_a_mail_that_was_not_written) {
  struct cmta_store *maildir = opened(CMTA_STORE_MAILDIR, "maildir");
  put_in_vain(maildir, 20);
  cr_assert_eq(entries("maildir/tmp") + entries("maildir/new"), 0);
  cr_assert_eq(cmta_store_put(maildir, mail), 0);
  cmta_store_free(maildir);
  struct cmta_store *store = opened(CMTA_STORE_FOLDER, "box");
  put_in_vain(store, 20);
  cr_assert_eq(entries("box"), 0);
  cr_assert_eq(cmta_store_put(store, mail), 0);
  cmta_store_free(store);
}

Test(store, line_without_its_message_is_taken_back) {
  struct cmta_store *store = opened(CMTA_STORE_FOLDER, "box");
  cr_assert_eq(mkdir(named("box/", ".eml"), 0777), 0);
  cr_assert_eq(cmta_store_put(store, mail), CMTA_E_SYSTEM);
  cr_assert_eq(entries("box"), 1);
  cmta_store_free(store);
}

Test(store, folder_that_was_removed_is_told) {
  struct cmta_store *store = opened(CMTA_STORE_FOLDER, "box");
  cr_assert_eq(rmdir("box"), 0);
  cr_assert_eq(cmta_store_put(store, mail), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOENT);
  cmta_store_free(store);
}

Test(store, file_that_was_removed_or_renamed_is_made_anew) {
  static const enum cmta_store_form appended[] = {CMTA_STORE_JSONL, CMTA_STORE_MBOX};
  for (int i = 0; i < 2; i++) {
    struct cmta_store *store = opened(appended[i], "box");
    cr_assert_eq(cmta_store_put(store, mail), 0);
    char *whole = strdup(held("box"));
    cr_assert_eq(remove("box"), 0);
    cr_assert_eq(cmta_store_put(store, mail), 0);
    cr_expect_str_eq(held("box"), whole);
    cr_assert_eq(rename("box", "old"), 0);
    put_file("box", "half a line");
    cr_assert_eq(cmta_store_put(store, mail), 0);
    cr_expect_str_eq(held("old"), whole);
    cr_expect_str_eq(held("box") + strspn(held("box"), "half a line\n"), whole);
    cmta_store_free(store);
    free(whole);
    cr_assert_eq(remove("box"), 0);
  }
}

Test(store, file_in_a_folder_that_was_removed_is_told) {
  cr_assert_eq(mkdir("there", 0777), 0);
  struct cmta_store *store = opened(CMTA_STORE_JSONL, "there/box");
  cr_assert_eq(remove("there/box"), 0);
  cr_assert_eq(rmdir("there"), 0);
  cr_assert_eq(cmta_store_put(store, mail), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOENT);
  cr_assert_eq(mkdir("there", 0777), 0);
  cr_assert_eq(cmta_store_put(store, mail), 0);
  cr_assert_neq(held("there/box")[0], '\0');
  cmta_store_free(store);
}

/* ---- Locked files ---- */

static void note(int number) { (void)number; }

/* What the mail comes to in a file of another one, who holds the lock until the mail was given up.
 */
struct waiting {
  enum cmta_store_form form;
  int error, why;
  atomic_bool done;
};

static void *put_in_locked(void *context) {
  struct waiting *waiting = context;
  waiting->error = put(waiting->form, "box");
  waiting->why = errno;
  atomic_store(&waiting->done, true);
  return NULL;
}

/* Signals come until one has met the wait. */
static void interrupt(struct waiting *waiting) {
  pthread_t thread;
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = note, .sa_flags = SA_RESTART}, NULL);
  cr_assert_eq(pthread_create(&thread, NULL, put_in_locked, waiting), 0);
  while (!atomic_load(&waiting->done))
    pthread_kill(thread, SIGUSR1);
  pthread_join(thread, NULL);
}

Test(store, locked_file_keeps_a_mail_out_until_a_signal_comes, .timeout = 60) {
  put_file("box", "");
  int fd = open("box", O_WRONLY);
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  cr_assert_eq(fcntl(fd, F_OFD_SETLK, &whole), 0);
  for (int form = CMTA_STORE_JSONL; form <= CMTA_STORE_MBOX; form += CMTA_STORE_MBOX) {
    struct waiting waiting = {.form = (enum cmta_store_form)form};
    interrupt(&waiting);
    cr_expect_eq(waiting.error, CMTA_E_SYSTEM);
    cr_expect_eq(waiting.why, EINTR);
    cr_expect_str_eq(held("box"), "");
  }
  close(fd);
}

/* ---- Side by side ---- */

enum { ROUNDS = 100 };

static void *put_many(void *path) {
  struct cmta_store *store = opened(CMTA_STORE_MBOX, path);
  for (int i = 0; i < ROUNDS; i++)
    cr_assert_eq(cmta_store_put(store, mail), 0);
  cmta_store_free(store);
  return NULL;
}

Test(store, of_one_file_do_not_mix_their_mails) {
  pthread_t threads[2];
  char path[] = "box";
  for (size_t i = 0; i < 2; i++)
    cr_assert_eq(pthread_create(&threads[i], NULL, put_many, path), 0);
  for (size_t i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  cr_assert_eq(put(CMTA_STORE_MBOX, "one"), 0);
  const char *one = strdup(held("one"));
  const char *rest = held("box");
  for (int i = 0; i < 2 * ROUNDS; i++, rest += strlen(one))
    cr_assert_eq(strncmp(rest, one, strlen(one)), 0);
  cr_assert_str_eq(rest, "");
  free((char *)one);
}

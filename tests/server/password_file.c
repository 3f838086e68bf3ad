/* SPDX-License-Identifier: MIT */

/* Logins against a password file: its schemes, its flaws, its changes. */

#include "passwords.h"
#include "work.h"

#include "server/password.h"

#include <criterion/criterion.h>
#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What RFC 5802 section 5 and RFC 7677 section 3 have of the password "pencil". */
#define SHA_1                                                                                      \
  "{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/fTE="
#define SALT_256 "W22ZaJ0SNY7soEsUEjb6gQ=="
#define STORED_256 "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
#define SERVER_256 "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
#define SHA_256 "{SCRAM-SHA-256}4096," SALT_256 "," STORED_256 "," SERVER_256

static struct world world;
static struct client client;
static struct scratch scratch;
static char why[256];

static void begin(void) {
  passwords_world(&world, NULL);
  scratch_init(&scratch);
}

static void end(void) {
  world_free(&world);
  scratch_free(&scratch);
}

TestSuite(password_file, .init = begin, .fini = end, .timeout = 60);

static int add(void) {
  return cmta_server_add_password_file(world.server, scratch.path, why, sizeof why);
}

/* A server that knows the users of this text, and a client that has said EHLO. */
static void serve(const char *text) {
  scratch_write(&scratch, "passwd", text, 0600);
  cr_assert_geq(add(), 0, "%s", why);
  passwords_connect(&client, &world);
}

static void log_in(const char *name, const char *password, const char *beginning) {
  passwords_connect(&client, &world);
  auth_plain(&client, "", name, password, beginning);
  client_close(&client, false);
}

/* ---- Schemes ---- */

static const char *all_schemes(void) {
  static char text[4096];
  static const struct {
    const char *name, *mark, *method;
  } crypts[] = {{"yes", "{CRYPT}", "$y$"},
                {"bare", "", "$y$"},
                {"six", "{CRYPT}", "$6$"},
                {"blow", "", "$2b$"}};
  int length = snprintf(text, sizeof text, "# users\n\none:%s\ntwo:%s\nclear:{PLAIN}pencil\n",
                        SHA_1, SHA_256);
  for (size_t i = 0; i < sizeof crypts / sizeof *crypts; i++) {
    unsigned long count = crypts[i].method[1] == '6' ? 1000 : crypts[i].method[1] == 'y' ? 1 : 4;
    const char *hash = crypt("pencil", crypt_gensalt(crypts[i].method, count, NULL, 0));
    length += snprintf(text + length, sizeof text - (size_t)length, "%s:%s%s\n", crypts[i].name,
                       crypts[i].mark, hash);
  }
  return text;
}

static const char *const users[] = {"one", "two", "clear", "yes", "bare", "six", "blow"};
enum { USERS = sizeof users / sizeof *users };

Test(password_file, takes_the_right_password_of_each_scheme) {
  serve(all_schemes());
  client_close(&client, false);
  for (size_t i = 0; i < USERS; i++) {
    log_in(users[i], "pencil", "235 ");
    passwords_connect(&client, &world);
    auth_login(&client, users[i], "pencil", "235 ");
    client_close(&client, false);
  }
}

Test(password_file, refuses_a_wrong_password_of_each_scheme) {
  static const char *const wrong[] = {"Pencil", "penci", "pencil ", "pencilpencil", "x"};
  serve(all_schemes());
  for (size_t i = 0; i < USERS; i++)
    for (size_t j = 0; j < sizeof wrong / sizeof *wrong; j++)
      auth_plain(&client, "", users[i], wrong[j], "535 ");
  auth_login(&client, "two", "Pencil", "535 ");
  client_close(&client, false);
}

Test(password_file, refuses_who_is_not_in_it_as_who_has_a_wrong_password) {
  char refusal[128];
  serve(all_schemes());
  auth_plain(&client, "", "two", "wrong", "535 ");
  snprintf(refusal, sizeof refusal, "%.100s", client.reply);
  auth_plain(&client, "", "nobody", "pencil", refusal);
  auth_plain(&client, "", "tw", "pencil", refusal);
  auth_plain(&client, "", "twoo", "pencil", refusal);
  auth_plain(&client, "", "# users", "pencil", refusal);
  client_close(&client, false);
}

Test(password_file, serves_scram_by_keys_of_its_hash_and_by_passwords_in_clear) {
  serve(all_schemes());
  client_close(&client, false);
  static const struct {
    const char *mechanism, *user, *reply;
  } rows[] = {
      {"SCRAM-SHA-1", "one", "235 "},   {"SCRAM-SHA-256", "two", "235 "},
      {"SCRAM-SHA-1", "clear", "235 "}, {"SCRAM-SHA-256", "clear", "235 "},
      {"SCRAM-SHA-1", "two", "535 "},   {"SCRAM-SHA-256", "one", "535 "},
      {"SCRAM-SHA-256", "yes", "535 "}, {"SCRAM-SHA-256", "nobody", "535 "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    passwords_connect(&client, &world);
    auth_scram(&client, rows[i].mechanism, rows[i].user, "pencil", rows[i].reply);
    client_close(&client, false);
  }
}

Test(password_file, refuses_a_wrong_password_by_scram) {
  serve(all_schemes());
  auth_scram(&client, "SCRAM-SHA-1", "one", "Pencil", "535 ");
  auth_scram(&client, "SCRAM-SHA-256", "two", "Pencil", "535 ");
  auth_scram(&client, "SCRAM-SHA-256", "clear", "Pencil", "535 ");
  client_close(&client, false);
}

Test(password_file, lets_nobody_act_as_another) {
  serve(all_schemes());
  for (size_t i = 0; i < USERS; i++)
    auth_plain(&client, "other", users[i], "pencil", "535 ");
  auth_plain(&client, "two", "two", "pencil", "235 ");
  client_close(&client, false);
}

Test(password_file, of_two_lines_for_a_name_takes_the_first) {
  serve("b:{PLAIN}first\na:{PLAIN}x\nb:{PLAIN}second\nb:{PLAIN}third\nc:{PLAIN}y");
  auth_plain(&client, "", "b", "second", "535 ");
  auth_plain(&client, "", "b", "third", "535 ");
  auth_plain(&client, "", "b", "first", "235 ");
  client_close(&client, false);
  log_in("a", "x", "235 ");
  log_in("c", "y", "235 ");
}

Test(password_file, may_be_empty) {
  serve("");
  auth_plain(&client, "", "a", "b", "535 ");
  client_close(&client, false);
}

Test(password_file, takes_names_and_passwords_beyond_ascii_as_rfc_4013_prepares_them) {
  serve("j\xc3\xb6rg:{PLAIN}gr\xc3\xbc\xc3\x9f\n");
  auth_plain(&client, "", "jo\xcc\x88rg", "gru\xcc\x88\xc3\x9f", "235 ");
  client_close(&client, false);
}

Test(password_file, of_a_hundred_thousand_users_finds_each) {
  static char text[100000 * 24];
  char *at = text;
  for (unsigned i = 0; i < 100000; i++)
    at += sprintf(at, "u%u:{PLAIN}p%u\n", i * 7919 % 100000, i * 7919 % 100000);
  serve(text);
  client_close(&client, false);
  log_in("u0", "p0", "235 ");
  log_in("u99999", "p99999", "235 ");
  log_in("u31415", "p31415", "235 ");
  log_in("u31415", "p31416", "535 ");
}

/* ---- The second of a chain ---- */

Test(password_file, who_is_not_in_the_first_is_looked_for_in_the_second) {
  scratch_write(&scratch, "first", "one:" SHA_1 "\n", 0600);
  cr_assert_geq(add(), 0);
  serve("two:" SHA_256 "\none:{PLAIN}other\n");
  auth_plain(&client, "", "one", "other", "535 ");
  auth_plain(&client, "", "two", "pencil", "235 ");
  client_close(&client, false);
}

/* ---- What is no password file ---- */

static const struct {
  const char *text;
  unsigned line;
} malformed[] = {
    {"a", 1},
    {" ", 1},
    {"a:{PLAIN}b\n\n#\nalice\n", 4},
    {":{PLAIN}b", 1},
    {"a:", 1},
    {"a:b", 1},
    {"a:{PLAIN}", 1},
    {"a:{plain}b", 1},
    {"a:{MD5}b", 1},
    {"a:{PLAIN b", 1},
    {"a:{PLAIN}b\r\n", 1},
    {"a:{PLAIN}b\tc\n", 1},
    {"a\x7f:{PLAIN}b\n", 1},
    {"\xc3\x28:{PLAIN}b\n", 1},
    {"jo\xcc\x88rg:{PLAIN}b\n", 1},
    {"a:{CRYPT}", 1},
    {"a:{CRYPT}*", 1},
    {"a:{CRYPT}hello", 1},
    {"a:$1$a$", 1},
    {"a:{CRYPT}!$6$x", 1},
    {"a:$", 1},
    {"a:$nothing$x", 1},
    {"ok:{PLAIN}x\na:{SCRAM-SHA-256}", 2},
    {"a:{SCRAM-SHA-256}0," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}-1," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}04096," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096x," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}10000001," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}99999999999999999999," SALT_256 "," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096,," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 "," STORED_256, 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 "," STORED_256 ",", 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 "," STORED_256 "," SERVER_256 ",", 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 "," STORED_256 "," SERVER_256 "=", 1},
    {"a:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096,W22ZaJ0S Y7soEsUEjb6gQ==," STORED_256 "," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 ",6dlGYMOdZcOPutkcNY8U2g7vK9Y=," SERVER_256, 1},
    {"a:{SCRAM-SHA-256}4096," SALT_256 "," STORED_256 ",6dlGYMOdZcOPutkcNY8U2g7vK9Y=", 1},
    {"a:{SCRAM-SHA-1}4096," SALT_256 "," STORED_256 "," SERVER_256, 1},
};

Test(password_file, with_a_malformed_line_is_refused_with_its_number) {
  char beginning[160];
  for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
    scratch_write(&scratch, "passwd", malformed[i].text, 0600);
    cr_assert_eq(add(), CMTA_E_PASSWORDS, "%s", malformed[i].text);
    snprintf(beginning, sizeof beginning, "%s:%u: ", scratch.path, malformed[i].line);
    cr_assert_eq(strncmp(why, beginning, strlen(beginning)), 0, "%s: %s", malformed[i].text, why);
  }
}

Test(password_file, that_is_refused_shows_nothing_of_its_lines) {
  scratch_write(&scratch, "passwd", "zebra:{PLAINT}giraffe\n", 0600);
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
  cr_assert_null(strstr(why, "zebra"));
  cr_assert_null(strstr(why, "giraffe"));
}

Test(password_file, with_a_nul_is_refused) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}b\nb:{PLAIN}c\n", 0600);
  FILE *file = fopen(scratch.path, "r+");
  fseek(file, 20, SEEK_SET);
  fputc(0, file);
  fclose(file);
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
  cr_assert_not_null(strstr(why, ":2: "), "%s", why);
}

Test(password_file, is_taken_with_modes_that_keep_others_out_and_with_no_more) {
  for (mode_t mode = 0; mode <= 0777; mode++) {
    bool good = (mode & 0007) == 0 && (mode & 0020) == 0;
    if (!(mode & 0400))
      continue;
    struct password_file file = {.text = NULL};
    static const struct cmta_allocator usual;
    scratch_write(&scratch, "passwd", "a:{PLAIN}b\n", mode);
    int result = password_file_read(&file, scratch.path, &usual, why, sizeof why);
    cr_assert_eq(result, good ? 0 : CMTA_E_PASSWORDS, "mode %o", mode);
    password_file_forget(&file, &usual);
  }
}

/* Only root can give a file away. */
Test(password_file, of_somebody_else_is_refused) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}b\n", 0600);
  bool given = chown(scratch.path, geteuid() + 1, (gid_t)-1) == 0;
  cr_assert(given || geteuid() != 0);
  cr_assert(given ? add() == CMTA_E_PASSWORDS : add() >= 0, "%s", why);
}

Test(password_file, is_a_regular_file) {
  snprintf(scratch.path, sizeof scratch.path, "%s", scratch.folder);
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
  snprintf(scratch.path, sizeof scratch.path, "%s/fifo", scratch.folder);
  cr_assert_eq(mkfifo(scratch.path, 0600), 0);
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
  snprintf(scratch.path, sizeof scratch.path, "/dev/null");
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
}

Test(password_file, may_be_behind_a_symbolic_link) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}b\n", 0600);
  char file[sizeof scratch.path];
  snprintf(file, sizeof file, "%s", scratch.path);
  snprintf(scratch.path, sizeof scratch.path, "%s/link", scratch.folder);
  cr_assert_eq(symlink(file, scratch.path), 0);
  cr_assert_geq(add(), 0, "%s", why);
}

Test(password_file, that_is_missing_is_an_error_of_the_system) {
  snprintf(scratch.path, sizeof scratch.path, "%s/no\nfile", scratch.folder);
  errno = 0;
  cr_assert_eq(add(), CMTA_E_SYSTEM);
  cr_assert_eq(errno, ENOENT);
  cr_assert_not_null(strstr(why, "no?file: "), "%s", why);
}

Test(password_file, has_a_largest_size) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}b\n", 0600);
  cr_assert_eq(truncate(scratch.path, (1 << 26) + 1), 0);
  cr_assert_eq(add(), CMTA_E_PASSWORDS);
  cr_assert_not_null(strstr(why, "too large"));
}

Test(password_file, needs_a_server_and_a_path_and_no_room_for_words) {
  scratch_write(&scratch, "passwd", "a:b\n", 0600);
  cr_assert_eq(cmta_server_add_password_file(NULL, scratch.path, NULL, 0), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_password_file(world.server, NULL, NULL, 0), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_password_file(world.server, scratch.path, NULL, 0),
               CMTA_E_PASSWORDS);
}

Test(password_file, without_memory_is_an_error_and_nothing_is_left) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}b\n", 0600);
  world.starved = true;
  cr_assert_eq(add(), CMTA_E_MEMORY);
  world.starved = false;
}

/* ---- Changes ---- */

Test(password_file, is_read_again_when_another_takes_its_place) {
  serve("a:{PLAIN}old\n");
  scratch_write(&scratch, "passwd", "a:{PLAIN}new\n", 0600);
  auth_plain(&client, "", "a", "old", "535 ");
  auth_plain(&client, "", "a", "new", "235 ");
  client_close(&client, false);
}

Test(password_file, that_grows_is_read_again) {
  serve("a:{PLAIN}x\n");
  FILE *file = fopen(scratch.path, "a");
  fputs("b:{PLAIN}y\n", file);
  fclose(file);
  auth_plain(&client, "", "b", "y", "235 ");
  client_close(&client, false);
}

/* What is done to a good file that makes it one that cannot be used, and undone. */
static void spoil(const char *text, mode_t mode) {
  scratch_write(&scratch, "passwd", text, mode);
  auth_plain(&client, "", "a", "x", "454 ");
  auth_plain(&client, "", "a", "x", "454 ");
  auth_scram(&client, "SCRAM-SHA-256", "a", "x", "454 ");
  scratch_write(&scratch, "passwd", "a:{PLAIN}y\n", 0600);
  auth_plain(&client, "", "a", "x", "535 ");
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\n", 0600);
}

Test(password_file, that_cannot_be_used_any_more_is_454_until_it_can) {
  serve("a:{PLAIN}x\n");
  spoil("a:{PLAIN}x\nb\n", 0600);
  spoil("a:{PLAIN}x\n", 0644);
  auth_plain(&client, "", "a", "x", "235 ");
  client_close(&client, false);
}

static unsigned bad, good; /* times that it was told */

static void note_trouble(void *data, const char *words) {
  cr_assert_eq(data, &client);
  bad += words != NULL;
  good += words == NULL;
  if (words)
    snprintf(why, sizeof why, "%s", words);
}

static void expect_told(unsigned times_bad, unsigned times_good) {
  cr_assert_eq(bad, times_bad, "bad %u times", bad);
  cr_assert_eq(good, times_good, "good %u times", good);
}

Test(password_file, tells_once_that_it_cannot_be_used_and_once_that_it_can) {
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\n", 0600);
  const struct cmta_password_file file = {
      .size = sizeof file, .path = scratch.path, .troubled = note_trouble, .data = &client};
  cr_assert_geq(cmta_server_add_password_file_with(world.server, &file, why, sizeof why), 0);
  passwords_connect(&client, &world);
  auth_plain(&client, "", "a", "y", "535 ");
  expect_told(0, 0);
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\nb\n", 0600);
  auth_plain(&client, "", "a", "x", "454 ");
  expect_told(1, 0);
  cr_assert_not_null(strstr(why, "/passwd:2: no colon"), "%s", why);
  unlink(scratch.path);
  auth_plain(&client, "", "a", "x", "454 ");
  expect_told(1, 0);
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\n", 0600);
  auth_plain(&client, "", "a", "y", "535 ");
  auth_plain(&client, "", "a", "x", "235 ");
  expect_told(1, 1);
  client_close(&client, false);
}

Test(password_file, with_settings_that_cannot_be_is_refused) {
  struct cmta_password_file file = {.size = sizeof file};
  cr_assert_eq(cmta_server_add_password_file_with(world.server, &file, NULL, 0), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_add_password_file_with(world.server, NULL, NULL, 0), CMTA_E_ARGUMENT);
  file.path = "/";
  file.size = sizeof file + sizeof(void *);
  cr_assert_eq(cmta_server_add_password_file_with(world.server, &file, NULL, 0), CMTA_E_ARGUMENT);
}

Test(password_file, that_is_removed_is_454_until_it_is_there) {
  serve("a:{PLAIN}x\n");
  unlink(scratch.path);
  auth_plain(&client, "", "a", "x", "454 ");
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\n", 0600);
  auth_plain(&client, "", "a", "x", "235 ");
  client_close(&client, false);
}

Test(password_file, whose_mode_changes_is_looked_at_again) {
  serve("a:{PLAIN}x\n");
  cr_assert_eq(chmod(scratch.path, 0604), 0);
  auth_plain(&client, "", "a", "x", "454 ");
  cr_assert_eq(chmod(scratch.path, 0640), 0);
  auth_plain(&client, "", "a", "x", "235 ");
  client_close(&client, false);
}

/* ---- Secrets ---- */

static bool kept;

/* An allocator that looks into what is given back. */
static void *look_into(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    kept |= pointer && memmem(pointer, old_size, "giraffe", 7);
    free(pointer);
    return NULL;
  }
  return realloc(pointer, new_size);
}

Test(password_file, leaves_no_secret_in_memory_that_it_gives_back) {
  struct password_file file = {.text = NULL};
  const struct cmta_allocator allocator = {look_into, NULL};
  scratch_write(&scratch, "passwd", "a:{PLAIN}giraffe\n", 0600);
  cr_assert_eq(password_file_read(&file, scratch.path, &allocator, NULL, 0), 0);
  password_file_forget(&file, &allocator);
  scratch_write(&scratch, "passwd", "a:{PLAIN}giraffe\nb\n", 0600);
  cr_assert_eq(password_file_read(&file, scratch.path, &allocator, NULL, 0), CMTA_E_PASSWORDS);
  cr_assert_not(kept);
}

/* ---- Work ---- */

/* Who stands for unknown names in a file of this many lines, two of three with other iterations,
 * over numbers from 0 to the largest. */
static void choose_decoys(unsigned lines, unsigned chosen[1000]) {
  struct password_file file = {.text = NULL};
  static const struct cmta_allocator usual;
  char text[16384];
  int length = 0;
  for (unsigned i = 0; i < lines; i++)
    length += snprintf(text + length, sizeof text - (size_t)length,
                       "u%u:{SCRAM-SHA-256}%u," SALT_256 "," STORED_256 "," SERVER_256 "\n", i,
                       i % 3 ? 5000 : 4096);
  scratch_write(&scratch, "passwd", text, 0600);
  cr_assert_eq(password_file_read(&file, scratch.path, &usual, why, sizeof why), 0);
  for (unsigned i = 0; i < 1000; i++)
    chosen[i] = password_file_decoy(&file, UINT32_MAX / 999 * i)->secret.iterations;
  password_file_forget(&file, &usual);
}

Test(password_file, has_each_kind_of_line_stand_for_unknown_names_as_often_as_it_is_there) {
  static unsigned chosen[1000];
  unsigned count = 0;
  choose_decoys(60, chosen);
  for (unsigned i = 0; i < 1000; i++)
    count += chosen[i] == 4096;
  cr_assert(count > 330 && count < 337, "%u of 1000 in place of a third", count);
}

Test(password_file, that_grows_has_others_stand_for_few_unknown_names) {
  static unsigned before[1000], after[1000];
  unsigned changed = 0;
  choose_decoys(60, before);
  choose_decoys(61, after);
  for (unsigned i = 0; i < 1000; i++)
    changed += before[i] != after[i];
  cr_assert_leq(changed, 20);
}

Test(password_file, has_nobody_stand_for_others_where_nobody_is_in_it) {
  struct password_file file = {.text = NULL};
  cr_assert_null(password_file_decoy(&file, UINT32_MAX));
  cr_assert_null(password_file_scram_decoy(&file, 0));
}

static unsigned work_of(const char *name, const char *password) {
  work_reset();
  auth_plain(&client, "", name, password, "535 ");
  return work_done();
}

Test(password_file, who_is_not_in_it_takes_the_work_of_who_is) {
  static const char *const kinds[] = {
      "{CRYPT}$2b$04$abcdefghijklmnopqrstuuqLG5bXZrFnFuTAJqUyVtvwX8wzFG7nO", SHA_256, SHA_1,
      "{PLAIN}pencil"};
  static const unsigned expected[] = {1000, 4096, 4096, 0};
  char text[512];
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    snprintf(text, sizeof text, "two:%s\nmany:%s\n", kinds[i], kinds[i]);
    serve(text);
    cr_assert_eq(work_of("two", "pen"), expected[i]);
    cr_assert_eq(work_of("nobody", "pen"), expected[i], "%zu", i);
    client_close(&client, false);
    world_free(&world);
    passwords_world(&world, NULL);
  }
}

Test(password_file, who_wants_to_act_as_another_takes_the_same_work) {
  serve("two:" SHA_256 "\n");
  work_reset();
  auth_plain(&client, "other", "two", "pencil", "535 ");
  cr_assert_eq(work_done(), 4096);
  client_close(&client, false);
}

/* A file in which each comparison takes a moment. */
static void serve_slowly(void) {
  char text[512];
  snprintf(text, sizeof text, "slow:%s\n", crypt("pencil", crypt_gensalt("$2b$", 8, NULL, 0)));
  serve(text);
}

Test(password_file, lets_the_loop_go_on_while_it_compares) {
  static struct client other;
  serve_slowly();
  auth_plain_send(&client, "", "slow", "pencil");
  auth_plain_send(&client, "", "slow", "pencil");
  passwords_connect(&other, &world);
  client_expect(&client, "235 ");
  client_expect(&client, "503 ");
  client_close(&other, false);
  client_close(&client, false);
}

Test(password_file, answers_each_of_many_clients) {
  static struct client many[20];
  serve_slowly();
  for (size_t i = 0; i < 20; i++) {
    passwords_connect(&many[i], &world);
    auth_plain_send(&many[i], "", i % 3 ? "slow" : "fast", i % 2 ? "pencil" : "pen");
  }
  for (size_t i = 0; i < 20; i++) {
    client_expect(&many[i], i % 3 && i % 2 ? "235 " : "535 ");
    client_close(&many[i], false);
  }
  client_close(&client, false);
}

Test(password_file, forgets_clients_that_go_away_while_it_compares) {
  static struct client many[10];
  serve_slowly();
  for (size_t i = 0; i < 10; i++) {
    passwords_connect(&many[i], &world);
    auth_plain_send(&many[i], "", "slow", "pencil");
  }
  for (size_t i = 0; i < 10; i++)
    client_close(&many[i], true);
  client_close(&client, false);
  world_run_empty(&world);
}

Test(password_file, may_go_with_its_server_while_it_compares) {
  static struct client many[3];
  serve_slowly();
  for (size_t i = 0; i < 3; i++) {
    passwords_connect(&many[i], &world);
    auth_plain_send(&many[i], "", "slow", "pencil");
  }
  client_say(&client, "NOOP", "250 ");
}

Test(password_file, that_changes_while_it_compares_does_not_disturb) {
  static struct client other;
  serve_slowly();
  passwords_connect(&other, &world);
  auth_plain_send(&client, "", "slow", "pencil");
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  scratch_write(&scratch, "passwd", "a:{PLAIN}x\n", 0600);
  auth_plain(&other, "", "a", "x", "235 ");
  client_expect(&client, "235 ");
  client_close(&other, false);
  client_close(&client, false);
}

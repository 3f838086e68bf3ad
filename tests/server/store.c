/* SPDX-License-Identifier: MIT */

/* Large messages in temporary files, messages that outlive their server, and how much memory a
 * client can make the server hold. */

#include "calls.h"
#include "harness.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 50000, LINE = 62 };

static struct world world;
static struct client client;
static char folder[] = "/tmp/cmta-test-store-XXXXXX";
static char *wire;    /* a message of 3 MB as a client sends it, NUL behind it */
static char *sent;    /* what it says */
static size_t octets; /* of `sent` */
static struct cmta_message *taken;
static unsigned compared; /* messages that were as they should be, one way or the other */
static size_t left_in_folder, open_while_asked;

/* Lines of all kinds; each tenth begins with a dot. */
static void make_message(void) {
  wire = malloc(LINES * (LINE + 1) + 1);
  sent = malloc(LINES * LINE + 1);
  size_t at = 0;
  octets = 0;
  for (int i = 0; i < LINES; i++) {
    char line[LINE + 1];
    snprintf(line, sizeof line, "%c%059d\r\n", i % 10 ? 'x' : '.', i);
    at += (size_t)sprintf(wire + at, "%s%s", i % 10 ? "" : ".", line);
    octets += (size_t)sprintf(sent + octets, "%s", line);
  }
}

/* Entries of a folder. */
static size_t entries(const char *path) {
  DIR *opened = opendir(path);
  size_t count = 0;
  cr_assert_not_null(opened);
  while (readdir(opened))
    count++;
  closedir(opened);
  return count - 2;
}

static size_t descriptors(void) { return entries("/proc/self/fd"); }

static bool is_as_sent(const struct cmta_message *message) {
  struct cmta_slice data;
  return cmta_message_size(message) == octets && cmta_message_data(message, &data) == 0 &&
         data.length == octets && memcmp(data.at, sent, octets) == 0;
}

static bool is_as_sent_in_slices(const struct cmta_message *message) {
  struct cmta_slice slice;
  uint64_t position = 0;
  size_t from = 0;
  int more;
  while ((more = cmta_message_next(message, &position, &slice)) > 0) {
    if (memcmp(slice.at, sent + from, slice.length) != 0)
      return false;
    from += slice.length;
  }
  return more == 0 && from == octets;
}

static enum cmta_verdict compare(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  (void)session;
  (void)user;
  left_in_folder = entries(folder);
  open_while_asked = descriptors();
  compared += is_as_sent_in_slices(message);
  compared += is_as_sent(message);
  return CMTA_ACCEPT;
}

static enum cmta_verdict take(struct cmta_session *session, void *user,
                              const struct cmta_message *message) {
  (void)user;
  (void)message;
  return cmta_message_take(session, &taken) == 0 ? CMTA_ACCEPT : CMTA_TEMPFAIL;
}

static void begin(void) {
  cr_assert_not_null(mkdtemp(folder));
  world_init(&world);
  world.config.spool = folder;
  world.hooks.message = compare;
  make_message();
}

static void end(void) {
  world_free(&world);
  free(wire);
  free(sent);
  cr_expect_eq(entries(folder), 0);
  rmdir(folder);
}

TestSuite(store, .init = begin, .fini = end, .timeout = 60);

static void meet(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
}

/* A whole transaction, with text as the message. */
static void mail(const char *text, const char *reply) {
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, text);
  client_say(&client, ".", reply);
}

static void leave(void) {
  client_say(&client, "QUIT", "221 ");
  client_close(&client, false);
  world_run_empty(&world);
}

Test(store, gives_a_large_message_back_as_it_was_sent) {
  meet();
  const size_t before = descriptors();
  mail(wire, "250 ");
  cr_expect_eq(compared, 2);
  cr_expect_eq(open_while_asked, before + 1, "it is in a file");
  cr_expect_eq(left_in_folder, 0, "the file has no name");
  cr_expect_eq(descriptors(), before);
  leave();
}

Test(store, has_no_file_for_a_small_message) {
  meet();
  const size_t before = descriptors();
  mail("small\r\n", "250 ");
  cr_expect_eq(open_while_asked, before);
  leave();
}

Test(store, works_where_each_file_has_a_name_at_first) {
  calls.named_files = true;
  meet();
  mail(wire, "250 ");
  cr_expect_eq(compared, 2);
  cr_expect_eq(left_in_folder, 0);
  leave();
}

Test(store, bears_short_and_interrupted_reads_and_writes) {
  calls.most_moved = 5000;
  meet();
  mail(wire, "250 ");
  cr_expect_eq(compared, 2);
  cr_expect_gt(calls.moves, 2 * octets / 5000);
  leave();
}

Test(store, on_a_full_disk_is_452_and_the_session_goes_on) {
  meet();
  const size_t before = descriptors();
  calls.disk_room = 2000000;
  mail(wire, "452 ");
  cr_expect_eq(compared, 0);
  cr_expect_eq(descriptors(), before);
  mail("small\r\n", "250 ");
  calls.disk_room = 0;
  mail(wire, "250 ");
  cr_expect_eq(compared, 2);
  leave();
}

Test(store, forgets_the_message_of_a_client_that_vanishes) {
  meet();
  const size_t before = descriptors();
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, wire);
  client_close(&client, true);
  world_run_empty(&world);
  cr_expect_eq(descriptors(), before - 2, "neither sockets nor a file are left");
}

/* ---- Taking ---- */

/* On a thread of its own: reads and frees what was taken. */
static void *read_taken(void *unused) {
  (void)unused;
  bool same = is_as_sent_in_slices(taken) && is_as_sent(taken);
  same = same && strcmp(cmta_message_peer(taken)->address, "127.0.0.1") == 0;
  same = same && cmta_message_envelope(taken)->forward_path_count == 1;
  cmta_message_free(taken);
  return same ? &world : NULL;
}

Test(store, lets_a_taken_message_outlive_session_and_server) {
  pthread_t reader;
  void *same;
  world.hooks.message = take;
  const size_t before = descriptors();
  meet();
  mail(wire, "250 ");
  leave();
  cmta_server_free(world.server);
  world.server = NULL;
  cr_assert_eq(pthread_create(&reader, NULL, read_taken, NULL), 0);
  cr_assert_eq(pthread_join(reader, &same), 0);
  cr_expect_not_null(same);
  cr_expect_leq(descriptors(), before + 1, "of the server nothing is left but the loop's");
}

/* ---- The folder ---- */

/* What becomes of a server that has this folder. */
static int made(const char *spool) {
  struct cmta_server *server = NULL;
  world.config.spool = spool;
  int result = cmta_server_new(&server, world.loop, &world.config, NULL, NULL);
  int why = errno;
  if (result == 0)
    cmta_server_free(server);
  errno = why;
  return result;
}

Test(store, needs_a_folder_that_is_there) {
  cr_expect_eq(made("/nowhere/at/all"), CMTA_E_SYSTEM);
  cr_expect_eq(errno, ENOENT);
  cr_expect_eq(made("/proc/self/status"), CMTA_E_SYSTEM);
  cr_expect_eq(errno, ENOTDIR);
  cr_expect_eq(made(""), CMTA_E_SYSTEM);
  cr_expect_eq(made(folder), 0);
}

Test(store, is_in_TMPDIR_when_no_folder_is_named) {
  setenv("TMPDIR", "/nowhere/at/all", 1);
  cr_expect_eq(made(NULL), CMTA_E_SYSTEM);
  setenv("TMPDIR", folder, 1);
  cr_expect_eq(made(NULL), 0);
  unsetenv("TMPDIR");
  cr_expect_eq(made(NULL), 0);
}

Test(store, needs_no_folder_where_all_messages_stay_in_memory_or_none_is_kept) {
  world.settings.max_message_memory = 0;
  cr_expect_eq(made("/nowhere/at/all"), 0);
  world.settings.max_message_memory = 1;
  world.settings.collect = false;
  cr_expect_eq(made("/nowhere/at/all"), 0);
}

/* ---- Back-pressure ---- */

/*
 * The bound: however much a client wants to send, a server whose `chunk` question is open holds no
 * more for it than what it read before it asked (64 KiB) and the session itself.
 */
enum { BOUND_HELD = 70 * 1024, BOUND_RESIDENT = 1024 * 1024, TO_SEND = 100 * 1024 * 1024 };

static size_t held, most_held;

static void *counting(void *context, void *pointer, size_t old_size, size_t new_size) {
  (void)context;
  held += new_size - old_size;
  most_held = held > most_held ? held : most_held;
  if (new_size > 0)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

/* Octets of this process in memory. */
static size_t resident(void) {
  unsigned long all, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  cr_assert_not_null(file);
  cr_assert_eq(fscanf(file, "%lu %lu", &all, &pages), 2);
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Sends until the socket takes no more and the server does nothing more: the client would wait for
 * good. How many octets went. */
static size_t send_until_stuck(const char *bytes, size_t length) {
  size_t all = 0, count;
  unsigned receives;
  do {
    receives = calls.receives;
    count = client_try(&client, bytes, length);
    all += count;
    ev_run(world.loop, EVRUN_NOWAIT);
  } while ((count > 0 || calls.receives > receives) && all < TO_SEND);
  cr_assert_lt(all, TO_SEND, "nothing holds the client back");
  return all;
}

Test(store, back_pressure_bounds_the_memory_of_100_MB) {
  static char text[1 << 16];
  for (size_t i = 0; i < sizeof text; i += 64)
    memcpy(text + i, "012345678901234567890123456789012345678901234567890123456789ab\r\n", 64);
  memcpy(text + sizeof text / 2, "..", 2); /* two slices, so that one has to wait */
  world.settings.allocator.reallocate = counting;
  world.settings.collect = false;
  world.settings.max_message_size = 0;
  meet();
  client_send(&client, "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n");
  for (int i = 0; i < 3; i++)
    client_expect(&client, i < 2 ? "250" : "354");
  world.late = CHUNK;
  const size_t held_before = held, resident_before = resident();
  size_t most_resident = resident_before, stuck = 0;
  most_held = held;
  for (size_t all = 0; all < TO_SEND; stuck++) {
    all += send_until_stuck(text, sizeof text);
    most_resident = resident() > most_resident ? resident() : most_resident;
    world_decide(&world, CMTA_ACCEPT);
    cr_assert_eq(world.answered, 0);
  }
  printf("stuck %zu times; held %zu octets more, resident %zu\n", stuck, most_held - held_before,
         most_resident - resident_before);
  cr_expect_gt(stuck, 100);
  cr_expect_leq(most_held - held_before, BOUND_HELD);
#ifndef CMTA_SANITIZED
  cr_expect_leq(most_resident - resident_before, BOUND_RESIDENT);
#endif
  client_close(&client, true);
}

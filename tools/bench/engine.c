/* SPDX-License-Identifier: MIT */
/*
 * How fast the engine is alone, in memory, without a server: commands, transactions, and the
 * octets of a message, after DATA and in chunks, beside memchr() over the same octets. Each figure
 * is the best of a few runs of fixed length. It is no test: it fails only if the engine does not
 * answer at all.
 */

#define _POSIX_C_SOURCE 200809L
#include <cmta/session.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5, PIECE = 65536, LINE = 78, COMMAND_ROUNDS = 100, BODY_PIECES = 8192 };

/* Work over some input, done rounds times in a run. */
struct work {
  const char *at;
  size_t length;
  int rounds;
  struct cmta_session *session; /* NULL for memchr() */
};

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "bench_engine: %s\n", what);
  exit(1);
}

/* Hands bytes to the session and throws its replies away, until all are taken. */
static void feed(struct cmta_session *session, const char *bytes, size_t length) {
  do {
    ptrdiff_t taken = cmta_session_receive(session, bytes, length);
    size_t waiting = cmta_session_output(session).length;
    if (taken < 0 || (taken == 0 && waiting == 0 && length > 0))
      fail("the session takes no more");
    cmta_session_sent(session, waiting);
    bytes += taken;
    length -= (size_t)taken;
  } while (length > 0);
}

static void feed_all(const struct work *work) {
  for (int i = 0; i < work->rounds; i++)
    feed(work->session, work->at, work->length);
}

/* Pieces of a message: each begins where in a line the one before ended. */
static void feed_body(const struct work *work) {
  size_t phase = 0;
  for (int i = 0; i < work->rounds; i++) {
    feed(work->session, work->at + phase, PIECE);
    phase = (phase + PIECE) % LINE;
  }
}

/* Keeps what was found alive, so that the compiler cannot leave the search out. */
static void keep(const void *found) { __asm__ volatile("" : : "r"(found) : "memory"); }

static void find_lines(const struct work *work) {
  for (int i = 0; i < work->rounds; i++) {
    const char *from = work->at;
    const char *end = work->at + PIECE;
    while ((from = memchr(from, '\n', (size_t)(end - from))))
      keep(++from);
  }
}

static void find_nothing(const struct work *work) {
  for (int i = 0; i < work->rounds; i++)
    keep(memchr(work->at, 0, PIECE));
}

/* The seconds of the fastest run. */
static double best(void (*run)(const struct work *work), const struct work *work) {
  double fastest = 0;
  for (int i = 0; i < RUNS; i++) {
    double begun = seconds();
    run(work);
    begun = seconds() - begun;
    if (i == 0 || begun < fastest)
      fastest = begun;
  }
  return fastest;
}

/* A session of a service without limits that keeps no messages, past EHLO. */
static struct cmta_session *open_session(struct cmta_service **service) {
  static const char hello[] = "EHLO client.example.com\r\n";
  struct cmta_settings settings;
  struct cmta_session *session;
  cmta_settings_init(&settings);
  settings.collect = false;
  settings.max_message_size = 0;
  settings.extensions |= CMTA_EXTENSION_BINARYMIME;
  if (cmta_service_new(service, &settings, NULL, NULL) != 0 ||
      cmta_session_new(&session, *service, NULL, NULL) != 0)
    fail("no session");
  feed(session, "", 0);
  feed(session, hello, sizeof hello - 1);
  return session;
}

/* As many copies of text as fit a piece; how many goes to count. The caller frees it. */
static char *repeat(const char *text, struct work *work, size_t *count) {
  size_t length = strlen(text);
  char *bytes = malloc(PIECE);
  if (!bytes)
    fail("no memory");
  *count = PIECE / length;
  for (size_t i = 0; i < *count; i++)
    memcpy(bytes + i * length, text, length);
  work->at = bytes;
  work->length = *count * length;
  return bytes;
}

static void show_rate(const char *name, const char *text, struct cmta_session *session) {
  struct work work = {.rounds = COMMAND_ROUNDS, .session = session};
  size_t count;
  char *bytes = repeat(text, &work, &count);
  double fastest = best(feed_all, &work);
  printf("  %-36s %8.2f million a second\n", name, (double)count * COMMAND_ROUNDS / fastest / 1e6);
  free(bytes);
}

static double show_speed(const char *name, void (*run)(const struct work *work),
                         const struct work *work) {
  double speed = (double)PIECE * work->rounds / best(run, work) / 1e9;
  printf("  %-36s %8.2f GB a second\n", name, speed);
  return speed;
}

/* The same octets in one chunk that never ends (RFC 3030), as text or as binary. */
static void show_chunk(const char *name, const char *body, struct work work, double by_line) {
  struct cmta_service *service;
  char begun[256], name_of_ratio[64];
  work.session = open_session(&service);
  int length = snprintf(begun, sizeof begun,
                        "MAIL FROM:<a@example.com> BODY=%s\r\nRCPT TO:<b@example.com>\r\n"
                        "BDAT 999999999999999\r\n",
                        body);
  feed(work.session, begun, (size_t)length);
  double speed = show_speed(name, feed_body, &work);
  snprintf(name_of_ratio, sizeof name_of_ratio, "%s, of memchr()", name);
  printf("  %-36s %8.2f\n", name_of_ratio, speed / by_line);
  cmta_session_free(work.session);
  cmta_service_free(service);
}

static void show_body(struct cmta_session *session) {
  static const char data[] = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n";
  struct work work = {.rounds = BODY_PIECES, .session = session};
  char *lines = malloc(PIECE + LINE);
  double body;
  double by_line;
  if (!lines)
    fail("no memory");
  for (size_t i = 0; i < PIECE + LINE; i++)
    lines[i] = i % LINE < LINE - 2 ? 'x' : "\r\n"[i % LINE - (LINE - 2)];
  work.at = lines;
  feed(session, data, sizeof data - 1);
  body = show_speed("a message, pieces of 64 KiB", feed_body, &work);
  by_line = show_speed("memchr() for each line end", find_lines, &work);
  show_speed("memchr() for an absent octet", find_nothing, &work);
  printf("  %-36s %8.2f\n", "a message, of memchr() for line ends", body / by_line);
  show_chunk("a chunk of text", "8BITMIME", work, by_line);
  show_chunk("a chunk of a binary message", "BINARYMIME", work, by_line);
  free(lines);
}

int main(void) {
  struct cmta_service *service;
  struct cmta_session *session = open_session(&service);
  printf("\nThe engine alone, one session\n");
  show_rate("NOOP, pipelined", "NOOP\r\n", session);
  show_rate("MAIL, RCPT, DATA and a short message",
            "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
            "Subject: a message\r\n\r\nText.\r\n.\r\n",
            session);
  show_body(session);
  cmta_session_free(session);
  cmta_service_free(service);
  return 0;
}

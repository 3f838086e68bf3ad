/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_HARNESS_H
#define CMTA_TESTS_SERVER_HARNESS_H

/*
 * A server and its clients in one thread and one loop. A client sends with client_send() and takes
 * replies with client_expect(), which runs the loop until the reply is complete. Everything
 * asserts: what cannot go on fails the test.
 */

#include <cmta/server.h>

#include <ev.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* The questions that can be left open: bits of struct world's late. */
enum question {
  CONNECT = 1 << 0,
  HELLO = 1 << 1,
  MAIL = 1 << 2,
  RCPT = 1 << 3,
  DATA = 1 << 4,
  CHUNK = 1 << 5,
  MESSAGE = 1 << 6,
  RSET = 1 << 7,
  NOOP = 1 << 8,
  VRFY = 1 << 9,
  EXPN = 1 << 10,
  HELP = 1 << 11,
  ALL_QUESTIONS = (1 << 12) - 1
};

/* A server with hooks that remember. */
struct world {
  struct ev_loop *loop;
  struct cmta_server *server;
  struct cmta_config config;     /* to be changed before the first world_listen() */
  struct cmta_settings settings; /* likewise; config names them */
  struct cmta_hooks hooks;       /* likewise */

  unsigned late;     /* questions answered LATER */
  bool answer;       /* late questions are answered by themselves, from an ev_timer of the loop */
  ev_timer answerer; /* does that */
  struct cmta_session
      *open; /* the session whose question was left open last; NULL once it closed */
  enum cmta_verdict verdict; /* the late answer */
  int answered;              /* what cmta_session_decide() returned last */

  unsigned opened, closed, messages, chunks; /* hooks called */
  unsigned cancelled;                        /* likewise */
  atomic_size_t held;  /* octets that the server and its sessions hold; they must be 0 at the end */
  atomic_bool starved; /* no memory is to be had */
  enum cmta_close_reason reason;  /* of the last closed */
  size_t chunk_octets, last_size; /* of all chunks; of the last message */
  char last[256];                 /* the beginning of the last message */
  char peer[128];                 /* of the last connect */
  char remark[64]; /* what client_expect() says beside a reply that was not expected */
};

/* Fills world with defaults: a loop, no server yet, every question accepted at once. */
void world_init(struct world *world);

/* Makes the server at the first call, and listens. The listener's number. */
int world_listen(struct world *world, const char *address);

/* The same with all that a listener can be. */
int world_listen_with(struct world *world, const struct cmta_listen *listen);

/* Listens at 127.0.0.1:0. */
void world_listen_any(struct world *world);

/* Whether this machine has IPv6 on its loopback interface. */
bool world_has_ipv6(void);

/* Runs the loop until somebody has connected, and no more than so many connections are left. */
void world_run_empty_but(struct world *world, size_t left);

/* Runs the loop until somebody has connected, and no connection is left. */
void world_run_empty(struct world *world);

/* Runs the loop until a question is open. */
void world_run_until_asked(struct world *world);

/* Answers the question that is open; the server is not run. */
void world_decide(struct world *world, enum cmta_verdict verdict);

/* Frees server and loop. Each session that was asked `connect` must have been told `closed` once,
   and no memory must be left. */
void world_free(struct world *world);

/* One client. */
struct client {
  struct world *world;
  int fd;
  ev_io watcher; /* wakes the loop while the client waits */
  /* How its bytes travel, as read(2) and send(2) on a non-blocking socket; plain by default. */
  ssize_t (*read)(struct client *client, void *buffer, size_t size);
  ssize_t (*write)(struct client *client, const void *bytes, size_t size);
  void *layer; /* theirs */
  char input[4096];
  size_t length;    /* octets of input that no reply has used up */
  bool end;         /* the server has closed its side */
  bool broken;      /* the last try to read or send met a reset */
  char reply[1024]; /* the last reply, all of its lines */
};

/* Connects to a listener. The greeting is not taken. */
void client_connect(struct client *client, struct world *world, int listener);

/* Connects to an address of this machine; port 0: a path. */
void client_connect_to(struct client *client, struct world *world, const char *address,
                       uint16_t port);

/* Asserts that nobody listens any more where a listener did. */
void client_expect_refused(struct world *world, int listener);

/* Sends text as far as the socket takes it, running the loop when it is full. */
void client_send(struct client *client, const char *text);

/* Sends what the socket takes of bytes; how many. Sets `broken`. */
size_t client_try(struct client *client, const char *bytes, size_t length);

/* Sends bytes, and lets the server run, until all are sent (true) or nothing moves any more. */
bool client_push(struct client *client, const char *bytes, size_t length);

/* Takes one reply and asserts that it begins so. */
void client_expect(struct client *client, const char *beginning);

/* Sends a line (CR LF is added) and expects. */
void client_say(struct client *client, const char *line, const char *beginning);

/* Greeting, EHLO, MAIL, RCPT, DATA, a body, the final 250. */
void client_mail(struct client *client);

/* Asserts that the server closes its side before any other byte. */
void client_expect_end(struct client *client);

/* Waits until the socket is readable, running the loop. */
void client_wait(struct client *client);

/* Runs the loop once, to the end of one wait: until the socket is ready for these events of libev,
   or something else happens. */
void client_wait_for(struct client *client, int events);

/* Closes the client's socket; with reset, by RST. */
void client_close(struct client *client, bool reset);

#endif

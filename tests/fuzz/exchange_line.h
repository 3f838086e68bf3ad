/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_EXCHANGE_LINE_H
#define FUZZ_EXCHANGE_LINE_H

/*
 * A connection of a server without a socket: its transport is here, and its loop never waits. What
 * would happen by itself happens when it is called for.
 */

#include "server/listener.h"

#include <ev.h>

/* One server with one connection, all zero before. */
struct line {
  struct ev_loop *loop;
  struct cmta_server *server;
  struct listener listener; /* of the connection */
  struct cmta_slice input;  /* of the client, and not taken yet */
  bool gone;                /* the client has ended its side */
  bool verified;            /* it shows a certificate that leads to an authority */
  const char *version;      /* of TLS, or NULL */
  ev_timer *delay;          /* that a refusal waits for; good while there is an exchange */
  char output[32768];       /* of the server; whoever has read it sets its length to 0 */
  size_t output_length;
};

/* Ends the program, which libFuzzer reports, unless claim holds. */
void demand(bool claim);

/* Connects, with implicit TLS where there is a version. The server is the caller's. */
void line_open(struct line *line);

/* The session, or NULL once it is over. */
struct cmta_session *line_session(const struct line *line);

/* Whether a question is open. */
bool line_waits(const struct line *line);

/* Lets happen what can: bytes go both ways, answers reach their sessions. */
void line_run(struct line *line);

/* The client says this, whole. */
void line_say(struct line *line, struct cmta_slice text);

/* The client ends its side. */
void line_leave(struct line *line);

/* The time is up that the session has; that a refusal waits. */
void line_expire(struct line *line);
void line_end_delay(struct line *line);

/* The server stops, or when it stops already: has stopped long enough. */
void line_stop(struct line *line);

/* Answers by ticket are there. */
void line_wake(struct line *line);

#endif

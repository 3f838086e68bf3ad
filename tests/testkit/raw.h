/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_TESTKIT_RAW_H
#define CMTA_TESTS_TESTKIT_RAW_H

/* A client that sees each octet, and how a connection ends. What it does not expect fails the test.
 */

#include <cmta/testkit.h>

struct raw {
  int fd;
  char line[4096]; /* the last one, with its CR LF */
};

/* Starts a kit in virtual time, with a fault unless that is NULL. */
struct cmta_kit *raw_kit(const char *fault, bool lmtp);

/* Connects to the loopback address. The greeting is not read. */
void raw_connect(struct raw *raw, uint16_t port);

/* Connects, and reads greeting and reply to EHLO. */
void raw_greet(struct raw *raw, uint16_t port);

/* Sends octets as they are. */
void raw_send(struct raw *raw, const char *text);

/* Reads so many octets as there are in text, and they are those. */
void raw_hear(struct raw *raw, const char *text);

/* Reads a reply, all of its lines, the last of which begins so and is in `line`. */
void raw_expect(struct raw *raw, const char *beginning);

/* Sends a line without its CR LF, and expects. */
void raw_say(struct raw *raw, const char *line, const char *beginning);

/* MAIL, RCPT and DATA. */
void raw_begin_data(struct raw *raw);

/* The end of what the server says comes next; the socket stays. */
void raw_hear_end(struct raw *raw);

/* The end of the connection comes next, in good order or by a reset. The socket is closed. */
void raw_expect_end(struct raw *raw);
void raw_expect_reset(struct raw *raw);

/* Nothing is there to be read now. */
void raw_expect_nothing(struct raw *raw);

/* Closes. */
void raw_close(struct raw *raw);

#endif

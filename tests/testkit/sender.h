/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_TESTKIT_SENDER_H
#define CMTA_TESTS_TESTKIT_SENDER_H

/* A client over a blocking socket: says a line, reads the reply. What goes wrong ends the program,
 * as it may run in a thread of its own. */

#include <cmta/testkit.h>

enum { REPLY_SIZE = 2048 };

struct sender {
  int fd;
  char reply[REPLY_SIZE]; /* the last one, all its lines */
};

/* Connects to the loopback address and reads the greeting. */
void sender_connect(struct sender *sender, uint16_t port);

/* Sends octets as they are. */
void sender_send(struct sender *sender, const char *text);

/* Reads a reply that begins so; it is in `reply`. */
void sender_expect(struct sender *sender, const char *beginning);

/* Sends a line without its CR LF, and reads its reply. */
void sender_say(struct sender *sender, const char *line, const char *beginning);

/* A transaction for recipients, blanks between them; message with LF for line ends. Reads all
   replies, which are to be good. */
void sender_mail(struct sender *sender, const char *from, const char *to, const char *message);

/* Closes without QUIT. */
void sender_close(struct sender *sender);

/* Connects, says EHLO, sends one mail, says QUIT. */
void send_mail(uint16_t port, const char *from, const char *to, const char *message);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_FAULTY_H
#define CMTA_TESTS_SERVER_FAULTY_H

/* A server on whose connections something happens to replies, in virtual time. */

#include "harness.h"

#include <cmta/wire.h>

extern struct world world;
extern struct client client;

/* What a test's init and fini do. */
void faulty_begin(void);
void faulty_end(void);

/* What happens when a client says a line that begins so; "": when it is accepted. Defaults, to be
   changed. Several of one line add up. */
struct cmta_wire *faulty_at(const char *line);

/* Listens and connects, has the server say what it can say now. */
void faulty_meet(void);

/* The same, and the client says EHLO. */
void faulty_greet(void);

/* The client goes, and the server sees it. */
void faulty_leave(void);

/* A hook `chunk` that stalls the message, in a question without a deadline. */
enum cmta_verdict faulty_stall_at_slice(struct cmta_session *session, void *user,
                                        struct cmta_slice bytes);

/* A client whose message stalls so behind the reply to DATA. */
void faulty_stall_in_message(void);

/* So many seconds pass. */
void faulty_pass(double seconds);

/* Asserts that the server has said nothing that was not taken, and has not ended its side. */
void faulty_expect_silence(void);

/* Asserts that it has said this, and nothing more, so far; takes it. */
void faulty_expect_octets(const char *octets);

/* How many octets it has said, which are taken. */
size_t faulty_count(void);

/* Asserts that the connection has been reset, behind what was taken. */
void faulty_expect_reset(void);

/* Asserts that no connection is left, without time that passes. */
void faulty_expect_gone(void);

#endif

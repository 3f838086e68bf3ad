/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_WIRE_H
#define CMTA_SERVER_WIRE_H

/*
 * What happens to bytes on their way (<cmta/wire.h>): a channel around a connection's channel, with
 * a state of its own, which is made when something is to happen for the first time. A connection of
 * which nobody wants that knows nothing of it.
 *
 *   wire.c         what is to happen
 *   wire_tell.c    what is to happen is told
 *   wire_note.c    what happens to one reply
 *   wire_channel.c the channel
 *   wire_pace.c    octets that are here already, little by little
 *   wire_refuse.c  a handshake that fails, or does not begin
 */

#include <cmta/wire.h>

#include "server/alarm.h"
#include "server/bucket.h"
#include "server/connection.h"

/* What is to happen to one reply. */
struct note {
  struct note *next;
  uint64_t at; /* where it begins, in octets of the session's output since the wire was made, */
  size_t skip; /* behind so many other replies from there on */

  double hold;                   /* below 0: for ever */
  char *text;                    /* that goes out in its place; NULL: itself */
  size_t text_length, text_size; /* text_size is of its block */
  bool of_success;               /* in place of a success alone */
  bool first_line;
  size_t cut;
  enum cmta_wire_end end;

  bool has_waited;     /* its time has begun to run */
  size_t reply_length; /* octets of the reply; 0: it was not looked at */
  size_t length, said; /* octets that go out, and have */
};

struct wire {
  struct connection *connection;
  struct channel inner;
  struct note *notes; /* in their order */
  uint64_t taken;     /* octets of the output that were sent, or dropped, since the wire was made */
  size_t offered;     /* that a write has waited with: so many must come again (transport.h) */
  struct bucket writes, reads;
  size_t owed;   /* octets that the session has had, and that must be paid for before others */
  size_t unpaid; /* octets that wait for the session and were not paid for; SIZE_MAX: all of them */
  size_t lent;   /* of these, those that it may take now */
  bool paused;   /* the session was, when a rate was set, and is to be run on */
  struct alarm write_again, read_again; /* while one is set that way rests */
  uint64_t stall_at; /* it stalls behind so many octets; UINT64_MAX: it does not */
  double look;       /* while stalled: seconds between two looks at the client */

  bool stalled;  /* nothing goes either way */
  bool noticed;  /* while stalled: octets wait that nobody reads */
  bool finished; /* nothing more is sent, and the client sees that */
  bool lost;     /* nothing more is sent, and nobody waits for it any more */
  bool ended;    /* the connection is to end, in good order */
  bool resets;   /* it ends with a reset */
  bool gone;     /* it has failed */

  bool refuses;           /* a handshake */
  unsigned char hello[5]; /* the header of its first record */
  size_t heard;           /* octets that came of that, header included */
};

/* The channel that is the outer one of a wire. */
extern const struct transport transport_wire;

/* That of a connection, or NULL. */
struct wire *wire_of(const struct connection *connection);

/* The same, made where there is none; NULL without memory. */
struct wire *wire_make(struct connection *connection);

/* The channel next to the socket, where TLS is. */
struct channel *wire_inner(struct connection *connection);

/* Sets what the socket must be ready for, after anything has changed. */
void wire_follow(struct wire *wire);

/* The connection has come to this end. */
void wire_end(struct wire *wire, enum cmta_wire_end end);

/* Whether somebody may be kept waiting: not once the server stops. */
bool wire_may_hold(const struct wire *wire);

/* All is read as fast as it comes. */
void wire_forget_pace(struct wire *wire);

/* Stalls the connection if it is time to. */
void wire_stall_if_due(struct wire *wire);

/* Sends as many octets as may go now, to a socket or TLS: as transport's write. What goes nowhere
   behind a half-close counts as sent. */
ssize_t wire_send(struct wire *wire, const char *bytes, size_t size);

/* Goes on with the reply that the first note is about, and that begins at bytes. How many octets of
   the output are done with, or a transport_result. */
ssize_t note_say(struct wire *wire, const char *bytes, size_t size);

/* One reply, that begins where the first note says, is passed: the notes learn where the next one
   begins. */
void note_pass(struct wire *wire, const char *bytes, size_t size);

/* Octets of a reply: lines "250-..." and a last one "250 ..." (RFC 5321 section 4.2.1). */
size_t note_reply_length(const char *bytes, size_t size);

/* Frees the first note. */
void note_drop(struct wire *wire);

/* ---- For connections, with a wire or without ---- */

/* Whether nothing will be sent any more, and the client does not know. */
bool wire_is_mute(const struct connection *connection);

/* Whether nothing is read any more but its end. */
bool wire_is_stalled(const struct connection *connection);

/* Whether the connection is to end now. */
bool wire_has_ended(const struct connection *connection);

/* Tells the session that its connection is over: as was wanted, or because the client has gone. */
void wire_hang_up(struct connection *connection);

/* Whether it has failed. */
bool wire_is_gone(const struct connection *connection);

/* Sees at once whether the client of a stalled connection has gone. */
void wire_look(struct connection *connection);

/* Whether output, or what the client says, is kept back for a while: no fault of the client's. */
bool wire_keeps(const struct connection *connection);

/* The server stops: what is kept back goes on. */
void wire_let_go(struct connection *connection);

/* Whether the session is not to be run now: what it has had at once would not have come yet. */
bool wire_holds_back(struct connection *connection);

/* How many of so many octets that are here the session may have now. */
size_t wire_lends(struct connection *connection, size_t size);

/* It has taken so many of these. Whether it is to be run on, though no others are here. */
bool wire_is_paid(struct connection *connection, size_t taken);

/* So many are left, and wait for it. */
void wire_leaves(struct connection *connection, size_t left);

/* Whether the next handshake is to fail. */
bool wire_refuses(const struct connection *connection);

/* Whether none begins, as the connection ends or stalls in place of the first reply, which then
   needs none: sees to that. */
bool wire_bars_handshake(struct connection *connection);

/* Lets it fail: TRANSPORT_WAIT until the client has begun it. */
ssize_t wire_refuse(struct connection *connection);

#endif

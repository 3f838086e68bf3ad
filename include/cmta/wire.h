/* SPDX-License-Identifier: MIT */
#ifndef CMTA_WIRE_H
#define CMTA_WIRE_H

/*
 * What happens to the bytes of one connection on their way: a reply that comes late, in part or not
 * at all, a connection that breaks, a line that is slow. For tests of clients, which must live with
 * all that, and for servers that have reason to keep a client waiting. The session knows nothing of
 * it: to it each reply is sent. <cmta/fault.h> makes a plan of such things.
 *
 * A server that stops holds nobody back: what was to come late comes at once, rates end, and of a
 * connection that is stalled, or a reply that never comes, there is nothing to wait for.
 *
 * Threads: on the server's thread alone.
 */

#include <cmta/session.h>
#include <cmta/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of the connection behind a reply. */
enum cmta_wire_end {
  CMTA_WIRE_GO_ON = 0,
  CMTA_WIRE_CLOSE = 1, /* it ends, in good order */
  CMTA_WIRE_RESET = 2, /* it ends with a reset */
  CMTA_WIRE_HALF_CLOSE =
      3,              /* nothing more is sent, and the client sees that; what it says is heard */
  CMTA_WIRE_STALL = 4 /* nothing more is sent nor read, until the client or the time ends it */
};

/* Behind CLOSE, RESET and STALL nothing is done that the client has said, though it may be here. */

/* Fill it with cmta_wire_init(), then change what should differ; each comment ends with the
   default. */
struct cmta_wire {
  /* sizeof(struct cmta_wire), set by cmta_wire_init(). */
  size_t size;

  /* Of the next reply that the session composes, all its lines: inside the hook of a question, and
     in `trace` of what a client says, that is the reply to it; those before go out as they are. */

  /* Seconds from its turn to its first octet, which the client is given back where a timeout runs;
     negative: it never comes. 0 */
  double hold;
  /* These octets go out in its place; copied. None at all, and an end, come before the handshake
     where TLS comes first. NULL: the reply */
  const void *replacement;
  size_t replacement_length;
  /* Only in place of a success, 2yz: what is refused is said as it is. Off */
  bool of_success;
  /* Lines behind the first are left out, and the first says that they come. Off */
  bool first_line;
  /* So many octets of it go out, and no more. SIZE_MAX */
  size_t cut;
  /* What follows it. GO_ON */
  enum cmta_wire_end end;

  /* From now on. */

  /* Octets a second that are sent, and read, what is on its way counted, in steps of a tenth of a
     second's worth, the first of which goes at once; 0: as it is, which at first is as fast as it
     goes. 0, 0 */
  unsigned write_rate, read_rate;
  /* With a read_rate: so many octets that were read before, of the message in hand, say, count as
     if they were still to be. 0 */
  size_t read_before;
  /* Nothing is read any more, nor sent behind the replies that are composed: the connection stalls
     in the midst of a message. Off */
  bool stall;

  /* Of the next handshake. */

  /* The client hears a fatal alert, handshake_failure (RFC 8446 section 6.2), and the connection
     ends. Off */
  bool refuse_handshake;
  /* Certificates and rules in place of the listener's; it must outlive the connection. NULL: those
   */
  struct cmta_tls *tls;
};

/* Fills wire with the defaults named above. */
CMTA_API void cmta_wire_init(struct cmta_wire *wire);

/* Has this happen to the connection of a session. What several calls say about one reply, or one
   handshake, adds up: seconds are summed, of the rest the last one that differs from the default
   counts, but that HALF_CLOSE is in place of no other end. Rates stay until others are set. 0;
   CMTA_E_STATE for a session without a server, or that is over; CMTA_E_ARGUMENT; CMTA_E_MEMORY:
   then nothing has changed. */
CMTA_API int cmta_wire_set(struct cmta_session *session, const struct cmta_wire *wire);

/* What goes out of the reply that the session composes next; inside `trace` of a reply's first
   line, of that one. Of *wire, made by cmta_wire_init(), `replacement`, which lives until the hook
   returns, `of_success`, `first_line`, `cut`, `hold` and `end` are set; `cut` is 0 where nothing
   goes out any more. 0; CMTA_E_STATE for a session without a server, or that is over;
   CMTA_E_ARGUMENT. */
CMTA_API int cmta_wire_get(const struct cmta_session *session, struct cmta_wire *wire);

#ifdef __cplusplus
}
#endif

#endif

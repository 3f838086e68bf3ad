/* SPDX-License-Identifier: MIT */
#ifndef CMTA_HOOKS_H
#define CMTA_HOOKS_H

/*
 * What an application is asked, and what it is told.
 *
 * A *question* is asked once and answered once, with a verdict: at once, as the hook's return
 * value, or later, through cmta_session_decide(). A hook that is NULL accepts (`expn`: refuses).
 * Before its verdict a hook may compose the reply with cmta_reply() and cmta_reply_line(); if it
 * does not, the client gets the standard text for that verdict.
 *
 * *News* has no answer.
 *
 * Hooks run on the thread that runs the session, never two at once for one session. Inside a hook
 * the getters of its session may be called, cmta_reply(), cmta_reply_line() and the data functions,
 * and nothing else of that session. Slices and structures that a hook is given are borrowed until
 * it returns (or, for LATER, copied by whoever needs them longer); the getters of the session go on
 * to show them while its question is open.
 */

#include <cmta/envelope.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;

/* The answer to a question. The reply code that goes with it is checked against its class (RFC 5321
 * section 4.2.1). */
enum cmta_verdict {
  /* Go on; a composed reply is a success: 2yz, for the `data` question 354; `chunk` has none. */
  CMTA_ACCEPT = 0,
  /* Refuse for good; a composed reply is 5yz. */
  CMTA_REJECT = 1,
  /* Refuse for now; a composed reply is 4yz; the standard text is a 451, to `connect` a 421. */
  CMTA_TEMPFAIL = 2,
  /* Reply, then close; a composed reply is 4yz, 5yz or, where ACCEPT may have one, 2yz: then the
   * command is done first. The standard text is a 421. */
  CMTA_CLOSE = 3,
  /* Close without a word. */
  CMTA_DROP = 4,
  /* The answer comes through cmta_session_decide(); until then the session reads nothing. */
  CMTA_LATER = 5
};

/* Why a session ended. */
enum cmta_close_reason {
  CMTA_CLOSED_NOT = 0,      /* it has not */
  CMTA_CLOSED_QUIT = 1,     /* the client said QUIT */
  CMTA_CLOSED_VERDICT = 2,  /* a hook decided CLOSE or DROP, or refused the connection */
  CMTA_CLOSED_ERRORS = 3,   /* the client made `max_errors` errors */
  CMTA_CLOSED_TIMEOUT = 4,  /* the client was silent for too long */
  CMTA_CLOSED_SHUTDOWN = 5, /* the server is stopping */
  CMTA_CLOSED_HANGUP = 6,   /* the client went away without QUIT */
  CMTA_CLOSED_MEMORY = 7,   /* no memory to go on */
  CMTA_CLOSED_FREED = 8     /* the application freed the session while it was running */
};

/* Who said the bytes that a trace shows. */
enum cmta_direction { CMTA_FROM_CLIENT = 0, CMTA_TO_CLIENT = 1 };

/*
 * The hooks. `size` is sizeof(struct cmta_hooks), so that a program built against an older header
 * goes on to work; hooks that an older program does not know are NULL. The structure is copied.
 * `user` is the pointer that came with it; state of one connection or one transaction belongs in
 * cmta_session_set_data() and cmta_transaction_set_data().
 */
struct cmta_hooks {
  size_t size;

  /* Questions, in the order of a session. */

  /* A client has connected. ACCEPT greets with 220; REJECT answers 554 and closes (RFC 5321 section
     3.1, which would have the server wait for QUIT: but a client that is not wanted gets no socket
     to hold). */
  enum cmta_verdict (*connect)(struct cmta_session *session, void *user);
  /* HELO or EHLO with this name, a domain or an address literal; cmta_session_protocol() says which
     (section 4.1.1.1). On ACCEPT a composed reply takes the place of the greeting line; the
     extensions follow it. */
  enum cmta_verdict (*hello)(struct cmta_session *session, void *user, struct cmta_slice name);
  /* MAIL (section 4.1.1.2). The envelope shows its typed parameters already. */
  enum cmta_verdict (*mail)(struct cmta_session *session, void *user,
                            const struct cmta_path *reverse_path);
  /* RCPT (section 4.1.1.3); the envelope holds those accepted before. */
  enum cmta_verdict (*rcpt)(struct cmta_session *session, void *user,
                            const struct cmta_path *forward_path);
  /* DATA, before the message is sent (section 4.1.1.4). */
  enum cmta_verdict (*data)(struct cmta_session *session, void *user);
  /* A slice of the message, dot-unstuffed, straight out of the receive buffer. Refusing makes the
     session read the rest and drop it; the reply goes out once, at its end. LATER is back-pressure.
   */
  enum cmta_verdict (*chunk)(struct cmta_session *session, void *user, struct cmta_slice bytes);
  /* The message is complete: take responsibility for it or refuse it (section 4.1.1.4, 6.1). The
     250 leaves only after ACCEPT. */
  enum cmta_verdict (*message)(struct cmta_session *session, void *user,
                               const struct cmta_message *message);
  /* RSET (section 4.1.1.5). */
  enum cmta_verdict (*rset)(struct cmta_session *session, void *user);
  /* NOOP, with whatever text came behind it (section 4.1.1.9). */
  enum cmta_verdict (*noop)(struct cmta_session *session, void *user, struct cmta_slice text);
  /* VRFY with a user name or mailbox (section 3.5). The standard answer to ACCEPT is 252: neither
   * yes nor no. */
  enum cmta_verdict (*vrfy)(struct cmta_session *session, void *user, struct cmta_slice text);
  /* EXPN with the name of a list (section 3.5). With no hook the command is answered 502. */
  enum cmta_verdict (*expn)(struct cmta_session *session, void *user, struct cmta_slice text);
  /* HELP, with its topic or an empty slice (section 4.1.1.8). The standard answer comes from the
   * verb table. */
  enum cmta_verdict (*help)(struct cmta_session *session, void *user, struct cmta_slice topic);

  /* News. */

  /* The transaction is forgotten and no message of it was accepted: RSET, EHLO, a refused message,
   * the session's end. */
  void (*reset)(struct cmta_session *session, void *user);
  /* The session is over; told exactly once, for each session whose `connect` was asked. An open
     question is cancelled: its answer will be refused. */
  void (*closed)(struct cmta_session *session, void *user, enum cmta_close_reason reason);
  /* One line of the dialogue, CR LF included, in the order things happened; the octets of messages
     are left out. What a client sends is shown raw: escape it before it reaches a log or a
     terminal. */
  void (*trace)(struct cmta_session *session, void *user, enum cmta_direction direction,
                struct cmta_slice line);
};

#ifdef __cplusplus
}
#endif

#endif

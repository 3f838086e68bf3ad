/* SPDX-License-Identifier: MIT */
#ifndef CMTA_HOOKS_H
#define CMTA_HOOKS_H

/*
 * What an application is asked, and what it is told.
 *
 * A *question* is asked once and answered once, with a verdict: at once, as the hook's return
 * value, or later, through cmta_session_decide(). A hook that is NULL accepts (`expn`, `etrn`
 * and `auth`: refuses). Before its verdict a hook may compose the reply with cmta_reply() and
 * cmta_reply_line(); if it does not, the client gets the standard text for that verdict.
 *
 * *News* has no answer.
 *
 * A service may have several *hook sets*, a chain (cmta_service_add()). Each question goes to them
 * in order: the first that does not accept decides, and the rest are not asked. When all accept,
 * the question is accepted; of the replies they composed the last one counts. A set that answers
 * CMTA_TAKE accepts for those behind it, too. News goes to all sets, in order.
 *
 * Hooks run on the thread that runs the session, never two at once for one session. Inside a hook
 * the getters of its session may be called, the data functions, cmta_reply() and cmta_reply_line(),
 * and what says of itself that it is for hooks (deadlines, tickets, edits of the EHLO list, taking
 * a message); nothing that runs or frees the session, or its loop. Slices and structures that a
 * hook is given are borrowed until it returns; for LATER cmta_session_keep() has a slice stay, and
 * the getters of the session go on to show envelope, path and name while the question is open.
 */

#include <cmta/message.h>
#include <cmta/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;
struct cmta_client;
struct cmta_verb;

/* Why a session ended. */
enum cmta_close_reason {
  CMTA_CLOSED_NOT = 0,      /* it has not */
  CMTA_CLOSED_QUIT = 1,     /* the client said QUIT */
  CMTA_CLOSED_VERDICT = 2,  /* a hook decided CLOSE or DROP, or refused the connection; or it was
                               wanted that the connection end behind a reply (<cmta/wire.h>) */
  CMTA_CLOSED_ERRORS = 3,   /* the client made `max_errors` errors */
  CMTA_CLOSED_TIMEOUT = 4,  /* the client was silent for too long */
  CMTA_CLOSED_SHUTDOWN = 5, /* the server is stopping */
  CMTA_CLOSED_HANGUP = 6,   /* the client went away without QUIT */
  CMTA_CLOSED_MEMORY = 7,   /* no memory to go on */
  CMTA_CLOSED_FREED = 8,    /* the application freed the session while it was running */
  CMTA_CLOSED_TLS = 9, /* no TLS came of STARTTLS: the handshake failed, or bytes came in clear */
  CMTA_CLOSED_PROTOCOL = 10 /* the client said something after which nothing it says can be trusted:
                               a malformed BDAT, no good PROXY header, or, where manners refuse or
                               drop that, bytes before their time */
};

/* Who said the bytes that a trace shows. */
enum cmta_direction { CMTA_FROM_CLIENT = 0, CMTA_TO_CLIENT = 1 };

/* What one hook set answered to one question: what the hook `decided` is told. */
struct cmta_decision {
  const char *question;      /* "connect", "rcpt": the hook's name; lives for ever */
  size_t hook_set;           /* the number of the set, counted from 0 */
  const char *hook_set_name; /* its `name`; lives as long as the service */
  enum cmta_verdict verdict; /* of this set; never LATER */
  bool late;                 /* it came through cmta_session_decide(), or the deadline gave it */
  bool final;                /* no other set is asked after this one */
  /* The answer was wrong: there is no such verdict, the composed reply contradicts it, or `auth`
     has ended well without an identity. The client gets the standard reply of TEMPFAIL, or of CLOSE
     where that was the verdict. */
  bool corrected;
  uint64_t nanoseconds; /* from the question to the answer; 0 without settings.clock */
};

/* A command that waits behind an open question: what the hook `foresee` is told. */
struct cmta_foreseen {
  /* What `commands` of cmta_session_counts() will be when this command is in hand. */
  uint64_t number;
  /* "RCPT": the command, in capitals, or as settings.verbs spells it; lives as long as the service.
   */
  const char *verb;
  /* MAIL and RCPT: the path, without its parameters; else NULL. */
  const struct cmta_path *path;
  /* All that follows the verb, without outer blanks. */
  struct cmta_slice argument;
};

/* What a client said that became no line of the dialogue: what the hook `fragment` is told. */
struct cmta_fragment {
  /* What it begins with, raw, without its CR LF: 64 octets of a line that was too long, none of
     what may be octets of a message, else all of it. */
  struct cmta_slice bytes;
  /* How many came, CR LF included; of a secret those that are shown. */
  uint64_t octets;
  bool ended; /* its CR LF came */
  /* The session has taken it: a line that was too long, or a beginning. Else it came behind what
     was the last that counted. */
  bool read;
  /* What follows `bytes` may be what a client says to prove who it is: it is left out. */
  bool secret;
};

/* One step of an authentication exchange (RFC 4954 section 4): what the hook `auth` is asked about.
 */
struct cmta_auth {
  /* In capitals, one of those that are offered; lives as long as the exchange. */
  const char *mechanism;
  /* What the client said, base64 undone; never longer than 9216 octets. Secret: it is wiped when
     the question is over. */
  struct cmta_slice response;
  /* Tells an empty response ("=", RFC 4954 section 4) from none: AUTH came with the mechanism
     alone. */
  bool has_response;
  /* 0 for the command AUTH, then one more for each response. */
  unsigned step;
};

/*
 * A hook set. `size` is sizeof(struct cmta_hooks), so that a program built against an older header
 * goes on to work; hooks that an older program does not know are NULL. The structure is copied.
 * `user` is the pointer that came with it; state of one connection or one transaction belongs in
 * the session's data.
 */
struct cmta_hooks {
  size_t size;

  /* The name of this set, for `decided` and logs; copied. NULL: "" */
  const char *name;

  /* State. What session_new and transaction_new return is what cmta_session_data() and
     cmta_transaction_data() return inside the hooks of this set; the library gives it to the
     free function of the same name, NULL never. Each may be NULL. */

  /* Before `connect` is asked, and again before it is asked after an XCLIENT. Returning NULL
     refuses the client with a 421. */
  void *(*session_new)(struct cmta_session *session, void *user);
  /* After `closed`, and when an XCLIENT is accepted. */
  void (*session_free)(void *data);
  /* Before `mail` is asked; the envelope is there. Returning NULL refuses the command with a 452.
   */
  void *(*transaction_new)(struct cmta_session *session, void *user);
  /* When the transaction is over: after the last reply is composed, after `reset`, or when MAIL was
     refused. */
  void (*transaction_free)(void *data);

  /* Questions, in the order of a session. */

  /* A client has connected. ACCEPT greets with 220; REJECT answers 554 and closes (RFC 5321 section
     3.1, which would have the server wait for QUIT: but a client that is not wanted gets no socket
     to hold). */
  enum cmta_verdict (*connect)(struct cmta_session *session, void *user);
  /* HELO, EHLO or LHLO with this name, a domain or an address literal; cmta_session_protocol() says
     which (section 4.1.1.1, RFC 2033 section 4.1). On ACCEPT a composed reply takes the place of
     the greeting line; the extensions follow it. For EHLO and LHLO the list of them can be edited
     here: cmta_ehlo_offer(), cmta_ehlo_withhold(). */
  enum cmta_verdict (*hello)(struct cmta_session *session, void *user, struct cmta_slice name);
  /* STARTTLS (RFC 3207). ACCEPT answers 220, and the runtime begins with TLS; TEMPFAIL answers 454.
     Not asked where TLS is off, or on already. */
  enum cmta_verdict (*starttls)(struct cmta_session *session, void *user);
  /* STARTTLS has led to TLS; cmta_session_tls() shows to which. The session has forgotten all that
     it heard before (RFC 3207 section 4.2). The client speaks next, so no reply goes with ACCEPT;
     any refusal closes. Where TLS comes before SMTP (RFC 8314 section 3.3) this is not asked:
     `connect` sees the same facts. */
  enum cmta_verdict (*secured)(struct cmta_session *session, void *user);
  /* A step of AUTH (RFC 4954). ACCEPT: the client is who cmta_session_set_identity() says; 235, or
     454 where nobody has said it. CHALLENGE: 334, and the next response is the next such question.
     REJECT: 535, TEMPFAIL: 454, and the exchange is over. As in every chain, ACCEPT leaves the
     question to the sets behind, so a policy that is asked first and has nothing against it
     accepts, and the last set, in a server its authenticators (<cmta/auth.h>), decides. With no
     such hook in any set AUTH is 502. Each response goes through the chain anew: a set that has
     challenged answers CMTA_TAKE once it is content, or the sets behind it judge an exchange whose
     beginning they have not seen. How often a client may be challenged in one exchange is for the
     hook to say: `step` counts. */
  enum cmta_verdict (*auth)(struct cmta_session *session, void *user, const struct cmta_auth *auth);
  /* MAIL (section 4.1.1.2). The envelope shows its typed parameters already. */
  enum cmta_verdict (*mail)(struct cmta_session *session, void *user,
                            const struct cmta_path *reverse_path);
  /* RCPT (section 4.1.1.3); the envelope holds those accepted before. */
  enum cmta_verdict (*rcpt)(struct cmta_session *session, void *user,
                            const struct cmta_path *forward_path);
  /* DATA (section 4.1.1.4) or the first BDAT (RFC 3030 section 2), before the message is read. To
     the latter ACCEPT says nothing yet, and a 354 that is composed does not go out; when it is
     refused the octets of its chunk are dropped, and the reply goes out behind them. */
  enum cmta_verdict (*data)(struct cmta_session *session, void *user);
  /* A slice of the message, dot-unstuffed, straight out of the receive buffer. Refusing makes the
     session read the rest and drop it; the reply goes out once, at its end, of BDAT at the end of
     the chunk. LATER is back-pressure. */
  enum cmta_verdict (*chunk)(struct cmta_session *session, void *user, struct cmta_slice bytes);
  /* The header section is complete (RFC 5322 section 2.1): its octets up to and with the empty line
     that ends it, or all of a message that has none; a Received field that the library has added
     is in front. Asked once a message, after the slices that made it up. Refusing and LATER are as
     for `chunk`; the section lives until the question is over. */
  enum cmta_verdict (*headers)(struct cmta_session *session, void *user, struct cmta_slice section);
  /* The message is complete: take responsibility for it or refuse it (section 4.1.1.4, 6.1). The
     250 leaves only after ACCEPT. In LMTP (RFC 2033 section 4.2), and where the client asked for
     PRDR and has two recipients or more, it is asked once for each forward-path, in order, whether
     or not the answer to another is still open: cmta_session_recipient() says for which, and each
     has a reply, a verdict and a deadline of its own; see cmta_session_select(). The message is
     accepted when it is for one of them at least, and stays so when the client goes away before the
     others have their answers. CLOSE for one ends the session behind the replies of all: a client
     that leaves at its 421 misses those that follow, and may send again what was accepted. */
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
  /* A verb of settings.verbs that has no question of its own, with all that came behind it. The
     standard answer to ACCEPT is 250. */
  enum cmta_verdict (*verb)(struct cmta_session *session, void *user, const struct cmta_verb *verb,
                            struct cmta_slice argument);

  /* News. */

  /* The transaction is forgotten and no message of it was accepted: RSET, EHLO, a refused message,
   * the session's end. */
  void (*reset)(struct cmta_session *session, void *user);
  /* The question that this set left open with LATER is over without its answer, which will be
     refused from now on: the client went away, the deadline gave the answer, the session ends. A
     client that closes its side of the connection has gone away for a server, even when its message
     is whole and it would still read the answers. Told to this set alone, before anything else
     comes of it; the getters still show the question. */
  void (*cancelled)(struct cmta_session *session, void *user, const char *question);
  /* A complete command that came behind an open question and will have its turn after it: a chance
     to begin a slow lookup early. Each is told once, in order, when its grammar is right; what
     follows a command that ends a pipelined group (RFC 2920 section 3.1: any but MAIL, RCPT, RSET,
     XFORWARD and verbs of settings.verbs without CMTA_VERB_ENDS_GROUP), an unknown one or a line
     too long is not. It may still be refused, or never have its turn. The open question cannot be
     answered from in here. Borrowed until the hook returns. */
  void (*foresee)(struct cmta_session *session, void *user, const struct cmta_foreseen *command);
  /* A hook of a set has answered a question. Told for each answer of each set. */
  void (*decided)(struct cmta_session *session, void *user, const struct cmta_decision *decision);
  /* The session is over; told exactly once, for each session whose `connect` was asked, however
     often an XCLIENT has it asked. */
  void (*closed)(struct cmta_session *session, void *user, enum cmta_close_reason reason);
  /* One line of the dialogue, CR LF included, in the order things happened; the octets of messages
     are left out, and what clients say to prove who they are is "[secret]", as is all that is no
     command once AUTH was said. What a client sends is shown raw: escape it before it reaches a log
     or a terminal. */
  void (*trace)(struct cmta_session *session, void *user, enum cmta_direction direction,
                struct cmta_slice line);

  /* Questions of trusted clients (cmta_session_set_trust()). */

  /* XCLIENT: another client is to be served from now on; cmta_session_xclient() shows the same. On
     ACCEPT, which has no reply of its own, the session begins anew as in Postfix: name, greeting,
     extensions, identity, errors and failed logins are forgotten, the data of all hook sets goes to
     session_free and is made by session_new once more, `connect` is asked about the new client, and
     its reply is the one to XCLIENT. Where ADDR was told the new client is not trusted, however the
     old one was, unless `connect` says so. It is one session all the same: `closed` is told once,
     at its end, and counts and statistics go on; when session_new returns NULL here, `closed` finds
     no data. */
  enum cmta_verdict (*xclient)(struct cmta_session *session, void *user,
                               const struct cmta_client *client);
  /* XFORWARD: whose message the next transaction is; cmta_session_forwarded() shows the same. */
  enum cmta_verdict (*xforward)(struct cmta_session *session, void *user,
                                const struct cmta_client *client);

  /* ETRN (RFC 1985): start the queue of this node, a domain; of it and all domains below with '@'
     in front; or the queue that '#' and a name say. The standard answer to ACCEPT is 250; 251, 252
     and 253 may be composed (section 5.2). REJECT is 459 (a composed reply 459 or 5yz), TEMPFAIL
     458. With no such hook in any set, and where mail is submitted (manners.submission; RFC 6409
     section 7), the command is answered 502. */
  enum cmta_verdict (*etrn)(struct cmta_session *session, void *user, struct cmta_slice node);

  /* More news. */

  /* The client said something that `trace` never shows, because it became no line: one that was too
     long, at its end; and when the session takes nothing more, in front of its last reply where
     that is a goodbye and in front of `closed`, an unfinished line and what was brought to
     cmta_session_receive() and not taken, line by line. Octets of messages are none of it. Borrowed
     until the hook returns; escape it before it reaches a log or a terminal. */
  void (*fragment)(struct cmta_session *session, void *user, const struct cmta_fragment *fragment);
};

#ifdef __cplusplus
}
#endif

#endif

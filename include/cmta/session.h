/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SESSION_H
#define CMTA_SESSION_H

/*
 * The engine: one SMTP session (RFC 5321) as bytes in, bytes out, questions asked. It does no I/O,
 * reads no clock, starts no thread and keeps no global state; it needs nothing but libc. Whoever
 * has sockets and a loop of his own links this alone (cmta::engine); <cmta/server.h> is the same
 * engine with libev around it.
 *
 *   1. Make a service: settings and hooks, copied and checked once, shared by its sessions.
 *   2. For each connection make a session and call cmta_session_receive() with no bytes: it greets.
 *   3. From then on do what cmta_session_wants() says: bring bytes, take replies, wait, or close.
 *
 * A whole runtime, but for timeouts and late answers, over a blocking socket (a test compiles and
 * runs it from here):
 *
 *     char buffer[4096];
 *     size_t held = 0;
 *     for (;;) {
 *       ptrdiff_t taken = cmta_session_receive(session, buffer, held);
 *       if (taken < 0)
 *         break;
 *       held -= (size_t)taken;
 *       memmove(buffer, buffer + taken, held);
 *       while (cmta_session_wants(session) & CMTA_WANTS_WRITE) {
 *         struct cmta_slice output = cmta_session_output(session);
 *         ssize_t sent = send(fd, output.at, output.length, MSG_NOSIGNAL);
 *         cmta_session_sent(session, sent > 0 ? (size_t)sent : output.length);
 *       }
 *       if (cmta_session_wants(session) & CMTA_WANTS_CLOSE)
 *         break;
 *       if (held == 0) {
 *         ssize_t got = recv(fd, buffer, sizeof buffer, 0);
 *         if (got <= 0)
 *           break;
 *         held = (size_t)got;
 *       }
 *     }
 *     cmta_session_hangup(session);
 *     cmta_session_free(session);
 *
 * Arguments: a session or service must not be NULL, unless it says so below.
 *
 * Threads: a service may be shared between threads once made. A session belongs to one thread at a
 * time.
 *
 * Errors: 0 or more, or a negative CMTA_E_*. After CMTA_E_MEMORY from a function that runs the
 * session, it is over.
 *
 * Numbers: sizes are octets, times are seconds; in settings, 0 switches a limit or a timeout off.
 */

#include <cmta/hooks.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Settings and service ---- */

/* The extensions a service offers after EHLO (RFC 5321 section 2.2), as bits. */
enum cmta_extension {
  CMTA_EXTENSION_PIPELINING = 1 << 0,          /* RFC 2920 */
  CMTA_EXTENSION_SIZE = 1 << 1,                /* RFC 1870 */
  CMTA_EXTENSION_8BITMIME = 1 << 2,            /* RFC 6152 */
  CMTA_EXTENSION_SMTPUTF8 = 1 << 3,            /* RFC 6531 */
  CMTA_EXTENSION_ENHANCEDSTATUSCODES = 1 << 4, /* RFC 2034 */
  CMTA_EXTENSION_HELP = 1 << 5                 /* RFC 5321 section 4.1.1.8 */
};

/* Where memory comes from: one function that allocates (pointer NULL, old_size 0), resizes, and
   frees (new_size 0, returns NULL); NULL for "no memory". It must be callable from each thread that
   runs a session. */
struct cmta_allocator {
  void *(*reallocate)(void *context, void *pointer, size_t old_size, size_t new_size);
  void *context;
};

/* What a service is like. Fill it with cmta_settings_init(), then change what should differ; each
   comment ends with the default. Strings are copied. */
struct cmta_settings {
  /* sizeof(struct cmta_settings), set by cmta_settings_init(). */
  size_t size;

  /* The name this server greets with, a domain or an address literal. "localhost" */
  const char *hostname;
  /* The text behind the name in the 220 line. "ESMTP cmta" */
  const char *greeting;
  /* What EHLO offers, bits of enum cmta_extension. All of them */
  unsigned extensions;
  /* Refuse the blank that many clients put behind FROM: and TO:. Off */
  bool strict_syntax;
  /* Keep each message in memory for cmta_message_data(). On */
  bool collect;

  /* Octets of a message, offered as SIZE (RFC 1870). 26214400 */
  uint64_t max_message_size;
  /* Accepted forward-paths of a message; fewer than 100 is for tests only (RFC 5321
     section 4.5.3.1.8). 1000 */
  size_t max_recipients;
  /* Protocol errors: unknown, malformed, misplaced commands. The one that makes them so many is
     answered 421, and the session is over; an accepted message forgives them. 20 */
  unsigned max_errors;
  /* Octets of a command line with its CR LF, before what extensions add; at least 512 (RFC 5321
     section 4.5.3.1.4). 512 */
  size_t max_command_line;
  /* Octets of a line of a message with its CR LF; at least 1000 (section 4.5.3.1.6). 1000 */
  size_t max_text_line;
  /* Octets that one session may hold, its message included. 33554432 */
  size_t max_memory;

  /* Seconds for the next command to be complete (RFC 5321 section 4.5.3.2.7). 300 */
  unsigned command_timeout;
  /* Seconds between two blocks of a message (section 4.5.3.2.5). 180 */
  unsigned data_timeout;
  /* Seconds for a late answer; then the client gets a 451. 300 */
  unsigned decision_timeout;

  /* Where memory comes from; all zero for malloc and free. */
  struct cmta_allocator allocator;
};

/* Fills settings with the defaults named above. */
CMTA_API void cmta_settings_init(struct cmta_settings *settings);

/* Settings and hooks that sessions share; never changes once made. */
struct cmta_service;

/* Makes a service from copies of settings (NULL: the defaults) and hooks (NULL: accept everything);
   user goes to each hook. 0, CMTA_E_ARGUMENT for a wrong size field, host name or limit, or
   CMTA_E_MEMORY. The caller frees it. */
CMTA_API int cmta_service_new(struct cmta_service **service, const struct cmta_settings *settings,
                              const struct cmta_hooks *hooks, void *user);

/* Frees a service; all its sessions must be freed before. NULL is ignored. */
CMTA_API void cmta_service_free(struct cmta_service *service);

/* ---- A session's life ---- */

/* The other end of a connection; what the runtime knows of it. */
struct cmta_peer {
  const char
      *address;  /* "192.0.2.1", "2001:db8::1", or the path of a Unix socket; "" when unknown */
  uint16_t port; /* 0 when there is none */
};

/* One conversation with one client. */
struct cmta_session;

/* Makes a session of service, which must outlive it. peer may be NULL; it is copied. 0,
 * CMTA_E_ARGUMENT or CMTA_E_MEMORY. */
CMTA_API int cmta_session_new(struct cmta_session **session, const struct cmta_service *service,
                              const struct cmta_peer *peer);

/* Frees a session and all it holds; if it is still running, it is closed first with
   CMTA_CLOSED_FREED. NULL is ignored. Never from inside one of its hooks. */
CMTA_API void cmta_session_free(struct cmta_session *session);

/* Hands bytes to the session and runs it as far as it goes. The first call opens the session: it
   asks `connect` and greets. Returns how many bytes were taken: fewer than length while a question
   is open, while so many replies wait to be sent (16 KiB) that no more commands are answered, or
   when the session is over. Bring the rest again when cmta_session_wants() says READ; length may be
   0, to run on after a decision. bytes are borrowed until return. CMTA_E_MEMORY is fatal. Not from
   inside a hook (CMTA_E_STATE). */
CMTA_API ptrdiff_t cmta_session_receive(struct cmta_session *session, const void *bytes,
                                        size_t length);

/* The replies that wait to be sent; empty when there are none. Valid until the next call that runs
 * the session. */
CMTA_API struct cmta_slice cmta_session_output(const struct cmta_session *session);

/* The first length octets of the output have been sent. CMTA_E_ARGUMENT when there are not so many.
 */
CMTA_API int cmta_session_sent(struct cmta_session *session, size_t length);

/* What the session needs next; bits, all that apply. */
enum cmta_wants {
  CMTA_WANTS_READ = 1 << 0,     /* more bytes from the client */
  CMTA_WANTS_WRITE = 1 << 1,    /* its output sent */
  CMTA_WANTS_DECISION = 1 << 2, /* an answer through cmta_session_decide() */
  CMTA_WANTS_CLOSE = 1 << 3     /* the connection closed, once its output has been sent */
};
CMTA_API unsigned cmta_session_wants(const struct cmta_session *session);

/* ---- Late answers ---- */

/* Answers the question that a hook left with LATER; a reply may be composed before. Any verdict but
   LATER. The session goes on at the next cmta_session_receive(). CMTA_E_STATE when no question is
   open or it is answered already; CMTA_E_VERDICT when the composed reply contradicts the verdict:
   it is thrown away and the question stays open, so that the same verdict again gives the standard
   text; CMTA_E_ARGUMENT. On the session's thread. */
CMTA_API int cmta_session_decide(struct cmta_session *session, enum cmta_verdict verdict);

/* For runtimes: woken(session, context) is called from inside cmta_session_decide(), to have the
   session run again soon. It must not run it there and then. Takes the place of what was set
   before; NULL for nothing. */
CMTA_API void cmta_session_on_decision(struct cmta_session *session,
                                       void (*woken)(struct cmta_session *session, void *context),
                                       void *context);

/* ---- Time, and the end ---- */

/* Seconds that the session may stay as it is; 0 for ever. The runtime counts them from the last
   change of cmta_session_progress() or of this number, then calls cmta_session_expire(). */
CMTA_API unsigned cmta_session_timeout(const struct cmta_session *session);

/* A number that changes whenever the client gets on: with a complete command, with octets of a
   message, with a decision. Single bytes of an unfinished command are no progress. */
CMTA_API uint64_t cmta_session_progress(const struct cmta_session *session);

/* The time is up. An open question is answered for the application with TEMPFAIL (run the session
   again, as after a decision); a silent client gets 421 and the session is over (RFC 5321
   section 4.5.3.2). Does nothing inside a hook. */
CMTA_API void cmta_session_expire(struct cmta_session *session);

/* The server is stopping. Between transactions the client gets 421 and the session is over; a
   running transaction may finish, then the same happens (RFC 5321 section 3.8). Called again it
   waits no longer: the 421 comes now, and an open question is cancelled. Inside a hook it takes
   effect afterwards. */
CMTA_API void cmta_session_stop(struct cmta_session *session);

/* The client is gone: no more bytes come and none can be sent. An open question is cancelled and
   `closed` is told. Does nothing inside a hook. */
CMTA_API void cmta_session_hangup(struct cmta_session *session);

/* ---- Replies ---- */

/* Begins the reply to the open question, in place of the standard text: a code, an enhanced status
   code ("5.7.1", or NULL for one that fits), and its first line, formatted as by printf. Lines
   longer than a reply line may be (RFC 5321 section 4.5.3.1.5) are folded at blanks. Calling it
   again begins anew. CMTA_E_STATE outside a question; CMTA_E_ARGUMENT for a code outside 200..299,
   354, 400..599, an enhanced code that is malformed or of another class, control bytes, or bytes
   beyond ASCII where the client did not ask for SMTPUTF8; CMTA_E_MEMORY. After an error the
   standard text will be used. */
CMTA_API int cmta_reply(struct cmta_session *session, int code, const char *enhanced,
                        const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* Adds a line to the reply that cmta_reply() began. Errors as there; CMTA_E_STATE when none was
 * begun. */
CMTA_API int cmta_reply_line(struct cmta_session *session, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* ---- Facts ---- */

/* The peer given to cmta_session_new(). Never NULL; lives as long as the session. */
CMTA_API const struct cmta_peer *cmta_session_peer(const struct cmta_session *session);

/* The name of the last accepted HELO or EHLO, or of the one now in question; empty before. */
CMTA_API struct cmta_slice cmta_session_hello_name(const struct cmta_session *session);

/* The protocol word for Received lines (RFC 3848, 6531): "SMTP", "ESMTP", "UTF8SMTP". A static
 * string. */
CMTA_API const char *cmta_session_protocol(const struct cmta_session *session);

/* The phase the chart is in, by its name in spec/session.rl: "greeted", "mail", "body" and so on. A
 * static string. */
CMTA_API const char *cmta_session_phase(const struct cmta_session *session);

/* The event last in hand, by its name in spec/event.h: the command that came, whether or not it was
   good, or "CONNECT", "SLICE", "FAULT", "BODY_END"; empty when the line was no command that is
   known. A static string. */
CMTA_API const char *cmta_session_event(const struct cmta_session *session);

/* The running transaction, or NULL between transactions. Valid until the session runs again. */
CMTA_API const struct cmta_envelope *cmta_session_envelope(const struct cmta_session *session);

/* Why the session is over, or CMTA_CLOSED_NOT. */
CMTA_API enum cmta_close_reason cmta_session_close_reason(const struct cmta_session *session);

/* A short English name of a close reason, for logs. A static string; any thread. */
CMTA_API const char *cmta_close_reason_name(enum cmta_close_reason reason);

/* ---- Data of the application's own ---- */

/* Keeps a pointer with the session, or with the running transaction. destroy(data), unless NULL, is
   called by the library: at the session's end, after `closed`; at the transaction's end, after its
   last reply is composed or after `reset`; or when another pointer takes its place. CMTA_E_STATE
   for a transaction when none is running. Inside hooks too. */
CMTA_API int cmta_session_set_data(struct cmta_session *session, void *data,
                                   void (*destroy)(void *data));
CMTA_API int cmta_transaction_set_data(struct cmta_session *session, void *data,
                                       void (*destroy)(void *data));

/* The pointer kept, or NULL. */
CMTA_API void *cmta_session_data(const struct cmta_session *session);
CMTA_API void *cmta_transaction_data(const struct cmta_session *session);

#ifdef __cplusplus
}
#endif

#endif

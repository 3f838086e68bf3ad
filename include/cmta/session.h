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
 * What can be asked about a session stands in <cmta/facts.h>, what a service is like in
 * <cmta/settings.h>, verbs and parameters of one's own in <cmta/extend.h>.
 *
 * Numbers: sizes are octets, times are seconds.
 */

#include <cmta/facts.h>
#include <cmta/settings.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Service ---- */

/* Settings and hooks that sessions share; never changes once it has a session. */
struct cmta_service;

/* Makes a service from copies of settings (NULL: the defaults) and of its first hook set (NULL:
   accept everything); user goes to each hook. 0, CMTA_E_ARGUMENT for a wrong size field, host name,
   limit or table, or CMTA_E_MEMORY. The caller frees it. */
CMTA_API int cmta_service_new(struct cmta_service **service, const struct cmta_settings *settings,
                              const struct cmta_hooks *hooks, void *user);

/* Adds a hook set, copied, behind those there are; see <cmta/hooks.h> for who is asked when.
   Returns its number (the first set is 0), CMTA_E_ARGUMENT, CMTA_E_MEMORY, or CMTA_E_STATE once the
   service has had a session. */
CMTA_API int cmta_service_add(struct cmta_service *service, const struct cmta_hooks *hooks,
                              void *user);

/* Frees a service; all its sessions must be freed before. NULL is ignored. */
CMTA_API void cmta_service_free(struct cmta_service *service);

/* ---- A session's life ---- */

/* One conversation with one client. */
struct cmta_session;

/* Makes a session of service, which must outlive it, between the client's end of a connection and
   this server's. Each may be NULL; they are copied. 0, CMTA_E_ARGUMENT or CMTA_E_MEMORY. */
CMTA_API int cmta_session_new(struct cmta_session **session, struct cmta_service *service,
                              const struct cmta_peer *peer, const struct cmta_peer *local);

/* Frees a session and all it holds; if it is still running, it is closed first with
   CMTA_CLOSED_FREED. NULL is ignored. Never from inside one of its hooks. */
CMTA_API void cmta_session_free(struct cmta_session *session);

/* Hands bytes to the session and runs it as far as it goes. The first call opens the session: it
   asks `connect` and greets; bytes that come with it are an early talker's (<cmta/manners.h>).
   Returns how many bytes were taken: fewer than length while a question is open, while so many
   replies wait to be sent (16 KiB) that no more commands are answered, or when the session is over.
   Bring the rest again when cmta_session_wants() says READ; length may be 0, to run on after a
   decision. bytes are borrowed until return. CMTA_E_MEMORY is fatal. Not from inside a hook
   (CMTA_E_STATE). */
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
  CMTA_WANTS_CLOSE = 1 << 3,    /* the connection closed, once its output has been sent */
  /* TLS: once its output has been sent, a handshake, then cmta_session_secured() or
     cmta_session_tls_failed(). No byte of the client may be brought in between. */
  CMTA_WANTS_TLS = 1 << 5,
  /* Beside DECISION: a hook would like to foresee more, or manners to know whether the client waits
     for the answer. Whoever has more bytes may bring them,
     behind those that were not taken; they are looked at and not taken either. */
  CMTA_WANTS_FORESIGHT = 1 << 4
};
CMTA_API unsigned cmta_session_wants(const struct cmta_session *session);

/* ---- Late answers ---- */

/* Inside a hook that is about to answer LATER: gives this one answer a deadline of its own, in
   seconds (0: for ever), and the verdict that counts when it passes, any but LATER (CHALLENGE: for
   `auth` alone). Without it decision_timeout and TEMPFAIL count. A reply that the hook has composed
   goes with that verdict if it fits. CMTA_E_STATE outside a question; CMTA_E_ARGUMENT. */
CMTA_API int cmta_session_set_deadline(struct cmta_session *session, unsigned seconds,
                                       enum cmta_verdict verdict);

/* Inside a hook that is about to answer LATER: copies the slice that it was given (of `chunk`,
   `headers`, or the text of a command) into the session's memory, where it stays until the question
   is over. 0, CMTA_E_STATE outside a question or where there is no slice (`rcpt` has a path, which
   the getters show), CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_session_keep(struct cmta_session *session, struct cmta_slice *kept);

/* Answers the question that a hook left with LATER; a reply may be composed before. Any verdict but
   LATER. The session goes on at the next cmta_session_receive(). CMTA_E_STATE when no question is
   open or it is answered already, and inside a hook of the session; CMTA_E_VERDICT when the
   composed reply contradicts the verdict: it is thrown away and the question stays open, so that
   the same verdict again gives the standard text; CMTA_E_ARGUMENT. On the session's thread. */
CMTA_API int cmta_session_decide(struct cmta_session *session, enum cmta_verdict verdict);

/* Several questions may be open at one time where each recipient has an answer of its own
   (cmta_session_recipient()): `message` is asked for one after the other, whichever of them answer
   LATER, and the answers may come in any order; the replies go out in the order of the recipients,
   in LMTP each as soon as those before it are here (RFC 2033 section 5), of PRDR when the last
   answer is. This chooses the one that cmta_reply(), cmta_reply_line(), cmta_session_decide(),
   cmta_message_take(), the data functions and the getters are about from now on, by the place of
   its recipient; SIZE_MAX and, without a choice, the first one open. Once that one is answered it
   is the first one open again. Outside hooks. CMTA_E_STATE inside a hook, or when no question of
   that recipient is open; CMTA_E_ARGUMENT. Each has its own deadline, to the second:
   cmta_session_timeout() is the next of them, and cmta_session_expire() is about those that are
   due, by clock.monotonic; without one the time of those that stay is counted from the last that
   was up. */
CMTA_API int cmta_session_select(struct cmta_session *session, size_t recipient);

/* For runtimes: woken(session, context) is called from inside cmta_session_decide(), to have the
   session run again soon. It must not run it there and then. Takes the place of what was set
   before; NULL for nothing. */
CMTA_API void cmta_session_on_decision(struct cmta_session *session,
                                       void (*woken)(struct cmta_session *session, void *context),
                                       void *context);

/* For runtimes: the number of the question that a hook is asked or has left open, counted from 1
   for each hook set and session; 0 when there is none, or its answer is here already. Of several
   open ones it is that of the one chosen. */
CMTA_API uint64_t cmta_session_question_number(const struct cmta_session *session);

/* For runtimes: whether the question of that number, about that recipient (SIZE_MAX: about all), is
   being asked, or is open and not answered. So whoever kept both knows whether an answer can still
   count, whatever is chosen. */
CMTA_API bool cmta_session_awaits(const struct cmta_session *session, size_t recipient,
                                  uint64_t number);

/* ---- Time, and the end ---- */

/* For runtimes, right before cmta_session_expire(): whether that will answer the open question
   about this recipient (SIZE_MAX: about all). So whoever takes answers from other threads knows
   which come too late. */
CMTA_API bool cmta_session_overdue(struct cmta_session *session, size_t recipient);

/* Seconds that the session may stay as it is; 0 for ever. The runtime counts them from the last
   change of cmta_session_progress() or of this number, then calls cmta_session_expire(). */
CMTA_API unsigned cmta_session_timeout(const struct cmta_session *session);

/* A number that changes whenever the client gets on: with a complete command, with octets of a
   message, with a decision. Single bytes of an unfinished command are no progress. */
CMTA_API uint64_t cmta_session_progress(const struct cmta_session *session);

/* The time is up. An open question, and each of several, is answered for the application with
   TEMPFAIL, or with the verdict of its deadline, after `cancelled` was told (run the session again,
   as after a decision); a silent client gets 421 and the session is over (RFC 5321
   section 4.5.3.2). Does nothing inside a hook. */
CMTA_API void cmta_session_expire(struct cmta_session *session);

/* The server is stopping. Between transactions the client gets 421 and the session is over; a
   running transaction may finish, then the same happens (RFC 5321 section 3.8). Called again it
   waits no longer: the 421 comes now, and an open question is cancelled. Inside a hook it takes
   effect afterwards. */
CMTA_API void cmta_session_stop(struct cmta_session *session);

/* For runtimes that end or abandon the connection within the next reply that the session composes:
   behind that reply it takes nothing more of its client, though more is here already. It can be
   stopped, expire and be hung up as ever. Does nothing to a session that is over. */
CMTA_API void cmta_session_halt(struct cmta_session *session);

/* For runtimes that give a session its client's bytes little by little: inside a hook, that what is
   in hand is done and cmta_session_receive() returns then, though more is here. It is to be called
   again, if only with no bytes; behind STARTTLS with all that is here, which was said in clear. */
CMTA_API void cmta_session_pause(struct cmta_session *session);

/* The client is gone: no more bytes come and none can be sent. An open question is cancelled and
   `closed` is told. Does nothing inside a hook. */
CMTA_API void cmta_session_hangup(struct cmta_session *session);

/* For runtimes: the connection ends here because somebody on this side wanted it to, within a reply
   or behind it, and the client did not go away. As cmta_session_hangup(), but the reason is
   CMTA_CLOSED_VERDICT. */
CMTA_API void cmta_session_abandon(struct cmta_session *session);

/* ---- Replies ---- */

/* Begins the reply to the open question, in place of the standard text: a code, an enhanced status
   code ("5.7.1", or NULL for one that fits: that of the standard reply where the code is the same,
   else what RFC 5248 has for the code, 552 is 5.3.4, say, and else one of its class), and its first
   line, formatted as by printf. Lines longer than a reply line may be (RFC 5321 section
   4.5.3.1.5) are folded at blanks. Calling it again begins anew. CMTA_E_STATE outside a question;
   CMTA_E_ARGUMENT for a code outside 200..299, 354, 400..599, an enhanced code that is malformed or
   of another class, control bytes, or bytes beyond ASCII where the client did not ask for SMTPUTF8;
   CMTA_E_MEMORY. After an error the standard text will be used. */
CMTA_API int cmta_reply(struct cmta_session *session, int code, const char *enhanced,
                        const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 4, 5)))
#endif
    ;

/* The enhanced status code that goes with a reply code by itself: what RFC 5248 has for it, else
   the most general of its class; NULL where the class has none, as 354. Lives forever. Any thread.
 */
CMTA_API const char *cmta_reply_enhanced(int code);

/* Adds a line to the reply that cmta_reply() began. Errors as there; CMTA_E_STATE when none was
 * begun. */
CMTA_API int cmta_reply_line(struct cmta_session *session, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Whether such an answer would do, without a session: 0 when verdict is one (any but LATER) and
   cmta_reply() would take code, enhanced and text and they fit it, in answer to `question`, a name
   as of cmta_session_question(); else CMTA_E_ARGUMENT or CMTA_E_VERDICT. Code 0 stands for the
   standard reply; then enhanced and text do not count. LF divides text into lines. utf8: as if the
   client had asked for SMTPUTF8. Any thread. */
CMTA_API int cmta_reply_check(const char *question, enum cmta_verdict verdict, int code,
                              const char *enhanced, const char *text, bool utf8);

/* ---- Data of the application's own ---- */

/* Each hook set has data of its own with each session and each transaction. These four mean the
   data of the set whose hook is running, or that left the open question; outside of both, the first
   set's.

   The first two keep a pointer, in place of what was there; destroy(data), unless NULL, is called
   by the library: at the session's end, after `closed`; at the transaction's end, after its last
   reply is composed or after `reset`; or when another pointer takes its place. CMTA_E_STATE for a
   transaction when none is running. */
CMTA_API int cmta_session_set_data(struct cmta_session *session, void *data,
                                   void (*destroy)(void *data));
CMTA_API int cmta_transaction_set_data(struct cmta_session *session, void *data,
                                       void (*destroy)(void *data));

/* The pointer kept, or made by session_new or transaction_new; or NULL. */
CMTA_API void *cmta_session_data(const struct cmta_session *session);
CMTA_API void *cmta_transaction_data(const struct cmta_session *session);

/* The same of hook set number hook_set, for whoever is outside of its hooks. */
CMTA_API void *cmta_session_data_of(const struct cmta_session *session, size_t hook_set);
CMTA_API void *cmta_transaction_data_of(const struct cmta_session *session, size_t hook_set);

/* The `user` of the set whose hook is running, or that left the open question; outside of both, the
   first set's. */
CMTA_API void *cmta_session_user(const struct cmta_session *session);

/* The data of an authentication exchange: kept by the hook `auth` for its next step, and destroyed
   when the exchange is over, however it ends. Of the same set as above; CMTA_E_STATE when no
   exchange is running. */
CMTA_API int cmta_exchange_set_data(struct cmta_session *session, void *data,
                                    void (*destroy)(void *data));
CMTA_API void *cmta_exchange_data(const struct cmta_session *session);

/* The service it was made of. */
CMTA_API const struct cmta_service *cmta_session_service(const struct cmta_session *session);

/* ---- Manners ---- */

/* For runtimes, before the session runs: how this client is treated, in place of settings.manners;
   copied. CMTA_E_ARGUMENT, CMTA_E_STATE. */
CMTA_API int cmta_session_set_manners(struct cmta_session *session,
                                      const struct cmta_manners *manners);

/* How the client is treated. Lives as long as the session. */
CMTA_API const struct cmta_manners *cmta_session_manners(const struct cmta_session *session);

/* ---- Trust ---- */

/* What a client is trusted with, as bits. */
enum cmta_trust { CMTA_TRUST_XCLIENT = 1 << 0, CMTA_TRUST_XFORWARD = 1 << 1 };

/* For runtimes, before the session runs, and for the hook `connect`: the client may use XCLIENT or
   XFORWARD. To others they are not offered, and are 550 5.7.0. Nothing */
CMTA_API void cmta_session_set_trust(struct cmta_session *session, unsigned trust);

/* ---- TLS ---- */

/* What a session does about TLS. */
enum cmta_tls_mode {
  CMTA_TLS_OFF = 0,         /* STARTTLS is not known: 502 */
  CMTA_TLS_OFFERED = 1,     /* after EHLO */
  CMTA_TLS_REQUIRED = 2,    /* offered, and all but NOOP, EHLO, STARTTLS and QUIT is 530 without it
                               (RFC 3207 section 4) */
  CMTA_TLS_UNAVAILABLE = 3, /* offered, but there is none now: 454 */
  CMTA_TLS_IMPLICIT = 4     /* it comes before all else (RFC 8314 section 3.3): cmta_session_wants()
                               says TLS before the first cmta_session_receive() */
};

/* For runtimes that can do TLS, before the session runs. OFF */
CMTA_API int cmta_session_set_tls(struct cmta_session *session, enum cmta_tls_mode mode);

/* The handshake that CMTA_WANTS_TLS asked for is done; facts are copied, NULL for none. Then run
   on. CMTA_E_STATE when it was not asked for; CMTA_E_MEMORY, it is over; CMTA_E_ARGUMENT. */
CMTA_API int cmta_session_secured(struct cmta_session *session, const struct cmta_tls_facts *facts);

/* It has failed: the session is over, without another word (CMTA_CLOSED_TLS). Does nothing when it
   was not asked for. */
CMTA_API void cmta_session_tls_failed(struct cmta_session *session);

/* ---- Authentication ---- */

/* Whether a mechanism shows the secret itself: see settings.auth_in_clear. */
CMTA_API bool cmta_mechanism_is_plaintext(const char *mechanism);

/* Inside the question `auth` or while it is open, before CMTA_CHALLENGE: what the client is to be
   challenged with, in place of what was set before; copied, 9000 octets at most. Without it the
   challenge is empty. CMTA_E_STATE outside the question, CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_auth_challenge(struct cmta_session *session, const void *bytes, size_t length);

/* Whether a user can have this name: UTF-8 without control bytes, 1 to 1024 octets. */
CMTA_API bool cmta_is_identity(const char *name);

/* Inside the question `auth` or while it is open, before ACCEPT: who the client is and, unless
   NULL, whom it wants to act as; copied. The last one counts if the exchange ends well.
   CMTA_E_STATE outside the question; CMTA_E_ARGUMENT for what cmta_is_identity() says no to, but
   that nobody need be named to act as; CMTA_E_MEMORY. */
CMTA_API int cmta_session_set_identity(struct cmta_session *session, const char *user,
                                       const char *authorization);

/* The mechanisms of this session, in place of settings.mechanisms; NULL for those again. For
   runtimes before the session runs, and for the hooks `connect`, `secured` and `hello`, each client
   its own. They count until others are set, also under TLS: a `hello` that goes by the client's
   name sets them each time. Which of them are offered in clear is as settings.auth_in_clear says.
   CMTA_E_ARGUMENT, CMTA_E_MEMORY, CMTA_E_STATE inside another hook. */
CMTA_API int cmta_session_set_mechanisms(struct cmta_session *session, const char *mechanisms);

/* For runtimes, before the session runs: settings.auth_required of this session alone. */
CMTA_API void cmta_session_set_auth_required(struct cmta_session *session, bool required);

/* For runtimes, after cmta_session_receive(): whether the bytes that it took, or a part of them,
   may have been a client's secret. Then wipe them. */
CMTA_API bool cmta_session_heard_secrets(const struct cmta_session *session);

/* For runtimes, before the session runs, and for hooks that know: TLS protects the connection; the
   client has proved who it is, by a certificate or as the owner of a Unix socket, say. Both show in
   the protocol word, and let verbs pass that need them. Off */
CMTA_API void cmta_session_set_encrypted(struct cmta_session *session, bool encrypted);
CMTA_API void cmta_session_set_authenticated(struct cmta_session *session, bool authenticated);

/* For runtimes: a pointer of theirs, to come from a session to what holds it. */
CMTA_API void cmta_session_set_runtime(struct cmta_session *session, void *runtime);
CMTA_API void *cmta_session_runtime(const struct cmta_session *session);

/* ---- The Received field ---- */

/* Names the running transaction, as its queue knows it: the `id` of the Received field, where a dot
   has no place. 1 to 64 letters, digits, '-' and '_'; copied. CMTA_E_STATE when none is running,
   CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_transaction_set_id(struct cmta_session *session, const char *id);

/* The name given, or "". Lives as long as the transaction, or until another takes its place. */
CMTA_API const char *cmta_transaction_id(const struct cmta_session *session);

/* Writes the Received field that the running transaction's message would get (RFC 5321 section 4.4)
   into text of size octets: from, by, with, id when there is one, for when there is just one
   forward-path, tls where the cipher suite is known (RFC 8314 section 4.3), PRIORITY where the
   client gave one with MT-PRIORITY (RFC 6710 section 4.1); folded, its last CR LF included, ended
   by NUL. calendar: seconds since 1970-01-01T00:00:00Z, in a year up to 9999. Returns its length,
   as snprintf() does when size is too small, or CMTA_E_ARGUMENT, CMTA_E_STATE when no transaction
   is running. With settings.received the library puts it there by itself. */
CMTA_API ptrdiff_t cmta_received(const struct cmta_session *session, int64_t calendar, char *text,
                                 size_t size);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_H
#define CMTA_SERVER_H

/*
 * The server: listeners and connections on libev, each with a session of the engine. A program
 * needs hooks and four calls:
 *
 *     struct cmta_server *server;
 *     cmta_server_new(&server, NULL, NULL, &hooks, NULL);
 *     cmta_server_listen(server, "127.0.0.1:2525");
 *     cmta_server_run(server, true);
 *     cmta_server_free(server);
 *
 * A program that has a libev loop of its own gives it to cmta_server_new() and runs it itself; any
 * number of servers and other watchers may share it.
 *
 * The hooks are those of <cmta/hooks.h>. A question left with CMTA_LATER is answered with
 * cmta_session_decide(), from any callback of the same loop, or with cmta_ticket_answer() from any
 * thread (<cmta/ticket.h>); the server then runs the session on by itself. Do not call the other
 * functions that run a session on sessions of a server.
 *
 * Threads: a server, its sessions and its loop belong to one thread; answers by ticket may come
 * from others.
 *
 * A hook must not run the loop, by ev_run() or otherwise: it is inside it, and sessions, its own as
 * well, would run while they run. Other callbacks of the loop may.
 *
 * Signals: SIGPIPE is never raised by the server. SIGXFSZ is, by the kernel, when a file of `spool`
 * meets the limit RLIMIT_FSIZE; a program that runs with such a limit should ignore it, and then a
 * message beyond it is refused with 452.
 *
 * Errors: 0 or more, or a negative CMTA_E_*.
 */

#include <cmta/auth.h>
#include <cmta/networks.h>
#include <cmta/session.h>
#include <cmta/ticket.h>
#include <cmta/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ev_loop;

/* What a server is like. Fill it with cmta_config_init(), then change what should differ; each
   comment ends with the default. */
struct cmta_config {
  /* sizeof(struct cmta_config), set by cmta_config_init(). */
  size_t size;
  /* Of each session; copied. NULL: the defaults */
  const struct cmta_settings *settings;
  /* At one time; one more gets 421 and is closed; 0 switches the limit off. 1000 */
  unsigned max_connections;
  /* Connections that wait in the kernel, as listen(2) takes it. 511 */
  unsigned backlog;
  /* Seconds that cmta_server_stop() waits for transactions; 0: for ever. 30 */
  unsigned stop_timeout;
  /* The folder of the temporary files for large messages, where the settings name no store; copied.
     The files have no name there and take room only; they are written in the loop, so it should be
     on a disk of this machine. cmta_server_new() tries it out. NULL: $TMPDIR, else /tmp */
  const char *spool;
  /* Seconds from a failed step of AUTH to its 535 (<cmta/auth.h>). 0 is for tests: it shows how
     long a comparison took, and by that perhaps who exists. 1 */
  unsigned auth_failure_delay;
  /* Seconds for a whole PROXY header where one is due; 0: for ever. 10 */
  unsigned proxy_timeout;
  /* Octets that a PROXY header of version 2 may have, up to 65551; of version 1 it is 107 whatever
     this says. 536 */
  size_t max_proxy_header;
  /* accepted(session, user) is told of each connection before anything is read or said, a PROXY
     header and TLS included: for what a runtime may say of its session before that runs, and for
     <cmta/wire.h>. user is that of the first hook set. NULL: nobody */
  void (*accepted)(struct cmta_session *session, void *user);
  /* gone(session, user) is told once of each connection that was accepted, when it has ended,
     whether it got to its greeting or not, and before the server closes it:
     cmta_session_close_reason() says why, and cmta_session_output() has what was never sent. Of a
     session that the server ends while it runs the reason is CMTA_CLOSED_NOT, and its `closed`,
     with CMTA_CLOSED_FREED, follows. The session is freed when this returns: it may be looked at,
     but nothing may be said, decided or planned any more. user as above. NULL: nobody */
  void (*gone)(struct cmta_session *session, void *user);
  /* Time stands still until cmta_server_advance(): for tests of timeouts. Where the settings name
     no clock, their sessions' clocks show that time, too, which begins as the system's. Off */
  bool virtual_time;
};

/* Fills config with the defaults named above. */
CMTA_API void cmta_config_init(struct cmta_config *config);

/* Listeners and connections on one loop. */
struct cmta_server;

/* Makes a server on loop, which must outlive it (NULL: on a loop of the server's own, for
   cmta_server_run()), from copies of config (NULL: the defaults) and hooks (NULL: accept
   everything); user goes to each hook. It does not listen yet. 0, CMTA_E_ARGUMENT (a setting is
   wrong), CMTA_E_MEMORY (also when the system has no loop to give), CMTA_E_SYSTEM with errno when
   there are no descriptors, two of which the loop must be able to open, or when large messages need
   the folder `spool` and no file can be made there. The caller frees it. */
CMTA_API int cmta_server_new(struct cmta_server **server, struct ev_loop *loop,
                             const struct cmta_config *config, const struct cmta_hooks *hooks,
                             void *user);

/* Adds a hook set behind those there are, as cmta_service_add(): before the first connection. */
CMTA_API int cmta_server_add(struct cmta_server *server, const struct cmta_hooks *hooks,
                             void *user);

/* The server that runs a session; NULL for a session that has no runtime. For sessions of a server
   or of cmta_session_new(), not of other runtimes. */
CMTA_API struct cmta_server *cmta_session_server(const struct cmta_session *session);

/* Listens at address: "127.0.0.1:2525", "mail.example.org:25", "[::1]:0" (port 0: any free one),
   "*:25" or ":25" (all of the machine's, IPv4 and IPv6; "[::]:25" is IPv6 alone), or a Unix socket,
   "unix:PATH" or an absolute path. A socket file that nobody serves any more is replaced; a path
   that is served, or is no socket, is CMTA_E_SYSTEM with EADDRINUSE. Returns the listener's number,
   counted from 0; connections are taken from now on. CMTA_E_ADDRESS when the address cannot be
   understood or resolved, CMTA_E_SYSTEM with errno (address in use, no permission), CMTA_E_MEMORY,
   CMTA_E_STATE when the server is stopping. */
CMTA_API int cmta_server_listen(struct cmta_server *server, const char *address);

/* What a listener is like. Fill it with cmta_listen_init(), then change what should differ; each
   comment ends with the default. */
struct cmta_listen {
  /* sizeof(struct cmta_listen), set by cmta_listen_init(). */
  size_t size;
  /* As for cmta_server_listen(). NULL */
  const char *address;
  /* Its certificates and rules; it must outlive the listener. NULL: no TLS */
  struct cmta_tls *tls;
  /* What it does about TLS: OFFERED (STARTTLS), REQUIRED, IMPLICIT (port 465, RFC 8314), or
     UNAVAILABLE, which needs no `tls`; OFF has no use for it. OFF */
  enum cmta_tls_mode tls_mode;
  /* Its mechanisms in place of settings.mechanisms; "": no AUTH here; copied. NULL: those */
  const char *mechanisms;
  /* Clients must authenticate here, whatever settings.auth_required says. Off */
  bool auth_required;
  /* How clients are treated here, in place of settings.manners; copied. NULL: as there */
  const struct cmta_manners *manners;
  /* Peers whose connections begin with a PROXY header (<cmta/proxy.h>), and must, before TLS and
     before the greeting: a list as of cmta_networks_new(). A connection without a good header is
     closed without a word and counted under CMTA_CLOSED_PROTOCOL; it counts for max_connections
     while the header is due. The client that the header names is who all that follows is about.
     Nobody else's header is read: it is a bad command. NULL: nobody */
  const char *proxy_from;
  /* Clients that are trusted with XCLIENT, and with XFORWARD (<cmta/session.h>): lists likewise.
     Behind a proxy the client is the one that its header names. NULL: nobody */
  const char *xclient_from;
  const char *xforward_from;
};

/* Fills listen with the defaults named above. */
CMTA_API void cmta_listen_init(struct cmta_listen *listen);

/* Listens. Results as of cmta_server_listen(), and CMTA_E_ARGUMENT for mechanisms, manners or
   networks that cannot be, a mode that needs `tls` without it, or `tls` without a mode; LMTP is not
   spoken on TCP port 25 (RFC 2033 section 5), which is CMTA_E_ARGUMENT for cmta_server_listen(),
   too. Where there are authenticators, and none of the hook sets so far has `auth`, mechanisms that
   <cmta/auth.h> does not name cannot be, in settings.mechanisms neither; cmta_server_listen() looks
   at those, too. */
CMTA_API int cmta_server_listen_with(struct cmta_server *server, const struct cmta_listen *listen);

/* Where listener number `listener` really listens: its numeric address, or its path with port 0.
   The strings live as long as the server. Either may be NULL. 0, or CMTA_E_ARGUMENT when there is
   no such listener. */
CMTA_API int cmta_server_listener(const struct cmta_server *server, int listener,
                                  const char **address, uint16_t *port);

/* The how manieth connection of its server a session is, counted from 1; 0 for a session that has
   no server. */
CMTA_API uint64_t cmta_connection_number(const struct cmta_session *session);

/* What time it is for the server of a session: milliseconds since 1970, the system's or, with
   config.virtual_time, that; the system's for a session that has no server. */
CMTA_API int64_t cmta_connection_time(const struct cmta_session *session);

/* With config.virtual_time: what clients have said so far is done, then so many seconds pass, and
   what they bring about happens, in order. It runs the loop, without waiting; not from inside a
   hook. The callback of cmta_server_stop() may free the server in here unless its loop is its own.
   0; CMTA_E_STATE without virtual time, or from inside itself; CMTA_E_ARGUMENT for no number, or
   none from 0 to 1000000000. */
CMTA_API int cmta_server_advance(struct cmta_server *server, double seconds);

/* From any thread: has function(server, context) called once, on the server's thread, from its loop
   and not inside a hook, in the order of the calls. It keeps the loop neither running nor waiting;
   what has not been called when the server has stopped is called just before that is told. The
   server must not be freed before this returns; calls that are left when it is freed are never
   made. Memory comes from the settings' allocator, on the calling thread. 0; CMTA_E_STATE when the
   server has stopped; CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_server_call(struct cmta_server *server,
                              void (*function)(struct cmta_server *server, void *context),
                              void *context);

/* Has function(server, context) called once, from the loop and not inside a hook, when so many
   seconds have passed, in virtual time where the server has that; never when the server has stopped
   before. On the server's thread. 0; CMTA_E_STATE when the server has stopped; CMTA_E_ARGUMENT for
   no number, or one below 0; CMTA_E_MEMORY. */
CMTA_API int cmta_server_call_after(struct cmta_server *server, double seconds,
                                    void (*function)(struct cmta_server *server, void *context),
                                    void *context);

/* How many connections are open now; those count that only wait for their client to read the last
   reply. */
CMTA_API size_t cmta_server_connections(const struct cmta_server *server);

/* The sums over all its connections. Live as long as the server; on its thread. */
CMTA_API const struct cmta_statistics *cmta_server_statistics(const struct cmta_server *server);

/* Ends with its clients: listens no more (cmta_server_listener() tells where it did), and when the
   last of them has gone it stops, as by cmta_server_stop() without a callback. None may be silent
   for longer than so many seconds, where its settings allow for more; 0: what they allow. Time for
   which the server keeps a client waiting, by a question or by <cmta/wire.h>, does not count as
   long as that client waits. May be called from inside a hook; a second call changes the seconds.
 */
CMTA_API void cmta_server_drain(struct cmta_server *server, unsigned seconds);

/* Stops gracefully: listens no more; clients between transactions get 421, running transactions may
   finish and get it then; what is left after stop_timeout gets 421 then and is closed. When the
   last connection is gone, stopped(server, context) is called, once, from the loop, unless it is
   NULL; it may free the server. Then the server has no watcher left on the loop. A second call
   changes nothing but the callback. */
CMTA_API void cmta_server_stop(struct cmta_server *server,
                               void (*stopped)(struct cmta_server *server, void *context),
                               void *context);

/* Runs the server's loop, its own or the one it was given, until the server has stopped. With
   stop_on_signals SIGINT and SIGTERM stop it as cmta_server_stop() does, and so does SIGHUP, unless
   it is ignored (nohup(1)) or the program has a handler for it; one that comes while it is stopping
   already has it close what is left at once. They are unblocked for this thread while it runs, so
   that a program which must not lose an early one can block them first; their handlers are the
   default ones afterwards, and one server at a time may listen to them. The callback of
   cmta_server_stop() may not free a server that runs here. 0 when the server has stopped, at once
   if it had before; CMTA_E_STATE when the loop was left before that, by ev_break() or because
   nothing was on it: it may be run again; CMTA_E_STATE, too, from inside a hook or a callback of
   the loop; CMTA_E_ARGUMENT without a server. */
CMTA_API int cmta_server_run(struct cmta_server *server, bool stop_on_signals);

/* Closes everything at once and frees it; each session is told `closed`. Not from inside a hook.
 * NULL is ignored. */
CMTA_API void cmta_server_free(struct cmta_server *server);

#ifdef __cplusplus
}
#endif

#endif

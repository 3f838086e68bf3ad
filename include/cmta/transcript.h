/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TRANSCRIPT_H
#define CMTA_TRANSCRIPT_H

/*
 * What was said on each connection of a server, and when: for tests that fail, and for people who
 * want to see what their client does. A recorder keeps it, as events or as text:
 *
 *     0.000  *  connected from 127.0.0.1:40022
 *     0.000  S  220 localhost ESMTP cmta
 *     0.001  C  EHLO client.example
 *     ...
 *     0.004  !  warning: no Date field
 *     0.005  *  fault: message nth 2: delay 1
 *     0.005  C  (message of 4096 octets)
 *     0.005  S  250 2.0.0 Ok: queued as 1a2191338ef-a4ce2fe7-1
 *
 * and C+, S+, *+ for what was said under TLS. What clients send is shown with all that is not
 * printable made visible; what they say to prove who they are is "[secret]", as is what is no
 * command once AUTH was said: it may be an answer that comes late. What never became a command is
 * there as well: a line that was too long, shortened, "NOOP xxx... (2107 octets)"; one that the
 * client left without its CR LF; and what it said behind the end of the dialogue, as far as that
 * had come, which is said to be "not read: 15 octets". What the server says is shown as it goes
 * out, at the time of its answer: octets that a fault has replaced, cut off or left out are not
 * there, and the fault stands in front. What was held back, by a fault or by the client, and was
 * not sent when the connection ended is told there: "not sent: 14 octets". What the system has
 * taken counts as sent, whether or not it arrived, and so does what nobody waits for once the
 * server stops; at a reset that <cmta/wire.h> makes the reply in front of it may count as unsent.
 *
 * Connections that end before the greeting, at a handshake or a PROXY header, are recorded where
 * cmta_recorder_accepted() and cmta_recorder_gone() are told of them, as a kit does; else they are
 * not there, or begin with a fault and do not end. One beyond max_connections of the server's
 * configuration, which hears a 421 unless it waits for TLS, or for which there is no memory, never
 * has a session, and is in no transcript.
 *
 * Threads: a recorder may be used from any.
 */

#include <cmta/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_server;
struct cmta_session;

/* What an event is. */
enum cmta_event_kind {
  CMTA_EVENT_CONNECTED = 0,    /* text: from where: "127.0.0.1:40022", "[::1]:40022", the path of a
                                  Unix socket, or "a Unix socket" where the client's has none */
  CMTA_EVENT_CLIENT = 1,       /* a line of the client's, without CR LF; or the rest of one */
  CMTA_EVENT_SERVER = 2,       /* a line of the server's, or as much of it as goes out */
  CMTA_EVENT_MESSAGE = 3,      /* octets of a message, `octets` of them; text: "" */
  CMTA_EVENT_TLS = 4,          /* a handshake; text: version and cipher, or that it failed */
  CMTA_EVENT_FAULT = 5,        /* what was planned happened; text: the fault in words */
  CMTA_EVENT_WARNING = 6,      /* the client breaks a rule, see below */
  CMTA_EVENT_CLOSED = 7,       /* text: why, as enum cmta_close_reason in small letters */
  CMTA_EVENT_LEFT_OUT = 8,     /* text: for how many more events there was no room */
  CMTA_EVENT_CLIENT_NAMED = 9, /* text: who is the client from here on, by a PROXY header or by
                                  XCLIENT; as that of CONNECTED, or "an unknown client" */
  CMTA_EVENT_UNREAD = 10, /* in front of CLOSED: `octets` of the client's above came behind the last
                             that counted and were never read; text: how many */
  CMTA_EVENT_UNSENT = 11  /* in front of CLOSED: `octets` of the lines of the server's above were
                             never sent, as the client left before; text: how many */
};

/* Warnings say: "bare CR", "bare LF", "line too long", "spoke before the greeting", "did not wait
   for a reply" (RFC 2920 section 3.1), each once a session, the last two where manners say FLAG or
   more, as those of a kit do; "no CR LF behind the last line" of one that the client has left
   unfinished (RFC 5321 section 2.3.8); and once a message "8-bit octets without 8BITMIME or
   SMTPUTF8" (RFC 6152 section 3), "no Date field", "no From field" (RFC 5322 section 3.6) in what
   is its header section to cmta_mail_header(). Of a message that is refused while it comes, what
   comes behind the reason is not looked at: with a bare CR and then a bare LF it is warned of one.
 */

/* One event. */
struct cmta_event {
  enum cmta_event_kind kind;
  double seconds;   /* since the connection was accepted, by the server's clock */
  bool tls;         /* it was said under TLS */
  uint64_t octets;  /* of a line, CR LF included; of a message on the wire, as many as came. Of a
                       line with "[secret]" it is the length of what is shown, not of what came, and
                       so counts in UNREAD */
  const char *text; /* printable, ASCII or UTF-8: other octets as "\r", "\n", "\t" or "\x1b", a
                       backslash as two; of a line 1000 octets, then "...", of one that was too long
                       64, then "... (2107 octets)"; none of what follows a BDAT that is malformed
                       or was never read, as it may be a message: "... (3 octets)"; lives until the
                       callback returns */
};

struct cmta_recorder;

/* Makes a recorder that keeps the last `most` connections (0: all), of each 10000 events and 1 MiB
   of text, and its end. 0, CMTA_E_MEMORY, CMTA_E_ARGUMENT. The caller frees it. */
CMTA_API int cmta_recorder_new(struct cmta_recorder **recorder, size_t most);

/* Frees it; servers that it was added to must be freed before. NULL is ignored. */
CMTA_API void cmta_recorder_free(struct cmta_recorder *recorder);

/* Adds hooks to the server: call it before hooks of others are added, cmta_server_new()'s included,
   so that everything is seen. A recorder is for one server: CMTA_E_STATE for a second one; else as
   cmta_server_add(). */
CMTA_API int cmta_recorder_add_to(struct cmta_recorder *recorder, struct cmta_server *server);

/* To be called by `accepted` and by `gone` of the server's configuration (<cmta/server.h>): both or
   neither. Then all connections that have a session are recorded, from the moment when they are
   there to their very end. Else the event CONNECTED is that of the question `connect`, and CLOSED
   that of the news `closed`, behind which replies may still be waiting to be sent. */
CMTA_API void cmta_recorder_accepted(struct cmta_recorder *recorder, struct cmta_session *session);
CMTA_API void cmta_recorder_gone(struct cmta_recorder *recorder, struct cmta_session *session);

/* Adds an event of kind FAULT to a session's transcript: for cmta_plan_on_fault(), as context the
   recorder. */
CMTA_API void cmta_recorder_fault(void *recorder, struct cmta_session *session, int number,
                                  const char *text);

/* The numbers of the connections that are kept, as cmta_connection_number() counts: the first of
   them, and one more than the last that there was. Between them some may be missing, which were
   forgotten. */
CMTA_API uint64_t cmta_recorder_first(struct cmta_recorder *recorder);
CMTA_API uint64_t cmta_recorder_end(struct cmta_recorder *recorder);

/* Shows each event of a connection, so far, in order: show(context, event), not from inside which
   the recorder may be used. How many; CMTA_E_ARGUMENT, also when it is not kept. */
CMTA_API int cmta_recorder_show(struct cmta_recorder *recorder, uint64_t connection,
                                void (*show)(void *context, const struct cmta_event *event),
                                void *context);

/* How a transcript is written. */
enum cmta_transcript_form {
  CMTA_TRANSCRIPT_TEXT = 0, /* one line an event, as above */
  CMTA_TRANSCRIPT_JSON =
      1 /* likewise; each an object with connection, seconds, kind, tls, octets, text */
};

/* The transcript of a connection so far as lines of text, ended by LF; NULL when it is not kept or
   there is no memory. To be freed with free(). */
CMTA_API char *cmta_recorder_text(struct cmta_recorder *recorder, uint64_t connection,
                                  enum cmta_transcript_form form);

/* Waits until so many connections have ended since the recorder was made, their transcripts
   complete, or `seconds`. How many have; CMTA_E_TIMEOUT, CMTA_E_ARGUMENT. */
CMTA_API int cmta_recorder_wait_closed(struct cmta_recorder *recorder, uint64_t count,
                                       double seconds);

/* closed(context, connection) is told, on the server's thread, when a connection's transcript is
   complete. One at a time; NULL for nobody. */
CMTA_API void cmta_recorder_on_closed(struct cmta_recorder *recorder,
                                      void (*closed)(void *context, uint64_t connection),
                                      void *context);

/* Forgets all that have ended. */
CMTA_API void cmta_recorder_clear(struct cmta_recorder *recorder);

#ifdef __cplusplus
}
#endif

#endif

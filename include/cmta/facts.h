/* SPDX-License-Identifier: MIT */
#ifndef CMTA_FACTS_H
#define CMTA_FACTS_H

/*
 * What can be asked about a session, inside hooks and outside; and numbers summed up over many
 * sessions. On the session's thread.
 */

#include <cmta/hooks.h>
#include <cmta/proxy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The connection ---- */

/* One end of a connection; what the runtime knows of it. */
struct cmta_peer {
  const char *address; /* "192.0.2.1", "2001:db8::1", or the absolute path of a Unix socket; "" for
                          one that has none, and when unknown */
  uint16_t port;       /* 0 when there is none */
};

/* The client's end, as given to cmta_session_new(); behind a proxy as its PROXY header or XCLIENT
   said last. Never NULL; lives until the next XCLIENT, or the session's end. */
CMTA_API const struct cmta_peer *cmta_session_peer(const struct cmta_session *session);

/* This server's end, likewise. */
CMTA_API const struct cmta_peer *cmta_session_local(const struct cmta_session *session);

/* The proxy's end of the connection, where a PROXY header has come in front of it (<cmta/proxy.h>);
   NULL without. Lives as long as the session. */
CMTA_API const struct cmta_peer *cmta_session_proxy(const struct cmta_session *session);

/* That header, its TLVs included; NULL without. Lives as long as the session. */
CMTA_API const struct cmta_proxy_header *
cmta_session_proxy_header(const struct cmta_session *session);

/* What TLS a connection has; what the runtime knows of it. No string is NULL, and each is a
   client's claim or bytes of its certificate, printable ASCII with other bytes made visible. */
struct cmta_tls_facts {
  const char *version;          /* "TLSv1.3" */
  const char *cipher;           /* "TLS_AES_256_GCM_SHA384" */
  const char *server_name;      /* that the client asked for (SNI, RFC 6066 section 3), or "" */
  const char *alpn;             /* the protocol agreed on (RFC 7301), or "" */
  const char *peer_subject;     /* of the client's certificate, as in RFC 4514, or "" without one */
  const char *peer_fingerprint; /* its SHA-256, 64 hexadecimal digits in small letters, or "" */
  bool peer_verified;           /* it leads to an authority that the server trusts */
  const char *cipher_suite;     /* as IANA registers it: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"; or
                                   "", and then the Received field does not say it */
};

/* What TLS protects the connection with; NULL without TLS, or where the runtime did not say. Lives
   as long as the session. */
CMTA_API const struct cmta_tls_facts *cmta_session_tls(const struct cmta_session *session);

/* Whether the connection is encrypted, by TLS or as cmta_session_set_encrypted() says. */
CMTA_API bool cmta_session_encrypted(const struct cmta_session *session);

/* ---- The client ---- */

/* Who a client has proved to be (RFC 4954, RFC 4422 section 2). The names are free of control
   bytes. */
struct cmta_identity {
  const char *mechanism;     /* "SCRAM-SHA-256"; "" when it was not by AUTH: LOGIN of XCLIENT */
  const char *user;          /* the authentication identity */
  const char *authorization; /* the identity it wants to act as; "" when it named none */
};

/* Who the client is; NULL before it is authenticated. Lives until STARTTLS or XCLIENT, or the
   session's end. */
CMTA_API const struct cmta_identity *cmta_session_identity(const struct cmta_session *session);

/* The mechanisms that are offered to this client now, blanks between them; "" for none. Valid until
   the session runs again. */
CMTA_API const char *cmta_session_mechanisms(const struct cmta_session *session);

/* Whether this client is offered an extension of the library's now, whatever it has heard of that:
   one bit of enum cmta_extension (<cmta/settings.h>). */
CMTA_API bool cmta_session_offers(const struct cmta_session *session, unsigned extension);

/* Where a message comes from, as XFORWARD tells it. */
enum cmta_source {
  CMTA_SOURCE_UNKNOWN = 0,
  CMTA_SOURCE_LOCAL = 1, /* it began there */
  CMTA_SOURCE_REMOTE = 2 /* it came over the network */
};

/* What a trusted client tells of another one for which it speaks: with XCLIENT, and of the one from
   which it has a message with XFORWARD (Postfix, XCLIENT_README and XFORWARD_README). No string is
   NULL; each is "" where nothing was told, or "[UNAVAILABLE]". Printable ASCII, but for login; 255
   octets at most. */
struct cmta_client {
  const char *name;           /* NAME: its host name, a domain; of XFORWARD any text */
  bool name_temporary;        /* "" because of a temporary failure: [TEMPUNAVAIL] */
  const char *protocol;       /* PROTO: "SMTP", "ESMTP" or "LMTP"; of XFORWARD any word */
  const char *hello_name;     /* HELO: a domain or address literal; of XFORWARD any text */
  struct cmta_peer peer;      /* ADDR and PORT */
  const char *login;          /* LOGIN, XCLIENT's: the user who logged in there, UTF-8 */
  struct cmta_peer local;     /* DESTADDR and DESTPORT, XCLIENT's: where it connected to */
  const char *identification; /* IDENT, XFORWARD's: what the message is called there */
  enum cmta_source source;    /* SOURCE, XFORWARD's */
};

/* What XCLIENT has told, all such commands of the session together, that in question included; NULL
   before the first. Lives until the next. Where it told them, cmta_session_peer(),
   cmta_session_local(), cmta_session_hello_name(), cmta_session_protocol() and
   cmta_session_identity() show the same. */
CMTA_API const struct cmta_client *cmta_session_xclient(const struct cmta_session *session);

/* What XFORWARD has told for the next transaction, or the one that runs, that in question included;
   NULL when it told nothing. As in Postfix it is forgotten when that transaction is over, and with
   RSET, EHLO, HELO, STARTTLS and XCLIENT; but not when MAIL is refused. */
CMTA_API const struct cmta_client *cmta_session_forwarded(const struct cmta_session *session);

/* ---- The dialogue ---- */

/* The name of the last accepted HELO, EHLO or LHLO, or of the one now in question; empty before. */
CMTA_API struct cmta_slice cmta_session_hello_name(const struct cmta_session *session);

/* The protocol word for Received lines (RFC 3848, 6531): "SMTP", "ESMTP", "ESMTPSA", "UTF8SMTP",
 * "LMTP" and so on. A static string. */
CMTA_API const char *cmta_session_protocol(const struct cmta_session *session);

/* The phase the chart is in, by its name in spec/session.rl: "greeted", "mail", "body" and so on;
   the last one when the session is over. A static string. */
CMTA_API const char *cmta_session_phase(const struct cmta_session *session);

/* The event last in hand, by its name in spec/event.h: the command that came, whether or not it was
   good, or "CONNECT", "SLICE", "HEADERS", "FAULT", "CHUNK_END", "BODY_END"; empty when the line was
   no command that is known. Lives as long as the service. */
CMTA_API const char *cmta_session_event(const struct cmta_session *session);

/* The question that is being asked or is open, by the name of its hook; empty when there is none. A
 * static string. */
CMTA_API const char *cmta_session_question(const struct cmta_session *session);

/* The commands that may come next, by their names: those that the chart takes in this phase and no
   fact forbids, in the order of HELP. Writes up to count names and returns how many there are. The
   503 of a misplaced command lists the same. While a question is open none may come. The names live
   as long as the service; names may be NULL when count is 0. */
CMTA_API size_t cmta_session_allowed(const struct cmta_session *session, const char *names[],
                                     size_t count);

/* Which recipient the question is about, where each has an answer of its own: `message` in LMTP,
   and where the client asked for PRDR and has two recipients or more. The place of its forward-path
   in the envelope, counted from 0; SIZE_MAX when the question is about all, or there is none. Once
   the message was taken it is a place in the envelope that was taken with it. */
CMTA_API size_t cmta_session_recipient(const struct cmta_session *session);

/* For runtimes: how many replies come before the one to the question in hand, in LMTP those to the
   recipients before it that have none yet (RFC 2033 section 4.2); else 0. */
CMTA_API size_t cmta_session_replies_before(const struct cmta_session *session);

/* The running transaction, or NULL between transactions. Valid until the session runs again. */
CMTA_API const struct cmta_envelope *cmta_session_envelope(const struct cmta_session *session);

/* The forward-path of the RCPT in question, or NULL. Valid until the question is answered. */
CMTA_API const struct cmta_path *cmta_session_candidate(const struct cmta_session *session);

/* What clients do wrong that some are forgiven, as bits. */
enum cmta_violation {
  CMTA_VIOLATION_BARE_CR = 1 << 0,      /* a CR without LF in a message, see manners.line_endings */
  CMTA_VIOLATION_BARE_LF = 1 << 1,      /* an LF without CR */
  CMTA_VIOLATION_EARLY_TALKER = 1 << 2, /* it spoke before it was greeted */
  CMTA_VIOLATION_PIPELINING = 1 << 3,   /* it did not wait where it must */
  CMTA_VIOLATION_LONG_LINE = 1 << 4     /* a line of a message, or a command, that was too long */
};

/* Those of the session so far; of a message that was refused for one, too. */
CMTA_API unsigned cmta_session_violations(const struct cmta_session *session);

/* Why the session is over, or CMTA_CLOSED_NOT. */
CMTA_API enum cmta_close_reason cmta_session_close_reason(const struct cmta_session *session);

/* A short English name of a close reason, for logs. A static string; any thread. */
CMTA_API const char *cmta_close_reason_name(enum cmta_close_reason reason);

/* What settings.clock.monotonic says now, in nanoseconds; 0 without. */
CMTA_API uint64_t cmta_session_now(const struct cmta_session *session);

/* What has happened in a session so far. */
struct cmta_counts {
  uint64_t commands;      /* lines that came as commands, bad ones too */
  uint64_t errors;        /* of the client: those that max_errors limits, none forgiven */
  uint64_t recipients;    /* forward-paths accepted */
  uint64_t messages;      /* messages accepted */
  uint64_t auth_failures; /* AUTH commands that max_auth_failures limits */
  uint64_t octets_in;     /* taken from the client */
  uint64_t octets_out;    /* of replies, sent or waiting to be */
};

/* The counts of a session. Valid as long as it, and kept up to date. */
CMTA_API const struct cmta_counts *cmta_session_counts(const struct cmta_session *session);

/* Octets that have come from the client so far: octets_in of the counts; those of the line, or of
   the chunk, that is being answered, which are counted only then; and inside hooks those of the
   message or chunk in hand that were brought and have yet to be read. */
CMTA_API uint64_t cmta_session_received(const struct cmta_session *session);

/* ---- Statistics ---- */

struct cmta_service;

/* Sums over all sessions that were told to count in it. Belongs to one thread, as its sessions do.
   A server has one of its own: cmta_server_statistics(). */
struct cmta_statistics;

/* Makes statistics for sessions of service, all zero. 0, CMTA_E_ARGUMENT, CMTA_E_MEMORY. The caller
 * frees them, after the sessions and before the service. */
CMTA_API int cmta_statistics_new(struct cmta_statistics **statistics,
                                 const struct cmta_service *service);

/* Frees statistics. NULL is ignored. */
CMTA_API void cmta_statistics_free(struct cmta_statistics *statistics);

/* Has a session count in statistics of its service as well; before its first
   cmta_session_receive(). Later, or for another service's, it does nothing. */
CMTA_API void cmta_session_count_in(struct cmta_session *session,
                                    struct cmta_statistics *statistics);

/* Sums. */
struct cmta_totals {
  uint64_t sessions;          /* whose `connect` was asked */
  uint64_t closed[16];        /* of these, those that are over, by enum cmta_close_reason; and under
                                 CMTA_CLOSED_PROTOCOL those with no good PROXY header, never asked */
  struct cmta_counts sum;     /* of the counts of all of them */
  uint64_t handshakes;        /* of TLS, that came to their end */
  uint64_t failed_handshakes; /* that were begun, or waited for, and never did: refused, cut off,
                                 timed out. Such sessions may be in no other number: with TLS from
                                 the first octet `connect` comes behind the handshake */
};

/* The sums. Valid as long as statistics, and kept up to date. */
CMTA_API const struct cmta_totals *cmta_statistics_totals(const struct cmta_statistics *statistics);

/* Replies were counted for these: the event number `index`, counted from 0, by the name that
   cmta_session_event() gives it: verbs of the application's own too; "" stands for lines that are
   no command and for replies that nobody asked for (a timeout's 421). NULL when there are not so
   many. Lives as long as the service. */
CMTA_API const char *cmta_statistics_event(const struct cmta_statistics *statistics, size_t index);

/* How many replies of a class, 2 to 5 (the first digit of their code), were sent to it; 0 for any
 * other class or index. */
CMTA_API uint64_t cmta_statistics_replies(const struct cmta_statistics *statistics, size_t index,
                                          int reply_class);

#ifdef __cplusplus
}
#endif

#endif

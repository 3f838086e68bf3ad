/* SPDX-License-Identifier: MIT */
#ifndef CMTA_AUTH_H
#define CMTA_AUTH_H

/*
 * Authenticators: who may log in to a server (RFC 4954). The server speaks the mechanisms, an
 * authenticator knows the users. It is asked one of two things:
 *
 *   verify    is this the user's password, token or certificate? For PLAIN, LOGIN, XOAUTH2,
 *             OAUTHBEARER, EXTERNAL.
 *   look_up   what is the user's password, or what has been made of it? For SCRAM-SHA-1,
 *             SCRAM-SHA-256 and their -PLUS, CRAM-MD5; and for PLAIN and LOGIN, where there is no
 *             `verify`.
 *
 * Three are ready-made: a password file, a checkpassword program, a fixed list:
 *
 *     cmta_server_add_password_file(server, "/etc/cmta/passwd", why, sizeof why);
 *
 * Several are a chain: the first that knows the user decides. The hook `auth` of each hook set is
 * asked before them, at each step, and may refuse; one that decides a mechanism of its own answers
 * CMTA_TAKE.
 *
 * With authenticators and without settings.mechanisms a server offers, as far as one of them can be
 * asked and the connection allows: SCRAM-SHA-256-PLUS and SCRAM-SHA-1-PLUS (with TLS 1.3, bound to
 * it by RFC 9266), SCRAM-SHA-256, SCRAM-SHA-1, EXTERNAL (with a verified certificate), OAUTHBEARER,
 * XOAUTH2, PLAIN, LOGIN. CRAM-MD5 must be named in settings.mechanisms, or per session: the hooks
 * `connect`, `secured` and `hello` may choose with cmta_session_set_mechanisms(), what `connect`
 * chose holds until STARTTLS.
 *
 * A client that fails hears 535 after config.auth_failure_delay, counted from its last word,
 * whether it is the user or the password that is wrong; a server that stops says it at once. After
 * settings.max_auth_failures it is sent away. A user whom nobody knows has a salt and an iteration
 * count like any other, always the same while the server lives, and costs each authenticator of the
 * chain what its own users cost. Who looks closely can still tell users by this:
 *
 *   in a chain, SCRAM shows of unknown names the iterations that the last authenticator said which
 *   said any: let all of a chain have the same, or chain none that are asked to look up;
 *   the salt of unknown names has 16 octets, and is another when the server was started anew;
 *   without a delay of failures, SCRAM takes longer for a user whose password is known in clear.
 *
 * Threads: authenticators are asked on the server's thread. Answers may come from any, by ticket.
 *
 * Secrets that pass through here are wiped from the library's memory when they are done with, and
 * never traced. GNU SASL frees what it copies unwiped; so it is not given passwords, but where
 * nothing else will do. These may leave octets of a password in memory that was given back: one
 * with characters that are not printable ASCII, when it is prepared; a password in clear that
 * CRAM-MD5 is told; in a library without OpenSSL, one that SCRAM keys are made of. A library that
 * was built without SASL has these functions too: adding an authenticator is then
 * CMTA_E_UNSUPPORTED.
 */

#include <cmta/session.h>
#include <cmta/ticket.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_server;

/* ---- What is asked ---- */

/* What proves a client's claim, as bits. */
enum cmta_credential {
  CMTA_CREDENTIAL_PASSWORD = 1 << 0,   /* PLAIN, LOGIN */
  CMTA_CREDENTIAL_TOKEN = 1 << 1,      /* XOAUTH2, OAUTHBEARER (RFC 7628): a bearer token */
  CMTA_CREDENTIAL_CERTIFICATE = 1 << 2 /* EXTERNAL (RFC 4422 appendix A): what cmta_session_tls()
                                          says, verified */
};

/* A client's claim. All of it is borrowed until the question is answered. Strings are UTF-8 without
   control bytes. Names are prepared (RFC 4013), and compared octet by octet with the prepared ones
   that an authenticator has; they have 1024 octets at most: who
   claims a longer one is 501, and so is an empty name or an empty password. */
struct cmta_credentials {
  const char *mechanism;     /* "PLAIN" */
  enum cmta_credential kind; /* one of them */
  const char *user; /* the authentication identity; EXTERNAL: the subject of the certificate;
                       OAUTHBEARER, XOAUTH2: whom the token is said to be of, perhaps "" with
                       OAUTHBEARER; XOAUTH2 without a user is malformed, 501. A password's is
                       never "" */
  const char *authorization; /* whom the client wants to act as; "" when it named nobody, or the
                                user. Whether this user may is for the authenticator to say */
  struct cmta_slice secret;  /* the password or the token, at least one octet; empty for a
                                certificate, and when it is looked up */
};

/* What the answer can be. */
enum cmta_auth_result {
  CMTA_AUTH_OK = 0,          /* it is; look_up: here is the secret */
  CMTA_AUTH_WRONG = 1,       /* it is not: refused, and no other authenticator is asked */
  CMTA_AUTH_UNKNOWN = 2,     /* no user of this one; the next is asked. All of them: refused */
  CMTA_AUTH_UNAVAILABLE = 3, /* cannot be said now: 454 */
  CMTA_AUTH_LATER = 4        /* the answer comes through cmta_auth_answer() or cmta_ticket_auth() */
};

/* What is known of a user's password: `password`, or a hash with what follows it (RFC 5802
   section 3), or both. The bytes are copied by whoever is given this. */
struct cmta_secret {
  struct cmta_slice password; /* in clear; `at` is NULL when it is not known */
  const char *hash;           /* "SHA-1" or "SHA-256": of what follows; NULL: none */
  /* With UNKNOWN and WRONG it is how many the users of this authenticator have, so that nobody can
     tell them from others; 0: 10000. */
  unsigned iterations;
  struct cmta_slice salt, stored_key, server_key; /* octets, not base64 */
  /* The user may act as whom the claim's `authorization` names; without it such a claim is
     refused. */
  bool may_act;
  /* Of a late OK to `verify`: who the client is and, unless NULL, whom it acts as, where that is
     not as it claims, or it does not say; as cmta_session_set_identity() takes them. NULL: as it
     claims. Of no meaning where the secret is looked up. */
  const char *user, *authorization;
};

/* An authenticator. `size` is sizeof(struct cmta_authenticator); the structure is copied. */
struct cmta_authenticator {
  size_t size;
  /* For logs; copied. NULL: "" */
  const char *name;
  /* What `verify` can be asked about: bits of enum cmta_credential. */
  unsigned kinds;
  /* Whether a claim is true, its `authorization` included: OK lets the client act as that. Before
     it answers OK it may say who that is, where the claim names a certificate, and must where it
     names nobody, or the client hears 454: cmta_session_set_identity(), or with a late answer
     `user` of struct cmta_secret. UNKNOWN should take the work that WRONG takes: nothing is done in
     its stead. NULL: it cannot be asked. */
  enum cmta_auth_result (*verify)(struct cmta_session *session, void *user,
                                  const struct cmta_credentials *credentials);
  /* Fills in what is known of the claim's user: *secret is all zero before, and what it names must
     stay until the session runs on. For CMTA_AUTH_OK something must be there that the claim's
     mechanism can use: the password, which is all that CRAM-MD5 can, or keys of its hash; PLAIN and
     LOGIN can use either hash, and are compared with it on the server's thread: one who has keys of
     many iterations should answer `verify`, from a thread of his own. NULL: it cannot be asked. */
  enum cmta_auth_result (*look_up)(struct cmta_session *session, void *user,
                                   const struct cmta_credentials *claim,
                                   struct cmta_secret *secret);
  /* The question that this one left LATER is over without its answer. May be NULL. */
  void (*cancelled)(struct cmta_session *session, void *user);
  /* The server is freed: the last call for `user`. May be NULL. */
  void (*release)(void *user);
};

/* Adds an authenticator behind those there are; before the first connection. Returns its number,
   CMTA_E_ARGUMENT for one that can never be asked (neither function, or `verify` and no kinds) as
   well, CMTA_E_MEMORY, CMTA_E_STATE once there has been a connection,
   CMTA_E_UNSUPPORTED. On an error `release` is not called. */
CMTA_API int cmta_server_add_authenticator(struct cmta_server *server,
                                           const struct cmta_authenticator *authenticator,
                                           void *user);

/* ---- Late answers ---- */

/* Answers the question that an authenticator of this session left LATER; secret is what `look_up`
   would have filled in, or says who a client is that was verified; NULL for nothing. On the
   server's thread; not inside a hook of the session. 0; CMTA_E_STATE when no such question is open;
   CMTA_E_ARGUMENT for LATER, or with OK a secret that cannot be, or none where one was looked up:
   the question stays open. */
CMTA_API int cmta_auth_answer(struct cmta_session *session, enum cmta_auth_result result,
                              const struct cmta_secret *secret);

/* The same from any thread, for a ticket that the authenticator took (cmta_server_ticket()) before
   it answered LATER; the bytes of the secret are copied. 0: the answer will count, as that of
   cmta_ticket_answer(). CMTA_E_STALE when the question is over or was answered, or is no
   authenticator's; CMTA_E_ARGUMENT, CMTA_E_MEMORY: the ticket is still good. Such a ticket is
   CMTA_E_ARGUMENT to cmta_ticket_answer(), which knows no user. */
CMTA_API int cmta_ticket_auth(struct cmta_server *server, struct cmta_ticket ticket,
                              enum cmta_auth_result result, const struct cmta_secret *secret);

/* ---- Ready-made ---- */

/* Each line of the file is a user: "name:{SCHEME}what", SCHEME one of

     {SCRAM-SHA-256}iterations,salt,stored key,server key    the last three in base64
     {SCRAM-SHA-1}the same
     {PLAIN}the password
     {CRYPT}a hash of crypt(3)

   or "name:" and a hash of crypt(3) that begins with '$'. Empty lines and lines that begin with '#'
   are skipped; of two lines for a name the first counts; any other line makes the file one that
   cannot be used. PLAIN and LOGIN take each scheme, SCRAM that of its hash and {PLAIN}, CRAM-MD5
   {PLAIN}. Nobody may act as another.
   The file that the path leads to must be a regular one of 64 MiB at most, of the process's user or
   root, which others can neither read nor write (mode & 007 is 0), nor its group write. It is read
   again, in the loop, when a login finds it changed (inode, size, times); if it cannot be used
   then, what was in it before counts no more, and users get 454 until it can. Put a new one in its
   place by rename(2): whoever writes into it may be overtaken by a login. Hashes are compared in
   one thread, which begins with the first one; each client has one at a time in its queue. A name
   that is not in the file shows the iterations and costs the work of a line of it: each kind of
   line stands for as many of such names as it is of the file, and always for the same, as far as
   the file stays as it is. Lines of one scheme, with one number of iterations, leave the least to
   be seen. The server owns what this makes. 0 or more as cmta_server_add_authenticator();
   CMTA_E_SYSTEM with errno, CMTA_E_PASSWORDS for a file that cannot be used: one line in `why`, of
   size octets, says why, and in which line of the file, without what stands there (it may be NULL).
 */
CMTA_API int cmta_server_add_password_file(struct cmta_server *server, const char *path, char *why,
                                           size_t size);

/* A password file, and who hears of its troubles. `size` is sizeof(struct cmta_password_file). */
struct cmta_password_file {
  size_t size;
  const char *path; /* copied */
  /* A login has found that the file cannot be used any more: why, as above, in one line that lives
     until this returns; or that it can be used again: NULL. Once each time, on the server's thread,
     while an authenticator is asked. It may not free the server. May be NULL. */
  void (*troubled)(void *data, const char *why);
  void *data; /* its argument */
};

/* The same as cmta_server_add_password_file(), which has nobody told. */
CMTA_API int cmta_server_add_password_file_with(struct cmta_server *server,
                                                const struct cmta_password_file *file, char *why,
                                                size_t size);

/* Runs a program for each claim with a password, as checkpassword programs are run: name, password
   and the time in seconds since 1970, each ended by NUL, on descriptor 3. It exits with 0 for yes,
   1 for no, 2 or 111 for not now, 100 for a mistake of ours; these and any other end are 454. What
   is longer than 512 octets together is refused without it, and so is who wants to act as another.
   It decides for every user: authenticators behind it are not asked for passwords.
   arguments: its path, its arguments, NULL; copied. No other descriptor is passed but 0, 1 and 2,
   which are /dev/null, /dev/null and the server's. It has the server's environment, signals as they
   are by default, and is in a process group of its own, which is killed when it takes longer than
   settings.decision_timeout, its client goes or the server is freed. Nobody else may take the
   status of processes that he did not start, but libev's default loop. 0 or more as
   cmta_server_add_authenticator(); CMTA_E_SYSTEM with errno when it is no
   program: EISDIR for a folder, EACCES for what is no regular file or cannot be run. */
CMTA_API int cmta_server_add_checkpassword(struct cmta_server *server,
                                           const char *const *arguments);

/* A fixed list, for tests: "name:password" each, the names as preparation (RFC 4013) leaves them,
   NULL behind the last; copied. Takes any token that is the password, and any verified certificate
   whose subject has the common name `name`; both are then of the user `name`. may_act: each may act
   as anybody, so that a test can see whom its client names; else nobody may act as another. */
CMTA_API int cmta_server_add_users(struct cmta_server *server, const char *const *users,
                                   bool may_act);

/* ---- Mechanisms ---- */

/* The mechanisms that authenticators serve, by number from 0, in the order of the offer; NULL
   behind the last. In a library without SASL, too. */
CMTA_API const char *cmta_mechanism_name(size_t index);

/* ---- Password files ---- */

/* Iterations of SCRAM: how many where nobody says, and at most. */
enum { CMTA_SCRAM_ITERATIONS = 10000, CMTA_SCRAM_MAX_ITERATIONS = 10000000 };

/* The schemes of lines, without brackets, the usual one first; NULL behind the last. */
CMTA_API const char *cmta_password_scheme(size_t index);

/* Writes a line of a password file, without its end, into entry of size octets; scheme as above
   without brackets, NULL for SCRAM-SHA-256; iterations are SCRAM's, 10000000 at most, 0 for 10000,
   and must be 0 for others. Passwords and names are prepared as SASL wants it (RFC 4013); the salt
   is random, and CRYPT is the method that crypt(3) holds best. Returns the line's length, as
   snprintf() does when size is too small; CMTA_E_ARGUMENT for a scheme that is not known, a name or
   password that is empty, not UTF-8 or has forbidden characters, a name with ':' in it or '#' in
   front, a password too long for crypt(3); CMTA_E_SYSTEM without random numbers; CMTA_E_MEMORY,
   CMTA_E_UNSUPPORTED. Any thread; what it used is wiped, but `entry`. */
CMTA_API ptrdiff_t cmta_password_entry(char *entry, size_t size, const char *name,
                                       const char *password, const char *scheme,
                                       unsigned iterations);

#ifdef __cplusplus
}
#endif

#endif

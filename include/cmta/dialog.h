/* SPDX-License-Identifier: MIT */
#ifndef CMTA_DIALOG_H
#define CMTA_DIALOG_H

/*
 * One conversation without sockets, clock or threads, for tests of hooks:
 *
 *     struct cmta_dialog *dialog;
 *     cmta_dialog_new(&dialog, NULL, &hooks, &policy);
 *     cmta_dialog_expect(dialog, NULL, "220");
 *     cmta_dialog_expect(dialog, "EHLO client.example", "250");
 *     cmta_dialog_expect(dialog, "MAIL FROM:<spammer@example.org>", "550 5.7.1");
 *     if (cmta_dialog_failure(dialog))
 *       puts(cmta_dialog_failure(dialog));
 *     cmta_dialog_free(dialog);
 *
 * And one question alone, put to the hooks as if all that comes before had been said:
 *
 *     struct cmta_scene scene = CMTA_SCENE_INIT;
 *     scene.peer = "192.0.2.7", scene.user = "alice";
 *     struct cmta_answer answer;
 *     cmta_scene_ask(NULL, &hooks, &policy, &scene, "rcpt", "<bob@example.net>", &answer);
 *     assert(answer.verdict == CMTA_REJECT && answer.code == 550);
 *
 * Threads: one at a time.
 */

#include <cmta/session.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- A conversation ---- */

struct cmta_dialog;

/* Makes a session of settings (NULL: the defaults) and hooks (NULL: accept everything), which has
   not begun yet, between a client at 192.0.2.1 and a server at 192.0.2.25. Both structures are
   copied. Errors as of cmta_service_new() and cmta_session_new(). The caller frees it. */
CMTA_API int cmta_dialog_new(struct cmta_dialog **dialog, const struct cmta_settings *settings,
                             const struct cmta_hooks *hooks, void *user);

/* The same of a service that is there, with a chain of hook sets say, and lives longer; and of any
   two ends, as of cmta_session_new(). */
CMTA_API int cmta_dialog_of_service(struct cmta_dialog **dialog, struct cmta_service *service,
                                    const struct cmta_peer *peer, const struct cmta_peer *local);

/* Frees it, its session first. NULL is ignored. */
CMTA_API void cmta_dialog_free(struct cmta_dialog *dialog);

/* Its session: for what a runtime may say of a client before it begins, for late answers, for the
   end of time (cmta_session_expire()), and for all getters. */
CMTA_API struct cmta_session *cmta_dialog_session(struct cmta_dialog *dialog);

/* Sends a line, CR LF added, and returns all that the server says then: lines, each ended by LF; ""
   when it says nothing, as while a question is open: what is sent then has its turn behind the
   answer. NULL sends nothing: the session begins, or goes on after a late answer. The text lives
   until more is sent. Without memory the session is over and says nothing. */
CMTA_API const char *cmta_dialog_send(struct cmta_dialog *dialog, const char *line);

/* The same with bytes as they are: pipelined lines, half a line, a bare LF. Here and below bytes
   that are NULL are none, whatever length says, and a text that is NULL is an empty one. */
CMTA_API const char *cmta_dialog_send_bytes(struct cmta_dialog *dialog, const void *bytes,
                                            size_t length);

/* The same with a message of lines ended by CR LF, behind 354: dots are stuffed and the last one is
   added (RFC 5321 section 4.5.2). */
CMTA_API const char *cmta_dialog_send_message(struct cmta_dialog *dialog, const char *message);

/* The same with BDAT and the octets of its chunk (RFC 3030 section 2). */
CMTA_API const char *cmta_dialog_send_chunk(struct cmta_dialog *dialog, const void *bytes,
                                            size_t length, bool last);

/* The same with a line whose end is bytes in base64: "AUTH PLAIN " and what follows it (RFC 4954),
   or "" and a response. */
CMTA_API const char *cmta_dialog_send_base64(struct cmta_dialog *dialog, const char *front,
                                             const void *bytes, size_t length);

/* A handshake that the session waits for is done, as cmta_session_secured(), but that strings of
   facts may be NULL; what the server says then. NULL when no handshake is waited for. */
CMTA_API const char *cmta_dialog_secure(struct cmta_dialog *dialog,
                                        const struct cmta_tls_facts *facts);

/* What the server said last: what those above returned. */
CMTA_API const char *cmta_dialog_said(const struct cmta_dialog *dialog);

/* The code of the last reply; 0 before. */
CMTA_API int cmta_dialog_code(const struct cmta_dialog *dialog);

/* Sends a line as cmta_dialog_send(), and expects that the reply begins so: "250", "250 2.1.0",
   "250-" when more lines follow. Several replies, to what was sent at once, have an LF between
   them: "250\n550 5.1.1\n354"; "": nothing is said. 0; CMTA_E_UNEXPECTED, and the first one is kept
   for cmta_dialog_failure(); CMTA_E_MEMORY, and CMTA_E_ARGUMENT without a reply, kept likewise. */
CMTA_API int cmta_dialog_expect(struct cmta_dialog *dialog, const char *line, const char *reply);

/* The same of what was said last, whatever was sent for it. */
CMTA_API int cmta_dialog_expect_reply(struct cmta_dialog *dialog, const char *reply);

/* What was not as expected, in lines of text, escaped: what was sent, expected and said; NULL while
   all was. Lives as long as the dialogue. */
CMTA_API const char *cmta_dialog_failure(const struct cmta_dialog *dialog);

/* ---- One question ---- */

/* What has happened before a question; what is NULL, 0 or false has not, or is as usual. No text
   but the message may have a CR or LF, those of `tls` included; addresses are as of struct
   cmta_peer. Else it is CMTA_E_ARGUMENT, and nothing is said. */
struct cmta_scene {
  size_t size;                      /* sizeof(struct cmta_scene) */
  const char *peer;                 /* the client's address; NULL: 192.0.2.1 */
  const char *local;                /* this server's address; NULL: 192.0.2.25 */
  bool lmtp;                        /* LMTP is spoken */
  bool submission;                  /* mail is submitted: it takes a user */
  const struct cmta_tls_facts *tls; /* under TLS, with these; each string may be NULL */
  const char *hello;                /* the client's name; NULL: client.example, by EHLO or LHLO */
  bool plain_hello;                 /* it said HELO */
  const char *user;                 /* it has logged in, as this user, with EXTERNAL: a name
                                       as of cmta_is_identity() */
  /* What was said behind MAIL FROM: with parameters. NULL: <sender@example.org> */
  const char *sender;
  /* Likewise behind RCPT TO:; NULL at the end. NULL: <recipient@example.net>, but no other one
     before the one in question */
  const char *const *recipients;
  /* With CR LF, no dots stuffed. NULL: a short one */
  const char *message;
};

/* Nothing unusual. */
#define CMTA_SCENE_INIT                                                                            \
  { sizeof(struct cmta_scene), NULL, NULL, false, false, NULL, NULL, false, NULL, NULL, NULL, NULL }

/* What was answered. */
struct cmta_answer {
  enum cmta_verdict verdict; /* of the hook; CMTA_LATER when it left the question open */
  /* The answer was wrong, as of cmta_decision.corrected: verdict and reply are what counts in its
     place */
  bool corrected;
  int code;          /* of the reply; 0 when none was sent */
  char enhanced[16]; /* or "" */
  char text[1024];   /* lines parted by LF; cut where it is longer */
};

/* Plays a session up to a question as the scene says (NULL: nothing unusual), everything accepted
   and none of `hooks` called but those that make and free data; then asks this hook alone, once, by
   its name as of cmta_session_question():

     connect, hello, starttls, secured, auth, mail, rcpt, data; chunk, headers, message: the first
     slice, and the first recipient where each has an answer of its own; rset, noop, vrfy, expn,
     help, verb: between transactions or, where the scene has a sender or recipients, behind those;
     etrn, xclient, xforward.

   argument is what the client says behind the verb, `<bob@example.net> NOTIFY=NEVER`; of verb the
   whole line; of chunk, headers and message the message. NULL: as in the scene. The recipients of a
   scene were accepted before an argument of rcpt, or are in question themselves, the last of them.

   The session ends then: an open question is cancelled, which its hook set is told. settings NULL:
   the defaults, with all extensions. The mechanism of auth is offered where they have none. A hook
   that is NULL answers as in a session.

   0; CMTA_E_ARGUMENT for a question that is not there, or when the scene or the argument does not
   lead to it: the reply is what the client heard instead, if it did; CMTA_E_MEMORY, when something
   could not be allocated, whatever the client heard for it: then there is no answer. */
CMTA_API int cmta_scene_ask(const struct cmta_settings *settings, const struct cmta_hooks *hooks,
                            void *user, const struct cmta_scene *scene, const char *question,
                            const char *argument, struct cmta_answer *answer);

#ifdef __cplusplus
}
#endif

#endif

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
 *     scene.peer = "192.0.2.1", scene.user = "alice";
 *     struct cmta_answer answer;
 *     cmta_scene_ask(NULL, &hooks, &policy, &scene, "rcpt", "<bob@example.net>", &answer);
 *     assert(answer.verdict == CMTA_REJECT && answer.code == 550);
 *
 * Threads: one at a time.
 */

#include <cmta/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- A conversation ---- */

struct cmta_dialog;

/* Makes a session of settings (NULL: the defaults) and hooks (NULL: accept everything), which has
   not begun yet. Errors as of cmta_service_new() and cmta_session_new(). The caller frees it. */
CMTA_API int cmta_dialog_new(struct cmta_dialog **dialog, const struct cmta_settings *settings,
                             const struct cmta_hooks *hooks, void *user);

/* Frees it, its session first. NULL is ignored. */
CMTA_API void cmta_dialog_free(struct cmta_dialog *dialog);

/* Its session: for what a runtime may say of a client before it begins, for late answers, and for
   all getters. */
CMTA_API struct cmta_session *cmta_dialog_session(struct cmta_dialog *dialog);

/* Sends a line, CR LF added, and returns all that the server says then: lines, each ended by LF; ""
   when it says nothing, as while a question is open. NULL sends nothing: the session begins, or
   goes on after a late answer. The text lives until the next call. Without memory the session fails
   and says nothing. */
CMTA_API const char *cmta_dialog_send(struct cmta_dialog *dialog, const char *line);

/* The same with bytes as they are. */
CMTA_API const char *cmta_dialog_send_bytes(struct cmta_dialog *dialog, const void *bytes,
                                            size_t length);

/* The code of the last reply; 0 before. */
CMTA_API int cmta_dialog_code(const struct cmta_dialog *dialog);

/* Sends a line as above, and expects that what is said then begins so: "250", "250 2.1.0", "250-"
   and so on; "" that nothing is said. 0, or CMTA_E_UNEXPECTED; the first one is kept for
   cmta_dialog_failure(). */
CMTA_API int cmta_dialog_expect(struct cmta_dialog *dialog, const char *line, const char *reply);

/* What was not as expected, in lines of text: what was sent, expected and said; NULL while all was.
   Lives as long as the dialogue. */
CMTA_API const char *cmta_dialog_failure(const struct cmta_dialog *dialog);

/* A handshake that the session waits for is done, as cmta_session_secured(); what it says then. */
CMTA_API const char *cmta_dialog_secure(struct cmta_dialog *dialog,
                                        const struct cmta_tls_facts *facts);

/* ---- One question ---- */

/* What has happened before a question; what is NULL, 0 or false has not, or is as usual. */
struct cmta_scene {
  size_t size;       /* sizeof(struct cmta_scene) */
  const char *peer;  /* the client's address; NULL: 192.0.2.1 */
  const char *local; /* this server's address */
  bool lmtp;
  bool submission;
  const struct cmta_tls_facts *tls; /* under TLS, with these */
  const char *hello;                /* the client's name; NULL: client.example, by EHLO or LHLO */
  bool plain_hello;                 /* it said HELO */
  const char *user;                 /* it has logged in, as this user */
  const char
      *sender; /* what was said behind MAIL FROM: with parameters; NULL: <sender@example.org> */
  const char *const
      *recipients; /* likewise behind RCPT TO:; NULL at the end; NULL: <recipient@example.net> */
  const char *message; /* with CR LF, no dots stuffed; NULL: a short one */
};

/* Nothing unusual. */
#define CMTA_SCENE_INIT                                                                            \
  { sizeof(struct cmta_scene), NULL, NULL, false, false, NULL, NULL, false, NULL, NULL, NULL, NULL }

/* What was answered. */
struct cmta_answer {
  enum cmta_verdict verdict; /* of the hook; CMTA_LATER when it left the question open */
  int code;                  /* of the reply; 0 when none was sent */
  char enhanced[16];         /* or "" */
  char text[1024];           /* lines parted by LF; cut where it is longer */
};

/* Plays a session up to a question as the scene says, everything accepted and no hook of `hooks`
   asked but those that make and free data, then asks this hook alone, by its name as of
   cmta_session_question(): connect, hello, starttls, mail, rcpt, data, headers, message, rset,
   noop, vrfy, expn, help, etrn. argument is what the client says behind the verb,
   `<bob@example.net> NOTIFY=NEVER`; NULL: as in the scene. 0; CMTA_E_ARGUMENT for a question that
   is not there or a scene that cannot be played; CMTA_E_MEMORY. */
CMTA_API int cmta_scene_ask(const struct cmta_settings *settings, const struct cmta_hooks *hooks,
                            void *user, const struct cmta_scene *scene, const char *question,
                            const char *argument, struct cmta_answer *answer);

#ifdef __cplusplus
}
#endif

#endif

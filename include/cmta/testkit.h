/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_H
#define CMTA_TESTKIT_H

/*
 * The test kit: a server for the tests of programs that send mail. In a thread of its own, on a
 * port of its own, with a mailbox, a plan of faults and a transcript:
 *
 *     struct cmta_kit *kit;
 *     if (cmta_kit_start(&kit, NULL) != 0)
 *       abort();
 *     send_the_newsletter("127.0.0.1", cmta_kit_port(kit));
 *     struct cmta_mail *mail;
 *     if (cmta_kit_take(kit, NULL, 5, &mail) == 0) {
 *       puts(cmta_mail_header(mail, "Subject"));
 *       cmta_mail_free(mail);
 *     }
 *     cmta_kit_stop(kit);
 *
 * Any number of them may run side by side, and one may serve many tests, each of which takes the
 * mails that it knows to be its own.
 *
 * Its parts are of use with any server: the mailbox (<cmta/mail.h>), the plan of faults
 * (<cmta/fault.h>), the transcripts (<cmta/transcript.h>), files of mails (<cmta/store.h>). Hooks
 * can be tested without a server at all (<cmta/dialog.h>).
 *
 * Time may be the kit's own: then it stands still, whatever the real time, until
 * cmta_kit_advance(), and a test of a timeout of five minutes takes a millisecond.
 *
 * Threads: all functions may be called from any, but cmta_kit_stop(), which must be the last. Hooks
 * are called on the kit's thread.
 */

#include <cmta/dialog.h>
#include <cmta/fault.h>
#include <cmta/mail.h>
#include <cmta/server.h>
#include <cmta/store.h>
#include <cmta/transcript.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_kit;

/* What a kit is like. Fill it with cmta_kit_config_init(), then change what should differ; each
   comment ends with the default. Everything is copied. */
struct cmta_kit_config {
  /* sizeof(struct cmta_kit_config), set by cmta_kit_config_init(). */
  size_t size;
  /* Of the server and its sessions, as in cmta_server_new(). NULL: the defaults, but that failed
     logins are answered at once */
  const struct cmta_config *config;
  /* Asked between the plan of faults and the mailbox. NULL: accept everything */
  const struct cmta_hooks *hooks;
  void *user;
  /* As for cmta_server_listen(). "127.0.0.1:0" */
  const char *address;
  /* OFFERED, REQUIRED or IMPLICIT: with a certificate for localhost, 127.0.0.1 and ::1 that was
     made for this kit, see cmta_kit_certificate(). UNAVAILABLE offers STARTTLS, too, but has no
     certificate: it is answered 454. OFF */
  enum cmta_tls_mode tls_mode;
  /* LMTP, submission and so on; what clients do before their time is flagged at least. NULL: those
     of the settings */
  const struct cmta_manners *manners;
  /* Users who may log in, "name:password" each, NULL at the end; in clear, too. None at all in
     front of the end is CMTA_E_ARGUMENT. NULL: nobody */
  const char *const *users;
  /* Time stands still until cmta_kit_advance(). Off */
  bool virtual_time;
  /* For faults with `chance`; the first one that cmta_kit_fault() plans has it printed on standard
     error, "cmta_kit: seed 1". 1 */
  uint64_t seed;
};

/* Fills config with the defaults named above. */
CMTA_API void cmta_kit_config_init(struct cmta_kit_config *config);

/* Starts a kit (config NULL: the defaults); it listens when this returns. 0; errors as of
   cmta_server_new() and cmta_server_listen_with(); CMTA_E_SYSTEM when there is no thread; then *kit
   is NULL. The caller stops it. */
CMTA_API int cmta_kit_start(struct cmta_kit **kit, const struct cmta_kit_config *config);

/* Stops it: clients that are connected hear 421, or are cut off after a second; then everything is
   freed, mails in the mailbox too. Not from a hook, nor anything else that is called on the kit's
   thread: it waits for that one to end. NULL is ignored. */
CMTA_API void cmta_kit_stop(struct cmta_kit *kit);

/* Where it listens. The strings live as long as the kit; NULL and 0 of none. */
CMTA_API const char *cmta_kit_address(const struct cmta_kit *kit);
CMTA_API uint16_t cmta_kit_port(const struct cmta_kit *kit);

/* Its certificate, PEM, which clients may trust, and behind it that of the fault tls-wrong, of
   which nothing but its name is wrong then; NULL without TLS. Lives as long as the kit. */
CMTA_API const char *cmta_kit_certificate(const struct cmta_kit *kit);

/* Its parts, which live as long as the kit; NULL of none. The plan tells the recorder of what
   happens: who has cmta_plan_on_fault() tell somebody else calls cmta_recorder_fault() there. The
   recorder keeps all transcripts until cmta_kit_clear(), and connections are counted on behind it.
   */
CMTA_API struct cmta_mailbox *cmta_kit_mailbox(struct cmta_kit *kit);
CMTA_API struct cmta_plan *cmta_kit_plan(struct cmta_kit *kit);
CMTA_API struct cmta_recorder *cmta_kit_recorder(struct cmta_kit *kit);

/* Those functions that tests need most: cmta_mailbox_wait(), _take(), _expect() and
   cmta_plan_add_text(), which aborts with a line on standard error when it cannot, or no client can
   meet the fault. Without a kit the first three return CMTA_E_ARGUMENT. */
CMTA_API int cmta_kit_wait(struct cmta_kit *kit, size_t count, double seconds);
CMTA_API int cmta_kit_take(struct cmta_kit *kit, const struct cmta_match *match, double seconds,
                           struct cmta_mail **mail);
CMTA_API int cmta_kit_expect(struct cmta_kit *kit, const struct cmta_match *expected, size_t count,
                             double seconds, char *difference, size_t size);
CMTA_API int cmta_kit_fault(struct cmta_kit *kit, const char *text);

/* With virtual time: what has come from clients so far is done, then so many seconds pass, with all
   that they bring about, in order; one call after the other, where several threads make some. What
   a client sends in pieces has come when it sets TCP_NODELAY.
   Returns when they have. Times for which callers wait are real all the same. 0; CMTA_E_STATE
   without virtual time, and on the kit's own thread, from a hook, which would wait for itself;
   CMTA_E_ARGUMENT. */
CMTA_API int cmta_kit_advance(struct cmta_kit *kit, double seconds);

/* Forgets mails, faults and the transcripts of connections that have ended: between two tests. */
CMTA_API void cmta_kit_clear(struct cmta_kit *kit);

#ifdef __cplusplus
}
#endif

#endif

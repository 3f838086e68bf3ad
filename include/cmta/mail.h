/* SPDX-License-Identifier: MIT */
#ifndef CMTA_MAIL_H
#define CMTA_MAIL_H

/*
 * Messages that a server has taken, for tests: a mailbox keeps them, tests wait for those that they
 * look for and take them out. Part of the test kit (<cmta/testkit.h>), of use with any server.
 *
 *     struct cmta_match to_bob = CMTA_MATCH_INIT;
 *     to_bob.recipient = "bob@example.net";
 *     struct cmta_mail *mail;
 *     if (cmta_mailbox_take(mailbox, &to_bob, 5, &mail) == 0)
 *       puts(cmta_mail_header(mail, "Subject"));
 *
 * Threads: a mailbox may be used from any, a mail from one at a time; all of its functions may be
 * called with the same mail in two threads after cmta_mail_share(), and cmta_message_data() of its
 * message, but cmta_message_next() in one at a time.
 */

#include <cmta/message.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_server;
struct cmta_session;

/* ---- A mail ---- */

/* One message with its envelope; never changes. */
struct cmta_mail;

/* Its name: what the reply to the client said it was queued as. Lives as long as the mail, like all
   that follows. */
CMTA_API const char *cmta_mail_id(const struct cmta_mail *mail);

/* When it came, as cmta_connection_time(): milliseconds since 1970, in virtual time where its
   server has such. */
CMTA_API int64_t cmta_mail_time(const struct cmta_mail *mail);

/* The connection that it came with, as cmta_connection_number() counts. */
CMTA_API uint64_t cmta_mail_connection(const struct cmta_mail *mail);

/* What was received: envelope, facts and bytes, as <cmta/message.h> shows them. */
CMTA_API const struct cmta_message *cmta_mail_message(const struct cmta_mail *mail);

/* The forward-paths that it was accepted for, in order: all of its envelope, but where each had an
   answer of its own (LMTP, PRDR). NULL behind the last. */
CMTA_API size_t cmta_mail_recipient_count(const struct cmta_mail *mail);
CMTA_API const struct cmta_path *cmta_mail_recipient(const struct cmta_mail *mail, size_t index);

/* The value of the first header field of this name, in any case of letters: unfolded and decoded
   (RFC 2047, RFC 6532), UTF-8; an encoded word that begins and never ends stays as it is, with all
   behind it. NULL when there is none. */
CMTA_API const char *cmta_mail_header(const struct cmta_mail *mail, const char *name);

/* The text that a reader would see: of all text parts that are no attachments, plain where there is
   a choice, decoded (RFC 2045) to UTF-8, lines ended by LF. "" when there is none. The first line
   that is no field begins it, in a message without a header section the first of all. Messages in
   a message (message/rfc822) are no text. A message with more than 200 parts that have parts in
   them, or lines that look so, is shown as it is, without its header section. */
CMTA_API const char *cmta_mail_text(const struct cmta_mail *mail);

/* The same mail once more, to be freed on its own. */
CMTA_API struct cmta_mail *cmta_mail_share(struct cmta_mail *mail);

/* Frees a mail. NULL is ignored. */
CMTA_API void cmta_mail_free(struct cmta_mail *mail);

/* ---- Which ---- */

/* What a mail must be like; what is NULL does not count. */
struct cmta_match {
  size_t size; /* sizeof(struct cmta_match) */
  /* Patterns of a whole address, in any case of letters, where '*' stands for anything and '?' for
     one octet: "*@example.net"; "" is the null reverse-path. Of the forward-paths one must match.
   */
  const char *sender;
  const char *recipient;
  /* Texts that are somewhere in the Subject field, or in what cmta_mail_text() shows, in this case
     of letters. */
  const char *subject;
  const char *text;
  /* A header field of this name, and a text somewhere in its value (NULL: it is there); without a
     name the text does not count. */
  const char *header;
  const char *value;
  /* The whole of its name. */
  const char *id;
};

/* One that any mail matches. */
#define CMTA_MATCH_INIT                                                                            \
  { sizeof(struct cmta_match), NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* Whether the mail is like that; a match of NULL is any. */
CMTA_API bool cmta_mail_matches(const struct cmta_mail *mail, const struct cmta_match *match);

/* Whether a whole address is as a pattern says, like those of a match. */
CMTA_API bool cmta_address_matches(struct cmta_slice address, const char *pattern);

/* ---- A mailbox ---- */

/* The mails that came, in order. */
struct cmta_mailbox;

/* Makes an empty one. 0, CMTA_E_MEMORY, CMTA_E_ARGUMENT. The caller frees it. */
CMTA_API int cmta_mailbox_new(struct cmta_mailbox **mailbox);

/* Frees it, with the mails in it; servers that it was added to must be freed before. NULL is
   ignored. */
CMTA_API void cmta_mailbox_free(struct cmta_mailbox *mailbox);

/* Adds a hook set to the server, which takes each message that comes to it: it should be the last.
   The client hears 250 when the mail is in the box, and 451 where the setting `collect` is off. As
   cmta_server_add(). */
CMTA_API int cmta_mailbox_add_to(struct cmta_mailbox *mailbox, struct cmta_server *server);

/* What a callback of cmta_mailbox_on_mail() returns. */
enum cmta_mail_fate {
  CMTA_MAIL_KEEP = 0,     /* the box keeps it */
  CMTA_MAIL_DONE = 1,     /* it is accepted, and not kept: all that was to do is done */
  CMTA_MAIL_REFUSE = 451, /* it is not accepted; the client hears 451 and may try again */
  CMTA_MAIL_NO_ROOM = 452 /* likewise, with 452 (RFC 5321 section 4.2.3) */
};

/* came(context, session, mail) is called for each mail, on the server's thread, before its client
   hears of it, and says what becomes of it. The mail is the mailbox's: cmta_mail_share() keeps it.
   Of the session the getters of facts may be used, <cmta/facts.h>, and they alone. What is none of
   these fates is CMTA_MAIL_REFUSE. NULL for nobody: each is kept. */
CMTA_API void cmta_mailbox_on_mail(struct cmta_mailbox *mailbox,
                                   enum cmta_mail_fate (*came)(void *context,
                                                               struct cmta_session *session,
                                                               struct cmta_mail *mail),
                                   void *context);

/* Waits until there are `count` mails like that, or more, at most `seconds`, without looking again
   and again. How many there are; CMTA_E_TIMEOUT when they are too few by then. */
CMTA_API int cmta_mailbox_wait(struct cmta_mailbox *mailbox, const struct cmta_match *match,
                               size_t count, double seconds);

/* How many there are now; 0 for a match that cannot be. */
CMTA_API size_t cmta_mailbox_count(struct cmta_mailbox *mailbox, const struct cmta_match *match);

/* Takes the first mail like that out of the box; waits for one as above. No two calls take the same
   one, whatever threads they come from. 0, CMTA_E_TIMEOUT, CMTA_E_ARGUMENT. The caller frees it. */
CMTA_API int cmta_mailbox_take(struct cmta_mailbox *mailbox, const struct cmta_match *match,
                               double seconds, struct cmta_mail **mail);

/* All mails like that, which stay in the box: *mails is an array of *count, to be given to
   cmta_mailbox_list_free(). 0, CMTA_E_MEMORY, CMTA_E_ARGUMENT. */
CMTA_API int cmta_mailbox_list(struct cmta_mailbox *mailbox, const struct cmta_match *match,
                               struct cmta_mail ***mails, size_t *count);
CMTA_API void cmta_mailbox_list_free(struct cmta_mail **mails, size_t count);

/* Frees all mails like that. How many they were; 0 for a match that cannot be. */
CMTA_API size_t cmta_mailbox_clear(struct cmta_mailbox *mailbox, const struct cmta_match *match);

/* Waits until the box holds exactly the mails expected: one for each match, each for one, and
   nothing else. 0; CMTA_E_TIMEOUT when it does not by then, and `difference`, of size octets, says
   in lines of text, as many as there is room for, what is missing, what is there besides, and how
   near it is; it may be NULL. Of a mail that is like several matches the one that the fewest
   mails are like comes first, then the one that asks for most. The mailbox stands still while mails
   are compared, which happens when they are as many as the matches, and for the text.
   CMTA_E_ARGUMENT, CMTA_E_MEMORY, also when a message cannot be read. */
CMTA_API int cmta_mailbox_expect(struct cmta_mailbox *mailbox, const struct cmta_match *expected,
                                 size_t count, double seconds, char *difference, size_t size);

#ifdef __cplusplus
}
#endif

#endif

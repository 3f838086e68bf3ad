/* SPDX-License-Identifier: MIT */
#ifndef CMTA_STORE_H
#define CMTA_STORE_H

/*
 * Mails in files, as other programs read them: JSON lines, maildir, mbox, or one file a mail. Part
 * of the test kit (<cmta/testkit.h>), of use with any server:
 *
 *     struct cmta_store *store;
 *     cmta_store_new(&store, CMTA_STORE_MAILDIR, "mails");
 *     cmta_mailbox_on_mail(mailbox, keep, store); // keep() calls cmta_store_put()
 *
 * Threads: a store may be used from any, one at a time.
 */

#include <cmta/mail.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How mails are kept. Names of files are those of the mails, cmta_mail_id(). A file that is
   appended to is locked meanwhile, by fcntl(): others who lock it, too, lose nothing. When somebody
   has removed or renamed it the next mail makes it anew. */
enum cmta_store_form {
  CMTA_STORE_JSONL = 0,   /* a file, appended to: a line a mail, as cmta_mail_json() */
  CMTA_STORE_MAILDIR = 1, /* a folder with tmp, new and cur; a mail is in new when it is whole */
  CMTA_STORE_MBOX = 2,  /* a file, appended to: RFC 4155, lines that begin with "From " or ">From "
                           quoted with one ">" more (mboxrd) */
  CMTA_STORE_FOLDER = 3 /* a folder: ID.eml is the message as it came, ID.json the line without it;
                           who sees the first finds the second */
};

struct cmta_store;

/* Opens a store, made if it is not there, but for the folder that it lies in. "-" is standard
   output for JSONL and MBOX. Maildir and mbox begin a message with Return-Path and Delivered-To
   fields that show the envelope, and an empty line where it has no header section; their lines end
   with LF, the last one too. 0; CMTA_E_SYSTEM, errno says why;
   CMTA_E_MEMORY; CMTA_E_ARGUMENT. The caller frees it. */
CMTA_API int cmta_store_new(struct cmta_store **store, enum cmta_store_form form, const char *path);

/* Closes it; what is in it stays. NULL is ignored. */
CMTA_API void cmta_store_free(struct cmta_store *store);

/* Writes a mail, whole or not at all: what was written of it is taken back where that can be; in a
   pipe it cannot, and the next mail begins on a line of its own. It is with the system then; it is
   not waited for a disk. It is waited for a file that another program has locked, and for room in a
   pipe that nobody reads, until a signal comes that this thread has a handler for, whatever
   SA_RESTART says. 0; CMTA_E_SYSTEM, errno says why: EINTR for such a signal; CMTA_E_MEMORY,
   CMTA_E_ARGUMENT. */
CMTA_API int cmta_store_put(struct cmta_store *store, const struct cmta_mail *mail);

/* Writes lines of the caller's own, the last one ended by LF, likewise. For forms that are a file.
   Errors as above. */
CMTA_API int cmta_store_append(struct cmta_store *store, const void *bytes, size_t length);

/* What is known of a mail as one JSON object (RFC 8259) on one line, without LF: its envelope, its
   client, and with `whole` the message, as "data" where it is UTF-8, else as "data_base64". The
   fields are in the README. `ascii`: in ASCII alone, for terminals. NULL without memory, or when
   the message cannot be read. To be freed with free(). */
CMTA_API char *cmta_mail_json(const struct cmta_mail *mail, bool whole, bool ascii);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_STORE_H
#define CMTA_TESTKIT_STORE_H

/* The forms of stores, and what they share. */

#include <cmta/store.h>

#include "testkit/append.h"

#include <stdio.h>

struct cmta_store {
  const struct store_form *form;
  char *path;
  struct append append; /* of those that are one file; else its fd is -1 */
};

/* One form. What its functions return is 0 or an errno. */
struct store_form {
  int (*open)(struct cmta_store *store);
  int (*put)(struct cmta_store *store, const struct cmta_mail *mail);
};

extern const struct store_form store_jsonl, store_maildir, store_mbox, store_folder;

/* Opens the store's one file. */
int store_open_file(struct cmta_store *store);

/* Makes a folder, unless it is there. */
int store_make_folder(const char *path);

/* Writes a file of the store's folder whole: under the first name, which is then made the second;
   what `fill` writes of the mail. Names are relative to the folder. */
int store_write_file(const struct cmta_store *store, const char *temporary, const char *name,
                     bool (*fill)(FILE *file, const struct cmta_mail *mail),
                     const struct cmta_mail *mail);

/* ---- Text; false when the message cannot be read. What cannot be written the stream knows. ----
 */

/* The message as it came. */
bool store_print_raw(FILE *file, const struct cmta_mail *mail);

/* The message behind fields that show its envelope, lines ended by LF, the last one too. quoted: as
   mboxrd has lines that begin with "From ". */
bool store_print_mail(FILE *file, const struct cmta_mail *mail, bool quoted);

#endif

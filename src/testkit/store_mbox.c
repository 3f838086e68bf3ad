/* SPDX-License-Identifier: MIT */

/* Mails in an mbox file (RFC 4155), with the quoting of mboxrd, which can be undone. */

#include "testkit/store.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* The sender is one word of ASCII there; all of it is in Return-Path. */
static void print_sender(FILE *file, struct cmta_slice address) {
  for (size_t i = 0; i < address.length; i++)
    putc(address.at[i] > ' ' && address.at[i] < 0x7f ? address.at[i] : '?', file);
  if (address.length == 0)
    fputs("MAILER-DAEMON", file);
}

/* "From SENDER Thu Nov 26 13:06:57 2026", in UTC, whatever the locale. */
static void print_from(FILE *file, const struct cmta_mail *mail) {
  time_t seconds = (time_t)(cmta_mail_time(mail) / 1000);
  struct tm utc = {0};
  char time[32];
  fputs("From ", file);
  print_sender(file, cmta_message_envelope(cmta_mail_message(mail))->reverse_path.address);
  gmtime_r(&seconds, &utc);
  fprintf(file, " %s", asctime_r(&utc, time));
}

static bool print(FILE *file, const struct cmta_mail *mail) {
  print_from(file, mail);
  bool read = store_print_mail(file, mail, true);
  putc('\n', file);
  return read && !ferror(file);
}

static int put(struct cmta_store *store, const struct cmta_mail *mail) {
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&text, &length);
  if (!stream)
    return ENOMEM;
  bool printed = print(stream, mail);
  int error = fclose(stream) == 0 && printed ? 0 : ENOMEM;
  if (!error)
    error = append_write(&store->append, text, length);
  free(text);
  return error;
}

/* An empty line is behind each mail. */
static int open_mbox(struct cmta_store *store) {
  return append_open(&store->append, store->path, 2);
}

const struct store_form store_mbox = {open_mbox, put};

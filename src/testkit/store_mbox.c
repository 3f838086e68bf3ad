/* SPDX-License-Identifier: MIT */

/* Mails in an mbox file (RFC 4155), with the quoting of mboxrd, which can be undone. */

#include "testkit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/* Locks a file, or unlocks it, as other programs do that use an mbox; what is no file has no lock.
 * Where a lock can belong to who has opened the file, threads are kept apart, too. 0 or an errno.
 */
static int lock(int fd, short type) {
#ifdef F_OFD_SETLKW
  const int command = F_OFD_SETLKW;
#else
  const int command = F_SETLKW;
#endif
  struct stat file;
  struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
  if (fstat(fd, &file) == 0 && !S_ISREG(file.st_mode))
    return 0;
  while (fcntl(fd, command, &whole) < 0)
    if (errno != EINTR)
      return errno;
  return 0;
}

static int append_locked(struct append *append, const char *text, size_t length) {
  int error = lock(append->fd, F_WRLCK);
  if (error)
    return error;
  error = append_write(append, text, length);
  lock(append->fd, F_UNLCK);
  return error;
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
    error = append_locked(&store->append, text, length);
  free(text);
  return error;
}

/* An empty line is behind each mail. */
static int open_mbox(struct cmta_store *store) {
  return append_open(&store->append, store->path, 2);
}

const struct store_form store_mbox = {open_mbox, put};

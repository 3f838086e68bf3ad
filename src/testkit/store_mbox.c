/* SPDX-License-Identifier: MIT */

/* Mails in an mbox file (RFC 4155), with the quoting of mboxrd, which can be undone. */

#include "testkit/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>

/* "From SENDER Thu Nov 26 13:06:57 2026", in UTC, whatever the locale. */
static void print_from(FILE *file, const struct cmta_mail *mail) {
  static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  struct cmta_slice sender = cmta_message_envelope(cmta_mail_message(mail))->reverse_path.address;
  time_t seconds = (time_t)(cmta_mail_time(mail) / 1000);
  struct tm utc = {0};
  gmtime_r(&seconds, &utc);
  fprintf(file, "From %.*s %s %s %2d %02d:%02d:%02d %d\n",
          sender.length ? (int)sender.length : (int)sizeof "MAILER-DAEMON" - 1,
          sender.length ? sender.at : "MAILER-DAEMON", days[utc.tm_wday], months[utc.tm_mon],
          utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, utc.tm_year + 1900);
}

static bool print(FILE *file, const struct cmta_mail *mail) {
  print_from(file, mail);
  bool read = store_print_mail(file, mail, true);
  putc('\n', file);
  return read && !ferror(file);
}

/* Other programs lock an mbox in this way, too; what is no file cannot be locked, and need not. */
static void lock(int fd, short type) {
  struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
  while (fcntl(fd, F_SETLKW, &whole) < 0 && errno == EINTR)
    continue;
}

static int put(struct cmta_store *store, const struct cmta_mail *mail) {
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&text, &length);
  if (!stream)
    return ENOMEM;
  bool printed = print(stream, mail);
  int error = fclose(stream) == 0 && printed ? 0 : ENOMEM;
  if (!error) {
    lock(store->append.fd, F_WRLCK);
    error = append_write(&store->append, text, length);
    lock(store->append.fd, F_UNLCK);
  }
  free(text);
  return error;
}

const struct store_form store_mbox = {store_open_file, put};

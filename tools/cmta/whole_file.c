/* SPDX-License-Identifier: MIT */
/* Files that are written at once (whole_file.h). */

#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As readable as open(2) would have made it. */
static void open_to_others(int fd) {
  mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(fd, 0666 & ~mask);
}

/* Writes the text and ends the file. 0 or an errno. */
static int fill(int fd, const char *text, size_t length) {
  FILE *file = fdopen(fd, "w");
  if (!file) {
    int error = errno;
    close(fd);
    return error;
  }
  bool written = fwrite(text, 1, length, file) == length;
  int error = written ? 0 : errno;
  return fclose(file) == 0 || error ? error : errno;
}

int whole_file_write(const char *path, const char *text, size_t length) {
  char *temporary = NULL;
  if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
    return ENOMEM;
  int fd = mkostemp(temporary, O_CLOEXEC);
  int error = fd < 0 ? errno : 0;
  if (!error) {
    open_to_others(fd);
    error = fill(fd, text, length);
    if (!error && rename(temporary, path) < 0)
      error = errno;
    if (error)
      unlink(temporary);
  }
  free(temporary);
  return error;
}

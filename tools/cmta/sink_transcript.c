/* SPDX-License-Identifier: MIT */
/* The transcripts of `cmta sink` (sink_transcript.h). */

#include "sink_transcript.h"

#include "options.h"
#include "whole_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char command[] = "sink";

static int write_text(const struct sink_transcripts *transcripts, uint64_t connection,
                      const char *text) {
  char *path = NULL;
  if (asprintf(&path, "%s/%" PRIu64 ".%s", transcripts->folder, connection,
               transcripts->json ? "jsonl" : "txt") < 0)
    return ENOMEM;
  int error = whole_file_write(path, text, strlen(text));
  free(path);
  return error;
}

static void write_one(struct sink_transcripts *transcripts, uint64_t connection) {
  char *text = cmta_recorder_text(transcripts->recorder, connection,
                                  transcripts->json ? CMTA_TRANSCRIPT_JSON : CMTA_TRANSCRIPT_TEXT);
  int error = text ? write_text(transcripts, connection, text) : ENOMEM;
  if (error)
    complain(command, "cannot write transcript %" PRIu64 " to %s: %s", connection,
             transcripts->folder, strerror(error));
  transcripts->failed |= error != 0;
  free(text);
}

/* On the server's thread: a connection has ended, and is forgotten when it is written. */
static void on_closed(void *context, uint64_t connection) {
  struct sink_transcripts *transcripts = context;
  write_one(transcripts, connection);
  cmta_recorder_clear(transcripts->recorder);
}

/* Whether files can be made in the folder. 0 or an errno. */
static int try_folder(const char *path) {
  char *file = NULL;
  if (asprintf(&file, "%s/.%ld", path, (long)getpid()) < 0)
    return ENOMEM;
  int error = whole_file_write(file, "", 0);
  if (!error)
    unlink(file);
  free(file);
  return error;
}

static bool make_folder(const char *path) {
  int error = mkdir(path, 0777) == 0 || errno == EEXIST ? try_folder(path) : errno;
  if (error)
    complain(command, "cannot write to %s: %s", path, strerror(error));
  return error == 0;
}

bool sink_transcripts_begin(struct sink_transcripts *transcripts) {
  if (!transcripts->folder)
    return true;
  if (!make_folder(transcripts->folder))
    return false;
  if (cmta_recorder_new(&transcripts->recorder, 0) != 0) {
    complain(command, "no memory");
    return false;
  }
  cmta_recorder_on_closed(transcripts->recorder, on_closed, transcripts);
  return true;
}

void sink_transcripts_end(struct sink_transcripts *transcripts) {
  cmta_recorder_free(transcripts->recorder);
  transcripts->recorder = NULL;
}

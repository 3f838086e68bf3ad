/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_TRANSCRIPT_H
#define CMTA_TOOLS_SINK_TRANSCRIPT_H

/* What was said on each connection, in files: --transcript and --json-transcript. */

#include <cmta/transcript.h>

#include <stdbool.h>

/* What the options say, and what comes of it; must stay where it is while a server runs. */
struct sink_transcripts {
  const char *folder; /* borrowed from the command line; NULL: no transcripts */
  bool json;
  struct cmta_recorder *recorder; /* or NULL */
  bool failed; /* one could not be written: a line on standard error has said so */
};

/* Makes the folder, where it is not there, and the recorder, where there is a folder. False when
   that cannot be: one line on standard error has said why. */
bool sink_transcripts_begin(struct sink_transcripts *transcripts);

/* Frees the recorder; the server is gone. */
void sink_transcripts_end(struct sink_transcripts *transcripts);

#endif

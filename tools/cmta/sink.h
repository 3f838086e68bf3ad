/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_H
#define CMTA_TOOLS_SINK_H

/*
 * The running `cmta sink`:
 *
 *   sink.c        its start and its end
 *   sink_policy.c what clients hear: the hooks in front of the mailbox
 *   sink_keep.c   what becomes of each message
 */

#include "sink_count.h"
#include "sink_options.h"
#include "sink_ports.h"
#include "sink_transcript.h"

#include <cmta/store.h>

/* What the last line tells. */
struct totals {
  uint64_t connections; /* that were taken, greeted or not */
  uint64_t messages;    /* accepted, as are the two below */
  uint64_t recipients;
  uint64_t octets;
};

/* The program's parts; what is NULL is not needed. */
struct sink {
  struct sink_options options;
  struct cmta_server *server;
  struct cmta_tls *tls;
  struct cmta_tls *wrong_tls; /* for the fault tls-wrong */
  struct cmta_plan *plan;
  struct cmta_mailbox *mailbox; /* names messages, and keeps none */
  struct cmta_store **stores;   /* as many as options.stores has rows */
  struct cmta_store *printer;   /* standard output */
  bool ends; /* a signal came while a message waited to be written: no other one is to wait */
  struct sink_transcripts transcripts;
  struct sink_count count;
  struct sink_ports ports;
  struct totals totals;
};

/* The hooks of the policy; their user is a struct sink. */
extern const struct cmta_hooks sink_policy;

/* Whether messages go anywhere. */
bool sink_keeps(const struct sink_options *options);

/* Opens all that messages go to. False when one cannot be: one line on standard error has said
   which. */
bool sink_keep_begin(struct sink *sink);

/* Closes it. */
void sink_keep_end(struct sink *sink);

/* Another message is accepted. */
void sink_count_mail(struct sink *sink, size_t recipients, uint64_t octets);

#endif

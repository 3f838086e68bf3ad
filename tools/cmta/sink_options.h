/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_OPTIONS_H
#define CMTA_TOOLS_SINK_OPTIONS_H

/* The command line of `cmta sink`. */

#include "options.h"
#include "sink_auth.h"
#include "sink_faults.h"
#include "sink_refusal.h"
#include "sink_tls.h"
#include "sink_transcript.h"

#include <cmta/server.h>
#include <cmta/store.h>

/* One place where messages are kept. Strings are borrowed from the command line. */
struct store_option {
  enum cmta_store_form form;
  const char *path;
  const char *name; /* for error lines */
};

/* All of them, in the order given. */
struct store_options {
  struct store_option *rows;
  size_t count;
};

/* What the options say. Strings are borrowed from the command line. */
struct sink_options {
  struct sink_addresses addresses; /* where to listen; at least one once read */
  struct tls_options tls;
  struct auth_options auth;
  const char *proxy_from, *xclient_from; /* lists of networks, or NULL */
  struct store_options stores;
  bool quiet;            /* print no messages */
  const char *port_file; /* or NULL */
  uint64_t count;        /* messages to end with; 0: none */
  double wait;           /* seconds for that; 0: any time */
  struct arguments only; /* patterns of recipients; none: all */
  struct fault_options faults;
  struct sink_transcripts transcripts; /* what the options say of them */
  bool help_faults;
  struct cmta_config config; /* names the settings below */
  struct cmta_settings settings;
  struct refusals refusals;
  char hostname[256]; /* settings.hostname points here unless --hostname is given */
};

/* Fills options with the defaults, then reads the command line. Whatever the result, call
   sink_options_free() afterwards. options must stay where it is. */
enum options_result sink_options_read(struct sink_options *options, int argc, char **argv);

/* What clients can have, as bits of enum cmta_reach. */
unsigned sink_options_reach(const struct sink_options *options);

/* Frees what options holds. */
void sink_options_free(struct sink_options *options);

#endif

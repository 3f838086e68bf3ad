/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_OPTIONS_H
#define CMTA_TOOLS_SINK_OPTIONS_H

/* The command line of `cmta sink`. */

#include "options.h"
#include "sink_auth.h"
#include "sink_refusal.h"
#include "sink_tls.h"

#include <cmta/server.h>

/* What the options say. Strings are borrowed from the command line. */
struct sink_options {
  struct sink_addresses addresses; /* where to listen; at least one once read */
  struct tls_options tls;
  struct auth_options auth;
  const char *proxy_from, *xclient_from; /* lists of networks, or NULL */
  const char *jsonl;         /* the file for JSON lines, "-" for standard output, NULL for none */
  bool quiet;                /* print no messages */
  struct cmta_config config; /* names the settings below */
  struct cmta_settings settings;
  struct refusals refusals;
  char hostname[256]; /* settings.hostname points here unless --hostname is given */
};

/* Fills options with the defaults, then reads the command line. Whatever the result, call
   sink_options_free() afterwards. options must stay where it is. */
enum options_result sink_options_read(struct sink_options *options, int argc, char **argv);

/* Frees what options holds. */
void sink_options_free(struct sink_options *options);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_AUTH_H
#define CMTA_TOOLS_SINK_AUTH_H

/* What the options of `cmta sink` say of authentication, and who knows the users then. */

#include "arguments.h"

#include <cmta/server.h>

/* What the options say beside cmta_settings. Strings are borrowed from the command line. */
struct auth_options {
  struct arguments users; /* "name:password" */
  struct arguments files; /* password files */
  bool may_act;           /* each of the users as anybody */
  char mechanisms[256];   /* in the library's form, each once: there is room for all */
};

/* Each takes the argument of an option. NULL, or what is wrong with it: the end of a sentence, a
   static string. */
const char *auth_options_user(struct auth_options *options, const char *argument);
const char *auth_options_file(struct auth_options *options, const char *argument);
/* Names with commas or blanks between them, in any case. */
const char *auth_options_mechanisms(struct auth_options *options, const char *argument);

/* What the options say of the ways to clients. */
struct auth_channels {
  bool in_clear;     /* some clients may speak without TLS */
  bool tls;          /* some may speak with it */
  bool certificates; /* and are asked for a certificate */
};

/* NULL, or how the options contradict each other: a sentence, a static string. */
const char *auth_options_check(const struct auth_options *options, const struct cmta_config *config,
                               const struct auth_channels *channels);

/* Frees what options holds. */
void auth_options_free(struct auth_options *options);

/* Gives the server its authenticators. False when that cannot be: one line in why, of size octets,
   says so. */
bool sink_auth_add(struct cmta_server *server, const struct auth_options *options, char *why,
                   size_t size);

#endif

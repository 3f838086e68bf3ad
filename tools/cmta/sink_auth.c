/* SPDX-License-Identifier: MIT */
/* The authentication options of `cmta sink` and what is made of them (sink_auth.h). */

#include "sink_auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *auth_options_user(struct auth_options *options, const char *argument) {
  const char **users = realloc(options->users, (options->user_count + 2) * sizeof *users);
  if (!users)
    return "finds no memory";
  users[options->user_count++] = argument;
  users[options->user_count] = NULL;
  options->users = users;
  return *argument != ':' && strchr(argument, ':') ? NULL : "is not USER:PASSWORD";
}

/* ---- Mechanisms ---- */

/* The library takes any name, as a hook may know more mechanisms than it does; no hook does here.
 */
static bool is_mechanism(const char *name) {
  static const char *const known[] = {
      "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "EXTERNAL",
      "OAUTHBEARER",        "XOAUTH2",          "PLAIN",         "LOGIN",       "CRAM-MD5"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i], name) == 0)
      return true;
  return false;
}

/* Keywords have no case (RFC 4954 section 4). */
static char upper_case(char letter) {
  return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static const char *add_mechanism(struct auth_options *options, const char *at, size_t length) {
  char name[24] = "";
  size_t used = strlen(options->mechanisms);
  for (size_t i = 0; i < length && i < sizeof name - 1; i++)
    name[i] = upper_case(at[i]);
  if (length >= sizeof name || !is_mechanism(name))
    return "has a name that is no mechanism of this program";
  if (used + length + 2 > sizeof options->mechanisms)
    return "has too many names";
  snprintf(options->mechanisms + used, sizeof options->mechanisms - used, "%s%s", used ? " " : "",
           name);
  return NULL;
}

const char *auth_options_mechanisms(struct auth_options *options, const char *argument) {
  static const char between[] = ", ";
  const char *wrong = NULL;
  *options->mechanisms = '\0';
  for (size_t length; !wrong && *(argument += strspn(argument, between)); argument += length) {
    length = strcspn(argument, between);
    wrong = add_mechanism(options, argument, length);
  }
  return wrong || *options->mechanisms ? wrong : "names no mechanism";
}

/* ---- All together ---- */

const char *auth_options_check(const struct auth_options *options,
                               const struct cmta_settings *settings) {
  if (options->users)
    return NULL;
  if (settings->auth_required)
    return "--auth-required needs a user: --auth";
  if (settings->manners.submission)
    return "--submission needs a user: --auth";
  if (settings->auth_in_clear)
    return "--auth-in-clear needs a user: --auth";
  return settings->mechanisms ? "--mechanisms needs a user: --auth" : NULL;
}

void auth_options_free(struct auth_options *options) { free(options->users); }

bool sink_auth_add(struct cmta_server *server, const struct auth_options *options, char *why,
                   size_t size) {
  int error = options->users ? cmta_server_add_users(server, options->users) : 0;
  if (error == CMTA_E_UNSUPPORTED)
    snprintf(why, size, "this library was built without SASL");
  else if (error < 0)
    snprintf(why, size, "cannot take these users: %s", cmta_strerror(error));
  return error >= 0;
}

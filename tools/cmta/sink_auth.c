/* SPDX-License-Identifier: MIT */
/* The authentication options of `cmta sink` and what is made of them (sink_auth.h). */

#include "sink_auth.h"

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of two entries with one name only the first would count. */
static bool is_second(const struct auth_options *options, const char *argument, size_t length) {
  for (size_t i = 0; i < options->users.count; i++)
    if (strncmp(options->users.rows[i], argument, length + 1) == 0)
      return true;
  return false;
}

/* Whether clients can say it in an exchange: the library judges names and passwords alike. */
static bool is_sayable(const char *text) {
  return cmta_password_entry(NULL, 0, "x", text, "PLAIN", 0) != CMTA_E_ARGUMENT;
}

/* What is wrong with a user, who has a name of length octets and a password; or NULL. */
static const char *check_user(const char *argument, size_t length) {
  char *name = strndup(argument, length);
  const char *wrong = NULL;
  if (!name)
    wrong = "finds no memory";
  else if (!is_sayable(name))
    wrong = "has a name that no client can say: RFC 4013 forbids it";
  else if (!is_sayable(argument + length + 1))
    wrong = "has a password that no client can say: RFC 4013 forbids it";
  free(name);
  return wrong;
}

const char *auth_options_user(struct auth_options *options, const char *argument) {
  size_t length = strcspn(argument, ":");
  if (length == 0 || !argument[length])
    return "is not USER:PASSWORD";
  if (!argument[length + 1])
    return "has no password, and nobody logs in without one";
  if (is_second(options, argument, length))
    return "names a user twice";
  const char *wrong = check_user(argument, length);
  if (wrong)
    return wrong;
  return arguments_add(&options->users, argument);
}

const char *auth_options_file(struct auth_options *options, const char *argument) {
  return arguments_add(&options->files, argument);
}

/* ---- Mechanisms ---- */

/* The library takes any name, as a hook may know more mechanisms than it does; no hook does here.
 */
static bool is_mechanism(const char *name) {
  const char *known;
  for (size_t i = 0; (known = cmta_mechanism_name(i)); i++)
    if (strcmp(known, name) == 0)
      return true;
  return false;
}

/* Keywords have no case (RFC 4954 section 4). */
static char upper_case(char letter) {
  return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

/* Whether a name is in a list with blanks between them. */
static bool is_listed(const char *list, const char *name, size_t length) {
  for (size_t there; *list; list += there + (list[there] == ' ')) {
    there = strcspn(list, " ");
    if (there == length && strncmp(list, name, length) == 0)
      return true;
  }
  return false;
}

static const char *add_mechanism(struct auth_options *options, const char *at, size_t length) {
  char name[24] = "";
  size_t used = strlen(options->mechanisms);
  for (size_t i = 0; i < length && i < sizeof name - 1; i++)
    name[i] = upper_case(at[i]);
  if (length >= sizeof name || !is_mechanism(name))
    return "has a name that is no mechanism of this program";
  if (is_listed(options->mechanisms, name, length))
    return "names a mechanism twice";
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

static bool has(const struct auth_options *options, const char *mechanism) {
  return is_listed(options->mechanisms, mechanism, strlen(mechanism));
}

static bool has_plaintext(const struct auth_options *options) {
  const char *name;
  for (size_t i = 0; (name = cmta_mechanism_name(i)); i++)
    if (cmta_mechanism_is_plaintext(name) && has(options, name))
      return true;
  return false;
}

/* What a mechanism that was asked for needs, and cannot have as clients come. */
static const char *check_mechanisms(const struct auth_options *options, bool in_clear,
                                    const struct auth_channels *channels) {
  if (has(options, "EXTERNAL") && !channels->certificates)
    return "--mechanisms EXTERNAL needs --tls-client-ca";
  if (channels->tls)
    return NULL;
  if (strstr(options->mechanisms, "-PLUS"))
    return "--mechanisms with -PLUS needs TLS: --tls-cert or --tls-self-signed";
  return has_plaintext(options) && !in_clear
             ? "--mechanisms that show the password need TLS or --auth-in-clear"
             : NULL;
}

static const char *check_users(const struct cmta_config *config) {
  const struct cmta_settings *settings = config->settings;
  if (settings->auth_required)
    return "--auth-required needs a user: --auth or --auth-file";
  if (settings->manners.submission)
    return "--submission needs a user: --auth or --auth-file";
  if (settings->auth_in_clear)
    return "--auth-in-clear needs a user: --auth or --auth-file";
  if (config->auth_failure_delay)
    return "--auth-delay needs a user: --auth or --auth-file";
  return settings->mechanisms ? "--mechanisms needs a user: --auth or --auth-file" : NULL;
}

const char *auth_options_check(const struct auth_options *options, const struct cmta_config *config,
                               const struct auth_channels *channels) {
  bool in_clear = config->settings->auth_in_clear;
  if (!options->users.count && options->may_act)
    return "--auth-as-anybody needs a user: --auth";
  if (in_clear && !channels->in_clear)
    return "--auth-in-clear has no use where every client needs TLS";
  return options->users.count || options->files.count
             ? check_mechanisms(options, in_clear, channels)
             : check_users(config);
}

void auth_options_free(struct auth_options *options) {
  arguments_free(&options->users);
  arguments_free(&options->files);
}

/* What the library has to say of an error goes first. */
static bool complain_of(int error, char *why, size_t size) {
  if (error == CMTA_E_UNSUPPORTED)
    snprintf(why, size, "this library was built without SASL");
  else if (!*why)
    snprintf(why, size, "cannot take these users: %s", cmta_strerror(error));
  return false;
}

/* Whoever runs the sink should hear why logins fail. */
static void tell_trouble(void *data, const char *why) {
  if (why)
    complain("sink", "%s; its users are answered 454", why);
  else
    complain("sink", "%s: can be used again", (const char *)data);
}

static int add_file(struct cmta_server *server, const char *path, char *why, size_t size) {
  const struct cmta_password_file file = {
      .size = sizeof file, .path = path, .troubled = tell_trouble, .data = (void *)path};
  return cmta_server_add_password_file_with(server, &file, why, size);
}

bool sink_auth_add(struct cmta_server *server, const struct auth_options *options, char *why,
                   size_t size) {
  int error = 0;
  *why = '\0';
  if (options->users.count)
    error = cmta_server_add_users(server, options->users.rows, options->may_act);
  for (size_t i = 0; error >= 0 && i < options->files.count; i++)
    error = add_file(server, options->files.rows[i], why, size);
  return error >= 0 || complain_of(error, why, size);
}

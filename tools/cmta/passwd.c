/* SPDX-License-Identifier: MIT */
/* `cmta passwd`: makes an entry of a password file, and puts it where it belongs. What an entry is
 * the library knows. */

#include "command.h"
#include "passwd_ask.h"
#include "passwd_file.h"
#include "passwd_options.h"

#include <cmta/auth.h>

#include <stdio.h>
#include <string.h>

/* Octets of an entry at most: a name and a password, each perhaps three times as long once it has
 * been prepared, and what there is beside them. */
enum { ENTRY_SIZE = 16384 };

static bool complain_of(ptrdiff_t error) {
  if (error == CMTA_E_ARGUMENT)
    complain("passwd", "that can be no password: it is too long or has characters that RFC 4013 "
                       "forbids");
  else
    complain("passwd", "%s", cmta_strerror((int)error));
  return false;
}

/* Asks for the password and writes the entry. */
static bool make_entry(const struct passwd_options *options, char entry[ENTRY_SIZE]) {
  char password[PASSWORD_SIZE];
  bool asked = password_ask(password);
  ptrdiff_t length = 0;
  if (asked)
    length = cmta_password_entry(entry, ENTRY_SIZE, options->name, password, options->scheme,
                                 options->iterations);
  explicit_bzero(password, sizeof password);
  if (!asked)
    return false;
  return (length >= 0 && length < ENTRY_SIZE) || complain_of(length < 0 ? length : CMTA_E_ARGUMENT);
}

/* The name as it is in files: what stands before the colon of an entry. */
static bool prepare_name(const struct passwd_options *options, char name[ENTRY_SIZE]) {
  ptrdiff_t length = cmta_password_entry(name, ENTRY_SIZE, options->name, "x", "PLAIN", 0);
  if (length < 0 || length >= ENTRY_SIZE)
    return complain_of(length < 0 ? length : CMTA_E_ARGUMENT);
  *strchr(name, ':') = '\0';
  return true;
}

static bool put_entry(const struct passwd_options *options, const char *entry) {
  char name[ENTRY_SIZE];
  const struct passwd_change change = {.path = options->file, .name = name, .entry = entry};
  if (options->file)
    return prepare_name(options, name) && passwd_change(&change);
  puts(entry);
  return flush_output("passwd");
}

static bool make_and_put(const struct passwd_options *options) {
  char entry[ENTRY_SIZE];
  bool good = make_entry(options, entry) && put_entry(options, entry);
  explicit_bzero(entry, sizeof entry);
  return good;
}

int passwd_command(int argc, char **argv) {
  struct passwd_options options;
  enum options_result result = passwd_options_read(&options, argc, argv);
  if (result != OPTIONS_SET)
    return result == OPTIONS_SHOWN ? EXIT_DONE : EXIT_WRONG;
  bool good = options.removes ? put_entry(&options, NULL) : make_and_put(&options);
  return good ? EXIT_DONE : EXIT_WRONG;
}

/* SPDX-License-Identifier: MIT */

/* A line of a password file, read: "name:{SCHEME}what", or "name:$" and the rest of a crypt(3)
 * hash. */

#include "server/password.h"

#include <string.h>

/* ---- Schemes ---- */

/* The next part of what has commas between its parts, ended with NUL; NULL behind the last. */
static char *next_part(char **rest) {
  char *part = *rest;
  char *comma = part ? strchr(part, ',') : NULL;
  if (comma)
    *comma = '\0';
  *rest = comma ? comma + 1 : NULL;
  return part;
}

/* 0 for what is no number in range. */
static unsigned read_iterations(const char *digits) {
  unsigned long number = 0;
  if (!*digits || *digits == '0')
    return 0;
  for (; *digits; digits++) {
    if (*digits < '0' || *digits > '9' || number > CMTA_SCRAM_MAX_ITERATIONS)
      return 0;
    number = number * 10 + (unsigned long)(*digits - '0');
  }
  return number <= CMTA_SCRAM_MAX_ITERATIONS ? (unsigned)number : 0;
}

static bool read_part(char **rest, struct cmta_slice *octets) {
  char *part = next_part(rest);
  return part && password_base64(part, octets) && octets->length;
}

static const char *read_keys(char *what, size_t length, struct cmta_secret *secret) {
  char *rest = what;
  secret->iterations = read_iterations(next_part(&rest));
  if (secret->iterations == 0)
    return "the number of iterations is none from 1 to 10000000";
  if (!read_part(&rest, &secret->salt) || !read_part(&rest, &secret->stored_key) ||
      !read_part(&rest, &secret->server_key) || rest)
    return "not ITERATIONS,SALT,STORED KEY,SERVER KEY, the last three in base64";
  if (secret->stored_key.length != length || secret->server_key.length != length)
    return "a key has not the length of its hash";
  return NULL;
}

static const char *read_scram_sha_256(char *what, struct password_entry *entry) {
  entry->secret.hash = "SHA-256";
  return read_keys(what, 32, &entry->secret);
}

static const char *read_scram_sha_1(char *what, struct password_entry *entry) {
  entry->secret.hash = "SHA-1";
  return read_keys(what, 20, &entry->secret);
}

static const char *read_plain(char *what, struct password_entry *entry) {
  entry->secret.password = (struct cmta_slice){what, strlen(what)};
  return *what ? NULL : "the password is empty";
}

static const char *read_crypt(char *what, struct password_entry *entry) {
  entry->crypt = what;
  return crypt_is_hash(what) ? NULL : "no hash that crypt(3) knows here";
}

typedef const char *reader(char *what, struct password_entry *entry);

static reader *const readers[SCHEMES] = {[SCHEME_SCRAM_SHA_256] = read_scram_sha_256,
                                         [SCHEME_SCRAM_SHA_1] = read_scram_sha_1,
                                         [SCHEME_PLAIN] = read_plain,
                                         [SCHEME_CRYPT] = read_crypt};

static const char *read_what(char *what, struct password_entry *entry) {
  if (*what == '$')
    return read_crypt(what, entry);
  for (size_t i = 0; i < SCHEMES && *what == '{'; i++) {
    size_t length = strlen(cmta_password_scheme(i));
    if (strncmp(what + 1, cmta_password_scheme(i), length) == 0 && what[1 + length] == '}')
      return readers[i](what + length + 2, entry);
  }
  return "no scheme that is known, nor a hash of crypt(3)";
}

/* ---- Lines ---- */

static bool has_control(const char *line) {
  for (; *line; line++)
    if ((unsigned char)*line < ' ' || *line == 0x7f)
      return true;
  return false;
}

static bool is_ascii(const char *text) {
  while (*text && (unsigned char)*text < 0x80)
    text++;
  return *text == '\0';
}

/* Whether a name is as clients' names are when they are looked for. */
static bool is_prepared(const char *name) {
  char *prepared = NULL;
  if (is_ascii(name))
    return true;
  bool same = password_prepare((struct cmta_slice){name, strlen(name)}, true, &prepared) == 0 &&
              strcmp(name, prepared) == 0;
  password_wipe(prepared);
  return same;
}

const char *password_line_read(char *line, struct password_entry *entry) {
  char *colon = strchr(line, ':');
  *entry = (struct password_entry){.name = line};
  if (has_control(line))
    return "a control character";
  if (!colon)
    return "no colon";
  if (colon == line)
    return "the name is empty";
  *colon = '\0';
  if (!is_prepared(line))
    return "the name is not as RFC 4013 prepares names";
  return read_what(colon + 1, entry);
}

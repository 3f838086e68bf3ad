/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes lines of password files: whatever a line holds, what is read of it lies in it and is
 * sound; a line that cmta_password_entry() has made is read again, and its password fits. CRYPT is
 * not made here, because that is meant to be slow.
 *
 * Input: one octet, 0 for a line; else a scheme to make a line by, of a name, NUL and a password.
 */

#include "server/password.h"
#include "server/secret.h"

#include <cmta/auth.h>

#include <stdlib.h>
#include <string.h>

/* Work that a comparison may be here. */
enum { ITERATIONS = 2 };

/* Ends the program, which libFuzzer reports, unless claim holds. */
static void demand(bool claim) {
  if (!claim)
    abort();
}

/* As a string in memory of just its size. */
static char *new_text(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  demand(text != NULL);
  if (size > 0)
    memcpy(text, data, size);
  text[size] = '\0';
  return text;
}

static void demand_inside(const char *line, size_t size, struct cmta_slice slice) {
  if (slice.length > 0)
    demand(slice.at >= line && slice.at + slice.length <= line + size);
}

/* A password, a hash of crypt(3), or keys of the right length. */
static void check_entry(const char *line, size_t size, const struct password_entry *entry) {
  const struct cmta_secret *secret = &entry->secret;
  demand(entry->name == line && *line);
  demand((entry->crypt != NULL) + (secret->password.length > 0) + (secret->hash != NULL) == 1);
  demand_inside(line, size, secret->password);
  demand_inside(line, size, secret->salt);
  demand_inside(line, size, secret->stored_key);
  demand_inside(line, size, secret->server_key);
  if (!secret->hash)
    return;
  size_t length = secret_key_length(secret->hash);
  demand(secret->iterations >= 1 && secret->iterations <= CMTA_SCRAM_MAX_ITERATIONS);
  demand(secret->stored_key.length == length && secret->server_key.length == length);
  demand(secret->salt.length > 0);
}

static void check_line(const uint8_t *data, size_t size) {
  char *line = new_text(data, size);
  size_t length = strlen(line);
  struct password_entry entry;
  if (!password_line_read(line, &entry)) {
    check_entry(line, length, &entry);
    if (!entry.crypt && entry.secret.iterations <= ITERATIONS)
      (void)password_fits(&entry, (struct cmta_slice){"secret", 6});
    demand(!entry.secret.password.at || password_fits(&entry, entry.secret.password));
  }
  free(line);
}

static void check_made(char *line, const char *password) {
  struct cmta_slice right = {password, strlen(password)};
  struct password_entry entry;
  size_t length = strlen(line);
  demand(!password_line_read(line, &entry));
  check_entry(line, length, &entry);
  demand(password_fits(&entry, right));
  demand(!password_fits(&entry, (struct cmta_slice){password, 0}));
}

static void check_making(unsigned choice, const uint8_t *data, size_t size) {
  static const char *const schemes[] = {"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"};
  const char *scheme = schemes[choice % 3];
  unsigned iterations = choice % 3 ? ITERATIONS : 0;
  char *name = new_text(data, size), *line = NULL;
  size_t length = strlen(name);
  const char *password = length < size ? name + length + 1 : "";
  ptrdiff_t room = cmta_password_entry(NULL, 0, name, password, scheme, iterations);
  demand(room > 0 || room == CMTA_E_ARGUMENT);
  if (room > 0) {
    line = malloc((size_t)room + 1);
    demand(line != NULL);
    demand(cmta_password_entry(line, (size_t)room + 1, name, password, scheme, iterations) == room);
    check_made(line, password);
  }
  free(line);
  free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  if (data[0] == 0)
    check_line(data + 1, size - 1);
  else
    check_making(data[0], data + 1, size - 1);
  return 0;
}

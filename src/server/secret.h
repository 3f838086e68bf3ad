/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_SECRET_H
#define CMTA_SERVER_SECRET_H

/* Copies of what authenticators know of passwords: one block each, wiped before it is given back.
 */

#include <cmta/auth.h>

/* A copy; all zero it is empty. */
struct secret {
  struct cmta_secret value; /* its bytes lie in the block */
  char *block;
  size_t size;
};

/* Takes a copy in place of the one before, without a hash that is not known. False without memory;
   then it is empty. */
bool secret_keep(struct secret *secret, const struct cmta_allocator *allocator,
                 const struct cmta_secret *value);

/* Wipes it and gives it back. */
void secret_forget(struct secret *secret, const struct cmta_allocator *allocator);

/* Octets of the keys of a hash, "SHA-1" or "SHA-256"; 0 for one that is not known. */
size_t secret_key_length(const char *hash);

/* Whether there is anything in it: a password or a hash. */
bool secret_is_there(const struct cmta_secret *value);

/* Whether what is there is what it says: a hash that is known, its keys of the right lengths. */
bool secret_is_sound(const struct cmta_secret *value);

/* Whether a mechanism can use it: keys of one hash are of no use where the mechanism has another.
 */
bool secret_suits(const struct cmta_secret *value, const char *mechanism);

#endif

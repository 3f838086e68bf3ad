/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_PASSWORD_H
#define CMTA_SERVER_PASSWORD_H

/*
 * Password files: a line of one, all of one, and whether a password fits.
 *
 *   password_scheme.c the names of schemes
 *   password_line.c   one line, read
 *   password_file.c   a file: who may read it, what is in it, whether it has changed
 *   gsasl_prepare.c   SASL's preparation, base64, the comparison
 *   gsasl_password.c  what is made of passwords, and whether one is the right one
 *   gsasl_entry.c     one line, written
 *   crypt_hash.c      crypt(3), in no other file
 *   openssl_pbkdf2.c  PBKDF2; gsasl_pbkdf2.c in a library without OpenSSL
 */

#include "server/mechanism.h"

#include <sys/stat.h>

/* The schemes of lines, as cmta_password_scheme() numbers them. */
enum { SCHEME_SCRAM_SHA_256, SCHEME_SCRAM_SHA_1, SCHEME_PLAIN, SCHEME_CRYPT, SCHEMES };

/* A user. What it names lies in the block of its file. */
struct password_entry {
  const char *name;
  const char *crypt;         /* a hash of crypt(3), or NULL: then the secret counts */
  struct cmta_secret secret; /* the password, or what SCRAM keeps of it */
};

/* Reads a line, which ends with NUL where its LF was, into *entry; the line is overwritten. NULL,
   or what is wrong with it: a static text without anything of the line. */
const char *password_line_read(char *line, struct password_entry *entry);

/* Whether a password is the entry's. Takes the time of the entry's kind, whether it is or not;
   false, too, without memory. Any thread. */
bool password_fits(const struct password_entry *entry, struct cmta_slice password);

/* ---- Files ---- */

/* A file that was read. All zero: none. */
struct password_file {
  struct stat version; /* of what was read, to see when it has changed */
  char *text;          /* in a block of `size` octets */
  size_t size;
  struct password_entry *entries; /* by name, each name once, in a block of `capacity` */
  size_t count, capacity;
  uint32_t *by_kind; /* numbers of the entries: those of one kind together, crypt(3) behind SCRAM */
  size_t scram_count; /* of those that SCRAM can use */
};

/* Reads the file into *file, all zero. 0; CMTA_E_SYSTEM with errno, CMTA_E_PASSWORDS,
   CMTA_E_MEMORY: then all but `version` is zero, and one line in `why`, of size octets, says why
   (it may be NULL). */
int password_file_read(struct password_file *file, const char *path,
                       const struct cmta_allocator *allocator, char *why, size_t size);

/* Whether the file of this path is the one that was read, unchanged. */
bool password_file_is_current(const struct password_file *file, const char *path);

/* The user of this name, or NULL. */
const struct password_entry *password_file_find(const struct password_file *file, const char *name);

/* Who stands for a name that is not in the file: one entry for each number, over all numbers each
   as often as others. A file that changes a little changes it for few. NULL: nobody is in the file.
 */
const struct password_entry *password_file_decoy(const struct password_file *file, uint32_t number);

/* The same among those that SCRAM can use. */
const struct password_entry *password_file_scram_decoy(const struct password_file *file,
                                                       uint32_t number);

/* Wipes and frees all; *file is all zero then. */
void password_file_forget(struct password_file *file, const struct cmta_allocator *allocator);

/* ---- What GNU SASL does ---- */

/* Prepares a name or a password (RFC 4013); one that is kept may not have code points that Unicode
   3.2 does not know. 0 with a text that the caller wipes and frees; CMTA_E_ARGUMENT when it has
   forbidden characters or is not UTF-8; CMTA_E_MEMORY. */
int password_prepare(struct cmta_slice text, bool is_kept, char **prepared);

/* Wipes and frees what password_prepare() has made. NULL is ignored. */
void password_wipe(char *text);

/* Decodes base64 in its place. False when it is none. */
bool password_base64(char *text, struct cmta_slice *octets);

/* What RFC 5802 section 3 makes of a password. */
enum { SALTED_SIZE = 32 };
struct scram_keys {
  char stored[SALTED_SIZE], server[SALTED_SIZE]; /* octets, as many as the hash has */
};

/* Makes them of a prepared password; hash is "SHA-1" or "SHA-256". False without memory. The caller
   wipes them. */
bool scram_keys_make(struct scram_keys *keys, const char *hash, const char *password,
                     struct cmta_slice salt, unsigned iterations);

/* Writes a line as cmta_password_entry() does, with this salt; hash is "SHA-1" or "SHA-256", and
   name and password are prepared. */
ptrdiff_t scram_entry(char *entry, size_t size, const char *name, const char *password,
                      const char *hash, struct cmta_slice salt, unsigned iterations);

/* ---- PBKDF2 ---- */

/* Makes the SaltedPassword (RFC 5802 section 3) of a prepared password; hash as above. False
   without memory. The caller wipes it. */
bool password_salt(const char *hash, const char *password, struct cmta_slice salt,
                   unsigned iterations, char salted[SALTED_SIZE]);

/* ---- crypt(3) ---- */

/* Whether crypt(3) can check passwords with this hash. */
bool crypt_is_hash(const char *hash);

/* Whether the hash is the password's. Any thread. */
bool crypt_matches(const char *hash, const char *password);

/* Writes a hash of the password with a new salt, by the method that the system holds best. 0;
   CMTA_E_SYSTEM without random numbers; CMTA_E_ARGUMENT for a password that is too long. */
enum { CRYPT_ROOM = 384 };
int crypt_make(const char *password, char hash[CRYPT_ROOM]);

#endif

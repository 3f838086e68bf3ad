/* SPDX-License-Identifier: MIT */

#include "work.h"

#include "server/password.h"

#include <stdatomic.h>

static atomic_uint work;

void work_reset(void) { work = 0; }

unsigned work_done(void) { return work; }

char *__real_crypt_rn(const char *phrase, const char *setting, void *data, int size);
char *__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size);
char *__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size) {
  work += 1000;
  return __real_crypt_rn(phrase, setting, data, size);
}

typedef bool salt_function(const char *hash, const char *password, struct cmta_slice salt,
                           unsigned iterations, char salted[SALTED_SIZE]);
salt_function __real_password_salt, __wrap_password_salt;
bool __wrap_password_salt(const char *hash, const char *password, struct cmta_slice salt,
                          unsigned iterations, char salted[SALTED_SIZE]) {
  work += iterations;
  return __real_password_salt(hash, password, salt, iterations, salted);
}

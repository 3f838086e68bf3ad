/* SPDX-License-Identifier: MIT */

#include "work.h"

#include <gsasl.h>
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

typedef int scram_secrets(Gsasl_hash hash, const char *password, unsigned iterations,
                          const char *salt, size_t length, char *salted, char *client_key,
                          char *server_key, char *stored_key);
scram_secrets __real_gsasl_scram_secrets_from_password, __wrap_gsasl_scram_secrets_from_password;
int __wrap_gsasl_scram_secrets_from_password(Gsasl_hash hash, const char *password,
                                             unsigned iterations, const char *salt, size_t length,
                                             char *salted, char *client_key, char *server_key,
                                             char *stored_key) {
  work += iterations > 1 ? iterations : 0;
  return __real_gsasl_scram_secrets_from_password(hash, password, iterations, salt, length, salted,
                                                  client_key, server_key, stored_key);
}

/* SPDX-License-Identifier: MIT */
/* The TLS options of `cmta sink` and what is made of them (sink_tls.h). */

#include "sink_tls.h"

#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Octets of the names of a certificate that is made at start, and of one of them. */
enum { NAMES_SIZE = 1024, NAME_SIZE = 256 };

/* ---- Options ---- */

const char *tls_options_certificate(struct tls_options *options, const char *argument) {
  size_t size = (options->certificate_count + 1) * sizeof *options->certificates;
  struct cmta_certificate *certificates = realloc(options->certificates, size);
  if (!certificates)
    return "finds no memory";
  certificates[options->certificate_count++] = (struct cmta_certificate){.certificate = argument};
  options->certificates = certificates;
  return *argument ? NULL : "is no file name";
}

const char *tls_options_key(struct tls_options *options, const char *argument) {
  if (options->certificate_count == 0)
    return "comes before its --tls-cert";
  struct cmta_certificate *last = &options->certificates[options->certificate_count - 1];
  if (last->key)
    return "is a second key for one --tls-cert";
  last->key = argument;
  return *argument ? NULL : "is no file name";
}

const char *tls_options_mode(struct tls_options *options, const char *argument) {
  static const struct {
    const char *name;
    enum cmta_tls_mode mode;
  } modes[] = {
      {"off", CMTA_TLS_OFF}, {"offered", CMTA_TLS_OFFERED}, {"required", CMTA_TLS_REQUIRED}};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (strcmp(modes[i].name, argument) == 0) {
      if (options->mode_given && options->mode != modes[i].mode)
        return "comes after a --tls that says otherwise";
      options->mode = modes[i].mode;
      options->mode_given = true;
      return NULL;
    }
  return "is not off, offered or required";
}

/* Each certificate that is made has one file. */
const char *tls_options_self_signed(struct tls_options *options, const char *argument) {
  if (options->self_signed)
    return "is a second file for one certificate";
  options->self_signed = argument;
  return *argument ? NULL : "is no file name";
}

const char *tls_options_client_authorities(struct tls_options *options, const char *argument) {
  if (options->client_authorities)
    return "is a second file, and all authorities must be in one";
  options->client_authorities = argument;
  return *argument ? NULL : "is no file name";
}

static bool has_certificate(const struct tls_options *options) {
  return options->certificate_count || options->self_signed;
}

/* What is asked for, but cannot be had without a certificate. */
static const char *check_without(const struct tls_options *options, bool implicit) {
  if (implicit)
    return "--listen-tls needs --tls-cert or --tls-self-signed";
  if (options->mode != CMTA_TLS_OFF)
    return "--tls needs --tls-cert or --tls-self-signed";
  return options->client_authorities ? "--tls-client-ca needs --tls-cert or --tls-self-signed"
                                     : NULL;
}

const char *tls_options_finish(struct tls_options *options, bool clear, bool implicit) {
  if (options->certificate_count && options->self_signed)
    return "--tls-cert and --tls-self-signed do not go together";
  if (!has_certificate(options))
    return check_without(options, implicit);
  if (!options->mode_given)
    options->mode = CMTA_TLS_OFFERED;
  else if (!clear)
    return "--tls is about --listen, and there is --listen-tls alone";
  else if (options->mode == CMTA_TLS_OFF && !implicit)
    return "--tls off leaves nobody the certificate: there is no --listen-tls";
  return NULL;
}

void tls_options_free(struct tls_options *options) { free(options->certificates); }

/* ---- The names of a certificate ---- */

/* Whether a certificate can have it: a host name, or an address without a zone. */
static bool is_name(const char *name) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  unsigned char address[16];
  return (*name && !name[strspn(name, letters)]) || inet_pton(AF_INET6, name, address) == 1;
}

/* Whether a list with blanks between its words has this one. */
static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)); at += length)
    if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
      return true;
  return false;
}

/* Adds the name of length octets at text, without the brackets of an address. What is no name, and
 * what finds no room, is left out. */
static void add_name(char names[NAMES_SIZE], const char *text, size_t length) {
  char name[NAME_SIZE];
  size_t used = strlen(names);
  if (length > 1 && text[0] == '[' && text[length - 1] == ']')
    text++, length -= 2;
  if (length >= sizeof name)
    return;
  memcpy(name, text, length);
  name[length] = '\0';
  if (is_name(name) && !has_word(names, name) && used + 1 + length < NAMES_SIZE)
    snprintf(names + used, NAMES_SIZE - used, " %s", name);
}

/* What stands before the port of an address; no file name has any. */
static void add_address(char names[NAMES_SIZE], const char *address) {
  const char *colon = strrchr(address, ':');
  if (colon && strncmp(address, "unix:", 5) != 0)
    add_name(names, address, (size_t)(colon - address));
}

/* ---- TLS ---- */

/* Writes the whole certificate. False, with errno, when that cannot be. */
static bool write_certificate(const char *path, const char *mode, const char *certificate) {
  FILE *file = fopen(path, mode);
  if (!file)
    return false;
  bool written = certificate && fputs(certificate, file) != EOF;
  int error = errno;
  if (fclose(file) != 0)
    return false;
  errno = error;
  return written;
}

static struct cmta_tls_config config_of(const struct tls_options *options, const char *names) {
  struct cmta_tls_config config;
  cmta_tls_config_init(&config);
  config.certificates = options->certificates;
  config.certificate_count = options->certificate_count;
  config.self_signed = options->self_signed ? names : NULL;
  config.client_authorities = options->client_authorities;
  if (options->client_authorities)
    config.client_certificate = CMTA_CLIENT_CERTIFICATE_ASKED;
  return config;
}

bool sink_tls_new(struct cmta_tls **tls, const struct tls_options *options, const char *hostname,
                  const struct sink_addresses *addresses, char *why, size_t size) {
  char names[NAMES_SIZE] = "localhost 127.0.0.1 ::1";
  *tls = NULL;
  if (!has_certificate(options))
    return true;
  add_name(names, hostname, strlen(hostname));
  for (size_t i = 0; i < addresses->count; i++)
    add_address(names, addresses->rows[i].text);
  struct cmta_tls_config config = config_of(options, names);
  if (cmta_tls_new(tls, &config, why, size) < 0)
    return false;
  if (!options->self_signed ||
      write_certificate(options->self_signed, "we", cmta_tls_certificate(*tls)))
    return true;
  snprintf(why, size, "cannot write to %s: %s", options->self_signed, strerror(errno));
  cmta_tls_free(*tls);
  *tls = NULL;
  return false;
}

bool sink_tls_trust_too(const struct tls_options *options, const struct cmta_tls *other) {
  if (write_certificate(options->self_signed, "ae", cmta_tls_certificate(other)))
    return true;
  complain("sink", "cannot write to %s: %s", options->self_signed, strerror(errno));
  return false;
}

bool sink_tls_is_out_of_time(const struct cmta_tls *tls, const struct tls_options *options,
                             size_t certificate, int64_t now, char *why, size_t size) {
  int64_t from, until;
  if (cmta_tls_validity(tls, certificate, &from, &until) < 0 || (from <= now && now <= until))
    return false;
  time_t when = now < from ? from : until;
  struct tm parts;
  char date[32] = "";
  if (gmtime_r(&when, &parts))
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
  snprintf(why, size, "%s: warning: this certificate %s %s",
           options->certificates[certificate].certificate,
           now < from ? "is not good before" : "expired", date);
  return true;
}

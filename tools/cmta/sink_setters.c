/* SPDX-License-Identifier: MIT */
/* The setters of the options of `cmta sink` (sink_setters.h). */

#include "sink_setters.h"

#include "sink_extensions.h"

#include <stdlib.h>
#include <string.h>

static const char *add_address(void *target, const char *text, enum sink_protocol protocol) {
  struct sink_options *options = target;
  return sink_addresses_add(&options->addresses, text, protocol) ? NULL : "finds no memory";
}

const char *set_listen(void *target, const char *argument) {
  return add_address(target, argument, SINK_SMTP);
}

const char *set_listen_tls(void *target, const char *argument) {
  return add_address(target, argument, SINK_SMTP_TLS);
}

const char *set_lmtp(void *target, const char *argument) {
  return add_address(target, argument, SINK_LMTP);
}

static struct tls_options *tls_of(void *target) { return &((struct sink_options *)target)->tls; }

const char *set_tls(void *target, const char *argument) {
  return tls_options_mode(tls_of(target), argument);
}

const char *set_tls_cert(void *target, const char *argument) {
  return tls_options_certificate(tls_of(target), argument);
}

const char *set_tls_key(void *target, const char *argument) {
  return tls_options_key(tls_of(target), argument);
}

const char *set_tls_self_signed(void *target, const char *argument) {
  return tls_options_self_signed(tls_of(target), argument);
}

const char *set_tls_client_ca(void *target, const char *argument) {
  return tls_options_client_authorities(tls_of(target), argument);
}

const char *set_auth(void *target, const char *argument) {
  return auth_options_user(&((struct sink_options *)target)->auth, argument);
}

const char *set_auth_file(void *target, const char *argument) {
  return auth_options_file(&((struct sink_options *)target)->auth, argument);
}

const char *set_auth_as_anybody(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->auth.may_act = true;
  return NULL;
}

const char *set_auth_required(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.auth_required = true;
  return NULL;
}

const char *set_auth_in_clear(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.auth_in_clear = true;
  return NULL;
}

const char *set_auth_delay(void *target, const char *argument) {
  return option_unsigned(argument, &((struct sink_options *)target)->config.auth_failure_delay);
}

uint64_t get_auth_delay(const void *target) {
  return ((const struct sink_options *)target)->config.auth_failure_delay;
}

const char *set_mechanisms(void *target, const char *argument) {
  struct sink_options *options = target;
  options->settings.mechanisms = options->auth.mechanisms;
  return auth_options_mechanisms(&options->auth, argument);
}

/* The library judges names: one that a service refuses is none. */
bool is_hostname(const char *name) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.hostname = name;
  struct cmta_service *service = NULL;
  int error = cmta_service_new(&service, &settings, NULL, NULL);
  cmta_service_free(service);
  return error == 0;
}

const char *set_hostname(void *target, const char *argument) {
  struct sink_options *options = target;
  options->settings.hostname = argument;
  return is_hostname(argument) ? NULL : "is neither a domain nor an address literal";
}

static const char *add_store(void *target, enum cmta_store_form form, const char *argument) {
  struct store_options *stores = &((struct sink_options *)target)->stores;
  if (!*argument)
    return "is no file name";
  struct store_option *rows = realloc(stores->rows, (stores->count + 1) * sizeof *rows);
  if (!rows)
    return "finds no memory";
  bool standard = strcmp(argument, "-") == 0;
  rows[stores->count++] =
      (struct store_option){form, argument, standard ? "standard output" : argument};
  stores->rows = rows;
  return NULL;
}

const char *set_jsonl(void *target, const char *argument) {
  return add_store(target, CMTA_STORE_JSONL, argument);
}

const char *set_maildir(void *target, const char *argument) {
  return add_store(target, CMTA_STORE_MAILDIR, argument);
}

const char *set_mbox(void *target, const char *argument) {
  return add_store(target, CMTA_STORE_MBOX, argument);
}

const char *set_dir(void *target, const char *argument) {
  return add_store(target, CMTA_STORE_FOLDER, argument);
}

const char *set_quiet(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->quiet = true;
  return NULL;
}

static const struct cmta_settings *settings_of(const void *target) {
  return &((const struct sink_options *)target)->settings;
}

const char *set_max_message_size(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_u64(argument, &options->settings.max_message_size);
}

uint64_t get_max_message_size(const void *target) { return settings_of(target)->max_message_size; }

const char *set_max_recipients(void *target, const char *argument) {
  struct sink_options *options = target;
  unsigned number = 0;
  const char *wrong = option_unsigned(argument, &number);
  options->settings.max_recipients = number;
  return wrong;
}

uint64_t get_max_recipients(const void *target) { return settings_of(target)->max_recipients; }

const char *set_max_errors(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_unsigned(argument, &options->settings.max_errors);
}

uint64_t get_max_errors(const void *target) { return settings_of(target)->max_errors; }

const char *set_max_connections(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_unsigned(argument, &options->config.max_connections);
}

uint64_t get_max_connections(const void *target) {
  return ((const struct sink_options *)target)->config.max_connections;
}

const char *set_timeout(void *target, const char *argument) {
  struct cmta_settings *settings = &((struct sink_options *)target)->settings;
  const char *wrong = option_unsigned(argument, &settings->command_timeout);
  settings->data_timeout = settings->handshake_timeout = settings->command_timeout;
  return wrong;
}

const char *set_reject(void *target, const char *argument) {
  return refusals_read(&((struct sink_options *)target)->refusals, argument);
}

/* The library judges networks, too. */
static const char *set_networks(const char **list, const char *argument) {
  struct cmta_networks *networks = NULL;
  int error = cmta_networks_new(&networks, argument);
  cmta_networks_free(networks);
  *list = argument;
  bool empty = argument[strspn(argument, " ")] == '\0';
  return error || empty ? "is no list of networks" : NULL;
}

const char *set_proxy_from(void *target, const char *argument) {
  return set_networks(&((struct sink_options *)target)->proxy_from, argument);
}

const char *set_xclient_from(void *target, const char *argument) {
  return set_networks(&((struct sink_options *)target)->xclient_from, argument);
}

const char *set_extensions(void *target, const char *argument) {
  return extensions_read(&((struct sink_options *)target)->settings.extensions, argument);
}

const char *set_line_endings(void *target, const char *argument) {
  static const char *const names[] = {[CMTA_LINE_ENDINGS_REFUSE] = "refuse",
                                      [CMTA_LINE_ENDINGS_NORMALISE] = "normalise",
                                      [CMTA_LINE_ENDINGS_KEEP] = "keep"};
  struct cmta_manners *manners = &((struct sink_options *)target)->settings.manners;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], argument) == 0) {
      manners->line_endings = (enum cmta_line_endings)i;
      return NULL;
    }
  return "is not refuse, normalise or keep";
}

const char *set_submission(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.manners.submission = true;
  return NULL;
}

/* ---- For tests ---- */

const char *set_port_file(void *target, const char *argument) {
  ((struct sink_options *)target)->port_file = argument;
  return *argument ? NULL : "is no file name";
}

const char *set_count(void *target, const char *argument) {
  struct sink_options *options = target;
  bool fits = option_u64(argument, &options->count) == NULL && options->count;
  return fits ? NULL : "is no number of messages to wait for";
}

const char *set_wait(void *target, const char *argument) {
  return option_seconds(argument, &((struct sink_options *)target)->wait);
}

const char *set_only(void *target, const char *argument) {
  const char *wrong = *argument ? address_check(argument, strlen(argument)) : "is no address";
  return wrong ? wrong : arguments_add(&((struct sink_options *)target)->only, argument);
}

const char *set_fault(void *target, const char *argument) {
  return fault_options_add(&((struct sink_options *)target)->faults, argument, false);
}

const char *set_fault_file(void *target, const char *argument) {
  return fault_options_add(&((struct sink_options *)target)->faults, argument, true);
}

const char *set_all_faults(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->faults.all = true;
  return NULL;
}

const char *set_help_faults(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->help_faults = true;
  return NULL;
}

const char *set_seed(void *target, const char *argument) {
  return option_u64(argument, &((struct sink_options *)target)->faults.seed);
}

uint64_t get_seed(const void *target) { return ((const struct sink_options *)target)->faults.seed; }

const char *set_transcript(void *target, const char *argument) {
  ((struct sink_options *)target)->transcripts.folder = argument;
  return *argument ? NULL : "is no folder";
}

const char *set_json_transcript(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->transcripts.json = true;
  return NULL;
}

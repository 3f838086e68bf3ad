/* SPDX-License-Identifier: MIT */
/* The option table of `cmta sink`, a setter for each row, and what follows from them together. */

#include "sink_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the sink listens unless told otherwise. */
#define DEFAULT_ADDRESS "127.0.0.1:2525"

static const char *set_listen(void *target, const char *argument) {
  struct sink_options *options = target;
  size_t size = (options->address_count + 1) * sizeof *options->addresses;
  const char **addresses = realloc(options->addresses, size);
  if (!addresses)
    return "finds no memory";
  addresses[options->address_count++] = argument;
  options->addresses = addresses;
  return NULL;
}

/* The library judges names: one that a service refuses is none. */
static bool is_hostname(const char *name) {
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  settings.hostname = name;
  struct cmta_service *service = NULL;
  int error = cmta_service_new(&service, &settings, NULL, NULL);
  cmta_service_free(service);
  return error == 0;
}

static const char *set_hostname(void *target, const char *argument) {
  struct sink_options *options = target;
  options->settings.hostname = argument;
  return is_hostname(argument) ? NULL : "is neither a domain nor an address literal";
}

static const char *set_jsonl(void *target, const char *argument) {
  ((struct sink_options *)target)->jsonl = argument;
  return *argument ? NULL : "is no file name";
}

static const char *set_quiet(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->quiet = true;
  return NULL;
}

static const struct cmta_settings *settings_of(const void *target) {
  return &((const struct sink_options *)target)->settings;
}

static const char *set_max_message_size(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_u64(argument, &options->settings.max_message_size);
}

static uint64_t get_max_message_size(const void *target) {
  return settings_of(target)->max_message_size;
}

static const char *set_max_recipients(void *target, const char *argument) {
  struct sink_options *options = target;
  unsigned number = 0;
  const char *wrong = option_unsigned(argument, &number);
  options->settings.max_recipients = number;
  return wrong;
}

static uint64_t get_max_recipients(const void *target) {
  return settings_of(target)->max_recipients;
}

static const char *set_max_errors(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_unsigned(argument, &options->settings.max_errors);
}

static uint64_t get_max_errors(const void *target) { return settings_of(target)->max_errors; }

static const char *set_max_connections(void *target, const char *argument) {
  struct sink_options *options = target;
  return option_unsigned(argument, &options->config.max_connections);
}

static uint64_t get_max_connections(const void *target) {
  return ((const struct sink_options *)target)->config.max_connections;
}

static const char *set_timeout(void *target, const char *argument) {
  struct cmta_settings *settings = &((struct sink_options *)target)->settings;
  const char *wrong = option_unsigned(argument, &settings->command_timeout);
  settings->data_timeout = settings->command_timeout;
  return wrong;
}

static const char *set_reject(void *target, const char *argument) {
  return refusal_read(((struct sink_options *)target)->refusals, argument);
}

static const struct option_row rows[] = {
    {"listen", "ADDR:PORT",
     "take connections there; may be given more than once\n"
     "(default " DEFAULT_ADDRESS "; port 0: any free one; unix:PATH)",
     set_listen, NULL},
    {"hostname", "NAME", "the name to greet with (default: this machine's)", set_hostname, NULL},
    {"jsonl", "FILE|-", "append a JSON line for each message to FILE or standard output", set_jsonl,
     NULL},
    {"quiet", NULL, "print no messages", set_quiet, NULL},
    {"max-message-size", "N", "octets a message may have; 0: any number", set_max_message_size,
     get_max_message_size},
    {"max-recipients", "N", "recipients a message may have; 0: any number", set_max_recipients,
     get_max_recipients},
    {"max-errors", "N", "errors a client may make; 0: any number", set_max_errors, get_max_errors},
    {"max-connections", "N", "connections at one time; 0: any number", set_max_connections,
     get_max_connections},
    {"timeout", "SECONDS",
     "how long a client may be silent; 0: for ever\n(default: what RFC 5321 section 4.5.3.2 asks "
     "for)",
     set_timeout, NULL},
    {"reject", "STAGE[=CODE[ TEXT]]",
     "refuse at connect, hello, mail, rcpt, data or message, with CODE\n"
     "(400 to 599) and TEXT, which may begin with an enhanced code;\n"
     "may be given more than once",
     set_reject, NULL},
};

static const struct option_table table = {
    .command = "sink",
    .summary =
        "Takes mail from anyone. Prints each message, or keeps it as a line of JSON, or (--quiet)\n"
        "forgets it. Says where it listens on standard output, ends at SIGINT or SIGTERM.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

/* This machine's name, where it has one that a server may greet with; else the library's default.
 */
static void set_own_hostname(struct sink_options *options) {
  char *name = options->hostname;
  if (gethostname(name, sizeof options->hostname - 1) == 0 && is_hostname(name))
    options->settings.hostname = name;
}

enum options_result sink_options_read(struct sink_options *options, int argc, char **argv) {
  *options = (struct sink_options){0};
  cmta_config_init(&options->config);
  cmta_settings_init(&options->settings);
  options->config.settings = &options->settings;
  set_own_hostname(options);
  const struct sink_options defaults = *options;
  struct option_table own = table;
  own.defaults = &defaults;
  enum options_result result = options_read(&own, options, argc, argv);
  if (result != OPTIONS_SET)
    return result;
  options->settings.collect = !options->quiet || options->jsonl;
  if (options->address_count == 0 && set_listen(options, DEFAULT_ADDRESS)) {
    complain(table.command, "no memory");
    return OPTIONS_WRONG;
  }
  return OPTIONS_SET;
}

void sink_options_free(struct sink_options *options) { free(options->addresses); }

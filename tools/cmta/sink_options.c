/* SPDX-License-Identifier: MIT */
/* The option table of `cmta sink`, a setter for each row, and what follows from them together. */

#include "sink_options.h"

#include "sink_extensions.h"

#include <string.h>
#include <unistd.h>

/* Where the sink listens unless told otherwise. */
#define DEFAULT_ADDRESS "127.0.0.1:2525"

static const char *add_address(void *target, const char *text, enum sink_protocol protocol) {
  struct sink_options *options = target;
  return sink_addresses_add(&options->addresses, text, protocol) ? NULL : "finds no memory";
}

static const char *set_listen(void *target, const char *argument) {
  return add_address(target, argument, SINK_SMTP);
}

static const char *set_listen_tls(void *target, const char *argument) {
  return add_address(target, argument, SINK_SMTP_TLS);
}

static const char *set_lmtp(void *target, const char *argument) {
  return add_address(target, argument, SINK_LMTP);
}

static struct tls_options *tls_of(void *target) { return &((struct sink_options *)target)->tls; }

static const char *set_tls(void *target, const char *argument) {
  return tls_options_mode(tls_of(target), argument);
}

static const char *set_tls_cert(void *target, const char *argument) {
  return tls_options_certificate(tls_of(target), argument);
}

static const char *set_tls_key(void *target, const char *argument) {
  return tls_options_key(tls_of(target), argument);
}

static const char *set_tls_self_signed(void *target, const char *argument) {
  return tls_options_self_signed(tls_of(target), argument);
}

static const char *set_tls_client_ca(void *target, const char *argument) {
  return tls_options_client_authorities(tls_of(target), argument);
}

static const char *set_auth(void *target, const char *argument) {
  return auth_options_user(&((struct sink_options *)target)->auth, argument);
}

static const char *set_auth_file(void *target, const char *argument) {
  return auth_options_file(&((struct sink_options *)target)->auth, argument);
}

static const char *set_auth_as_anybody(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->auth.may_act = true;
  return NULL;
}

static const char *set_auth_required(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.auth_required = true;
  return NULL;
}

static const char *set_auth_in_clear(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.auth_in_clear = true;
  return NULL;
}

static const char *set_auth_delay(void *target, const char *argument) {
  return option_unsigned(argument, &((struct sink_options *)target)->config.auth_failure_delay);
}

static uint64_t get_auth_delay(const void *target) {
  return ((const struct sink_options *)target)->config.auth_failure_delay;
}

static const char *set_mechanisms(void *target, const char *argument) {
  struct sink_options *options = target;
  options->settings.mechanisms = options->auth.mechanisms;
  return auth_options_mechanisms(&options->auth, argument);
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
  settings->data_timeout = settings->handshake_timeout = settings->command_timeout;
  return wrong;
}

static const char *set_reject(void *target, const char *argument) {
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

static const char *set_proxy_from(void *target, const char *argument) {
  return set_networks(&((struct sink_options *)target)->proxy_from, argument);
}

static const char *set_xclient_from(void *target, const char *argument) {
  return set_networks(&((struct sink_options *)target)->xclient_from, argument);
}

static const char *set_extensions(void *target, const char *argument) {
  return extensions_read(&((struct sink_options *)target)->settings.extensions, argument);
}

static const char *set_line_endings(void *target, const char *argument) {
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

static const char *set_submission(void *target, const char *argument) {
  (void)argument;
  ((struct sink_options *)target)->settings.manners.submission = true;
  return NULL;
}

static const struct option_row rows[] = {
    {"listen", "ADDR:PORT",
     "take connections there; may be given more than once\n"
     "(default " DEFAULT_ADDRESS "; port 0: any free one; unix:PATH)",
     set_listen, NULL},
    {"listen-tls", "ADDR:PORT", "likewise, with TLS from the first byte (port 465, RFC 8314)",
     set_listen_tls, NULL},
    {"lmtp", "ADDR:PORT|PATH",
     "likewise, speaking LMTP (RFC 2033): each recipient has a reply of\n"
     "its own behind the message; not at port 25",
     set_lmtp, NULL},
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
    {"reject", "STAGE[:ADDRESS][=CODE[ TEXT]]",
     "refuse at connect, hello, mail, rcpt, data or message, with CODE\n"
     "(400 to 599) and TEXT, which may begin with an enhanced code; with\n"
     "ADDRESS this sender or recipient alone; may be given more than once",
     set_reject, NULL},
    {"extensions", "LIST",
     "offer these EHLO keywords, too, and not those with - in front;\n"
     "commas between them: DSN,-SIZE. They are, by default on:\n"
     "PIPELINING SIZE 8BITMIME CHUNKING SMTPUTF8 ENHANCEDSTATUSCODES\n"
     "STARTTLS AUTH LIMITS HELP XCLIENT XFORWARD; by default off:\n"
     "BINARYMIME PRDR DSN REQUIRETLS DELIVERBY FUTURERELEASE\n"
     "MT-PRIORITY RRVS ETRN",
     set_extensions, NULL},
    {"line-endings", "refuse|normalise|keep",
     "what becomes of a CR or LF that stands alone in a message: the\n"
     "message is refused, it becomes CR LF, it is kept (default: refuse)",
     set_line_endings, NULL},
    {"tls", "off|offered|required",
     "STARTTLS at --listen: not there, there, or needed before all else;\n"
     "of --listen-tls it says nothing\n"
     "(default: offered when there is a certificate, else off)",
     set_tls, NULL},
    {"tls-cert", "FILE",
     "the certificate, PEM, and those up to its authority; may be given\n"
     "more than once: a client gets the one for the name it asks for",
     set_tls_cert, NULL},
    {"tls-key", "FILE", "the key of the --tls-cert before it (default: in the same file)",
     set_tls_key, NULL},
    {"tls-self-signed", "FILE",
     "make a key and a certificate for localhost, 127.0.0.1, ::1, the\n"
     "host name and the addresses listened at, and write the\n"
     "certificate to FILE, for clients to trust",
     set_tls_self_signed, NULL},
    {"tls-client-ca", "FILE",
     "ask clients for a certificate that leads to an authority in FILE;\n"
     "with --auth a user may prove with it that its common name is his",
     set_tls_client_ca, NULL},
    {"auth", "USER:PASSWORD",
     "a user who may log in; may be given more than once. For tests:\n"
     "others on this machine can see it in the list of processes",
     set_auth, NULL},
    {"auth-file", "FILE",
     "a password file, as `cmta passwd` makes it, with users who may log\n"
     "in; may be given more than once",
     set_auth_file, NULL},
    {"auth-as-anybody", NULL, "let a user of --auth act as whomever the client names",
     set_auth_as_anybody, NULL},
    {"auth-required", NULL, "take mail from nobody who has not logged in", set_auth_required, NULL},
    {"auth-in-clear", NULL, "let clients send passwords without TLS", set_auth_in_clear, NULL},
    {"auth-delay", "SECONDS", "how long a client waits to hear that it failed to log in",
     set_auth_delay, get_auth_delay},
    {"mechanisms", "LIST",
     "what clients may log in with, commas between the names\n"
     "(default: all that there are, but CRAM-MD5)",
     set_mechanisms, NULL},
    {"submission", NULL,
     "be a submission server (RFC 6409): --auth-required, and addresses\n"
     "need fully qualified domains",
     set_submission, NULL},
    {"proxy-from", "CIDR",
     "connections from there begin with a PROXY header, version 1 or 2;\n"
     "networks with commas between them, `unix` for Unix sockets",
     set_proxy_from, NULL},
    {"xclient-from", "CIDR", "clients from there may use XCLIENT and XFORWARD", set_xclient_from,
     NULL},
};

static const struct option_table table = {
    .command = "sink",
    .summary =
        "Takes mail from anyone. Prints each message, or keeps it as a line of JSON, or (--quiet)\n"
        "forgets it. Says where it listens on standard output, ends at SIGINT or SIGTERM.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .secret = "auth",
};

/* This machine's name, where it has one that a server may greet with; else the library's default.
 */
static void set_own_hostname(struct sink_options *options) {
  char *name = options->hostname;
  if (gethostname(name, sizeof options->hostname - 1) == 0 && is_hostname(name))
    options->settings.hostname = name;
}

/* A test has no time to lose, and guesses no passwords: a failure to log in is told at once. */
static void set_defaults(struct sink_options *options) {
  *options = (struct sink_options){0};
  cmta_config_init(&options->config);
  cmta_settings_init(&options->settings);
  options->config.settings = &options->settings;
  options->config.auth_failure_delay = 0;
  set_own_hostname(options);
}

/* What follows from all options together; NULL, or a sentence that says what is wrong. */
static const char *finish(struct sink_options *options) {
  options->settings.collect = !options->quiet || options->jsonl;
  const struct sink_addresses *addresses = &options->addresses;
  if (addresses->count == 0 && set_listen(options, DEFAULT_ADDRESS))
    return "no memory";
  bool clear =
      sink_addresses_have(addresses, SINK_SMTP) || sink_addresses_have(addresses, SINK_LMTP);
  bool implicit = sink_addresses_have(addresses, SINK_SMTP_TLS);
  const char *wrong = tls_options_finish(&options->tls, clear, implicit);
  if (!wrong)
    wrong = extensions_check(options);
  if (!wrong && options->settings.manners.submission && !implicit &&
      !sink_addresses_have(addresses, SINK_SMTP))
    wrong = "--submission is about SMTP, and there is --lmtp alone";
  if (wrong)
    return wrong;
  const struct auth_channels channels = {
      .in_clear = clear && options->tls.mode != CMTA_TLS_REQUIRED,
      .tls = implicit || options->tls.mode != CMTA_TLS_OFF,
      .certificates = options->tls.client_authorities,
  };
  return auth_options_check(&options->auth, &options->config, &channels);
}

enum options_result sink_options_read(struct sink_options *options, int argc, char **argv) {
  set_defaults(options);
  const struct sink_options defaults = *options;
  struct option_table own = table;
  own.defaults = &defaults;
  enum options_result result = options_read(&own, options, argc, argv);
  if (result != OPTIONS_SET)
    return result;
  const char *wrong = finish(options);
  if (wrong)
    complain(table.command, "%s", wrong);
  return wrong ? OPTIONS_WRONG : OPTIONS_SET;
}

void sink_options_free(struct sink_options *options) {
  sink_addresses_free(&options->addresses);
  tls_options_free(&options->tls);
  auth_options_free(&options->auth);
  refusals_free(&options->refusals);
}

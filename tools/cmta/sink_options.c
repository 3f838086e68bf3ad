/* SPDX-License-Identifier: MIT */
/* The option table of `cmta sink`, and what follows from the options together. */

#include "sink.h"
#include "sink_extensions.h"
#include "sink_setters.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    {"maildir", "DIR", "put each message into a maildir, made if it is not there", set_maildir,
     NULL},
    {"mbox", "FILE", "append each message to an mbox file (RFC 4155)", set_mbox, NULL},
    {"dir", "DIR",
     "put each message into DIR, made if it is not there: as ID.eml, and\n"
     "its JSON line without the message as ID.json",
     set_dir, NULL},
    {"quiet", NULL, "print no messages", set_quiet, NULL},
    {"port-file", "FILE",
     "write the port of each listener to FILE, one a line, when it\n"
     "listens; FILE is there whole or not at all, and until it ends",
     set_port_file, NULL},
    {"count", "N",
     "end with 0 when N messages have come: nobody else is listened to,\n"
     "and who is connected may be silent for 5 seconds before QUIT, or\n"
     "say something else until 5 seconds behind the last message",
     set_count, NULL},
    {"wait", "SECONDS", "with --count: end with 1 when they have not come by then", set_wait, NULL},
    {"only", "ADDRESS",
     "take this recipient alone, others get 550; may be given more than\n"
     "once; * stands for anything, ? for one octet, in any case",
     set_only, NULL},
    {"fault", "SPEC",
     "what goes wrong: STAGE [CONDITION]...: ACTION, as in\n"
     "\"rcpt nth 2: reply 450 4.2.1 Busy\"; may be given more than once",
     set_fault, NULL},
    {"fault-file", "FILE", "likewise, one a line; # begins a comment line", set_fault_file, NULL},
    {"all-faults", NULL, "end with 1 when one of them has not happened", set_all_faults, NULL},
    {"help-faults", NULL, "print the words of faults and exit", set_help_faults, NULL},
    {"seed", "N", "for faults with `chance`", set_seed, get_seed},
    {"transcript", "DIR",
     "write what was said on each connection to DIR, made if it is not\n"
     "there, when it ends: 1.txt, 2.txt; one that cannot be written makes\n"
     "the sink end with 2",
     set_transcript, NULL},
    {"json-transcript", NULL, "write that as lines of JSON: 1.jsonl", set_json_transcript, NULL},
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
        "forgets it. Says where it listens on standard output. Ends at SIGINT, SIGTERM, SIGHUP.\n",
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

/* Seconds that a transaction may go on when the sink is to end. */
enum { STOP_SECONDS = 5 };

/* A test has no time to lose, and guesses no passwords: a failure to log in is told at once. */
static void set_defaults(struct sink_options *options) {
  *options = (struct sink_options){0};
  cmta_config_init(&options->config);
  cmta_settings_init(&options->settings);
  options->config.settings = &options->settings;
  options->config.auth_failure_delay = 0;
  options->config.stop_timeout = STOP_SECONDS;
  options->faults.seed = 1;
  set_own_hostname(options);
}

/* Whether two stores would write to standard output, where nobody could tell them apart. */
static bool share_output(const struct store_options *stores) {
  size_t count = 0;
  for (size_t i = 0; i < stores->count; i++) {
    enum cmta_store_form form = stores->rows[i].form;
    bool is_file = form == CMTA_STORE_JSONL || form == CMTA_STORE_MBOX;
    count += is_file && strcmp(stores->rows[i].path, "-") == 0;
  }
  return count > 1;
}

/* NULL, or what is wrong with the options for tests together. */
static const char *check_testing(const struct sink_options *options) {
  if (options->wait > 0 && !options->count)
    return "--wait is about --count, which is not there";
  if (share_output(&options->stores))
    return "two of --jsonl and --mbox cannot both be standard output";
  if (options->transcripts.json && !options->transcripts.folder)
    return "--json-transcript is about --transcript, which is not there";
  return NULL;
}

/* Transcripts tell of clients that do not wait where they must. */
static void notice(struct sink_options *options) {
  struct cmta_manners *manners = &options->settings.manners;
  if (options->transcripts.folder)
    manners->early_talker = manners->pipelining = CMTA_REACTION_FLAG;
}

unsigned sink_options_reach(const struct sink_options *options) {
  const struct sink_addresses *addresses = &options->addresses;
  bool smtp = sink_addresses_have(addresses, SINK_SMTP);
  bool tls = sink_addresses_have(addresses, SINK_SMTP_TLS);
  bool lmtp = sink_addresses_have(addresses, SINK_LMTP);
  bool starttls = options->tls.mode != CMTA_TLS_OFF && (smtp || lmtp);
  bool users = options->auth.users.count || options->auth.files.count;
  bool chunks = options->settings.extensions & CMTA_EXTENSION_CHUNKING;
  return (smtp || tls ? CMTA_REACH_SMTP : 0u) | (lmtp ? CMTA_REACH_LMTP : 0u) |
         (starttls ? CMTA_REACH_STARTTLS : 0u) | (tls ? CMTA_REACH_TLS : 0u) |
         (users ? CMTA_REACH_AUTH : 0u) | (chunks ? CMTA_REACH_CHUNKING : 0u);
}

/* What follows from all options together; NULL, or a sentence that says what is wrong. */
static const char *finish(struct sink_options *options) {
  options->settings.collect = sink_keeps(options) || options->faults.count; /* which may look */
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
  if (!wrong)
    wrong = check_testing(options);
  if (wrong)
    return wrong;
  notice(options);
  const struct auth_channels channels = {
      .in_clear = clear && options->tls.mode != CMTA_TLS_REQUIRED,
      .tls = sink_options_reach(options) & (CMTA_REACH_STARTTLS | CMTA_REACH_TLS),
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
  if (options->help_faults)
    return sink_faults_help();
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
  fault_options_free(&options->faults);
  arguments_free(&options->only);
  free(options->stores.rows);
}

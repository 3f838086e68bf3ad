/* SPDX-License-Identifier: MIT */
/* `cmta sink`: a server that takes mail from anyone. Its start and its end; the options are in
 * sink_options.c, what it does with clients and messages where sink.h says. */

#include "sink.h"

#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char command[] = "sink";

static const char *error_text(int error) {
  return error == CMTA_E_SYSTEM ? strerror(errno) : cmta_strerror(error);
}

static bool listen_all(const struct sink *sink, struct cmta_server *server) {
  const struct sink_options *options = &sink->options;
  struct cmta_listen common;
  cmta_listen_init(&common);
  common.tls = sink->tls;
  common.tls_mode = options->tls.mode;
  common.manners = &options->settings.manners;
  common.proxy_from = options->proxy_from;
  common.xclient_from = common.xforward_from = options->xclient_from;
  return sink_listen(server, &options->addresses, &common);
}

static void print_totals(const struct totals *totals) {
  fprintf(stderr,
          "cmta sink: %" PRIu64 " messages, %" PRIu64 " recipients, %" PRIu64 " octets, %" PRIu64
          " connections\n",
          totals->messages, totals->recipients, totals->octets, totals->connections);
}

/* Keeps the signals that stop the sink for cmta_server_run(), which ignores a SIGHUP that is
 * ignored: a script may send one as soon as it knows where it listens. */
static void hold_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* Whoever connects is met before anything is said. */
static void on_accepted(struct cmta_session *session, void *user) {
  struct sink *sink = user;
  sink->totals.connections++;
  if (sink->transcripts.recorder)
    cmta_recorder_accepted(sink->transcripts.recorder, session);
  cmta_plan_accepted(sink->plan, session);
}

static void on_gone(struct cmta_session *session, void *user) {
  const struct sink *sink = user;
  if (sink->transcripts.recorder)
    cmta_recorder_gone(sink->transcripts.recorder, session);
}

/* Who records comes first, then what goes wrong; who keeps messages last. */
static bool add_hooks(struct sink *sink) {
  char why[512];
  int error = 0;
  if (sink->transcripts.recorder)
    error = cmta_recorder_add_to(sink->transcripts.recorder, sink->server);
  if (error >= 0)
    error = cmta_plan_add_to(sink->plan, sink->server);
  if (error >= 0)
    error = cmta_server_add(sink->server, &sink_policy, sink);
  if (error >= 0 && !sink_auth_add(sink->server, &sink->options.auth, why, sizeof why)) {
    complain(command, "%s", why);
    return false;
  }
  if (error >= 0 && sink->mailbox)
    error = cmta_mailbox_add_to(sink->mailbox, sink->server);
  if (error < 0)
    complain(command, "%s", error_text(error));
  return error >= 0;
}

/* Tells scripts where it listens. */
static bool tell_listeners(struct sink *sink) {
  const struct sink_addresses *addresses = &sink->options.addresses;
  return sink_ports_write(&sink->ports, sink->server, addresses->count) &&
         sink_listen_print(sink->server, addresses);
}

/* Takes mail until it is told to stop. */
static int take_mail(struct sink *sink) {
  int error = sink_count_begin(&sink->count, sink->server);
  if (!error)
    error = cmta_server_run(sink->server, true);
  if (error < 0) {
    complain(command, "%s", error_text(error));
    return EXIT_WRONG;
  }
  return EXIT_DONE;
}

static int run(struct sink *sink) {
  if (!add_hooks(sink) || !listen_all(sink, sink->server))
    return EXIT_WRONG;
  sink_plan_print_seed(sink->plan, sink->options.faults.seed);
  int status = tell_listeners(sink) ? take_mail(sink) : EXIT_WRONG;
  sink_ports_end(&sink->ports);
  return status;
}

/* The server has done its work: what is to be said of it, and what the program exits with. */
static int sum_up(const struct sink *sink) {
  bool missed = sink_plan_print_missed(sink->plan);
  print_totals(&sink->totals);
  int status = sink_count_end(&sink->count);
  if (missed && sink->options.faults.all)
    status = EXIT_MISSING;
  return sink->transcripts.failed ? EXIT_WRONG : status;
}

/* Makes the server, runs it and frees it. Before that a signal just ends the program: what its
 * parts are made of may be a FIFO, which waits for its other end, and nothing is left behind. */
static int serve(struct sink *sink) {
  hold_signals();
  sink->options.config.accepted = on_accepted;
  sink->options.config.gone = on_gone;
  int error = cmta_server_new(&sink->server, NULL, &sink->options.config, NULL, sink);
  if (error) {
    bool spools = error == CMTA_E_SYSTEM && errno != EMFILE && errno != ENFILE;
    const char *what = spools ? "cannot make temporary files: " : "";
    complain(command, "%s%s", what, error_text(error));
    return EXIT_WRONG;
  }
  int status = run(sink);
  cmta_server_free(sink->server);
  return status == EXIT_DONE ? sum_up(sink) : status;
}

/* ---- What it is made of ---- */

/* Tests may want clients to meet such a certificate: it is no mistake. */
static void warn_of_certificates(const struct sink *sink) {
  char why[512];
  for (size_t i = 0; i < sink->options.tls.certificate_count; i++)
    if (sink_tls_is_out_of_time(sink->tls, &sink->options.tls, i, time(NULL), why, sizeof why))
      complain(command, "%s", why);
}

static bool make_wrong_tls(struct sink *sink) {
  struct cmta_tls_config config;
  char why[512];
  if (!sink_plan_wants_wrong_tls(sink->plan))
    return true;
  cmta_tls_config_init(&config);
  config.self_signed = "wrong.example";
  if (cmta_tls_new(&sink->wrong_tls, &config, why, sizeof why) < 0) {
    complain(command, "%s", why);
    return false;
  }
  cmta_plan_set_wrong_tls(sink->plan, sink->wrong_tls);
  return !sink->options.tls.self_signed || sink_tls_trust_too(&sink->options.tls, sink->wrong_tls);
}

static bool make_tls(struct sink *sink) {
  const struct sink_options *options = &sink->options;
  char why[512];
  if (!sink_tls_new(&sink->tls, &options->tls, options->settings.hostname, &options->addresses, why,
                    sizeof why)) {
    complain(command, "%s", why);
    return false;
  }
  warn_of_certificates(sink);
  return make_wrong_tls(sink);
}

static bool make_parts(struct sink *sink) {
  const struct sink_options *options = &sink->options;
  sink->transcripts = options->transcripts;
  sink->count = (struct sink_count){.wanted = options->count, .wait = options->wait};
  if (!sink_plan_new(&sink->plan, &options->faults, sink_options_reach(options)) ||
      !make_tls(sink) || !sink_keep_begin(sink) || !sink_transcripts_begin(&sink->transcripts))
    return false;
  if (sink->transcripts.recorder)
    cmta_plan_on_fault(sink->plan, cmta_recorder_fault, sink->transcripts.recorder);
  return true;
}

static void free_parts(struct sink *sink) {
  sink_transcripts_end(&sink->transcripts);
  sink_keep_end(sink);
  cmta_plan_free(sink->plan);
  cmta_tls_free(sink->wrong_tls);
  cmta_tls_free(sink->tls);
}

int sink_command(int argc, char **argv) {
  struct sink sink = {0};
  enum options_result result = sink_options_read(&sink.options, argc, argv);
  int status = result == OPTIONS_SHOWN ? EXIT_DONE : EXIT_WRONG;
  if (result == OPTIONS_SET) {
    sink.ports.path = sink.options.port_file;
    if (sink_ports_begin(&sink.ports) && make_parts(&sink))
      status = serve(&sink);
    free_parts(&sink);
  }
  sink_options_free(&sink.options);
  return status;
}

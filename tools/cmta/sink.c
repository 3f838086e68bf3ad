/* SPDX-License-Identifier: MIT */
/* `cmta sink`: a server that takes mail from anyone. Its hooks, its start and its end; the options
 * are in sink_options.c. */

#include "command.h"
#include "message_json.h"
#include "message_print.h"
#include "sink_options.h"
#include "sink_output.h"

#include "escape.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char command[] = "sink";

/* What the last line tells. */
struct totals {
  uint64_t connections; /* that were greeted or refused by --reject connect */
  uint64_t messages;    /* accepted, as are the two below */
  uint64_t recipients;
  uint64_t octets;
};

/* The running program. */
struct sink {
  struct sink_options options;
  struct sink_output output;
  struct record_source records;
  struct totals totals;
  struct cmta_tls *tls; /* NULL: none */
};

static enum cmta_verdict answer(struct cmta_session *session, const void *user,
                                enum refusal_stage stage) {
  const struct sink *sink = user;
  return refusal_answer(&sink->options.refusals[stage], session);
}

static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  ((struct sink *)user)->totals.connections++;
  return answer(session, user, STAGE_CONNECT);
}

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  (void)name;
  return answer(session, user, STAGE_HELLO);
}

static enum cmta_verdict on_mail(struct cmta_session *session, void *user,
                                 const struct cmta_path *reverse_path) {
  (void)reverse_path;
  return answer(session, user, STAGE_MAIL);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *forward_path) {
  (void)forward_path;
  return answer(session, user, STAGE_RCPT);
}

static enum cmta_verdict on_data(struct cmta_session *session, void *user) {
  return answer(session, user, STAGE_DATA);
}

/* Writes the message out. 0, or the errno of what went wrong. */
static int store(struct sink *sink, const struct record *record) {
  bool json = sink->options.jsonl;
  if (!json && sink->options.quiet)
    return 0;
  size_t length = 0;
  char *text =
      json ? message_json(record, sink->output.terminal, &length) : message_print(record, &length);
  int error = text ? sink_output_write(&sink->output, text, length) : ENOMEM;
  free(text);
  return error;
}

/* Says that the message could not be kept, to the client and to whoever runs the sink. 452 is for
 * what more room would help (RFC 5321 section 4.2.3). */
static enum cmta_verdict refuse_unstored(struct sink *sink, struct cmta_session *session,
                                         int error) {
  complain(command, "cannot write to %s: %s", sink->output.name, strerror(error));
  bool full = error == ENOSPC || error == EDQUOT || error == EFBIG || error == ENOMEM;
  if (full)
    cmta_reply(session, 452, "4.3.1", "No room for this message");
  else
    cmta_reply(session, 451, "4.3.0", "The message could not be written");
  return CMTA_TEMPFAIL;
}

static void count(struct totals *totals, const struct cmta_message *message) {
  totals->messages++;
  totals->recipients += cmta_message_envelope(message)->forward_path_count;
  totals->octets += cmta_message_size(message);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct sink *sink = user;
  enum cmta_verdict verdict = answer(session, user, STAGE_MESSAGE);
  if (verdict != CMTA_ACCEPT)
    return verdict;
  struct record record = record_make(&sink->records, session, message);
  int error = store(sink, &record);
  if (error)
    return refuse_unstored(sink, session, error);
  count(&sink->totals, message);
  cmta_reply(session, 250, "2.0.0", "Ok: queued as %s", record.id);
  return CMTA_ACCEPT;
}

static const struct cmta_hooks hooks = {
    .size = sizeof hooks,
    .connect = on_connect,
    .hello = on_hello,
    .mail = on_mail,
    .rcpt = on_rcpt,
    .data = on_data,
    .message = on_message,
};

static const char *error_text(int error) {
  return error == CMTA_E_SYSTEM ? strerror(errno) : cmta_strerror(error);
}

static int listen_at(const struct sink *sink, struct cmta_server *server,
                     const struct sink_address *address) {
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = address->text;
  listen.tls_mode = address->implicit ? CMTA_TLS_IMPLICIT : sink->options.tls.mode;
  listen.tls = listen.tls_mode == CMTA_TLS_OFF ? NULL : sink->tls;
  return cmta_server_listen_with(server, &listen);
}

static bool listen_all(const struct sink *sink, struct cmta_server *server) {
  const struct sink_options *options = &sink->options;
  for (size_t i = 0; i < options->address_count; i++) {
    int listener = listen_at(sink, server, &options->addresses[i]);
    if (listener < 0) {
      complain(command, "cannot listen at %s: %s", options->addresses[i].text,
               error_text(listener));
      return false;
    }
  }
  return true;
}

/* Tells a script where to connect: one line a listener, in the order given. */
static bool print_listeners(const struct sink_options *options, struct cmta_server *server) {
  for (size_t i = 0; i < options->address_count; i++) {
    const char *address = "";
    uint16_t port = 0;
    cmta_server_listener(server, (int)i, &address, &port);
    fputs(options->addresses[i].implicit ? "listening-tls " : "listening ", stdout);
    escape_text(stdout, address, strlen(address));
    printf(" %u\n", (unsigned)port);
  }
  return flush_output(command);
}

static void print_totals(const struct totals *totals) {
  fprintf(stderr,
          "cmta sink: %" PRIu64 " messages, %" PRIu64 " recipients, %" PRIu64 " octets, %" PRIu64
          " connections\n",
          totals->messages, totals->recipients, totals->octets, totals->connections);
}

/* Keeps the signals that stop the sink for cmta_server_run(): a script may send one as soon as it
 * has read where the sink listens. */
static void hold_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
}

static int run(struct sink *sink, struct cmta_server *server) {
  char why[512];
  if (!sink_auth_add(server, &sink->options.auth, why, sizeof why)) {
    complain(command, "%s", why);
    return EXIT_WRONG;
  }
  if (!listen_all(sink, server))
    return EXIT_WRONG;
  hold_signals();
  if (!print_listeners(&sink->options, server))
    return EXIT_WRONG;
  int error = cmta_server_run(server, true);
  if (error < 0) {
    complain(command, "%s", error_text(error));
    return EXIT_WRONG;
  }
  return EXIT_DONE;
}

/* Makes the server, runs it and frees it. */
static int serve(struct sink *sink) {
  struct cmta_server *server = NULL;
  int error = cmta_server_new(&server, NULL, &sink->options.config, &hooks, sink);
  if (error) {
    const char *what = error == CMTA_E_SYSTEM ? "cannot make temporary files: " : "";
    complain(command, "%s%s", what, error_text(error));
    return EXIT_WRONG;
  }
  int status = run(sink, server);
  cmta_server_free(server);
  if (status == EXIT_DONE)
    print_totals(&sink->totals);
  return status;
}

/* Tests may want clients to meet such a certificate: it is no mistake. */
static void warn_of_certificates(const struct sink *sink) {
  char why[512];
  for (size_t i = 0; i < sink->options.tls.certificate_count; i++)
    if (sink_tls_is_out_of_time(sink->tls, &sink->options.tls, i, time(NULL), why, sizeof why))
      complain(command, "%s", why);
}

static int serve_with_tls(struct sink *sink) {
  const struct sink_options *options = &sink->options;
  char why[512];
  if (!sink_tls_new(&sink->tls, &options->tls, options->settings.hostname, options->addresses,
                    options->address_count, why, sizeof why)) {
    complain(command, "%s", why);
    return EXIT_WRONG;
  }
  warn_of_certificates(sink);
  int status = serve(sink);
  cmta_tls_free(sink->tls);
  return status;
}

static int open_and_serve(struct sink *sink) {
  if (!record_source_init(&sink->records)) {
    complain(command, "no random numbers: %s", strerror(errno));
    return EXIT_WRONG;
  }
  int error = sink_output_open(&sink->output, sink->options.jsonl);
  if (error) {
    complain(command, "cannot write to %s: %s", sink->options.jsonl, strerror(error));
    return EXIT_WRONG;
  }
  int status = serve_with_tls(sink);
  sink_output_close(&sink->output);
  return status;
}

int sink_command(int argc, char **argv) {
  struct sink sink = {0};
  enum options_result result = sink_options_read(&sink.options, argc, argv);
  int status = result == OPTIONS_SHOWN ? EXIT_DONE : EXIT_WRONG;
  if (result == OPTIONS_SET)
    status = open_and_serve(&sink);
  sink_options_free(&sink.options);
  return status;
}

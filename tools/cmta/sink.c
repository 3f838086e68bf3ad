/* SPDX-License-Identifier: MIT */
/* `cmta sink`: a server that takes mail from anyone. Its hooks, its start and its end; the options
 * are in sink_options.c. */

#include "command.h"
#include "message_json.h"
#include "message_print.h"
#include "sink_options.h"
#include "sink_output.h"

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

/* What has become of a message, for those of its recipients that are not refused. */
struct outcome {
  bool known;
  int error; /* 0, or the errno of what went wrong */
  char id[RECORD_ID_SIZE];
};

static enum cmta_verdict answer_about(struct cmta_session *session, const void *user,
                                      enum refusal_stage stage, struct cmta_slice address) {
  const struct sink *sink = user;
  return refusal_answer(refusals_find(&sink->options.refusals, stage, address), session);
}

static enum cmta_verdict answer(struct cmta_session *session, const void *user,
                                enum refusal_stage stage) {
  return answer_about(session, user, stage, (struct cmta_slice){0});
}

/* Asked anew for each client that XCLIENT names, on the same connection. */
static enum cmta_verdict on_connect(struct cmta_session *session, void *user) {
  if (!cmta_session_xclient(session))
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
  return answer_about(session, user, STAGE_MAIL, reverse_path->address);
}

static enum cmta_verdict on_rcpt(struct cmta_session *session, void *user,
                                 const struct cmta_path *forward_path) {
  return answer_about(session, user, STAGE_RCPT, forward_path->address);
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

/* Says to the client that the message could not be kept. 452 is for what more room would help (RFC
 * 5321 section 4.2.3). */
static enum cmta_verdict refuse_unstored(struct cmta_session *session, int error) {
  bool full = error == ENOSPC || error == EDQUOT || error == EFBIG || error == ENOMEM;
  if (full)
    cmta_reply(session, 452, "4.3.1", "No room for this message");
  else
    cmta_reply(session, 451, "4.3.0", "The message could not be written");
  return CMTA_TEMPFAIL;
}

static void count(struct totals *totals, const struct record *record) {
  totals->messages++;
  totals->recipients += record->envelope.forward_path_count;
  totals->octets += cmta_message_size(record->message);
}

static const struct refusal *refusal_of(const struct sink *sink, const struct cmta_path *to) {
  return refusals_find(&sink->options.refusals, STAGE_MESSAGE, to->address);
}

/* How the question about a message is refused: for its recipient, or, where it is about all of
 * them, for the first that has a rule. NULL: it is not. */
static const struct refusal *refusal_of_message(const struct sink *sink,
                                                const struct cmta_session *session,
                                                const struct cmta_envelope *envelope) {
  size_t recipient = cmta_session_recipient(session);
  if (recipient < envelope->forward_path_count)
    return refusal_of(sink, &envelope->forward_paths[recipient]);
  const struct refusal *refusal = NULL;
  for (size_t i = 0; !refusal && i < envelope->forward_path_count; i++)
    refusal = refusal_of(sink, &envelope->forward_paths[i]);
  return refusal;
}

/* Stores the record with those of the recipients whom no rule refuses; `paths` has room for all. */
static int store_for(struct sink *sink, struct record *record, struct cmta_path *paths) {
  const struct cmta_envelope *envelope = cmta_message_envelope(record->message);
  size_t kept = 0;
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    if (!refusal_of(sink, &envelope->forward_paths[i]))
      paths[kept++] = envelope->forward_paths[i];
  record->envelope.forward_paths = paths;
  record->envelope.forward_path_count = kept;
  int error = store(sink, record);
  if (!error)
    count(&sink->totals, record);
  return error;
}

/* Keeps the message, once for all recipients: their questions come one after the other, and no
 * reply leaves before the last of them. */
static void keep(struct sink *sink, struct cmta_session *session,
                 const struct cmta_message *message, struct outcome *outcome) {
  struct record record = record_make(&sink->records, session, message);
  struct cmta_path *paths = calloc(record.envelope.forward_path_count, sizeof *paths);
  outcome->error = paths ? store_for(sink, &record, paths) : ENOMEM;
  if (outcome->error)
    complain(command, "cannot write to %s: %s", sink->output.name, strerror(outcome->error));
  outcome->known = true;
  memcpy(outcome->id, record.id, sizeof outcome->id);
  free(paths);
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct outcome *outcome = cmta_transaction_data(session);
  const struct refusal *refusal = refusal_of_message(user, session, cmta_message_envelope(message));
  if (refusal)
    return refusal_answer(refusal, session);
  if (!outcome->known)
    keep(user, session, message, outcome);
  if (outcome->error)
    return refuse_unstored(session, outcome->error);
  cmta_reply(session, 250, "2.0.0", "Ok: queued as %s", outcome->id);
  return CMTA_ACCEPT;
}

static void *new_outcome(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  return calloc(1, sizeof(struct outcome));
}

/* Here is no queue that could be started (RFC 1985 section 5.2). */
static enum cmta_verdict on_etrn(struct cmta_session *session, void *user, struct cmta_slice node) {
  (void)user;
  cmta_reply(session, 251, "2.0.0", "No messages waiting for %.*s", (int)node.length, node.at);
  return CMTA_ACCEPT;
}

static const struct cmta_hooks hooks = {
    .size = sizeof hooks,
    .transaction_new = new_outcome,
    .transaction_free = free,
    .connect = on_connect,
    .hello = on_hello,
    .mail = on_mail,
    .rcpt = on_rcpt,
    .data = on_data,
    .message = on_message,
    .etrn = on_etrn,
};

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
  if (!sink_listen_print(server, &sink->options.addresses))
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
  if (!sink_tls_new(&sink->tls, &options->tls, options->settings.hostname, &options->addresses, why,
                    sizeof why)) {
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

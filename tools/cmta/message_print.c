/* SPDX-License-Identifier: MIT */
/* A message for a person (message_print.h). */

#include "message_print.h"

#include "escape.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_slice(FILE *stream, struct cmta_slice slice) {
  if (slice.length > 0)
    escape_text(stream, slice.at, slice.length);
}

/* A path as the client said it: "MAIL FROM:<a@example.org> SIZE=12". */
static void print_path(FILE *stream, const char *command, const struct cmta_path *path) {
  fprintf(stream, "%s:<", command);
  print_slice(stream, path->address);
  putc('>', stream);
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    putc(' ', stream);
    print_slice(stream, parameter->keyword);
    if (parameter->has_value)
      putc('=', stream);
    print_slice(stream, parameter->value);
  }
  putc('\n', stream);
}

static void print_sender(FILE *stream, struct cmta_session *session) {
  const struct cmta_peer *peer = cmta_session_peer(session);
  fputs("from ", stream);
  escape_text(stream, peer->address, strlen(peer->address));
  fprintf(stream, " port %u by %s as ", (unsigned)peer->port, cmta_session_protocol(session));
  print_slice(stream, cmta_session_hello_name(session));
  putc('\n', stream);
}

/* "with TLSv1.3 TLS_AES_256_GCM_SHA384 for mail.example.org", where the client has said for whom.
 */
static void print_tls(FILE *stream, const struct cmta_tls_facts *tls) {
  fprintf(stream, "with %s %s%s", tls->version, tls->cipher, *tls->server_name ? " for " : "");
  escape_text(stream, tls->server_name, strlen(tls->server_name));
  putc('\n', stream);
}

static void print_identity(FILE *stream, const struct cmta_identity *identity) {
  fputs("logged in as ", stream);
  escape_text(stream, identity->user, strlen(identity->user));
  fprintf(stream, " by %s%s", identity->mechanism, *identity->authorization ? ", acting as " : "");
  escape_text(stream, identity->authorization, strlen(identity->authorization));
  putc('\n', stream);
}

static void print_client(FILE *stream, struct cmta_session *session) {
  const struct cmta_tls_facts *tls = cmta_session_tls(session);
  const struct cmta_identity *identity = cmta_session_identity(session);
  print_sender(stream, session);
  if (tls)
    print_tls(stream, tls);
  if (identity)
    print_identity(stream, identity);
}

static void print_envelope(FILE *stream, const struct cmta_mail *mail) {
  const struct cmta_path *path;
  print_path(stream, "MAIL FROM", &cmta_message_envelope(cmta_mail_message(mail))->reverse_path);
  for (size_t i = 0; (path = cmta_mail_recipient(mail, i)); i++)
    print_path(stream, "RCPT TO", path);
  putc('\n', stream);
}

/* The octets of the line that data begins with, without its CR LF. */
static size_t line_length(struct cmta_slice data) {
  const char *end = memmem(data.at, data.length, "\r\n", 2);
  return end ? (size_t)(end - data.at) : data.length;
}

static void print_data(FILE *stream, struct cmta_slice data) {
  while (data.length > 0) {
    size_t length = line_length(data);
    escape_text(stream, data.at, length);
    putc('\n', stream);
    size_t taken = length < data.length ? length + 2 : length;
    data = (struct cmta_slice){data.at + taken, data.length - taken};
  }
}

/* RFC 3339, UTC. */
static void print_time(FILE *stream, int64_t milliseconds) {
  time_t seconds = (time_t)(milliseconds / 1000);
  struct tm utc;
  char text[32] = "";
  if (gmtime_r(&seconds, &utc))
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  fprintf(stream, "%s.%03dZ\n", text, (int)(milliseconds % 1000));
}

static void print_mail(FILE *stream, struct cmta_session *session, const struct cmta_mail *mail,
                       struct cmta_slice data) {
  fprintf(stream, "---- message %s at ", cmta_mail_id(mail));
  print_time(stream, cmta_mail_time(mail));
  print_client(stream, session);
  print_envelope(stream, mail);
  print_data(stream, data);
  fprintf(stream, "---- end of message %s\n", cmta_mail_id(mail));
}

char *message_print(struct cmta_session *session, const struct cmta_mail *mail, size_t *length) {
  char *text = NULL;
  struct cmta_slice data;
  if (cmta_message_data(cmta_mail_message(mail), &data) != 0)
    return NULL;
  FILE *stream = open_memstream(&text, length);
  if (!stream)
    return NULL;
  print_mail(stream, session, mail, data);
  bool failed = ferror(stream);
  if (fclose(stream) == 0 && !failed)
    return text;
  free(text);
  return NULL;
}

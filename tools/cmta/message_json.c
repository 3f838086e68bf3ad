/* SPDX-License-Identifier: MIT */
/* A message as a line of JSON (message_json.h). */

#include "message_json.h"

#include "envelope_json.h"
#include "json_text.h"

#include <base64.h>

#include <jansson.h>
#include <stdlib.h>

static json_t *json_peer(const struct cmta_peer *peer) {
  return json_pack("{s:o, s:i}", "address", json_text_of(peer->address), "port", (int)peer->port);
}

static json_t *json_proxy(const struct cmta_peer *proxy) {
  return proxy ? json_peer(proxy) : json_null();
}

static json_t *json_told(const char *text) { return *text ? json_text_of(text) : json_null(); }

static json_t *json_told_peer(const struct cmta_peer *peer) {
  return json_pack("{s:o, s:o}", "address", json_told(peer->address), "port",
                   peer->port ? json_integer(peer->port) : json_null());
}

/* What a trusted client told of another, null for what it did not. */
static json_t *json_client(const struct cmta_client *client) {
  static const char *const sources[] = {"", "local", "remote"};
  if (!client)
    return json_null();
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", json_told(client->name),
                   "peer", json_told_peer(&client->peer), "local", json_told_peer(&client->local),
                   "protocol", json_told(client->protocol), "helo", json_told(client->hello_name),
                   "login", json_told(client->login), "id", json_told(client->identification),
                   "source", json_told(sources[client->source]));
}

static json_t *json_tls(const struct cmta_tls_facts *tls) {
  if (!tls)
    return json_null();
  return json_pack("{s:o, s:o, s:o}", "version", json_text_of(tls->version), "cipher",
                   json_text_of(tls->cipher), "sni", json_text_of(tls->server_name));
}

static json_t *json_identity(const struct cmta_identity *identity) {
  if (!identity)
    return json_null();
  return json_pack("{s:o, s:o, s:o}", "user", json_text_of(identity->user), "mechanism",
                   json_text_of(identity->mechanism), "authzid",
                   json_text_of(identity->authorization));
}

/* Adds the message itself as data or data_base64. */
static bool add_data(json_t *object, const struct cmta_message *message) {
  struct cmta_slice data;
  if (cmta_message_data(message, &data) != 0)
    return false;
  json_t *text = json_stringn(data.length ? data.at : "", data.length);
  if (text)
    return json_object_set_new(object, "data", text) == 0;
  char *encoded = base64_text(data.at, data.length);
  bool added = encoded && json_object_set_new(object, "data_base64", json_string(encoded)) == 0;
  free(encoded);
  return added;
}

static json_t *json_record(const struct record *record) {
  const struct cmta_envelope *envelope = &record->envelope;
  struct cmta_session *session = record->session;
  json_t *object = json_pack(
      "{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:I}", "id", record->id,
      "time", record->time, "peer", json_peer(cmta_session_peer(session)), "proxy",
      json_proxy(cmta_session_proxy(session)), "xclient",
      json_client(cmta_session_xclient(session)), "xforward",
      json_client(cmta_session_forwarded(session)), "protocol", cmta_session_protocol(session),
      "lmtp", (int)cmta_session_manners(session)->lmtp, "helo",
      json_text(cmta_session_hello_name(session)), "tls", json_tls(cmta_session_tls(session)),
      "auth", json_identity(cmta_session_identity(session)), "from", envelope_json_from(envelope),
      "to", envelope_json_to(envelope), "size", (json_int_t)cmta_message_size(record->message));
  if (object && add_data(object, record->message))
    return object;
  json_decref(object);
  return NULL;
}

char *message_json(const struct record *record, bool ascii, size_t *length) {
  json_t *object = json_record(record);
  if (!object)
    return NULL;
  char *line = NULL;
  FILE *stream = open_memstream(&line, length);
  bool done = stream && json_dumpf(object, stream, ascii ? JSON_ENSURE_ASCII : 0) == 0 &&
              putc('\n', stream) != EOF;
  json_decref(object);
  if (stream && fclose(stream) == 0 && done)
    return line;
  free(line);
  return NULL;
}

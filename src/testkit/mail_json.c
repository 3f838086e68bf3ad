/* SPDX-License-Identifier: MIT */

/* A mail as a line of JSON. What its session knew is noted while there is one. */

#include "testkit/envelope_json.h"
#include "testkit/json_text.h"
#include "testkit/mail.h"

#include <cmta/session.h>
#include <cmta/store.h>

#include <stdlib.h>
#include <time.h>

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

bool mail_note_session(struct cmta_mail *mail, struct cmta_session *session) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  mail->time = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  mail->facts = json_pack(
      "{s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:o}", "peer",
      json_peer(cmta_session_peer(session)), "proxy", json_proxy(cmta_session_proxy(session)),
      "xclient", json_client(cmta_session_xclient(session)), "xforward",
      json_client(cmta_session_forwarded(session)), "protocol", cmta_session_protocol(session),
      "lmtp", (int)cmta_session_manners(session)->lmtp, "helo",
      json_text(cmta_session_hello_name(session)), "tls", json_tls(cmta_session_tls(session)),
      "auth", json_identity(cmta_session_identity(session)));
  return mail->facts;
}

void mail_forget_session(struct cmta_mail *mail) { json_decref(mail->facts); }

/* Adds the message itself as data or data_base64. */
static bool add_data(json_t *object, const struct cmta_message *message) {
  struct cmta_slice data;
  if (cmta_message_data(message, &data) != 0)
    return false;
  json_t *text = json_stringn(data.length ? data.at : "", data.length);
  if (text)
    return json_object_set_new(object, "data", text) == 0;
  char *encoded = base64_new(data);
  bool added = encoded && json_object_set_new(object, "data_base64", json_string(encoded)) == 0;
  free(encoded);
  return added;
}

/* RFC 3339, UTC, milliseconds. */
static json_t *json_moment(int64_t milliseconds) {
  time_t seconds = (time_t)(milliseconds / 1000);
  struct tm utc;
  char text[32] = "";
  if (gmtime_r(&seconds, &utc))
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return json_sprintf("%s.%03dZ", text, (int)(milliseconds % 1000));
}

/* Copies, as a mail may be shown in several threads. */
static json_t *json_mail(const struct cmta_mail *mail, bool whole) {
  const struct cmta_message *message = mail->message;
  json_t *object = json_pack("{s:s, s:o}", "id", mail->id, "time", json_moment(mail->time));
  json_t *facts = json_deep_copy(mail->facts);
  json_t *envelope =
      json_pack("{s:o, s:o, s:I}", "from", envelope_json_from(cmta_message_envelope(message)), "to",
                envelope_json_to(mail), "size", (json_int_t)cmta_message_size(message));
  bool complete = json_object_update(object, facts) == 0 &&
                  json_object_update(object, envelope) == 0 &&
                  (!whole || add_data(object, message));
  json_decref(facts);
  json_decref(envelope);
  if (complete)
    return object;
  json_decref(object);
  return NULL;
}

char *cmta_mail_json(const struct cmta_mail *mail, bool whole, bool ascii) {
  json_t *object = json_mail(mail, whole);
  char *text = object ? json_dumps(object, ascii ? JSON_ENSURE_ASCII : 0) : NULL;
  json_decref(object);
  return text;
}

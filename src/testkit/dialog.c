/* SPDX-License-Identifier: MIT */

/* A conversation without sockets: bytes go into a session, what it says comes out as text. */

#include "testkit/dialog.h"

#include <stdlib.h>
#include <string.h>

/* Addresses for documentation (RFC 5737). */
static const struct cmta_peer usual_peer = {"192.0.2.1", 49152};
static const struct cmta_peer usual_local = {"192.0.2.25", 25};

int cmta_dialog_of_service(struct cmta_dialog **dialog, struct cmta_service *service,
                           const struct cmta_peer *peer, const struct cmta_peer *local) {
  if (!dialog || !service)
    return CMTA_E_ARGUMENT;
  struct cmta_dialog *made = calloc(1, sizeof *made);
  if (!made)
    return CMTA_E_MEMORY;
  int result = cmta_session_new(&made->session, service, peer, local);
  if (result != 0) {
    free(made);
    return result;
  }
  *dialog = made;
  return 0;
}

int cmta_dialog_new(struct cmta_dialog **dialog, const struct cmta_settings *settings,
                    const struct cmta_hooks *hooks, void *user) {
  struct cmta_service *service;
  if (!dialog)
    return CMTA_E_ARGUMENT;
  int result = cmta_service_new(&service, settings, hooks, user);
  if (result != 0)
    return result;
  result = cmta_dialog_of_service(dialog, service, &usual_peer, &usual_local);
  if (result == 0)
    (*dialog)->service = service;
  else
    cmta_service_free(service);
  return result;
}

void cmta_dialog_free(struct cmta_dialog *dialog) {
  if (!dialog)
    return;
  cmta_session_free(dialog->session);
  cmta_service_free(dialog->service);
  octets_free(&dialog->pending);
  octets_free(&dialog->sent);
  octets_free(&dialog->said);
  octets_free(&dialog->failure);
  free(dialog);
}

struct cmta_session *cmta_dialog_session(struct cmta_dialog *dialog) {
  return dialog->session;
}

const char *cmta_dialog_said(const struct cmta_dialog *dialog) {
  return octets_string(&dialog->said);
}

int cmta_dialog_code(const struct cmta_dialog *dialog) { return dialog->code; }

void dialog_fail(struct cmta_dialog *dialog) {
  dialog->error = CMTA_E_MEMORY;
  octets_free(&dialog->pending);
  octets_free(&dialog->said);
  cmta_session_hangup(dialog->session);
}

/* ---- What the server says ---- */

const char *dialog_behind_reply(const char *said) {
  bool more = true;
  while (more && *said) {
    size_t length = strcspn(said, "\n");
    more = length > 3 && said[3] == '-';
    said += length + (said[length] == '\n');
  }
  return said;
}

/* The code of the last line. */
static int last_code(const char *said) {
  const char *last = said;
  for (const char *at = said; *at; at++)
    if (at[0] == '\n' && at[1])
      last = at + 1;
  return atoi(last);
}

/* Each line of a reply ends with CR LF, and has no CR or LF besides. */
static bool keep(struct cmta_dialog *dialog, struct cmta_slice output) {
  bool kept = true;
  for (size_t at = 0; kept && at < output.length;) {
    const char *from = output.at + at;
    const char *cr = memchr(from, '\r', output.length - at);
    size_t length = cr ? (size_t)(cr - from) : output.length - at;
    kept = octets_add(&dialog->said, from, length);
    at += length + (cr != NULL);
  }
  return kept;
}

/* Takes all replies that wait; false when there are none, or no memory for them. */
static bool take_output(struct cmta_dialog *dialog) {
  struct cmta_slice output = cmta_session_output(dialog->session);
  if (output.length == 0)
    return false;
  if (!keep(dialog, output)) {
    dialog_fail(dialog);
    return false;
  }
  dialog->code = last_code(dialog->said.at);
  cmta_session_sent(dialog->session, output.length);
  return true;
}

/* Brings what waits, as long as replies come of it: too many of them stop the session, and so does
 * an open question. */
static const char *run(struct cmta_dialog *dialog) {
  bool again = dialog->error == 0;
  while (again) {
    struct octets *pending = &dialog->pending;
    ptrdiff_t taken = cmta_session_receive(dialog->session, pending->at, pending->length);
    if (taken < 0) {
      dialog_fail(dialog);
      break;
    }
    octets_drop(pending, (size_t)taken);
    again = take_output(dialog) && pending->length > 0;
  }
  if (cmta_session_wants(dialog->session) & CMTA_WANTS_CLOSE)
    octets_free(&dialog->pending);
  return cmta_dialog_said(dialog);
}

/* ---- What the client says ---- */

/* What was said before is forgotten. */
static void begin(struct cmta_dialog *dialog) {
  octets_drop(&dialog->said, dialog->said.length);
  octets_drop(&dialog->sent, dialog->sent.length);
}

const char *cmta_dialog_send_bytes(struct cmta_dialog *dialog, const void *bytes, size_t length) {
  begin(dialog);
  if (dialog->error == 0 && bytes && length > 0 &&
      (!octets_add(&dialog->pending, bytes, length) || !octets_add(&dialog->sent, bytes, length)))
    dialog_fail(dialog);
  return run(dialog);
}

const char *dialog_send_text(struct cmta_dialog *dialog, struct octets *text, bool composed) {
  if (!composed)
    dialog_fail(dialog);
  const char *said = cmta_dialog_send_bytes(dialog, text->at, text->length);
  octets_free(text);
  return said;
}

const char *cmta_dialog_send(struct cmta_dialog *dialog, const char *line) {
  struct octets text = {0};
  bool composed = !line || (octets_add_string(&text, line) && octets_add_string(&text, "\r\n"));
  return dialog_send_text(dialog, &text, composed);
}

static const char *present(const char *text) { return text ? text : ""; }

const char *cmta_dialog_secure(struct cmta_dialog *dialog, const struct cmta_tls_facts *facts) {
  struct cmta_tls_facts whole = {0};
  if (facts)
    whole = *facts;
  whole.version = present(whole.version);
  whole.cipher = present(whole.cipher);
  whole.server_name = present(whole.server_name);
  whole.alpn = present(whole.alpn);
  whole.peer_subject = present(whole.peer_subject);
  whole.peer_fingerprint = present(whole.peer_fingerprint);
  whole.cipher_suite = present(whole.cipher_suite);
  begin(dialog);
  int result = cmta_session_secured(dialog->session, facts ? &whole : NULL);
  if (result == CMTA_E_STATE)
    return NULL;
  if (result < 0)
    dialog_fail(dialog);
  return run(dialog);
}

/* SPDX-License-Identifier: MIT */

/*
 * The Received field, by the grammar of RFC 5321 section 4.4:
 *
 *     Received: from client.example ([192.0.2.1])
 *             by mail.example with ESMTPS id A1
 *             for <bob@example.net> tls TLS_AES_256_GCM_SHA384 PRIORITY 3;
 *             Sun, 22 Nov 2026 21:47:17 +0000
 *
 * What a client has said is in it only as the grammars of spec/ have taken it, which know no
 * control bytes; what comes from the runtime is checked here.
 */

#include "engine/received.h"

#include "engine/date.h"
#include "engine/text.h"

#include <stdio.h>
#include <string.h>

enum {
  MAX_COLUMN =
      77, /* octets of a line where it can be so: 78 (RFC 5322 section 2.1.1), less a ';' */
  MAX_FIELD = 2048, /* more than the longest of everything makes: two names of 255, a path of 256 */
  LITERAL_SIZE = 68, /* an address literal, CR LF and NUL */
  MAX_ID = 64,       /* octets of a transaction's name */
  MAX_SUITE = 64     /* octets of the name of a cipher suite */
};

/* A field on its way. */
struct field {
  char text[MAX_FIELD];
  size_t length;
  size_t column; /* octets of its last line */
};

static void put(struct field *field, const char *text, size_t length) {
  memcpy(field->text + field->length, text, length);
  field->length += length;
  field->column += length;
}

static void fold(struct field *field) {
  put(field, "\r\n\t", 3);
  field->column = 1;
}

/* A blank before a word of that length, or a new line where it would not fit. */
static void separate(struct field *field, size_t length) {
  if (field->column + 1 + length > MAX_COLUMN)
    fold(field);
  else
    put(field, " ", 1);
}

static void add(struct field *field, const char *word) {
  size_t length = strlen(word);
  separate(field, length);
  put(field, word, length);
}

static void add_in_brackets(struct field *field, const char brackets[2], struct cmta_slice word) {
  separate(field, word.length + 2);
  put(field, &brackets[0], 1);
  put(field, word.at, word.length);
  put(field, &brackets[1], 1);
}

/* The same, first on a new line. */
static void begin_line(struct field *field, const char *word) {
  fold(field);
  put(field, word, strlen(word));
}

/* The address-literal of an address, "[IPv6:2001:db8::1]", as a line; its length without CR LF, 0
 * when there is none: the address is unknown, or a path. */
static size_t write_literal(const char *address, char line[LITERAL_SIZE]) {
  const char *tag = strchr(address, ':') ? "IPv6:" : "";
  int length = snprintf(line, LITERAL_SIZE, "[%s%s]\r\n", tag, address);
  bool fits = length < LITERAL_SIZE && !strpbrk(address, " \r\n") && address_is_hello_name(line);
  return fits ? (size_t)length - 2 : 0;
}

/* From-domain: what the client calls itself, and where it really comes from. A literal without the
 * latter is none of RFC 5321, but RFC 5322 section 3.6.7 takes it, and a guess would be a lie. */
static void add_from(struct field *field, const struct cmta_session *session) {
  char line[LITERAL_SIZE];
  size_t length = write_literal(session->peer.address, line);
  add(field, "from");
  add(field, session->hello);
  if (length)
    add_in_brackets(field, "()", (struct cmta_slice){line, length});
}

/* By-domain. A literal needs its TCP-info, which for this server is the same. */
static void add_by(struct field *field, const struct cmta_session *session) {
  const char *host = session->service->settings.hostname;
  begin_line(field, "by");
  add(field, host);
  if (*host == '[')
    add_in_brackets(field, "()", text_slice(host));
}

static void add_with(struct field *field, const struct cmta_session *session) {
  char word[32];
  snprintf(word, sizeof word, "with %s", session_protocol(session));
  add(field, word);
}

static void add_id(struct field *field, const struct cmta_session *session) {
  char word[MAX_ID + 4];
  const char *id = cmta_transaction_id(session);
  snprintf(word, sizeof word, "id %s", id);
  if (*id)
    add(field, word);
}

/* One recipient alone is named, so that none learns of the others (section 7.2). <Postmaster>
 * without a domain is no Path of section 4.1.2. Bytes beyond ASCII are in a path of an SMTPUTF8
 * transaction only (RFC 6531 section 3.7.3). */
static void add_for(struct field *field, const struct cmta_session *session) {
  const struct cmta_envelope *envelope = &session->transaction->envelope;
  if (envelope->forward_path_count != 1 || envelope->forward_paths[0].domain.length == 0)
    return;
  begin_line(field, "for");
  add_in_brackets(field, "<>", envelope->forward_paths[0].address);
}

/* tls-cipher of RFC 8314 section 4.3, a name or a number. */
static bool is_suite(const char *name) {
  static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  size_t length = strspn(name, known);
  return name[length] == '\0' && length > 0 && length <= MAX_SUITE &&
         (name[0] > '9' ? name[0] != '_' : strncmp(name, "0x", 2) == 0);
}

/* The Additional-Registered-Clauses: RFC 8314 section 4.3, RFC 6710 section 7. */
static void add_clauses(struct field *field, const struct cmta_session *session) {
  const struct cmta_envelope *envelope = &session->transaction->envelope;
  char clause[MAX_SUITE + 16];
  if (session->tls && is_suite(session->tls->cipher_suite)) {
    snprintf(clause, sizeof clause, "tls %s", session->tls->cipher_suite);
    add(field, clause);
  }
  if (envelope->has_priority) {
    snprintf(clause, sizeof clause, "PRIORITY %d", envelope->priority);
    add(field, clause);
  }
}

/* The whole field; false when calendar is no date. */
static bool compose(struct field *field, const struct cmta_session *session, int64_t calendar) {
  char date[DATE_SIZE];
  if (!date_write(calendar, date))
    return false;
  field->length = field->column = 0;
  put(field, "Received:", strlen("Received:"));
  add_from(field, session);
  add_by(field, session);
  add_with(field, session);
  add_id(field, session);
  add_for(field, session);
  add_clauses(field, session);
  put(field, ";", 1);
  add(field, date);
  put(field, "\r\n", 2);
  return true;
}

ptrdiff_t cmta_received(const struct cmta_session *session, int64_t calendar, char *text,
                        size_t size) {
  struct field field;
  if (!session || (!text && size))
    return CMTA_E_ARGUMENT;
  if (!session->transaction)
    return CMTA_E_STATE;
  if (!compose(&field, session, calendar))
    return CMTA_E_ARGUMENT;
  if (size > 0) {
    size_t length = field.length < size ? field.length : size - 1;
    memcpy(text, field.text, length);
    text[length] = '\0';
  }
  return (ptrdiff_t)field.length;
}

bool received_is_due(const struct cmta_session *session) {
  return session->service->settings.received && session->transaction->added == 0;
}

enum reply_id received_lay_out(struct cmta_session *session) {
  const struct cmta_clock *clock = &session->service->settings.clock;
  struct transaction *transaction = session->transaction;
  struct field field;
  if (!compose(&field, session, clock->calendar(clock->context)))
    return REPLY_TRY_LATER;
  struct cmta_slice text = {field.text, field.length};
  transaction->received = memory_copy(&session->memory, text);
  if (!transaction->received)
    return REPLY_NO_STORAGE;
  transaction->added = field.length;
  session->slice = (struct cmta_slice){transaction->received, field.length};
  return REPLY_NONE;
}

/* An Atom of section 4.1.2, so that it can be the ID of section 4.4; only such as are safe in names
 * of files, too. */
static bool is_id(const char *id) {
  static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t length = strspn(id, known);
  return id[length] == '\0' && length > 0 && length <= MAX_ID;
}

int cmta_transaction_set_id(struct cmta_session *session, const char *id) {
  if (!session || !id || !is_id(id))
    return CMTA_E_ARGUMENT;
  if (!session->transaction)
    return CMTA_E_STATE;
  char *copy = memory_copy(&session->memory, text_slice(id));
  if (!copy)
    return CMTA_E_MEMORY;
  memory_give(&session->memory, session->transaction->id);
  session->transaction->id = copy;
  return 0;
}

const char *cmta_transaction_id(const struct cmta_session *session) {
  const struct transaction *transaction = session->transaction;
  return transaction && transaction->id ? transaction->id : "";
}

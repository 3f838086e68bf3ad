/* SPDX-License-Identifier: MIT */

/* The attributes of XCLIENT and XFORWARD (Postfix, XCLIENT_README and XFORWARD_README): a row
 * each. */

#include "engine/told.h"

#include "engine/ascii.h"
#include "engine/auth.h"
#include "engine/command.h"
#include "engine/ip.h"
#include "engine/text.h"

#include <string.h>

/* Of XCLIENT. Dovecot says LMTP, in LMTP. */
static const char *const protocols[] = {"SMTP", "ESMTP", "LMTP", NULL};

static bool is_word(const char *text, const char *word) {
  return ascii_same(text_slice(text), text_slice(word));
}

static const char *keep(struct told *told, const char *text) {
  return text_copy(text, &told->room);
}

/* A domain or, where that is allowed, an address literal. */
static bool is_host(const char *text, bool literal) {
  char line[TOLD_VALUE + 3];
  size_t length = strlen(text);
  memcpy(line, text, length);
  memcpy(line + length, "\r\n", 3);
  return !strchr(text, ' ') && (literal || *text != '[') && address_is_hello_name(line);
}

/* Each takes a value without control bytes; "" stands for [UNAVAILABLE]. */

static bool take_name(struct told *told, enum told_by command, const char *text) {
  told->client.name_temporary = is_word(text, "[TEMPUNAVAIL]");
  if (told->client.name_temporary)
    text = "";
  told->client.name = keep(told, text);
  return !*text || command == TOLD_BY_XFORWARD || is_host(text, false);
}

/* An address as sessions have it; false when it is none. The port that was told for another one is
 * not that of this one. */
static bool take_address(struct told *told, struct cmta_peer *end, struct told_end *has,
                         const char *text) {
  static const char prefix[] = "IPV6:";
  unsigned char octets[16];
  char shown[IP_TEXT] = "";
  size_t length = sizeof prefix - 1;
  if (strlen(text) > length && ascii_equal(text, prefix, length)) {
    if (!ip_read_v6(text_slice(text + length), octets))
      return false;
    ip_write_v6(octets, shown);
  } else if (*text) {
    if (!ip_read_v4(text_slice(text), octets))
      return false;
    ip_write_v4(octets, shown);
  }
  end->address = keep(told, shown);
  end->port = has->port ? end->port : 0;
  has->address = true;
  return true;
}

static bool take_peer(struct told *told, enum told_by command, const char *text) {
  (void)command;
  return take_address(told, &told->client.peer, &told->peer, text);
}

static bool take_local(struct told *told, enum told_by command, const char *text) {
  (void)command;
  return take_address(told, &told->client.local, &told->local, text);
}

static bool take_number(uint16_t *port, const char *text) {
  unsigned number = 0;
  size_t digits = strspn(text, "0123456789");
  if (digits > 5 || text[digits])
    return false;
  for (; *text; text++)
    number = number * 10 + (unsigned)(*text - '0');
  *port = (uint16_t)number;
  return number <= UINT16_MAX;
}

static bool take_peer_port(struct told *told, enum told_by command, const char *text) {
  (void)command;
  told->peer.port = true;
  return take_number(&told->client.peer.port, text);
}

static bool take_local_port(struct told *told, enum told_by command, const char *text) {
  (void)command;
  told->local.port = true;
  return take_number(&told->client.local.port, text);
}

static bool take_protocol(struct told *told, enum told_by command, const char *text) {
  int64_t index = 0;
  if (command == TOLD_BY_XCLIENT && *text) {
    while (protocols[index] && !is_word(text, protocols[index]))
      index++;
    text = protocols[index];
  }
  told->client.protocol = text ? keep(told, text) : "";
  return text;
}

static bool take_hello(struct told *told, enum told_by command, const char *text) {
  told->client.hello_name = keep(told, text);
  return !*text || command == TOLD_BY_XFORWARD || is_host(text, true);
}

static bool take_login(struct told *told, enum told_by command, const char *text) {
  (void)command;
  told->client.login = keep(told, text);
  return true;
}

static bool take_identification(struct told *told, enum told_by command, const char *text) {
  (void)command;
  told->client.identification = keep(told, text);
  return true;
}

static bool take_source(struct told *told, enum told_by command, const char *text) {
  (void)command;
  bool is_local = is_word(text, "LOCAL"), is_remote = is_word(text, "REMOTE");
  told->client.source = is_local    ? CMTA_SOURCE_LOCAL
                        : is_remote ? CMTA_SOURCE_REMOTE
                                    : CMTA_SOURCE_UNKNOWN;
  return is_local || is_remote || !*text;
}

enum { BOTH = TOLD_BY_XCLIENT | TOLD_BY_XFORWARD };

static const struct row {
  const char *name;
  unsigned commands; /* enum told_by */
  bool (*take)(struct told *told, enum told_by command, const char *text);
} rows[] = {
    {"NAME", BOTH, take_name},
    {"ADDR", BOTH, take_peer},
    {"PORT", BOTH, take_peer_port},
    {"PROTO", BOTH, take_protocol},
    {"HELO", BOTH, take_hello},
    {"LOGIN", TOLD_BY_XCLIENT, take_login},
    {"DESTADDR", TOLD_BY_XCLIENT, take_local},
    {"DESTPORT", TOLD_BY_XCLIENT, take_local_port},
    {"IDENT", TOLD_BY_XFORWARD, take_identification},
    {"SOURCE", TOLD_BY_XFORWARD, take_source},
};

static const struct row *row_of(struct cmta_slice name, enum told_by command) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if ((rows[i].commands & (unsigned)command) && cmta_slice_is_word(name, rows[i].name))
      return &rows[i];
  return NULL;
}

/* Writes what xtext says into text; false when that is too long, or has what it must not have:
 * only names of users go beyond ASCII. */
static bool read_value(struct cmta_slice value, bool ascii, char text[TOLD_VALUE * 3 + 1]) {
  if (value.length > TOLD_VALUE * 3)
    return false;
  size_t length = parameter_xtext(value, text);
  text[length] = '\0';
  if (length == 0 || length > TOLD_VALUE || strlen(text) != length)
    return false;
  return ascii ? text_is_printable(text) : auth_is_name(text);
}

bool told_attribute(struct told *told, enum told_by command,
                    const struct cmta_parameter *parameter) {
  char text[TOLD_VALUE * 3 + 1];
  const struct row *row = row_of(parameter->keyword, command);
  if (!row || !read_value(parameter->value, row->take != take_login, text))
    return false;
  return row->take(told, command, is_word(text, "[UNAVAILABLE]") ? "" : text);
}

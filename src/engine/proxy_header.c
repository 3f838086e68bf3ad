/* SPDX-License-Identifier: MIT */

/* Headers of the PROXY protocol: their addresses, TLVs and checksum. Where they end, and that they
 * do, is known before anything in them is read. */

#include "engine/proxy_header.h"

#include "engine/ip.h"

#include <string.h>

/* Octets that stand in front of the value of a TLV, and of those of an SSL. */
enum { TLV_HEAD = 3, SSL_HEAD = 5 };

/* Octets of a path in a header, which need not end in NUL; of a CRC; of a name of a connection. */
enum { UNIX_PATH = 108, CRC_SIZE = 4, MAX_UNIQUE_ID = 128 };

static unsigned octet_at(const char *at) { return (unsigned char)*at; }

static unsigned number_at(const char *at) { return octet_at(at) << 8 | octet_at(at + 1); }

/* ---- TLVs ---- */

bool cmta_proxy_next_tlv(struct cmta_slice *tlvs, struct cmta_proxy_tlv *tlv) {
  if (tlvs->length < TLV_HEAD)
    return false;
  size_t length = number_at(tlvs->at + 1);
  if (length > tlvs->length - TLV_HEAD)
    return false;
  *tlv = (struct cmta_proxy_tlv){octet_at(tlvs->at), {tlvs->at + TLV_HEAD, length}};
  tlvs->at += TLV_HEAD + length;
  tlvs->length -= TLV_HEAD + length;
  return true;
}

bool cmta_proxy_find_tlv(struct cmta_slice tlvs, unsigned type, struct cmta_slice *value) {
  struct cmta_proxy_tlv tlv;
  while (cmta_proxy_next_tlv(&tlvs, &tlv))
    if (tlv.type == type) {
      *value = tlv.value;
      return true;
    }
  return false;
}

bool cmta_proxy_ssl(struct cmta_slice value, struct cmta_proxy_ssl *ssl) {
  if (value.length < SSL_HEAD)
    return false;
  unsigned client = octet_at(value.at);
  *ssl = (struct cmta_proxy_ssl){
      .tls = client & 1,
      .certificate = client & 2,
      .certificate_in_session = client & 4,
      .verified = (client & 6) && memcmp(value.at + 1, "\0\0\0", CRC_SIZE) == 0,
      .tlvs = {value.at + SSL_HEAD, value.length - SSL_HEAD},
  };
  return true;
}

/* CRC-32C (RFC 3720 section 12.1), begun with ~0 and inverted at the end. Headers are short. */
static uint32_t crc32c(uint32_t crc, const char *at, size_t length) {
  for (size_t i = 0; i < length; i++) {
    crc ^= octet_at(at + i);
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1)));
  }
  return crc;
}

/* The checksum is that of the header with zeros in its own place. */
static bool is_checksum(struct cmta_slice header, struct cmta_slice value) {
  if (value.length != CRC_SIZE)
    return false;
  const char *behind = value.at + CRC_SIZE;
  uint32_t crc = crc32c(UINT32_MAX, header.at, (size_t)(value.at - header.at));
  crc = crc32c(crc, "\0\0\0", CRC_SIZE);
  crc = ~crc32c(crc, behind, (size_t)(header.at + header.length - behind));
  return crc == ((uint32_t)number_at(value.at) << 16 | number_at(value.at + 2));
}

static bool are_well_formed(struct cmta_slice tlvs) {
  struct cmta_proxy_tlv tlv;
  while (cmta_proxy_next_tlv(&tlvs, &tlv)) {
  }
  return tlvs.length == 0;
}

static bool is_tlv(struct cmta_slice header, const struct cmta_proxy_tlv *tlv) {
  struct cmta_proxy_ssl ssl;
  switch (tlv->type) {
  case CMTA_PROXY_CRC32C:
    return is_checksum(header, tlv->value);
  case CMTA_PROXY_UNIQUE_ID:
    return tlv->value.length <= MAX_UNIQUE_ID;
  case CMTA_PROXY_SSL:
    return cmta_proxy_ssl(tlv->value, &ssl) && are_well_formed(ssl.tlvs);
  default:
    return true;
  }
}

static bool are_tlvs(struct cmta_slice header, struct cmta_slice tlvs) {
  struct cmta_proxy_tlv tlv;
  while (cmta_proxy_next_tlv(&tlvs, &tlv))
    if (!is_tlv(header, &tlv))
      return false;
  return tlvs.length == 0;
}

/* ---- Addresses ---- */

static void show_octets(enum cmta_proxy_family family, const char *at,
                        char text[CMTA_PROXY_ADDRESS]) {
  unsigned char octets[16];
  size_t size = family == CMTA_PROXY_TCP4 ? 4 : 16;
  memcpy(octets, at, size);
  if (size == 4)
    ip_write_v4(octets, text);
  else
    ip_write_v6(octets, text);
}

static void take_octets(struct cmta_proxy_header *header, const char *at) {
  size_t size = header->family == CMTA_PROXY_TCP4 ? 4 : 16;
  show_octets(header->family, at, header->source);
  show_octets(header->family, at + size, header->destination);
  header->source_port = (uint16_t)number_at(at + 2 * size);
  header->destination_port = (uint16_t)number_at(at + 2 * size + 2);
}

/* A path ends at its first NUL; one that begins with it is unnamed, or abstract. */
static void take_paths(struct cmta_proxy_header *header, const char *at) {
  memcpy(header->source, at, UNIX_PATH);
  memcpy(header->destination, at + UNIX_PATH, UNIX_PATH);
}

/* Shows one address of version 1; false when it is none. */
static bool take_address(enum cmta_proxy_family family, struct cmta_slice text,
                         char shown[CMTA_PROXY_ADDRESS]) {
  unsigned char octets[16];
  if (family == CMTA_PROXY_TCP4) {
    if (!ip_read_v4(text, octets))
      return false;
    ip_write_v4(octets, shown);
    return true;
  }
  if (!ip_read_v6(text, octets))
    return false;
  ip_write_v6(octets, shown);
  return true;
}

/* Five digits at most. */
static bool take_port(struct cmta_slice text, uint16_t *port) {
  unsigned number = 0;
  for (size_t i = 0; i < text.length; i++)
    number = number * 10 + (unsigned)(text.at[i] - '0');
  *port = (uint16_t)number;
  return number <= UINT16_MAX;
}

/* ---- Headers ---- */

/* Version 1: a line, complete when its LF is here. */
static ptrdiff_t parse_v1(struct cmta_proxy_header *header, struct cmta_slice bytes) {
  struct proxy_line line;
  size_t most = bytes.length < CMTA_PROXY_V1_MOST ? bytes.length : CMTA_PROXY_V1_MOST;
  const char *lf = memchr(bytes.at, '\n', most);
  if (!lf)
    return bytes.length < CMTA_PROXY_V1_MOST ? 0 : CMTA_E_ARGUMENT;
  if (lf[-1] != '\r' || !proxy_read_line(bytes.at, &line))
    return CMTA_E_ARGUMENT;
  *header = (struct cmta_proxy_header){.version = 1, .family = line.family};
  bool good = line.family == CMTA_PROXY_UNSPEC ||
              (take_address(line.family, line.fields[0], header->source) &&
               take_address(line.family, line.fields[1], header->destination) &&
               take_port(line.fields[2], &header->source_port) &&
               take_port(line.fields[3], &header->destination_port));
  return good ? lf + 1 - bytes.at : CMTA_E_ARGUMENT;
}

/* Version 2, all of it here: what follows its first 16 octets. Without an address block nobody
 * says what that is, and it is dropped. */
static bool take_rest(struct cmta_proxy_header *header, const struct proxy_head *head,
                      struct cmta_slice whole) {
  const char *at = whole.at + PROXY_HEAD;
  size_t length = whole.length - PROXY_HEAD;
  if (head->addresses == 0)
    return true;
  if (length < head->addresses)
    return false;
  if (head->family == CMTA_PROXY_UNIX)
    take_paths(header, at);
  else if (head->family != CMTA_PROXY_UNSPEC)
    take_octets(header, at);
  header->tlvs = (struct cmta_slice){at + head->addresses, length - head->addresses};
  return are_tlvs(whole, header->tlvs);
}

static ptrdiff_t parse_v2(struct cmta_proxy_header *header, struct cmta_slice bytes, size_t most) {
  struct proxy_head head;
  if (bytes.length < PROXY_HEAD)
    return 0;
  size_t length = PROXY_HEAD + number_at(bytes.at + PROXY_HEAD - 2);
  if (!proxy_read_head(bytes.at, &head) || length > most)
    return CMTA_E_ARGUMENT;
  if (bytes.length < length)
    return 0;
  *header = (struct cmta_proxy_header){.version = 2, .local = head.local, .family = head.family};
  bool good = take_rest(header, &head, (struct cmta_slice){bytes.at, length});
  return good ? (ptrdiff_t)length : CMTA_E_ARGUMENT;
}

/* Whether bytes begin as text does, as far as they go. */
static bool may_be(struct cmta_slice bytes, const char *text, size_t length) {
  return memcmp(bytes.at, text, bytes.length < length ? bytes.length : length) == 0;
}

ptrdiff_t cmta_proxy_parse(struct cmta_proxy_header *header, const void *bytes, size_t length,
                           size_t most) {
  struct cmta_slice given = {bytes, length};
  if (!header || (!bytes && length))
    return CMTA_E_ARGUMENT;
  if (length == 0)
    return 0;
  if (may_be(given, "PROXY ", 6))
    return parse_v1(header, given);
  if (may_be(given, "\r\n\r\n\0\r\nQUIT\n", PROXY_SIGNATURE))
    return parse_v2(header, given, most);
  return CMTA_E_ARGUMENT;
}

/* SPDX-License-Identifier: MIT */

/* Headers of the PROXY protocol: what its specification says, and what others have got wrong. Each
 * is read in memory of just its size. */

#include <cmta/session.h>

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\0\x02\x01\xc6\x33\x64\x02\x12\x67\0\x19"
#define V6_ONE "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define V6 V6_ONE "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\x02\x07\x12\x67\0\x19"
#define CRC "\x03\0\x04\x41\xe8\x94\x51"
#define CRC_IN_FRONT                                                                               \
  "\x03\0\x04\x78\xa9\xf9\x7f\x04\0\x03"                                                           \
  "abc"

/* A literal with its length, which NULs do not end. */
#define BYTES(text)                                                                                \
  { text, sizeof(text) - 1 }

static const struct row {
  struct cmta_slice bytes;
  unsigned version;
  bool local;
  enum cmta_proxy_family family;
  const char *source, *destination;
  uint16_t source_port, destination_port;
  size_t tlvs;
} good[] = {
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.2 4711 25\r\n"), 1, false, CMTA_PROXY_TCP4, "192.0.2.1",
     "198.51.100.2", 4711, 25, 0},
    {BYTES("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), 1, false, CMTA_PROXY_TCP4,
     "255.255.255.255", "255.255.255.255", 65535, 65535, 0},
    /* The example of its section 2.1. */
    {BYTES("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"), 1, false, CMTA_PROXY_TCP4,
     "192.168.0.1", "192.168.0.11", 56324, 443, 0},
    {BYTES("PROXY TCP4 0.0.0.0 127.0.0.1 0 0\r\n"), 1, false, CMTA_PROXY_TCP4, "0.0.0.0",
     "127.0.0.1", 0, 0, 0},
    {BYTES("PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::1 4711 25\r\n"), 1, false, CMTA_PROXY_TCP6,
     "2001:db8::1", "::1", 4711, 25, 0},
    {BYTES("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     1, false, CMTA_PROXY_TCP6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, 65535, 0},
    {BYTES("PROXY TCP6 ::ffff:192.0.2.1 :: 1 2\r\n"), 1, false, CMTA_PROXY_TCP6, "192.0.2.1",
     "::", 1, 2, 0},
    {BYTES("PROXY TCP6 2001:0DB8:00:0:000:0:0:01 ffff:: 1 2\r\n"), 1, false, CMTA_PROXY_TCP6,
     "2001:db8::1", "ffff::", 1, 2, 0},
    {BYTES("PROXY UNKNOWN\r\n"), 1, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     1, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES("PROXY UNKNOWN what \0 ever\r\n"), 1, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x20\0\0\0"), 2, true, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x20\x11\0\x0c" V4), 2, true, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x20\xff\0\x02zz"), 2, true, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\0\0\0"), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\0\0\x04what"), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\x12\0\x0c" V4), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    /* Datagrams are no streams, but what follows their addresses is known. */
    {BYTES(SIGNATURE "\x21\x22\0\x2a" V6 "\xe0\0\x03own"), 2, false, CMTA_PROXY_UNSPEC, "", "", 0,
     0, 6},
    /* The transport is unspecified: addresses without ports, and what may look like TLVs or not. */
    {BYTES(SIGNATURE "\x21\x10\0\x08\xc0\0\x02\x01\xc6\x33\x64\x02"), 2, false, CMTA_PROXY_UNSPEC,
     "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\x20\0\x24" V6), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\x20\0\x25" V6 "\x04"), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\x30\0\0"), 2, false, CMTA_PROXY_UNSPEC, "", "", 0, 0, 0},
    {BYTES(SIGNATURE "\x21\x11\0\x0c" V4), 2, false, CMTA_PROXY_TCP4, "192.0.2.1", "198.51.100.2",
     4711, 25, 0},
    {BYTES(SIGNATURE "\x21\x21\0\x24" V6), 2, false, CMTA_PROXY_TCP6, "2001:db8::1", "192.0.2.7",
     4711, 25, 0},
    {BYTES(SIGNATURE "\x21\x11\0\x13" V4 CRC), 2, false, CMTA_PROXY_TCP4, "192.0.2.1",
     "198.51.100.2", 4711, 25, 7},
    {BYTES(SIGNATURE "\x21\x11\0\x19" V4 CRC_IN_FRONT), 2, false, CMTA_PROXY_TCP4, "192.0.2.1",
     "198.51.100.2", 4711, 25, 13},
    /* Padding by TLVs of the type 0, which nobody has registered. */
    {BYTES(SIGNATURE "\x21\x11\0\x15" V4 "\0\0\0\0\0\0\0\0\0"), 2, false, CMTA_PROXY_TCP4,
     "192.0.2.1", "198.51.100.2", 4711, 25, 9},
    /* A checksum that is wrong is none where the proxy speaks for itself. */
    {BYTES(SIGNATURE "\x20\x11\0\x13" V4 "\x03\0\x04\0\0\0\0"), 2, true, CMTA_PROXY_UNSPEC, "", "",
     0, 0, 0},
    {BYTES(SIGNATURE "\x21\x11\0\x12" V4 "\xe0\0\x03own"), 2, false, CMTA_PROXY_TCP4, "192.0.2.1",
     "198.51.100.2", 4711, 25, 6},
};

static const struct cmta_slice bad[] = {
    BYTES("EHLO client.example\r\n"), BYTES("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
    BYTES("PROXY\r\n"), BYTES("PROXY \r\n"), BYTES("PROXY TCP4\r\n"),
    BYTES("PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n"), BYTES("PROXY UNKNOWNS\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n"),
    BYTES("PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1\t192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n"), BYTES("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1. 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 99999\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n"), BYTES("PROXY TCP4 ::1 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 ::ffff:192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP6 ::1 192.0.2.2 1 2\r\n"), BYTES("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n"),
    BYTES("PROXY TCP6 192.0.2.1 ::1 1 2\r\n"), BYTES("PROXY TCP6 ::1::2 ::1 1 2\r\n"),
    BYTES("PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n"), BYTES("PROXY TCP6 ::1 fe80::1%eth0 1 2\r\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n"),
    BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\r\n"),
    BYTES("PROXY UNKNOWN what\nEHLO client.example\r\n"),
    /* 108 octets */
    BYTES("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535  \r\n"),
    /* 107 octets, and no end */
    BYTES("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535     "),
    BYTES("\r\n\r\nQUIT\r\n"),
    BYTES(SIGNATURE "\x11\x11\0\x0c" V4),        /* version 1 in the form of version 2 */
    BYTES(SIGNATURE "\x31\x11\0\x0c" V4),        /* version 3 */
    BYTES(SIGNATURE "\x22\x11\0\x0c" V4),        /* no such command */
    BYTES(SIGNATURE "\x21\x13\0\x0c" V4),        /* no such transport */
    BYTES(SIGNATURE "\x21\x41\0\x0c" V4),        /* no such family */
    BYTES(SIGNATURE "\x21\x11\0\x0b" V4),        /* too short for its addresses */
    BYTES(SIGNATURE "\x21\x11\0\0" V4),          /* likewise */
    BYTES(SIGNATURE "\x21\x21\0\x0c" V4),        /* likewise */
    BYTES(SIGNATURE "\x21\x12\0\x0b" V4),        /* likewise, of datagrams */
    BYTES(SIGNATURE "\x21\x31\0\x0c" V4),        /* likewise, of a path */
    BYTES(SIGNATURE "\x21\x11\0\x0d" V4 "\x04"), /* a TLV without length */
    BYTES(SIGNATURE "\x21\x11\0\x13" V4 "\x02\0\x03"
                    "a.b"
                    "x"),                              /* one octet behind the last TLV */
    BYTES(SIGNATURE "\x21\x11\0\x0f" V4 "\x04\0\x01"), /* a TLV longer than the header */
    BYTES(SIGNATURE "\x21\x11\0\x13" V4 "\x03\0\x04\x41\xe8\x94\x52"), /* another checksum */
    BYTES(SIGNATURE "\x21\x11\0\x12" V4 "\x03\0\x03\x41\xe8\x94"),     /* too short for one */
    BYTES(SIGNATURE "\x21\x11\0\x13" V4 "\x20\0\x04\x01\0\0\0"),       /* too short for an SSL */
    BYTES(SIGNATURE "\x21\x11\0\x15" V4 "\x20\0\x06\x01\0\0\0\0\x21"), /* a TLV in it cut short */
    BYTES(SIGNATURE "\x21\x11\x02\x0d" V4), /* longer than the bound of 540 */
};

enum { GOOD = sizeof good / sizeof *good, BAD = sizeof bad / sizeof *bad, MOST = 540 };

/* Reads the first length octets in a block of their size. */
static ptrdiff_t parse(struct cmta_slice bytes, size_t length, struct cmta_proxy_header *header) {
  char *block = malloc(length ? length : 1);
  cr_assert_not_null(block);
  memcpy(block, bytes.at, length);
  ptrdiff_t result = cmta_proxy_parse(header, block, length, MOST);
  free(block);
  return result;
}

Test(proxy, reads_what_a_good_header_says) {
  for (size_t i = 0; i < GOOD; i++) {
    const struct row *row = &good[i];
    struct cmta_proxy_header header;
    cr_assert_eq(parse(row->bytes, row->bytes.length, &header), (ptrdiff_t)row->bytes.length,
                 "row %zu", i);
    cr_expect_eq(header.version, row->version, "row %zu", i);
    cr_expect_eq(header.local, row->local, "row %zu", i);
    cr_expect_eq(header.family, row->family, "row %zu", i);
    cr_expect_eq(header.tlvs.length, row->tlvs, "row %zu", i);
    cr_expect_eq(header.source_port, row->source_port, "row %zu", i);
    cr_expect_eq(header.destination_port, row->destination_port, "row %zu", i);
    cr_expect_str_eq(header.source, row->source, "row %zu", i);
    cr_expect_str_eq(header.destination, row->destination, "row %zu", i);
  }
}

Test(proxy, wants_more_of_each_part_of_a_good_header) {
  for (size_t i = 0; i < GOOD; i++)
    for (size_t length = 0; length < good[i].bytes.length; length++) {
      struct cmta_proxy_header header;
      cr_expect_eq(parse(good[i].bytes, length, &header), 0, "row %zu, %zu octets", i, length);
    }
}

Test(proxy, leaves_what_follows_a_header) {
  for (size_t i = 0; i < GOOD; i++) {
    char bytes[MOST];
    struct cmta_proxy_header header;
    memcpy(bytes, good[i].bytes.at, good[i].bytes.length);
    memcpy(bytes + good[i].bytes.length, "PROXY\r\n", 7);
    struct cmta_slice both = {bytes, good[i].bytes.length + 7};
    cr_expect_eq(parse(both, both.length, &header), (ptrdiff_t)good[i].bytes.length, "row %zu", i);
  }
}

Test(proxy, refuses_bad_headers) {
  for (size_t i = 0; i < BAD; i++) {
    struct cmta_proxy_header header;
    cr_expect_eq(parse(bad[i], bad[i].length, &header), CMTA_E_ARGUMENT, "row %zu", i);
  }
}

Test(proxy, is_refused_without_a_place_to_go) {
  cr_expect_eq(cmta_proxy_parse(NULL, "P", 1, MOST), CMTA_E_ARGUMENT);
  struct cmta_proxy_header header;
  cr_expect_eq(cmta_proxy_parse(&header, NULL, 1, MOST), CMTA_E_ARGUMENT);
}

Test(proxy, shows_paths_of_unix_sockets) {
  char bytes[16 + 216] = SIGNATURE "\x21\x31\0\xd8";
  struct cmta_proxy_header header;
  memset(bytes + 16, 'x', 108); /* all of it: no NUL ends this path */
  strcpy(bytes + 16 + 108, "/run/us");
  struct cmta_slice whole = {bytes, sizeof bytes};
  cr_assert_eq(parse(whole, whole.length, &header), (ptrdiff_t)sizeof bytes);
  cr_expect_eq(strlen(header.source), 108);
  cr_expect_str_eq(header.destination, "/run/us");
}

Test(proxy, keeps_to_the_bound_of_the_caller) {
  struct cmta_proxy_header header;
  static const char local[] = SIGNATURE "\x20\0\0\x04what";
  cr_expect_eq(cmta_proxy_parse(&header, local, 20, 20), 20);
  cr_expect_eq(cmta_proxy_parse(&header, local, 20, 19), CMTA_E_ARGUMENT);
  cr_expect_eq(cmta_proxy_parse(&header, local, 16, 19), CMTA_E_ARGUMENT, "before it has come");
}

Test(proxy, has_a_unique_id_of_128_octets_at_most) {
  char bytes[16 + 12 + 3 + 129] = SIGNATURE "\x21\x11\0\x8f" V4 "\x05\0\x80";
  struct cmta_proxy_header header;
  struct cmta_slice longest = {bytes, sizeof bytes - 1}, longer = {bytes, sizeof bytes};
  cr_expect_eq(parse(longest, longest.length, &header), (ptrdiff_t)longest.length);
  cr_expect_eq(header.tlvs.length, 3 + 128);
  bytes[15] = '\x90';
  bytes[16 + 12 + 2] = '\x81';
  cr_expect_eq(parse(longer, longer.length, &header), CMTA_E_ARGUMENT);
}

Test(proxy, shows_tlvs_one_by_one) {
  static const char octets[] = "\x01\0\x04smtp\x02\0\x0cmail.example\x04\0\0\x05\0\x02id";
  struct cmta_slice tlvs = {octets, sizeof octets - 1}, value;
  struct cmta_proxy_tlv tlv;
  cr_assert(cmta_proxy_find_tlv(tlvs, CMTA_PROXY_UNIQUE_ID, &value));
  cr_expect(cmta_slice_is(value, "id"));
  cr_expect_not(cmta_proxy_find_tlv(tlvs, CMTA_PROXY_NETNS, &value));
  cr_assert(cmta_proxy_next_tlv(&tlvs, &tlv));
  cr_expect_eq(tlv.type, CMTA_PROXY_ALPN);
  cr_expect(cmta_slice_is(tlv.value, "smtp"));
  cr_assert(cmta_proxy_next_tlv(&tlvs, &tlv));
  cr_expect_eq(tlv.type, CMTA_PROXY_AUTHORITY);
  cr_expect(cmta_slice_is(tlv.value, "mail.example"));
  cr_assert(cmta_proxy_next_tlv(&tlvs, &tlv));
  cr_expect_eq(tlv.value.length, 0);
  cr_assert(cmta_proxy_next_tlv(&tlvs, &tlv));
  cr_expect_not(cmta_proxy_next_tlv(&tlvs, &tlv));
}

Test(proxy, shows_the_clients_tls) {
  static const char octets[] = "\x07\0\0\0\0\x21\0\x07TLSv1.3\x22\0\x05"
                               "alice";
  struct cmta_proxy_ssl ssl;
  struct cmta_slice value;
  cr_assert(cmta_proxy_ssl((struct cmta_slice){octets, sizeof octets - 1}, &ssl));
  cr_expect(ssl.tls && ssl.certificate && ssl.certificate_in_session && ssl.verified);
  cr_assert(cmta_proxy_find_tlv(ssl.tlvs, CMTA_PROXY_SSL_CN, &value));
  cr_expect(cmta_slice_is(value, "alice"));
  cr_assert(cmta_proxy_ssl((struct cmta_slice){"\x03\0\0\0\x01", 5}, &ssl));
  cr_expect(ssl.certificate && !ssl.verified, "a certificate that is not good");
  cr_assert(cmta_proxy_ssl((struct cmta_slice){"\0\0\0\0\0", 5}, &ssl));
  cr_expect(!ssl.tls && !ssl.verified && ssl.tlvs.length == 0, "in clear");
  cr_assert(cmta_proxy_ssl((struct cmta_slice){"\x01\0\0\0\0", 5}, &ssl));
  cr_expect(ssl.tls && !ssl.verified, "no certificate at all");
  cr_expect_not(cmta_proxy_ssl((struct cmta_slice){octets, 4}, &ssl));
}

/* ---- Sessions ---- */

static struct cmta_service *service;
static struct cmta_session *session;

static void begin(void) {
  const struct cmta_peer peer = {"203.0.113.9", 1}, local = {"203.0.113.10", 25};
  cr_assert_eq(cmta_service_new(&service, NULL, NULL, NULL), 0);
  cr_assert_eq(cmta_session_new(&session, service, &peer, &local), 0);
}

static void end(void) {
  cmta_session_free(session);
  cmta_service_free(service);
}

TestSuite(proxied, .init = begin, .fini = end);

static struct cmta_proxy_header header_of(const char *bytes, size_t length) {
  struct cmta_proxy_header header;
  cr_assert_eq(cmta_proxy_parse(&header, bytes, length, MOST), (ptrdiff_t)length);
  return header;
}

Test(proxied, sessions_show_the_ends_of_the_header_and_the_proxy) {
  struct cmta_proxy_header header = header_of(good[0].bytes.at, good[0].bytes.length);
  cr_expect_null(cmta_session_proxy(session));
  cr_expect_null(cmta_session_proxy_header(session));
  cr_assert_eq(cmta_session_set_proxy(session, &header), 0);
  memset(&header, 'x', sizeof header);
  cr_expect_str_eq(cmta_session_peer(session)->address, "192.0.2.1");
  cr_expect_eq(cmta_session_peer(session)->port, 4711);
  cr_expect_str_eq(cmta_session_local(session)->address, "198.51.100.2");
  cr_expect_eq(cmta_session_local(session)->port, 25);
  cr_expect_str_eq(cmta_session_proxy(session)->address, "203.0.113.9");
  cr_expect_eq(cmta_session_proxy_header(session)->version, 1);
}

Test(proxied, sessions_keep_the_tlvs) {
  static const char bytes[] = SIGNATURE "\x21\x11\0\x12" V4 "\x05\0\x03own";
  char copy[sizeof bytes];
  struct cmta_slice value;
  memcpy(copy, bytes, sizeof copy);
  struct cmta_proxy_header header = header_of(copy, sizeof bytes - 1);
  cr_assert_eq(cmta_session_set_proxy(session, &header), 0);
  memset(copy, 0, sizeof copy);
  cr_assert(
      cmta_proxy_find_tlv(cmta_session_proxy_header(session)->tlvs, CMTA_PROXY_UNIQUE_ID, &value));
  cr_expect(cmta_slice_is(value, "own"));
}

Test(proxied, sessions_keep_their_ends_when_the_header_tells_none) {
  struct cmta_proxy_header header = {.version = 1, .family = CMTA_PROXY_UNSPEC};
  cr_assert_eq(cmta_session_set_proxy(session, &header), 0);
  cr_expect_str_eq(cmta_session_peer(session)->address, "203.0.113.9");
  cr_expect_eq(cmta_session_local(session)->port, 25);
}

Test(proxied, sessions_take_one_header_before_they_run) {
  struct cmta_proxy_header header = header_of(good[0].bytes.at, good[0].bytes.length);
  cr_expect_eq(cmta_session_set_proxy(session, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_session_set_proxy(session, &header), 0);
  cr_expect_eq(cmta_session_set_proxy(session, &header), CMTA_E_STATE);
  cr_assert_eq(cmta_session_receive(session, "", 0), 0);
  cmta_session_proxy_failed(session);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_NOT, "it runs");
}

Test(proxied, sessions_without_a_good_header_are_over_without_a_word) {
  struct cmta_statistics *statistics;
  cr_assert_eq(cmta_statistics_new(&statistics, service), 0);
  cmta_session_count_in(session, statistics);
  cmta_session_proxy_failed(session);
  cr_expect_eq(cmta_session_close_reason(session), CMTA_CLOSED_PROTOCOL);
  cr_expect_eq(cmta_session_wants(session), (unsigned)CMTA_WANTS_CLOSE);
  cr_expect_eq(cmta_statistics_totals(statistics)->closed[CMTA_CLOSED_PROTOCOL], 1);
  cr_expect_eq(cmta_statistics_totals(statistics)->sessions, 0);
  cmta_session_free(session);
  session = NULL;
  cmta_statistics_free(statistics);
}

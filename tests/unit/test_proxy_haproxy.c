/* SPDX-License-Identifier: MIT */

/* A header of the PROXY protocol as HAProxy 2.6 wrote it for a client with a certificate, by
 * send-proxy-v2-ssl-cn and proxy-v2-options
 * crc32c,unique-id,authority,ssl-cipher,cert-sig,cert-key. */

#include <cmta/proxy.h>

#include <criterion/criterion.h>
#include <string.h>

static const unsigned char octets[] = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x89,
    0x7f, 0x00, 0x00, 0x02, 0x7f, 0x00, 0x00, 0x01, 0xc1, 0xb9, 0x89, 0x07, 0x03, 0x00, 0x04, 0x2d,
    0xaa, 0x4d, 0x73, 0x02, 0x00, 0x09, 0x6c, 0x6f, 0x63, 0x61, 0x6c, 0x68, 0x6f, 0x73, 0x74, 0x05,
    0x00, 0x0f, 0x31, 0x32, 0x37, 0x2e, 0x30, 0x2e, 0x30, 0x2e, 0x32, 0x3a, 0x34, 0x39, 0x35, 0x39,
    0x33, 0x20, 0x00, 0x55, 0x07, 0x00, 0x00, 0x00, 0x00, 0x21, 0x00, 0x07, 0x54, 0x4c, 0x53, 0x76,
    0x31, 0x2e, 0x33, 0x22, 0x00, 0x0e, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x2e, 0x65, 0x78, 0x61,
    0x6d, 0x70, 0x6c, 0x65, 0x25, 0x00, 0x05, 0x45, 0x43, 0x32, 0x35, 0x36, 0x24, 0x00, 0x11, 0x65,
    0x63, 0x64, 0x73, 0x61, 0x2d, 0x77, 0x69, 0x74, 0x68, 0x2d, 0x53, 0x48, 0x41, 0x32, 0x35, 0x36,
    0x23, 0x00, 0x16, 0x54, 0x4c, 0x53, 0x5f, 0x41, 0x45, 0x53, 0x5f, 0x32, 0x35, 0x36, 0x5f, 0x47,
    0x43, 0x4d, 0x5f, 0x53, 0x48, 0x41, 0x33, 0x38, 0x34};

enum { FIXED = 16, CHECKSUM_TYPE = FIXED + 12, MOST = 540 };

Test(haproxy, tells_of_the_client) {
  struct cmta_proxy_header header;
  cr_assert_eq(cmta_proxy_parse(&header, octets, sizeof octets, MOST), sizeof octets);
  cr_expect_eq(header.version, 2);
  cr_expect_not(header.local);
  cr_expect_eq(header.family, CMTA_PROXY_TCP4);
  cr_expect_str_eq(header.source, "127.0.0.2");
  cr_expect_str_eq(header.destination, "127.0.0.1");
  cr_expect_eq(header.source_port, 49593);
  cr_expect_eq(header.destination_port, 35079);
}

static void expect_tlv(struct cmta_slice tlvs, unsigned type, const char *expected) {
  struct cmta_slice value;
  cr_assert(cmta_proxy_find_tlv(tlvs, type, &value), "no %#x", type);
  cr_expect(cmta_slice_is(value, expected), "%#x is %.*s", type, (int)value.length, value.at);
}

Test(haproxy, tells_of_the_clients_tls) {
  struct cmta_proxy_header header;
  struct cmta_slice value;
  struct cmta_proxy_ssl ssl;
  cr_assert_gt(cmta_proxy_parse(&header, octets, sizeof octets, MOST), 0);
  expect_tlv(header.tlvs, CMTA_PROXY_AUTHORITY, "localhost");
  expect_tlv(header.tlvs, CMTA_PROXY_UNIQUE_ID, "127.0.0.2:49593");
  cr_assert(cmta_proxy_find_tlv(header.tlvs, CMTA_PROXY_SSL, &value));
  cr_assert(cmta_proxy_ssl(value, &ssl));
  cr_expect(ssl.tls && ssl.certificate && ssl.certificate_in_session && ssl.verified);
  expect_tlv(ssl.tlvs, CMTA_PROXY_SSL_VERSION, "TLSv1.3");
  expect_tlv(ssl.tlvs, CMTA_PROXY_SSL_CN, "client.example");
  expect_tlv(ssl.tlvs, CMTA_PROXY_SSL_CIPHER, "TLS_AES_256_GCM_SHA384");
  expect_tlv(ssl.tlvs, CMTA_PROXY_SSL_SIG_ALG, "ecdsa-with-SHA256");
  expect_tlv(ssl.tlvs, CMTA_PROXY_SSL_KEY_ALG, "EC256");
}

/* But the octet that says that there is a checksum. */
Test(haproxy, is_refused_with_any_bit_of_the_addresses_and_tlvs_changed) {
  struct cmta_proxy_header header;
  unsigned char changed[sizeof octets];
  for (size_t bit = (size_t)FIXED * 8; bit < sizeof octets * 8; ++bit) {
    memcpy(changed, octets, sizeof octets);
    changed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    if (bit / 8 != CHECKSUM_TYPE)
      cr_expect_lt(cmta_proxy_parse(&header, changed, sizeof changed, MOST), 0, "bit %zu", bit);
  }
}

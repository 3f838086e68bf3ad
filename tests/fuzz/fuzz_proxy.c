/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes headers of the PROXY protocol: whatever bytes come, nothing beyond them is read, a header
 * that is complete is so with its own octets alone and with no fewer, and what it tells is text and
 * lies within it.
 *
 * Input: the bytes that a connection begins with.
 */

#include <cmta/proxy.h>

#include <stdlib.h>
#include <string.h>

enum { MOST = 600 };

static void demand(bool claim) {
  if (!claim)
    abort();
}

/* Reads the first length octets in a block of just that size, which the caller frees. */
static ptrdiff_t parse(const uint8_t *data, size_t length, struct cmta_proxy_header *header,
                       char **block) {
  *block = malloc(length ? length : 1);
  demand(*block != NULL);
  if (length)
    memcpy(*block, data, length);
  return cmta_proxy_parse(header, *block, length, MOST);
}

static ptrdiff_t result_of(const uint8_t *data, size_t length) {
  struct cmta_proxy_header header;
  char *block;
  ptrdiff_t result = parse(data, length, &header, &block);
  free(block);
  return result;
}

static void check_tlvs(const char *begin, const char *end, struct cmta_slice tlvs) {
  struct cmta_proxy_tlv tlv;
  struct cmta_proxy_ssl ssl;
  while (cmta_proxy_next_tlv(&tlvs, &tlv)) {
    demand(tlv.value.at >= begin && tlv.value.at + tlv.value.length <= end);
    if (tlv.type == CMTA_PROXY_SSL) {
      demand(cmta_proxy_ssl(tlv.value, &ssl));
      demand(ssl.tlvs.at + ssl.tlvs.length <= end);
    }
  }
  demand(tlvs.length == 0);
}

static void check_header(const struct cmta_proxy_header *header, const char *begin, size_t length) {
  demand(header->version == 1 || header->version == 2);
  demand(length <= (header->version == 1 ? CMTA_PROXY_V1_MOST : MOST));
  demand(strlen(header->source) < CMTA_PROXY_ADDRESS);
  demand(strlen(header->destination) < CMTA_PROXY_ADDRESS);
  demand(!header->local || header->family == CMTA_PROXY_UNSPEC);
  if (header->family == CMTA_PROXY_UNSPEC)
    demand(!*header->source && !*header->destination && !header->source_port);
  check_tlvs(begin, begin + length, header->tlvs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct cmta_proxy_header header;
  char *block;
  ptrdiff_t result = parse(data, size, &header, &block);
  demand(result == CMTA_E_ARGUMENT || (result >= 0 && (size_t)result <= size));
  if (result > 0) {
    size_t length = (size_t)result;
    check_header(&header, block, length);
    demand(result_of(data, length) == result);
    demand(result_of(data, length - 1) == 0 && result_of(data, length / 2) == 0);
  }
  free(block);
  return 0;
}

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_NETWORKS_H
#define CMTA_NETWORKS_H

/* Lists of networks: whom a server trusts to speak for others. */

#include <cmta/error.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_networks;

/* Reads a list: "192.0.2.0/24, 2001:db8::/32, ::1, unix", commas between its entries and blanks
   around them as you like; "" is nobody. An entry is an IPv4 or IPv6 address with a prefix length
   (RFC 4632, RFC 4291 section 2.3), without one a single host, or `unix`, whoever connects to a
   Unix socket. IPv4 in IPv6 (RFC 4291 section 2.5.5.2) counts as IPv4, here and in addresses, so
   that ::/0 has no IPv4. Strict: no leading zeros, names, zones, or bits set behind the prefix. 0,
   CMTA_E_ARGUMENT or CMTA_E_MEMORY. The caller frees it. */
CMTA_API int cmta_networks_new(struct cmta_networks **networks, const char *list);

/* Whether an address, as struct cmta_peer has it, is of one of the networks: a path and "" are a
   Unix socket's. NULL has nobody. Any thread. */
CMTA_API bool cmta_networks_have(const struct cmta_networks *networks, const char *address);

/* Frees networks. NULL is ignored. */
CMTA_API void cmta_networks_free(struct cmta_networks *networks);

#ifdef __cplusplus
}
#endif

#endif

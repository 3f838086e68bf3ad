/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_IP_H
#define CMTA_ENGINE_IP_H

/* IP addresses as octets and as text, for those that proxies tell; the engine has no sockets whose
 * functions could do it. */

#include <cmta/envelope.h>

/* Octets of the longest text, with its NUL. */
enum { IP_TEXT = 46 };

/* Reads "192.0.2.1", without leading zeros; or an IPv6 address in any form of RFC 4291 section 2.2.
   False for anything else. */
bool ip_read_v4(struct cmta_slice text, unsigned char octets[4]);
bool ip_read_v6(struct cmta_slice text, unsigned char octets[16]);

/* Writes them, IPv6 as RFC 5952 wants it and as inet_ntop() does; IPv4 in IPv6 (RFC 4291
   section 2.5.5.2) as IPv4. */
void ip_write_v4(const unsigned char octets[4], char text[IP_TEXT]);
void ip_write_v6(const unsigned char octets[16], char text[IP_TEXT]);

#endif

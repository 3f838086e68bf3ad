/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_SOCKET_ADDRESS_H
#define CMTA_SERVER_SOCKET_ADDRESS_H

/* A socket's address as text. No names are looked up. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Octets that any address as text has at most, with its NUL: a path of a Unix socket is the
 * longest. */
enum { SOCKET_ADDRESS_SIZE = 128 };

/* Writes "192.0.2.1", "2001:db8::1" or the path of a Unix socket into text and returns the port.
   IPv4 that came over an IPv6 socket (RFC 4291 section 2.5.5.2) is shown as IPv4. A Unix socket
   without a path has the empty text; whatever has no port, port 0. */
uint16_t socket_address_text(const struct sockaddr_storage *address, socklen_t length,
                             char text[SOCKET_ADDRESS_SIZE]);

/* True for an address that stands for all of the machine's: 0.0.0.0 or ::. */
bool socket_address_is_wildcard(const struct sockaddr_storage *address);

#endif

/* SPDX-License-Identifier: MIT */

/* A socket's address as text. */

#include "server/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

_Static_assert(SOCKET_ADDRESS_SIZE > sizeof((struct sockaddr_un *)0)->sun_path,
               "a path and its NUL fit");

static uint16_t ipv4_text(const struct sockaddr_in *address, char *text) {
  inet_ntop(AF_INET, &address->sin_addr, text, SOCKET_ADDRESS_SIZE);
  return ntohs(address->sin_port);
}

static uint16_t ipv6_text(const struct sockaddr_in6 *address, char *text) {
  const struct in6_addr *ip = &address->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(ip))
    inet_ntop(AF_INET, &ip->s6_addr[12], text, SOCKET_ADDRESS_SIZE);
  else
    inet_ntop(AF_INET6, ip, text, SOCKET_ADDRESS_SIZE);
  return ntohs(address->sin6_port);
}

/* sun_path need not be terminated, and is no path when it begins with NUL (unnamed or abstract). A
 * client chooses what it is bound to: a relative path could look like an address of the network. */
static uint16_t path_text(const struct sockaddr_un *address, socklen_t length, char *text) {
  size_t before = offsetof(struct sockaddr_un, sun_path);
  size_t room = length > before ? length - before : 0;
  bool absolute = room > 0 && address->sun_path[0] == '/';
  size_t path = absolute ? strnlen(address->sun_path, room) : 0;
  memcpy(text, address->sun_path, path);
  text[path] = '\0';
  return 0;
}

uint16_t socket_address_text(const struct sockaddr_storage *address, socklen_t length,
                             char text[SOCKET_ADDRESS_SIZE]) {
  text[0] = '\0';
  if (length < sizeof(sa_family_t))
    return 0;
  switch (address->ss_family) {
  case AF_INET:
    return ipv4_text((const struct sockaddr_in *)address, text);
  case AF_INET6:
    return ipv6_text((const struct sockaddr_in6 *)address, text);
  case AF_UNIX:
    return path_text((const struct sockaddr_un *)address, length, text);
  default:
    return 0;
  }
}

bool socket_address_is_wildcard(const struct sockaddr_storage *address) {
  switch (address->ss_family) {
  case AF_INET:
    return ((const struct sockaddr_in *)address)->sin_addr.s_addr == htonl(INADDR_ANY);
  case AF_INET6:
    return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
  default:
    return false;
  }
}

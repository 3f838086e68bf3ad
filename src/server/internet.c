/* SPDX-License-Identifier: MIT */

/* Binds TCP sockets over IPv4 and IPv6. */

#include "server/endpoint.h"

#include <cmta/error.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An address taken apart. */
struct place {
  char host[256]; /* a DNS name has 253 octets at most (RFC 1035 section 2.3.4) */
  char port[6];
  bool numeric; /* it came in brackets: an IPv6 address */
  bool any;     /* all addresses of the machine */
};

static bool is_port(const char *text) {
  size_t digits = strspn(text, "0123456789");
  return digits > 0 && digits <= 5 && text[digits] == '\0' && strtol(text, NULL, 10) <= 65535;
}

/* The host is what stands before the last colon; more colons need brackets, or the port could not
 * be told from an IPv6 address. */
static bool take_apart(const char *address, struct place *place) {
  const char *colon = strrchr(address, ':');
  if (!colon || !is_port(colon + 1))
    return false;
  size_t length = (size_t)(colon - address);
  place->numeric = length > 2 && address[0] == '[' && colon[-1] == ']';
  if (place->numeric) {
    address++;
    length -= 2;
  } else if (memchr(address, ':', length)) {
    return false;
  }
  if (length >= sizeof place->host)
    return false;
  memcpy(place->host, address, length);
  place->host[length] = '\0';
  strcpy(place->port, colon + 1);
  place->any = length == 0 || strcmp(place->host, "*") == 0;
  return true;
}

static int resolver_error(int error) {
  switch (error) {
  case EAI_MEMORY:
    return CMTA_E_MEMORY;
  case EAI_SYSTEM:
    return CMTA_E_SYSTEM;
  default:
    return CMTA_E_ADDRESS;
  }
}

static int resolve(const struct place *place, int family, struct addrinfo **found) {
  struct addrinfo hints = {
      .ai_family = place->numeric ? AF_INET6 : family,
      .ai_socktype = SOCK_STREAM,
      .ai_flags = AI_NUMERICSERV | (place->numeric ? AI_NUMERICHOST : 0) |
                  (place->any ? AI_PASSIVE | AI_NUMERICHOST : 0),
  };
  int error = getaddrinfo(place->any ? NULL : place->host, place->port, &hints, found);
  return error ? resolver_error(error) : 0;
}

/* TCP_NODELAY goes on to the accepted sockets, so that it costs a connection nothing. An IPv6
   address that was asked for by itself leaves the same port of IPv4 to others. */
static void set_options(int fd, int family, bool any) {
  int on = 1, only = !any;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
}

static int bind_one(const struct addrinfo *address, bool any) {
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  set_options(fd, address->ai_family, any);
  if (bind(fd, address->ai_addr, address->ai_addrlen) == 0)
    return fd;
  int kept = errno;
  close(fd);
  errno = kept;
  return -1;
}

/* The first address of the family that can be bound. */
static int bind_family(struct endpoint *endpoint, const struct place *place, int family) {
  struct addrinfo *found;
  int error = resolve(place, family, &found);
  if (error)
    return error;
  for (struct addrinfo *a = found; a && endpoint->fd < 0; a = a->ai_next)
    endpoint->fd = bind_one(a, place->any);
  int kept = errno;
  freeaddrinfo(found);
  errno = kept;
  return endpoint->fd < 0 ? CMTA_E_SYSTEM : 0;
}

/* [::] serves IPv4 as well; a machine without IPv6 has 0.0.0.0 only. */
static int bind_place(struct endpoint *endpoint, const struct place *place) {
  if (!place->any)
    return bind_family(endpoint, place, AF_UNSPEC);
  int error = bind_family(endpoint, place, AF_INET6);
  if (error && !(error == CMTA_E_SYSTEM && (errno == EADDRINUSE || errno == EACCES)))
    error = bind_family(endpoint, place, AF_INET);
  return error;
}

static void read_back(struct endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(endpoint->fd, (struct sockaddr *)&address, &length) != 0)
    return;
  endpoint->port = socket_address_text(&address, length, endpoint->name);
  endpoint->is_wildcard = socket_address_is_wildcard(&address);
}

int internet_port(const char *address) {
  struct place place;
  return take_apart(address, &place) ? (int)strtol(place.port, NULL, 10) : -1;
}

int internet_bind(struct endpoint *endpoint, const char *address) {
  struct place place;
  if (!take_apart(address, &place))
    return CMTA_E_ADDRESS;
  int error = bind_place(endpoint, &place);
  if (!error)
    read_back(endpoint);
  return error;
}

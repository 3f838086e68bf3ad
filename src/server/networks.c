/* SPDX-License-Identifier: MIT */

/* Lists of networks. All are held as IPv6, IPv4 as IPv4 in IPv6. */

#include <cmta/networks.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Octets of the longest entry, with its NUL: IPv6 with IPv4 at its end, and "/128". */
enum { ENTRY_SIZE = INET6_ADDRSTRLEN + 4, IPV4_BITS = 96, ALL_BITS = 128 };

struct network {
  struct in6_addr address;
  unsigned bits; /* of the prefix */
};

struct cmta_networks {
  bool has_unix;
  size_t count;
  struct network networks[];
};

static bool is_ipv4(const struct in6_addr *address) { return IN6_IS_ADDR_V4MAPPED(address); }

static bool read_address(const char *text, struct in6_addr *address) {
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, text, &address->s6_addr[12]) == 1) {
    memset(&address->s6_addr[10], 0xff, 2);
    return true;
  }
  return inet_pton(AF_INET6, text, address) == 1;
}

/* Whether the first bits of both are the same. */
static bool agree(const struct in6_addr *one, const struct in6_addr *other, unsigned bits) {
  unsigned whole = bits / 8, rest = bits % 8;
  unsigned differing = rest ? (unsigned)(one->s6_addr[whole] ^ other->s6_addr[whole]) : 0;
  return memcmp(one, other, whole) == 0 && differing >> (8 - rest) == 0;
}

/* Whether no bit is set behind the prefix. */
static bool is_prefix(const struct network *network) {
  struct in6_addr masked = {.s6_addr = {0}};
  unsigned whole = network->bits / 8, rest = network->bits % 8;
  memcpy(&masked, &network->address, whole);
  if (rest)
    masked.s6_addr[whole] = (unsigned char)(network->address.s6_addr[whole] & 0xff00 >> rest);
  return memcmp(&masked, &network->address, sizeof masked) == 0;
}

/* A length in decimal, of the bits that an address of its form has; false when it is none. */
static bool read_length(const char *text, bool dotted, unsigned *bits) {
  size_t digits = strspn(text, "0123456789");
  unsigned most = dotted ? ALL_BITS - IPV4_BITS : ALL_BITS;
  if (digits == 0 || digits > 3 || text[digits] || (digits > 1 && *text == '0'))
    return false;
  unsigned length = (unsigned)atoi(text);
  *bits = length + (ALL_BITS - most);
  return length <= most;
}

static bool read_network(char *entry, struct network *network) {
  char *slash = strchr(entry, '/');
  bool dotted = !strchr(entry, ':');
  network->bits = ALL_BITS;
  if (slash) {
    *slash = '\0';
    if (!read_length(slash + 1, dotted, &network->bits))
      return false;
  }
  return read_address(entry, &network->address) && is_prefix(network);
}

static bool add_entry(struct cmta_networks *networks, const char *text, size_t length) {
  char entry[ENTRY_SIZE];
  if (length >= sizeof entry)
    return false;
  memcpy(entry, text, length);
  entry[length] = '\0';
  if (strcmp(entry, "unix") == 0) {
    networks->has_unix = true;
    return true;
  }
  return read_network(entry, &networks->networks[networks->count++]);
}

/* The entry at text without the blanks around it; its length, which is that of "" too. */
static size_t trim(const char **text) {
  *text += strspn(*text, " ");
  size_t length = strcspn(*text, ",");
  while (length > 0 && (*text)[length - 1] == ' ')
    length--;
  return length;
}

static bool add_entries(struct cmta_networks *networks, const char *list) {
  const char *at = list;
  if (list[strspn(list, " ")] == '\0')
    return true;
  for (;;) {
    size_t length = trim(&at);
    if (!add_entry(networks, at, length))
      return false;
    at += strcspn(at, ",");
    if (*at++ == '\0')
      return true;
  }
}

static size_t count_entries(const char *list) {
  size_t count = 1;
  for (; *list; list++)
    count += *list == ',';
  return count;
}

int cmta_networks_new(struct cmta_networks **networks, const char *list) {
  if (!networks || !list)
    return CMTA_E_ARGUMENT;
  struct cmta_networks *made =
      calloc(1, sizeof *made + count_entries(list) * sizeof made->networks[0]);
  *networks = made;
  if (!made)
    return CMTA_E_MEMORY;
  if (add_entries(made, list))
    return 0;
  free(made);
  *networks = NULL;
  return CMTA_E_ARGUMENT;
}

static bool has(const struct network *network, const struct in6_addr *address) {
  bool same_kind = is_ipv4(address) == (is_ipv4(&network->address) && network->bits >= IPV4_BITS);
  return same_kind && agree(&network->address, address, network->bits);
}

bool cmta_networks_have(const struct cmta_networks *networks, const char *address) {
  struct in6_addr numeric;
  if (!networks || !address)
    return false;
  if (!read_address(address, &numeric))
    return networks->has_unix && (*address == '\0' || *address == '/');
  for (size_t i = 0; i < networks->count; i++)
    if (has(&networks->networks[i], &numeric))
      return true;
  return false;
}

void cmta_networks_free(struct cmta_networks *networks) { free(networks); }

/* SPDX-License-Identifier: MIT */

/* IP addresses as octets and as text. */

#include "engine/ip.h"

#include <stdio.h>
#include <string.h>

enum { GROUPS = 8 };

/* ---- Reading ---- */

/* The number that stands at *at, of three digits at most, moving *at behind it. */
static bool read_number(const char **at, const char *end, unsigned *number) {
  const char *begin = *at;
  *number = 0;
  for (; *at < end && **at >= '0' && **at <= '9' && *at - begin < 3; ++*at)
    *number = *number * 10 + (unsigned)(**at - '0');
  size_t digits = (size_t)(*at - begin);
  return digits > 0 && *number <= 255 && (digits == 1 || *begin != '0');
}

bool ip_read_v4(struct cmta_slice text, unsigned char octets[4]) {
  const char *at = text.at, *end = text.at + text.length;
  for (int i = 0; i < 4; i++) {
    unsigned number;
    if (i > 0 && (at == end || *at++ != '.'))
      return false;
    if (!read_number(&at, end, &number))
      return false;
    octets[i] = (unsigned char)number;
  }
  return at == end;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Groups while they are read. */
struct groups {
  unsigned group[GROUPS];
  int count;
  int gap; /* how many stand before "::"; -1: there is none */
};

static bool read_group(struct groups *groups, const char **at, const char *end) {
  const char *begin = *at;
  unsigned group = 0;
  for (; *at < end && hex_digit(**at) >= 0 && *at - begin < 4; ++*at)
    group = group << 4 | (unsigned)hex_digit(**at);
  if (*at == begin || groups->count == GROUPS)
    return false;
  groups->group[groups->count++] = group;
  return true;
}

/* The last two groups as IPv4. */
static bool read_tail(struct groups *groups, struct cmta_slice text) {
  unsigned char octets[4];
  if (groups->count > GROUPS - 2 || !ip_read_v4(text, octets))
    return false;
  groups->group[groups->count++] = (unsigned)octets[0] << 8 | octets[1];
  groups->group[groups->count++] = (unsigned)octets[2] << 8 | octets[3];
  return true;
}

/* The colon between two groups, or the two colons of the gap. */
static bool read_colons(struct groups *groups, const char **at, const char *end) {
  if (*(*at)++ != ':' || *at == end)
    return false;
  if (**at != ':')
    return true;
  ++*at;
  bool first = groups->gap < 0;
  groups->gap = groups->count;
  return first;
}

static bool read_groups(struct groups *groups, struct cmta_slice text) {
  const char *at = text.at, *end = text.at + text.length;
  if (text.length >= 2 && at[0] == ':' && at[1] == ':') {
    groups->gap = 0;
    at += 2;
  }
  while (at < end) {
    if (read_tail(groups, (struct cmta_slice){at, (size_t)(end - at)}))
      break;
    if (!read_group(groups, &at, end) || (at < end && !read_colons(groups, &at, end)))
      return false;
  }
  return groups->gap < 0 ? groups->count == GROUPS : groups->count < GROUPS;
}

bool ip_read_v6(struct cmta_slice text, unsigned char octets[16]) {
  struct groups groups = {.gap = -1};
  if (!read_groups(&groups, text))
    return false;
  memset(octets, 0, 16);
  for (int i = 0; i < groups.count; i++) {
    bool behind = groups.gap >= 0 && i >= groups.gap;
    unsigned char *at = octets + 2 * (behind ? GROUPS - groups.count + i : i);
    at[0] = (unsigned char)(groups.group[i] >> 8);
    at[1] = (unsigned char)groups.group[i];
  }
  return true;
}

/* ---- Writing ---- */

void ip_write_v4(const unsigned char octets[4], char text[IP_TEXT]) {
  snprintf(text, IP_TEXT, "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
}

static unsigned group_of(const unsigned char octets[16], int i) {
  return (unsigned)octets[2 * i] << 8 | octets[2 * i + 1];
}

/* The first of the longest runs of zero groups: where it begins, and its length, or 0 when none has
 * two. */
static int find_zeros(const unsigned char octets[16], int *length) {
  int best = 0;
  *length = 0;
  for (int i = 0, run = 0; i < GROUPS; i++) {
    run = group_of(octets, i) == 0 ? run + 1 : 0;
    if (run >= 2 && run > *length) {
      *length = run;
      best = i + 1 - run;
    }
  }
  return best;
}

static bool is_mapped(const unsigned char octets[16]) {
  static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
  return memcmp(octets, prefix, sizeof prefix) == 0;
}

void ip_write_v6(const unsigned char octets[16], char text[IP_TEXT]) {
  int length, zeros = find_zeros(octets, &length);
  char *at = text;
  if (is_mapped(octets)) {
    ip_write_v4(octets + 12, text);
    return;
  }
  for (int i = 0; i < GROUPS; i++) {
    if (length && i == zeros) {
      at += snprintf(at, 3, "%s", i == 0 ? "::" : ":");
      i += length - 1;
    } else if (length == GROUPS - 2 && zeros == 0) {
      ip_write_v4(octets + 12, at); /* what RFC 4291 section 2.5.5.1 called IPv4-compatible */
      return;
    } else {
      at += snprintf(at, 6, "%x%s", group_of(octets, i), i < GROUPS - 1 ? ":" : "");
    }
  }
}

/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_PROXY_HEADER_H
#define CMTA_ENGINE_PROXY_HEADER_H

/* What spec/proxy.re finds in a header of the PROXY protocol, for proxy_header.c. */

#include <cmta/proxy.h>

/* What version 2 says in its first 16 octets, but for its length in the last two. */
struct proxy_head {
  bool local;
  enum cmta_proxy_family family;
  size_t addresses; /* octets of the address block that must follow */
};

/* Octets that version 2 begins with, and of these those that are always the same. */
enum { PROXY_HEAD = 16, PROXY_SIGNATURE = 12 };

/* Reads them; false when they are not so. */
bool proxy_read_head(const char *octets, struct proxy_head *head);

/* A line of version 1. */
struct proxy_line {
  enum cmta_proxy_family family;
  struct cmta_slice fields[4]; /* unless UNSPEC: source, destination, and their ports */
};

/* Reads a line, which ends with CR LF; false when it is none of them. */
bool proxy_read_line(const char *text, struct proxy_line *line);

#endif

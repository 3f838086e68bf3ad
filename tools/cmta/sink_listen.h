/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_LISTEN_H
#define CMTA_TOOLS_SINK_LISTEN_H

/* Where `cmta sink` listens, and for whom. */

#include <cmta/server.h>

/* What is spoken at an address. */
enum sink_protocol {
  SINK_SMTP,
  SINK_SMTP_TLS, /* SMTP, with TLS from the first byte */
  SINK_LMTP
};

/* One place to listen at. Its text is borrowed from the command line. */
struct sink_address {
  const char *text;
  enum sink_protocol protocol;
};

/* All of them, in the order given. All zero: none. */
struct sink_addresses {
  struct sink_address *rows;
  size_t count;
};

/* Adds one; false without memory. */
bool sink_addresses_add(struct sink_addresses *addresses, const char *text,
                        enum sink_protocol protocol);

/* Whether one of them is of this protocol. */
bool sink_addresses_have(const struct sink_addresses *addresses, enum sink_protocol protocol);

/* Frees what addresses holds. */
void sink_addresses_free(struct sink_addresses *addresses);

/* Listens at all of them, as `common` says what they have in common: the TLS mode is that of
   listeners that begin in clear, the manners are not NULL and those of SMTP. False when one cannot
   be: one line on standard error has said which. */
bool sink_listen(struct cmta_server *server, const struct sink_addresses *addresses,
                 const struct cmta_listen *common);

/* Tells a script where to connect: one line a listener, in the order given. False as above. */
bool sink_listen_print(const struct cmta_server *server, const struct sink_addresses *addresses);

#endif

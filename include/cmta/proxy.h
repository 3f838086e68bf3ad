/* SPDX-License-Identifier: MIT */
#ifndef CMTA_PROXY_H
#define CMTA_PROXY_H

/*
 * The header of the PROXY protocol, versions 1 and 2, which a load balancer puts in front of a
 * connection to say whose it is (HAProxy, "The PROXY protocol"). A parser without I/O: whoever
 * links the engine alone reads the header with it, before anything else that comes, and tells the
 * session with cmta_session_set_proxy(). A server does so by itself on listeners with `proxy_from`.
 *
 * A header is as trustworthy as the peer that sent it: take it from peers that you know, and from
 * nobody else. Whether one is there must be known before, not found out of the bytes.
 */

#include <cmta/envelope.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_session;

/* Octets that an address of a header has at most, with its NUL: a path of a Unix socket. */
enum { CMTA_PROXY_ADDRESS = 109 };

/* Octets of a whole header: version 1 with its CR LF, and version 2 with the largest length. */
enum { CMTA_PROXY_V1_MOST = 107, CMTA_PROXY_V2_MOST = 16 + 65535 };

/* What the addresses of a header are. */
enum cmta_proxy_family {
  CMTA_PROXY_UNSPEC = 0, /* there are none: UNKNOWN, AF_UNSPEC, or those of no stream */
  CMTA_PROXY_TCP4 = 1,
  CMTA_PROXY_TCP6 = 2,
  CMTA_PROXY_UNIX = 3
};

/* A header. */
struct cmta_proxy_header {
  unsigned version; /* 1 or 2 */
  /* The proxy speaks for itself, a health check say: the connection's own addresses count. */
  bool local;
  enum cmta_proxy_family family;
  /* The client's end and the end that it connected to: "192.0.2.1", "2001:db8::1" or a path; IPv4
     in IPv6 (RFC 4291 section 2.5.5.2) is shown as IPv4; a path may have any octet but NUL. Empty,
     with port 0, for UNSPEC. */
  char source[CMTA_PROXY_ADDRESS], destination[CMTA_PROXY_ADDRESS];
  uint16_t source_port, destination_port;
  /* Version 2: what follows the addresses, to be read with cmta_proxy_next_tlv(). Points into the
     bytes that were parsed. Well formed; empty in version 1, and where it is local or the family or
     the transport is unspecified: then all that follows the first 16 octets is dropped. */
  struct cmta_slice tlvs;
};

/* Types of TLVs. */
enum cmta_proxy_type {
  CMTA_PROXY_ALPN = 0x01,      /* the protocol that was agreed on (RFC 7301) */
  CMTA_PROXY_AUTHORITY = 0x02, /* the name that the client asked for (RFC 6066 section 3) */
  CMTA_PROXY_CRC32C = 0x03,    /* of the whole header; it was checked */
  CMTA_PROXY_NOOP = 0x04,      /* padding */
  CMTA_PROXY_UNIQUE_ID = 0x05, /* names the connection; 128 octets at most */
  CMTA_PROXY_SSL = 0x20,       /* see cmta_proxy_ssl() */
  CMTA_PROXY_NETNS = 0x30,     /* the name of a namespace */
  /* Inside SSL. */
  CMTA_PROXY_SSL_VERSION = 0x21, /* "TLSv1.3" */
  CMTA_PROXY_SSL_CN = 0x22,      /* the common name of the client's certificate */
  CMTA_PROXY_SSL_CIPHER = 0x23,
  CMTA_PROXY_SSL_SIG_ALG = 0x24,
  CMTA_PROXY_SSL_KEY_ALG = 0x25
};

/* One TLV; value is the sender's octets as they are: escape them before they reach a log. */
struct cmta_proxy_tlv {
  unsigned type;
  struct cmta_slice value;
};

/* The client's TLS, as CMTA_PROXY_SSL tells it. */
struct cmta_proxy_ssl {
  bool tls;                    /* it connected over TLS */
  bool certificate;            /* it showed a certificate in this connection */
  bool certificate_in_session; /* or in the TLS session that this one resumed */
  bool verified;               /* and the certificate is good */
  struct cmta_slice tlvs;      /* to be read with cmta_proxy_next_tlv() */
};

/* Reads the header that bytes begin with. Returns its octets once it is complete; 0 when it may
   become one, and all that is here belongs to it; CMTA_E_ARGUMENT when it is none, is malformed
   (TLVs and their CRC-32C included), or has more than `most` octets (version 1: than 107). What
   follows the header is not looked at. `header` counts when the header is complete. */
CMTA_API ptrdiff_t cmta_proxy_parse(struct cmta_proxy_header *header, const void *bytes,
                                    size_t length, size_t most);

/* Takes the first TLV off tlvs, a copy of a header's: false at the end, and where the octets are
   none. */
CMTA_API bool cmta_proxy_next_tlv(struct cmta_slice *tlvs, struct cmta_proxy_tlv *tlv);

/* Finds the first TLV of a type. */
CMTA_API bool cmta_proxy_find_tlv(struct cmta_slice tlvs, unsigned type, struct cmta_slice *value);

/* Reads the value of a CMTA_PROXY_SSL; false when it is too short. */
CMTA_API bool cmta_proxy_ssl(struct cmta_slice value, struct cmta_proxy_ssl *ssl);

/* For runtimes, before the session runs: a PROXY header came in front of what the client says, from
   a peer that may send one; copied. Unless it is local or UNSPEC its addresses are the session's
   two ends from now on, a path that is not absolute as ""; cmta_session_proxy() shows what the
   client's was before. Its octets are none of the session's. CMTA_E_STATE, also for a second
   header; CMTA_E_ARGUMENT, CMTA_E_MEMORY. */
CMTA_API int cmta_session_set_proxy(struct cmta_session *session,
                                    const struct cmta_proxy_header *header);

/* For runtimes, before the session runs: a header was due, and what came is none, or nothing came
   in time. The session is over without a word (CMTA_CLOSED_PROTOCOL), and no hook hears of it. Does
   nothing once it runs. */
CMTA_API void cmta_session_proxy_failed(struct cmta_session *session);

#ifdef __cplusplus
}
#endif

#endif

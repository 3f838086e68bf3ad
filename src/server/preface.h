/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_PREFACE_H
#define CMTA_SERVER_PREFACE_H

/* The PROXY header that begins a connection from a peer of the listener's `proxy_from`: before TLS,
 * before the greeting, before anything of SMTP. */

#include "server/connection.h"

/* A header that is due is waited for from now on; false without memory. */
bool preface_begin(struct connection *connection);

/* Whether it is waited for. */
bool preface_is_due(const struct connection *connection);

/* Reads what is there of it, and no octet more. True when it is complete and the session knows of
   it; else it waits, or the connection has failed, as its session has. */
bool preface_go_on(struct connection *connection);

/* No good header has come: the connection has failed, as its session has. */
void preface_fail(struct connection *connection);

/* Forgets what is here of it. */
void preface_end(struct connection *connection);

#endif

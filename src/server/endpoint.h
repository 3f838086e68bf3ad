/* SPDX-License-Identifier: MIT */
#ifndef CMTA_SERVER_ENDPOINT_H
#define CMTA_SERVER_ENDPOINT_H

/*
 * From the text of an address, as cmta_server_listen() takes it, to a socket that listens there,
 * and back. Knows sockets and resolves names; knows neither the loop nor connections.
 */

#include "server/socket_address.h"

#include <stdbool.h>
#include <sys/types.h>

/* A place to listen at. */
struct endpoint {
  int fd; /* the listening socket, non-blocking; -1 when closed */
  uint16_t port;
  bool is_wildcard;               /* it takes what comes to any of the machine's addresses */
  bool is_file;                   /* a Unix socket: name is the path of its file */
  dev_t device;                   /* of that file, to know it again */
  ino_t inode;                    /* likewise */
  char name[SOCKET_ADDRESS_SIZE]; /* the numeric address or the path; stays when closed */
};

/* Listens at address with a queue of backlog connections and fills endpoint. 0, or CMTA_E_ADDRESS,
   CMTA_E_SYSTEM with errno, CMTA_E_MEMORY. */
int endpoint_open(struct endpoint *endpoint, const char *address, unsigned backlog);

/* Whether an address is one of TCP port 25. */
bool endpoint_is_smtp(const char *address);

/* Listens no more, and removes the socket file if it is still this one. errno is kept. Does nothing
 * when closed already. */
void endpoint_close(struct endpoint *endpoint);

/* The two kinds, for endpoint_open(). Each leaves a bound socket in endpoint->fd that does not
   listen yet, with its name and port. */

/* "HOST:PORT", "[IPV6]:PORT", "*:PORT", ":PORT"; PORT is 0..65535 in decimal. */
int internet_bind(struct endpoint *endpoint, const char *address);

/* The port of such an address; -1 when it is none. */
int internet_port(const char *address);

/* A path. A file there that is a socket which refuses connections is replaced. */
int socket_file_bind(struct endpoint *endpoint, const char *path);

/* Removes the file of the endpoint unless another one has taken its path. */
void socket_file_remove(const struct endpoint *endpoint);

#endif

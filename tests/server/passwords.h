/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_PASSWORDS_H
#define CMTA_TESTS_SERVER_PASSWORDS_H

/* Files in a scratch folder, and clients that log in: for tests of authenticators. */

#include "harness.h"

#include <sys/types.h>

/* A folder of this test's own. */
struct scratch {
  char folder[64];
  char path[128]; /* the file that was written last */
};

void scratch_init(struct scratch *scratch);

/* Removes it with all files in it. */
void scratch_free(struct scratch *scratch);

/* Writes a file with this mode, in place of one of its name; its path is scratch->path. */
void scratch_write(struct scratch *scratch, const char *name, const char *text, mode_t mode);

/* Makes a world in which AUTH may be in clear, is not delayed and may fail often, and a listener;
   in a loop of its own, or the one given, which is the world's then. */
void passwords_world(struct world *world, struct ev_loop *loop);

/* Connects, and says EHLO. */
void passwords_connect(struct client *client, struct world *world);

/* AUTH PLAIN (RFC 4616); the reply must begin so. */
void auth_plain(struct client *client, const char *authorization, const char *name,
                const char *password, const char *beginning);

/* Sends the same and waits for nothing. */
void auth_plain_send(struct client *client, const char *authorization, const char *name,
                     const char *password);

/* AUTH LOGIN. */
void auth_login(struct client *client, const char *name, const char *password,
                const char *beginning);

/* A SCRAM mechanism, by GNU SASL's client; without channel binding. */
void auth_scram(struct client *client, const char *mechanism, const char *name,
                const char *password, const char *beginning);

#endif

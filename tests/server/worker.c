/* SPDX-License-Identifier: MIT */

/* The thread that compares passwords, under the thread sanitizer: clients that wait for it, clients
 * that do not, and a server that goes. */

#include "passwords.h"

#include <criterion/criterion.h>
#include <crypt.h>
#include <stdio.h>

enum { CLIENTS = 12 };

static struct world world;
static struct scratch scratch;
static struct client clients[CLIENTS];

/* A server whose users have hashes that take a moment, and clients that have shown a password. */
static void begin(void) {
  char text[512];
  passwords_world(&world, NULL);
  snprintf(text, sizeof text, "slow:%s\n", crypt("pencil", crypt_gensalt("$2b$", 5, NULL, 0)));
  scratch_write(&scratch, "passwd", text, 0600);
  cr_assert_geq(cmta_server_add_password_file(world.server, scratch.path, NULL, 0), 0);
  for (int i = 0; i < CLIENTS; i++) {
    passwords_connect(&clients[i], &world);
    auth_plain_send(&clients[i], "", i % 3 ? "slow" : "nobody", i % 2 ? "pencil" : "pen");
  }
}

static void wait_for_answers(void) {
  begin();
  for (int i = 0; i < CLIENTS; i++) {
    client_expect(&clients[i], i % 3 && i % 2 ? "235 " : "535 ");
    client_close(&clients[i], false);
  }
  world_free(&world);
}

/* Half of them go, whatever has become of their questions; the others are answered. */
static void go_away(void) {
  begin();
  for (int i = 0; i < CLIENTS; i += 2)
    client_close(&clients[i], true);
  for (int i = 1; i < CLIENTS; i += 2) {
    client_expect(&clients[i], i % 3 ? "235 " : "535 ");
    client_close(&clients[i], false);
  }
  world_free(&world);
}

static void free_the_server(void) {
  begin();
  ev_run(world.loop, EVRUN_NOWAIT);
  world_free(&world);
  for (int i = 0; i < CLIENTS; i++)
    client_close(&clients[i], false);
}

int main(void) {
  scratch_init(&scratch);
  wait_for_answers();
  go_away();
  free_the_server();
  scratch_free(&scratch);
  return 0;
}
